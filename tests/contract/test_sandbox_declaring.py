"""Declaring shipments on the sandbox, and changing what was declared."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.contract.wire import DECLARE, ask, awaiting, create, declare, fields, logistics_orders, status


def test_an_order_is_declared_in_parts_and_finished_with_all(url: str) -> None:
    order_id = awaiting(url)[0]
    assert declare(url, order_id, "LV000000010CN", "part")["result_success"]
    assert status(url, order_id) == "SELLER_PART_SEND_GOODS"
    assert declare(url, order_id, "LV000000011CN", "all")["result_success"]
    assert status(url, order_id) == "WAIT_BUYER_ACCEPT_GOODS"
    again = declare(url, order_id, "LV000000012CN", "all")
    assert (again["result_success"], again["result_error_code"]) == (False, "-999")
    assert again["result_error_desc"].startswith("该交易订单已填写发货通知")


@pytest.mark.parametrize(
    ("over", "begins"),
    [
        ({"out_ref": "8199999999999999"}, "您填写的交易订单号有误"),
        ({"logistics_no": "no number!"}, "该货运跟踪号未通过物流风控审核"),
        ({"service_name": "YANWEN_AM_YANWENBJ"}, "物流服务名称有误"),
        ({"service_name": "OTHER_IE_LOCAL"}, "请填写查询网址"),
    ],
)
def test_what_cannot_be_declared_is_said_in_the_platforms_words(
    url: str, over: dict[str, str], begins: str
) -> None:
    order_id = awaiting(url)[0]
    asked = {"out_ref": order_id, "logistics_no": "LV000000010CN", "service_name": "CPAM", "send_type": "all"}
    refused = fields(ask(url, DECLARE, asked | over), DECLARE)
    assert refused["result_error_desc"].startswith(begins)
    assert status(url, order_id) == "WAIT_SELLER_SEND_GOODS"


def test_another_orders_parcel_cannot_be_declared(url: str) -> None:
    first, second, *_ = awaiting(url)
    number = create(url, first)["intl_tracking_no"]
    assert not declare(url, second, number, "all")["result_success"]
    assert declare(url, first, number, "all")["result_success"]
    assert logistics_orders(url)[0]["declared"] is True


def test_sub_orders_are_declared_one_by_one(url: str) -> None:
    orders = httpx.get(f"{url}/sandbox/state").json()["trade_orders"]
    [order_id] = [one["trade_order_id"] for one in orders if one["status"] == "SELLER_PART_SEND_GOODS"]
    method = "aliexpress.logistics.order.shipment"

    def shipped(index: int) -> dict[str, Any]:
        parcel = {"logistics_no": "LV000000020CN", "service_name": "CPAM"}
        sub = {"sub_trade_order_index": index, "send_type": "all", "shipment_list": [parcel]}
        asked = {"trade_order_id": order_id, "sub_trade_order_list": [sub]}
        name = "param_aeop_seller_shipment_sub_trade_order_request"
        return fields(ask(url, method, {name: asked}), method)["result"]

    assert shipped(1)["error_code"] == "-999", "the file says the first sub-order is shipped"
    assert shipped(2)["success"]
    assert status(url, order_id) == "WAIT_BUYER_ACCEPT_GOODS"

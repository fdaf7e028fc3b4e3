"""Declaring shipments on the sandbox, and changing what was declared."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.contract.wire import (
    DECLARE,
    ask,
    awaiting,
    create,
    declare,
    fields,
    logistics_orders,
    result,
    status,
)


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


MODIFY = "aliexpress.logistics.sellermodifiedshipmentfortop"
TOLD = "aliexpress.logistics.querysellershipmentinfo"


def told(url: str, order_id: str) -> list[tuple[int, str, str, str]]:
    """What is declared: sub-order, service, number, all or part."""
    rows = result(url, TOLD, {"trade_order_id": order_id})["sub_trade_order_list"]["sub_trade_order"]
    return [
        (row["sub_trade_order_index"], one["service_name"], one["logistics_no"], row["send_type"])
        for row in rows
        for one in row["shipment_list"]["shipment"]
    ]


def a_change(order_id: str, **over: str) -> dict[str, str]:
    return {
        "out_ref": order_id,
        "send_type": "all",
        "old_service_name": "CPAM",
        "old_logistics_no": "LV000000010CN",
        "new_service_name": "CAINIAO_STANDARD",
        "new_logistics_no": "LV000000011CN",
    } | over


def test_a_declaration_is_changed_to_another_number_and_service(url: str) -> None:
    order_id = awaiting(url)[0]
    declare(url, order_id, "LV000000010CN", "all")
    assert result(url, MODIFY, a_change(order_id))["result_success"]
    assert told(url, order_id) == [(0, "CAINIAO_STANDARD", "LV000000011CN", "all")]
    assert status(url, order_id) == "WAIT_BUYER_ACCEPT_GOODS"


def test_a_parcel_counts_as_declared_by_the_number_that_is_told_now(url: str) -> None:
    order_id = awaiting(url)[0]
    declare(url, order_id, "LV000000010CN", "all")
    made = create_for(url, order_id)
    assert made is None, "a shipped order takes no logistics order"
    other = awaiting(url)[0]
    number = create_for(url, other)
    declare(url, other, "LV000000020CN", "all")
    assert logistics_orders(url)[0]["declared"] is False
    change = a_change(other, old_logistics_no="LV000000020CN", new_logistics_no=str(number))
    assert result(url, MODIFY, change)["result_success"]
    assert logistics_orders(url)[0]["declared"] is True


def create_for(url: str, order_id: str) -> str | None:
    return create(url, order_id).get("intl_tracking_no")


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"old_logistics_no": "LV999999999CN"}, "原运单号未声明发货"),
        ({"new_logistics_no": "no number!"}, "该货运跟踪号未通过物流风控审核"),
        ({"new_service_name": "OTHER_IE_LOCAL"}, "请填写查询网址"),
        ({"out_ref": "8199999999999999"}, "您填写的交易订单号有误"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_changes_nothing(
    url: str, over: dict[str, str], words: str
) -> None:
    order_id = awaiting(url)[0]
    declare(url, order_id, "LV000000010CN", "all")
    refused = result(url, MODIFY, a_change(order_id, **over))
    assert (refused["result_success"], refused["result_error_code"]) == (False, "-999")
    assert refused["result_error_desc"].startswith(words)
    assert told(url, order_id) == [(0, "CPAM", "LV000000010CN", "all")]


def partly_shipped(url: str) -> str:
    orders = httpx.get(f"{url}/sandbox/state").json()["trade_orders"]
    return next(one["trade_order_id"] for one in orders if one["status"] == "SELLER_PART_SEND_GOODS")


def test_a_sub_orders_declaration_is_changed_alone(url: str) -> None:
    order_id = partly_shipped(url)
    [(_, service, number, _)] = told(url, order_id)
    parcel = {"logistics_no": "LV000000021CN", "service_name": "CPAM"}
    change = {
        "trade_order_id": order_id,
        "old_service_name": service,
        "old_logistics_no": number,
        "sub_trade_order_list": [{"sub_trade_order_index": 1, "send_type": "all", "shipment_list": [parcel]}],
    }
    method = "aliexpress.logistics.order.modifyshipment"
    wrong = change | {
        "sub_trade_order_list": [change["sub_trade_order_list"][0] | {"sub_trade_order_index": 2}]
    }
    assert result(url, method, {"request": wrong})["is_success"] is False
    assert result(url, method, {"request": change})["is_success"] is True
    assert told(url, order_id) == [(1, "CPAM", "LV000000021CN", "all")]


def test_the_older_calls_declare_too(url: str) -> None:
    order_id = awaiting(url)[0]
    method = "aliexpress.solution.order.fulfill"
    asked = {"out_ref": order_id, "logistics_no": "LV000000010CN", "service_name": "CPAM", "send_type": "all"}
    assert result(url, method, asked)["result"]["result_success"]
    assert not result(url, method, asked)["result"]["result_success"]
    part = partly_shipped(url)
    sub = {"sub_trade_order_index": 2, "send_type": "all"}
    sub["shipment_list"] = [{"logistics_no": "LV000000012CN", "service_name": "CPAM"}]
    older = "aliexpress.logistics.sellershipmentsupportsubtradeorder"
    asked = {"trade_order_id": part, "sub_trade_order_list": json.dumps([sub])}
    assert result(url, older, asked)["is_success"]
    assert status(url, part) == "WAIT_BUYER_ACCEPT_GOODS"
    again = result(url, older, asked)
    assert (again["is_success"], again["code_of_error"]) == (False, "-999")

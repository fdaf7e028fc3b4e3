"""Plans, logistics orders and labels of the sandbox."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

import httpx
import pypdf
import pytest

from lib.sandbox.creating import tracking_number
from tests.contract.wire import (
    ADDRESSES,
    CREATE,
    GOODS,
    ask,
    awaiting,
    create,
    declare,
    fields,
    logistics_orders,
    printed,
    wanted,
)


def test_a_created_order_is_in_the_state_with_its_decision(url: str) -> None:
    made = create(url, awaiting(url)[0])
    assert (made["success"], made["error_code"]) == (True, 1)
    [seen] = httpx.get(f"{url}/sandbox/state").json()["logistics_orders"]
    assert seen["undeliverable_decision"] == "destroy"
    assert seen["tracking_number"] == made["intl_tracking_no"]
    assert seen["declared"] is False


def test_two_logistics_orders_for_one_trade_order_are_not_refused(url: str) -> None:
    """The platform has no idempotency key; that nothing is sent twice is the client's care."""
    order_id = awaiting(url)[0]
    first, second = create(url, order_id), create(url, order_id)
    assert first["warehouse_order_id"] != second["warehouse_order_id"]


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"warehouse_carrier_service": "NO_SUCH"}, "不可用"),
        ({"undeliverable_decision": 0}, "不支持无法投递退回"),
        ({"address_d_t_os": ADDRESSES | {"sender": {"address_id": 9}}}, "地址不存在"),
        ({"address_d_t_os": ADDRESSES | {"receiver": {"name": "x", "country": "IE"}}}, "收件人信息缺失"),
        ({"declare_product_d_t_os": json.dumps([GOODS[0] | {"product_weight": "2.5"}])}, "申报重量"),
        ({"declare_product_d_t_os": json.dumps([GOODS[0] | {"contains_battery": True}])}, "不支持此类货物"),
        ({"trade_order_id": "8199999999999999"}, "不属于当前账号"),
    ],
)
def test_what_the_platform_would_refuse_is_refused(url: str, over: dict[str, Any], words: str) -> None:
    refused = create(url, awaiting(url)[0], **over)
    assert not refused["success"]
    assert words in refused["error_desc"]


def test_the_check_digit_is_the_postal_unions() -> None:
    assert tracking_number(47312482) == "LA473124829CN"


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"trade_order_id": ""}, 40),
        ({"declare_product_d_t_os": "{"}, 41),
        ({"declare_product_d_t_os": '["x"]'}, 41),
        ({"address_d_t_os": "[]"}, 41),
        ({"address_d_t_os": ADDRESSES | {"sender": {"address_id": "x"}}}, 41),
        ({"undeliverable_decision": 7}, 41),
        ({"domestic_tracking_no": "9" * 33}, 41),
        ({"domestic_logistics_company": ""}, 40),
    ],
)
def test_what_cannot_be_read_is_told_by_number(url: str, over: dict[str, Any], code: int) -> None:
    answer = ask(url, CREATE, wanted(awaiting(url)[0]) | over)
    assert answer["error_response"]["code"] == code
    assert logistics_orders(url) == []


def test_the_newer_create_call_may_leave_the_receiver_to_the_platform(url: str) -> None:
    method = "aliexpress.logistics.order.createorder"
    addresses = {role: ADDRESSES[role] for role in ("sender", "refund")} | {"pickup": {"address_id": 1101}}
    asked = wanted(awaiting(url)[0]) | {"address_d_t_os": addresses, "pickup_type": "DOOR_PICKUP"}
    asked = {name: value for name, value in asked.items() if not name.startswith("domestic_")}
    made = fields(ask(url, method, asked), method)["result"]
    assert made["out_order_code"].startswith("LP")
    without = asked | {"pickup_type": "SELF_POST"}
    assert ask(url, method, without)["error_response"]["code"] == 41, "a pickup address goes with a pickup"


def test_plans_are_not_offered_for_what_is_too_heavy_too_big_or_shipped(url: str) -> None:
    method = "aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid"

    def offered(order_id: str, **parcel: object) -> set[str]:
        answer = fields(ask(url, method, {"order_id": order_id} | parcel), method)
        return {row["logistics_service_id"] for row in answer["result_list"]["result"]}

    order_id = awaiting(url)[0]
    usual = offered(order_id, goods_weight="0.1")
    assert "CPAM_CPAMSH" in usual
    assert "CPAM_CPAMSH" not in offered(order_id, goods_weight="2.1")
    big = offered(order_id, goods_weight="0.1", goods_length=61, goods_width=5, goods_height=5)
    assert "CPAM_CPAMSH" not in big
    assert "YANWEN_AM_YANWENBJ" in big
    declare(url, order_id, "LV000000000CN", "all")
    assert offered(order_id, goods_weight="0.1") == set()


def test_labels_are_one_pdf_in_the_order_asked(url: str) -> None:
    numbers = [create(url, order_id)["intl_tracking_no"] for order_id in awaiting(url)][::-1]
    inner = printed(url, numbers)
    pages = pypdf.PdfReader(BytesIO(base64.b64decode(inner["body"]))).pages
    assert [number in page.extract_text() for number, page in zip(numbers, pages, strict=True)] == [True] * 3
    assert [round(float(side) * 25.4 / 72) for side in pages[0].mediabox[2:]] == [100, 150]
    assert "SANDBOX" in pages[0].extract_text()
    assert "errorDesc" in printed(url, [*numbers, "LV999999999CN"])

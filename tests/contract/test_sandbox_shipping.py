"""Plans, logistics orders and labels of the sandbox."""

from __future__ import annotations

import base64
import json
import re
from io import BytesIO
from typing import Any

import httpx
import pypdf
import pypdfium2 as pdfium
import pytest
import zxingcpp

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
    queried,
    result,
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


CURRENT_PLANS = "aliexpress.logistics.service.query"
CAINIAO = "cainiao.global.logistic.order.create"


def rendered(pdf: bytes) -> list[list[str]]:
    """The bar codes on each page, read as a scanner would: from a picture at 200 dpi."""
    with pdfium.PdfDocument(pdf) as document:
        pictures = [page.render(scale=200 / 72).to_pil() for page in document]
    code_128 = zxingcpp.BarcodeFormat.Code128
    return [[one.text for one in zxingcpp.read_barcodes(picture, formats=code_128)] for picture in pictures]


def test_a_scanner_reads_the_numbers_off_the_labels(url: str) -> None:
    numbers = [create(url, order_id)["intl_tracking_no"] for order_id in awaiting(url)]
    pdf = base64.b64decode(printed(url, numbers)["body"])
    assert rendered(pdf) == [[number] for number in numbers]
    text = pypdf.PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert "Vera Made-Up" in text
    assert "1 Sample Street" in text
    assert "1 x sample" in text
    assert "USD 4.50" in text


def test_a_label_comes_by_one_number_too(url: str) -> None:
    number = create(url, awaiting(url)[0])["intl_tracking_no"]
    method = "aliexpress.logistics.redefining.getprintinfo"
    inner = json.loads(result(url, method, {"international_logistics_id": number})["result"])
    assert rendered(base64.b64decode(inner["body"])) == [[number]]
    fields_method = "aliexpress.logistics.redefining.getfieldinfoforprint"
    assert result(url, fields_method, {"international_logistics_id": number})["result"]["success"]


def test_the_current_plan_list_says_which_plans_return_what_cannot_be_delivered(url: str) -> None:
    order_id = awaiting(url)[0]
    asked = {"interface_request": {"order_id": order_id, "goods_weight": "0.12", "locale": "en_US"}}
    plans = result(url, CURRENT_PLANS, asked)["result_response"]["result_list"]["result"]
    services = {
        row["logistics_service_id"]: [
            one["code"] for one in row["available_logistic_service_list"]["service"]
        ]
        for row in plans
    }
    returning = {plan for plan, codes in services.items() if "UNREACHABLE_RETURN" in codes}
    assert returning
    assert "YANWEN_AM_YANWENBJ" in services.keys() - returning
    assert all({"DOOR_PICKUP", "SELF_POST", "SELF_SEND"} <= set(codes) for codes in services.values())
    standard = next(row for row in plans if row["logistics_service_id"].startswith("CAINIAO_STANDARD_"))
    assert re.fullmatch(r"CN¥\d+\.\d\d", standard["trial_result"])
    assert standard["discount_trial_result"]
    assert standard["recommend_index"]
    assert standard["logistics_timeliness"] == "19-39days"
    [fee] = standard["other_fees"]["other_fee"]
    assert (fee["code"], fee["amount"], fee["curreny"]) == ("UNREACHABLE_RETURN", "5.00", "CNY")


def test_the_current_plan_list_takes_sub_orders(url: str) -> None:
    order_id = awaiting(url)[0]
    method = "aliexpress.trade.new.redefining.findorderbyid"
    target = result(url, method, {"param1": {"order_id": order_id}})["target"]
    [child] = target["child_order_list"]["aeop_tp_child_order_dto"]

    def offered(**sub: Any) -> int:
        asked = {"interface_request": {"order_id": order_id, "sub_order_list": [sub]}}
        found = result(url, CURRENT_PLANS, asked)["result_response"]
        return len(found["result_list"]["result"])

    light, heavy = (offered(order_id=child["child_order_id"], goods_weight=kg) for kg in ("0.2", "25"))
    assert light > heavy
    for wrong in ({"order_id": "1", "goods_weight": "0.2"}, {"order_id": child["child_order_id"]}):
        asked = {"interface_request": {"order_id": order_id, "sub_order_list": [wrong]}}
        assert ask(url, CURRENT_PLANS, asked)["error_response"]["code"] in (40, 41)


def test_the_newer_create_call_says_more(url: str) -> None:
    method = "aliexpress.logistics.order.createorder"
    asked = wanted(awaiting(url)[0]) | {"pickup_type": "SELF_SEND"}
    answer = result(url, method, asked)
    assert answer["result"]["out_order_code"].startswith("LP")
    assert json.loads(answer["ext_info"])["solutionCode"] == "YANWEN_AM"
    [row] = queried(url, awaiting(url)[0])
    services = row["logistics_service_list"]["logistics_service_dto"]
    assert [one["code"] for one in services] == ["SELF_SEND"]


def an_order_param(order_id: str, **over: Any) -> dict[str, Any]:
    """A create call of the newer family, in millimetres and grams."""
    item = {
        "item_id": 1,
        "quantity": 2,
        "english_name": "sample",
        "local_name": "样品",
        "unit_price": 450,
        "total_price": 900,
        "currency": "USD",
        "sku": "SKU-1",
        "weight": 60,
        "item_features": ["cf_normal"],
    }
    package = {"length": 150, "width": 100, "height": 20, "weight": 130, "price": 900, "currency": "USD"}
    services = [{"code": "SELF_POST", "features": {"express_mail_no": "SF1", "express_company_id": "505"}}]
    return {
        "trade_order_param": {"trade_order_id": int(order_id)},
        "seller_info_param": {},
        "solution_param": {"solution_code": "CAINIAO_STANDARD", "service_params": services},
        "package_params": [package | {"item_params": [item]}],
        "sender_param": {"seller_address_id": 1001},
        "returner_param": {"seller_address_id": 1201},
    } | over


def test_the_newer_family_creates_with_and_without_the_return_service(url: str) -> None:
    first, second, third = awaiting(url)
    plain = result(url, CAINIAO, {"order_param": an_order_param(first)})
    assert (plain["is_success"], plain["need_retry"]) == ("true", False)
    services = [{"code": "SELF_POST"}, {"code": "UNREACHABLE_RETURN"}]
    solution = {"solution_code": "CAINIAO_STANDARD", "service_params": services}
    result(url, CAINIAO, {"order_param": an_order_param(second, solution_param=solution)})
    decisions = {one["trade_order_id"]: one["undeliverable_decision"] for one in logistics_orders(url)}
    assert decisions == {first: "destroy", second: "return"}
    [row] = queried(url, first)
    assert row["logistics_order_id"] == plain["result"]["logistics_order_id"]
    refused = result(
        url, CAINIAO, {"order_param": an_order_param(third, sender_param={"seller_address_id": 9})}
    )
    assert (refused["is_success"], refused["need_retry"]) == ("false", False)
    assert refused["error_info"]["error_msg"] == "地址不存在: sender"
    without = an_order_param(third, pickup_info_param={"seller_address_id": 1101})
    assert ask(url, CAINIAO, {"order_param": without})["error_response"]["code"] == 41


def test_the_newer_family_quotes_in_whole_fen(url: str) -> None:
    package = {"length": 150, "width": 100, "height": 20, "weight": 130}
    asked = {
        "trade_order_param": {"trade_order_id": awaiting(url)[0]},
        "package_params": json.dumps([package]),
    }
    found = result(url, "cainiao.global.solution.inquiry", asked)["result"]["usable_solution_list"]
    standard = next(one for one in found["open_solution_dto"] if one["code"] == "CAINIAO_STANDARD")
    [fee] = standard["fee_list"]["open_fee_dto"]
    [part] = fee["fee_detail_list"]["open_fee_detail_dto"]
    assert (fee["fee_type"], fee["total_fee"], fee["currency"]) == ("POST_ESTIMATED_COST", part["fee"], "CNY")
    [timing] = standard["timing_list"]["open_timing_dto"]
    assert (timing["timing_type"], timing["fast_timing"], timing["slowest_timing"]) == ("ESTIMATE", 19, 39)


@pytest.mark.parametrize(
    ("sender", "service", "code"),
    [(1001, "DOOR_PICKUP", "CNHZ01"), (1002, "DOOR_PICKUP", None), (1002, "SELF_POST", "CAINIAOHZ")],
)
def test_who_collects_depends_on_the_senders_city(
    url: str, sender: int, service: str, code: str | None
) -> None:
    asked = {
        "sender_param": {"seller_address_id": sender},
        "seller_param": {},
        "solution_service_res_param": {
            "solution_code": "CAINIAO_STANDARD",
            "service_param": {"code": service},
        },
    }
    found = result(url, "cainiao.global.solution.service.resource.query", asked)["result"]
    places = found["result"]["solution_service_res_list"]["solution_service_res_dto"]
    assert found["is_success"]
    assert bool(places) is (code is not None)
    if service == "DOOR_PICKUP" and code:
        assert [one["code"] for one in places] == [code]


def test_freight_is_paid_and_carriers_have_codes(url: str) -> None:
    assert (
        result(url, "cainiao.global.logistics.queryorderpaystatus", {})["result"]["has_not_pay_order"]
        is False
    )
    couriers = result(url, "cainiao.global.logistics.carrier.querylist", {})["result"]["data"]["courier_list"]
    assert {"courier_code": "SF", "courier_name": "顺丰速运"} in couriers["courierlist"]


def test_a_query_filters_and_pages(url: str) -> None:
    order_id = awaiting(url)[0]
    for _ in range(3):
        create(url, order_id)
    method = "aliexpress.logistics.querylogisticsorderdetail"

    def ids(**over: Any) -> list[int]:
        found = result(url, method, {"trade_order_id": order_id} | over)["result"]["result_list"]
        return [row["logistics_order_id"] for row in found["aeop_logistics_order_detail_dto"]]

    assert len(ids()) == 3
    assert [*ids(page_size=2), *ids(page_size=2, current_page=2)] == ids()
    assert ids(logistics_status="waitWarehouseReceiveGoods") == ids(), "either spelling"
    assert ids(logistics_status="closed") == []
    assert ids(gmt_create_end_str="2020-01-01 00:00:00") == []
    warehouse = "aliexpress.logistics.warehouse.querydetail"
    same = result(url, warehouse, {"trade_order_id": order_id, "consign_type": "DOMESTIC"})["return_result"]
    assert len(same["result_list"]["aeop_logistics_order_detail_dto"]) == 3


def test_a_created_order_says_code_one_and_is_no_error(url: str) -> None:
    """1 means no error here; a client that takes it for one makes the parcel twice."""
    made = create(url, awaiting(url)[0])
    assert (made["success"], made["error_code"], made["error_desc"]) == (True, 1, "")
    assert made["warehouse_order_id"]

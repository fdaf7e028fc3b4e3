"""The sandbox as any client meets it: over a socket, with requests made by hand."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pypdf
import pytest
from stdnum.br import cpf

from lib.aliexpress.protocol import request, sign
from lib.sandbox.creating import tracking_number
from lib.sandbox.faults import Settings
from lib.sandbox.launch import Running, ensure
from lib.sandbox.world import World
from tests.builders import a_products_cell, an_export_row, write_export

CREATE = "aliexpress.logistics.createwarehouseorder"
DECLARE = "aliexpress.logistics.sellershipmentfortop"
COMPANIES = "aliexpress.logistics.redefining.qureywlbdomesticlogisticscompany"
SECRET = "sandbox-secret"
ADDRESSES = {
    "sender": {"address_id": 1001},
    "refund": {"address_id": 1201},
    "receiver": {
        "name": "Vera Made-Up",
        "country": "IE",
        "city": "Dublin",
        "street_address": "1 Sample Street",
        "mobile": "353851234567",
    },
}
GOODS = [
    {
        "product_id": 0,
        "category_cn_desc": "样品",
        "category_en_desc": "sample",
        "product_num": 1,
        "product_declare_amount": "4.50",
        "product_weight": "0.120",
        "contains_battery": False,
    }
]


def signed(method: str, parameters: Mapping[str, Any], **over: str) -> dict[str, str]:
    sent = request(
        method,
        parameters,
        app_key="12345678",
        secret="sandbox-secret",
        session="sandbox-token",
        at=datetime.now(UTC),
    )
    return sent | over


def ask(url: str, method: str, parameters: Mapping[str, Any], **over: str) -> dict[str, Any]:
    return httpx.post(f"{url}/router/rest", data=signed(method, parameters, **over), timeout=30).json()


def wanted(order_id: str) -> dict[str, Any]:
    """A create call that is good in every field."""
    return {
        "trade_order_id": order_id,
        "trade_order_from": "ESCROW",
        "warehouse_carrier_service": "YANWEN_AM_YANWENBJ",
        "undeliverable_decision": 1,
        "domestic_logistics_company_id": -1,
        "domestic_logistics_company": "other",
        "domestic_tracking_no": "B1",
        "declare_product_d_t_os": json.dumps(GOODS),
        "address_d_t_os": ADDRESSES,
    }


def create(url: str, order_id: str, **over: Any) -> dict[str, Any]:
    return fields(ask(url, CREATE, wanted(order_id) | over), CREATE)["result"]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    rows = [an_export_row() for _ in range(3)]
    rows.append(an_export_row(订单状态="等待买家付款"))
    part = an_export_row(products=a_products_cell(("SKU-1", 1), ("SKU-2", 1)), 订单状态="部分发货")
    rows.append(part | {"实际发货物流:运单号": "AliExpress Standard Shipping:LV000000000CN"})
    return write_export(tmp_path / "orders.xlsx", rows)


@pytest.fixture
def url(sandbox: Running, export: Path) -> str:
    httpx.post(f"{sandbox.url}/sandbox/reset")
    httpx.post(f"{sandbox.url}/sandbox/settings", json={"faults": {}, "rate_limit": 0, "latency_ms": 0})
    httpx.post(f"{sandbox.url}/sandbox/seed", json={"path": str(export)}, timeout=60).raise_for_status()
    return sandbox.url


def awaiting(url: str) -> list[str]:
    orders = httpx.get(f"{url}/sandbox/state").json()["trade_orders"]
    return [one["trade_order_id"] for one in orders if one["status"] == "WAIT_SELLER_SEND_GOODS"]


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"sign": "0" * 32}, 25),
        ({"sign": ""}, 24),
        ({"app_key": "1"}, 29),
        ({"session": "x", "sign": "RESIGN"}, 27),
        ({"timestamp": "2020-01-01 00:00:00", "sign": "RESIGN"}, 31),
        ({"method": "aliexpress.no.such.call", "sign": "RESIGN"}, 22),
        ({"format": "xml", "sign": "RESIGN"}, 23),
    ],
)
def test_what_is_not_let_in_is_told_by_number(url: str, over: dict[str, str], code: int) -> None:
    sent = signed("aliexpress.logistics.redefining.listlogisticsservice", {}) | over
    if sent["sign"] == "RESIGN":
        sent["sign"] = sign(sent, "sandbox-secret")
    assert httpx.post(f"{url}/router/rest", data=sent).json()["error_response"]["code"] == code


def test_parameters_may_come_in_the_query_the_body_or_both(url: str) -> None:
    sent = signed("aliexpress.logistics.redefining.listlogisticsservice", {})
    names = sorted(sent)
    half = {name: sent[name] for name in names[:4]}
    rest = {name: sent[name] for name in names[4:]}
    answers = [
        httpx.get(f"{url}/router/rest", params=sent).json(),
        httpx.post(f"{url}/router/rest", params=sent).json(),
        httpx.post(f"{url}/router/rest", params=half, data=rest).json(),
    ]
    assert all("error_response" not in answer for answer in answers)


def test_simplified_answers_have_no_root_and_plain_lists(url: str) -> None:
    method = "aliexpress.logistics.redefining.listlogisticsservice"
    full = ask(url, method, {})
    assert full[method.replace(".", "_") + "_response"]["result_list"]["aeop_logistics_service_result"]
    assert isinstance(ask(url, method, {"simplify": "true"})["result_list"], list)


def test_seeding_makes_trade_orders_and_no_logistics_orders(url: str) -> None:
    state = httpx.get(f"{url}/sandbox/state").json()
    assert state["logistics_orders"] == []
    assert Counter(one["status"] for one in state["trade_orders"]) == {
        "WAIT_SELLER_SEND_GOODS": 3,
        "SELLER_PART_SEND_GOODS": 1,
        "PLACE_ORDER_SUCCESS": 1,
    }


def test_seeding_again_changes_nothing(url: str, export: Path) -> None:
    made = create(url, awaiting(url)[0])
    assert httpx.post(f"{url}/sandbox/seed", json={"path": str(export)}, timeout=60).json() == {
        "new_orders": 0
    }
    [kept] = httpx.get(f"{url}/sandbox/state").json()["logistics_orders"]
    assert kept["logistics_order_id"] == str(made["warehouse_order_id"])


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


def test_partly_shipped_orders_carry_their_declaration(url: str) -> None:
    orders = httpx.get(f"{url}/sandbox/state").json()["trade_orders"]
    [part] = [one["trade_order_id"] for one in orders if one["status"] == "SELLER_PART_SEND_GOODS"]
    answer = ask(url, "aliexpress.logistics.querysellershipmentinfo", {"trade_order_id": part})
    [declared] = answer["aliexpress_logistics_querysellershipmentinfo_response"]["sub_trade_order_list"][
        "sub_trade_order"
    ]
    assert (declared["sub_trade_order_index"], declared["send_type"]) == (1, "all")


def test_deadlines_are_moved_to_lie_ahead_and_only_time_closes_an_order(url: str) -> None:
    method = "aliexpress.trade.seller.orderlist.get"
    query = {"order_status_list": ["WAIT_SELLER_SEND_GOODS"], "current_page": 1, "page_size": 50}
    answer = ask(url, method, {"param_aeop_order_query": query})
    rows = answer[method.replace(".", "_") + "_response"]["result"]["target_list"]["aeop_order_item_dto"]
    assert all(row["timeout_left_time"] > 0 for row in rows)
    closed = httpx.post(f"{url}/sandbox/advance", json={"hours": 24 * 30}).json()["closed_orders"]
    assert len(closed) == 3
    assert awaiting(url) == []


def test_the_check_digit_is_the_postal_unions() -> None:
    assert tracking_number(47312482) == "LA473124829CN"


def test_an_unknown_fault_is_named(url: str) -> None:
    answer = httpx.post(f"{url}/sandbox/settings", json={"faults": {"meteor": 1}})
    assert answer.status_code == 400
    assert "meteor" in answer.json()["error"]


def test_it_remembers_after_being_killed(tmp_path: Path, export: Path) -> None:
    folder = tmp_path / "folder"
    first = ensure(folder, [export])
    assert first.process is not None
    made = create(first.url, awaiting(first.url)[0])
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    _close(first)
    second = ensure(folder, [export])
    [kept] = httpx.get(f"{second.url}/sandbox/state").json()["logistics_orders"]
    assert kept["tracking_number"] == made["intl_tracking_no"]
    second.stop()


def test_it_ends_when_asked_and_when_its_parent_goes(tmp_path: Path) -> None:
    running = ensure(tmp_path / "a", [])
    assert running.process is not None
    running.process.terminate()
    assert running.process.wait(5) is not None
    _close(running)
    other = ensure(tmp_path / "b", [])
    assert other.process is not None
    other.stop()
    assert other.process.returncode is not None
    assert not (tmp_path / "b" / "address.json").exists()


def test_a_second_one_on_the_same_folder_says_so(tmp_path: Path) -> None:
    running = ensure(tmp_path, [])
    command = [sys.executable, "-m", "lib.sandbox", "--port", "0", "--folder", str(tmp_path)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ, check=False)
    assert second.returncode == 3
    assert "in use by another sandbox" in second.stderr
    assert ensure(tmp_path, []).process is None, "the one that runs is used"
    running.stop()


def test_a_slow_answer_is_to_a_call_that_was_carried_out(url: str) -> None:
    [order_id, *_] = awaiting(url)
    behave(url, faults={"create:slow": 1.0}, slow_s=2)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{url}/router/rest", data=signed(CREATE, wanted(order_id)), timeout=0.5)
    assert [one["trade_order_id"] for one in logistics_orders(url)] == [order_id]


def test_the_order_list_is_paged_without_gaps_or_repeats(url: str) -> None:
    pages = [listed(url, current_page=page, page_size=2) for page in (1, 2, 3, 4)]
    assert [len(page["target_list"]["aeop_order_item_dto"]) for page in pages] == [2, 2, 1, 0]
    ids = {row["order_id"] for page in pages for row in page["target_list"]["aeop_order_item_dto"]}
    assert len(ids) == pages[0]["total_count"] == 5
    assert pages[0]["total_page"] == 3


def test_an_order_moves_over_the_edge_of_a_page_while_the_list_is_read(url: str) -> None:
    def page(number: int) -> list[int]:
        rows = listed(url, current_page=number, page_size=2)["target_list"]["aeop_order_item_dto"]
        return [row["order_id"] for row in rows]

    first, second = page(1), page(2)
    behave(url, faults={"list:move_list_entry": 1.0})
    assert page(1) == first, "there is no page before it"
    assert page(2) == [first[1], second[1]], (
        "one of the first page stands here now, as a reader sees it twice"
    )
    behave(url, faults={})
    assert page(1) == [first[0], second[0]], "and the one that was here stands there"


def test_a_page_of_the_order_list_may_have_an_order_twice(url: str) -> None:
    behave(url, faults={"duplicate_list_entry": 1.0})
    page = listed(url, current_page=1, page_size=2)
    ids = [row["order_id"] for row in page["target_list"]["aeop_order_item_dto"]]
    assert (len(ids), len(set(ids)), page["total_count"]) == (3, 2, 5)


def test_what_happens_to_an_order_makes_it_newly_modified(url: str) -> None:
    [order_id, *_] = awaiting(url)
    asked = {"order_id": order_id, "status": "IN_CANCEL", "receiver": {"city": "Cork"}}
    httpx.post(f"{url}/sandbox/change", json=asked).raise_for_status()
    [row] = listed(url, order_status="IN_CANCEL")["target_list"]["aeop_order_item_dto"]
    assert listed(url, modified_date_start=row["gmt_update"])["total_count"] >= 1
    method = "aliexpress.trade.new.redefining.findorderbyid"
    target = fields(ask(url, method, {"param1": {"order_id": order_id}}), method)["target"]
    assert target["receipt_address"]["city"] == "Cork"
    assert httpx.post(f"{url}/sandbox/change", json={"order_id": "1"}).status_code == 400


def test_the_order_list_filters_by_state_and_pacific_time(url: str) -> None:
    paid = listed(url, order_status_list=["WAIT_SELLER_SEND_GOODS"])
    assert paid["total_count"] == 3
    placed = paid["target_list"]["aeop_order_item_dto"][0]["gmt_create"]
    assert listed(url, create_date_start=placed, create_date_end=placed)["total_count"] == 5
    assert listed(url, create_date_end="2020-01-01 00:00:00")["total_count"] == 0
    assert listed(url, create_date_end="2020-01-01")["total_count"] == 5, "without its time it is ignored"


def test_ended_orders_come_only_when_asked_for_by_themselves(url: str) -> None:
    httpx.post(f"{url}/sandbox/advance", json={"hours": 24 * 30})
    assert listed(url)["total_count"] == 2
    assert listed(url, order_status_list=["FINISH", "SELLER_PART_SEND_GOODS"])["total_count"] == 1
    assert listed(url, order_status="FINISH")["total_count"] == 3


def test_the_newest_payment_becomes_recent(url: str) -> None:
    [row, *_] = listed(url, order_status="WAIT_SELLER_SEND_GOODS")["target_list"]["aeop_order_item_dto"]
    pacific = datetime.fromisoformat(row["gmt_pay_time"]).replace(tzinfo=ZoneInfo("America/Los_Angeles"))
    assert timedelta() <= datetime.now(UTC) - pacific <= timedelta(hours=25)


def test_brazilian_receivers_have_a_made_up_tax_number_that_passes(sandbox: Running, tmp_path: Path) -> None:
    httpx.post(f"{sandbox.url}/sandbox/reset")
    export = write_export(tmp_path / "orders.csv", [an_export_row(收货国家="Brazil", 邮编="01310-100")])
    httpx.post(f"{sandbox.url}/sandbox/seed", json={"path": str(export)}, timeout=60).raise_for_status()
    method = "aliexpress.trade.new.redefining.findorderbyid"
    [order_id] = awaiting(sandbox.url)
    target = fields(ask(sandbox.url, method, {"param1": {"order_id": order_id}}), method)["target"]
    assert cpf.is_valid(target["receipt_address"]["cpf_no"])


def test_an_export_may_be_handed_over_as_a_form(sandbox: Running, export: Path) -> None:
    httpx.post(f"{sandbox.url}/sandbox/reset")
    with export.open("rb") as file:
        answer = httpx.post(f"{sandbox.url}/sandbox/seed", files={"file": ("o.xlsx", file)}, timeout=60)
    assert answer.json() == {"new_orders": 5}


def test_a_file_that_is_no_order_export_is_refused(url: str, tmp_path: Path) -> None:
    wrong = tmp_path / "notes.csv"
    wrong.write_text("a,b\n1,2\n")
    assert httpx.post(f"{url}/sandbox/seed", json={"path": str(wrong)}).status_code == 400


@pytest.mark.parametrize("sign_method", ["md5", "hmac", "hmac-sha256"])
def test_each_way_to_sign_is_let_in(url: str, sign_method: str) -> None:
    sent = signed(COMPANIES, {}) | {"sign_method": sign_method}
    answer = httpx.get(f"{url}/router/rest", params=sent | {"sign": sign(sent, SECRET, sign_method)}).json()
    assert "error_response" not in answer


def test_the_newer_gateway_takes_the_same_calls_and_says_no_in_words(url: str) -> None:
    sent = {
        "app_key": "12345678",
        "method": COMPANIES,
        "session": "sandbox-token",
        "sign_method": "sha256",
        "simplify": "true",
        "timestamp": str(int(datetime.now(UTC).timestamp() * 1000)),
    }
    twice = f"{url}/sync?method={COMPANIES}&method={COMPANIES}"  # As the official client repeats it.
    good = httpx.post(twice, data=sent | {"sign": sign(sent, SECRET, "sha256")}).json()
    assert isinstance(good["result_list"], list)
    bad = httpx.post(f"{url}/sync", data=sent | {"sign": "0" * 64}).json()["error_response"]
    assert (bad["type"], bad["code"]) == ("ISV", "IncompleteSignature")


def test_tokens_are_renewed_at_the_gateway_of_paths(url: str) -> None:
    path = "/auth/token/refresh"
    sent = {
        "app_key": "12345678",
        "refresh_token": "sandbox-refresh",
        "sign_method": "sha256",
        "timestamp": str(int(datetime.now(UTC).timestamp() * 1000)),
    }
    good = httpx.post(f"{url}/rest{path}", data=sent | {"sign": sign(sent, SECRET, "sha256", path)}).json()
    assert (good["code"], good["access_token"]) == ("0", "sandbox-token")
    bad = httpx.post(f"{url}/rest{path}", data=sent | {"sign": sign(sent, SECRET, "sha256")}).json()
    assert (bad["code"], "message" in bad, "error_response" in bad) == ("IncompleteSignature", True, False)


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


def test_a_number_may_come_after_so_many_queries(url: str) -> None:
    behave(url, faults={"late_number": 1.0}, late_queries=2)
    order_id = awaiting(url)[0]
    made = create(url, order_id)
    assert "intl_tracking_no" not in made
    [hidden] = logistics_orders(url)
    assert (hidden["tracking_number"], hidden["status"]) == (None, "init")
    seen = [queried(url, order_id)[0] for _ in range(3)]
    assert ["international_logistics_num" in row for row in seen] == [False, False, True]
    assert seen[2]["logistics_status"] == "wait_warehouse_receive_goods"
    assert "body" in printed(url, [seen[2]["international_logistics_num"]])


def test_an_order_that_is_visible_late_exists_all_the_same(url: str) -> None:
    behave(url, faults={"create:late_visibility": 1.0}, late_s=3600)
    order_id = awaiting(url)[0]
    create(url, order_id)
    assert len(logistics_orders(url)) == 1
    assert queried(url, order_id) == []
    httpx.post(f"{url}/sandbox/advance", json={"hours": 2})
    assert len(queried(url, order_id)) == 1


@pytest.mark.parametrize(("fault", "made"), [("cut_before", 0), ("cut_after", 1)])
def test_a_cut_connection_brings_no_answer(url: str, fault: str, made: int) -> None:
    behave(url, faults={f"create:{fault}": 1.0})
    with pytest.raises(httpx.TransportError):
        ask(url, CREATE, wanted(awaiting(url)[0]))
    assert len(logistics_orders(url)) == made


@pytest.mark.parametrize(("fault", "made"), [("isp_before", 0), ("isp_after", 1)])
def test_an_error_on_the_platforms_side_may_have_been_carried_out(url: str, fault: str, made: int) -> None:
    behave(url, faults={f"create:{fault}": 1.0})
    error = ask(url, CREATE, wanted(awaiting(url)[0]))["error_response"]
    assert error["sub_code"].startswith("isp.")
    assert len(logistics_orders(url)) == made


@pytest.mark.parametrize(
    ("fault", "status", "begins"), [("html_502", 502, b"<html"), ("bad_json", 200, b"{"), ("empty", 200, b"")]
)
def test_an_answer_outside_the_protocol_is_to_a_call_that_was_carried_out(
    url: str, fault: str, status: int, begins: bytes
) -> None:
    behave(url, faults={f"create:{fault}": 1.0})
    answer = httpx.post(f"{url}/router/rest", data=signed(CREATE, wanted(awaiting(url)[0])))
    assert (answer.status_code, answer.content[: len(begins)]) == (status, begins)
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert len(logistics_orders(url)) == 1


@pytest.mark.parametrize(
    ("fault", "words"), [("refuse_plan", "不可用"), ("refuse_address", "收件地址不可达")]
)
def test_business_refusals_come_on_request(url: str, fault: str, words: str) -> None:
    behave(url, faults={fault: 1.0})
    assert words in create(url, awaiting(url)[0])["error_desc"]
    assert logistics_orders(url) == []


def test_a_ban_stops_its_method_and_says_how_long(url: str) -> None:
    behave(url, rate_limit=2, ban_s=90)
    answers = [ask(url, COMPANIES, {}) for _ in range(4)]
    assert ["error_response" in answer for answer in answers] == [False, False, True, True]
    assert re.search("ban will last for (89|90) more second", answers[3]["error_response"]["sub_msg"])
    assert "error_response" not in ask(url, "aliexpress.logistics.redefining.listlogisticsservice", {})
    behave(url, rate_limit=0)
    assert "error_response" not in ask(url, COMPANIES, {}), "changing the settings lifts it"


def test_the_days_quota_stops_everything_until_midnight_in_beijing(url: str) -> None:
    behave(url, daily_quota=1)
    ask(url, COMPANIES, {})
    error = ask(url, "aliexpress.logistics.redefining.listlogisticsservice", {})["error_response"]
    assert (error["code"], error["sub_code"]) == (7, "accesscontrol.limited-by-app-access-count")


def test_a_token_may_expire_in_between(url: str) -> None:
    behave(url, faults={"expired_token": 1.0})
    assert ask(url, COMPANIES, {})["error_response"]["code"] == 27


def test_the_same_dice_bring_the_same_faults() -> None:
    def thrown(seed: int) -> list[bool]:
        settings = Settings(seed=seed)
        settings.change(faults={"create:isp_after": 0.5})
        return [settings.strikes("isp_after", CREATE) for _ in range(40)]

    assert thrown(1) == thrown(1)
    assert thrown(1) != thrown(2)
    assert not Settings(faults={"create:isp_after": 1.0}).strikes("isp_after", COMPANIES)


@pytest.mark.parametrize(
    "wrong",
    [{"faults": {"ban": 2}}, {"faults": {"meteor:ban": 1}}, {"ban_s": "x"}, {"colour": 1}, {"seed": 1.5}],
)
def test_a_wrong_setting_changes_nothing(url: str, wrong: dict[str, Any]) -> None:
    before = httpx.get(f"{url}/sandbox/settings").json()
    assert httpx.post(f"{url}/sandbox/settings", json={"latency_ms": 5} | wrong).status_code == 400
    assert httpx.get(f"{url}/sandbox/settings").json() == before


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


def test_time_closes_overdue_orders_with_their_parcels_and_calls_go_on(url: str) -> None:
    kept, lost, _ = awaiting(url)
    declare(url, kept, create(url, kept)["intl_tracking_no"], "all")
    create(url, lost)
    httpx.post(f"{url}/sandbox/advance", json={"hours": 24 * 20}).raise_for_status()
    states = {one["trade_order_id"]: one["status"] for one in logistics_orders(url)}
    assert states == {kept: "wait_warehouse_receive_goods", lost: "closed"}
    assert (status(url, kept), status(url, lost)) == ("WAIT_BUYER_ACCEPT_GOODS", "FINISH")
    assert "订单状态" in create(url, lost)["error_desc"], "the caller's clock is still good"


def test_a_restart_remembers_declarations_and_the_moved_clock(tmp_path: Path, export: Path) -> None:
    folder = tmp_path / "folder"
    first = ensure(folder, [export])
    order_id = awaiting(first.url)[0]
    declare(first.url, order_id, "LV000000010CN", "part")
    httpx.post(f"{first.url}/sandbox/advance", json={"hours": 24 * 30})
    before = httpx.get(f"{first.url}/sandbox/state").json()
    first.stop()
    second = ensure(folder, [export])
    assert httpx.get(f"{second.url}/sandbox/state").json() == before
    second.stop()


def test_a_line_torn_by_a_kill_was_never_answered(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.record(("advance", {"seconds": 5}))
    world.close()
    with (tmp_path / "journal.jsonl").open("ab") as journal:
        journal.write(b'[{"kind": "advance", "value": {"sec')
    again = World(tmp_path)
    again.record(("advance", {"seconds": 7}))
    again.close()
    last = World(tmp_path)
    assert last.advanced_s == 12
    last.close()


def test_a_damaged_journal_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text("nonsense\n")
    command = [sys.executable, "-m", "lib.sandbox", "--port", "0", "--folder", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 3
    assert len(ended.stderr.splitlines()) == 1
    assert "journal.jsonl, line 1" in ended.stderr


def test_it_ends_when_asked_while_a_slow_call_is_under_way(tmp_path: Path) -> None:
    running = ensure(tmp_path, [])
    assert running.process is not None
    behave(running.url, faults={"slow": 1.0}, slow_s=600)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{running.url}/router/rest", data=signed(COMPANIES, {}), timeout=0.5)
    running.process.terminate()
    assert running.process.wait(10) == 0
    assert not (tmp_path / "address.json").exists()
    _close(running)


def test_the_address_of_another_folders_sandbox_is_not_taken(tmp_path: Path) -> None:
    one = ensure(tmp_path / "one", [])
    (tmp_path / "two").mkdir()
    stale = (tmp_path / "one" / "address.json").read_text()
    (tmp_path / "two" / "address.json").write_text(stale)
    two = ensure(tmp_path / "two", [])
    assert two.url != one.url
    one.stop()
    two.stop()


def behave(url: str, **settings: Any) -> None:
    httpx.post(f"{url}/sandbox/settings", json=settings).raise_for_status()


def fields(answer: dict[str, Any], method: str) -> dict[str, Any]:
    return answer[method.replace(".", "_") + "_response"]


def listed(url: str, **query: Any) -> dict[str, Any]:
    method = "aliexpress.trade.seller.orderlist.get"
    return fields(ask(url, method, {"param_aeop_order_query": {"current_page": 1} | query}), method)["result"]


def queried(url: str, order_id: str) -> list[dict[str, Any]]:
    method = "aliexpress.logistics.querylogisticsorderdetail"
    result = fields(ask(url, method, {"trade_order_id": order_id}), method)["result"]
    return result["result_list"]["aeop_logistics_order_detail_dto"]


def printed(url: str, numbers: list[str]) -> dict[str, Any]:
    method = "aliexpress.logistics.redefining.getprintinfos"
    wanted_labels = json.dumps([{"international_logistics_id": number} for number in numbers])
    return json.loads(
        fields(ask(url, method, {"warehouse_order_query_d_t_os": wanted_labels}), method)["result"]
    )


def declare(url: str, order_id: str, number: str, send_type: str) -> dict[str, Any]:
    asked = {"out_ref": order_id, "logistics_no": number, "service_name": "CPAM", "send_type": send_type}
    return fields(ask(url, DECLARE, asked), DECLARE)


def logistics_orders(url: str) -> list[dict[str, Any]]:
    return httpx.get(f"{url}/sandbox/state").json()["logistics_orders"]


def status(url: str, order_id: str) -> str:
    orders = httpx.get(f"{url}/sandbox/state").json()["trade_orders"]
    return next(one["status"] for one in orders if one["trade_order_id"] == order_id)


def _close(running: Running) -> None:
    process = running.process
    for stream in (process.stdin, process.stdout) if process else ():
        if stream:
            stream.close()

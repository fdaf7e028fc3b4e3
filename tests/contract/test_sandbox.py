"""The sandbox as any client meets it: over a socket, with requests made by hand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from lib.aliexpress.protocol import request
from lib.sandbox.creating import tracking_number
from lib.sandbox.launch import Running, ensure
from tests.builders import a_products_cell, an_export_row, write_export

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


def create(url: str, order_id: str, **over: Any) -> dict[str, Any]:
    wanted = {
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
    answer = ask(url, "aliexpress.logistics.createwarehouseorder", wanted | over)
    return answer["aliexpress_logistics_createwarehouseorder_response"]["result"]


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
    from lib.aliexpress.protocol import sign

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


def test_slow_answers_come_all_the_same(url: str) -> None:
    httpx.post(f"{url}/sandbox/settings", json={"faults": {"slow": 1.0}, "slow_s": 0.3})
    started = time.monotonic()
    assert "error_response" not in ask(url, "aliexpress.logistics.redefining.listlogisticsservice", {})
    assert time.monotonic() - started >= 0.3


def _close(running: Running) -> None:
    process = running.process
    for stream in (process.stdin, process.stdout) if process else ():
        if stream:
            stream.close()

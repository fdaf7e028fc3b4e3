"""Everything that goes wrong on request, seen on the wire."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from lib.sandbox.faults import Settings
from tests.contract.wire import (
    COMPANIES,
    CREATE,
    advance,
    ask,
    awaiting,
    behave,
    create,
    logistics_orders,
    printed,
    queried,
    result,
    signed,
    status,
    sync,
    synced,
    wanted,
)


def test_an_unknown_fault_is_named(url: str) -> None:
    answer = httpx.post(f"{url}/sandbox/settings", json={"faults": {"meteor": 1}})
    assert answer.status_code == 400
    assert "meteor" in answer.json()["error"]


def test_a_slow_answer_is_to_a_call_that_was_carried_out(url: str) -> None:
    [order_id, *_] = awaiting(url)
    behave(url, faults={"create:slow": 1.0}, slow_s=2)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{url}/router/rest", data=signed(CREATE, wanted(order_id)), timeout=0.5)
    assert [one["trade_order_id"] for one in logistics_orders(url)] == [order_id]


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
    behave(url, faults={"token_expired": 1.0})
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


LIST = "aliexpress.trade.seller.orderlist.get"
DETAIL = "aliexpress.trade.new.redefining.findorderbyid"
PLANS = "aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid"


def detail(url: str, order_id: str) -> dict[str, Any]:
    return result(url, DETAIL, {"param1": {"order_id": order_id}})["target"]


def test_the_days_quota_may_be_used_up_by_chance(url: str) -> None:
    behave(url, faults={"create:daily_quota": 1.0})
    assert "error_response" not in ask(url, COMPANIES, {})
    error = ask(url, CREATE, wanted(awaiting(url)[0]))["error_response"]
    assert error["sub_code"] == "accesscontrol.limited-by-app-access-count"
    seconds = int(re.search(r"ban will last for (\d+) more second", error["sub_msg"])[1])
    assert 0 < seconds <= 86_400
    other = sync(url, COMPANIES, {})["error_response"]
    assert (other["type"], other["code"]) == ("ISV", "AppCallLimit"), "it stops every method"
    assert re.search(r"this ban will last \d+ seconds", other["msg"])
    behave(url, faults={})
    assert "error_response" not in ask(url, COMPANIES, {})


def test_a_suspended_plan_is_refused_and_offered_no_more(url: str) -> None:
    order_id = awaiting(url)[0]

    def offered() -> set[str]:
        found = result(url, PLANS, {"order_id": order_id})["result_list"]["result"]
        return {one["logistics_service_id"] for one in found}

    plan = wanted(order_id)["warehouse_carrier_service"]
    assert plan in offered()
    behave(url, faults={"create:plan_suspended": 1.0}, suspended_s=3600)
    assert create(url, order_id)["error_desc"] == "该物流方案暂停发往此国家"
    assert plan not in offered()
    advance(url, 0.1)
    assert plan in offered(), "and after its time again"
    assert logistics_orders(url) == []


def test_a_buyer_may_ask_to_cancel_while_the_parcel_is_made(url: str) -> None:
    accepted, refused, _ = awaiting(url)
    behave(url, faults={"create:buyer_cancels": 1.0})
    assert create(url, accepted)["success"], "shipping calls are let through then"
    create(url, refused)
    assert {status(url, accepted), status(url, refused)} == {"IN_CANCEL"}
    buyer = detail(url, accepted)["buyerloginid"]
    for order_id, call in ((accepted, "acceptcancel"), (refused, "refusecancel")):
        method = f"aliexpress.trade.seller.order.{call}"
        asked = {"param_order_cancel_request": {"order_id": order_id, "buyer_login_id": buyer}}
        assert result(url, method, asked)["result"]["success"]
        again = result(url, method, asked)["result"]
        assert (again["success"], bool(again["error_message"])) == (False, True)
    assert (status(url, accepted), status(url, refused)) == ("FINISH", "WAIT_SELLER_SEND_GOODS")
    states = {one["trade_order_id"]: one["status"] for one in logistics_orders(url)}
    assert states == {accepted: "closed", refused: "wait_warehouse_receive_goods"}


def test_a_buyer_may_change_the_address_between_two_looks(url: str) -> None:
    order_id = awaiting(url)[0]
    before = detail(url, order_id)
    advance(url, 1)
    behave(url, faults={"detail:address_changed": 1.0})
    after = detail(url, order_id)
    assert after["receipt_address"]["address"] == before["receipt_address"]["address"] + ", Flat 1"
    assert after["gmt_modified"] > before["gmt_modified"]
    behave(url, faults={})
    assert detail(url, order_id)["receipt_address"] == after["receipt_address"], "it stays changed"


def test_a_list_may_bring_an_order_twice(url: str) -> None:
    behave(url, faults={"list:duplicate_list_entry": 1.0})

    def page(number: int) -> list[int]:
        query = {"current_page": number, "page_size": 2}
        rows = result(url, LIST, {"param_aeop_order_query": query})["result"]["target_list"]
        return [row["order_id"] for row in rows["aeop_order_item_dto"]]

    assert page(1)[0] == page(1)[-1]
    assert page(2)[0] == page(1)[1]
    assert len({*page(1), *page(2), *page(3)}) == 5, "and none is missing"


@pytest.mark.parametrize(("fault", "made"), [("refuse_duplicate", 1), ("refuse_plan", 0)])
def test_a_second_logistics_order_may_be_refused(url: str, fault: str, made: int) -> None:
    behave(url, faults={fault: 1.0})
    order_id = awaiting(url)[0]
    assert create(url, order_id)["success"] is bool(made)
    assert create(url, order_id)["success"] is False
    assert len(logistics_orders(url)) == made


def test_a_return_on_a_plan_without_it_may_silently_become_a_destroy(url: str) -> None:
    behave(url, faults={"return_downgraded": 1.0})
    assert create(url, awaiting(url)[0], undeliverable_decision=0)["success"]
    assert logistics_orders(url)[0]["undeliverable_decision"] == "destroy"


def test_a_late_number_comes_after_its_seconds_and_its_label_with_it(url: str) -> None:
    behave(url, faults={"late_number": 1.0}, late_s=600)
    order_id = awaiting(url)[0]
    made = create(url, order_id)
    assert "intl_tracking_no" not in made
    assert queried(url, order_id)[0]["logistics_status"] == "init"
    assert "errorDesc" in printed(url, ["LA200000014CN"])
    advance(url, 0.01)
    number = queried(url, order_id)[0]["international_logistics_num"]
    assert "body" in printed(url, [number])


@pytest.mark.parametrize(
    "fault", ["cut_before", "cut_after", "isp_before", "isp_after", "html_502", "bad_json", "empty"]
)
def test_faults_hit_every_gateway(url: str, fault: str) -> None:
    behave(url, faults={fault: 1.0})
    for path, sent in (
        ("/router/rest", signed(COMPANIES, {})),
        ("/sync", synced(COMPANIES, {})),
    ):
        if fault.startswith("cut"):
            with pytest.raises(httpx.TransportError):
                httpx.post(f"{url}{path}", data=sent)
            continue
        answer = httpx.post(f"{url}{path}", data=sent)
        if not fault.startswith("isp"):
            with pytest.raises(ValueError, match=r"."):
                answer.json()
            continue
        error = answer.json()["error_response"]
        assert (error["code"], error.get("type", "ISP")) in ((15, "ISP"), ("ServiceTimeout", "ISP"))


def test_latency_and_jitter_are_kept(url: str) -> None:
    settings = Settings(latency_ms=80, jitter_ms=20)
    assert all(0.06 <= settings.latency_s() <= 0.1 for _ in range(200))
    assert len({settings.latency_s() for _ in range(20)}) > 1
    behave(url, latency_ms=150)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{url}/router/rest", data=signed(COMPANIES, {}), timeout=0.05)


def test_settings_may_be_given_from_the_start(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "lib.sandbox",
        "--port",
        "0",
        "--folder",
        str(tmp_path),
        "--until-stdin-closes",
    ]
    command += [
        "--latency-ms",
        "1",
        "--jitter-ms",
        "0.5",
        "--rate-limit",
        "50",
        "--fault",
        "create:isp_after=0.25",
    ]
    command += ["--fault", "ban=0.5", "--set", "late_s=9", "--dice", "4"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        url = json.loads(process.stdout.readline())["url"]
        shown = httpx.get(f"{url}/sandbox/settings").json()
        process.stdin.close()
        assert process.wait(10) == 0
    assert shown["faults"] == {"create:isp_after": 0.25, "ban": 0.5}
    assert (shown["latency_ms"], shown["rate_limit"], shown["late_s"], shown["seed"]) == (1, 50, 9, 4)
    wrong = subprocess.run([*command[:-6], "--fault", "meteor=1"], capture_output=True, text=True, timeout=60)
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 1)
    assert "meteor" in wrong.stderr

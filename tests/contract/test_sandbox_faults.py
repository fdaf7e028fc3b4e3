"""Everything that goes wrong on request, seen on the wire."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from lib.sandbox.faults import Settings
from tests.contract.wire import (
    COMPANIES,
    CREATE,
    ask,
    awaiting,
    behave,
    create,
    logistics_orders,
    printed,
    queried,
    signed,
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

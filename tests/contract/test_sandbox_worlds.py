"""Time passes: parcels travel, arrive, come back or are destroyed."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from lib.sandbox.faults import FAULTS, RATES, Settings
from lib.sandbox.journey import TEXTS, UNKNOWN_CODES, UNKNOWN_STATUS
from lib.sandbox.records import LogisticsOrder
from lib.sandbox.world import World
from tests.contract.wire import (
    ADDRESSES,
    advance,
    awaiting,
    behave,
    create,
    declare,
    logistics_orders,
    queried,
    result,
    status,
)

TRACKING = "aliexpress.logistics.redefining.querytrackingresult"
ABNORMAL = "aliexpress.logistics.abnormalorder.query"
ONLINE = "aliexpress.logistics.redefining.getonlinelogisticsinfo"
RETURNING = "CAINIAO_STANDARD_"
HOME = ["RT_INBOUND", "RT_OUTBOUND", "RT_WH_INBOUND", "RT_WH_OUTBOUND", "RT_TMS_ACCEPT", "RETURNED"]
NOTHING_ELSE = dict.fromkeys(RATES, 0)


def scans(url: str, order_id: str, number: str) -> list[str]:
    """The action codes of a parcel, oldest first."""
    asked = {
        "logistics_no": number,
        "out_ref": order_id,
        "origin": "ESCROW",
        "service_name": "CPAM",
        "to_area": "IE",
    }
    found = result(url, TRACKING, asked)
    assert found["result_success"], found
    dates = [datetime.fromisoformat(one["event_date"]) for one in found["details"]["details"]]
    assert dates == sorted(dates, reverse=True)
    return [one["action_code"] for one in found["details"]["details"]][::-1]


def sent(url: str, order_id: str, **over: Any) -> str:
    """A parcel created and declared; its number."""
    made = create(url, order_id, **over)
    assert made["success"], made
    assert declare(url, order_id, made["intl_tracking_no"], "all")["result_success"]
    return made["intl_tracking_no"]


def returning_plan(url: str, order_id: str) -> str:
    """A plan that returns undeliverable parcels, by its services in the newer list."""
    method = "aliexpress.logistics.service.query"
    asked = {"interface_request": {"order_id": order_id, "goods_weight": "0.12"}}
    plans = result(url, method, asked)["result_response"]["result_list"]["result"]
    return next(
        plan["logistics_service_id"]
        for plan in plans
        if "UNREACHABLE_RETURN" in [one["code"] for one in plan["available_logistic_service_list"]["service"]]
    )


def test_time_closes_overdue_orders_with_their_parcels_and_calls_go_on(url: str) -> None:
    behave(url, rates=NOTHING_ELSE)
    kept, lost, _ = awaiting(url)
    declare(url, kept, create(url, kept)["intl_tracking_no"], "all")
    create(url, lost)
    advance(url, 20)
    states = {one["trade_order_id"]: one["status"] for one in logistics_orders(url)}
    assert states == {kept: "send_goods_success", lost: "closed"}
    assert (status(url, kept), status(url, lost)) == ("WAIT_BUYER_ACCEPT_GOODS", "FINISH")
    assert "订单状态" in create(url, lost)["error_desc"], "the caller's clock is still good"


def test_a_parcel_goes_through_the_states_and_scans_to_delivered(url: str) -> None:
    behave(url, rates=NOTHING_ELSE)
    order_id = awaiting(url)[0]
    number = sent(url, order_id)
    assert scans(url, order_id, number) == ["CONSIGN"]
    states = [queried(url, order_id)[0]["logistics_status"]]
    for _ in range(90):
        advance(url, 0.5)
        states.append(queried(url, order_id)[0]["logistics_status"])
    way = [
        "wait_warehouse_receive_goods",
        "wait_warehouse_send_goods",
        "out_stock_success",
        "send_goods_success",
    ]
    seen = [state for state, _ in itertools.groupby(states)]
    assert [one for one in seen if one != "out_stock_fail"] == [one for one in way if one in seen]
    assert (seen[0], seen[-1]) == (way[0], way[-1])
    codes = scans(url, order_id, number)
    chain = [
        "CONSIGN",
        "GOT",
        "SIGNED",
        "SC_INBOUND_SUCCESS",
        "SC_HO_OUT_SUCCESS",
        "CC_EX_SUCCESS",
        "LH_DEPART",
    ]
    chain += ["LH_ARRIVE", "CC_IM_SUCCESS", "GTMS_ACCEPT", "GTMS_DELIVERING"]
    assert [code for code in codes if code in chain] == chain
    assert codes[-1] in ("GTMS_SIGNED", "GSTA_SIGN")
    assert set(codes) <= {"CONSIGN", *TEXTS}
    [parcel] = logistics_orders(url)
    assert parcel["outcome"] == "delivered"


def test_the_older_query_spells_the_same_states_its_own_way(url: str) -> None:
    behave(url, rates=NOTHING_ELSE)
    order_id = awaiting(url)[0]
    sent(url, order_id)

    def spelt(**asked: str) -> list[str]:
        found = result(url, ONLINE, {"order_id": order_id} | asked)["result_list"]["result"]
        return [one["logistics_status"] for one in found]

    assert spelt() == ["waitWarehouseReceiveGoods"]
    advance(url, 40)
    assert spelt() == ["warehouseSendGoodsSuccess"]
    assert spelt(logistics_status="send_goods_success") == ["warehouseSendGoodsSuccess"]
    assert spelt(logistics_status="closed") == []


def test_an_undeliverable_parcel_is_destroyed_when_that_was_decided(url: str) -> None:
    behave(url, rates=NOTHING_ELSE | {"undeliverable": 1})
    order_id = awaiting(url)[0]
    number = sent(url, order_id)
    advance(url, 150)
    codes = scans(url, order_id, number)
    assert codes[-1] == "RT_DESTROY"
    assert "GTMS_DEL_FAILURE" in codes
    assert not set(codes) & {"GTMS_SIGNED", "RETURNED", "RT_INBOUND"}
    [row] = result(url, ABNORMAL, {"trade_order_id": order_id})["result"][
        "aeop_warehouse_abnormal_order_result"
    ]
    assert row["unreachable_insured"] is False
    assert "und_express_mail_no" not in row
    assert len(queried(url, order_id)[0]["logistics_fee_list"]["money"]) == 1, "a destroy costs nothing"


def test_an_undeliverable_parcel_comes_back_under_a_number_and_for_a_fee_when_that_was_decided(
    url: str,
) -> None:
    behave(url, rates=NOTHING_ELSE | {"undeliverable": 1})
    order_id = awaiting(url)[0]
    plan = returning_plan(url, order_id)
    number = sent(url, order_id, warehouse_carrier_service=plan, undeliverable_decision=0)
    assert result(url, ABNORMAL, {})["total_count"] == 0
    advance(url, 170)
    codes = scans(url, order_id, number)
    assert [code for code in codes if code in HOME] == HOME
    assert codes[-1] == "RETURNED"
    [row] = result(url, ABNORMAL, {"intl_tracking_no": number})["result"][
        "aeop_warehouse_abnormal_order_result"
    ]
    assert row["unreachable_insured"] is True
    assert row["und_express_mail_no"].startswith("SF")
    freight, fee = queried(url, order_id)[0]["logistics_fee_list"]["money"]
    assert (fee["cent"], fee["currency_code"]) == (500, "CNY")
    assert freight["cent"] == queried(url, order_id)[0]["logistics_fee"]["cent"]
    [parcel] = logistics_orders(url)
    assert (parcel["outcome"], parcel["return_fee_minor"]) == ("returned", 500)
    assert parcel["und_express_mail_no"] == row["und_express_mail_no"]


def test_the_news_of_a_lost_parcel_just_end(url: str) -> None:
    behave(url, rates=NOTHING_ELSE | {"lost": 1})
    order_id = awaiting(url)[0]
    number = sent(url, order_id)
    advance(url, 60)
    codes = scans(url, order_id, number)
    advance(url, 300)
    assert scans(url, order_id, number) == codes
    assert codes[-1] not in ("GTMS_SIGNED", "GSTA_SIGN", "RT_DESTROY", "RETURNED")
    assert logistics_orders(url)[0]["outcome"] == "lost"


@pytest.mark.parametrize(
    ("fate", "pickup", "reached", "code"),
    [
        ("warehouse_reject", False, "warehouse_reject_goods", "SC_INBOUND_FAILURE"),
        ("pickup_fail", True, "pickup_fail", "PU_PICKUP_FAILURE"),
        ("customs_failure", False, "send_goods_success", "RT_DESTROY"),
    ],
)
def test_a_parcel_may_fail_on_the_way(url: str, fate: str, pickup: bool, reached: str, code: str) -> None:
    behave(url, rates=NOTHING_ELSE | {fate: {"IE": 1}})
    order_id = awaiting(url)[0]
    addresses = ADDRESSES | ({"pickup": {"address_id": 1101}} if pickup else {})
    number = sent(url, order_id, address_d_t_os=addresses)
    advance(url, 120)
    assert queried(url, order_id)[0]["logistics_status"] == reached
    assert scans(url, order_id, number)[-1] == code
    [row] = result(url, ABNORMAL, {})["result"]["aeop_warehouse_abnormal_order_result"]
    assert row["abnormal_reason"]
    assert str(row["trade_order_id"]) == order_id


def test_codes_and_states_nobody_published_turn_up(url: str) -> None:
    behave(url, rates=NOTHING_ELSE | {"unknown_code": 1})
    order_id = awaiting(url)[0]
    number = sent(url, order_id)
    states = set()
    for _ in range(60):
        advance(url, 0.5)
        states.add(queried(url, order_id)[0]["logistics_status"])
    assert set(scans(url, order_id, number)) & set(UNKNOWN_CODES)
    assert UNKNOWN_STATUS in states


def test_rates_are_by_plan_and_country_before_plan_before_country_before_all() -> None:
    settings = Settings()
    assert settings.rate("lost", "IE", "CPAM") == RATES["lost"]["*"]
    settings.change(rates={"lost": {"*": 0.1, "IE": 0.2, "CPAM": 0.3, "CPAM/IE": 0.4}})
    assert settings.rate("lost", "IE", "CPAM") == 0.4
    assert settings.rate("lost", "FR", "CPAM") == 0.3
    assert settings.rate("lost", "IE", "SGP") == 0.2
    assert settings.rate("lost", "FR", "SGP") == 0.1
    assert settings.rate("undeliverable", "BR", "SGP") == RATES["undeliverable"]["BR"], "others stay"


@pytest.mark.parametrize("wrong", [{"meteor": 1}, {"lost": 2}, {"lost": {"IE": "often"}}, 3])
def test_a_wrong_rate_is_named_and_changes_nothing(url: str, wrong: Any) -> None:
    answer = httpx.post(f"{url}/sandbox/settings", json={"rates": wrong})
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert httpx.get(f"{url}/sandbox/settings").json()["rates"] == RATES


def test_a_shipped_order_ends_after_its_parcel_did(url: str) -> None:
    behave(url, rates=NOTHING_ELSE)
    order_id = awaiting(url)[0]
    sent(url, order_id)
    advance(url, 60)
    assert status(url, order_id) == "FINISH"
    method = "aliexpress.trade.new.redefining.findorderbyid"
    target = result(url, method, {"param1": {"order_id": order_id}})["target"]
    assert target["logistics_status"] == "BUYER_ACCEPT_GOODS"
    [shipped] = target["logistic_info_list"]["global_aeop_tp_logistic_info_dto"]
    assert shipped["receive_status"] == "received"


def test_a_parcel_that_was_handed_over_before_it_was_declared_moves(url: str) -> None:
    behave(url, rates=NOTHING_ELSE)
    order_id = awaiting(url)[0]
    made = create(url, order_id)
    httpx.post(f"{url}/sandbox/logistics/{made['warehouse_order_id']}/handover").raise_for_status()
    advance(url, 4)
    assert "CONSIGN" not in scans(url, order_id, made["intl_tracking_no"])


def test_a_logistics_order_closes_on_request_but_not_once_the_warehouse_has_it(url: str) -> None:
    behave(url, rates=NOTHING_ELSE)
    first, second, _ = awaiting(url)
    made = create(url, first)
    closed = httpx.post(f"{url}/sandbox/logistics/{made['warehouse_order_id']}/close").json()
    assert closed["status"] == "closed"
    assert queried(url, first)[0]["logistics_status"] == "closed"
    sent(url, second)
    advance(url, 30)
    [other] = [one for one in logistics_orders(url) if one["trade_order_id"] == second]
    refused = httpx.post(f"{url}/sandbox/logistics/{other['logistics_order_id']}/close")
    assert (refused.status_code, "send_goods_success" in refused.json()["error"]) == (409, True)
    assert httpx.post(f"{url}/sandbox/logistics/1/close").status_code == 404


def test_the_same_seed_brings_the_same_world(tmp_path: Path) -> None:
    """Whatever order the parcels were created in."""

    def fates(folder: str, order: int) -> dict[str, tuple[str, list[str]]]:
        world = World(tmp_path / folder, Settings(seed=3))
        _fill(world, 300, step=order)
        with world.lock:
            world.advance(60 * 86_400)
        made = world.shop("default").logistics.values()
        found = {one.trade_order_id: (one.fate, _codes(world, one)) for one in made}
        world.close()
        return found

    assert fates("a", 1) == fates("b", -1)


def test_parcels_end_as_often_as_the_rates_say(tmp_path: Path) -> None:
    world = World(tmp_path, Settings(seed=5))
    world.settings.change(rates=NOTHING_ELSE | {"undeliverable": 0.2, "lost": {"IE": 0.1}})
    _fill(world, 2000)
    shop = world.shop("default")
    with world.lock:
        world.advance(365 * 86_400)
    ends = Counter(shop.outcome_of(one) for one in shop.logistics.values())
    assert set(ends) == {"delivered", "destroyed", "lost"}
    assert 330 <= ends["destroyed"] <= 470
    assert 150 <= ends["lost"] <= 255
    world.close()


def test_a_restart_goes_on_with_the_same_journeys(tmp_path: Path) -> None:
    world = World(tmp_path, Settings(seed=3))
    _fill(world, 50)
    with world.lock:
        world.advance(20 * 86_400)
    before = {one.tracking_number: _codes(world, one) for one in world.shop("default").logistics.values()}
    world.close()
    again = World(tmp_path, Settings(seed=99))
    after = {one.tracking_number: _codes(again, one) for one in again.shop("default").logistics.values()}
    assert before == after
    again.close()


def test_every_fault_and_fate_is_documented() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    assert [name for name in [*FAULTS, *RATES] if f"`{name}`" not in text] == []


def _codes(world: World, made: LogisticsOrder) -> list[str]:
    return [step.code for step in world.shop("default").steps(made)]


def _fill(world: World, count: int, step: int = 1) -> None:
    """Shipped parcels, as creating and declaring make them."""
    shop = world.shop("default")
    at = world.now().isoformat()
    for place in range(count)[::step]:
        luck = random.Random(f"{world.settings.chance} default {place} 0").getrandbits(48)
        number = f"LA{place:09d}CN"
        made = LogisticsOrder(
            str(place), f"LP{place}", f"T{place}", "CPAM", "CPAM_CPAMSH", number, "destroy", False,
            "wait_warehouse_receive_goods", at, at, at, 100, "CNY", {"country": "IE"}, [],
            mode="SELF_POST", luck=luck,
        )  # fmt: skip
        shop.record(("logistics_order", made))
        shop.record(*shop.hand_over(shop.logistics[str(place)], at))

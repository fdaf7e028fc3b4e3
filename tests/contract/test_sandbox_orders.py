"""Trade orders in the sandbox: seeding, lists, details, receivers, requests to cancel."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from stdnum.br import cpf

from lib.sandbox.launch import Running
from lib.sandbox.records import TradeOrder
from lib.sandbox.trade import order_list
from lib.sandbox.world import World
from tests.builders import an_export_row, write_export
from tests.contract.wire import ask, awaiting, behave, create, declare, fields, listed, result


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


def placed(url: str, page: int, **query: Any) -> list[str]:
    rows = listed(url, current_page=page, page_size=2, **query)["target_list"]["aeop_order_item_dto"]
    return [str(row["order_id"]) for row in rows]


def test_an_order_that_leaves_the_filter_lets_another_slip_between_two_pages(url: str) -> None:
    query = {"order_status": "WAIT_SELLER_SEND_GOODS"}
    everything = {*placed(url, 1, **query), *placed(url, 2, **query)}
    first = placed(url, 1, **query)
    declare(url, first[0], "LV000000010CN", "all")
    assert everything - {*first, *placed(url, 2, **query)}, "whoever pages on never sees it"


def test_a_new_order_pushes_others_to_the_next_page(url: str, tmp_path: Path) -> None:
    first = placed(url, 1)
    newer = write_export(
        tmp_path / "newer.csv", [an_export_row(付款时间="2026.08.30 11:07", 下单时间="2026.08.30 11:06")]
    )
    httpx.post(f"{url}/sandbox/seed", json={"path": str(newer)}, timeout=60).raise_for_status()
    assert placed(url, 2)[0] == first[1], "it comes again"


def test_filters_hold_over_the_night_an_hour_comes_twice(tmp_path: Path) -> None:
    """2026-11-01 02:00 in Los Angeles the clocks go back: 01:30 is two moments, an hour apart."""
    world = World(tmp_path)
    moments = {"daylight": "2026-11-01T08:30:00+00:00", "standard": "2026-11-01T09:30:00+00:00"}
    moments |= {"before": "2026-11-01T07:30:00+00:00", "after": "2026-11-01T10:30:00+00:00"}
    for order_id, at in moments.items():
        order = TradeOrder(
            order_id, "WAIT_SELLER_SEND_GOODS", at, at, at, "USD", 1, 0, 1, "", "", "", {"country": "IE"}
        )
        world.record("default", ("trade_order", order))

    def found(start: str, end: str) -> list[str]:
        query = {
            "current_page": 1,
            "create_date_start": f"2026-11-01 {start}",
            "create_date_end": f"2026-11-01 {end}",
        }
        answer = order_list(world.shop("default"), {"param_aeop_order_query": json.dumps(query)})
        return sorted(row["order_id"] for row in answer["result"]["target_list"].rows)

    assert found("01:30:00", "01:30:00") == ["daylight", "standard"]
    assert found("01:00:00", "01:59:59") == ["daylight", "standard"]
    assert found("00:00:00", "00:59:59") == ["before"]
    assert found("02:00:00", "03:00:00") == ["after"]
    row = order_list(world.shop("default"), {"param_aeop_order_query": '{"current_page": 1}'})["result"]
    times = {one["order_id"]: one["gmt_create"][11:] for one in row["target_list"].rows}
    assert times == {
        "before": "00:30:00",
        "daylight": "01:30:00",
        "standard": "01:30:00",
        "after": "02:30:00",
    }
    world.close()


def test_both_lists_and_both_details_tell_of_the_same_orders(url: str) -> None:
    older = listed(url, page_size=50)["target_list"]["aeop_order_item_dto"]
    method = "aliexpress.solution.order.get"
    newer = result(url, method, {"param0": {"current_page": 1, "page_size": 50}})["result"]["target_list"][
        "order_dto"
    ]
    assert [row["order_id"] for row in older] == [row["order_id"] for row in newer]
    assert older[0]["product_list"]["aeop_order_product_dto"] == newer[0]["product_list"]["order_product_dto"]
    order_id = awaiting(url)[0]
    asked = {"param1": {"order_id": order_id}}
    target = result(url, "aliexpress.trade.new.redefining.findorderbyid", asked)["target"]
    data = result(url, "aliexpress.solution.order.info.get", asked)["result"]["data"]
    assert str(target["id"]) == order_id
    assert target["receipt_address"] == data["receipt_address"]
    assert (
        target["child_order_list"]["aeop_tp_child_order_dto"]
        == data["child_order_list"]["global_aeop_tp_child_order_dto"]
    )


def test_the_receiver_is_told_by_four_calls(url: str) -> None:
    order_id = awaiting(url)[0]
    asked = {"param1": {"order_id": order_id}}
    target = result(url, "aliexpress.trade.new.redefining.findorderbyid", asked)["target"]
    person = result(url, "aliexpress.solution.order.receiptinfo.get", asked)["result"]
    assert (person["contact_person"], person["country"]) == ("Vera Made-Up", "IE")
    assert result(url, "aliexpress.trade.redefining.findorderreceiptinfo", asked)["result"] == person
    method = "aliexpress.trade.seller.order.decrypt"
    plain = result(url, method, {"orderId": order_id, "oaid": target["oaid"]})
    assert (plain["result_code"], plain["result_obj"]) == ("200", target["receipt_address"])
    assert "result_obj" not in result(url, method, {"orderId": order_id, "oaid": "x"})


def test_orders_of_one_buyer_are_found_by_login(url: str) -> None:
    row = listed(url, page_size=1)["target_list"]["aeop_order_item_dto"][0]
    found = listed(url, buyer_login_id=row["buyer_login_id"])
    assert [one["order_id"] for one in found["target_list"]["aeop_order_item_dto"]] == [row["order_id"]]

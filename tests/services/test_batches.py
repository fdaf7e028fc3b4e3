"""Drafts: who takes an order first has it, and nobody ships more than was ordered."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from lib.domain.orders import OrderFilter
from lib.domain.plans import Policy
from lib.domain.problems import Problem
from lib.domain.shipments import State
from lib.services import batches, orders, shipments
from lib.store import shipments as shipment_store
from tests.builders import a_products_cell, an_export_row
from tests.conftest import Desk


def test_a_draft_takes_everything_left_of_its_orders_in_deadline_order(desk: Desk) -> None:
    ids = desk.order_ids()
    made = batches.create(desk.app, list(reversed(ids)), by="tester")
    assert made.order_ids == ids
    assert made.excluded == []
    assert desk.states(made.batch_id or "") == {"draft": 10}


def test_the_second_tab_is_told_which_orders_were_taken_and_gets_the_rest(desk: Desk) -> None:
    ids = desk.order_ids()
    first = batches.create(desk.app, ids[:6], by="first operator")
    second = batches.create(desk.app, ids[3:], by="second operator")
    assert second.order_ids == ids[6:]
    assert {(one.order_id, one.code) for one in second.excluded} == {(one, "taken") for one in ids[3:6]}
    assert all(first.batch_id in one.value and "first operator" in one.value for one in second.excluded)


def test_many_tabs_at_once_never_take_more_than_was_ordered(desk: Desk) -> None:
    ids = desk.order_ids()
    made: list[batches.Created] = []
    threads = [
        threading.Thread(target=lambda: made.append(batches.create(desk.app, ids, by="tab")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [order_id for one in made for order_id in one.order_ids]
    assert sorted(taken) == sorted(ids), "each order once, and by somebody"
    with desk.app.database.read() as work:
        over = work._cursor.execute("select count(*) from line_balances where left_quantity < 0").fetchall()
    assert over == [(0,)]


def test_what_a_draft_gives_up_is_free_again(desk: Desk) -> None:
    ids = desk.order_ids()
    made = batches.create(desk.app, ids, by="tester")
    assert batches.discard(desk.app, made.batch_id or "", by="tester") == 10
    assert batches.create(desk.app, ids, by="tester").order_ids == ids


def test_a_submitted_batch_cannot_be_discarded(queued: Desk) -> None:
    batch_id = queued.batch_id
    with pytest.raises(Problem, match="batch_submitted"):
        batches.discard(queued.app, batch_id, by="tester")


def test_limit_counts_shipments_in_the_draft_not_exclusions(desk: Desk) -> None:
    ids = desk.order_ids()
    orders.hold(desk.app, ids[:4], reason="wait for the buyer", until=None, by="tester")
    made = batches.create(desk.app, ids, by="tester", limit=5)
    assert made.order_ids == ids[4:9]
    assert {one.code for one in made.excluded} == {"held"}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"products": a_products_cell(("NO-SUCH-SKU", 1))}, "unknown_sku"),
        ({"收货国家": "Germany", "邮编": "", "手机": "4915112345678"}, "missing_postcode"),
        ({"邮编": "not a postcode"}, "doubtful_postcode"),
        ({"联系电话": "", "手机": ""}, "missing_phone"),
        ({"订单状态": "等待买家收货"}, "status"),
        ({"订单状态": "部分发货"}, "unknown_rest"),
        ({"收货人名称": "名" * 31}, "address_too_long"),
        ({"收货国家": "Brazil", "邮编": "01310-100", "手机": "5511987654321"}, "missing_tax_number"),
    ],
)
def test_an_order_with_a_fault_is_loaded_and_kept_out_with_its_reason(
    empty_desk: Desk, row: dict[str, str], code: str
) -> None:
    empty_desk.load([an_export_row(**row), an_export_row()])
    with empty_desk.app.database.read() as work:
        everyone = [one for (one,) in work._cursor.execute("select order_id from orders").fetchall()]
    assert len(everyone) == 2, "both are loaded"
    made = batches.create(empty_desk.app, everyone, by="tester")
    assert len(made.order_ids) == 1
    assert code in {one.code for one in made.excluded}


def test_a_deadline_that_has_passed_warns_and_never_blocks(empty_desk: Desk) -> None:
    late, early = an_export_row(发货期限="2026-08-31 00:00"), an_export_row(发货期限="2030-01-01 00:00")
    empty_desk.load([early, late])
    page = orders.pending(empty_desk.app, OrderFilter())
    assert page.orders["overdue"].tolist() == [True, False], "overdue first"
    assert len(batches.create(empty_desk.app, empty_desk.order_ids(), by="tester").order_ids) == 2


def test_orders_no_plan_can_carry_stay_out_when_a_policy_decides(empty_desk: Desk) -> None:
    many = an_export_row(products=a_products_cell(("SKU-1", 900)), 订单金额="$4,500.00")
    empty_desk.load([an_export_row(), many])
    made = batches.create(empty_desk.app, empty_desk.order_ids(), by="tester", policy=Policy.BUYERS)
    assert len(made.order_ids) == 1
    assert [one.code for one in made.excluded] == ["no_plan"]


def test_a_hold_ends_by_itself_and_can_be_released(desk: Desk) -> None:
    ids = desk.order_ids()
    soon = desk.app.now() + timedelta(hours=1)
    orders.hold(desk.app, ids[:2], reason="buyer asked", until=soon, by="tester")
    assert orders.counts(desk.app)["held"] == 2
    desk.app.now = lambda: soon + timedelta(seconds=1)
    assert orders.counts(desk.app)["held"] == 0
    orders.hold(desk.app, ids[:2], reason="again", until=None, by="tester")
    orders.release(desk.app, ids[:1], by="tester")
    assert orders.counts(desk.app)["held"] == 1


@pytest.mark.parametrize(("reason", "code"), [("", "hold_needs_reason"), ("  ", "hold_needs_reason")])
def test_a_hold_needs_a_reason(desk: Desk, reason: str, code: str) -> None:
    with pytest.raises(Problem, match=code):
        orders.hold(desk.app, desk.order_ids(), reason=reason, until=None, by="tester")


def test_a_step_from_where_a_shipment_no_longer_is_changes_nothing(queued: Desk) -> None:
    batch_id = queued.batch_id
    now = queued.app.now()
    with queued.app.database.write() as work:
        [first, *_] = shipment_store.in_states(work, batch_id, [State.QUEUED])
        step = first.step(State.SENDING, at=now)
        assert shipment_store.take(work, [step]) == {first.shipment_id}
        assert shipment_store.take(work, [step]) == set(), "somebody was first"
    assert [event["state"] for event in shipments.detail(queued.app, first.shipment_id)["timeline"]].count(
        "sending"
    ) == 1

"""What was queued is looked at once more before it is sent: whatever changed since keeps it here, with its reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.domain.shipments import Decision, State
from lib.services import asking, notices, orders, plans, shipments, stops
from lib.services.dispatch import Dispatcher
from lib.store import dispatch as dispatch_store
from lib.store import notices as notice_store
from lib.store import orders as order_store
from lib.store import shipments as shipment_store
from lib.store.database import Work
from lib.wording import note_sentence, reason_mending, reason_sentence
from tests.conftest import Desk
from tests.services.test_dispatch_faults import Clock


def outcome(desk: Desk, batch_id: str) -> dict[str, tuple[str, str, str]]:
    """Order → state, reason and its value, after a dispatcher worked; only what is ready reached the platform."""
    desk.work(batch_id)
    rows = shipments.listing(desk.app, batch_id)
    sent = {one["trade_order_id"] for one in desk.logistics_orders()}
    assert sent == set(rows.loc[rows["state"] == "ready", "order_id"])
    for code, text in zip(rows["reason_code"], rows["reason_text"], strict=True):
        if isinstance(code, str):
            assert code not in reason_sentence(code, text), "a sentence, not a code"
            assert reason_mending(code)
            assert code not in note_sentence(code).split()
    return {
        row["order_id"]: (row["state"], row["reason_code"], row["reason_text"])
        for row in rows.to_dict("records")
        if row["state"] != "ready"
    }


@pytest.fixture
def queued(desk: Desk) -> tuple[str, str]:
    """A batch of three that is submitted, and one of its orders."""
    ids = desk.order_ids()[:3]
    batch_id = desk.draft(ids)
    desk.submit(batch_id)
    return batch_id, ids[0]


def _sql(work: Work, text: str, *values: str) -> None:
    work._cursor.execute(text, list(values))


def test_an_order_that_no_longer_awaits_shipment_stays_here(desk: Desk, queued: tuple[str, str]) -> None:
    batch_id, order_id = queued
    with desk.app.database.write() as work:
        order_store.set_status(work, "default", order_id, "IN_CANCEL", at=desk.app.now())
    assert outcome(desk, batch_id) == {order_id: ("refused", "order_status", "IN_CANCEL")}


def test_goods_that_were_shipped_elsewhere_meanwhile_are_not_sent_again(
    desk: Desk, queued: tuple[str, str]
) -> None:
    batch_id, order_id = queued
    with desk.app.database.write() as work:
        _sql(work, "update order_lines set shipped_quantity = quantity where order_id = ?", order_id)
    assert outcome(desk, batch_id)[order_id][:2] == ("refused", "shipped_elsewhere")


@pytest.mark.parametrize("everything", [True, False])
def test_goods_of_a_notice_that_is_not_settled_are_not_sent(
    desk: Desk, queued: tuple[str, str], everything: bool
) -> None:
    batch_id, order_id = queued
    with desk.app.database.write() as work:
        # No way of the program leads here either: a notice takes only what no parcel holds.
        notice_store.add(
            work, "default", order_id, notices.NOTICE, {} if everything else {1: 1}, service_key="CPAM",
            website="", tracking_number="LX123456789CN", is_everything=everything, made_by="t",
            made_at=desk.app.now(),
        )  # fmt: skip
    assert outcome(desk, batch_id) == {order_id: ("refused", "notice_unsettled", "")}


def test_of_two_parcels_with_the_same_goods_one_is_sent_and_who_has_it_is_named(
    desk: Desk, queued: tuple[str, str]
) -> None:
    batch_id, order_id = queued
    with desk.app.database.write() as work:
        # No way of the program leads here: two programs, or a restored copy of the store, might.
        _sql(
            work,
            "insert into shipments by name select *"
            " replace ('20000101-1-00001' as shipment_id, '20000101-1' as batch_id)"
            " from shipments where order_id = ?",
            order_id,
        )
        _sql(
            work,
            "insert into shipment_lines by name select * replace ('20000101-1-00001' as shipment_id)"
            " from shipment_lines where order_id = ?",
            order_id,
        )
        _sql(
            work,
            "insert into batches by name select * replace ('20000101-1' as batch_id, 'Li' as submitted_by)"
            " from batches where batch_id = ?",
            batch_id,
        )
        _sql(
            work,
            "insert into batch_plans by name select * replace ('20000101-1' as batch_id) from batch_plans"
            " where batch_id = ?",
            batch_id,
        )
    desk.work()
    rows = shipments.listing(desk.app, batch_id).set_index("order_id")
    assert rows.loc[order_id, "state"] == "refused"
    assert rows.loc[order_id, "reason_code"] == "taken"
    assert rows.loc[order_id, "reason_text"] == "20000101-1 (Li)"
    assert "20000101-1 (Li)" in reason_sentence("taken", rows.loc[order_id, "reason_text"])
    assert sorted(one["trade_order_id"] for one in desk.logistics_orders()) == sorted(rows.index)


def test_an_address_that_lacks_something_now_is_not_sent(desk: Desk, queued: tuple[str, str]) -> None:
    batch_id, order_id = queued
    receiver = orders.detail(desk.app, order_id)["receivers"]["received"]
    orders.correct_receiver(
        desk.app, order_id, receiver.__class__(**vars(receiver) | {"city": ""}), by="tester"
    )
    state, code, value = outcome(desk, batch_id)[order_id]
    assert (state, code) == ("refused", "address_incomplete")
    assert "missing_address" in value


def test_a_plan_that_was_stopped_meanwhile_is_not_sent_on(desk: Desk, queued: tuple[str, str]) -> None:
    batch_id, order_id = queued
    plan_id = shipments.listing(desk.app, batch_id).set_index("order_id").loc[order_id, "plan_id"]
    stops.stop(desk.app, plan_id, reason="flooded", by="tester")
    found = outcome(desk, batch_id)
    assert found[order_id] == ("refused", "plan_gone", plan_id)


def test_a_plan_without_a_code_of_the_platform_is_not_sent_on(desk: Desk, queued: tuple[str, str]) -> None:
    batch_id, order_id = queued
    with desk.app.database.write() as work:
        _sql(work, "update batch_plans set service_code = null where batch_id = ?", batch_id)
    assert outcome(desk, batch_id)[order_id][:2] == ("refused", "plan_gone")


def test_a_deadline_that_passes_while_the_parcel_waits_asks_a_person_once(
    desk: Desk, queued: tuple[str, str]
) -> None:
    batch_id, order_id = queued
    clock = Clock(desk)
    soon = desk.app.now() + timedelta(minutes=30)
    with desk.app.database.write() as work:
        _sql(work, "update orders set ship_by_at = ? where order_id = ?", f"{soon:%Y-%m-%d %H:%M}", order_id)
    clock.ahead = timedelta(hours=1)
    assert outcome(desk, batch_id)[order_id][:2] == ("refused", "deadline_passed")
    assert shipments.retry(desk.app, batch_id, by="tester") == 1
    assert outcome(desk, batch_id) == {}


def test_what_is_found_on_the_platform_is_compared_with_what_was_asked_for(desk: Desk) -> None:
    batch_id = desk.draft(desk.order_ids()[:2])
    desk.submit(batch_id, Decision.DESTROY)
    desk.behave(faults={"create:cut_after": 1.0})
    dispatcher = Dispatcher(desk.app)
    while not desk.states(batch_id).get("unconfirmed"):
        dispatcher.turn(batch_id)
    dispatcher.stop()
    with desk.app.database.write() as work:
        _sql(work, "update shipments set undeliverable = 'return' where batch_id = ?", batch_id)
        _sql(work, "update batch_plans set service_code = 'ANOTHER' where batch_id = ?", batch_id)
    desk.work(batch_id)
    rows = shipments.listing(desk.app, batch_id)
    assert set(rows["state"]) == {"ready"}
    assert set(rows["found_undeliverable"]) == {"destroy"}
    assert all(isinstance(code, str) and code != "ANOTHER" for code in rows["found_service_code"])


def unanswered(desk: Desk, fault: str) -> tuple[str, str]:
    """A batch of one parcel to be destroyed whose creation was not answered, and the parcel.

    The seller's own program made a logistics order of the same trade order meanwhile, to be returned.
    """
    batch_id = desk.draft(desk.order_ids()[:1])
    [shipment_id] = shipments.listing(desk.app, batch_id)["shipment_id"]
    returning = {row["plan_id"] for row in plans.all_plans(desk.app) if row["return_supported"]}
    able = [one.plan_id for one in plans.options(desk.app, batch_id, shipment_id) if one.eligible]
    plans.choose_plan(desk.app, batch_id, next(one for one in able if one in returning), by="tester")
    desk.submit(batch_id, Decision.DESTROY)
    with desk.app.database.read() as work:
        parcel = dispatch_store.parcels(work, [shipment_id])[shipment_id]
    wanted = asking._new_shipment(parcel | {"undeliverable": Decision.RETURN})
    desk.app.platform_of("default").create_shipment(wanted)
    desk.behave(faults={f"create:{fault}": 1.0})
    dispatcher = Dispatcher(desk.app)
    while not desk.states(batch_id).get("unconfirmed"):
        dispatcher.turn(batch_id)
    dispatcher.stop()
    desk.behave(faults={})
    return batch_id, shipment_id


def test_of_several_logistics_orders_the_one_that_was_asked_for_is_taken_over_and_the_other_is_told(
    desk: Desk,
) -> None:
    batch_id, shipment_id = unanswered(desk, "cut_after")
    desk.work(batch_id)
    found = shipments.detail(desk.app, shipment_id)
    [ours] = [one for one in desk.logistics_orders() if one["undeliverable_decision"] == "destroy"]
    assert (found["logistics_order_id"], found["found_undeliverable"]) == (ours["logistics_order_id"], None)
    [note] = [one["note"] for one in found["timeline"] if one["note"].startswith("adopted")]
    assert note == "adopted_of_several"
    assert "another one of this order" in note_sentence(note)


def test_what_was_asked_for_otherwise_is_taken_over_only_once_ours_is_believed_absent_and_is_told(
    desk: Desk,
) -> None:
    batch_id, shipment_id = unanswered(desk, "cut_before")
    with desk.app.database.read() as work:
        [shipment] = shipment_store.by_ids(work, [shipment_id])
        row = work.row("shipment_by_id", shipment_id=shipment_id) | {
            "service_code": None, "attempted_at": desk.app.now(), "doubted_at": None, "absent_at": None,
        }  # fmt: skip
    first = asking.find(desk.app, shipment, row)
    assert (first.steps, len(first.absent)) == ([], 1), "ours may not be visible yet"
    desk.work(batch_id)
    found = shipments.detail(desk.app, shipment_id)
    assert (found["state"], found["found_undeliverable"]) == ("ready", "return")
    assert len(desk.logistics_orders()) == 1, "nothing was sent twice"


def test_a_refused_parcel_is_mended_in_place_while_its_neighbours_go_on(
    desk: Desk, queued: tuple[str, str]
) -> None:
    batch_id, order_id = queued
    with desk.app.database.write() as work:
        order_store.set_status(work, "default", order_id, "IN_CANCEL", at=desk.app.now())
    assert list(outcome(desk, batch_id)) == [order_id]
    before = (
        shipments.listing(desk.app, batch_id).set_index("order_id")["logistics_order_id"].dropna().to_dict()
    )
    with desk.app.database.write() as work:
        order_store.set_status(work, "default", order_id, "WAIT_SELLER_SEND_GOODS", at=desk.app.now())
    assert shipments.retry(desk.app, batch_id, by="tester") == 1
    assert outcome(desk, batch_id) == {}
    after = shipments.listing(desk.app, batch_id).set_index("order_id")["logistics_order_id"].to_dict()
    assert {one: after[one] for one in before} == before, "the others were left alone"
    assert State.REFUSED not in desk.states(batch_id)

"""Sending: nothing twice, nothing lost, whatever the platform does."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pypdf
import pytest

from lib.aliexpress.errors import Unavailable
from lib.aliexpress.platform import Client, Platform
from lib.app import App
from lib.config import Settings
from lib.domain.shipments import Decision, State
from lib.services import orders, shipments
from lib.services.dispatch import Dispatcher
from lib.store import dispatch as dispatch_store
from lib.store import shipments as shipment_store
from tests.conftest import HTTP, Desk


def one_live_each(desk: Desk, batch_id: str) -> bool:
    """Whether the platform has exactly the batch's logistics orders, one per shipment."""
    ours = sorted(shipments.listing(desk.app, batch_id)["logistics_order_id"].dropna())
    theirs = sorted(one["logistics_order_id"] for one in desk.logistics_orders())
    return ours == theirs and len(set(ours)) == len(ours)


def test_a_batch_is_created_numbered_and_labelled(desk: Desk) -> None:
    batch_id = desk.draft()
    assert desk.submit(batch_id) == 10
    desk.work(batch_id)
    assert desk.states(batch_id) == {"ready": 10}
    assert one_live_each(desk, batch_id)
    rows = shipments.listing(desk.app, batch_id)
    for path, number in zip(rows["label_path"], rows["tracking_number"], strict=True):
        label = pypdf.PdfReader(desk.app.settings.data / path)
        assert len(label.pages) == 1
        assert number in label.pages[0].extract_text()


def test_submitting_twice_sends_once(queued: Desk) -> None:
    batch_id = queued.batch_id
    assert shipments.submit(queued.app, batch_id, agreed=True, by="colleague") == 0
    queued.work()
    assert shipments.submit(queued.app, batch_id, agreed=True, by="colleague") == 0
    queued.work()
    assert len(queued.logistics_orders()) == 10


@pytest.mark.parametrize("fault", ["isp_after", "cut_after", "html_502", "bad_json", "empty"])
def test_an_unanswered_request_that_was_carried_out_is_adopted_not_repeated(queued: Desk, fault: str) -> None:
    queued.behave(faults={f"create:{fault}": 0.6})
    batch_id = queued.batch_id
    queued.work(batch_id)
    assert queued.states(batch_id) == {"ready": 10}
    assert len(queued.logistics_orders()) == 10
    assert one_live_each(queued, batch_id)
    notes = Counter(_notes(queued, batch_id))
    assert notes["adopted"] > 0, "the fault never struck"


@pytest.mark.parametrize("fault", ["isp_before", "cut_before"])
def test_an_unanswered_request_that_was_not_carried_out_is_sent_again(queued: Desk, fault: str) -> None:
    queued.behave(faults={f"create:{fault}": 0.5})
    batch_id = queued.batch_id
    queued.work(batch_id)
    assert queued.states(batch_id) == {"ready": 10}
    assert one_live_each(queued, batch_id)
    assert "not_on_platform" in _notes(queued, batch_id)


def test_an_order_that_becomes_visible_late_is_waited_for(desk: Desk) -> None:
    desk.app.settings.settle_seconds = 3
    desk.behave(faults={"create:cut_after": 1.0, "create:late_visibility": 1.0}, late_s=1.5)
    batch_id = desk.draft(desk.order_ids()[:3])
    desk.submit(batch_id)
    desk.work(batch_id)
    assert desk.states(batch_id) == {"ready": 3}
    assert len(desk.logistics_orders()) == 3


def test_a_late_number_is_asked_for_until_it_is_there(desk: Desk) -> None:
    desk.behave(faults={"create:late_number": 1.0}, late_s=1.0)
    batch_id = desk.draft(desk.order_ids()[:4])
    desk.submit(batch_id)
    desk.work(batch_id)
    assert desk.states(batch_id) == {"ready": 4}


def test_bans_are_waited_out(queued: Desk) -> None:
    queued.behave(rate_limit=4)
    batch_id = queued.batch_id
    queued.work(batch_id)
    assert queued.states(batch_id) == {"ready": 10}
    assert len(queued.logistics_orders()) == 10


def test_a_refused_parcel_keeps_its_reason_and_does_not_stop_its_neighbours(queued: Desk) -> None:
    queued.behave(faults={"create:refuse_plan": 0.4})
    batch_id = queued.batch_id
    queued.work(batch_id)
    states = queued.states(batch_id)
    assert states["refused"] > 0
    assert states["ready"] == 10 - states["refused"] > 0
    refused = shipments.needing_people(queued.app)
    assert {row["reason_text"] for row in refused} == {"该物流方案对此订单不可用"}
    queued.behave(faults={})
    assert shipments.retry(queued.app, batch_id, by="tester") == states["refused"]
    queued.work(batch_id)
    assert queued.states(batch_id) == {"ready": 10}


def test_a_request_on_the_wire_when_the_program_died_is_asked_about_first(desk: Desk) -> None:
    """The worst moment: the platform made the logistics order, and the program died before it heard of it."""
    batch_id = desk.draft()
    desk.submit(batch_id)
    app, now = desk.app, desk.app.now()
    with app.database.write() as work:
        rows = dispatch_store.due(work, "queued", now=now, lot=5, batch_id=batch_id)
        claimed = [shipment_store.shipment(row) for row in rows]
        shipment_store.take(work, [one.step(State.SENDING, at=now) for one in claimed])
        ids = [one.shipment_id for one in claimed]
        dispatch_store.lease(work, ids, until=now + timedelta(minutes=3), attempted_at=now)
        parcels = dispatch_store.parcels(work, ids)
    from lib.services import asking

    for one in claimed[:3]:
        asking.create(app, one.__class__(**vars(one) | {"state": State.SENDING}), parcels[one.shipment_id])
    desk.work(batch_id)
    assert desk.states(batch_id) == {"ready": 10}
    assert len(desk.logistics_orders()) == 10
    assert one_live_each(desk, batch_id)


def test_an_order_cancelled_meanwhile_is_not_sent(queued: Desk) -> None:
    from lib.store import orders as order_store

    batch_id = queued.batch_id
    gone = queued.order_ids()[0]
    with queued.app.database.write() as work:
        order_store.set_status(work, "default", gone, "IN_CANCEL", at=queued.app.now())
    queued.work(batch_id)
    assert queued.states(batch_id) == {"ready": 9, "refused": 1}
    assert gone not in {one["trade_order_id"] for one in queued.logistics_orders()}


def test_a_paused_batch_sends_nothing_until_it_is_resumed(queued: Desk) -> None:
    batch_id = queued.batch_id
    shipments.pause(queued.app, batch_id, by="tester")
    queued.work(batch_id)
    assert queued.logistics_orders() == []
    shipments.resume(queued.app, batch_id, by="tester")
    queued.work(batch_id)
    assert len(queued.logistics_orders()) == 10


def test_a_platform_that_is_down_makes_the_batch_wait(desk: Desk) -> None:
    batch_id = desk.draft()
    desk.submit(batch_id)
    client = Client("http://127.0.0.1:9", "k", "s", "t", now=desk.app.now)
    away = App(desk.app.settings, desk.app.database, platform=Platform(client))
    dispatcher = Dispatcher(away)
    with pytest.raises(Unavailable):
        dispatcher.run_until_idle(batch_id, give_up=timedelta(seconds=0.5))
    assert dispatcher.trouble == "unreachable"
    dispatcher.stop()
    client.close()
    assert desk.states(batch_id) == {"queued": 10}
    desk.work(batch_id)
    assert desk.states(batch_id) == {"ready": 10}


def test_the_return_decision_reaches_the_platform(desk: Desk) -> None:
    from lib.services import plans

    batch_id = desk.draft()
    assert plans.choose_plan(desk.app, batch_id, "CAINIAO_STANDARD", by="tester") == 10
    desk.submit(batch_id, Decision.RETURN)
    desk.work(batch_id)
    assert {one["undeliverable_decision"] for one in desk.logistics_orders()} == {"return"}


def test_only_what_was_handed_over_is_declared(queued: Desk) -> None:
    batch_id = queued.batch_id
    queued.work(batch_id)
    numbers = shipments.listing(queued.app, batch_id)["tracking_number"].tolist()
    count, stayed = shipments.hand_over(queued.app, batch_id, by="tester", left_out=numbers[:3])
    assert (count, len(stayed)) == (7, 3)
    shipments.declare(queued.app, batch_id, by="tester")
    queued.work(batch_id)
    assert queued.states(batch_id) == {"declared": 7, "ready": 3}
    assert {one["tracking_number"] for one in queued.logistics_orders() if not one["declared"]} == set(
        numbers[:3]
    )
    statuses = Counter(one["status"] for one in queued.platform_state()["trade_orders"])
    assert statuses == {"WAIT_BUYER_ACCEPT_GOODS": 7, "WAIT_SELLER_SEND_GOODS": 3}
    assert {row["tracking_number"] for row in shipments.left_behind(queued.app)} == set(numbers[:3])
    assert orders.counts(queued.app)["awaiting"] == 3


@pytest.mark.parametrize("fault", ["cut_after", "cut_before", "isp_after", "isp_before"])
def test_an_unanswered_declaration_is_read_before_it_is_repeated(queued: Desk, fault: str) -> None:
    batch_id = queued.batch_id
    queued.work(batch_id)
    shipments.hand_over(queued.app, batch_id, by="tester")
    queued.behave(faults={f"declare:{fault}": 0.5})
    shipments.declare(queued.app, batch_id, by="tester")
    queued.work(batch_id)
    assert queued.states(batch_id) == {"declared": 10}
    assert all(one["declared"] for one in queued.logistics_orders())


def test_every_state_ever_held_has_its_event(desk: Desk) -> None:
    batch_id = desk.draft()
    desk.submit(batch_id)
    desk.work(batch_id)
    shipment_id = shipments.listing(desk.app, batch_id)["shipment_id"].iloc[0]
    timeline = shipments.detail(desk.app, shipment_id)["timeline"]
    assert [event["state"] for event in timeline] == ["draft", "queued", "sending", "accepted", "ready"]
    assert all(event["happened_at"].tzinfo is not None for event in timeline)


def test_one_request_creates_and_a_twentieth_fetches_a_label(queued: Desk) -> None:
    batch_id = queued.batch_id
    before = HTTP.get(f"{queued.url}/sandbox/calls").json()
    queued.work(batch_id)
    after = HTTP.get(f"{queued.url}/sandbox/calls").json()
    made = sum(after.values()) - sum(before.values())
    assert made <= 21, "at most 2.1 calls a parcel"


def _notes(desk: Desk, batch_id: str) -> list[str]:
    ids = shipments.listing(desk.app, batch_id)["shipment_id"]
    return [event["note"] for one in ids for event in shipments.detail(desk.app, one)["timeline"]]


def test_declarations_go_out_in_the_order_of_their_deadlines(desk: Desk) -> None:
    batch_id = desk.draft(desk.order_ids()[:6])
    desk.submit(batch_id)
    desk.work(batch_id)
    shipments.hand_over(desk.app, batch_id, by="tester")
    numbers = shipments.listing(desk.app, batch_id).set_index("order_id")["tracking_number"].to_dict()
    hours = dict(zip(numbers, (5, 1, None, 3, 2, 4), strict=True))  # None: a deadline nobody knows.
    with desk.app.database.write() as work:
        for order_id, left in hours.items():
            by = None if left is None else (desk.app.now() + timedelta(hours=left)).replace(tzinfo=None)
            work._cursor.execute("update orders set ship_by_at = ? where order_id = ?", [by, order_id])
    assert shipments.declare(desk.app, batch_id, by="tester") == 6
    one_at_a_time = App(
        Settings(data=desk.app.settings.data, settle_seconds=0, threads=1), desk.app.database,
        platform=desk.app.platform,
    )  # fmt: skip
    dispatcher = Dispatcher(one_at_a_time)
    try:
        dispatcher.run_until_idle(batch_id, give_up=timedelta(seconds=20))
    finally:
        dispatcher.stop()
    told = [
        one.parameters()["logistics_no"]
        for one in reversed(desk.app.exchanges())
        if one.method == "aliexpress.logistics.sellershipmentfortop"
    ]
    soonest_first = sorted(numbers, key=lambda order_id: hours[order_id] or 99)
    assert told == [numbers[order_id] for order_id in soonest_first]
    assert desk.states(batch_id) == {"declared": 6}

"""Mending many at once, cancelling what is not sent, and what the command line says of it."""

from __future__ import annotations

import pytest

from lib.aliexpress.platform import Client, Platform
from lib.domain.problems import Problem
from lib.domain.shipments import Decision
from lib.services import batches, mending, plans, shipments
from lib.services.dispatch import Dispatcher
from tests.builders import an_export_row
from tests.conftest import Desk

FRANCE = {
    "收货国家": "France",
    "州/省": "Paris",
    "城市": "Paris",
    "邮编": "75001",
    "手机": "33612345678",
    "联系电话": "",
}


def refused(desk: Desk, count: int) -> str:
    """A batch of so many orders whose plan the platform refused."""
    batch_id = desk.draft(desk.order_ids()[:count])
    desk.submit(batch_id)
    desk.behave(faults={"create:refuse_plan": 1.0})
    desk.work(batch_id)
    desk.behave(faults={})
    assert desk.states(batch_id) == {"refused": count}
    return batch_id


def test_what_was_refused_for_one_reason_gets_another_plan_in_one_action(desk: Desk) -> None:
    batch_id = refused(desk, 4)
    [group] = mending.groups(desk.app, batch_id)
    assert (group.country, len(group.shipment_ids)) == ("IE", 4)
    assert group.reason_code
    assert group.reason_text
    able = plans.compare(desk.app, batch_id).plans
    other = next(
        plan
        for plan, carried in zip(able["plan_id"], able["carried_count"], strict=True)
        if carried == 4 and plan != group.plan_id
    )
    done = mending.choose_plan(
        desk.app, batch_id, other, by="tester", reason_code=group.reason_code, country="IE"
    )
    assert (len(done.moved_ids), done.kept_ids) == (4, ())
    differing = sum(pair.shipment_count for pair in plans.mismatches(desk.app, batch_id))
    plans.confirm(desk.app, batch_id, differing, by="tester")
    again = mending.send_again(desk.app, batch_id, by="tester", reason_code=group.reason_code)
    assert (again.count, again.gone, again.unasked) == (4, (), False)
    desk.work(batch_id)
    assert desk.states(batch_id) == {"ready": 4}
    assert {one["plan_id"] for one in desk.logistics_orders()} == {other}


def test_only_what_was_refused_is_touched(queued: Desk) -> None:
    batch_id = queued.batch_id
    queued.behave(faults={"create:refuse_plan": 0.4}, seed=2)
    queued.work(batch_id)
    queued.behave(faults={})
    ready = queued.states(batch_id)["ready"]
    before = shipments.listing(queued.app, batch_id)
    everyone = before["shipment_id"].tolist()
    mending.choose_plan(queued.app, batch_id, before["plan_id"].iloc[0], by="tester", shipment_ids=everyone)
    after = shipments.listing(queued.app, batch_id)
    kept = before["state"] == "ready"
    assert kept.sum() == ready
    assert after[kept]["changed_at"].equals(before[kept]["changed_at"])


def test_a_kind_nothing_was_refused_of_says_so(desk: Desk) -> None:
    batch_id = refused(desk, 1)
    with pytest.raises(Problem) as told:
        mending.choose_plan(desk.app, batch_id, "CPAM", by="tester", country="BR")
    assert told.value.code == "nothing_refused"


def test_a_buyer_who_cancelled_after_the_refusal_is_not_sent_again_and_is_named(desk: Desk) -> None:
    batch_id = refused(desk, 3)
    ids, orders = shipments.listing(desk.app, batch_id)[["shipment_id", "order_id"]].T.to_numpy().tolist()
    for order_id in orders[:2]:
        desk.happen(order_id, status="IN_CANCEL")
    again = mending.send_again(desk.app, batch_id, by="tester", shipment_ids=ids[1:])
    assert (again.count, again.gone, again.unasked) == (1, (orders[1],), False)
    assert desk.states(batch_id) == {"refused": 1, "queued": 1}, "nobody asked for the first one"
    assert shipments.detail(desk.app, ids[1])["timeline"][-1]["note"] == "order_status IN_CANCEL"
    desk.work(batch_id)
    assert [one["trade_order_id"] for one in desk.logistics_orders()] == [orders[2]]


def test_a_platform_that_cannot_be_asked_first_keeps_nobody_from_sending_again(desk: Desk) -> None:
    batch_id, here = refused(desk, 2), desk.app._platform
    client = Client("http://127.0.0.1:9", "k", "s", "t", now=desk.app.now)
    desk.app._platform = Platform(client)
    again = mending.send_again(desk.app, batch_id, by="tester")
    desk.app._platform = here
    client.close()
    assert (again.count, again.gone, again.unasked) == (2, (), True)


def test_what_is_not_sent_yet_is_cancelled_and_its_orders_are_free(queued: Desk) -> None:
    batch_id = queued.batch_id
    shipments.pause(queued.app, batch_id, by="tester")
    assert batches.cancel_unsent(queued.app, batch_id, by="tester") == 10
    queued.work()
    assert queued.logistics_orders() == []
    assert len(batches.create(queued.app, queued.order_ids(), by="colleague").order_ids) == 10
    with pytest.raises(Problem) as told:
        batches.cancel_unsent(queued.app, batch_id, by="tester")
    assert told.value.code == "nothing_unsent"


def test_what_is_on_the_wire_is_not_cancelled(desk: Desk) -> None:
    desk.app.settings.threads = 2
    desk.behave(latency_ms=200)
    batch_id = desk.draft()
    desk.submit(batch_id, Decision.DESTROY)
    dispatcher = Dispatcher(desk.app)
    dispatcher.turn(batch_id)
    on_the_wire = desk.states(batch_id)["sending"]
    assert batches.cancel_unsent(desk.app, batch_id, by="tester") == 10 - on_the_wire
    dispatcher.stop()
    desk.behave(latency_ms=0)
    desk.work(batch_id)
    assert desk.states(batch_id) == {"ready": on_the_wire}
    assert len(desk.logistics_orders()) == on_the_wire


def test_refusals_are_grouped_by_country(empty_desk: Desk) -> None:
    empty_desk.load([an_export_row(), an_export_row(), an_export_row(**FRANCE)])
    batch_id = refused(empty_desk, 3)
    found = {group.country: len(group.shipment_ids) for group in mending.groups(empty_desk.app, batch_id)}
    assert found == {"IE": 2, "FR": 1}

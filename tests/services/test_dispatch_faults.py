"""The dispatcher where something of its own breaks: the store, a worker, the clock; and what a ban holds back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from lib.aliexpress.errors import DailyQuota, Unavailable
from lib.aliexpress.platform import Client, Platform
from lib.domain.shipments import State
from lib.services import asking, connection, partly, shipments
from lib.services.asking import Answer
from lib.services.dispatch import DOUBTS, LEASE, Dispatcher, _Task
from lib.services.holds import EVERYTHING
from lib.store import dispatch as dispatch_store
from lib.store import shipments as shipment_store
from tests.builders import an_export_row
from tests.conftest import Desk
from tests.services.test_dispatch import one_live_each

AGES = timedelta(seconds=20)


class Clock:
    """A clock that tests set."""

    def __init__(self, desk: Desk) -> None:
        self._real, self.ahead = desk.app.now, timedelta()
        desk.app.now = self

    def __call__(self) -> datetime:
        return self._real() + self.ahead


def claimed(desk: Desk, batch_id: str, count: int, *, until: timedelta) -> list[str]:
    """Shipments that some worker took and never answered for."""
    now = desk.app.now()
    with desk.app.database.write() as work:
        rows = dispatch_store.due(work, "queued", now=now, lot=count, batch_id=batch_id)
        found = [shipment_store.shipment(row) for row in rows]
        shipment_store.take(work, [one.step(State.SENDING, at=now) for one in found])
        ids = [one.shipment_id for one in found]
        dispatch_store.lease(work, ids, until=now + until, attempted_at=now)
    return ids


def state_of(desk: Desk, shipment_id: str) -> str:
    return str(shipments.detail(desk.app, shipment_id)["state"])


def refuses(lane_error: Unavailable) -> Any:
    """A call that is turned away."""

    def call(self: Any, *_details: Any, **_known: Any) -> None:
        raise lane_error

    return call


@pytest.fixture
def full_disk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """While it holds a number, that many writes fail before they begin; answers come in meanwhile."""
    left = [0]
    write = desk.app.database.write

    @contextmanager
    def failing() -> Iterator[Any]:
        if left[0] > 0:
            left[0] -= 1
            raise OSError(28, "No space left on device")
        with write() as work:
            yield work

    monkeypatch.setattr(desk.app.database, "write", failing)
    return left


def test_answers_that_could_not_be_written_are_written_with_the_next_turn(
    desk: Desk, full_disk: list[int]
) -> None:
    batch_id = desk.draft()
    desk.submit(batch_id)
    dispatcher = Dispatcher(desk.app)
    dispatcher.turn(batch_id)
    full_disk[0] = 12
    said = []
    dispatcher.run_until_idle(batch_id, on_turn=lambda: said.append(dispatcher.trouble), give_up=AGES)
    dispatcher.stop()
    assert "not_written" in said
    assert desk.states(batch_id) == {"ready": 10}
    assert len(desk.logistics_orders()) == 10
    assert one_live_each(desk, batch_id)
    notes = [e["note"] for s in _ids(desk, batch_id) for e in shipments.detail(desk.app, s)["timeline"]]
    assert not {"adopted", "interrupted"} & set(notes), "nothing had to be asked about"


def test_a_shipment_whose_worker_died_is_asked_about_without_a_restart(queued: Desk) -> None:
    batch_id = queued.batch_id
    lost = claimed(queued, batch_id, 2, until=timedelta(seconds=-1))
    leased = claimed(queued, batch_id, 1, until=LEASE)
    dispatcher = Dispatcher(queued.app)
    dispatcher.turn(batch_id)
    assert [state_of(queued, one) for one in leased] == ["sending"]
    assert all(
        "interrupted" in [e["note"] for e in shipments.detail(queued.app, one)["timeline"]] for one in lost
    )
    dispatcher.stop()


def test_a_worker_that_is_merely_slow_keeps_its_shipment(desk: Desk) -> None:
    batch_id = desk.draft(desk.order_ids()[:1])
    desk.submit(batch_id)
    desk.behave(latency_ms=400)
    clock, dispatcher = Clock(desk), Dispatcher(desk.app)
    dispatcher.turn(batch_id)
    clock.ahead = LEASE * 2
    dispatcher.turn(batch_id)
    assert state_of(desk, _ids(desk, batch_id)[0]) == "sending"
    dispatcher.stop()
    assert state_of(desk, _ids(desk, batch_id)[0]) == "accepted"


def test_a_ban_of_one_call_holds_back_only_its_own_lane(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_id = desk.draft()
    desk.submit(batch_id)
    platform = type(desk.app.platform)
    with monkeypatch.context() as banned:
        banned.setattr(platform, "labels", refuses(Unavailable("ApiCallLimit", retry_after=3600.0)))
        dispatcher = Dispatcher(desk.app)
        for _turn in range(200):
            dispatcher.turn(batch_id)
            if desk.states(batch_id) == {"accepted": 10}:
                break
        dispatcher.stop()
    now = desk.app.now()
    assert desk.states(batch_id) == {"accepted": 10}, "creating went on"
    assert dispatcher._holds.of("unlabelled", now) is not None
    assert dispatcher._holds.of("queued", now) is None
    assert dispatcher.trouble == "ApiCallLimit"


def test_a_used_up_day_survives_a_restart(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_id = desk.draft()
    desk.submit(batch_id)
    platform = type(desk.app.platform)
    with monkeypatch.context() as banned:
        banned.setattr(platform, "create_shipment", refuses(DailyQuota("AppCallLimit", retry_after=7200.0)))
        first = Dispatcher(desk.app)
        first.turn(batch_id)
        first.stop()
    again = Dispatcher(desk.app)
    again.recover()
    assert again.trouble == "daily_quota"
    again.turn(batch_id)
    again.stop()
    assert desk.states(batch_id) == {"queued": 10}
    assert desk.logistics_orders() == []
    clock = Clock(desk)
    clock.ahead = timedelta(hours=3)
    desk.app.settings.settle_seconds = 0
    tomorrow = Dispatcher(desk.app)
    tomorrow.recover()
    assert tomorrow.trouble == ""
    tomorrow.turn(batch_id)
    tomorrow.stop()
    assert desk.states(batch_id)["accepted"] > 0


def test_a_hold_is_not_lifted_by_an_answer_that_brings_none(desk: Desk) -> None:
    dispatcher = Dispatcher(desk.app)
    now = desk.app.now()
    dispatcher._record([(_Task("queued", ()), Answer(wait_until=now + AGES, trouble="unreachable"))])
    dispatcher._record([(_Task("unlabelled", ()), Answer())])
    assert dispatcher._holds.of(EVERYTHING, now) is not None
    assert dispatcher.trouble == "unreachable"
    dispatcher.stop()


def test_a_day_that_was_topped_up_is_tried_again_at_once(desk: Desk) -> None:
    batch_id = desk.draft()
    desk.submit(batch_id)
    dispatcher = Dispatcher(desk.app)
    now = desk.app.now()
    full = Answer(wait_until=now + timedelta(hours=2), trouble="daily_quota")
    dispatcher._record([(_Task("queued", ()), full)])
    with desk.app.database.read() as work:
        assert dispatch_store.holds(work, now=now) != []
    connection.lift(desk.app, by="tester")
    with desk.app.database.read() as work:
        assert dispatch_store.holds(work, now=now) == []
    dispatcher.lift()
    dispatcher.turn(batch_id)
    dispatcher.stop()
    assert desk.states(batch_id)["accepted"] > 0


def test_a_clock_that_is_set_back_neither_stops_the_batch_nor_sends_twice(queued: Desk) -> None:
    queued.behave(faults={"create:cut_after": 1.0})
    batch_id = queued.batch_id
    clock = Clock(queued)
    clock.ahead = timedelta(hours=5)
    dispatcher = Dispatcher(queued.app)
    for _turn in range(100):
        dispatcher.turn(batch_id)
        if queued.states(batch_id).get("unconfirmed", 0) + queued.states(batch_id).get("accepted", 0):
            break
    clock.ahead = timedelta()
    dispatcher.run_until_idle(batch_id, give_up=AGES)
    dispatcher.stop()
    assert queued.states(batch_id) == {"ready": 10}
    assert len(queued.logistics_orders()) == 10
    assert one_live_each(queued, batch_id)


def _ids(desk: Desk, batch_id: str) -> list[str]:
    return [str(one) for one in shipments.listing(desk.app, batch_id)["shipment_id"]]


def test_a_platform_that_answers_nonsense_does_not_make_the_whole_batch_unconfirmed(empty_desk: Desk) -> None:
    desk = empty_desk
    desk.load([an_export_row() for _ in range(60)])
    desk.app.settings.threads = 4
    batch_id = desk.draft()
    desk.submit(batch_id)
    desk.behave(faults={"html_502": 1.0})
    dispatcher = Dispatcher(desk.app)
    for _turn in range(40):
        dispatcher.turn(batch_id)
        dispatcher._rest(0.0)
        if dispatcher.trouble == "not_answering":
            break
    assert dispatcher.trouble == "not_answering"
    asked = 60 - desk.states(batch_id)["queued"]
    clock = Clock(desk)
    for _probe in range(3):
        clock.ahead += timedelta(minutes=2)
        dispatcher.turn(batch_id)
        dispatcher.turn(batch_id)
        wait_for(dispatcher)
        dispatcher.turn(batch_id)
    assert asked <= DOUBTS + 3 * desk.app.settings.threads
    assert 60 - desk.states(batch_id)["queued"] <= asked + 6, "afterwards one at a time"
    desk.behave(faults={})
    clock.ahead += timedelta(minutes=2)
    desk.app.settings.threads = 16
    dispatcher.run_until_idle(batch_id, give_up=AGES * 10)
    dispatcher.stop()
    assert desk.states(batch_id) == {"ready": 60}
    assert one_live_each(desk, batch_id)


def test_a_claim_that_cannot_be_written_makes_the_batch_wait_and_say_so(
    desk: Desk, full_disk: list[int]
) -> None:
    batch_id = desk.draft()
    desk.submit(batch_id)
    dispatcher = Dispatcher(desk.app)
    full_disk[0] = 2
    said = []
    dispatcher.run_until_idle(batch_id, on_turn=lambda: said.append(dispatcher.trouble), give_up=AGES)
    dispatcher.stop()
    assert said[0] == "not_written"
    assert said[-1] == ""
    assert desk.states(batch_id) == {"ready": 10}
    assert one_live_each(desk, batch_id)


def test_a_disk_that_stays_full_ends_a_command_with_its_reason(desk: Desk, full_disk: list[int]) -> None:
    batch_id = desk.draft()
    desk.submit(batch_id)
    dispatcher = Dispatcher(desk.app)
    full_disk[0] = 1000
    with pytest.raises(Unavailable) as told:
        dispatcher.run_until_idle(batch_id, give_up=timedelta(seconds=0.5))
    assert told.value.text == "not_written"
    full_disk[0] = 0
    dispatcher.stop()
    assert desk.states(batch_id) == {"queued": 10}


def test_an_answer_the_store_never_takes_is_given_up_and_the_platform_is_asked(
    queued: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = queued.batch_id
    poisoned = _ids(queued, batch_id)[3]
    take, struck = shipment_store.take, []

    def picky(work: Any, steps: Any) -> set[str]:
        if any(one.shipment_id == poisoned and one.state is State.ACCEPTED and not one.note for one in steps):
            struck.append(len(steps))
            raise ValueError("cannot be stored")
        return take(work, steps)

    dispatcher = Dispatcher(queued.app)
    clock = Clock(queued)
    with monkeypatch.context() as store:
        store.setattr(shipment_store, "take", picky)
        for _turn in range(100):
            dispatcher.turn(batch_id)
            wait_for(dispatcher)
            if len(struck) >= 3 and queued.states(batch_id).get("sending") == 1:
                break
    assert state_of(queued, poisoned) == "sending"
    clock.ahead = LEASE * 2
    dispatcher.run_until_idle(batch_id, give_up=AGES)
    dispatcher.stop()
    assert queued.states(batch_id) == {"ready": 10}
    assert one_live_each(queued, batch_id)
    notes = [e["note"] for e in shipments.detail(queued.app, poisoned)["timeline"]]
    assert {"interrupted", "adopted"} <= set(notes)


def test_a_platform_gone_for_ten_minutes_is_waited_for(desk: Desk) -> None:
    batch_id = desk.draft()
    desk.submit(batch_id)
    here = desk.app._platform
    client = Client("http://127.0.0.1:9", "k", "s", "t", now=desk.app.now)
    desk.app._platform = Platform(client)
    clock, dispatcher = Clock(desk), Dispatcher(desk.app)
    for _minute in range(10):
        dispatcher.turn(batch_id)
        wait_for(dispatcher)
        dispatcher.turn(batch_id)
        assert dispatcher.trouble == "unreachable"
        clock.ahead += timedelta(minutes=1)
    assert set(desk.states(batch_id)) <= {"queued", "sending"}
    desk.app._platform = here
    clock.ahead += timedelta(minutes=1)
    dispatcher.run_until_idle(batch_id, give_up=AGES * 10)
    dispatcher.stop()
    client.close()
    assert desk.states(batch_id) == {"ready": 10}
    assert one_live_each(desk, batch_id)
    attempts = [e for one in _ids(desk, batch_id) for e in shipments.detail(desk.app, one)["timeline"]]
    assert sum(e["state"] == "sending" for e in attempts) <= 10 + 2 * 16 + 10, "one asked whether it is back"


def wait_for(dispatcher: Dispatcher) -> None:
    """Until what is on the wire is answered."""
    wait(list(dispatcher._pending))


def moved(desk: Desk, shipment_ids: list[str], *states: State, at: datetime, **known: str) -> set[str]:
    """Take shipments through states, as a worker would; returns those that reached the last one."""
    reached: set[str] = set()
    for state in states:
        with desk.app.database.write() as work:
            steps = [
                one.step(state, at=at, **known if state is states[-1] else {})
                for one in shipment_store.by_ids(work, shipment_ids)
            ]
            reached = shipment_store.take(work, steps)
    return reached


@pytest.mark.parametrize(
    ("lane", "ask", "way", "gone"),
    [
        ("unconfirmed", asking.find, [State.SENDING, State.UNCONFIRMED], State.QUEUED),
        (
            "declare_unconfirmed",
            asking.declared,
            [
                State.SENDING, State.ACCEPTED, State.READY, State.HANDED_OVER, State.DECLARING,
                State.DECLARE_UNCONFIRMED,
            ],
            State.HANDED_OVER,
        ),
    ],
)  # fmt: skip
def test_the_settle_time_counts_from_when_the_outcome_became_unknown(
    desk: Desk, lane: str, ask: Callable[..., Answer], way: list[State], gone: State
) -> None:
    """A request may have waited for its turn since its shipment was claimed, and be visible late on top of that."""
    desk.app.settings.settle_seconds = 30
    batch_id = desk.draft(desk.order_ids()[:1])
    desk.submit(batch_id)
    clock = Clock(desk)
    [claimed_id] = claimed(desk, batch_id, 1, until=LEASE)
    clock.ahead = timedelta(seconds=60)
    moved(desk, [claimed_id], *way[way.index(State.SENDING) + 1 :], at=clock())

    def look() -> Answer:
        with desk.app.database.read() as work:
            [row] = dispatch_store.due(work, lane, now=clock(), lot=9, batch_id=batch_id)
        found = ask(desk.app, shipment_store.shipment(row), row)
        with desk.app.database.write() as work:
            for shipment_id, again_at in found.absent:
                dispatch_store.absent(work, shipment_id, at=clock(), again_at=again_at)
        return found

    [(absent_id, again_at)] = look().absent
    assert absent_id == claimed_id
    assert again_at - clock() > timedelta(seconds=28), (
        "one look is not enough, and the next is after the settle time"
    )
    clock.ahead += timedelta(seconds=31)
    [step] = look().steps
    assert step.state is gone


def test_another_parcel_of_an_order_waits_until_the_first_is_known_there_or_known_not_to_be(
    desk_of_five: Desk, order_of_five: str
) -> None:
    desk = desk_of_five
    batch_id = desk.draft()
    [whole] = shipments.listing(desk.app, batch_id)["shipment_id"]
    partly.split(desk.app, whole, {2: 2}, by="tester")
    desk.submit(batch_id)
    desk.behave(faults={"create:isp_after": 1.0})
    dispatcher = Dispatcher(desk.app)
    dispatcher.recover()
    dispatcher.turn(batch_id)
    wait(list(dispatcher._pending))
    dispatcher.turn(batch_id)
    assert desk.states(batch_id) == {"unconfirmed": 1, "queued": 1}
    assert len(desk.logistics_orders()) == 1
    desk.behave(faults={})
    dispatcher.run_until_idle(batch_id, give_up=AGES)
    dispatcher.stop()
    assert desk.states(batch_id) == {"ready": 2}
    assert shipments.listing(desk.app, batch_id)["logistics_order_id"].nunique() == 2
    assert len(desk.logistics_orders()) == 2


def test_of_two_parcels_that_find_the_same_logistics_order_one_gets_it(
    desk_of_five: Desk, order_of_five: str
) -> None:
    desk = desk_of_five
    batch_id = desk.draft()
    [whole] = shipments.listing(desk.app, batch_id)["shipment_id"]
    both = sorted([whole, partly.split(desk.app, whole, {2: 2}, by="tester")])
    desk.submit(batch_id)
    now = desk.app.now()
    moved(desk, both, State.SENDING, State.UNCONFIRMED, at=now)
    with desk.app.database.write() as work:
        dispatch_store.lease(work, both, until=now + LEASE)
    assert moved(desk, both, State.ACCEPTED, at=now, logistics_order_id="X1") == {both[0]}
    with desk.app.database.read() as work:
        [row] = dispatch_store.due(work, "unconfirmed", now=now, lot=9, batch_id=batch_id)
    assert row["shipment_id"] == both[1], "the other is asked about at once, not when the lease is over"

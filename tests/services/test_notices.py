"""Notices nobody answered: read back by the dashboard itself, so that none blocks its order for good."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from functools import partial
from threading import Event

import pytest

from lib.app import App
from lib.config import Settings
from lib.domain.problems import Problem
from lib.services import notices
from lib.services.notice_timer import NoticeTimer
from lib.store import notices as store
from tests.builders import an_export_row
from tests.conftest import Desk


def unanswered(desk: Desk, state: str) -> str:
    """An order with a notice that was written down, and of which nobody knows whether it arrived."""
    row = an_export_row()
    desk.load([row])
    order_id = row["订单号"]
    age = notices.LEASE * 2 if state == "sending" else notices.LEASE * 0
    with desk.app.database.write() as work:
        number = store.add(
            work, "default", order_id, notices.NOTICE, {1: 1}, service_key="CPAM", website="",
            tracking_number="LX123456789CN", is_everything=True, made_by="t", made_at=desk.app.now() - age,
        )  # fmt: skip
        if state == notices.UNCONFIRMED:
            store.settle(work, {"notice_id": number}, state, at=desk.app.now())
    return order_id


def tell(app: App, order_id: str) -> notices.Told:
    """A person fills in the notice of an order."""
    return notices.fill_in(
        app, order_id, service_key="CPAM", tracking_number="LX123456789CN", everything=True, by="t"
    )


def told(desk: Desk, order_id: str) -> str:
    """How the order's only notice stands."""
    [one] = notices.of_order(desk.app, order_id)
    return str(one["state"])


@pytest.mark.parametrize("state", ["unconfirmed", "sending"])
def test_the_background_reads_back_what_was_not_answered(empty_desk: Desk, state: str) -> None:
    arrived = unanswered(empty_desk, state)
    empty_desk.app.platform.declare(
        arrived, service_key="CPAM", tracking_number="LX123456789CN", everything=True
    )
    timer = NoticeTimer(empty_desk.app)
    timer.start()
    deadline = time.monotonic() + 20
    while told(empty_desk, arrived) != notices.DONE and time.monotonic() < deadline:
        time.sleep(0.02)
    timer.stop(5)
    assert told(empty_desk, arrived) == notices.DONE
    assert len(empty_desk.app.platform.declarations(arrived)) == 1


def test_what_never_arrived_was_looked_for_twice_and_no_longer_blocks_its_order(empty_desk: Desk) -> None:
    order_id = unanswered(empty_desk, "unconfirmed")
    assert [one.state for one in notices.settle(empty_desk.app)] == [notices.UNCONFIRMED]
    with pytest.raises(Problem, match="notice_under_way"):
        tell(empty_desk.app, order_id)
    assert [one.state for one in notices.settle(empty_desk.app)] == [notices.REFUSED]
    assert notices.settle(empty_desk.app) == []
    [one] = notices.of_order(empty_desk.app, order_id)
    assert one["reason_code"] == "not_declared"
    assert tell(empty_desk.app, order_id).state == notices.DONE


def test_what_is_seen_late_was_told_though_it_was_not_there_at_first(empty_desk: Desk) -> None:
    order_id = unanswered(empty_desk, "unconfirmed")
    assert [one.state for one in notices.settle(empty_desk.app)] == [notices.UNCONFIRMED]
    empty_desk.app.platform.declare(
        order_id, service_key="CPAM", tracking_number="LX123456789CN", everything=True
    )
    assert [one.state for one in notices.settle(empty_desk.app)] == [notices.DONE]


def test_it_is_not_believed_missing_before_it_can_have_become_visible(empty_desk: Desk) -> None:
    order_id = unanswered(empty_desk, "unconfirmed")
    [made] = notices.of_order(empty_desk.app, order_id)
    looks = [made["made_at"] + timedelta(seconds=seconds) for seconds in (1, 150, 299, 300)]
    settings = Settings(data=empty_desk.folder, settle_seconds=300)
    seen = []
    for at in looks:
        app = App(settings, empty_desk.app.database, platform=empty_desk.app.platform, now=partial(_same, at))
        seen += [one.state for one in notices.settle(app)]
    assert seen == ["unconfirmed", "unconfirmed", "unconfirmed", "refused"]
    [settled] = notices.of_order(empty_desk.app, order_id)
    assert (settled["absent_at"], settled["settled_at"]) == (looks[0], looks[3])


def _same(at: datetime) -> datetime:
    return at


def test_an_answer_that_failed_waits_for_the_second_look(empty_desk: Desk) -> None:
    row = an_export_row()
    empty_desk.load([row])
    empty_desk.behave(faults={"declare:cut_before": 1.0})
    assert tell(empty_desk.app, row["订单号"]).state == notices.UNCONFIRMED
    assert told(empty_desk, row["订单号"]) == notices.UNCONFIRMED


def test_the_timer_looks_again_by_itself_and_goes_on_after_a_stumble(
    empty_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = unanswered(empty_desk, "unconfirmed")
    monkeypatch.setattr(NoticeTimer, "REST_S", 0.02)
    monkeypatch.setattr(NoticeTimer, "FAILED_REST_S", 0.02)
    settle, stumbled = notices.settle, Event()

    def once_broken(app: App) -> list[notices.Told]:
        if not stumbled.is_set():
            stumbled.set()
            raise OSError("the disk is full")
        return settle(app)

    monkeypatch.setattr(notices, "settle", once_broken)
    timer = NoticeTimer(empty_desk.app)
    timer.start()
    deadline = time.monotonic() + 20
    while told(empty_desk, order_id) != notices.REFUSED and time.monotonic() < deadline:
        time.sleep(0.02)
    timer.stop(5)
    assert stumbled.is_set()
    assert told(empty_desk, order_id) == notices.REFUSED


def test_what_is_being_told_just_now_is_left_alone(empty_desk: Desk) -> None:
    order_id = unanswered(empty_desk, "sending")
    with empty_desk.app.database.write() as work:
        work._cursor.execute("update notices set made_at = ?", [empty_desk.app.now().replace(tzinfo=None)])
    assert notices.settle(empty_desk.app) == []
    assert told(empty_desk, order_id) == "sending"

"""Notices nobody answered: read back by the dashboard itself, so that none blocks its order for good."""

from __future__ import annotations

import time

import pytest

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


def test_what_never_arrived_no_longer_blocks_its_order(empty_desk: Desk) -> None:
    order_id = unanswered(empty_desk, "unconfirmed")
    assert [one.state for one in notices.settle(empty_desk.app)] == [notices.REFUSED]
    again = notices.fill_in(
        empty_desk.app, order_id, service_key="CPAM", tracking_number="LX123456789CN", everything=True, by="t"
    )
    assert again.state == notices.DONE


def test_what_is_being_told_just_now_is_left_alone(empty_desk: Desk) -> None:
    order_id = unanswered(empty_desk, "sending")
    with empty_desk.app.database.write() as work:
        work._cursor.execute("update notices set made_at = ?", [empty_desk.app.now().replace(tzinfo=None)])
    assert notices.settle(empty_desk.app) == []
    assert told(empty_desk, order_id) == "sending"

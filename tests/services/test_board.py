"""The board of failing parcels: what stands on it, what runs out, and what shipping costs beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lib.app import App
from lib.config import Settings
from lib.domain.outcomes import MOST_COMPLAINTS, ComplaintKind, Condition
from lib.domain.problems import Problem
from lib.services import board, spending
from lib.store.database import Database
from tests.tracks import event, put_shipment, take

NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)


@pytest.fixture
def app(store: Database) -> App:
    return App(Settings(), store, now=lambda: NOW)


def test_silence_puts_parcels_on_the_board(app: App) -> None:
    put_shipment(app.database, "fresh", "silent", "expired", "lost", "unheard", "unasked", at=ago(100))
    for shipment_id, days in {"fresh": 3, "silent": 20, "expired": 40, "lost": 80}.items():
        take(app.database, [event(shipment_id, "LH_ARRIVE", ago(days))])
    with app.database.write() as work:
        work._cursor.execute(
            "insert into tracking_pulls values ('unheard', $at, $at, $at, null, 0, '')", {"at": naive(1)}
        )
    assert kinds(app) == {"silent": "silent", "expired": "expired", "lost": "lost", "unheard": "silent"}
    board.set_days(app, "silent", 2, by="ann")
    assert kinds(app)["fresh"] == "silent"


def test_what_is_put_aside_comes_back_with_the_next_thing_said(app: App) -> None:
    put_shipment(app.database, "one", at=ago(20))
    take(app.database, [event("one", "GTMS_DEL_FAILURE", ago(5))])
    board.put_aside(app, ["one"], by="ann")
    assert kinds(app) == {}
    take(app.database, [event("one", "GTMS_SIGN_FAILURE", NOW + timedelta(hours=1))])
    assert kinds(app) == {"one": "undeliverable"}


def test_what_ended_leaves_the_board_after_its_days(app: App) -> None:
    put_shipment(app.database, "new", "old", at=ago(170))
    take(app.database, [event("new", "RT_DESTROY", ago(30)), event("old", "RT_DESTROY", ago(90))])
    assert kinds(app) == {"new": "destroyed"}


def test_complaints_have_their_clocks_and_there_are_two(app: App) -> None:
    put_shipment(app.database, "one", at=ago(100))
    take(app.database, [event("one", "GTMS_SIGN_FAILURE", ago(56))])
    assert clocks(app) == {"complain": 4}
    board.complain(app, ["one"], ComplaintKind.LOST, number="C-1", by="ann", at=ago(5))
    assert clocks(app) == {"complain": 4, "answer": 5}
    [complaint] = board.of_shipment(app, "one").complaints
    board.answered(app, complaint["complaint_id"], by="ann")
    assert "answer" not in clocks(app)
    with pytest.raises(Problem):
        board.answered(app, complaint["complaint_id"], by="ann")
    for _ in range(MOST_COMPLAINTS - 1):
        board.complain(app, ["one"], ComplaintKind.LATE, by="ann")
    assert "complain" not in clocks(app)
    with pytest.raises(Problem):
        board.complain(app, ["one"], ComplaintKind.LATE, by="ann")


def test_a_parcel_that_is_checked_in_is_returned_whatever_was_said(app: App) -> None:
    put_shipment(app.database, "one", at=ago(30))
    take(app.database, [event("one", "SC_INBOUND_FAILURE", ago(10))])
    assert kinds(app) == {"one": "refused"}
    worth = {"condition": Condition.GOOD, "restocked_minor": 700, "currency": "CNY", "by": "ann"}
    board.check_in(app, ["one"], **worth)
    assert kinds(app) == {}
    outcome = board.of_shipment(app, "one").outcome or {}
    assert (outcome["outcome"], outcome["return_kind"], outcome["final"]) == ("returned", "domestic", True)
    with pytest.raises(Problem):
        board.check_in(app, ["nobody"], **worth)


def test_costs_stand_beside_those_of_last_month(app: App) -> None:
    made = {
        "today": NOW - timedelta(hours=2),
        "this month": NOW - timedelta(days=10),
        "same time": NOW - timedelta(days=40),
        "last month": datetime(2026, 6, 29, tzinfo=UTC),
        "before": datetime(2026, 5, 1, tzinfo=UTC),
    }
    put_shipment(app.database, *made)
    with app.database.write() as work:
        for place, (shipment_id, at) in enumerate(made.items()):
            known = {"n": place, "id": shipment_id, "at": at.replace(tzinfo=None)}
            work._cursor.execute(
                "insert into shipment_events values (1000 + $n, $id, 'sending', 'accepted', $at, 'ann', '')",
                known,
            )
            work._cursor.execute(
                "insert into fees values ($id, 'freight', 'estimated', 10 ** $n, 'CNY', $at)", known
            )
        work._cursor.execute(
            "insert into fees values ('this month', 'freight', 'actual', 50, 'CNY', $at)", {"at": naive(1)}
        )
    found = spending.spent(app, ZoneInfo("Asia/Shanghai"))
    assert found.today == {"CNY": 1}
    assert found.month == {"CNY": 51}
    assert found.month_billed == {"CNY": 50}
    assert found.last_so_far == {"CNY": 100}
    assert found.last_month == {"CNY": 1100}


# What the tests are made of.


def kinds(app: App) -> dict[str, str]:
    """Parcel → why it stands on the board."""
    rows = board.read(app).rows
    return dict(zip(rows["shipment_id"], rows["kind"], strict=True))


def clocks(app: App) -> dict[str, int]:
    """What runs out this week → in how many days."""
    return {one["clock"]: (one["runs_out_at"] - NOW).days for one in board.read(app).clocks}


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def naive(days: int) -> datetime:
    return ago(days).replace(tzinfo=None)

"""Tracking exports of other programs come in: told by their headers, each event kept once, each row accounted for."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lib.app import App
from lib.config import Settings
from lib.services import board, files
from lib.services.files import FileReport
from lib.store.database import Database
from tests.tracks import put_shipment

#: Whose export → its headers.
HEADERS = {
    "17track": "Tracking number,运输商,Package status,Sub status,Event time,Timezone,Event,Location",
    "aftership": "tracking_number,slug,tag,subtag,checkpoint_time,timezone,checkpoint_message,location",
    "trackingmore": (
        "tracking_number,courier_code,delivery_status,substatus,lastUpdateTime,timezone,lastEvent,Details"
    ),
}
NUMBER = "LXP1CN"
#: Whose export, status, sub-status, text → outcome and trouble.
SAID: dict[str, tuple[str, str, str, str, str, str]] = {
    "a sub-status of 17TRACK": ("17track", "Exception", "Exception_Returning", "", "returning", ""),
    "a main status alone": ("17track", "Delivered", "", "", "delivered", ""),
    "a main status in Chinese": ("17track", "成功签收", "", "", "delivered", ""),
    "a vague status, and a text that tells more": ("17track", "Alert", "", "Returned to the sender", "returned", ""),
    "not delivered yet, whatever it sounds like": (
        "17track", "Transit", "", "Parcel to be delivered by courier", "in_transit", "",
    ),
    "a delivery in Russian, without a status": (
        "17track", "", "", "Товар был успешно доставлен получателю", "delivered", "",
    ),
    "a return in Chinese, without a status": ("17track", "", "", "退件已签收", "returned", ""),
    "010 of AfterShip comes back": ("aftership", "Exception", "Exception_010", "", "returning", ""),
    "011 of AfterShip came back": ("aftership", "Exception", "Exception_011", "", "returned", ""),
    "a label of AfterShip": ("aftership", "Failed attempt", "", "", "in_transit", "attempt"),
    "010 of TrackingMore came back": ("trackingmore", "exception", "exception010", "", "returned", ""),
    "011 of TrackingMore comes back": ("trackingmore", "exception", "exception011", "", "returning", ""),
    "a sub-status spelt with a blank": ("trackingmore", "notfound", "not found001", "", "pre_shipment", ""),
    "a code nobody knows changes nothing": ("trackingmore", "", "exception099", "", "unknown", ""),
    "a code of the carrier itself": ("17track", "", "GTMS_WAIT_SELF_PICK", "", "in_transit", "collection"),
}  # fmt: skip


@pytest.fixture
def app(store: Database) -> App:
    """A desk with two parcels on the platform."""
    put_shipment(store, "P-1", "P-2", at=datetime(2026, 11, 1, tzinfo=UTC))
    return App(Settings(), store, now=lambda: datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize("name", SAID)
def test_what_a_row_says(app: App, tmp_path: Path, name: str) -> None:
    whose, status, code, text, outcome, trouble = SAID[name]
    row = (NUMBER, "x", status, code, "2026-11-20 10:00", "", text, "")
    report = load(app, tmp_path, whose, [row])
    assert (report.layout, report.loaded, report.refused) == (whose, 1, 0)
    found = board.of_shipment(app, "P-1").outcome or {}
    assert (found["outcome"], found["trouble"]) == (outcome, trouble)


@pytest.mark.parametrize("newest_first", [True, False])
def test_events_go_by_their_instant_whatever_their_zones(
    app: App, tmp_path: Path, newest_first: bool
) -> None:
    rows = [
        (NUMBER, "x", "", "InTransit_Departure", "2026-11-20 10:00:00", "GMT+8", "left", "Shenzhen"),
        (NUMBER, "x", "", "DeliveryFailure_NoBody", "2026-11-29T08:00:00+03:00", "", "tried", "Moscow"),
        (NUMBER, "x", "", "DeliveryFailure_NoBody", "2026-11-30 05:00:00Z", "", "tried again", "Moscow"),
        (NUMBER, "x", "", "Delivered_Other", "1796101200000", "", "signed", "Moscow"),
    ]
    report = load(app, tmp_path, "17track", rows[::-1] if newest_first else rows)
    assert (report.read, report.loaded) == (4, 4)
    told = board.of_shipment(app, "P-1")
    assert [(one["happened_at"], one["zone"]) for one in told.events] == [
        (datetime(2026, 12, 1, 5, 0, tzinfo=UTC), ""),
        (datetime(2026, 11, 30, 5, tzinfo=UTC), "Z"),
        (datetime(2026, 11, 29, 5, tzinfo=UTC), "+03:00"),
        (datetime(2026, 11, 20, 2, tzinfo=UTC), "GMT+8"),
    ]
    assert (told.outcome or {})["outcome"] == "delivered"
    assert told.events[0]["place"] == "Moscow"


def test_every_row_is_loaded_unchanged_or_refused_with_a_reason(app: App, tmp_path: Path) -> None:
    good = (NUMBER, "x", "InTransit", "InTransit_Arrival", "2026-11-20 10:00", "", "came", "")
    rows: list[tuple[str, ...]] = [
        good,
        good,
        ("LXP2CN", "x", "Pending", "", "", "", "", ""),
        ("", *good[1:]),
        ("8.1E+15", *good[1:]),
        ("LX 99", *good[1:]),
        ("LX99CN", *good[1:]),
        (NUMBER, "x", "InTransit", "", "24 November", "", "", ""),
        (NUMBER, "x", "", "", "2026-11-21 10:00", "", "", ""),
    ]
    first = load(app, tmp_path, "aftership", rows)
    assert (first.read, first.loaded, first.unchanged, first.refused) == (9, 2, 1, 6)
    again = load(app, tmp_path, "aftership", rows)
    assert (again.loaded, again.unchanged, again.refused) == (0, 3, 6)
    said = files.load(app, [tmp_path / "aftership.csv"], by="ann").problems
    assert [(one.row, one.code) for one in said] == [
        (5, "tracking_number_blank"),
        (6, "tracking_number_damaged"),
        (7, "tracking_number_odd"),
        (8, "tracking_unmatched"),
        (9, "tracking_time_unreadable"),
        (10, "tracking_blank"),
    ]
    assert (board.of_shipment(app, "P-2").outcome or {})["outcome"] == "unknown"


def load(app: App, folder: Path, whose: str, rows: Sequence[Sequence[Any]]) -> FileReport:
    """Load an export of these rows."""
    path = folder / f"{whose}.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([HEADERS[whose].split(","), *rows])
    report = files.load(app, [path], by="ann")
    assert not report.files[0].error_code, report.files[0]
    return report.files[0]

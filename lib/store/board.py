"""The board of failing parcels, and what people did about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lib.store.database import Work


def make(work: Work, *, now: datetime) -> None:
    """Find the failing parcels of a moment, for the readers below; within this transaction."""
    work.run("board_drop")
    work.run("board_make", now_at=now)


def counts(work: Work) -> list[dict[str, Any]]:
    """One dict per kind of failure: kind, shipment_count, unowned_count, since_at. After `make`."""
    return work.rows("board_counts")


def page(
    work: Work,
    *,
    kinds: Sequence[str] | None = None,
    owner: str | None = None,
    wanted: str | None = None,
    page_size: int = 100,
    skipped: int = 0,
) -> pd.DataFrame:
    """One row per failing parcel that matches, the longest failing first. After `make`."""
    return work.frame(
        "board_page",
        kinds=None if kinds is None else list(kinds),
        owner=owner,
        wanted=wanted,
        page_size=page_size,
        skipped=skipped,
    )


def owners(work: Work) -> list[str]:
    """Who looks after failing parcels. After `make`."""
    return [row["owner"] for row in work.rows("board_owners")]


def clocks(work: Work, *, now: datetime, until: datetime) -> list[dict[str, Any]]:
    """One dict per clock and parcel that runs out until then, the nearest first. After `make`."""
    return work.rows("board_clocks", now_at=now, until_at=until)


def put_case(
    work: Work,
    shipment_ids: Sequence[str],
    *,
    owner: str | None,
    note: str | None,
    done_at: datetime | None,
    by: str,
    at: datetime,
) -> None:
    """Keep who looks after parcels and what they note; None leaves what was."""
    with work.ids(shipment_ids):
        work.run("case_put", owner=owner, note=note, done_at=done_at, changed_by=by, changed_at=at)


def case_of(work: Work, shipment_id: str) -> dict[str, Any] | None:
    """Who looks after a parcel, or None."""
    return work.row("case_of", shipment_id=shipment_id)


def complaints_of(work: Work, shipment_id: str) -> list[dict[str, Any]]:
    """The complaints about a parcel, the newest first."""
    return work.rows("complaints_of", shipment_id=shipment_id)


def complaint_counts(work: Work, shipment_ids: Sequence[str]) -> dict[str, int]:
    """Shipment → complaints made about it."""
    with work.ids(shipment_ids):
        return {row["shipment_id"]: row["complaint_count"] for row in work.rows("complaint_counts")}


def complain(
    work: Work, shipment_ids: Sequence[str], *, kind: str, number: str, note: str, by: str, at: datetime
) -> None:
    """Keep a complaint about each of these parcels."""
    with work.ids(shipment_ids):
        work.run("complaint_add", kind=kind, number=number, complained_at=at, note=note, done_by=by)


def answered(work: Work, complaint_id: int, *, at: datetime) -> str | None:
    """The carrier answered a complaint; returns its parcel, None when it was answered before or is not there."""
    found = work.value("complaint_answered", complaint_id=complaint_id, answered_at=at)
    return None if found is None else str(found)


def check_in(
    work: Work,
    shipment_ids: Sequence[str],
    *,
    received_at: datetime,
    condition: str,
    restocked_minor: int,
    currency: str,
    note: str,
    by: str,
    at: datetime,
) -> None:
    """Keep that parcels came back, each restocked for this much."""
    with work.ids(shipment_ids):
        work.run(
            "checkin_put",
            received_at=received_at,
            condition=condition,
            restocked_minor=restocked_minor,
            currency=currency,
            note=note,
            done_by=by,
            done_at=at,
        )


def checkin_of(work: Work, shipment_id: str) -> dict[str, Any] | None:
    """How a parcel came back, or None."""
    return work.row("checkin_of", shipment_id=shipment_id)


def known(work: Work, shipment_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Shipment → outcome and return_kind, of those that are on the platform."""
    with work.ids(shipment_ids):
        return {row["shipment_id"]: row for row in work.rows("board_known")}


def outcome_of(work: Work, shipment_id: str, *, now: datetime) -> dict[str, Any] | None:
    """A parcel's outcome at a moment, as in the view `outcomes`."""
    return work.row("outcome_of", shipment_id=shipment_id, now_at=now)


def by_plan(work: Work, *, now: datetime) -> pd.DataFrame:
    """One row per plan, decision and outcome at a moment."""
    return work.frame("outcomes_by_plan", now_at=now)


def days(work: Work) -> list[dict[str, Any]]:
    """One dict per number of days that may be set: name, days, is_assumed, changed_by, changed_at."""
    return work.rows("outcome_days_known")


def set_days(work: Work, name: str, count: int, *, by: str, at: datetime) -> bool:
    """Set a number of days; whether there is one of that name."""
    return bool(work.rows("outcome_days_set", name=name, days_count=count, changed_by=by, changed_at=at))

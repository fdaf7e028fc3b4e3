"""The board of undeliverable parcels: which fail now, for how long, what they hold, and what can still be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.outcomes import (
    MOST_COMPLAINTS,
    STILL_OPEN,
    ComplaintKind,
    Condition,
    Failing,
    Remedy,
    remedies,
)
from lib.domain.problems import Problem
from lib.store import audit
from lib.store import board as store
from lib.store import tracking as tracking_store
from lib.store.database import Work

#: Clocks that run out within this are of this week.
WEEK = timedelta(days=7)
#: What a number of days may be.
LEAST_DAYS, MOST_DAYS = 1, 400


@dataclass(frozen=True)
class Board:
    """The failing parcels of a moment."""

    counts: dict[Failing, int]  #: All of them, the most pressing kind first; kinds without any are left out.
    unowned: int  #: Those nobody looks after.
    #: Those of which something can still come: neither returned, returning, destroyed nor lost.
    open_count: int
    match_count: int  #: Those the filters let through.
    rows: pd.DataFrame
    """One row per parcel of the page, the longest failing first.

    Columns: shipment_id, order_id, batch_id, plan_id, tracking_number, country, kind, since_at, last_event_at,
    is_assumed (only silence says so), failed_attempts, return_kind, undeliverable, piece_count, contents, owner,
    note, abnormal_reason, return_number, is_insured, decide_by_at, complaint_count, complained_at, answered_at,
    return_by_at, address_by_at, complain_by_at, remedies (list of Remedy).
    """
    owners: list[str]  #: Who looks after some.
    clocks: list[dict[str, Any]]
    """One dict per clock and parcel that runs out within a week, the nearest first.

    shipment_id, clock (a `Clock`), runs_out_at, order_id, tracking_number, kind (None: it is off the board).
    """

    @property
    def count(self) -> int:
        """All failing parcels."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Case:
    """All that is known of one parcel's outcome."""

    outcome: dict[str, Any] | None  #: As a row of the view `outcomes`; None: it is not on the platform.
    events: list[dict[str, Any]]  #: As `tracking.of_shipment`.
    case: dict[str, Any] | None  #: owner, note, done_at.
    complaints: list[dict[str, Any]]  #: The newest first.
    checkin: dict[str, Any] | None  #: How it came back.
    abnormal: dict[str, Any] | None  #: As the platform lists it.
    pull: dict[str, Any] | None  #: How it is asked for.


def read(
    app: App,
    *,
    kinds: Sequence[Failing] | None = None,
    owner: str | None = None,
    wanted: str | None = None,
    page_size: int = 100,
    skipped: int = 0,
) -> Board:
    """The board now; `owner` "" for those nobody looks after, `wanted` part of an order or tracking number."""
    now = app.now()
    with app.database.read() as work:
        store.make(work, now=now)
        counted = {row["kind"]: row for row in store.counts(work)}
        rows = store.page(
            work,
            kinds=None if kinds is None else [str(kind) for kind in kinds],
            owner=owner,
            wanted=wanted or None,
            page_size=page_size,
            skipped=skipped,
        )
        owners = store.owners(work)
        clocks = store.clocks(work, now=now, until=now + WEEK)
    counts = {kind: int(counted[kind]["shipment_count"]) for kind in Failing if kind in counted}
    chosen = list(counts) if kinds is None else [kind for kind in kinds if kind in counts]
    return Board(
        counts,
        sum(int(row["unowned_count"]) for row in counted.values()),
        sum(count for kind, count in counts.items() if kind in STILL_OPEN),
        sum(counts[kind] for kind in chosen),
        rows.assign(remedies=[_remedies(row, now) for row in rows.to_dict("records")]),
        owners,
        clocks,
    )


def by_plan(app: App) -> pd.DataFrame:
    """One row per plan, undeliverable decision and outcome of the parcels on the platform, the commonest first.

    Columns: plan_id, undeliverable, outcome, shipment_count, assumed_count (only silence says so), failed_count,
    return_fee_minor (billed, else assumed; of `currency`), currency.
    """
    with app.database.read() as work:
        return store.by_plan(work, now=app.now())


def of_shipment(app: App, shipment_id: str) -> Case:
    """All that is known of what became of a parcel."""
    with app.database.read() as work:
        return Case(
            store.outcome_of(work, shipment_id, now=app.now()),
            tracking_store.of_shipment(work, shipment_id),
            store.case_of(work, shipment_id),
            store.complaints_of(work, shipment_id),
            store.checkin_of(work, shipment_id),
            tracking_store.abnormal_of(work, shipment_id),
            tracking_store.pull_of(work, shipment_id),
        )


def look_after(
    app: App, shipment_ids: Sequence[str], *, owner: str | None = None, note: str | None = None, by: str
) -> int:
    """Say who looks after parcels, and note something; None leaves what was. Returns how many.

    Raises Problem('parcels_unknown').
    """
    with app.database.write() as work:
        _need(work, shipment_ids)
        store.put_case(work, shipment_ids, owner=owner, note=note, done_at=None, by=by, at=app.now())
        _record(app, work, "look_after", shipment_ids, by=by, owner=owner, noted=note is not None)
    return len(shipment_ids)


def put_aside(app: App, shipment_ids: Sequence[str], *, by: str) -> int:
    """Take parcels off the board until something new is said of them. Returns how many.

    Raises Problem('parcels_unknown').
    """
    with app.database.write() as work:
        _need(work, shipment_ids)
        store.put_case(work, shipment_ids, owner=None, note=None, done_at=app.now(), by=by, at=app.now())
        _record(app, work, "put_aside_parcels", shipment_ids, by=by)
    return len(shipment_ids)


def complain(
    app: App,
    shipment_ids: Sequence[str],
    kind: ComplaintKind,
    *,
    number: str = "",
    note: str = "",
    by: str,
    at: datetime | None = None,
) -> int:
    """Keep that a complaint was made about each of these parcels: it is made in the platform's back office.

    Returns how many. Raises Problem: parcels_unknown, too_many_complaints.
    """
    now = app.now()
    with app.database.write() as work:
        _need(work, shipment_ids)
        made = store.complaint_counts(work, shipment_ids)
        over = sorted(one for one, count in made.items() if count >= MOST_COMPLAINTS)
        if over:
            raise Problem("too_many_complaints", most=MOST_COMPLAINTS, shipments=", ".join(over[:5]))
        store.complain(
            work, shipment_ids, kind=str(kind), number=number.strip(), note=note.strip(), by=by, at=at or now
        )
        _record(app, work, "complain", shipment_ids, by=by, kind=str(kind))
    return len(shipment_ids)


def answered(app: App, complaint_id: int, *, by: str) -> None:
    """Keep that the carrier answered a complaint. Raises Problem('complaint_unknown')."""
    with app.database.write() as work:
        shipment_id = store.answered(work, complaint_id, at=app.now())
        if shipment_id is None:
            raise Problem("complaint_unknown")
        _record(app, work, "complaint_answered", [shipment_id], by=by)


def check_in(
    app: App,
    shipment_ids: Sequence[str],
    *,
    condition: Condition,
    restocked_minor: int,
    currency: str,
    received_at: datetime | None = None,
    note: str = "",
    by: str,
) -> int:
    """Keep that parcels came back, in which condition, and what of each went back to the shelf (minor units).

    A parcel that is checked in is returned, whatever was said of it. Returns how many.
    Raises Problem: parcels_unknown, restocked_negative, received_later.
    """
    now = app.now()
    if restocked_minor < 0:
        raise Problem("restocked_negative")
    if received_at is not None and received_at > now:
        raise Problem("received_later")
    with app.database.write() as work:
        _need(work, shipment_ids)
        store.check_in(
            work,
            shipment_ids,
            received_at=received_at or now,
            condition=str(condition),
            restocked_minor=restocked_minor,
            currency=currency,
            note=note.strip(),
            by=by,
            at=now,
        )
        _record(
            app,
            work,
            "check_in",
            shipment_ids,
            by=by,
            condition=str(condition),
            restocked_minor=restocked_minor,
        )
    return len(shipment_ids)


def find(app: App, number: str) -> str:
    """The shipment of a tracking number, LP number, logistics order or its own id.

    Raises Problem('parcels_unknown').
    """
    number = number.strip()
    with app.database.read() as work:
        found = tracking_store.owners(work, [number]) if number else {}
        if not found and number and store.known(work, [number]):
            return number
    if not found:
        raise Problem("parcels_unknown", shipments=number or "–")
    return next(iter(found.values()))


def days(app: App) -> list[dict[str, Any]]:
    """One dict per number of days a shop may set: name, days, is_assumed, changed_by, changed_at."""
    with app.database.read() as work:
        return store.days(work)


def set_days(app: App, name: str, count: int, *, by: str) -> None:
    """Set a number of days. Raises Problem: days_out_of_range, days_unknown."""
    if not LEAST_DAYS <= count <= MOST_DAYS:
        raise Problem("days_out_of_range", least=LEAST_DAYS, most=MOST_DAYS)
    with app.database.write() as work:
        if not store.set_days(work, name, count, by=by, at=app.now()):
            raise Problem("days_unknown", name=name)
        audit.record(work, "set_days", name, by=by, at=app.now(), days=count)


def _remedies(row: dict[str, Any], now: datetime) -> list[Remedy]:
    return remedies(
        Failing(row["kind"]),
        now=now,
        complaints=int(row["complaint_count"]),
        complain_by=_moment(row["complain_by_at"]),
        address_by=_moment(row["address_by_at"]),
    )


def _moment(value: Any) -> datetime | None:
    if value is None or pd.isna(value):
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def _need(work: Work, shipment_ids: Sequence[str]) -> None:
    known = store.known(work, shipment_ids)
    missing = [one for one in shipment_ids if one not in known]
    if missing or not shipment_ids:
        raise Problem("parcels_unknown", shipments=", ".join(missing[:5]) or "–")


def _record(
    app: App, work: Work, action: str, shipment_ids: Sequence[str], *, by: str, **detail: object
) -> None:
    subject = shipment_ids[0] if len(shipment_ids) == 1 else ""
    audit.record(work, action, subject, by=by, at=app.now(), shipments=list(shipment_ids), **detail)

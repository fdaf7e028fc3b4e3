"""Tracking: what was said of parcels, what the codes mean, and what it comes to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lib.store.database import DERIVED, Work

#: Columns of the events that come in, all texts but row_no and happened_at. A list of one shipment's events stands
#: newest or oldest first, by row_no. code is normal (`domain.outcomes.normal_code`), '' for none.
EVENT = (
    "shipment_id",
    "row_no",
    "vocabulary",
    "code",
    "raw_code",
    "happened_at",
    "zone",
    "text",
    "place",
    "status",
)
#: Columns of the parcels that were asked for.
ASKED = ("shipment_id", "next_track_at", "tries", "trouble", "has_news")
#: Columns of the platform's list of abnormal orders.
ABNORMAL = (
    "logistics_order_id",
    "tracking_number",
    "order_id",
    "abnormal_code",
    "abnormal_reason",
    "status_code",
    "status_name",
    "solution_name",
    "is_insured",
    "return_number",
    "decide_by_at",
    "changed_at",
)
#: Under this name the version of the rules is kept that the outcomes were derived by.
RULES = "outcome rules"


def take(
    work: Work, events: pd.DataFrame, *, source: str, seen_at: datetime, import_id: int | None = None
) -> list[str]:
    """Keep the events (columns EVENT) that are not here yet, and derive anew what they are of.

    Returns the shipments with something new, once per new event.
    """
    if events.empty:
        return []
    with work.table("told_events", events):
        work.run("tracking_incoming_drop")
        work.run("tracking_incoming", seen_at=seen_at)
    work.run("tracking_codes_add", seen_at=seen_at)
    added = work.rows("tracking_events_add", source=source, import_id=import_id, seen_at=seen_at)
    work.run("tracking_incoming_drop")
    touched = [row["shipment_id"] for row in added]
    derive(work, sorted(set(touched)))
    return touched


def derive(work: Work, shipment_ids: Sequence[str]) -> None:
    """Derive the outcomes of some shipments anew from all that was said of them."""
    if not shipment_ids:
        return
    with work.ids(shipment_ids):
        work.run("tracking_touched_drop")
        work.run("tracking_touched")
        work.run("outcomes_forget")
        work.run("outcomes_derive")
        work.run("tracking_touched_drop")


def derive_all(work: Work) -> None:
    """Derive every outcome anew."""
    work.run("outcomes_forget_all")
    work.run("outcomes_derive_all")


def bring_up_to_date(work: Work, *, codes_changed: bool) -> bool:
    """Derive every outcome anew when the program's rules or its list of codes changed; returns whether."""
    rules = (DERIVED / "60_outcomes.sql").read_bytes()
    digest = hashlib.sha256(rules).hexdigest()
    known = {row["name"]: row["sha256"] for row in work.rows("reference_files")}
    if known.get(RULES) == digest and not codes_changed:
        return False
    derive_all(work)
    work.run("reference_file_record", name=RULES, sha256=digest)
    return True


def of_shipment(work: Work, shipment_id: str) -> list[dict[str, Any]]:
    """One dict per event of a shipment, the newest first, with what it means."""
    return work.rows("tracking_of_shipment", shipment_id=shipment_id)


def pull_of(work: Work, shipment_id: str) -> dict[str, Any] | None:
    """How a shipment is asked for: next_track_at, last_tracked_at, news_at, tries, trouble."""
    return work.row("tracking_pull_of", shipment_id=shipment_id)


def owners(work: Work, numbers: Sequence[str]) -> dict[str, str]:
    """Number → the shipment it is of, by tracking number, LP number or logistics order id."""
    with work.ids(sorted(set(numbers)), "numbers", "number"):
        return {row["number"]: row["shipment_id"] for row in work.rows("tracking_owners")}


# -- codes -----------------------------------------------------------------------------------------------


def unknown_codes(work: Work) -> pd.DataFrame:
    """One row per code nobody knows, and per code somebody gave a meaning; the commonest unknown ones first."""
    return work.frame("codes_unknown")


def known_codes(work: Work) -> pd.DataFrame:
    """One row per code with a meaning: vocabulary, code, meaning."""
    return work.frame("codes_known")


def code_known(work: Work, vocabulary: str, code: str) -> dict[str, Any]:
    """Whether a code was ever met (met_count), and its meaning by the program's own list."""
    return work.row("code_known", vocabulary=vocabulary, code=code) or {"met_count": 0, "meaning": None}


def map_code(
    work: Work, vocabulary: str, code: str, meaning: str | None, *, by: str, at: datetime
) -> list[str]:
    """Give a code a meaning, or (None) take it back; derives anew, and returns, the shipments that have it."""
    if meaning is None:
        work.run("code_unmap", vocabulary=vocabulary, code=code)
    else:
        work.run("code_map", vocabulary=vocabulary, code=code, meaning=meaning, mapped_by=by, mapped_at=at)
    touched = [
        row["shipment_id"] for row in work.rows("outcomes_with_code", vocabulary=vocabulary, code=code)
    ]
    derive(work, touched)
    return touched


# -- asking the platform ---------------------------------------------------------------------------------


def due(
    work: Work,
    *,
    now: datetime,
    left_before: datetime,
    lot: int,
    shop_id: str | None = None,
    held_shops: Sequence[str] = (),
    everything_before: datetime | None = None,
) -> list[dict[str, Any]]:
    """One dict per live parcel to ask for now, the oldest news first.

    One never asked for is due when it left before `left_before`. With `everything_before` also those that are not
    due, unless they were asked for since. Shops of `held_shops` are left alone.
    """
    return work.rows(
        "tracking_due",
        now_at=now,
        left_before_at=left_before,
        lot=lot,
        shop_id=shop_id,
        held_shops=list(held_shops),
        everything=everything_before is not None,
        asked_before_at=everything_before or now,
    )


def next_at(work: Work) -> tuple[datetime | None, datetime | None]:
    """When the next live parcel is asked for again, and when the first of those never asked for left."""
    row = work.row("tracking_next") or {"next_at": None, "left_at": None}
    return row["next_at"], row["left_at"]


def asked(work: Work, rows: pd.DataFrame, *, at: datetime) -> None:
    """Keep when parcels (columns ASKED) are asked for next."""
    with work.table("asked", rows):
        work.run("tracking_asked", asked_at=at)


def standings(work: Work, shipment_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Shipment → outcome, trouble, final, last_event_at."""
    with work.ids(shipment_ids):
        return {row["shipment_id"]: row for row in work.rows("tracking_standings")}


def counts(work: Work) -> dict[str, Any]:
    """shipment_count, heard_count, live_count, troubled_count, oldest_at and newest_at of the questions."""
    return work.row("tracking_counts") or {}


def put_abnormal(work: Work, rows: pd.DataFrame, *, at: datetime) -> list[str]:
    """Keep the platform's list (columns ABNORMAL); the parcels whose entry changed are asked for at once."""
    with work.table("abnormal", rows):
        changed = [row["shipment_id"] for row in work.rows("abnormal_put", seen_at=at)]
    with work.ids(changed):
        work.run("tracking_due_now", now_at=at)
    return changed


def abnormal_of(work: Work, shipment_id: str) -> dict[str, Any] | None:
    """What the platform lists a shipment as, or None."""
    return work.row("abnormal_of", shipment_id=shipment_id)


def abnormal_synced_at(work: Work, shop_id: str) -> datetime | None:
    """Since when a shop's abnormal orders are known."""
    found = work.value("abnormal_synced", shop_id=shop_id)
    return found if isinstance(found, datetime) else None


def abnormal_synced(work: Work, shop_id: str, at: datetime) -> None:
    """A shop's abnormal orders are known as of a moment."""
    work.run("sync_record", shop_id=shop_id, topic="abnormal", synced_at=at)

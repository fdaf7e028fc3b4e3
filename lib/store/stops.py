"""Plans stopped by hand, and the parcels that stand on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd

from lib.store.database import Work


def add(
    work: Work,
    plan_id: str,
    *,
    country: str,
    from_on: date,
    until_on: date | None,
    reason: str,
    by: str,
    at: datetime,
) -> int:
    """Stop a plan to a country ('' for all); returns the stop's number."""
    return int(
        work.value(
            "plan_stops_add",
            plan_id=plan_id,
            country=country,
            from_on=from_on,
            until_on=until_on,
            reason=reason,
            stopped_by=by,
            stopped_at=at,
        )
    )


def current(work: Work, *, on: date) -> list[dict[str, Any]]:
    """One dict per stop that is not over, the latest first, with its parcels counted."""
    return work.rows("plan_stops_current", day_on=on)


def lift(work: Work, stop_id: int, *, by: str, at: datetime) -> bool:
    """Lift a stop; False when there is none of that number, or it is lifted already."""
    return work.row("plan_stop_lift", stop_id=stop_id, lifted_by=by, lifted_at=at) is not None


def shipments(work: Work, *, on: date, stop_id: int | None = None) -> pd.DataFrame:
    """One row per parcel on a stopped plan that can still be moved."""
    return work.frame("stopped_shipments", day_on=on, stop_id=stop_id)


def standing(work: Work, plan_id: str, country: str) -> dict[str, int]:
    """State → how many parcels stand on a plan that can still be moved; '' for every country."""
    rows = work.rows("plan_standing", plan_id=plan_id, country=country)
    return {row["state"]: row["shipment_count"] for row in rows}


def knows(work: Work, plan_id: str) -> bool:
    """Whether the platform sells the plan."""
    return work.row("plan_known", plan_id=plan_id) is not None

"""Promise against truth: how long parcels really take, parcels under way counted as long as they have been."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from lib.app import App
from lib.store import transit as store

#: From so many delivered parcels on, own experience is shown beside a plan's promise.
ENOUGH = 20
#: Own experience may be so old: it stands on a page that is shown all the time.
EXPERIENCE_AGE = timedelta(hours=1)


def days(app: App) -> pd.DataFrame:
    """One row per plan and country, per plan (country ''), and one of all (plan_id '').

    Columns: plan_id, country, parcel_count, delivered_count, due_count (their promise has run out), late_count
    (of these, not delivered within it), promised_least, promised_most (days), days_p50, days_p85, days_p95
    (missing: not reached by those that were delivered so far).
    """
    with app.database.read() as work:
        found = store.days(work, app.now())
    whole = ["promised_least", "promised_most", "days_p50", "days_p85", "days_p95"]
    return found.astype(dict.fromkeys(whole, "Int64"))


def experience(app: App) -> dict[str, tuple[int, int | None]]:
    """Plan → days within which 50 and 85 of 100 parcels arrived, of plans with enough own deliveries."""
    found = app.database.kept("transit_days", lambda: days(app), lasts=EXPERIENCE_AGE)
    known = found[(found["country"] == "") & (found["delivered_count"] >= ENOUGH) & found["days_p50"].notna()]
    return {
        row["plan_id"]: (int(row["days_p50"]), None if pd.isna(row["days_p85"]) else int(row["days_p85"]))
        for row in known.to_dict("records")
        if row["plan_id"]
    }

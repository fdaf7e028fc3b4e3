"""Outcomes: what was decided about undeliverable parcels. Where parcels are is not followed yet."""

from __future__ import annotations

import pandas as pd

from lib.app import App
from lib.store import shipments as store


def decisions(app: App) -> pd.DataFrame:
    """One row per plan and undeliverable decision of the parcels on the platform, most parcels first.

    Columns: plan_id, undeliverable ('return' or 'destroy'), shipment_count, return_fee_minor (of `currency`,
    0 for destroy; an assumption of the return-fee table), currency (missing without a fee).
    """
    with app.database.read() as work:
        by_state = store.decisions(work)
    by_plan = by_state.groupby(["plan_id", "undeliverable", "currency"], dropna=False, as_index=False)[
        ["shipment_count", "return_fee_minor"]
    ].sum()
    return by_plan.sort_values(["shipment_count", "plan_id"], ascending=[False, True], ignore_index=True)


def fees_by_currency(by_plan: pd.DataFrame) -> dict[str, int]:
    """Currency → the return-service fees of `decisions`, minor units."""
    known = by_plan.dropna(subset="currency")
    return {
        str(code): int(minor) for code, minor in known.groupby("currency")["return_fee_minor"].sum().items()
    }

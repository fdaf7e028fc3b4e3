"""Tier edges: parcels that a few grams lighter or heavier would cost less on their plan."""

from __future__ import annotations

import pandas as pd

from lib.app import App
from lib.services.batches import need
from lib.store import plans as store

#: So few grams can be changed by packaging.
WITHIN_G = 20


def edges(app: App, batch_id: str, *, within_g: int = WITHIN_G) -> pd.DataFrame:
    """One row per undecided shipment and direction in which it reaches a cheaper tier of its plan, dearest first.

    The plan is the chosen one, else the cheapest. Nothing is changed by this: a parcel is packed lighter or sturdier,
    weighed again, and declared at what the scale says. Raises Problem('batch_unknown').

    Columns:
        shipment_id, order_id, country, plan_id; weight_g, as it stands; packaging_g: of it, null where unknown.
        grams: int64, to the edge; negative is lighter, never by more than the packaging. edge_g: the weight there.
        fee_minor, edge_fee_minor, saved_minor, currency; saved_cny_minor by the dated exchange rate.
    """
    today = app.now().date()
    with app.database.read() as work:
        need(work, batch_id)
        store.rate_batch(work, batch_id, on=today)
        return store.tier_edges(work, on=today, within_g=within_g)

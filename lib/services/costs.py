"""Costs: what shipping was estimated to cost, by plan and country. Bills are not read yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from lib.app import App
from lib.store import costs as store
from lib.store import shipments as shipment_store

KEYS = ["plan_id", "country", "currency", "kind", "stage"]


@dataclass(frozen=True)
class Costs:
    """What the parcels on the platform cost, as far as it is known."""

    fees: pd.DataFrame
    """One row per plan, country, currency, kind and stage of fee.

    Columns: plan_id, country, currency, kind ('freight', 'return_service'), stage ('estimated': by a rate card,
    'assumed': by the return-fee table), shipment_count, fee_minor (of `currency`), weight_g, fee_cny_minor
    (missing for a currency without a rate).
    """
    exchange_on: date | None  #: The day of the exchange rates used; they are an assumption.


def by_plan(app: App) -> Costs:
    """The fees of every parcel that is on the platform, as recorded when its batch was submitted."""
    today = app.now().date()
    with app.database.read() as work:
        fees = shipment_store.costs(work)
        in_cny = store.in_cny(work, on=today)
        rates = store.exchange(work, on=today)
    foreign = set(fees["currency"]) - {"CNY"}
    used = [row["rate_on"] for row in rates if row["currency"] in foreign]
    fees = fees.merge(in_cny, how="left", on=KEYS).astype({"fee_cny_minor": "Int64"})
    return Costs(fees, max(used, default=None))


def exchange_on(app: App) -> date | None:
    """The day of the newest exchange rates that compare currencies today; they are an assumption."""
    with app.database.read() as work:
        return max((row["rate_on"] for row in store.exchange(work, on=app.now().date())), default=None)

"""Costs: what shipping was estimated to cost, by plan and country. Bills are not read yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from lib.app import App
from lib.domain.money import half_up
from lib.store import costs as store
from lib.store import shipments as shipment_store


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
    with app.database.read() as work:
        fees = shipment_store.costs(work)
        rates = store.exchange(work, on=app.now().date())
    per_unit = {row["currency"]: Decimal(row["rate_e6"]) / 1_000_000 for row in rates}
    pairs = zip(fees["fee_minor"].tolist(), fees["currency"].tolist(), strict=True)
    in_cny = [half_up(minor * per_unit[code]) if code in per_unit else None for minor, code in pairs]
    used = [row["rate_on"] for row in rates if row["currency"] in set(fees["currency"]) - {"CNY"}]
    fees = fees.assign(fee_cny_minor=pd.Series(in_cny, index=fees.index, dtype="Int64"))
    return Costs(fees, max(used, default=None))


def exchange_on(app: App) -> date | None:
    """The day of the newest exchange rates that compare currencies today; they are an assumption."""
    with app.database.read() as work:
        return max((row["rate_on"] for row in store.exchange(work, on=app.now().date())), default=None)

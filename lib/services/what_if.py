"""What if: everything that was sent, rated again by another card, policy, packaging or exchange rate."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.problems import Problem
from lib.files import exports
from lib.services import costs
from lib.store import costs as cost_store
from lib.store import rates as rate_store
from lib.store import what_if as store
from lib.store.database import Work

PAGE_SIZE = 500
#: Packaging is not lighter by more than this.
MOST_LIGHTER_G = 5000
#: Policies there are, and 'sent': each parcel stays on the plan it went on.
POLICIES = ("sent", "cheapest", "cheapest_not_slower", "buyers")


@dataclass(frozen=True)
class Change:
    """What would be otherwise. Nothing named stays as it is today."""

    card_id: str | None = None  #: A rate card in the place of its plan's, active or not.
    policy: str = "sent"  #: One of POLICIES.
    lighter_g: int = 0  #: Packaging of every parcel lighter by so much.
    currency: str | None = None  #: A currency at another rate.
    rate_e6: int | None = None  #: CNY for one unit of it, in millionths.
    countries: tuple[str, ...] = ()  #: Only parcels to these; none: to all.


@dataclass(frozen=True)
class Answer:
    """All that was sent, rated on the same day both ways. Amounts are minor CNY of freight by rate card."""

    total: dict[str, Any]
    """parcel_count; rated_count: those with a fee both ways, of which before_cny and after_cny are; unrated_count: no
    card of today covers the plan they went on; planless_count: no plan would carry them; flip_count: on another."""
    by_plan: pd.DataFrame  #: plan_id (it went on), after_plan, parcel_count, before_cny, after_cny.
    by_country: pd.DataFrame  #: country, parcel_count, flip_count, before_cny, after_cny.
    flips: pd.DataFrame
    """One row per parcel on another plan, the largest difference first: shipment_id, order_id, country, weight_g,
    created_on, plan_id, before_cny, after_plan, after_cny, difference_cny."""


def ask(app: App, change: Change, *, page_size: int = PAGE_SIZE) -> Answer:
    """Rate everything again. Raises Problem: card_unknown, rate_not_positive, lighter_out_of_bounds."""
    with app.database.read() as work:
        _rate(app, work, change)
        return Answer(
            store.total(work),
            store.by_plan(work),
            store.by_country(work),
            store.flips(work, page_size=page_size),
        )


def export_flips(app: App, change: Change, form: str) -> bytes:
    """All parcels that would go on another plan as a file: csv, parquet or xlsx."""
    with app.database.read() as work:
        _rate(app, work, change)
        rows = store.flips(work, page_size=costs.EVERYTHING)
    return exports.table(rows, form, hundredths=["before_cny", "after_cny", "difference_cny"])


def export_countries(app: App, change: Change, form: str) -> bytes:
    """The difference by country as a file: csv, parquet or xlsx."""
    with app.database.read() as work:
        _rate(app, work, change)
        return exports.table(store.by_country(work), form, hundredths=["before_cny", "after_cny"])


def rate_today(app: App) -> dict[str, Decimal]:
    """Currency → CNY for one unit of it today, an assumption."""
    with app.database.read() as work:
        rows = cost_store.exchange(work, on=app.now().date())
    return {row["currency"]: Decimal(row["rate_e6"]) / 1_000_000 for row in rows if row["currency"] != "CNY"}


def _rate(app: App, work: Work, change: Change) -> None:
    today = app.now().date()
    if change.card_id and not rate_store.cards(work, on=today, card_id=change.card_id):
        raise Problem("card_unknown", card_id=change.card_id)
    if not 0 <= change.lighter_g <= MOST_LIGHTER_G:
        raise Problem("lighter_out_of_bounds", most=MOST_LIGHTER_G)
    if change.rate_e6 is not None and change.rate_e6 <= 0:
        raise Problem("rate_not_positive")
    store.rate(
        work,
        on=today,
        countries=list(change.countries) or None,
        card_id=change.card_id,
        lighter_g=change.lighter_g,
        currency=change.currency if change.rate_e6 is not None else None,
        rate_e6=change.rate_e6,
        policy=change.policy if change.policy in POLICIES else "sent",
    )

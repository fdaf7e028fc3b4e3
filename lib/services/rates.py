"""Rate cards: which there are, what a new one would change, and from which day quotes are made by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.problems import Problem
from lib.files import exports
from lib.store import audit
from lib.store import rates as store
from lib.store.database import Work

#: How far back orders are looked at before a card is activated.
PREVIEW_DAYS = 90


@dataclass(frozen=True)
class Card:
    """A rate card with everything in it."""

    card: dict[str, Any]  #: See `store.rates.cards`.
    rates: pd.DataFrame  #: One row per destination, cargo class and interval of chargeable weight.
    #: One row per surcharge; none is published, so a card has none unless its file had.
    surcharges: pd.DataFrame


@dataclass(frozen=True)
class Preview:
    """What quoting by a card from a day on would change.

    places: one row per destination and cargo class whose prices are compared over a ladder of weights: weight_count,
        changed_count, added_count (quoted only by the card), lost_count (no longer quoted), is_stopped, mean_percent,
        median_percent, least_percent, most_percent, mean_minor, median_minor (CNY by the rates of the day).
    places_total: the same over all of them.
    orders: one row per parcel of the last PREVIEW_DAYS whose price or plan would have been another, the largest
        difference first: order_id, paid_at, country, weight_g, is_decided (a person chose its plan), plan and fee
        before and after, difference_cny_minor. A parcel goes on its plan, or while nobody chose one on the cheapest;
        one that goes on the cheapest follows it to another plan.
    orders_total: parcel_count, changed_count, plan_count (on another plan), lost_count (no longer carried),
        before_cny_minor and after_cny_minor of the changed ones.
    """

    card: dict[str, Any]
    active_from: date
    places: pd.DataFrame
    places_total: dict[str, Any]
    orders: pd.DataFrame
    orders_total: dict[str, Any]

    @property
    def difference_cny_minor(self) -> int:
        """What the changed orders would have cost more (less, if negative) in all."""
        return int(self.orders_total["after_cny_minor"] - self.orders_total["before_cny_minor"])


def cards(app: App) -> list[dict[str, Any]]:
    """One dict per rate card, by plan, the newest first; `state` is draft, coming, active or past."""
    with app.database.read() as work:
        return store.cards(work, on=app.now().date())


def card(app: App, card_id: str) -> Card:
    """One rate card. Raises Problem('card_unknown')."""
    with app.database.read() as work:
        return Card(_need(app, work, card_id), store.rates(work, card_id), store.surcharges(work, card_id))


def sheet(app: App, card_id: str) -> bytes:
    """A card as a workbook in the plain layout: change prices and first day, and load it as a new version."""
    with app.database.read() as work:
        _need(app, work, card_id)
        return exports.xlsx(store.sheet(work, card_id), "rates")


def preview(app: App, card_id: str, *, on: date | None = None, page_size: int = 1_000_000) -> Preview:
    """What would change if quotes were made by a card from a day on (today, or its first day if that is later)."""
    with app.database.read() as work:
        kept = _need(app, work, card_id)
        day = on or first_day(app, kept)
        places_total, places = store.changes(work, card_id, on=day)
        since = app.now() - timedelta(days=PREVIEW_DAYS)
        orders_total, orders = store.changed_orders(work, card_id, on=day, since=since, page_size=page_size)
    return Preview(kept, day, places, places_total, orders, orders_total)


def activate(app: App, card_id: str, *, on: date | None = None, by: str) -> date:
    """Make quotes by a card from a day on; the card before it ends there. Who and when is recorded.

    Raises Problem: card_unknown, card_is_active, activates_too_early, activates_too_late, activates_over.
    """
    at = app.now()
    with app.database.write() as work:
        kept = _need(app, work, card_id)
        day = on or first_day(app, kept)
        if kept["active_from"] is not None:
            raise Problem("card_is_active", card_id=card_id, active_from=kept["active_from"])
        if day < kept["valid_from"]:
            raise Problem("activates_too_early", card_id=card_id, valid_from=kept["valid_from"])
        if kept["valid_to"] is not None and day >= kept["valid_to"]:
            raise Problem("activates_too_late", card_id=card_id, valid_to=kept["valid_to"])
        for other in store.clashes(work, card_id, active_from=day):
            raise Problem("activates_over", card_id=card_id, other=other["card_id"], day=other["active_from"])
        store.activate(work, card_id, active_from=day, by=by, at=at)
        audit.record(work, "activate_card", card_id, by=by, at=at, active_from=str(day))
    return day


def discard(app: App, card_id: str, *, by: str) -> None:
    """Drop a card that was loaded and never activated. Raises Problem: card_unknown, card_is_kept."""
    at = app.now()
    with app.database.write() as work:
        _need(app, work, card_id)
        if not store.forget(work, card_id):
            raise Problem("card_is_kept", card_id=card_id)
        audit.record(work, "discard_card", card_id, by=by, at=at)


def spot_prices(app: App, *, country: str | None = None) -> pd.DataFrame:
    """One row per published price that no parcel can be quoted by: `lacks` says why."""
    with app.database.read() as work:
        return store.spot_prices(work, country=country)


def first_day(app: App, card: dict[str, Any]) -> date:
    """The earliest sensible day to activate a card: today, or its own first day."""
    first: date = card["valid_from"]
    return max(first, app.now().date())


def _need(app: App, work: Work, card_id: str) -> dict[str, Any]:
    found = store.cards(work, on=app.now().date(), card_id=card_id)
    if not found:
        raise Problem("card_unknown", card_id=card_id)
    return found[0]

"""Rate cards: taken in as drafts, previewed, activated; prices no parcel can be quoted by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import pandas as pd

from lib.store.database import Work
from lib.store.imports import Counts


class RateFrames(Protocol):
    """Rate cards as a file has them; the columns are those of `lib.files.rates.RateTables`."""

    @property
    def cards(self) -> pd.DataFrame: ...

    @property
    def rates(self) -> pd.DataFrame: ...

    @property
    def surcharges(self) -> pd.DataFrame: ...

    @property
    def spot_prices(self) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Names:
    """What the names in a file of rates are looked up in, in lower case."""

    plan_names: pd.DataFrame
    country_names: pd.DataFrame
    currencies: pd.DataFrame


def names(work: Work) -> Names:
    """Plan names (name, plan_id), spellings of countries (name, country), and currencies with a rate."""
    return Names(
        work.frame("rate_plan_names"), work.frame("rate_country_names"), work.frame("rate_currencies")
    )


def overlaps(work: Work, tables: RateFrames) -> pd.DataFrame:
    """One row per new card of a file whose days an active card of its plan has: plan_id, valid_from, value."""
    if tables.cards.empty:
        return pd.DataFrame(columns=["plan_id", "valid_from", "value"])
    with _incoming(work, tables):
        found = work.frame("rate_overlaps")
        return found.assign(valid_from=_days(found["valid_from"]))


def take(work: Work, tables: RateFrames, *, file: str, by: str, at: datetime) -> Counts:
    """Take the cards of a file in as drafts; counts are rows of the file. A card that is here already stays."""
    if not tables.spot_prices.empty:
        return _take_spot(work, tables.spot_prices)
    if tables.cards.empty:
        return Counts(0, 0, 0)
    with _incoming(work, tables):
        counts = work.row("rate_counts") or {}
        work.run("rates_replaced")
        work.run("surcharges_replaced")
        work.run("rate_cards_take", file=file, loaded_by=by, loaded_at=at)
        work.run("rates_take")
        work.run("surcharges_take")
    return Counts(counts["loaded"], counts["updated"], counts["unchanged"])


def cards(work: Work, *, on: date, card_id: str | None = None) -> list[dict[str, Any]]:
    """One dict per rate card, or of one: its days, what it holds, and its state on a day.

    state: 'draft' until activated, 'coming', 'active', 'past'.
    """
    return work.rows("cards_all", quoted_on=on, card_id=card_id)


def rates(work: Work, card_id: str) -> pd.DataFrame:
    """One row per rate of a card."""
    return work.frame("card_rates", card_id=card_id)


def surcharges(work: Work, card_id: str) -> pd.DataFrame:
    """One row per surcharge of a card."""
    return work.frame("card_surcharges", card_id=card_id)


def sheet(work: Work, card_id: str) -> pd.DataFrame:
    """A card as the plain layout of rate cards has it: to be changed in a spreadsheet and loaded again."""
    return work.frame("card_sheet", card_id=card_id)


def spot_prices(work: Work, *, country: str | None = None) -> pd.DataFrame:
    """One row per published price that no parcel can be quoted by."""
    return work.frame("spot_prices_all", country=country)


def changes(work: Work, card_id: str, *, on: date) -> tuple[dict[str, Any], pd.DataFrame]:
    """What a card changes on a ladder of weights: in all, and one row per destination and cargo class."""
    work.run("parcels_clear")
    work.run("parcels_of_places", card_id=card_id)
    with _both_ways(work, card_id, on):
        return work.row("card_changes_total") or {}, work.frame("card_changes")


def changed_orders(
    work: Work, card_id: str, *, on: date, since: datetime, page_size: int
) -> tuple[dict[str, Any], pd.DataFrame]:
    """What a card would have changed for the parcels of the orders since a moment: in all, and one row each."""
    work.run("parcels_clear")
    work.run("parcels_of_days", since_at=since)
    with _both_ways(work, card_id, on):
        work.run("card_orders_drop")
        work.run("card_orders", card_id=card_id)
        total = work.row("card_orders_total") or {}
        return total, work.frame("card_orders_page", page_size=page_size)


def clashes(work: Work, card_id: str, *, active_from: date) -> list[dict[str, Any]]:
    """The active cards of the plan whose days a card would take when activated from a day."""
    return work.rows("card_clashes", card_id=card_id, active_from=active_from)


def activate(work: Work, card_id: str, *, active_from: date, by: str, at: datetime) -> bool:
    """Let quotes be made by a card from a day on; False when it was active already."""
    kept = work.rows(
        "card_activate", card_id=card_id, active_from=active_from, activated_by=by, activated_at=at
    )
    return bool(kept)


def forget(work: Work, card_id: str) -> bool:
    """Drop a draft that was loaded from a file; False when the card is none."""
    if not work.rows("card_forget", card_id=card_id):
        return False
    work.run("card_rates_forget", card_id=card_id)
    work.run("card_surcharges_forget", card_id=card_id)
    return True


def _take_spot(work: Work, prices: pd.DataFrame) -> Counts:
    with work.table("file_spot_prices", prices):
        found = work.row("spot_prices_judge") or {}
        work.run("spot_prices_take")
    return Counts(found["loaded"], found["updated"], found["read"] - found["loaded"] - found["updated"])


@contextmanager
def _incoming(work: Work, tables: RateFrames) -> Iterator[None]:
    with (
        work.table("file_cards", tables.cards),
        work.table("file_rates", tables.rates),
        work.table("file_surcharges", tables.surcharges),
    ):
        work.run("rates_incoming_drop")
        work.run("rates_incoming")
        yield
        work.run("rates_incoming_drop")


@contextmanager
def _both_ways(work: Work, card_id: str, on: date) -> Iterator[None]:
    """The parcels quoted on a day without the card, and by it."""
    work.run("card_quotes_drop_before")
    work.run("card_quotes_drop_after")
    work.run("card_quotes_before", quoted_on=on)
    work.run("card_quotes_after", quoted_on=on, card_id=card_id)
    yield


def _days(column: pd.Series) -> pd.Series:
    """Days as the files have them: naive."""
    return column.dt.tz_localize(None) if getattr(column.dt, "tz", None) is not None else column

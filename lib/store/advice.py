"""Advice on undeliverable parcels: its settings, the history it rests on, and what was advised and chosen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pandas as pd

from lib.store.database import Work


def settings(work: Work) -> dict[str, Any]:
    """The settings that hold now, as in the table advice_settings."""
    return work.row("advice_settings") or {}


def set_settings(work: Work, values: dict[str, int], *, by: str, at: datetime) -> None:
    """Let other settings hold from now on; earlier ones stay, since they decided."""
    work.run("advice_settings_set", **values, set_by=by, set_at=at)


def failures(work: Work, until: datetime) -> pd.DataFrame:
    """One row per plan, country, day of sending and days until failing (missing: not so far): parcel_count."""
    return work.frame("failure_history", until_at=until)


def returns(work: Work, until: datetime) -> pd.DataFrame:
    """One row per plan, country, day of failing and days until it was back (missing: not so far): parcel_count."""
    return work.frame("return_history", until_at=until)


def lanes(work: Work, batch_id: str) -> pd.DataFrame:
    """One row per plan and country of a batch's undecided shipments."""
    return work.frame("batch_lanes", batch_id=batch_id)


@contextmanager
def lent(work: Work, chances: pd.DataFrame, name: str = "chances") -> Iterator[None]:
    """Lend chances by plan and country to the queries inside."""
    with work.table(name, chances):
        yield


def of_batch(work: Work, batch_id: str, chances: pd.DataFrame, *, on: date) -> pd.DataFrame:
    """One row per undecided shipment of a batch with a plan: what is advised and why, the largest gain first."""
    with lent(work, chances):
        return work.frame("advice_of_batch", batch_id=batch_id, counted_on=on)


def keep(work: Work, advised: pd.DataFrame, *, at: datetime) -> None:
    """Remember what was advised, in the place of earlier advice for the same shipments."""
    with work.table("advised", advised):
        work.run("advice_keep", advised_at=at)


def chosen(work: Work, batch_id: str) -> None:
    """Remember what was chosen beside what was advised."""
    work.run("advice_chosen", batch_id=batch_id)


def kept(work: Work, batch_id: str) -> pd.DataFrame:
    """One row per advised shipment of a batch, with what was chosen."""
    return work.frame("advice_kept", batch_id=batch_id)


def followed(work: Work) -> list[dict[str, Any]]:
    """One dict per what was advised and what was chosen: shipment_count, followed_count, gain_minor."""
    return work.rows("advice_followed")


def backtest_lanes(work: Work, until: datetime) -> pd.DataFrame:
    """One row per week, plan and country in which parcels that could have been returned were sent."""
    return work.frame("backtest_lanes", until_at=until)


def backtest(
    work: Work,
    past: pd.DataFrame,
    chances: pd.DataFrame,
    shown: pd.DataFrame,
    *,
    until: datetime,
    horizon: int,
) -> pd.DataFrame:
    """One row per month and way to decide: what it would have come to.

    `past`: chances by what was known each week; `chances`: by what is known now; `shown`: share of failures by age.
    """
    with lent(work, past, "past_chances"), lent(work, chances), lent(work, shown, "shown"):
        return work.frame("backtest", until_at=until, horizon_count=horizon)

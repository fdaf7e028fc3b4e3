"""What if: all that was sent rated again, another way."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from lib.store.database import Work


def rate(
    work: Work,
    *,
    on: date,
    countries: list[str] | None,
    card_id: str | None,
    lighter_g: int,
    currency: str | None,
    rate_e6: int | None,
    policy: str,
) -> None:
    """Rate every kind of parcel both ways, for the questions below in the same piece of work."""
    work.run("what_if_kinds", countries=countries)
    work.run("what_if_shapes")
    work.run("what_if_lighter", lighter_g=lighter_g)
    work.run("what_if_before", quoted_on=on)
    work.run("what_if_after", quoted_on=on, card_id=card_id, rate_currency=currency, rate_e6=rate_e6)
    work.run("what_if_made", policy=policy)


def total(work: Work) -> dict[str, Any]:
    """What all parcels cost before and after, how many flip, and those that cannot be compared."""
    return work.rows("what_if_total")[0]


def by_plan(work: Work) -> pd.DataFrame:
    """One row per plan that parcels went on and plan they would go on."""
    return work.frame("what_if_by_plan")


def by_country(work: Work) -> pd.DataFrame:
    """One row per country."""
    return work.frame("what_if_by_country")


def flips(work: Work, *, page_size: int) -> pd.DataFrame:
    """One row per parcel that would go on another plan, the largest difference first."""
    return work.frame("what_if_flips", page_size=page_size)

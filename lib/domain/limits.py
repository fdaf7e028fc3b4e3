"""Limits across a batch, under which the best plan of every parcel is found (see lib/services/optimise.py)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Goal(StrEnum):
    """What is made least over the whole batch."""

    CHEAPEST = "cheapest"
    FASTEST = "fastest"  #: The fewest promised days in all; of equally fast choices the cheapest.


class LimitKind(StrEnum):
    """What a limit is about."""

    BUDGET = "budget"
    MOST = "most"  #: A quota: no more parcels than that on these plans.
    LEAST = "least"  #: As a free pickup asks for: no fewer parcels than that on these plans.
    DIFFERING = "differing"  #: How many may go on another plan than their buyers chose.
    DAYS = "days"  #: The latest promised day; plans that promise none are out.


@dataclass(frozen=True)
class Quota:
    """How many parcels go on these plans together: one plan, or all that start at one warehouse."""

    plan_ids: tuple[str, ...]
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Limits:
    """What holds for the batch as a whole; None: no such limit."""

    budget_minor: int | None = None  #: CNY, by the dated exchange rate.
    quotas: tuple[Quota, ...] = ()
    #: Highest share that may differ from the buyers' choice, in ten-thousandths.
    differing_e4: int | None = None
    days_max: int | None = None


@dataclass(frozen=True)
class Limit:
    """One limit by itself, as it is reported: `amount` is CNY minor units, parcels or days, as its kind says."""

    kind: LimitKind
    amount: int
    plan_ids: tuple[str, ...] = ()

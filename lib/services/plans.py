"""Plans: what each would cost for every parcel, which is chosen, and what differs from the buyers' choice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.plans import Cargo, Obstacle, PairKind, Part, Policy, pair_kind
from lib.domain.problems import Problem
from lib.services.batches import need
from lib.store import audit
from lib.store import batches as batch_store
from lib.store import orders as order_store
from lib.store import plans as store
from lib.store.database import Work

#: A quote's column → the part of the fee it is.
PARTS = {
    "item_fee_minor": Part.ITEM,
    "weight_fee_minor": Part.WEIGHT,
    "first_fee_minor": Part.FIRST_WEIGHT,
    "step_fee_minor": Part.ADDITIONAL_WEIGHT,
}


@dataclass(frozen=True)
class Comparison:
    """A draft batch against every plan."""

    plans: pd.DataFrame  #: One row per plan; see `store.plans.by_plan`.
    choices: pd.DataFrame  #: One row per undecided shipment; those without a plan first.


@dataclass(frozen=True)
class Pair:
    """Orders whose chosen plan differs from what the buyer chose in the same way."""

    buyer_service: str  #: "" when the buyer's service is not known.
    buyer_plan_id: str | None
    plan_id: str
    kind: PairKind
    shipment_count: int
    fee_cny_minor: int
    buyer_days_max: int | None
    plan_days_max: int | None


@dataclass(frozen=True)
class Quote:
    """What one plan costs for one parcel, taken apart; or why it cannot carry it."""

    plan_id: str
    name_en: str
    name_zh: str
    eligible: bool
    obstacles: Obstacle
    fee_minor: int | None  #: The sum of `parts`: what the carrier charges.
    currency: str | None
    fee_cny_minor: int | None  #: For comparing, by the dated exchange rate (an assumption).
    parts: list[tuple[Part, int]]
    chargeable_g: int | None
    card_id: str | None
    days_min: int | None
    days_max: int | None
    return_supported: bool
    return_fee_minor: int | None  #: The return-service fee, an assumption; not in fee_minor.
    return_fee_currency: str | None


def compare(app: App, batch_id: str) -> Comparison:
    """Quote every plan for the batch's undecided shipments. Raises Problem('batch_unknown')."""
    with app.database.read() as work:
        need(work, batch_id)
        store.rate_batch(work, batch_id, on=app.now().date())
        return Comparison(store.by_plan(work), store.choices(work, batch_id))


def options(app: App, batch_id: str, shipment_id: str) -> list[Quote]:
    """Every plan for one shipment of a batch; those that can carry it first, cheapest first."""
    with app.database.read() as work:
        store.rate_batch(work, batch_id, on=app.now().date())
        return [_quote(row) for row in store.options(work, shipment_id)]


def quote_order(app: App, order_id: str) -> list[Quote]:
    """Every plan for what is open of an order. Raises Problem('order_unknown')."""
    with app.database.read() as work:
        if order_store.by_id(work, order_id) is None:
            raise Problem("order_unknown", order_id=order_id)
        store.rate_orders(work, [order_id], on=app.now().date())
        return [_quote(row) for row in store.options(work, order_id)]


def quote_parcel(
    app: App,
    *,
    country: str,
    weight_g: int,
    cargo_class: Cargo = Cargo.GENERAL,
    sizes_mm: tuple[int, int, int] | None = None,
) -> list[Quote]:
    """Every plan for a parcel that belongs to no order. `country` is ISO alpha-2."""
    if weight_g <= 0:
        raise Problem("weight_not_positive")
    with app.database.read() as work:
        store.rate_parcel(
            work,
            country=country.upper(),
            weight_g=weight_g,
            cargo_class=cargo_class,
            sizes_mm=sizes_mm,
            on=app.now().date(),
        )
        return [_quote(row) for row in store.options(work, "parcel")]


def choose_by_policy(app: App, batch_id: str, policy: Policy, *, by: str) -> int:
    """Give each undecided, unlocked shipment the plan of the policy; returns how many got one."""
    with _deciding(app, batch_id, by, policy=policy) as work:
        return store.choose_by_policy(work, policy, at=app.now())


def choose_plan(
    app: App, batch_id: str, plan_id: str, *, by: str, shipment_ids: Sequence[str] | None = None
) -> int:
    """Choose one plan where it can carry the parcel: for the named shipments (locked to it), or for all.

    Returns how many got it; the others keep what they had.
    """
    with _deciding(app, batch_id, by, policy=None) as work:
        everyone = store.choices(work, batch_id)["shipment_id"].tolist()
        chosen = everyone if shipment_ids is None else list(shipment_ids)
        return store.choose_plan(work, chosen, plan_id, lock=shipment_ids is not None, at=app.now())


def mismatches(app: App, batch_id: str) -> list[Pair]:
    """The pairs (buyer's service → chosen plan) that differ, most parcels first."""
    with app.database.read() as work:
        return mismatches_in(work, batch_id)


def mismatches_in(work: Work, batch_id: str) -> list[Pair]:
    """As `mismatches`, within work."""
    return [
        Pair(
            row["buyer_service"],
            row["buyer_plan_id"],
            row["plan_id"],
            pair_kind(row["buyer_class"], row["plan_class"]),
            row["shipment_count"],
            row["fee_cny_minor"],
            row["buyer_days_max"],
            row["plan_days_max"],
        )
        for row in store.pairs(work, batch_id)
    ]


def confirm(app: App, batch_id: str, expected: int, *, by: str) -> int:
    """Confirm the plans that differ from the buyers' choice; who and how many is recorded.

    `expected` is the number the person saw. Raises Problem('choices_changed') when it is another by now.
    """
    now = app.now()
    with app.database.write() as work:
        need(work, batch_id)
        count = sum(pair.shipment_count for pair in mismatches_in(work, batch_id))
        if count != expected:
            raise Problem("choices_changed", seen=expected, now=count)
        batch_store.confirm(work, batch_id, count, by=by, at=now)
        audit.record(work, "confirm_plans", batch_id, by=by, at=now, shipments=count)
    return count


def all_plans(app: App) -> list[dict[str, Any]]:
    """One dict per plan with its limits, its rate card of the day and its return-service fee."""
    with app.database.read() as work:
        return store.all_plans(work, on=app.now().date())


@contextmanager
def _deciding(app: App, batch_id: str, by: str, *, policy: Policy | None) -> Iterator[Work]:
    """A write in which the batch is rated first, and what is chosen is kept as the person saw it."""
    now = app.now()
    with app.database.write() as work:
        need(work, batch_id)
        store.rate_batch(work, batch_id, on=now.date())
        yield work
        store.keep_quotes(work, batch_id, by=by, at=now)
        batch_store.choose_policy(work, batch_id, policy)
        audit.record(work, "choose_plans", batch_id, by=by, at=now, policy=policy)


def _quote(row: dict[str, Any]) -> Quote:
    obstacles = Obstacle(row["obstacles"])
    priced = row["fee_minor"] is not None
    return Quote(
        plan_id=row["plan_id"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        eligible=not obstacles,
        obstacles=obstacles,
        fee_minor=row["fee_minor"],
        currency=row["currency"],
        fee_cny_minor=row["fee_cny_minor"],
        parts=[(part, row[column]) for column, part in PARTS.items() if priced and row[column]],
        chargeable_g=row["chargeable_g"],
        card_id=row["card_id"],
        days_min=row["days_min"],
        days_max=row["days_max"],
        return_supported=row["return_supported"],
        return_fee_minor=row["return_fee_minor"],
        return_fee_currency=row["return_fee_currency"],
    )

"""Plans: what each would cost for every parcel, which is chosen, and what differs from the buyers' choice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.money import Money
from lib.domain.plans import FEE_PARTS, Cargo, Channel, Due, Obstacle, PairKind, Part, Policy, pair_kind
from lib.domain.problems import Problem
from lib.services.batches import decidable, need
from lib.services.chosen import still
from lib.store import audit, changes
from lib.store import batches as batch_store
from lib.store import orders as order_store
from lib.store import plans as store
from lib.store import trials as trial_store
from lib.store.database import Work


@dataclass(frozen=True)
class Tally:
    """What the choice of a draft costs as it stands."""

    parcel_count: int
    planned_count: int  #: Of these, with a plan that can carry them.
    fee_minor: dict[str, int]  #: currency → the fees of the chosen plans.
    fee_cny_minor: int  #: All of them, by the dated exchange rates.
    over_cny_minor: int  #: How much less the cheapest plans would cost.


@dataclass(frozen=True)
class Comparison:
    """A draft batch against every plan."""

    plans: pd.DataFrame  #: One row per plan; see `store.plans.by_plan`.
    places: pd.DataFrame  #: One row per country and weight band; see `store.plans.cheapest_by_place`.
    tally: Tally
    choices: pd.DataFrame  #: One row per undecided shipment, a page of them; see `store.plans.choices`.
    page: int
    page_count: int
    uncarried: list[str]  #: The shipments no plan can carry.


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
    known: bool = False  #: Somebody of the shop confirmed the same pair before.

    @property
    def needs_tick(self) -> bool:
        """Whether it is confirmed only with a tick of its own: what is new, and what buyers get less by."""
        return not self.known or self.kind is PairKind.DOWNGRADE


@dataclass(frozen=True)
class Landed:
    """What a dated rule of the destination asks for beside the fee; never part of it."""

    rule: str
    kind: Due
    since: date
    amount_minor: int | None  #: None: due, and not known beforehand.
    currency: str | None
    heading_count: int | None
    within_limit: bool | None  #: None: what the parcel is worth is not known.
    limit_minor: int | None
    limit_currency: str | None


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
    card_from: date | None  #: The first day of the card: lists of unlike age are never alike in price.
    card_source: str | None
    card_note: str | None  #: What the list lacks.
    days_min: int | None
    days_max: int | None
    tracked: bool
    return_supported: bool
    return_fee_minor: int | None  #: The return-service fee, an assumption; not in fee_minor.
    return_fee_currency: str | None
    is_buyers: bool  #: The service the buyer chose.
    over_buyers_cny_minor: int | None  #: What it costs more than that one; None where either cannot carry it.
    over_buyers_days: int | None  #: How many days later it is promised.


def compare(
    app: App, batch_id: str, *, wanted: str = "", page: int = 1, page_size: int | None = None
) -> Comparison:
    """Quote every plan for the batch's undecided shipments. Raises Problem('batch_unknown').

    Of the shipments those that have `wanted` in their order's number or their own, `page_size` of them; None for all.
    Everything else is of the whole batch, whatever is wanted. Kept until something is written.
    """
    today = app.now().date()
    return app.database.kept(
        ("compare", batch_id, today, wanted, page, page_size),
        lambda: _compared(app, batch_id, today, wanted, page, page_size),
    )


def able(app: App, batch_id: str) -> list[dict[str, Any]]:
    """The plans that can carry any of the batch's undecided shipments: plan_id, name_en, name_zh, carried_count, …

    For a page that offers them while the batch is being sent; a comparison costs it twice as much. Kept until
    something is written.
    """
    today = app.now().date()

    def find() -> list[dict[str, Any]]:
        with app.database.read() as work:
            store.rate_batch(work, batch_id, on=today, brief=True)
            found = store.carried_by_plan(work)
        rows = found[found["carried_count"] > 0].to_dict("records")
        return [{str(name): value for name, value in row.items()} for row in rows]

    return app.database.kept(("able", batch_id, today), find)


def _compared(
    app: App, batch_id: str, today: date, wanted: str, page: int, page_size: int | None
) -> Comparison:
    with app.database.read() as work:
        need(work, batch_id)
        store.rate_batch(work, batch_id, on=today, brief=True)
        rows = store.tally(work)
        tally = _tally(rows)
        count = store.wanted_count(work, wanted) if wanted else tally.parcel_count
        page_count = max(1, -(-count // page_size)) if page_size else 1
        page = min(max(page, 1), page_count)
        skipped = (page - 1) * (page_size or 0)
        return Comparison(
            store.by_plan(work),
            store.cheapest_by_place(work),
            tally,
            store.choices(work, wanted=wanted or None, page_size=page_size, skipped=skipped),
            page,
            page_count,
            store.uncarried(work) if sum(row["uncarried_count"] for row in rows) else [],
        )


def frontier(by_plan: pd.DataFrame) -> list[str]:
    """The plans nothing beats, fastest first: each further one is slower and costs less a parcel.

    Looks only at plans compared over the very same parcels (see `store.plans.by_plan`): means over other parcels say
    nothing about which plan is dearer.
    """
    compared = by_plan.dropna(subset="alike_cny_minor")
    found: list[str] = []
    least: int | None = None
    for row in compared.sort_values(["days_max", "alike_cny_minor", "plan_id"]).to_dict("records"):
        if least is None or row["alike_cny_minor"] < least:
            found.append(row["plan_id"])
            least = row["alike_cny_minor"]
    return found


def options(app: App, batch_id: str, shipment_id: str) -> list[Quote]:
    """Every plan for one shipment of a batch; those that can carry it first, cheapest first."""
    with app.database.read() as work:
        store.rate_batch(work, batch_id, on=app.now().date(), shipment_id=shipment_id)
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
    postcode: str | None = None,
    declared: Money | None = None,
    on: date | None = None,
    sold: Channel = Channel.ONLINE,
) -> list[Quote]:
    """Every plan for a parcel that belongs to no order, by the cards of a day. `country` is ISO alpha-2.

    `sold` is where plans are sold: those sold elsewhere are quoted to compare with, and cannot be chosen.
    """
    if weight_g <= 0:
        raise Problem("weight_not_positive")
    with app.database.read() as work:
        store.rate_parcel(
            work,
            country=country.upper(),
            weight_g=weight_g,
            cargo_class=cargo_class,
            sizes_mm=sizes_mm,
            postcode=postcode,
            declared=declared,
            on=on or app.now().date(),
            sold=sold,
        )
        return [_quote(row) for row in store.options(work, "parcel")]


def destinations(app: App) -> list[str]:
    """The countries (ISO alpha-2) that any rate card of today has a row for, also a suspended one."""
    with app.database.read() as work:
        return store.destinations(work, on=app.now().date())


def landed_of_order(app: App, order_id: str) -> list[Landed]:
    """What is due at the destination of an order, besides any fee. Raises Problem('order_unknown')."""
    today = app.now().date()
    with app.database.read() as work:
        if order_store.by_id(work, order_id) is None:
            raise Problem("order_unknown", order_id=order_id)
        store.rate_orders(work, [order_id], on=today)
        return [_landed(row) for row in store.landed(work, order_id, on=today)]


def landed_of_shipment(app: App, batch_id: str, shipment_id: str) -> list[Landed]:
    """What is due at the destination of one undecided shipment of a batch, besides any fee."""
    today = app.now().date()
    with app.database.read() as work:
        store.rate_batch(work, batch_id, on=today, shipment_id=shipment_id)
        return [_landed(row) for row in store.landed(work, shipment_id, on=today)]


def landed_of_parcel(
    app: App, *, country: str, declared: Money | None = None, heading_count: int = 1, on: date | None = None
) -> list[Landed]:
    """What is due at the destination of a parcel that belongs to no order, besides any fee."""
    day = on or app.now().date()
    with app.database.read() as work:
        store.rate_parcel(
            work, country=country.upper(), weight_g=1, declared=declared, heading_count=heading_count, on=day
        )
        return [_landed(row) for row in store.landed(work, "parcel", on=day)]


def choose_by_policy(app: App, batch_id: str, policy: Policy, *, by: str) -> int:
    """Give each undecided, unlocked shipment the plan of the policy; returns how many got one."""
    with _deciding(app, batch_id, by, policy=policy) as work:
        return store.choose_by_policy(work, policy, at=app.now())


def choose_plan(
    app: App, batch_id: str, plan_id: str, *, by: str, shipment_ids: Sequence[str] | None = None
) -> int:
    """Choose one plan where it can carry the parcel: for the named shipments (locked to it), or for all.

    Returns how many got it; the others keep what they had. Raises Problem: submitted_already, chosen_gone.
    """
    with _deciding(app, batch_id, by, policy=None) as work:
        everyone = store.choices(work)["shipment_id"].tolist()
        chosen = everyone if shipment_ids is None else still(shipment_ids, everyone)[0]
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
            row["known"],
        )
        for row in store.pairs(work, batch_id)
    ]


def confirm(
    app: App, batch_id: str, expected: int, *, by: str, ticked: Collection[PairKind] | None = None
) -> int:
    """Confirm the plans that differ from the buyers' choice; who confirmed which pairs is kept.

    `expected` is the number the person saw; `ticked` the kinds whose new pairs and downgrades got their tick, None
    for a confirmation of everything at once. Raises Problem: choices_changed when the number is another by now,
    pairs_not_ticked.
    """
    now = app.now()
    with app.database.write() as work:
        need(work, batch_id)
        pairs = mismatches_in(work, batch_id)
        count = sum(pair.shipment_count for pair in pairs)
        if count != expected:
            raise Problem("choices_changed", seen=expected, now=count)
        if ticked is not None:
            left = [pair for pair in pairs if pair.needs_tick and pair.kind not in ticked]
            if left:
                raise Problem(
                    "pairs_not_ticked", count=len(left), parcels=sum(p.shipment_count for p in left)
                )
        if pairs:
            store.keep_confirmed(work, batch_id, _confirmed(pairs, ticked), by=by, at=now)
        trial_store.seen(work, batch_id)
        batch_store.confirm(work, batch_id, count, by=by, at=now)
        audit.record(work, "confirm_plans", batch_id, by=by, at=now, shipments=count, pairs=len(pairs))
    return count


def confirmed(app: App, batch_id: str) -> list[dict[str, Any]]:
    """Who confirmed which pairs of a batch; see the table pair_confirmations. The latest first."""
    with app.database.read() as work:
        return store.confirmed(work, batch_id)


def all_plans(app: App) -> list[dict[str, Any]]:
    """One dict per plan with its limits, its rate card of the day and its return-service fee."""
    with app.database.read() as work:
        return store.all_plans(work, on=app.now().date())


@contextmanager
def _deciding(app: App, batch_id: str, by: str, *, policy: Policy | None) -> Iterator[Work]:
    """A write in which the batch is rated first, and what is chosen is kept as the person saw it."""
    now = app.now()
    with app.database.write() as work:
        decidable(work, need(work, batch_id))
        store.rate_batch(work, batch_id, on=now.date())
        with changes.kept(work, by=by, at=now):
            yield work
        store.keep_quotes(work, batch_id, by=by, at=now)
        batch_store.choose_policy(work, batch_id, policy)
        audit.record(work, "choose_plans", batch_id, by=by, at=now, policy=policy)


def _tally(rows: list[dict[str, Any]]) -> Tally:
    planned = [row for row in rows if row["currency"] is not None]
    return Tally(
        parcel_count=sum(row["parcel_count"] for row in rows),
        planned_count=sum(row["parcel_count"] for row in planned),
        fee_minor={row["currency"]: row["fee_minor"] for row in planned},
        fee_cny_minor=sum(row["fee_cny_minor"] for row in planned),
        over_cny_minor=sum(row["over_cny_minor"] for row in planned),
    )


def _confirmed(pairs: list[Pair], ticked: Collection[PairKind] | None) -> pd.DataFrame:
    days = ("buyer_days_max", "plan_days_max")
    frame = pd.DataFrame(
        [
            {
                "buyer_service": pair.buyer_service,
                "plan_id": pair.plan_id,
                "kind": str(pair.kind),
                "shipment_count": pair.shipment_count,
                "fee_cny_minor": pair.fee_cny_minor,
                "buyer_days_max": pair.buyer_days_max,
                "plan_days_max": pair.plan_days_max,
                "was_known": pair.known,
                "ticked": pair.needs_tick and ticked is not None,
            }
            for pair in pairs
        ]
    )
    return frame.astype(dict.fromkeys(days, "Int64"))


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
        parts=[(part, row[column]) for column, part in FEE_PARTS.items() if priced and row[column]],
        chargeable_g=row["chargeable_g"],
        card_id=row["card_id"],
        card_from=row["card_from"],
        card_source=row["card_source"],
        card_note=row["card_note"],
        days_min=row["days_min"],
        days_max=row["days_max"],
        tracked=row["tracked"],
        return_supported=row["return_supported"],
        return_fee_minor=row["return_fee_minor"],
        return_fee_currency=row["return_fee_currency"],
        is_buyers=row["is_buyers"],
        over_buyers_cny_minor=row["over_buyers_cny_minor"],
        over_buyers_days=row["over_buyers_days"],
    )


def _landed(row: dict[str, Any]) -> Landed:
    return Landed(
        rule=row["rule"],
        kind=Due(row["kind"]),
        since=row["valid_from"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        heading_count=row["heading_count"],
        within_limit=row["within_limit"],
        limit_minor=row["limit_minor"],
        limit_currency=row["limit_currency"],
    )

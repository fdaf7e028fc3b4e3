"""Quotes: every plan for every parcel in one statement, and the choice among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd

from lib.domain.money import Money
from lib.domain.plans import Cargo, Channel, Policy
from lib.store import rules, trials
from lib.store.database import Work


def all_plans(work: Work, *, on: date) -> list[dict[str, Any]]:
    """One dict per plan with its limits, its rate card of the day and its return-service fee."""
    return work.rows("plans_all", quoted_on=on)


def rate_batch(
    work: Work, batch_id: str, *, on: date, brief: bool = False, shipment_id: str | None = None
) -> None:
    """Quote every plan for the batch's undecided shipments, or for one, for the readers below within the same work.

    `brief`: without the parts of the fees, for `by_plan`, `tally`, `choices` and `cheapest_by_place` alone.
    """
    work.run("parcels_clear")
    work.run("parcels_of_batch", batch_id=batch_id, shipment_id=shipment_id)
    rate(work, on, brief=brief)


def rate_orders(work: Work, order_ids: Sequence[str], *, on: date) -> None:
    """Quote every plan for what is open of these orders."""
    work.run("parcels_clear")
    with work.ids(order_ids):
        work.run("parcels_of_orders")
    rate(work, on)


def rate_parcel(
    work: Work,
    *,
    country: str,
    weight_g: int,
    cargo_class: Cargo = Cargo.GENERAL,
    sizes_mm: tuple[int, int, int] | None = None,
    postcode: str | None = None,
    declared: Money | None = None,
    heading_count: int = 1,
    sold: Channel = Channel.ONLINE,
    on: date,
) -> None:
    """Quote every plan of a channel for a parcel that belongs to no order; its parcel_id is 'parcel'."""
    length_mm, width_mm, height_mm = sizes_mm or (None, None, None)
    work.run("parcels_clear")
    work.run(
        "parcels_of_one",
        country=country,
        weight_g=weight_g,
        length_mm=length_mm,
        width_mm=width_mm,
        height_mm=height_mm,
        cargo_class=cargo_class,
        postcode=postcode,
        declared_minor=declared.minor if declared else None,
        declared_currency=declared.currency if declared else None,
        heading_count=heading_count,
    )
    rate(work, on, sold)


def options(work: Work, parcel_id: str) -> list[dict[str, Any]]:
    """One dict per plan for one rated parcel: parts, fee, days, obstacles; the cheapest that can first."""
    return work.rows("quotes_of_parcel", parcel_id=parcel_id)


def destinations(work: Work, *, on: date) -> list[str]:
    """The countries that the cards of a day know, in their codes' order."""
    return [row["country"] for row in work.rows("rated_countries", quoted_on=on)]


def landed(work: Work, parcel_id: str, *, on: date) -> list[dict[str, Any]]:
    """One dict per rule of the destination that holds for a rated parcel: what is due there, never in a fee."""
    return work.rows("landed_of_parcel", parcel_id=parcel_id, quoted_on=on)


def by_plan(work: Work) -> pd.DataFrame:
    """One row per plan over all rated parcels: how many it carries, their total, what stops the rest.

    alike_count and alike_cny_minor: how many parcels all compared plans can carry, and what this one costs for those;
    missing for plans that carry too few of them, or promise no days.
    """
    alike = work.frame("quotes_alike").astype({"alike_count": "Int64", "alike_cny_minor": "Int64"})
    return carried_by_plan(work).merge(alike, on="plan_id", how="left")


def carried_by_plan(work: Work) -> pd.DataFrame:
    """As `by_plan`, without what compares the plans with each other."""
    return work.frame("quotes_by_plan")


def cheapest_by_place(work: Work) -> pd.DataFrame:
    """One row per country and weight band of the rated parcels: the plan that is the cheapest for most of them."""
    _find_cheapest(work)
    return work.frame("cheapest_by_place")


def tier_edges(work: Work, *, on: date, within_g: int) -> pd.DataFrame:
    """One row per rated shipment and direction in which a few grams reach a cheaper tier of its plan."""
    return work.frame("tier_edges", quoted_on=on, within_g=within_g)


def policy_plans(work: Work, policy: Policy, *, on: date) -> dict[str, str]:
    """parcel_id → the plan a policy gives it, for rated parcels it has one for."""
    if policy is Policy.RULES:
        rules.decide(work, on=on)
        return rules.plans(work)
    rows = work.rows("policy_plans", policy=policy)
    return {row["parcel_id"]: row["plan_id"] for row in rows}


def uncarried(work: Work) -> list[str]:
    """The rated parcels that no plan can carry."""
    return [row["parcel_id"] for row in work.rows("parcels_uncarried")]


def tally(work: Work) -> list[dict[str, Any]]:
    """One dict per currency of the chosen plans of the rated batch (None: without one): counts and costs."""
    _find_cheapest(work)
    return work.rows("choices_tally")


def choices(
    work: Work, *, wanted: str | None = None, page_size: int | None = None, skipped: int = 0
) -> pd.DataFrame:
    """One row per undecided shipment of the rated batch: first what no plan can carry, then what has no plan yet."""
    _find_cheapest(work)
    return work.frame("batch_choices", wanted=wanted, page_size=page_size, skipped=skipped)


def wanted_count(work: Work, wanted: str) -> int:
    """How many undecided shipments of the rated batch have a text in their order's number or their own."""
    return int(work.value("choices_wanted", wanted=wanted))


def choose_by_policy(work: Work, policy: Policy, *, at: datetime) -> int:
    """Give every rated, unlocked shipment the plan of the policy; returns how many got one."""
    if policy is Policy.RULES:
        rules.decide(work, on=at.date())
        return rules.choose(work, at=at)
    return len(work.rows("shipments_choose_policy", policy=policy, changed_at=at))


def choose_plan(work: Work, shipment_ids: Sequence[str], plan_id: str, *, lock: bool, at: datetime) -> int:
    """Give these rated shipments one plan where it can carry them; returns how many got it."""
    with work.ids(shipment_ids):
        return len(work.rows("shipments_choose_plan", plan_id=plan_id, locked=lock, changed_at=at))


def able(work: Work) -> pd.DataFrame:
    """One row per rated parcel and plan that can carry it, and that its lock allows."""
    return work.frame("quotes_able").astype({"days_max": "Int64"})


def choose_each(work: Work, plan_ids: Mapping[str, str], *, at: datetime) -> int:
    """Give each rated shipment its own plan where it can carry it; returns how many got theirs."""
    picked = pd.DataFrame(
        {"shipment_id": list(plan_ids.keys()), "plan_id": list(plan_ids.values())}, dtype="str"
    )
    with work.table("picked", picked):
        return len(work.rows("shipments_choose_each", changed_at=at))


def keep_quotes(work: Work, batch_id: str, *, by: str, at: datetime) -> None:
    """Keep what the operator saw: the quote of each chosen plan, the buyer's service, the return fee."""
    work.run("quotes_forget", batch_id=batch_id)
    work.run("quotes_keep", batch_id=batch_id, decided_by=by, decided_at=at)
    trials.seen(work, batch_id)


def pairs(work: Work, batch_id: str) -> list[dict[str, Any]]:
    """One dict per pair (buyer's service → chosen plan) that differ, with counts, cost and days."""
    return work.rows("choice_pairs", batch_id=batch_id)


def keep_confirmed(work: Work, batch_id: str, confirmed: pd.DataFrame, *, by: str, at: datetime) -> None:
    """Keep which pairs were confirmed: buyer_service, plan_id, kind, counts, cost, days, was_known, ticked."""
    with work.table("confirmed", confirmed):
        work.run("pair_confirmations_add", batch_id=batch_id, confirmed_by=by, confirmed_at=at)


def confirmed(work: Work, batch_id: str) -> list[dict[str, Any]]:
    """One dict per pair confirmed for a batch, the latest first: who confirmed what."""
    return work.rows("pair_confirmations_of", batch_id=batch_id)


def rate(work: Work, on: date, sold: Channel = Channel.ONLINE, *, brief: bool = False) -> None:
    """Quote every plan of a channel for the parcels in `parcels`; see `rate_batch`."""
    work.run("quotes_clear")
    work.run("cheapest_clear")
    work.run("quotes_make_brief" if brief else "quotes_make", quoted_on=on, sold=sold)


def _find_cheapest(work: Work) -> None:
    """The cheapest plan of every rated parcel, found once for all who read it."""
    work.run("cheapest_make")

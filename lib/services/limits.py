"""Choose the plans of a draft exactly, under limits that hold for the batch as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from lib.app import App
from lib.domain.limits import Goal, Limits
from lib.domain.problems import Problem
from lib.services import optimise
from lib.services.batches import need
from lib.store import audit, changes
from lib.store import batches as batch_store
from lib.store import plans as store


@dataclass(frozen=True)
class Chosen:
    """What was chosen, and the proof."""

    shipment_count: int
    uncarried_count: int  #: Parcels no plan can carry: in no limit.
    fee_cny_minor: int
    gap: int  #: How much better a choice could at most be, CNY minor units or days; 0: proven the best.
    goal: Goal
    binding: list[optimise.Binding]


def choose(app: App, batch_id: str, limits: Limits, *, by: str, goal: Goal = Goal.CHEAPEST) -> Chosen:
    """Give every undecided parcel the plan of the best choice that keeps all limits.

    Parcels locked to a plan keep it, and count in every limit. The search runs without a transaction; when the
    draft changed meanwhile nothing is chosen. Raises Problem: batch_unknown, limits_unknown_plan, choices_changed;
    optimise.Clash when no choice keeps all limits; TimeoutError when none was found in time.
    """
    with app.database.read() as work:
        need(work, batch_id)
        known = {row["plan_id"] for row in store.all_plans(work, on=app.now().date())}
        unknown = {plan for quota in limits.quotas for plan in quota.plan_ids} - known
        if unknown:
            raise Problem("limits_unknown_plan", plans=", ".join(sorted(unknown)))
        store.rate_batch(work, batch_id, on=app.now().date())
        options = store.able(work)
        total = len(store.choices(work))
    best = optimise.best(options, limits, goal)
    now = app.now()
    with app.database.write() as work:
        store.rate_batch(work, batch_id, on=now.date())
        with changes.kept(work, by=by, at=now):
            count = store.choose_each(work, best.plan_ids, at=now)
        if count != len(best.plan_ids):
            raise Problem("choices_changed", seen=len(best.plan_ids), now=count)
        store.keep_quotes(work, batch_id, by=by, at=now)
        batch_store.choose_policy(work, batch_id, f"limits_{goal}")
        audit.record(
            work,
            "choose_under_limits",
            batch_id,
            by=by,
            at=now,
            goal=goal,
            limits=str(limits),
            fee_cny_minor=best.fee_cny_minor,
            gap=best.gap,
        )
    return Chosen(count, total - count, best.fee_cny_minor, best.gap, goal, best.binding)

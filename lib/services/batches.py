"""Batches: a draft made from chosen orders; who takes an order first has it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.plans import Policy
from lib.domain.problems import Problem
from lib.domain.shipments import State
from lib.store import audit
from lib.store import batches as store
from lib.store import orders as order_store
from lib.store import plans as plan_store
from lib.store import shipments as shipment_store
from lib.store.database import Work

#: States in which a parcel can be taken out of its batch: the platform does not have it.
REMOVABLE = (State.DRAFT, State.QUEUED, State.REFUSED)


@dataclass(frozen=True)
class Excluded:
    """An order that was chosen and did not go into the batch, and why."""

    order_id: str
    code: str  #: A Finding, or 'taken', 'held', 'no_plan', 'order_unknown'.
    value: str = ""  #: What the finding is about: a SKU, the batch that has it, the hold's reason.


@dataclass(frozen=True)
class Created:
    """A new draft batch. batch_id is None when nothing could go into one."""

    batch_id: str | None
    order_ids: list[str]
    excluded: list[Excluded]


def create(
    app: App,
    order_ids: Sequence[str],
    *,
    by: str,
    policy: Policy | None = None,
    limit: int | None = None,
    shop_id: str | None = None,
) -> Created:
    """Make a draft batch of everything left of these orders; each order that cannot go in is named with why.

    With a policy each shipment gets its plan at once, and orders the policy has no plan for stay out.
    A batch is of one shop: without `shop_id` of the one most of these orders are of; the others stay out with
    'other_shop'. `limit` counts shipments in the draft. Raises nothing for orders somebody else took in the meantime.
    """
    with app.database.write() as work:
        return create_in(work, order_ids, by=by, at=app.now(), policy=policy, limit=limit, shop_id=shop_id)


def create_in(
    work: Work,
    order_ids: Sequence[str],
    *,
    by: str,
    at: datetime,
    policy: Policy | None = None,
    limit: int | None = None,
    shop_id: str | None = None,
) -> Created:
    """As `create`, within work: all of it with what else is done there, or none of it."""
    now = at
    shop_id, others = store.shop_of(work, order_ids, shop_id)
    order_ids = [one for one in order_ids if one not in others]
    able = store.candidates(work, shop_id, order_ids, now=now)
    free = set(able)
    excluded = _why_not(work, [one for one in order_ids if one not in free], now=now)
    excluded += [Excluded(one, "other_shop", of) for one, of in others.items()]
    if policy is not None:
        able, planless = _with_plan(work, able, policy, on=now.date())
        excluded += [Excluded(order_id, "no_plan") for order_id in planless]
    taken = able[:limit]
    if not taken:
        return Created(None, [], excluded)
    batch_id = store.new_id(work, at=now)
    store.add(work, batch_id, shop_id, taken, by=by, at=now)
    if policy is not None:
        plan_store.rate_batch(work, batch_id, on=now.date())
        plan_store.choose_by_policy(work, policy, at=now)
        plan_store.keep_quotes(work, batch_id, by=by, at=now)
        store.choose_policy(work, batch_id, policy)
    audit.record(work, "new_batch", batch_id, by=by, at=now, shipments=len(taken), policy=policy)
    return Created(batch_id, taken, excluded)


def get(app: App, batch_id: str) -> dict[str, Any]:
    """A batch's own row. Raises Problem('batch_unknown')."""
    with app.database.read() as work:
        return need(work, batch_id)


def need(work: Work, batch_id: str) -> dict[str, Any]:
    """A batch's own row, within work. Raises Problem('batch_unknown')."""
    batch = store.by_id(work, batch_id)
    if batch is None:
        raise Problem("batch_unknown", batch_id=batch_id)
    return batch


def all_batches(app: App) -> pd.DataFrame:
    """One row per batch, newest first, with its shipments counted by where they stand."""
    with app.database.read() as work:
        return store.all_batches(work)


def take_out(app: App, batch_id: str, shipment_ids: Sequence[str], *, by: str) -> int:
    """Take drafts, queued or refused shipments out of a batch: their orders are free again. Returns how many."""
    now = app.now()
    with app.database.write() as work:
        need(work, batch_id)
        steps = [
            shipment.step(State.CANCELLED, at=now, by=by)
            for shipment in shipment_store.by_ids(work, shipment_ids)
            if shipment.state in REMOVABLE and shipment.batch_id == batch_id
        ]
        moved = shipment_store.take(work, steps)
        audit.record(work, "take_out", batch_id, by=by, at=now, shipments=sorted(moved))
    return len(moved)


def cancel_unsent(app: App, batch_id: str, *, by: str) -> int:
    """Take everything out that is queued and not sent yet; returns how many. What is on the wire goes on.

    Raises Problem('nothing_unsent').
    """
    with app.database.read() as work:
        need(work, batch_id)
        waiting = shipment_store.in_states(work, batch_id, [State.QUEUED])
    taken = take_out(app, batch_id, [one.shipment_id for one in waiting], by=by) if waiting else 0
    if not taken:
        raise Problem("nothing_unsent", batch_id=batch_id)
    return taken


def decidable(work: Work, batch: dict[str, Any]) -> None:
    """Raise Problem('submitted_already') where somebody submitted all of a batch: nothing of it is left to decide."""
    left = shipment_store.counts(work, batch["batch_id"]).keys() & {State.DRAFT, State.REFUSED}
    if batch["submitted_at"] is not None and not left:
        raise Problem("submitted_already", batch_id=batch["batch_id"], who=batch["submitted_by"])


def drop_gone(
    app: App,
    batch_id: str,
    *,
    by: str,
    state: State = State.DRAFT,
    shipment_ids: Collection[str] | None = None,
) -> list[str]:
    """Take shipments out whose order does not await shipment any more, its buyer cancelled say; returns those orders.

    Those in `state` alone, which are on their way to be queued: all of the batch's, or the named ones.
    """
    now = app.now()
    with app.database.write() as work:
        need(work, batch_id)
        gone = store.gone_in_state(work, batch_id, state)
        if shipment_ids is not None:
            gone = {one: gone[one] for one in gone.keys() & set(shipment_ids)}
        steps = [
            draft.step(State.CANCELLED, at=now, by=by, note=f"order_status {gone[draft.shipment_id][1]}")
            for draft in shipment_store.by_ids(work, list(gone))
        ]
        moved = shipment_store.take(work, steps)
        if moved:
            audit.record(work, "drop_gone", batch_id, by=by, at=now, shipments=sorted(moved))
    return [gone[one][0] for one in sorted(moved)]


def discard(app: App, batch_id: str, *, by: str) -> int:
    """Give up a draft: all its orders are free again. Raises Problem('batch_submitted') for a submitted one."""
    batch = get(app, batch_id)
    if batch["submitted_at"]:
        raise Problem("batch_submitted", batch_id=batch_id)
    with app.database.read() as work:
        drafts = shipment_store.in_states(work, batch_id, [State.DRAFT])
    return take_out(app, batch_id, [shipment.shipment_id for shipment in drafts], by=by)


def _why_not(work: Work, order_ids: Sequence[str], *, now: Any) -> list[Excluded]:
    """Every reason of every order; an order without any reason is not known here."""
    blocks = order_store.blocks(work, order_ids, now=now)
    takers = store.takers(work, order_ids)
    named = [
        Excluded(row["order_id"], row["code"], _taker(takers.get(row["order_id"])) or row["value"])
        if row["code"] == "taken"
        else Excluded(row["order_id"], row["code"], row["value"])
        for row in blocks
    ]
    explained = {one.order_id for one in named}
    return named + [Excluded(one, "order_unknown") for one in order_ids if one not in explained]


def _taker(taker: dict[str, str] | None) -> str:
    return f"{taker['batch_id']} ({taker['created_by']})" if taker else ""


def _with_plan(work: Work, order_ids: list[str], policy: Policy, *, on: Any) -> tuple[list[str], list[str]]:
    """Split the orders into those the policy has a plan for, and those it has none for."""
    plan_store.rate_orders(work, order_ids, on=on)
    chosen = plan_store.policy_plans(work, policy, on=on)
    return [one for one in order_ids if one in chosen], [one for one in order_ids if one not in chosen]

"""Plans stopped by hand: they leave quotes at once, and what stands on them is moved in one action."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.problems import Problem
from lib.domain.shipments import State
from lib.services import batches
from lib.store import audit, changes
from lib.store import batches as batch_store
from lib.store import plans as plan_store
from lib.store import shipments as shipment_store
from lib.store import stops as store
from lib.store.database import Work

#: States that are withdrawn (作废) before their order goes on another plan: the platform has them.
ON_PLATFORM = (State.ACCEPTED, State.READY)


@dataclass(frozen=True)
class Moved:
    """What became of the parcels on a stopped plan."""

    chosen: int  #: They stand on the other plan now, in their own draft or in a new one.
    voided: int  #: Withdrawn here; no call cancels them on the platform.
    batch_ids: list[str]  #: Drafts to be confirmed and submitted: their own and the new ones.
    left: int  #: The other plan cannot carry them, or their order is kept back: without a plan, or free.


def stop(
    app: App,
    plan_id: str,
    *,
    reason: str,
    by: str,
    country: str = "",
    from_on: date | None = None,
    until_on: date | None = None,
) -> int:
    """Stop a plan, to one country (ISO alpha-2) or to all; returns the stop's number.

    Raises Problem: stop_needs_reason, stop_plan_unknown, stop_ends_early.
    """
    now = app.now()
    start = from_on or now.date()
    if not reason.strip():
        raise Problem("stop_needs_reason")
    if until_on is not None and until_on < max(start, now.date()):
        raise Problem("stop_ends_early", until=until_on.isoformat())
    with app.database.write() as work:
        if not store.knows(work, plan_id):
            raise Problem("stop_plan_unknown", plan_id=plan_id)
        stop_id = store.add(
            work,
            plan_id,
            country=country.upper(),
            from_on=start,
            until_on=until_on,
            reason=reason.strip(),
            by=by,
            at=now,
        )
        audit.record(work, "stop_plan", plan_id, by=by, at=now, stop=stop_id, country=country, until=until_on)
    return stop_id


def current(app: App) -> list[dict[str, Any]]:
    """One dict per stop that is not over, with `shipment_count`: how many parcels can still be moved."""
    with app.database.read() as work:
        return store.current(work, on=app.now().date())


def lift(app: App, stop_id: int, *, by: str) -> None:
    """Let a plan carry again. Raises Problem('stop_unknown')."""
    now = app.now()
    with app.database.write() as work:
        if not store.lift(work, stop_id, by=by, at=now):
            raise Problem("stop_unknown", stop_id=stop_id)
        audit.record(work, "lift_stop", str(stop_id), by=by, at=now)


def shipments(app: App, stop_id: int | None = None) -> pd.DataFrame:
    """One row per parcel on a stopped plan that has not left the desk: draft, refused, queued, accepted, ready."""
    with app.database.read() as work:
        return store.shipments(work, on=app.now().date(), stop_id=stop_id)


def standing(app: App, plan_id: str, country: str = "") -> dict[str, int]:
    """State → how many parcels stand on a plan, to a country or to all, and could be moved."""
    with app.database.read() as work:
        return store.standing(work, plan_id, country)


def move_all(app: App, stop_id: int, plan_id: str, *, by: str) -> Moved:
    """Put everything that stands on a stopped plan on another one.

    Drafts and refused parcels get it where they are. Queued ones are taken out, and those the platform has are
    withdrawn (作废) first; their orders go into a new draft on the other plan. Nothing is sent by this. All of it
    happens, or none. Raises Problem('stop_plan_unknown').
    """
    now = app.now()
    with app.database.write() as work:
        if not store.knows(work, plan_id):
            raise Problem("stop_plan_unknown", plan_id=plan_id)
        found = store.shipments(work, on=now.date(), stop_id=stop_id)
        drafts = found[found["state"].isin([State.DRAFT, State.REFUSED])]
        others = found[~found["shipment_id"].isin(drafts["shipment_id"])]
        moved = shipment_store.take(
            work,
            [
                one.step(
                    State.VOIDED if one.state in ON_PLATFORM else State.CANCELLED,
                    at=now,
                    by=by,
                    note=f"stop {stop_id}: {one.plan_id} → {plan_id}",
                )
                for one in shipment_store.by_ids(work, others["shipment_id"].tolist())
            ],
        )
        gone = others[others["shipment_id"].isin(moved)]
        chosen = {
            str(batch_id): _choose(work, app, str(batch_id), group["shipment_id"].tolist(), plan_id, by)
            for batch_id, group in drafts.groupby("batch_id")
        }
        audit.record(
            work,
            "move_all",
            str(stop_id),
            by=by,
            at=now,
            plan=plan_id,
            drafts=len(drafts),
            withdrawn=len(moved),
        )
        for shop_id, group in gone.groupby("shop_id"):
            orders = list(dict.fromkeys(group["order_id"]))
            made = batches.create_in(work, orders, by=by, at=now, shop_id=str(shop_id))
            if made.batch_id:
                chosen[made.batch_id] = _choose(work, app, made.batch_id, None, plan_id, by)
    got = sum(chosen.values())
    return Moved(
        chosen=got,
        voided=int(gone["state"].isin(ON_PLATFORM).sum()),
        batch_ids=sorted(chosen),
        left=len(drafts) + len(gone) - got,
    )


def _choose(
    work: Work, app: App, batch_id: str, shipment_ids: list[str] | None, plan_id: str, by: str
) -> int:
    """Choose the plan for shipments of a draft; who it cannot carry keeps none."""
    now = app.now()
    plan_store.rate_batch(work, batch_id, on=now.date())
    ids = shipment_ids or plan_store.choices(work)["shipment_id"].tolist()
    with changes.kept(work, by=by, at=now):
        count = plan_store.choose_plan(work, ids, plan_id, lock=False, at=now)
    plan_store.keep_quotes(work, batch_id, by=by, at=now)
    batch_store.choose_policy(work, batch_id, None)
    return count

"""Batches: drafts made from orders, what was decided for them, and who agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lib.domain.shipments import Choice, Decision, HandoverMode, State
from lib.store.database import Work


def new_id(work: Work, *, at: datetime) -> str:
    """A batch id nobody has: B261124-1 for the first of that day (UTC)."""
    prefix = f"B{at:%y%m%d}"
    return f"{prefix}-{work.value('batch_next_number', prefix=prefix)}"


def shop_of(work: Work, order_ids: Sequence[str], wanted: str | None = None) -> tuple[str, dict[str, str]]:
    """The shop wanted, or the one most of the orders are of; and order → shop for those of others alone."""
    with work.ids(order_ids):
        rows = work.rows("batch_shops")
    counts = Counter(row["shop_id"] for row in rows)
    shop_id = wanted or max(counts, key=lambda one: (counts[one], one == "default"), default="default")
    own = {row["order_id"] for row in rows if row["shop_id"] == shop_id}
    return shop_id, {row["order_id"]: row["shop_id"] for row in rows if row["order_id"] not in own}


def candidates(work: Work, shop_id: str, order_ids: Sequence[str], *, now: datetime) -> list[str]:
    """Those of the orders that can go into a batch now, in the list's order."""
    with work.ids(order_ids):
        rows = work.rows("batch_candidates", shop_id=shop_id, now_at=now)
    return [row["order_id"] for row in rows]


def gone_in_state(work: Work, batch_id: str, state: State) -> dict[str, tuple[str, str]]:
    """Shipments in a state whose order awaits no shipment any more: shipment_id → (order_id, status)."""
    rows = work.rows("gone_in_state", batch_id=batch_id, state=str(state))
    return {row["shipment_id"]: (row["order_id"], row["status"]) for row in rows}


def takers(work: Work, order_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """order_id → the batch_id that has it and its created_by, for those in live shipments."""
    with work.ids(order_ids):
        return {row["order_id"]: row for row in work.rows("batch_takers")}


def add(work: Work, batch_id: str, shop_id: str, order_ids: Sequence[str], *, by: str, at: datetime) -> None:
    """A new draft batch with one shipment per order, in this order, of everything left of each."""
    work.run("batch_add", batch_id=batch_id, shop_id=shop_id, created_by=by, created_at=at)
    taken = pd.DataFrame(
        {"order_id": pd.Series(list(order_ids), dtype="str"), "position": range(1, len(order_ids) + 1)}
    )
    with work.table("taken", taken):
        work.run("shipments_add", batch_id=batch_id, shop_id=shop_id, created_at=at)
    work.run("shipment_lines_add", batch_id=batch_id)
    work.run("shipment_events_of_new", batch_id=batch_id, happened_at=at, done_by=by)


def by_id(work: Work, batch_id: str) -> dict[str, Any] | None:
    """A batch, or None."""
    return work.row("batch_by_id", batch_id=batch_id)


def all_batches(work: Work) -> pd.DataFrame:
    """One row per batch, newest first, with its shipments counted."""
    return work.frame("batches_all")


def choose_policy(work: Work, batch_id: str, policy: str | None) -> None:
    """Remember the policy; the confirmation of an earlier choice falls away."""
    work.run("batch_choose_policy", batch_id=batch_id, policy=policy)


def confirm(work: Work, batch_id: str, count: int, *, by: str, at: datetime) -> None:
    """Record who confirmed how many choices that differ from the buyers'."""
    work.run("batch_confirm", batch_id=batch_id, confirmed_count=count, confirmed_by=by, confirmed_at=at)


def set_addresses(
    work: Work, batch_id: str, *, sender: str | None, refund: str | None, pickup: str | None
) -> None:
    """Which of the seller's addresses the batch uses."""
    work.run(
        "batch_addresses_set",
        batch_id=batch_id,
        sender_address_id=sender,
        refund_address_id=refund,
        pickup_address_id=pickup,
    )


def set_undeliverable(work: Work, batch_id: str, decision: Choice | Decision | None, *, at: datetime) -> None:
    """Decide for the batch; a plan's or a shipment's own decision stays, and no return is offered by some plans."""
    work.run("batch_undeliverable_set", batch_id=batch_id, undeliverable=decision)
    work.run("shipments_undeliverable_set", batch_id=batch_id, changed_at=at)


def set_plan_undeliverable(
    work: Work, batch_id: str, plan_id: str, decision: Decision | None, *, at: datetime
) -> None:
    """Decide for one plan's parcels of the batch; None: as the batch says."""
    work.run("batch_plan_undeliverable_set", batch_id=batch_id, plan_id=plan_id, undeliverable=decision)
    work.run("shipments_undeliverable_set", batch_id=batch_id, changed_at=at)


def set_own_undeliverable(
    work: Work, batch_id: str, shipment_ids: Sequence[str], decision: Decision | None, *, at: datetime
) -> int:
    """Decide for single shipments; None: as their plan or the batch says. Returns how many."""
    with work.ids(shipment_ids):
        changed = work.rows(
            "shipments_own_undeliverable_set", batch_id=batch_id, undeliverable=decision, changed_at=at
        )
    work.run("shipments_undeliverable_set", batch_id=batch_id, changed_at=at)
    return len(changed)


def without_return(work: Work, batch_id: str, shipment_ids: Sequence[str]) -> list[str]:
    """The plans of these shipments of a batch that offer no return."""
    with work.ids(shipment_ids):
        return [row["plan_id"] for row in work.rows("plans_without_return", batch_id=batch_id)]


def undeliverable_counts(work: Work, batch_id: str) -> dict[str, int]:
    """returning_count and undecided_count of the batch's drafts and refused shipments."""
    return work.row("undeliverable_counts", batch_id=batch_id) or {}


def set_pickup_agreed(
    work: Work, batch_id: str, plan_id: str, contact: str, phone: str, *, by: str, at: datetime
) -> None:
    """With whom a pickup outside coverage was agreed, where that person is called, and who says so."""
    work.run(
        "batch_plan_pickup_set",
        batch_id=batch_id,
        plan_id=plan_id,
        contact=contact,
        phone=phone,
        agreed_by=by,
        agreed_at=at,
    )


def agree(work: Work, batch_id: str, title: str, version: str, *, by: str, at: datetime) -> None:
    """Record that the batch's shop accepted the agreement: which text, who, when."""
    work.run("agreement_add", batch_id=batch_id, title=title, version=version, agreed_by=by, agreed_at=at)


def agreements(work: Work, batch_id: str) -> list[dict[str, Any]]:
    """One dict per time the agreement was accepted for the batch."""
    return work.rows("agreements_of", batch_id=batch_id)


def set_courier(work: Work, batch_id: str, courier: str | None, number: str | None) -> None:
    """The domestic courier of a self-post."""
    work.run("batch_courier_set", batch_id=batch_id, courier=courier, courier_number=number)


def submit(work: Work, batch_id: str, *, agreement_version: str, by: str, at: datetime) -> None:
    """Record the agreement and the submission; the first ones stay."""
    work.run(
        "batch_submit",
        batch_id=batch_id,
        agreement_version=agreement_version,
        submitted_by=by,
        submitted_at=at,
    )


def pause(work: Work, batch_id: str, *, by: str | None, at: datetime | None) -> None:
    """Pause, or with None let go on."""
    work.run("batch_pause", batch_id=batch_id, paused_by=by, paused_at=at)


def plans(work: Work, batch_id: str, sender_city: str) -> list[dict[str, Any]]:
    """One dict per plan the batch uses, with what is decided and what the sender's city allows."""
    return work.rows("batch_plans", batch_id=batch_id, sender_city=sender_city)


def set_plan(
    work: Work,
    batch_id: str,
    plan_id: str,
    *,
    mode: HandoverMode,
    warehouse_code: str | None,
    warehouse_name: str | None,
    warehouse_address: str | None,
    service_code: str | None,
    pickup_agreed: bool = False,
    offered: tuple[str, str, str] | None = None,
) -> None:
    """Decide how a plan's parcels reach which warehouse.

    `offered`: code, name and address of the warehouse the platform names; None: it was not asked just now.
    """
    code, name, address = offered or (None, None, None)
    work.run(
        "batch_plan_set",
        batch_id=batch_id,
        plan_id=plan_id,
        handover_mode=mode,
        warehouse_code=warehouse_code,
        warehouse_name=warehouse_name,
        warehouse_address=warehouse_address,
        service_code=service_code,
        pickup_agreed=pickup_agreed,
        offered_warehouse_code=code,
        offered_warehouse_name=name,
        offered_address=address,
    )


def sample_orders(work: Work, batch_id: str, plan_id: str) -> list[dict[str, Any]]:
    """A few of the plan's orders in the batch, with weight and sizes."""
    return work.rows("plan_sample_orders", batch_id=batch_id, plan_id=plan_id)


def keep_addresses(work: Work, shop_id: str, found: pd.DataFrame, *, at: datetime) -> None:
    """Replace what is known of the shop's addresses by the platform's."""
    work.run("seller_addresses_clear", shop_id=shop_id)
    with work.table("found", found):
        work.run("seller_addresses_add", shop_id=shop_id, fetched_at=at)


def addresses(work: Work, shop_id: str) -> list[dict[str, Any]]:
    """The shop's addresses as last fetched, the platform's default first within its role."""
    return work.rows("seller_addresses_of", shop_id=shop_id)


def record_fees(work: Work, batch_id: str, *, at: datetime) -> None:
    """Write the estimated fees of the batch's shipments from the quotes decided on."""
    work.run("fees_record", batch_id=batch_id, recorded_at=at)

"""What the dispatcher has to do next; all its timing lives in the store, so a restart changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lib.domain.shipments import Shipment
from lib.store import orders
from lib.store.database import Work
from lib.store.shipments import shipment


def interrupted(work: Work) -> list[Shipment]:
    """Shipments whose request may have been on the wire when the program ended."""
    return [shipment(row) for row in work.rows("dispatch_recover")]


def unlease(work: Work) -> None:
    """At start nobody works on anything: what waited for its worker is due at once."""
    work.run("dispatch_unlease")


def due(work: Work, lane: str, *, now: datetime, lot: int, batch_id: str | None) -> list[dict[str, Any]]:
    """One dict per shipment that is due in a lane (queued, unconfirmed, unnumbered, unlabelled, undeclared,
    declare_unconfirmed), at most `lot`."""
    return work.rows(f"dispatch_{lane}", now_at=now, lot=lot, batch_id=batch_id)


def lanes(work: Work, *, now: datetime, batch_id: str | None) -> dict[str, int]:
    """Lane → how many shipments are due in it."""
    return work.row("dispatch_lanes", now_at=now, batch_id=batch_id) or {}


def lease(
    work: Work, shipment_ids: Sequence[str], *, until: datetime, attempted_at: datetime | None = None
) -> None:
    """Keep these shipments to one worker until a moment; with attempted_at, a request is about to leave."""
    with work.ids(shipment_ids):
        work.run("dispatch_lease", leased_until_at=until, attempted_at=attempted_at)


def absent(work: Work, shipment_id: str, *, at: datetime, again_at: datetime) -> None:
    """The platform did not have it; the first time is kept, and it is asked again later."""
    work.run("dispatch_absent", shipment_id=shipment_id, absent_at=at, next_attempt_at=again_at)


def next_due(work: Work, *, now: datetime, batch_id: str | None) -> tuple[datetime | None, int]:
    """When there is something to do next (None: never), and how many shipments wait for it."""
    row = work.row("dispatch_next_due", now_at=now, batch_id=batch_id) or {}
    return row.get("next_due_at"), row.get("waiting_count", 0)


def known_logistics_orders(work: Work, logistics_order_ids: Sequence[str]) -> set[str]:
    """Those of the platform's logistics orders that some shipment already has."""
    with work.ids(logistics_order_ids):
        return {row["logistics_order_id"] for row in work.rows("logistics_orders_known")}


def parcels(work: Work, shipment_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """shipment_id → what a create call needs, with its `goods` (a list) and its `receiver`."""
    with work.ids(shipment_ids):
        found = {row["shipment_id"]: row | {"goods": []} for row in work.rows("parcels_to_send")}
        for row in work.rows("goods_to_send"):
            found[row["shipment_id"]]["goods"].append(row)
        for row in work.rows("receivers_to_send"):
            found[row["shipment_id"]]["receiver"] = orders.receiver(row)
    return found

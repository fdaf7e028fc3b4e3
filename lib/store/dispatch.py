"""What the dispatcher has to do next; all its timing lives in the store, so a restart changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lib.domain.shipments import Shipment
from lib.store import orders
from lib.store.database import Work
from lib.store.shipments import shipment


def interrupted(work: Work, *, over_at: datetime | None = None) -> list[Shipment]:
    """Shipments whose request may be on the wire; with a moment, those whose lease was over by then."""
    return [shipment(row) for row in work.rows("dispatch_recover", over_at=over_at)]


def set_back(work: Work, *, now: datetime) -> None:
    """The clock shows an earlier time than it did: nothing is left attempted, or waiting, in its future."""
    work.run("dispatch_set_back", now_at=now)


def holds(work: Work, *, now: datetime) -> list[dict[str, Any]]:
    """One dict per lane held by what an earlier run learned: lane ("" for all), until_at, why."""
    return work.rows("dispatch_holds", now_at=now)


def hold(work: Work, lane: str, *, until: datetime, why: str) -> None:
    """Remember over a restart that a lane is held."""
    work.run("dispatch_hold", lane=lane, until_at=until, why=why)


def forget_holds(work: Work) -> None:
    """Nothing is held any more."""
    work.run("dispatch_holds_forget")


def unlease(work: Work) -> None:
    """At start nobody works on anything: what waited for its worker is due at once."""
    work.run("dispatch_unlease")


def due(work: Work, lane: str, *, now: datetime, lot: int, batch_id: str | None) -> list[dict[str, Any]]:
    """One dict per shipment that is due in a lane (queued, unconfirmed, unnumbered, unlabelled, undeclared,
    declare_unconfirmed), at most `lot`."""
    return work.rows(f"dispatch_{lane}", now_at=now, lot=lot, batch_id=batch_id)


def unfit(work: Work, shipment_ids: Sequence[str], *, now: datetime) -> dict[str, tuple[str, str]]:
    """shipment_id → (code, value) of the queued shipments that must not be sent any more, by the first reason."""
    with work.ids(shipment_ids):
        rows = work.rows("dispatch_unfit", now_at=now, day_on=now.date())
    return {row["shipment_id"]: (row["code"], row["value"]) for row in rows}


def unwish_stopped(work: Work) -> None:
    """What came on the stop list since it was wanted declared waits for a person's word again."""
    work.run("dispatch_unwish_stopped")


def lanes(work: Work, *, now: datetime, batch_id: str | None) -> dict[str, int]:
    """Lane → how many shipments are due in it; `lost`: how many were leased to a worker that never answered."""
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


def next_due(work: Work, *, now: datetime, batch_id: str | None) -> dict[str, datetime]:
    """Lane → when there is something to do next in it; lanes without work are missing."""
    rows = work.rows("dispatch_next_due", now_at=now, batch_id=batch_id)
    return {row["lane"]: row["next_due_at"] for row in rows}


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

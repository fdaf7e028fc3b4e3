"""The stop list (拦截): parcels whose order says otherwise since their label was made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lib.store.database import Work


def stopped(work: Work, batch_id: str | None = None) -> list[dict[str, Any]]:
    """One dict per shipment that must not leave, of a batch or of all; soonest deadline first."""
    return work.rows("stop_list_all", batch_id=batch_id)


def in_shipments(work: Work, shop_id: str, order_ids: Sequence[str]) -> list[str]:
    """Those of a shop's orders that are in living shipments."""
    with work.ids(order_ids):
        return [row["order_id"] for row in work.rows("orders_in_shipments", shop_id=shop_id)]


def release(work: Work, shipment_ids: Sequence[str], *, reason: str, by: str, at: datetime) -> list[str]:
    """Let shipments go although they are on the list; returns those that were."""
    with work.ids(shipment_ids):
        rows = work.rows("stop_release_add", reason=reason, released_by=by, released_at=at)
    return sorted(row["shipment_id"] for row in rows)


def releases(work: Work, shipment_id: str) -> list[dict[str, Any]]:
    """One dict per time a shipment was let go, oldest first."""
    return work.rows("stop_releases_of", shipment_id=shipment_id)

"""Another draft in the place of a voided parcel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd

from lib.store import products, weights
from lib.store.database import Work


def again(
    work: Work, shipment_id: str, batch_id: str, *, weight_g: int, by: str, on: date, at: datetime
) -> str:
    """A draft of what a parcel holds, in its batch and as it was decided; weighed by a scale, and priced anew."""
    new_id: str = work.value("split_add", shipment_id=shipment_id, split_at=at)
    work.run("repack_lines_add", shipment_id=shipment_id, new_id=new_id)
    work.run("repack_event_add", shipment_id=shipment_id, new_id=new_id, made_at=at, done_by=by)
    with work.ids([new_id]):
        work.run("drafts_reweigh", changed_at=at)
    scale = pd.DataFrame({"shipment_id": [new_id], "weight_g": [weight_g]})
    weights.set_weights(work, scale, source="scale", by=by, at=at)
    products.price_anew(work, [new_id], [batch_id], by=by, on=on, at=at)
    return new_id


def instead_of(work: Work, shipment_id: str) -> str | None:
    """The parcel in whose place a shipment was made, or None."""
    row = work.row("repack_of", shipment_id=shipment_id)
    return None if row is None else str(row["shipment_id"])


def unit(work: Work, shipment_id: str) -> dict[str, Any] | None:
    """A draft of one SKU that a scale weighed: sku, stored_g, unit_count, over_g; None for any other."""
    return work.row("repack_unit", shipment_id=shipment_id)

"""Splitting a draft: a part of its lines becomes a parcel of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pandas as pd

from lib.store import products
from lib.store.database import Work


def split(
    work: Work, shipment_id: str, batch_id: str, parts: Mapping[int, int], *, by: str, on: date, at: datetime
) -> str:
    """Move quantities (line → how many) into a new draft of the same batch; both are weighed and priced anew."""
    moved = pd.DataFrame(
        {
            "line_no": pd.Series(list(parts.keys()), dtype="int32"),
            "quantity": pd.Series(list(parts.values()), dtype="int64"),
        }
    )
    new_id: str = work.value("split_add", shipment_id=shipment_id, split_at=at)
    with work.table("parts", moved):
        work.run("split_lines_add", shipment_id=shipment_id, new_id=new_id)
        work.run("split_lines_reduce", shipment_id=shipment_id)
    work.run("split_lines_tidy", shipment_id=shipment_id)
    work.run("split_weight_forget", shipment_id=shipment_id, split_at=at)
    work.run("split_event_add", shipment_id=shipment_id, new_id=new_id, split_at=at, done_by=by)
    both = [shipment_id, new_id]
    with work.ids(both):
        work.run("drafts_reweigh", changed_at=at)
    products.price_anew(work, both, [batch_id], by=by, on=on, at=at)
    return new_id

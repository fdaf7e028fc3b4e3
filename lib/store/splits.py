"""Splitting drafts: which cost less in several parcels, and dealing their lines out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd

from lib.store import plans
from lib.store.database import Work


def advise(work: Work, *, on: date, most_units: int, shipment_id: str | None = None) -> pd.DataFrame:
    """One row per rated draft that had better go in several parcels; the quotes of the batch are gone afterwards."""
    for name in ("splits_clear_units", "splits_clear_parts", "splits_clear_contents", "splits_clear_whole"):
        work.run(name)
    work.run("splits_units", most_units=most_units, shipment_id=shipment_id)
    work.run("splits_parts")
    work.run("splits_contents")
    work.run("splits_whole", quoted_on=on)
    work.run("parcels_clear")
    work.run("splits_parcels")
    plans.rate(work, on)
    return work.frame("splits_best", quoted_on=on)


def deal_out(work: Work, shipment_id: str, way: str, *, by: str, at: datetime) -> list[str]:
    """Make the parcels of an advised way of a draft: it keeps the first part; returns all of them, it first.

    Empty when it is no draft any more.
    """
    last = work.value("split_last_position", shipment_id=shipment_id)
    if last is None:
        return []
    work.run("splits_lines_clear", shipment_id=shipment_id)
    work.run("splits_lines_add", shipment_id=shipment_id, way=way, last_position=last)
    rows = work.rows("splits_shipments_add", shipment_id=shipment_id, way=way, created_at=at)
    new = sorted(row["shipment_id"] for row in rows)
    with work.ids(new):
        work.run("splits_events_add", shipment_id=shipment_id, happened_at=at, done_by=by)
    with work.ids([shipment_id, *new]):
        work.rows("splits_measure", changed_at=at)
    return [shipment_id, *new]


def shared_receivers(work: Work, batch_id: str) -> list[dict[str, Any]]:
    """One dict per receiver of several orders in the batch: how many and which."""
    return work.rows("shared_receivers", batch_id=batch_id)

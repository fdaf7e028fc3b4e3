"""Print runs: which labels in which order, and what stood on which page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lib.domain.printing import PrintSettings
from lib.store.database import Work


def printable(work: Work, shipment_ids: Sequence[str], settings: PrintSettings) -> list[dict[str, Any]]:
    """One dict per living shipment of these, in the order of the pages; path None: no label yet."""
    with work.ids(shipment_ids):
        return work.rows("printable", sorted_by=settings.order, divided=settings.divide)


def unprintable(work: Work, shipment_ids: Sequence[str]) -> list[dict[str, Any]]:
    """One dict per shipment of these that is dead, or stopped by what its `stamp` says."""
    with work.ids(shipment_ids):
        return work.rows("unprintable")


def unprinted(work: Work) -> list[dict[str, Any]]:
    """One dict per ready shipment whose label stood in no print run, by batch and place."""
    return work.rows("labels_unprinted")


def add_run(
    work: Work,
    rows: Sequence[dict[str, Any]],
    settings: PrintSettings,
    *,
    start: int,
    by: str,
    at: datetime,
    reprint_of: int | None = None,
) -> int:
    """Record a run of these labels with their pages; returns its number."""
    batches = {row["batch_id"] for row in rows}
    number: int = work.value(
        "print_run_add",
        batch_id=batches.pop() if len(batches) == 1 else "",
        paper=settings.paper,
        label_count=len(rows),
        printed_by=by,
        printed_at=at,
        sorted_by=settings.order,
        start_no=start,
        reprint_no=reprint_of,
        run_size=settings.run_size or 0,
    )
    counts = pd.Series([row["page_count"] for row in rows], dtype="int64")
    pages = pd.DataFrame(
        {
            "print_run_id": number,
            "page_no": counts.cumsum() - counts + 1,
            "shipment_id": pd.Series([row["shipment_id"] for row in rows], dtype="str"),
        }
    )
    with work.table("pages", pages):
        work.run("print_pages_add")
    return number


def run(work: Work, run_no: int) -> dict[str, Any] | None:
    """A print run, or None."""
    return work.row("print_run_by_id", run_no=run_no)


def runs(work: Work, batch_id: str) -> list[dict[str, Any]]:
    """One dict per run with labels of a batch, the newest first."""
    return work.rows("print_runs_of_batch", batch_id=batch_id)


def pages(work: Work, run_no: int, first: int, last: int) -> list[dict[str, Any]]:
    """One dict per label of a run that begins on one of these pages."""
    return work.rows("print_pages_of", run_no=run_no, from_no=first, until_no=last)


def pick_list(work: Work, shipment_ids: Sequence[str]) -> list[dict[str, Any]]:
    """One dict per shelf and SKU of these shipments, shelf by shelf; SKUs without a shelf last."""
    with work.ids(shipment_ids):
        return work.rows("pick_list")

"""Bills: lines kept as they came, matched to shipments by their numbers, added up as actual fees."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from lib.store.database import Work
from lib.store.imports import Counts


def take(work: Work, lines: pd.DataFrame, *, import_id: int, at: datetime) -> Counts:
    """Keep the lines that are not here yet, and add the actual fees up anew."""
    with work.table("file_lines_billed", lines):
        added = len(work.rows("bill_lines_add", import_id=import_id, loaded_at=at))
    match(work, at=at)
    return Counts(added, 0, len(lines) - added)


def match(work: Work, *, at: datetime) -> None:
    """Add up what all bills charge for each shipment; a line matches by exactly one of its numbers."""
    work.run("bill_matches_forget")
    work.run("bill_matches_add", matched_at=at)
    work.run("fees_billed_forget")
    work.run("fees_billed_add", recorded_at=at)


def unmatched(work: Work, lines: pd.DataFrame) -> pd.DataFrame:
    """One row per line of a file that charges for no shipment here: row_no, value, column_name, code."""
    with work.table("file_lines_billed", lines):
        return work.frame("bill_lines_unmatched")


def lines(work: Work, *, matched: bool | None = None, page_size: int = 1000) -> pd.DataFrame:
    """One row per bill line, the newest first; only matched ones, only the others, or all."""
    return work.frame("bill_lines_page", matched=matched, page_size=page_size)


def totals(work: Work) -> list[dict[str, Any]]:
    """One dict per currency: lines, unmatched ones, shipments charged for, amounts."""
    return work.rows("bills_total")

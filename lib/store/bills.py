"""Bills: lines kept as they came, matched to shipments by their numbers, added up as actual fees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
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
    work.run("bill_owners_make")
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


def differences(work: Work, *, page_size: int) -> pd.DataFrame:
    """One row per billed parcel that differs from its quote, the largest difference first."""
    return work.frame("bill_differences_page", page_size=page_size)


def difference_sums(work: Work) -> dict[str, Any]:
    """All differences added up, in minor CNY, and split by cause."""
    return work.rows("bill_differences_sum")[0]


def claims(work: Work, *, reason: str | None, page_size: int) -> pd.DataFrame:
    """One row per claim, the most money first; of one reason, or all."""
    return work.frame("bill_claims_page", reason=reason, page_size=page_size)


def claim_sums(work: Work) -> list[dict[str, Any]]:
    """One dict per reason: claim_count, amount_cny."""
    return work.rows("bill_claims_sum")


def guesses(work: Work, *, page_size: int) -> pd.DataFrame:
    """One row per bill line without a shipment and the parcel it may be of, the surest first."""
    return work.frame("bill_guesses_page", page_size=page_size)


def accept(work: Work, line_keys: Sequence[str], *, by: str, at: datetime) -> int:
    """Match chosen lines with the parcels they are guessed to be of; returns how many."""
    with work.ids(line_keys):
        accepted = len(work.rows("bill_guesses_accept", accepted_by=by, accepted_at=at))
    match(work, at=at)
    return accepted


def unbilled(work: Work, *, before: date, page_size: int) -> tuple[dict[str, Any], pd.DataFrame]:
    """How many parcels were handed over before a day and are on no bill; and the oldest of them."""
    return (
        work.rows("shipments_unbilled_count", before_on=before)[0],
        work.frame("shipments_unbilled", before_on=before, page_size=page_size),
    )


def sku_weights(work: Work, *, page_size: int) -> pd.DataFrame:
    """One row per SKU that was weighed alone: its weight in the product table and what it really weighs."""
    return work.frame("sku_weights_page", page_size=page_size)

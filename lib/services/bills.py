"""Bills: what carriers charged, line by line, and which of it belongs to no shipment here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.problems import Problem
from lib.domain.products import Edit
from lib.files import exports
from lib.services import products
from lib.store import audit
from lib.store import bills as store

#: So many rows are shown; a download has all.
PAGE_SIZE = 500
EVERYTHING = 2**40
#: A parcel that left longer ago than this and is on no bill is worth a look. An assumption.
LATE = timedelta(days=45)
#: Why a difference is one, in the order in which it is told.
CAUSES = ("weight", "tier", "volumetric", "surcharge", "currency", "duplicate", "price", "return")


def totals(app: App) -> list[dict[str, Any]]:
    """One dict per currency: line_count, unmatched_count, shipment_count, amount_minor, unmatched_minor."""
    with app.database.read() as work:
        return store.totals(work)


def lines(app: App, *, matched: bool | None = None, page_size: int = 1000) -> pd.DataFrame:
    """One row per line of any bill, the newest first, with the order and plan of its shipment."""
    with app.database.read() as work:
        return store.lines(work, matched=matched, page_size=page_size)


def match(app: App) -> None:
    """Look again for shipments with the numbers on the bills: numbers may have come after them."""
    with app.database.write() as work:
        store.match(work, at=app.now())


@dataclass(frozen=True)
class Comparison:
    """What was quoted beside what was billed."""

    sums: dict[str, Any]
    """parcel_count, differing_count; in minor CNY quoted_cny, billed_cny, difference_cny and its parts <cause>_cny,
    one per cause of CAUSES, that add up to it; compensation_cny."""
    differences: pd.DataFrame  #: One row per parcel that differs: the same parts.
    claims: list[dict[str, Any]]  #: One dict per reason: claim_count, amount_cny; also not_ours and not_sent.
    guesses: pd.DataFrame
    """One row per bill line without a shipment: line_key, number, charged_on, billed_g, amount_cny, bill_number, and
    the parcel it may be of: shipment_id, order_id, weight_g, estimated_cny, left_on; confidence in hundredths."""
    unbilled_count: int  #: Parcels that left more than `LATE` ago and are on no bill.
    unbilled_cny: int
    unbilled: pd.DataFrame
    unmatched: list[dict[str, Any]]  #: One dict per currency of all bills, as `totals`.


def compare(app: App, *, page_size: int = PAGE_SIZE) -> Comparison:
    """Compare every billed parcel with its quote; `costs.refresh` comes first."""
    before = app.now().date() - LATE
    with app.database.read() as work:
        late, unbilled = store.unbilled(work, before=before, page_size=page_size)
        return Comparison(
            sums=store.difference_sums(work),
            differences=store.differences(work, page_size=page_size),
            claims=store.claim_sums(work),
            guesses=store.guesses(work, page_size=page_size),
            unbilled_count=late["parcel_count"],
            unbilled_cny=late["estimated_cny"],
            unbilled=unbilled,
            unmatched=store.totals(work),
        )


def claims(app: App, reason: str | None = None, *, page_size: int = PAGE_SIZE) -> pd.DataFrame:
    """One row per claim, the most money first: what to claim back from a carrier, and why."""
    with app.database.read() as work:
        return store.claims(work, reason=reason, page_size=page_size)


def export_claims(app: App, reason: str | None, form: str) -> bytes:
    """All claims as a file for the carrier: csv, parquet or xlsx; amounts in CNY, in Parquet whole minor units."""
    return exports.table(claims(app, reason, page_size=EVERYTHING), form, hundredths=["amount_cny"])


def export_differences(app: App, form: str) -> bytes:
    """Every parcel that was billed otherwise than quoted as a file, with the parts of its difference."""
    with app.database.read() as work:
        rows = store.differences(work, page_size=EVERYTHING)
    amounts = [name for name in rows.columns if name.endswith("_cny")]
    return exports.table(rows.drop(columns="assumed_return_minor"), form, hundredths=amounts)


def accept(app: App, line_keys: Sequence[str], *, by: str) -> int:
    """Take guesses as matches: the lines count as charges of their parcels from now on. Returns how many."""
    if not line_keys:
        raise Problem("nothing_chosen")
    with app.database.write() as work:
        accepted = store.accept(work, line_keys, by=by, at=app.now())
        audit.record(work, "bill_accept", str(accepted), by=by, at=app.now(), lines=list(line_keys)[:100])
    return accepted


def sku_weights(app: App, *, page_size: int = PAGE_SIZE) -> pd.DataFrame:
    """One row per SKU that was weighed alone, the wrong ones first.

    Columns: sku, title, stored_g (the product table), scale_g and billed_g (what one unit weighed, packaging taken
    off), scale_count, billed_count, parcel_count; measured_g (what to put in), is_wrong; paired_sku.
    """
    with app.database.read() as work:
        return store.sku_weights(work, page_size=page_size)


def correct_weights(app: App, skus: Sequence[str], *, by: str) -> products.Saved:
    """Put the measured weight of these SKUs into the product table. One that is paired follows its pair."""
    found = sku_weights(app, page_size=EVERYTHING)
    kept = found[found["sku"].isin(list(skus)) & found["measured_g"].notna() & found["paired_sku"].isna()]
    if kept.empty:
        raise Problem("nothing_chosen")
    pairs = zip(kept["sku"], kept["measured_g"].astype("int64"), strict=True)
    return products.save(app, [Edit(sku, "weight_g", str(grams)) for sku, grams in pairs], by=by)

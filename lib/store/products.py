"""Products by SKU: what they weigh, measure, and are declared as; pairs of SKUs; packaging."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import pandas as pd

from lib.domain.products import Pairing
from lib.store import changes, plans, trials
from lib.store.database import Work
from lib.store.imports import Counts


class ProductFrames(Protocol):
    """Products as a file has them; the columns are those of `lib.files.products.ProductTables`."""

    @property
    def products(self) -> pd.DataFrame: ...


def load_products(work: Work, tables: ProductFrames, *, at: datetime) -> Counts:
    """Take in the products of a file; a blank cell does not erase what is known of a SKU."""
    with work.table("file_products", tables.products):
        work.run("products_incoming")
        updated = len(work.rows("products_update", loaded_at=at))
        loaded = len(work.rows("products_insert", loaded_at=at))
        work.run("products_incoming_drop")
    return Counts(loaded, updated, len(tables.products) - loaded - updated)


def page(work: Work, wanted: str | None, *, page_size: int, skipped: int) -> pd.DataFrame:
    """One row per product that has the wanted text, by SKU; unit_weight_g follows its pair."""
    return work.frame("products_page", wanted=wanted or None, page_size=page_size, skipped=skipped)


def count(work: Work, wanted: str | None) -> int:
    """How many products have the wanted text."""
    return int(work.value("products_count", wanted=wanted or None))


def of(work: Work, skus: Sequence[str]) -> dict[str, dict[str, Any]]:
    """SKU → its row, for those that are known."""
    with work.ids(skus):
        return {row["sku"]: row for row in work.rows("products_of")}


def edit(work: Work, cells: Sequence[tuple[str, str, str | None]], *, at: datetime) -> None:
    """Write cells (sku, field, value as text) and nothing else; a SKU that was not known starts with them."""
    columns = ["sku", "field", "value"]
    with work.table("edits", pd.DataFrame(list(cells), columns=columns, dtype="str")):
        work.run("products_start", changed_at=at)
        work.run("products_edit", changed_at=at)


def pair(work: Work, pairings: Sequence[Pairing], *, by: str, at: datetime) -> None:
    """Remember that SKUs are so many of known ones."""
    rows = [(one.sku, one.known_sku, one.quantity) for one in pairings]
    frame = pd.DataFrame(rows, columns=["sku", "known_sku", "quantity"])
    frame = frame.astype({"sku": "str", "known_sku": "str", "quantity": "int64"})
    with work.table("edits", frame[["sku"]]):
        work.run("products_start", changed_at=at)
    with work.table("pairings", frame):
        work.run("products_pair", paired_by=by, paired_at=at)


def unpair(work: Work, skus: Sequence[str], *, at: datetime) -> list[str]:
    """Forget pairs; a SKU of which nothing else is known is unknown again. Returns the SKUs that were paired."""
    with work.ids(skus):
        undone = [row["sku"] for row in work.rows("products_unpair", changed_at=at)]
    with work.ids(undone):
        work.run("products_forget_empty")
    return sorted(undone)


def pairs(work: Work) -> pd.DataFrame:
    """One row per paired SKU, the newest pair first."""
    return work.frame("pairs_all")


def pair_bases(work: Work, skus: Sequence[str]) -> dict[str, str]:
    """SKU → one that is paired to it, for those of these SKUs that have any."""
    with work.ids(skus):
        return {row["sku"]: row["paired"] for row in work.rows("pair_bases")}


def needed(work: Work) -> pd.DataFrame:
    """One row per SKU that keeps awaiting orders back, most orders first."""
    return work.frame("skus_needed")


def needed_counts(work: Work) -> dict[str, int]:
    """sku_count and order_count of `needed`."""
    return work.row("skus_needed_count") or {}


def alike(work: Work, skus: Sequence[str]) -> list[dict[str, Any]]:
    """One dict (sku, known_sku, likeness, known_part) per SKU that looks like a known one."""
    with work.ids(skus):
        return work.rows("skus_alike")


def orders_with(work: Work, skus: Sequence[str], *, now: datetime) -> dict[str, bool]:
    """Awaiting order with one of these SKUs open → whether it can go into a batch now."""
    with work.ids(skus):
        return {row["order_id"]: bool(row["is_free"]) for row in work.rows("orders_with_skus", now_at=now)}


def free(work: Work, order_ids: Iterable[str], *, now: datetime) -> list[str]:
    """Those of these orders that can go into a batch now, soonest deadline first."""
    with work.ids(sorted(set(order_ids))):
        return [row["order_id"] for row in work.rows("orders_free", now_at=now)]


def say_no_goods(work: Work, skus: Sequence[str], *, by: str, at: datetime) -> list[str]:
    """Remember that these SKUs are no goods; returns those of which it was not said before."""
    with work.ids(skus):
        return [row["sku"] for row in work.rows("no_goods_say", said_by=by, said_at=at)]


def unsay_no_goods(work: Work, skus: Sequence[str]) -> list[str]:
    """Forget that these SKUs are no goods; returns those of which it was said."""
    with work.ids(skus):
        return sorted(row["sku"] for row in work.rows("no_goods_unsay"))


def weighed(work: Work, skus: Sequence[str]) -> list[str]:
    """Those of these SKUs that have a weight."""
    with work.ids(skus):
        return [row["sku"] for row in work.rows("no_goods_weighed")]


def no_goods(work: Work) -> pd.DataFrame:
    """One row per SKU that is said to be no goods, the newest first."""
    return work.frame("no_goods_all")


def reprice_drafts(work: Work, *, by: str, on: date, at: datetime) -> list[dict[str, Any]]:
    """Weigh and price drafts by the product table of now; one dict per draft that changed.

    Keys: shipment_id, batch_id, order_id, plan_id, old_weight_g, weight_g, old_fee_minor, fee_minor, currency.
    A draft keeps its plan at the new price; one that its plan cannot carry any more has none (fee_minor None).
    """
    outdated = work.rows("drafts_outdated")
    if not outdated:
        return []
    shipment_ids = [row["shipment_id"] for row in outdated]
    with changes.kept(work, by=by, at=at):
        with work.ids(shipment_ids):
            work.run("drafts_reweigh", changed_at=at)
        fees = price_anew(work, shipment_ids, {row["batch_id"] for row in outdated}, by=by, on=on, at=at)
    return [
        row
        | {
            "fee_minor": fees[row["shipment_id"]]["fee_minor"] if row["shipment_id"] in fees else None,
            "currency": row["currency"] or fees.get(row["shipment_id"], {}).get("currency"),
        }
        for row in outdated
    ]


def price_anew(
    work: Work, shipment_ids: Sequence[str], batch_ids: Collection[str], *, by: str, on: date, at: datetime
) -> dict[str, dict[str, Any]]:
    """Keep the quotes of shipments whose weight changed; shipment_id → fee_minor and currency of those with a plan.

    One that its plan cannot carry any more has none afterwards (fee_minor None).
    """
    with work.ids(shipment_ids):
        work.run("parcels_clear")
        work.run("parcels_of_drafts")
        plans.rate(work, on)
        fees = {row["shipment_id"]: row for row in work.rows("drafts_repriced")}
        work.run("quotes_forget_of")
        work.run("drafts_planless", changed_at=at)
    for batch_id in sorted(batch_ids):
        work.run("quotes_keep", batch_id=batch_id, decided_by=by, decided_at=at)
        trials.seen(work, batch_id)
    return fees


def packaging(work: Work) -> pd.DataFrame:
    """One row per weight band of the contents: min_g, max_g, packaging_g."""
    return work.frame("packaging_all")


def set_packaging(work: Work, bands: pd.DataFrame) -> None:
    """Replace the bands by these (min_g, max_g, packaging_g)."""
    with work.table("bands", bands):
        work.run("packaging_clear")
        work.run("packaging_set")

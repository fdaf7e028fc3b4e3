"""Orders from the platform: how far a shop is synced, what it listed, and taking it over as whole sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from lib.store.database import Work

#: What `take` is lent → its columns and their kinds. Times are aware UTC.
TOLD_ORDERS = {
    "order_id": "str", "status": "str", "status_label": "str", "ordered_at": "time", "paid_at": "time",
    "ship_by_at": "time", "currency": "str", "goods_minor": "Int64", "shipping_minor": "Int64",
    "total_minor": "Int64", "buyer_name": "str", "buyer_service": "str", "buyer_plan_id": "str", "note": "str",
    "is_detailed": "bool", "asked_at": "time",
}  # fmt: skip
TOLD_LINES = {
    "order_id": "str", "line_no": "int64", "child_order_id": "str", "sku": "str", "title": "str",
    "attributes": "str", "quantity": "int64", "unit": "str", "shipped_quantity": "Int64",
}  # fmt: skip
TOLD_RECEIVERS = dict.fromkeys(
    (
        "order_id", "name", "country", "province", "city", "address", "postcode", "phone", "mobile",
        "tax_number",
    ),
    "str",
)  # fmt: skip
SEEN_ORDERS = {
    "order_id": "str", "status": "str", "modified_at": "time", "is_settled": "bool", "refused_code": "str",
}  # fmt: skip
REFUSED = {
    "sheet": "str", "row_no": "int64", "column_name": "str", "value": "str", "code": "str", "identity": "str",
    "cells": "str",
}  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """What became of orders that were taken over: ids."""

    loaded: frozenset[str]
    updated: frozenset[str]
    left_alone: frozenset[str]  #: Changed here after the platform was asked.
    conflicts: frozenset[str]  #: In a shipment, with another receiver or other lines there by now.


def frame(columns: dict[str, str], rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Rows as a frame with the columns and kinds `take` expects, also without a row."""
    made = pd.DataFrame(list(rows), columns=list(columns))
    kinds = {name: kind for name, kind in columns.items() if kind != "time"}
    times = {
        name: pd.to_datetime(made[name], utc=True).astype("datetime64[us, UTC]")
        for name, kind in columns.items()
        if kind == "time"
    }
    return made.assign(**times).astype(kinds)


def state(work: Work, shop_id: str) -> dict[str, Any]:
    """How far the shop's orders are synced; columns as in the table sync_states, {} before the first sync."""
    return work.row("sync_state", shop_id=shop_id) or {}


def states(work: Work) -> list[dict[str, Any]]:
    """One dict per shop ever tried, with `synced_at`."""
    return work.rows("sync_states_all")


def tried(work: Work, shop_id: str, *, at: datetime) -> None:
    """A sync of the shop begins."""
    work.run("sync_tried", shop_id=shop_id, tried_at=at)


def failed(work: Work, shop_id: str, kind: str, code: str, *, at: datetime) -> None:
    """It did not end well."""
    work.run("sync_failed", shop_id=shop_id, failed_kind=kind, failed_code=code, failed_at=at)


def open_window(
    work: Work,
    shop_id: str,
    kind: str,
    list_name: str,
    *,
    start: datetime | None,
    until: datetime,
    at: datetime,
) -> None:
    """A reading of the list begins, with its counts at zero."""
    work.run(
        "sync_window_open",
        shop_id=shop_id,
        window_kind=kind,
        window_from_at=start,
        window_until_at=until,
        window_started_at=at,
        list_name=list_name,
    )


def set_cursor(work: Work, shop_id: str, list_name: str, next_page: int, *, until: datetime) -> None:
    """Which page comes next, of a list that ends at `until`."""
    work.run("sync_cursor", shop_id=shop_id, list_name=list_name, next_page=next_page, window_until_at=until)


def close_window(
    work: Work, shop_id: str, *, reached: datetime, swept: datetime | None, at: datetime
) -> None:
    """The reading is complete."""
    work.run("sync_window_close", shop_id=shop_id, reached_at=reached, swept_at=swept)
    record(work, shop_id, "orders", at=at)


def record(work: Work, shop_id: str, topic: str, *, at: datetime) -> None:
    """Remember that a topic of the shop is as of this moment."""
    work.run("sync_record", shop_id=shop_id, topic=topic, synced_at=at)


def listed(work: Work, shop_id: str, since: datetime) -> dict[str, str]:
    """The orders listed since then: id → status."""
    rows = work.rows("sync_listed", shop_id=shop_id, window_started_at=since)
    return {row["order_id"]: row["status"] for row in rows}


def known(work: Work, shop_id: str, order_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What is known of these orders: id → is_kept, kept_status, modified_at, refused_code."""
    with work.ids(order_ids):
        return {row["order_id"]: row for row in work.rows("sync_known", shop_id=shop_id)}


def own_numbers(work: Work, shop_id: str, order_ids: Sequence[str]) -> set[tuple[str, str]]:
    """(order_id, tracking number) of what was sent from here."""
    with work.ids(order_ids):
        rows = work.rows("sync_own_numbers", shop_id=shop_id)
    return {(row["order_id"], row["tracking_number"]) for row in rows}


def unlisted(work: Work, shop_id: str, since: datetime, most: int) -> list[str]:
    """Orders that await shipment here and were not listed since then, longest unasked first."""
    rows = work.rows("sync_unlisted", shop_id=shop_id, window_started_at=since, lot=most)
    return [row["order_id"] for row in rows]


def countries(work: Work) -> frozenset[str]:
    """Countries, ISO alpha-2."""
    return frozenset(row["country"] for row in work.rows("sync_countries"))


def take(
    work: Work,
    shop_id: str,
    orders: pd.DataFrame,
    lines: pd.DataFrame,
    receivers: pd.DataFrame,
    *,
    import_id: int,
    by: str,
    at: datetime,
) -> Taken:
    """Take over what the platform told of some orders; unknown ones are made.

    Status, deadline, sub-order ids and tax numbers are the platform's. Lines that are kept stay. Another receiver is
    taken over unless the order is in a shipment: that is a conflict, and only written down.
    """
    keys: dict[str, Any] = {"shop_id": shop_id}
    stamp: dict[str, Any] = keys | {"changed_at": at}
    with (
        work.table("told_orders", orders),
        work.table("told_lines", lines),
        work.table("told_receivers", receivers),
    ):
        work.run("sync_incoming", **keys)
        work.run("sync_lines_matched", **keys)
        renewed = _ids(work.rows("sync_orders_update", **stamp))
        touched = _ids(
            work.rows("sync_lines_update", **keys),
            work.rows("sync_tax_numbers", **stamp),
        )
        work.run("sync_contradictions", **keys)
        touched |= _ids(
            work.rows("sync_receivers_update", **stamp), work.rows("sync_receivers_fill", **stamp)
        )
        work.run("sync_conflicts_settled", **stamp, settled_by=by)
        work.run("sync_conflicts_add", **keys, import_id=import_id, found_at=at)
        conflicts = _ids(work.rows("sync_conflicting", **keys))
        work.run("sync_as_of", **keys)
        loaded = _ids(work.rows("sync_orders_insert", **stamp, import_id=import_id))
        work.run("sync_lines_insert", **keys)
        work.run("sync_receivers_insert", **stamp)
        work.run("orders_once", **keys, import_id=import_id)
        with work.ids(sorted(touched - renewed)):
            work.run("sync_orders_touch", **stamp)
        left_alone = _ids(work.rows("sync_left_alone"))
    return Taken(loaded, renewed | touched, left_alone, conflicts)


def keep_listed(work: Work, shop_id: str, seen: pd.DataFrame, *, at: datetime) -> None:
    """Remember what the list said of each order; frame of SEEN_ORDERS. `at` is when the reading began."""
    with work.table("seen_orders", seen):
        work.run("sync_listed_keep", shop_id=shop_id, listed_at=at)


def add_counts(work: Work, shop_id: str, import_id: int | None, counts: dict[str, int]) -> dict[str, Any]:
    """Add to the counts of the reading: asked, read, loaded, updated, unchanged, refused; returns its state."""
    named = {f"{name}_count": count for name, count in counts.items()}
    return work.row("sync_counts", shop_id=shop_id, import_id=import_id, **named) or {}


def set_import(work: Work, file: str, counted: dict[str, Any], *, by: str, at: datetime) -> None:
    """Keep the reading among the imports; `counted` is the state with its counts."""
    names = ("import_id", "read_count", "loaded_count", "updated_count", "unchanged_count", "refused_count")
    counts = {name: counted[name] for name in names}
    work.run("sync_import_set", file=file, **counts, loaded_by=by, loaded_at=at)


def add_problems(work: Work, import_id: int, file: str, problems: pd.DataFrame) -> None:
    """Keep why orders could not be taken in; frame of REFUSED."""
    with work.table("refused", problems):
        work.run("problem_rows_add", import_id=import_id, file=file, kind="orders")


def refused_now(work: Work) -> list[dict[str, Any]]:
    """One dict (shop_id, order_id, code, listed_at) per order the platform lists and the desk could not take in."""
    return work.rows("sync_refused_now")


def conflicts_of(work: Work, shop_id: str, order_id: str) -> list[dict[str, Any]]:
    """One dict (field, ours, theirs, found_at) per contradiction of an order in a shipment. Personal data."""
    return work.rows("order_conflicts_of", shop_id=shop_id, order_id=order_id)


def conflicts(work: Work) -> list[dict[str, Any]]:
    """One dict (shop_id, order_id, fields, found_at, batch_id) per order in a shipment the platform contradicts."""
    return work.rows("order_conflicts_all")


def _ids(*answers: Iterable[dict[str, Any]]) -> frozenset[str]:
    return frozenset(row["order_id"] for rows in answers for row in rows)

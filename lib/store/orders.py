"""Orders awaiting shipment: reading by filter, holding, correcting, and what the platform says of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa

from lib.domain.orders import OrderFilter, Receiver
from lib.store.database import Work


def awaiting(work: Work) -> pa.Table:
    """One row per order awaiting shipment, whatever the time: for `look`."""
    return work.arrow("orders_awaiting")


def look(work: Work, known: pa.Table, *, now: datetime) -> None:
    """Tell the readers below which orders await shipment at this time; what is written later is not seen by them."""
    with work.table("awaiting_known", known):
        work.run("awaiting_make", now_at=now)


def matching(
    work: Work, chosen: OrderFilter, *, now: datetime, page_size: int, skipped: int = 0
) -> pd.DataFrame:
    """One row per matching order looked at, soonest deadline first; columns as in the view `orders_awaiting`."""
    return work.frame("orders_matching", **_filter(chosen, now), page_size=page_size, skipped=skipped)


def matching_ids(work: Work, chosen: OrderFilter, *, now: datetime) -> list[str]:
    """The ids of all matching orders looked at, soonest deadline first."""
    return [row["order_id"] for row in work.rows("orders_matching_ids", **_filter(chosen, now))]


def totals(work: Work, chosen: OrderFilter, *, now: datetime) -> dict[str, Any]:
    """order_count, weight_g, unweighed_count, overdue_count of matching orders looked at; `value` by currency."""
    rows = work.rows("orders_matching_totals", **_filter(chosen, now))
    return _added_up(rows, ("order_count", "weight_g", "unweighed_count", "overdue_count"))


def chosen_totals(work: Work, order_ids: Sequence[str]) -> dict[str, Any]:
    """order_count, weight_g, unweighed_count of these orders; `value` by currency."""
    with work.ids(order_ids):
        return _added_up(work.rows("orders_chosen_totals"), ("order_count", "weight_g", "unweighed_count"))


def counts(work: Work, *, now: datetime, soon: timedelta) -> dict[str, int]:
    """awaiting, free, placed, held, blocked, overdue and due_soon: how many of the orders looked at are each."""
    return work.row("orders_counts", soon_at=now + soon) or {}


def blocked_by(work: Work) -> dict[str, int]:
    """Finding → how many of the orders looked at it keeps out of batches, the commonest first."""
    return {row["code"]: row["order_count"] for row in work.rows("orders_blocked_by")}


def facets(work: Work) -> dict[str, dict[str, int]]:
    """What can be filtered by: facet ('shop', 'country', 'service') → value → how many orders await."""
    found: dict[str, dict[str, int]] = {"shop": {}, "country": {}, "service": {}}
    for row in work.rows("orders_facets"):
        found[row["facet"]][row["value"]] = row["order_count"]
    return found


def by_id(work: Work, order_id: str) -> dict[str, Any] | None:
    """An order, whatever its status, or None."""
    return work.row("order_by_id", order_id=order_id)


def lines(work: Work, shop_id: str, order_id: str) -> list[dict[str, Any]]:
    """One dict per line of the order: line_no, sku, title, attributes, quantity, left_quantity, weight_g."""
    return work.rows("order_lines_of", shop_id=shop_id, order_id=order_id)


def blocks(work: Work, order_ids: Sequence[str], *, now: datetime) -> list[dict[str, Any]]:
    """One dict (order_id, code, field, value) per thing that keeps one of these orders out of a batch."""
    with work.ids(order_ids):
        return work.rows("order_blocks_of", now_at=now)


def receivers(work: Work, order_ids: Sequence[str]) -> dict[str, Receiver]:
    """Where each of these orders goes, as corrected."""
    with work.ids(order_ids):
        return {row["order_id"]: receiver(row) for row in work.rows("receivers_of_orders")}


def receiver_versions(work: Work, shop_id: str, order_id: str) -> dict[str, Receiver]:
    """'received' and, when somebody corrected it, 'corrected'."""
    rows = work.rows("receiver_versions", shop_id=shop_id, order_id=order_id)
    return {row["version"]: receiver(row) for row in rows}


def correct_receiver(
    work: Work, shop_id: str, order_id: str, corrected: Receiver, *, by: str, at: datetime
) -> None:
    """Keep a corrected receiver beside the received one. The country stays as received."""
    work.run(
        "receiver_correct",
        shop_id=shop_id,
        order_id=order_id,
        country_label=corrected.country,
        changed_by=by,
        changed_at=at,
        **vars(corrected),
    )


def hold(
    work: Work, order_ids: Sequence[str], *, reason: str, until: datetime | None, by: str, at: datetime
) -> None:
    """Put orders on hold; with `until` the hold ends by itself."""
    with work.ids(order_ids):
        work.run("orders_hold", reason=reason, until_at=until, held_by=by, held_at=at)


def release(work: Work, order_ids: Sequence[str], *, by: str, at: datetime) -> None:
    """End the holds of these orders."""
    with work.ids(order_ids):
        work.run("orders_release", released_by=by, released_at=at)


def saved_filters(work: Work) -> dict[str, str]:
    """The saved filters: name → URL query text."""
    return {row["name"]: row["query"] for row in work.rows("filters_saved")}


def save_filter(work: Work, name: str, query: str, *, by: str, at: datetime) -> None:
    """Keep a filter; the same name again replaces it."""
    work.run("filter_save", name=name, query=query, saved_by=by, saved_at=at)


def forget_filter(work: Work, name: str) -> None:
    """Remove a saved filter; an unknown name is no error."""
    work.run("filter_forget", name=name)


def set_status(work: Work, shop_id: str, order_id: str, status: str, *, at: datetime) -> None:
    """Record the order's status on the platform."""
    work.run("orders_status_set", shop_id=shop_id, order_id=order_id, status=status, changed_at=at)


def receiver(row: dict[str, Any]) -> Receiver:
    """The receiver in a row of the receivers table."""
    return Receiver(**{name: row[name] for name in Receiver.__dataclass_fields__})


def _added_up(rows: list[dict[str, Any]], counted: Sequence[str]) -> dict[str, Any]:
    """Rows of several currencies as one: counts and weights add up, amounts stay apart."""
    return {name: sum(row[name] for row in rows) for name in counted} | {
        "value": {row["currency"]: row["total_minor"] for row in rows}
    }


def _filter(chosen: OrderFilter, now: datetime) -> dict[str, Any]:
    def listed(values: tuple[str, ...] | None) -> list[str] | None:
        return None if values is None else list(values)

    due_before = None if chosen.due_within_h is None else now + timedelta(hours=chosen.due_within_h)
    return {
        "shops": listed(chosen.shops),
        "countries": listed(chosen.countries),
        "services": listed(chosen.services),
        "due_before": due_before,
        "late": chosen.overdue,
        "with_note": chosen.with_note,
        "several": chosen.several,
        "on_hold": chosen.on_hold,
        "blocked": chosen.blocked,
        "partly": chosen.partly,
        "placed": chosen.placed,
        "wanted": chosen.wanted or None,
    }

"""Orders awaiting shipment: choosing, holding, correcting, and asking the platform what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from lib.aliexpress.errors import Refused
from lib.app import App
from lib.domain.orders import AWAITING, OrderFilter, OrderStatus, Receiver
from lib.domain.problems import Problem
from lib.services import checks
from lib.store import audit
from lib.store import checks as check_store
from lib.store import orders as store

PAGE_SIZE = 200
SOON = timedelta(hours=24)


@dataclass(frozen=True)
class Pending:
    """One page of matching orders, with the totals over all of them."""

    orders: pd.DataFrame  #: One row per order; columns as in the macro `awaiting_orders`.
    totals: dict[str, Any]  #: order_count, weight_g, unweighed_count, overdue_count, value by currency.
    page: int
    page_count: int


def pending(app: App, chosen: OrderFilter, *, page: int = 1, page_size: int = PAGE_SIZE) -> Pending:
    """Orders awaiting shipment that match, soonest deadline first; overdue ones lead and are never hidden."""
    now = app.now()
    with app.database.read() as work:
        totals = store.totals(work, chosen, now=now)
        page_count = max(1, -(-totals["order_count"] // page_size))
        page = min(max(page, 1), page_count)
        found = store.matching(work, chosen, now=now, page_size=page_size, skipped=(page - 1) * page_size)
    return Pending(found, totals, page, page_count)


def matching_ids(app: App, chosen: OrderFilter) -> list[str]:
    """The ids of all orders that match."""
    with app.database.read() as work:
        return store.matching_ids(work, chosen, now=app.now())


def totals_of(app: App, order_ids: Sequence[str]) -> dict[str, Any]:
    """order_count, weight_g, unweighed_count of the chosen orders, `value` by currency."""
    with app.database.read() as work:
        return store.chosen_totals(work, order_ids)


def counts(app: App) -> dict[str, int]:
    """How many orders await, are free, in a batch, held, kept out by a finding, overdue, and due soon."""
    with app.database.read() as work:
        return store.counts(work, now=app.now(), soon=SOON)


def facets(app: App) -> dict[str, dict[str, int]]:
    """What can be filtered by: 'shop', 'country' and 'service', each value with how many orders await."""
    with app.database.read() as work:
        return store.facets(work)


def findings(app: App, order_ids: Sequence[str]) -> list[dict[str, Any]]:
    """What keeps these orders out of a batch: order_id, code, field, value."""
    with app.database.read() as work:
        return store.blocks(work, order_ids, now=app.now())


def detail(app: App, order_id: str) -> dict[str, Any]:
    """An order with its `lines`, its `receivers` ('received', 'corrected'), `findings` and `accepted` warnings.

    Raises Problem('order_unknown').
    """
    with app.database.read() as work:
        order = store.by_id(work, order_id)
        if order is None:
            raise Problem("order_unknown", order_id=order_id)
        return order | {
            "lines": store.lines(work, order["shop_id"], order_id),
            "receivers": store.receiver_versions(work, order["shop_id"], order_id),
            "findings": check_store.of_orders(work, [order_id], now=app.now()),
            "accepted": check_store.accepted_of(work, [order_id]),
        }


def hold(app: App, order_ids: Sequence[str], *, reason: str, until: datetime | None, by: str) -> int:
    """Put orders on hold (搁置) with a reason; with `until` the hold ends by itself. Returns how many."""
    if not reason.strip():
        raise Problem("hold_needs_reason")
    if until is not None and until <= app.now():
        raise Problem("hold_in_the_past")
    now = app.now()
    with app.database.write() as work:
        store.release(work, order_ids, by=by, at=now)
        store.hold(work, order_ids, reason=reason.strip(), until=until, by=by, at=now)
        audit.record(work, "hold", f"{len(order_ids)} orders", by=by, at=now, orders=list(order_ids))
    return len(order_ids)


def release(app: App, order_ids: Sequence[str], *, by: str) -> int:
    """End the holds of these orders; returns how many orders were named."""
    now = app.now()
    with app.database.write() as work:
        store.release(work, order_ids, by=by, at=now)
        audit.record(work, "release", f"{len(order_ids)} orders", by=by, at=now, orders=list(order_ids))
    return len(order_ids)


def correct_receiver(app: App, order_id: str, corrected: Receiver, *, by: str) -> list[tuple[str, str, str]]:
    """Keep a corrected receiver beside the received one; returns what is still wrong with it.

    The country cannot change: plans, fees and customs papers hang on it. Raises Problem.
    """
    now = app.now()
    tidy = replace(corrected, **{field: str(value).strip() for field, value in vars(corrected).items()})
    with app.database.write() as work:
        order = store.by_id(work, order_id)
        if order is None:
            raise Problem("order_unknown", order_id=order_id)
        if tidy.country != order["country"]:
            raise Problem("country_fixed", country=order["country"])
        store.correct_receiver(work, order["shop_id"], order_id, tidy, by=by, at=now)
        checks.refresh(work, order["shop_id"], now)
        audit.record(work, "correct_receiver", order_id, by=by, at=now)
    return [(str(code), field, value) for code, field, value in checks.of_receiver(tidy)]


def saved_filters(app: App) -> dict[str, str]:
    """The saved filters: name → URL query text."""
    with app.database.read() as work:
        return store.saved_filters(work)


def save_filter(app: App, name: str, query: str, *, by: str) -> None:
    """Keep a filter under a name. Raises Problem('filter_needs_name')."""
    if not name.strip():
        raise Problem("filter_needs_name")
    with app.database.write() as work:
        store.save_filter(work, name.strip(), query, by=by, at=app.now())


def forget_filter(app: App, name: str) -> None:
    """Remove a saved filter."""
    with app.database.write() as work:
        store.forget_filter(work, name)


def last_syncs(app: App) -> list[dict[str, Any]]:
    """One dict (shop_id, topic, synced_at) per thing ever synced from the platform."""
    with app.database.read() as work:
        return store.last_syncs(work)


def sync(app: App, *, by: str, shop_id: str = "default") -> dict[str, int]:
    """Ask the platform for the state of orders awaiting shipment; returns asked, changed, unknown_here.

    Status and deadline come from the order list. Details are asked for where they are needed: what is left of
    partly shipped orders, and tax numbers that no export carries. Raises PlatformError.
    """
    listed = {order.order_id: order for order in app.platform.orders([str(status) for status in AWAITING])}
    with app.database.read() as work:
        known = {row["order_id"]: row for row in store.known(work, shop_id)}
        lacking = _lacking_details(work, known, app.now())
    details = {}
    for order_id in sorted(known.keys() & lacking):
        try:
            details[order_id] = app.platform.order(order_id)
        except Refused:
            continue  # The platform does not know it: nothing to learn, the next page says so.
    gone = _statuses_of_missing(app, sorted(known.keys() - listed.keys() - details.keys()))
    now = app.now()
    with app.database.write() as work:
        changed = store.sync(
            work,
            _synced_orders(shop_id, known, listed, gone),
            _synced_lines(app, shop_id, details),
            _synced_receivers(shop_id, details),
            at=now,
        )
        checks.refresh(work, shop_id, now)
        store.record_sync(work, shop_id, "orders", at=now)
        audit.record(work, "sync", shop_id, by=by, at=now, changed=changed)
    return {"asked": len(listed), "changed": changed, "unknown_here": len(listed.keys() - known.keys())}


def _lacking_details(work: Any, known: dict[str, dict[str, Any]], now: datetime) -> set[str]:
    blocked = store.blocks(work, list(known), now=now)
    return {row["order_id"] for row in blocked if row["code"] in ("missing_tax_number", "unknown_rest")}


def _statuses_of_missing(app: App, order_ids: Sequence[str]) -> dict[str, str]:
    """Orders we think await but the platform did not list: asked one by one."""
    found = {}
    for order_id in order_ids:
        try:
            found[order_id] = app.platform.order(order_id).status
        except Refused:
            continue
    return found


def _synced_orders(shop_id: str, known: dict, listed: dict, gone: dict[str, str]) -> pd.DataFrame:
    rows = [
        (shop_id, order_id, order.status, order.ship_by_at, order.buyer_plan_id)
        for order_id, order in listed.items()
        if order_id in known
    ]
    rows += [(shop_id, order_id, status, None, None) for order_id, status in gone.items()]
    frame = pd.DataFrame(rows, columns=["shop_id", "order_id", "status", "ship_by_at", "buyer_plan_id"])
    texts = {name: frame[name].astype("str") for name in ("shop_id", "order_id", "status")}
    plan = pd.Series([row[4] for row in rows], dtype="str")
    return frame.assign(**texts, buyer_plan_id=plan, ship_by_at=pd.to_datetime(frame["ship_by_at"], utc=True))


def _synced_lines(app: App, shop_id: str, details: dict) -> pd.DataFrame:
    """What went out already, by what the platform has as declared: a sub-order declared whole is shipped."""
    rows: list[tuple[str, str, int, str, int]] = []
    for order_id, order in details.items():
        declared = {
            entry.sub_order_index
            for entry in (
                app.platform.declarations(order_id) if order.status == OrderStatus.PARTLY_SHIPPED else ()
            )
            if entry.everything
        }
        rows += [
            (
                shop_id,
                order_id,
                line.line_no,
                line.child_order_id,
                line.quantity if line.line_no in declared else 0,
            )
            for line in order.lines
        ]
    columns = ["shop_id", "order_id", "line_no", "child_order_id", "shipped_quantity"]
    frame = pd.DataFrame(rows, columns=columns)
    kinds = {"shop_id": "str", "order_id": "str", "child_order_id": "str"}
    return frame.astype(kinds | {"line_no": "int64", "shipped_quantity": "int64"})


def _synced_receivers(shop_id: str, details: dict) -> pd.DataFrame:
    rows = [(shop_id, order_id, order.receiver.tax_number) for order_id, order in details.items()]
    return pd.DataFrame(rows, columns=["shop_id", "order_id", "tax_number"]).astype("str")

"""Orders awaiting shipment: choosing, holding, correcting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.orders import OrderFilter, Receiver
from lib.domain.problems import Problem
from lib.services import checks
from lib.services.awaiting import SOON, counted, looked
from lib.store import audit, changes
from lib.store import checks as check_store
from lib.store import orders as store
from lib.store import shipments as shipment_store
from lib.store import sync as sync_store

PAGE_SIZE = 200


@dataclass(frozen=True)
class Pending:
    """One page of matching orders, with the totals over all of them."""

    orders: pd.DataFrame  #: One row per order; columns as in the view `orders_awaiting`.
    totals: dict[str, Any]  #: order_count, weight_g, unweighed_count, overdue_count, value by currency.
    counts: dict[str, int]  #: As `counts`, of all that await: whatever matches.
    page: int
    page_count: int
    blocked: dict[str, int]
    """Finding → how many of all that await it keeps out of batches, the commonest first."""


def pending(app: App, chosen: OrderFilter, *, page: int = 1, page_size: int = PAGE_SIZE) -> Pending:
    """Orders awaiting shipment that match, soonest deadline first; overdue ones lead and are never hidden."""
    now = app.now()
    with looked(app, now) as work:
        totals = store.totals(work, chosen, now=now)
        page_count = max(1, -(-totals["order_count"] // page_size))
        page = min(max(page, 1), page_count)
        found = store.matching(work, chosen, now=now, page_size=page_size, skipped=(page - 1) * page_size)
        counted = store.counts(work, now=now, soon=SOON)
        blocked = store.blocked_by(work)
    return Pending(found, totals, counted, page, page_count, blocked)


def due(app: App, *, within_h: int, count: int) -> pd.DataFrame:
    """The first orders whose deadline has not passed and is within so many hours; columns as `Pending.orders`."""
    now, soon = app.now(), OrderFilter(due_within_h=within_h, overdue=False)
    with looked(app, now) as work:
        return store.matching(work, soon, now=now, page_size=count, skipped=0)


def matching_ids(app: App, chosen: OrderFilter) -> list[str]:
    """The ids of all orders that match."""
    now = app.now()
    with looked(app, now) as work:
        return store.matching_ids(work, chosen, now=now)


def totals_of(app: App, order_ids: Sequence[str]) -> dict[str, Any]:
    """order_count, weight_g, unweighed_count of the chosen orders, `value` by currency."""
    with app.database.read() as work:
        return store.chosen_totals(work, order_ids)


def counts(app: App) -> dict[str, int]:
    """How many orders await, are free, in a batch, held, kept out by a finding, overdue, and due soon."""
    return dict(counted(app))


def facets(app: App) -> dict[str, dict[str, int]]:
    """What can be filtered by: 'shop', 'country' and 'service', each value with how many orders await."""
    with app.database.read() as work:
        return store.facets(work)


def findings(app: App, order_ids: Sequence[str]) -> list[dict[str, Any]]:
    """What keeps these orders out of a batch: order_id, code, field, value."""
    with app.database.read() as work:
        return store.blocks(work, order_ids, now=app.now())


def detail(app: App, order_id: str) -> dict[str, Any]:
    """An order with its `lines`, `receivers` ('received', 'corrected'), `findings`, `accepted` and `conflicts`.

    Conflicts are what the platform says otherwise of an order in a shipment: field, ours, theirs, found_at.

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
            "conflicts": sync_store.conflicts_of(work, order["shop_id"], order_id),
        }


def of_number(app: App, number: str) -> str:
    """The order a number names: its own, or any of one of its parcels. Raises Problem('shipment_unknown')."""
    number = number.strip()
    with app.database.read() as work:
        if store.by_id(work, number) is not None:
            return number
        found = {row["order_id"] for row in shipment_store.found(work, number)}
    if not found:
        raise Problem("shipment_unknown", number=number or "–")
    return next(iter(found))


def known(app: App, order_ids: Sequence[str]) -> list[str]:
    """These orders, when every one is known here. Raises Problem('order_unknown') naming all that are not."""
    with app.database.read() as work:
        unknown = [one for one in order_ids if store.by_id(work, one) is None]
    if unknown:
        raise Problem("order_unknown", order_id=", ".join(unknown))
    return list(order_ids)


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
        known = store.receivers(work, [order_id])[order_id]
        fields = [field for field, value in vars(tidy).items() if value != getattr(known, field)]
        store.correct_receiver(work, order["shop_id"], order_id, tidy, by=by, at=now)
        changes.receiver(work, order["shop_id"], order_id, fields, by=by, at=now)
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

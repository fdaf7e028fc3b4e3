"""What the platform said of orders, as sets for the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import pandas as pd

from lib.aliexpress.platform import Declaration, OrderDetail, PlatformLine, PlatformOrder
from lib.domain.orders import AWAITING, STATUS_LABELS
from lib.services.sync.asking import Asked, hidden
from lib.store import sync as store

#: A status → its label as exports write it, so that a file with the same order finds nothing to change.
LABELS = {str(status): label for label, status in reversed(STATUS_LABELS.items())}


def orders(asked: Iterable[Asked], listed: Iterable[tuple[PlatformOrder, datetime]]) -> pd.DataFrame:
    """Orders with their details, and others as the list has them."""
    rows = [_detailed_row(one, one.detail) for one in asked if one.detail is not None]
    rows += [_row(order, at, detailed=False) for order, at in listed]
    return store.frame(store.TOLD_ORDERS, rows)


def lines(asked: Iterable[Asked], listed: Iterable[PlatformOrder], own: set[tuple[str, str]]) -> pd.DataFrame:
    """The lines of these orders, and how much of each went out other than from here (missing: not asked)."""
    rows = [
        _line(one.listed.order_id, line, _shipped(one, line, own))
        for one in asked
        if one.detail is not None
        for line in one.detail.lines
    ]
    rows += [_line(order.order_id, line, None) for order in listed for line in order.lines]
    return store.frame(store.TOLD_LINES, rows)


def receivers(asked: Iterable[Asked]) -> pd.DataFrame:
    """Where these orders go; one whose data is hidden says nothing."""
    rows = [
        (
            one.listed.order_id, to.name, to.country, to.province, to.city, to.address, to.postcode, to.phone,
            to.mobile, to.tax_number,
        )
        for one in asked
        if one.detail is not None and not hidden(to := one.detail.receiver)
    ]  # fmt: skip
    return store.frame(store.TOLD_RECEIVERS, rows)


def _detailed_row(one: Asked, detail: OrderDetail) -> tuple[object, ...]:
    merged = replace(
        one.listed,
        status=detail.status or one.listed.status,
        ship_by_at=one.listed.ship_by_at or (detail.ship_by_at if detail.status in AWAITING else None),
        ordered_at=one.listed.ordered_at or detail.ordered_at,
        paid_at=one.listed.paid_at or detail.paid_at,
        paid=one.listed.paid or detail.total,
        buyer_name=one.listed.buyer_name or detail.buyer_name,
        buyer_service=one.listed.buyer_service or detail.buyer_service,
        buyer_plan_id=one.listed.buyer_plan_id or detail.buyer_plan_id,
        note=one.listed.note or detail.note,
    )
    shipping = detail.freight.minor if detail.freight is not None else None
    return _row(merged, one.asked_at, detailed=True, shipping_minor=shipping)


def _row(
    order: PlatformOrder, at: datetime, *, detailed: bool, shipping_minor: int | None = None
) -> tuple[object, ...]:
    total = order.paid.minor if order.paid is not None else None
    goods = None if total is None or shipping_minor is None else max(total - shipping_minor, 0)
    return (
        order.order_id, order.status, LABELS.get(order.status, order.status), order.ordered_at, order.paid_at,
        order.ship_by_at, order.paid.currency if order.paid else "", goods, shipping_minor, total,
        order.buyer_name, order.buyer_service, order.buyer_plan_id, order.note, detailed, at,
    )  # fmt: skip


def _line(order_id: str, line: PlatformLine, shipped: int | None) -> tuple[object, ...]:
    return (
        order_id, line.line_no, line.child_order_id, line.sku.strip(), line.title, line.attributes, line.quantity,
        line.unit, shipped,
    )  # fmt: skip


def _shipped(asked: Asked, line: PlatformLine, own: set[tuple[str, str]]) -> int:
    """A sub-order that was declared whole is shipped, except what was declared from here; so is one that a
    warehouse of the platform ships."""
    if line.shipped_by_platform:
        return line.quantity
    declared: Sequence[Declaration] = [
        entry for entry in asked.declared if (asked.listed.order_id, entry.tracking_number) not in own
    ]
    whole = {entry.sub_order_index for entry in declared if entry.everything}
    return line.quantity if line.line_no in whole else 0

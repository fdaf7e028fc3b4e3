"""What the platform says of orders, asked for one by one and turned into sets for the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event
from typing import TypeVar

import pandas as pd

from lib.aliexpress.errors import BadAnswer, DailyQuota, Refused, Unauthorised, Unavailable
from lib.aliexpress.platform import Declaration, OrderDetail, Platform, PlatformLine, PlatformOrder
from lib.domain.orders import AWAITING, STATUS_LABELS, OrderStatus, Receiver
from lib.services.check_rules import TAX_NUMBERS
from lib.store import sync as store

#: A question that was not answered is asked again after these pauses; a longer ban ends the sync until later.
PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
#: How the platform hides personal data.
MASK = "**"
#: Half-managed orders, which the platform ships itself: no fault, and nothing to retry.
PLATFORM_SHIPS = "platform_ships"
#: A status → its label as exports write it, so that a file with the same order finds nothing to change.
LABELS = {str(status): label for label, status in reversed(STATUS_LABELS.items())}

T = TypeVar("T")


class Stopped(Exception):
    """The program ends; the next sync goes on where this one was."""


@dataclass(frozen=True)
class Asked:
    """What came of asking for one order: its details, or why it cannot be taken in."""

    listed: PlatformOrder
    asked_at: datetime
    detail: OrderDetail | None = None
    declared: tuple[Declaration, ...] = ()
    refused: str = ""  #: Code of a problem row.
    column: str = ""  #: The field it is about.
    value: str = ""  #: What stands there; never personal data.


def patiently(ask: Callable[[], T], stopping: Event) -> T:
    """Ask, and again after growing pauses while it was surely not handled. Raises PlatformError, Stopped."""
    for pause in PAUSES_S:
        if stopping.is_set():
            raise Stopped
        try:
            return ask()
        except (DailyQuota, Unauthorised):
            raise
        except Unavailable as error:
            if error.code == "unreachable" or (error.retry_after or 0) > PAUSES_S[-1]:
                raise
            if stopping.wait(max(pause, error.retry_after or 0)):
                raise Stopped from error
    return ask()


def ask(
    platform: Platform, listed: PlatformOrder, now: datetime, countries: frozenset[str], stopping: Event
) -> Asked:
    """Ask for an order's lines, receiver and, if parts of it went out, declarations."""
    order_id, asked = listed.order_id, Asked(listed, now)
    try:
        detail = patiently(lambda: platform.order(order_id), stopping)
        partly = detail.status == OrderStatus.PARTLY_SHIPPED
        declared = patiently(lambda: platform.declarations(order_id), stopping) if partly else []
        receiver = detail.receiver
        if _lacking(receiver):
            receiver = _filled(receiver, patiently(lambda: platform.receiver(order_id), stopping))
    except Refused as error:
        return replace(asked, refused="platform_refused", column="order", value=error.code)
    except Unavailable as error:
        if not isinstance(error.__cause__, BadAnswer):
            raise
        # An order nobody can read must not keep the others back.
        return replace(asked, refused="platform_unreadable", column="order", value=error.text)
    found = replace(asked, detail=replace(detail, receiver=receiver), declared=tuple(declared))
    return _judged(found, countries)


def told_orders(asked: Iterable[Asked], listed: Iterable[tuple[PlatformOrder, datetime]]) -> pd.DataFrame:
    """Orders with their details, and others as the list has them."""
    rows = [_detailed_row(one, one.detail) for one in asked if one.detail is not None]
    rows += [_row(order, at, detailed=False) for order, at in listed]
    return store.frame(store.TOLD_ORDERS, rows)


def told_lines(
    asked: Iterable[Asked], listed: Iterable[PlatformOrder], own: set[tuple[str, str]]
) -> pd.DataFrame:
    """The lines of these orders, and how much of each went out other than from here (missing: not asked)."""
    rows = [
        _line(one.listed.order_id, line, _shipped(one, line, own))
        for one in asked
        if one.detail is not None
        for line in one.detail.lines
    ]
    rows += [_line(order.order_id, line, None) for order in listed for line in order.lines]
    return store.frame(store.TOLD_LINES, rows)


def told_receivers(asked: Iterable[Asked]) -> pd.DataFrame:
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


def hidden(receiver: Receiver) -> bool:
    """Whether the platform masks personal data: such a receiver is none to send anything to."""
    return any(MASK in text for text in (receiver.name, receiver.address, receiver.mobile, receiver.phone))


def _lacking(receiver: Receiver) -> bool:
    """Whether the receiver's own call may know more."""
    if not (receiver.name and receiver.address) or hidden(receiver):
        return True
    return receiver.country in TAX_NUMBERS and not receiver.tax_number


def _filled(receiver: Receiver, other: Receiver) -> Receiver:
    """The receiver, with what only the other call says; hidden data is replaced whole."""
    if hidden(receiver):
        return other if not hidden(other) else receiver
    known = {name: value for name, value in vars(receiver).items() if value}
    return replace(other, **known)


def _judged(asked: Asked, countries: frozenset[str]) -> Asked:
    """Whether an order can be taken in: what cannot be read or shipped anywhere is refused, with what is wrong."""
    detail = asked.detail
    if detail is None:
        return asked
    if asked.listed.semi_managed:
        return replace(asked, refused=PLATFORM_SHIPS, column="order_model", value="SEMI_CHOICE_SELF")
    if not detail.lines or any(line.quantity <= 0 for line in detail.lines):
        return replace(asked, refused="platform_lines", column="child_order_list")
    if asked.listed.paid is None and detail.total is None:
        return replace(asked, refused="platform_amount", column="pay_amount")
    if hidden(detail.receiver):
        return replace(asked, refused="platform_receiver_hidden", column="receipt_address")
    if detail.receiver.country not in countries:
        return replace(asked, refused="platform_country", column="country", value=detail.receiver.country)
    return asked


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

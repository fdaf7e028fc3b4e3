"""What the platform says of orders, asked for one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event
from typing import TypeVar

from lib.aliexpress.errors import BadAnswer, DailyQuota, Refused, Unauthorised, Unavailable
from lib.aliexpress.platform import Declaration, OrderDetail, Platform, PlatformOrder
from lib.domain.orders import OrderStatus, Receiver
from lib.services.check_rules import TAX_NUMBERS

#: A question that was not answered is asked again after these pauses; a longer ban ends the sync until later.
PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
#: How the platform hides personal data.
MASK = "**"
#: Half-managed orders, which the platform ships itself: no fault, and nothing to retry.
PLATFORM_SHIPS = "platform_ships"

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

"""Trade orders on the platform: the list, and one order with its receiver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lib.aliexpress import fields, receipts
from lib.aliexpress.client import Client
from lib.aliexpress.errors import Refused, reading
from lib.aliexpress.fields import inner, pacific, text, truth, whole
from lib.aliexpress.protocol import rows
from lib.domain.money import Money
from lib.domain.orders import OrderStatus, Receiver

#: The platform's most for one page of the order list.
PAGE_SIZE = 50
#: The two ways in which the list tells the time left may differ by this much and mean the same deadline.
SAME_DEADLINE = timedelta(minutes=2)
#: Times the list is read from the start when it changed while its pages were turned.
PASSES = 3
STATUSES_AT_ONCE = 20
#: Who ships a sub-order, when it is not the seller.
PLATFORM_WAREHOUSES = ("cainiaoInternationalWarehouse", "WAREHOUSE_SEND_GOODS")


@dataclass(frozen=True)
class PlatformOrder:
    """An order as the order list has it."""

    order_id: str
    status: str
    ship_by_at: datetime | None
    buyer_plan_id: str | None
    buyer_service: str
    ordered_at: datetime | None = None
    paid_at: datetime | None = None
    changed_at: datetime | None = None
    paid: Money | None = None
    buyer_name: str = ""
    buyer_login: str = ""  #: Named when a request to cancel is answered.
    note: str = ""  #: The buyer's notes on the lines, each once.
    lines: tuple[PlatformLine, ...] = ()
    semi_managed: bool = False  #: The platform holds the goods' prices and more; extend_map says so.


@dataclass(frozen=True)
class PlatformLine:
    """A sub-order; line_no is its number within the order, from 1."""

    line_no: int
    child_order_id: str
    sku: str
    title: str
    quantity: int
    unit: str = ""
    unit_price: Money | None = None
    status: str = ""
    attributes: str = ""
    shipped_by_platform: bool = False  #: A warehouse of the platform sends it: leave it alone.


@dataclass(frozen=True)
class OrderDetail:
    """One order with its lines and where it goes."""

    order_id: str
    status: str
    ship_by_at: datetime | None
    buyer_plan_id: str | None
    buyer_service: str
    lines: tuple[PlatformLine, ...]
    receiver: Receiver
    ordered_at: datetime | None = None
    paid_at: datetime | None = None
    changed_at: datetime | None = None
    total: Money | None = None
    freight: Money | None = None
    buyer_name: str = ""
    buyer_login: str = ""
    note: str = ""
    oaid: str = ""  #: Stands for a receiver whose data is encrypted.
    cancel_reason: str = ""  #: Why the buyer asks to cancel, while IN_CANCEL.


def list_orders(
    client: Client,
    statuses: Sequence[str],
    *,
    now: datetime,
    changed_since: datetime | None = None,
    created_since: datetime | None = None,
) -> Iterator[PlatformOrder]:
    """All orders in these states, each once, page by page; the dates narrow them down.

    `changed_since` reaches back 180 days (30 for finished orders), and the platform wants `created_since` with it.

    An order that leaves these states meanwhile moves the ones behind it to an earlier page, past the reader;
    so a list whose length changed is read again, for what was not seen yet.
    Source: aliexpress.trade.seller.orderlist.get.
    """
    fields.limit_count("order states", len(statuses), STATUSES_AT_ONCE)
    dates = _dates(created_since, changed_since, now)
    seen: set[str] = set()
    for _ in range(PASSES):
        lengths: set[int] = set()
        for order in _pages(client, {"order_status_list": list(statuses)} | dates, now, lengths):
            if order.order_id not in seen:
                seen.add(order.order_id)
                yield order
        if len(lengths) < 2:
            return


@reading()
def get_order(client: Client, order_id: str) -> OrderDetail:
    """One order. Raises Refused with code 'wrong_order' when it is not this seller's.

    Source: aliexpress.trade.new.redefining.findorderbyid; its answer is in `target`.
    """
    answer = client.call("aliexpress.trade.new.redefining.findorderbyid", {"param1": {"order_id": order_id}})
    if not answer.get("target") and text(answer, "error_code"):  # This shape is UNCONFIRMED.
        raise Refused(
            "wrong_order", text=text(answer, "error_message"), request_id=text(answer, "request_id")
        )
    target = inner(answer, "target")
    lines = rows(target.get("child_order_list"))
    first = lines[0] if lines else {}
    return OrderDetail(
        order_id=text(target, "id") or order_id,
        status=text(target, "order_status"),
        ship_by_at=pacific(target.get("over_time_left")),
        buyer_plan_id=text(first, "logistics_type") or None,
        buyer_service=text(first, "logistics_service_name"),
        lines=tuple(_line(row, position) for position, row in enumerate(lines, start=1)),
        receiver=receipts.receiver(target.get("receipt_address") or {}),
        ordered_at=pacific(target.get("gmt_create")),
        paid_at=pacific(target.get("gmt_pay_success")),
        changed_at=pacific(target.get("gmt_modified")),
        total=fields.amount(target.get("order_amount")),
        freight=fields.amount(target.get("logistics_amount")),
        buyer_name=text(target, "buyer_signer_fullname"),
        buyer_login=text(target, "buyerloginid"),
        note=_notes(lines, "buyer_memo") or text(target, "memo"),
        oaid=text(target, "oaid"),
        cancel_reason=text(target, "cancel_request_reason"),
    )


def cancel_requests(client: Client, *, now: datetime) -> Iterator[OrderDetail]:
    """Orders whose buyers ask to cancel, with the reason; `cancelling` answers them.

    Source: order state IN_CANCEL of the list, `cancel_request_reason` of the detail.
    """
    for order in list_orders(client, [OrderStatus.CANCEL_ASKED], now=now):
        yield get_order(client, order.order_id)


def _dates(created: datetime | None, changed: datetime | None, now: datetime) -> dict[str, str]:
    """Filters by date, from and until; a date without its time part would be ignored."""
    asked = {"create_date": created, "modified_date": changed}
    ends = {
        f"{name}_end": fields.to_pacific(now + timedelta(days=1)) for name, since in asked.items() if since
    }
    return ends | {f"{name}_start": fields.to_pacific(since) for name, since in asked.items() if since}


def _pages(
    client: Client, wanted: Mapping[str, Any], now: datetime, lengths: set[int]
) -> Iterator[PlatformOrder]:
    """Turn all pages once; adds the length of the list, as each page gives it, to `lengths`."""
    page, pages = 1, 1
    while page <= pages:
        pages, length, found = _page(client, wanted, page, now)
        lengths.add(length)
        yield from found
        page += 1


@reading()
def _page(
    client: Client, wanted: Mapping[str, Any], page: int, now: datetime
) -> tuple[int, int, list[PlatformOrder]]:
    query = {**wanted, "current_page": page, "page_size": PAGE_SIZE}
    answer = client.call("aliexpress.trade.seller.orderlist.get", {"param_aeop_order_query": query})
    result = inner(answer, "result")
    if not truth(result.get("success", True)):
        raise Refused(
            text(result, "error_code") or "refused",
            text=text(result, "error_message"),
            request_id=text(answer, "request_id"),
        )
    found = [listed_order(row, now) for row in rows(result.get("target_list"))]
    return whole(result, "total_page", 1), whole(result, "total_count", 0), found


def listed_order(row: Mapping[str, Any], now: datetime) -> PlatformOrder:
    """A row of the list; `now` turns the time left into a deadline."""
    lines = rows(row.get("product_list"))
    first = lines[0] if lines else {}
    return PlatformOrder(
        order_id=text(row, "order_id"),
        status=text(row, "order_status"),
        ship_by_at=_deadline(row, now),
        buyer_plan_id=text(first, "logistics_type") or None,
        buyer_service=text(first, "logistics_service_name"),
        ordered_at=pacific(row.get("gmt_create")),
        paid_at=pacific(row.get("gmt_pay_time")),
        changed_at=pacific(row.get("gmt_update")),
        paid=fields.amount(row.get("pay_amount")),
        buyer_name=text(row, "buyer_signer_fullname"),
        buyer_login=text(row, "buyer_login_id"),
        note=_notes(lines, "memo"),
        lines=tuple(_line(line, position) for position, line in enumerate(lines, start=1)),
        semi_managed=any("SEMI_CHOICE_SELF" in text(line, "extend_map") for line in lines),
    )


def _notes(lines: Sequence[Mapping[str, Any]], name: str) -> str:
    return "\n".join(dict.fromkeys(note for line in lines if (note := text(line, name).strip())))


def _deadline(row: Mapping[str, Any], now: datetime) -> datetime | None:
    """From the time left, to the nearest minute, so that asking twice gives one deadline.

    The parts left_send_good_* count whole minutes and never below zero. timeout_left_time is finer and negative
    when overdue, but that it counts milliseconds is UNCONFIRMED: it is believed where the parts agree or are zero.
    """
    names = [f"left_send_good_{part}" for part in ("day", "hour", "min")]
    parts = None
    if any(row.get(name) not in (None, "") for name in names):
        days, hours, minutes = (whole(row, name, 0) for name in names)
        parts = timedelta(days=days, hours=hours, minutes=minutes)
    left = parts
    if row.get("timeout_left_time") not in (None, ""):
        fine = timedelta(milliseconds=whole(row, "timeout_left_time", 0))
        if not parts or abs(fine - parts) <= SAME_DEADLINE:
            left = fine
    if left is None:
        return None
    return (now + left + timedelta(seconds=30)).replace(second=0, microsecond=0)


def _line(row: Mapping[str, Any], position: int) -> PlatformLine:
    """A row of the list or of the detail. The list has no numbers of sub-orders: their place is taken for it
    (UNCONFIRMED), so what is declared by number asks for the detail.
    """
    warehouse = text(row, "logistics_warehouse_type") or text(row, "send_goods_operator")
    return PlatformLine(
        line_no=whole(row, "order_sort_id", position),
        child_order_id=text(row, "child_id") or text(row, "id") or text(row, "child_order_id"),
        sku=text(row, "sku_code"),
        title=text(row, "product_name"),
        quantity=whole(row, "product_count", 0),
        unit=text(row, "product_unit"),
        unit_price=fields.amount(row.get("product_unit_price")) or fields.amount(row.get("product_price")),
        status=text(row, "son_order_status") or text(row, "order_status"),
        attributes=text(row, "product_standard") or text(row, "product_attributes"),
        shipped_by_platform=warehouse in PLATFORM_WAREHOUSES,
    )

"""Trade orders on the platform: the list, and one order with its receiver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lib.aliexpress import fields
from lib.aliexpress.client import Client
from lib.aliexpress.errors import Refused, reading
from lib.aliexpress.fields import inner, pacific, text, truth, whole
from lib.aliexpress.protocol import rows
from lib.domain.money import Money
from lib.domain.orders import Receiver

#: The platform's most for one page of the order list.
PAGE_SIZE = 50
#: The two ways in which the list tells the time left may differ by this much and mean the same deadline.
SAME_DEADLINE = timedelta(minutes=2)
#: Times the list is read from the start when it changed while its pages were turned.
PASSES = 3
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
    note: str = ""
    oaid: str = ""  #: Stands for a receiver whose data is encrypted.
    cancel_reason: str = ""  #: Why the buyer asks to cancel, while IN_CANCEL.


def list_orders(client: Client, statuses: Sequence[str], *, now: datetime) -> Iterator[PlatformOrder]:
    """All orders in these states, each once, page by page.

    An order that leaves these states meanwhile moves the ones behind it to an earlier page, past the reader;
    so a list whose length changed is read again, for what was not seen yet.
    Source: aliexpress.trade.seller.orderlist.get.
    """
    seen: set[str] = set()
    for _ in range(PASSES):
        lengths: set[int] = set()
        for order in _pages(client, statuses, now, lengths):
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
        receiver=_receiver(target.get("receipt_address") or {}),
        ordered_at=pacific(target.get("gmt_create")),
        paid_at=pacific(target.get("gmt_pay_success")),
        changed_at=pacific(target.get("gmt_modified")),
        total=fields.amount(target.get("order_amount")),
        freight=fields.amount(target.get("logistics_amount")),
        buyer_name=text(target, "buyer_signer_fullname"),
        note=_notes(lines, "buyer_memo") or text(target, "memo"),
        oaid=text(target, "oaid"),
        cancel_reason=text(target, "cancel_request_reason"),
    )


@reading()
def get_receiver(client: Client, order_id: str) -> Receiver:
    """Where an order goes, with the tax number that other calls may leave out.

    Source: aliexpress.trade.redefining.findorderreceiptinfo.
    """
    answer = client.call(
        "aliexpress.trade.redefining.findorderreceiptinfo", {"param1": {"order_id": order_id}}
    )
    return _receiver(inner(answer, "result"))


def _pages(
    client: Client, statuses: Sequence[str], now: datetime, lengths: set[int]
) -> Iterator[PlatformOrder]:
    """Turn all pages once; adds the length of the list, as each page gives it, to `lengths`."""
    page, pages = 1, 1
    while page <= pages:
        pages, length, found = _page(client, statuses, page, now)
        lengths.add(length)
        yield from found
        page += 1


@reading()
def _page(
    client: Client, statuses: Sequence[str], page: int, now: datetime
) -> tuple[int, int, list[PlatformOrder]]:
    query = {"order_status_list": list(statuses), "current_page": page, "page_size": PAGE_SIZE}
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


def _receiver(row: Mapping[str, Any]) -> Receiver:
    phone = "-".join(
        part for part in (text(row, f"phone_{one}") for one in ("country", "area", "number")) if part
    )
    return Receiver(
        name=text(row, "contact_person"),
        country=text(row, "country"),
        province=text(row, "province"),
        city=text(row, "city"),
        address=_street(row),
        postcode=text(row, "zip"),
        phone=phone,
        mobile=text(row, "mobile_no"),
        # The receipt call of the older family names it cpf_no; where else it appears is UNCONFIRMED.
        tax_number=text(row, "cpf_no") or text(row, "cpf"),
    )


def _street(row: Mapping[str, Any]) -> str:
    """Street and flat; that `address2` is not part of `detail_address` already is UNCONFIRMED."""
    street, flat = text(row, "detail_address") or text(row, "address"), text(row, "address2")
    return street if flat in street else f"{street} {flat}".strip()

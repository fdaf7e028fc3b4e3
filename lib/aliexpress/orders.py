"""Trade orders on the platform: the list, and one order with its receiver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lib.aliexpress.client import Client
from lib.aliexpress.errors import Refused
from lib.aliexpress.fields import pacific, text, truth
from lib.aliexpress.protocol import listed
from lib.domain.orders import Receiver

#: The platform's most for one page of the order list.
PAGE_SIZE = 50


@dataclass(frozen=True)
class PlatformOrder:
    """An order as the order list has it."""

    order_id: str
    status: str
    ship_by_at: datetime | None
    buyer_plan_id: str | None
    buyer_service: str


@dataclass(frozen=True)
class PlatformLine:
    """A sub-order; line_no is its number within the order, from 1."""

    line_no: int
    child_order_id: str
    sku: str
    title: str
    quantity: int


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


def list_orders(client: Client, statuses: Sequence[str], *, now: datetime) -> Iterator[PlatformOrder]:
    """All orders in these states, page by page.

    Source: aliexpress.trade.seller.orderlist.get. An order that moves between pages may come twice.
    """
    page, pages = 1, 1
    while page <= pages:
        query = {"order_status_list": list(statuses), "current_page": page, "page_size": PAGE_SIZE}
        answer = client.call("aliexpress.trade.seller.orderlist.get", {"param_aeop_order_query": query})
        result = _result(answer, "result")
        pages = int(result.get("total_page") or 0)
        for row in listed(result.get("target_list")):
            yield _listed_order(row, now)
        page += 1


def get_order(client: Client, order_id: str) -> OrderDetail:
    """One order. Raises Refused when it is not this seller's.

    Source: aliexpress.trade.new.redefining.findorderbyid; its answer is in `target`.
    """
    answer = client.call("aliexpress.trade.new.redefining.findorderbyid", {"param1": {"order_id": order_id}})
    target = answer.get("target")
    if not isinstance(target, Mapping) or not target:
        raise Refused("wrong_order", text=text(answer, "error_message"))
    lines = listed(target.get("child_order_list"))
    first = lines[0] if lines else {}
    return OrderDetail(
        order_id=text(target, "id") or order_id,
        status=text(target, "order_status"),
        ship_by_at=pacific(target.get("over_time_left")),
        buyer_plan_id=text(first, "logistics_type") or None,
        buyer_service=text(first, "logistics_service_name"),
        lines=tuple(_line(row, position) for position, row in enumerate(lines, start=1)),
        receiver=_receiver(target.get("receipt_address") or {}),
    )


def _listed_order(row: Mapping[str, Any], now: datetime) -> PlatformOrder:
    lines = listed(row.get("product_list"))
    first = lines[0] if lines else {}
    return PlatformOrder(
        order_id=text(row, "order_id"),
        status=text(row, "order_status"),
        ship_by_at=_deadline(row, now),
        buyer_plan_id=text(first, "logistics_type") or None,
        buyer_service=text(first, "logistics_service_name"),
    )


def _deadline(row: Mapping[str, Any], now: datetime) -> datetime | None:
    """From the time left: milliseconds (unit UNCONFIRMED; negative is overdue), whole minutes are enough."""
    left = row.get("timeout_left_time")
    if left in (None, ""):
        return None
    at = now + timedelta(milliseconds=int(str(left)), seconds=30)
    return at.replace(second=0, microsecond=0)


def _line(row: Mapping[str, Any], position: int) -> PlatformLine:
    return PlatformLine(
        line_no=int(row.get("order_sort_id") or position),
        child_order_id=text(row, "id") or text(row, "child_order_id"),
        sku=text(row, "sku_code"),
        title=text(row, "product_name"),
        quantity=int(row.get("product_count") or 0),
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
        address=text(row, "detail_address") or text(row, "address"),
        postcode=text(row, "zip"),
        phone=phone,
        mobile=text(row, "mobile_no"),
        # The receipt call of the older family names it cpf_no; where else it appears is UNCONFIRMED.
        tax_number=text(row, "cpf_no") or text(row, "cpf"),
    )


def _result(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    result = answer.get(name)
    if not isinstance(result, Mapping) or not truth(result.get("success", True)):
        found = result if isinstance(result, Mapping) else {}
        raise Refused(text(found, "error_code"), text=text(found, "error_message"))
    return result

"""Logistics orders as the platform has them, and labels of those that have a number."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lib.aliexpress import fields
from lib.aliexpress.client import Client
from lib.aliexpress.errors import BadAnswer, Refused, reading
from lib.aliexpress.fields import text
from lib.aliexpress.plans import RETURN_SERVICE
from lib.aliexpress.protocol import rows
from lib.domain.money import Money

#: The list maximum is documented as 999; one known client caps a job at this safe size.
LABELS_AT_ONCE = 20
#: The documented page of the query; whether it takes larger ones is UNCONFIRMED.
QUERY_PAGE_SIZE = 20
#: The most of the older query, by its documentation.
ONLINE_PAGE_SIZE = 100


@dataclass(frozen=True)
class LogisticsOrder:
    """A logistics order as the platform has it."""

    logistics_order_id: str
    order_id: str
    status: str  #: As it came; see `status_code`.
    lp_number: str | None
    tracking_number: str | None
    service_code: str
    plan_id: str
    created_at: datetime | None
    services: tuple[str, ...]
    fee: Money | None
    closes_at: datetime | None = None  #: When it closes by itself if nothing is sent.
    fees: tuple[Money, ...] = ()  #: The whole fee where it is charged in several currencies.

    @property
    def returns(self) -> bool:
        """Whether undeliverable parcels come back."""
        return RETURN_SERVICE in self.services

    @property
    def status_code(self) -> str:
        """The state comparable over generations of the platform: no capitals, no underscores."""
        return self.status.replace("_", "").lower()


@reading()
def logistics_orders(client: Client, order_id: str) -> list[LogisticsOrder]:
    """All logistics orders of a trade order. Source: aliexpress.logistics.querylogisticsorderdetail.

    An answer that does not say outright that it succeeded is no answer: "there is none" leads to another
    create call, and must never be a misunderstanding.
    """
    found: list[LogisticsOrder] = []
    page, pages = 1, 1
    while page <= pages:
        answer = client.call(
            "aliexpress.logistics.querylogisticsorderdetail",
            {"trade_order_id": order_id, "current_page": page, "page_size": QUERY_PAGE_SIZE},
        )
        result = fields.inner(answer, "result")
        fields.succeeded(result, "success", answer, "error_desc")
        pages = fields.whole(result, "total_page", 1)
        found += [_logistics_order(row) for row in rows(result.get("result_list"))]
        page += 1
    return found


@reading()
def by_number(
    client: Client, *, tracking_number: str = "", lp_number: str = "", courier_number: str = ""
) -> list[LogisticsOrder]:
    """Logistics orders by a number on a parcel: ours, Cainiao's, or the courier's inside China.

    Source: aliexpress.logistics.redefining.getonlinelogisticsinfo.
    """
    asked = {
        "international_logistics_id": tracking_number,
        "logistics_order_code": lp_number,
        "china_logistics_id": courier_number,
    }
    if not any(asked.values()):
        raise fields.FieldLimit("number", "one of three", "none")
    wanted = {name: value for name, value in asked.items() if value}
    answer = client.call(
        "aliexpress.logistics.redefining.getonlinelogisticsinfo",
        wanted | {"current_page": 1, "page_size": ONLINE_PAGE_SIZE},
    )
    fields.succeeded(answer, "is_success", answer, "error_desc")
    return [_logistics_order(row) for row in rows(answer.get("result_list"))]


@reading()
def labels(client: Client, parcels: Sequence[tuple[str, str]]) -> bytes:
    """One PDF with the labels of up to 20 parcels (tracking number, logistics order id), in this order.

    Source: aliexpress.logistics.redefining.getprintinfos, whose result is JSON in a text. Raises Refused with
    code 'label_not_ready' while a number has no label.
    """
    fields.limit_range("labels at once", len(parcels), 1, LABELS_AT_ONCE)
    wanted = [
        {"international_logistics_id": number, "id": fields.number("logistics order", logistics_order_id)}
        for number, logistics_order_id in parcels
    ]
    answer = client.call(
        "aliexpress.logistics.redefining.getprintinfos",
        {"print_detail": True, "warehouse_order_query_d_t_os": wanted},
    )
    return pdf_of(answer.get("result"), text(answer, "request_id"))


@reading()
def has_unpaid_freight(client: Client) -> bool:
    """Whether freight bills are open, for which new parcels may be refused.

    Source: cainiao.global.logistics.queryorderpaystatus; where in the answer the flag stands is UNCONFIRMED.
    """
    answer = client.call("cainiao.global.logistics.queryorderpaystatus", {})
    for place in (answer, answer.get("result"), answer.get("data")):
        if isinstance(place, Mapping) and "has_not_pay_order" in place:
            return fields.truth(place["has_not_pay_order"])
    raise BadAnswer("bad_fields", text="no has_not_pay_order", request_id=text(answer, "request_id"))


def pdf_of(result: Any, request_id: str = "") -> bytes:
    """The PDF in the JSON text of a label answer. Raises Refused with code 'label_not_ready', BadAnswer."""
    printed = _printed(result)
    if not printed.get("body"):
        if "errorDesc" not in printed:
            raise BadAnswer("bad_label", text="neither a label nor a reason")
        raise Refused("label_not_ready", text=text(printed, "errorDesc"), request_id=request_id)
    return _pdf(text(printed, "body"))


def lp_number(found: Mapping[str, Any]) -> str:
    """The LP number: out_order_code on the newer call, else its digits alone (always 14: UNCONFIRMED)."""
    number = text(found, "out_order_code") or text(found, "lp_number") or text(found, "out_order_id")
    return f"LP{number.zfill(14)}" if number.isdigit() else number


def _printed(result: Any) -> Mapping[str, Any]:
    """The JSON in the text of a label answer."""
    try:
        found = json.loads(result) if isinstance(result, str) else result
    except ValueError as error:
        raise BadAnswer("bad_label", text="a label answer that is not JSON") from error
    if not isinstance(found, Mapping):
        raise BadAnswer("bad_label", text="a label answer that is not an object")
    return found


def _pdf(body: str) -> bytes:
    try:
        pdf = base64.b64decode(body)
    except (binascii.Error, ValueError) as error:
        raise BadAnswer("bad_label", text="a label that is not base64") from error
    if not pdf.startswith(b"%PDF"):  # One official sample announces a zip instead.
        raise BadAnswer("bad_label", text="a label that is not a PDF")
    return pdf


def _logistics_order(row: Mapping[str, Any]) -> LogisticsOrder:
    """A row of either query: the older one has other names for the same things."""
    listed = [fields.amount(one) for one in rows(row.get("logistics_fee_list"))]
    fees = tuple(fee for fee in listed if fee)
    return LogisticsOrder(
        logistics_order_id=text(row, "logistics_order_id") or text(row, "online_logistics_id"),
        order_id=text(row, "trade_order_id") or text(row, "order_id"),
        status=text(row, "logistics_status"),
        lp_number=lp_number(row) or None,
        tracking_number=text(row, "international_logistics_num")
        or text(row, "internationallogistics_id")
        or None,
        service_code=text(row, "international_logistics_type"),
        plan_id=text(row, "solution_code"),
        # The zone of this time is UNCONFIRMED; the other times of the family are US Pacific.
        created_at=fields.pacific(row.get("gmt_create")),
        services=tuple(text(one, "code") for one in rows(row.get("logistics_service_list"))),
        fee=fees[0] if fees else fields.amount(row.get("logistics_fee")),
        # Milliseconds: UNCONFIRMED.
        closes_at=fields.millis(row.get("close_time")),
        fees=fees,
    )

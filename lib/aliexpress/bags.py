"""Bags: parcels handed over together, with one label on the bag (the platform calls it a hand-over).

Source: cainiao.global.handover.commit, .update, .pdf.get, .cancel, .parcel.query, .content.query; names of fields
that the pages leave out are those of generated clients (github.com/bububa/opentaobao, cainiaohandover).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from lib.aliexpress import fields
from lib.aliexpress.client import Client
from lib.aliexpress.creating import COURIER_NUMBER_CHARACTERS
from lib.aliexpress.errors import BadAnswer, FieldLimit, reading
from lib.aliexpress.fields import inner, text, whole
from lib.aliexpress.protocol import rows
from lib.aliexpress.querying import pdf_of
from lib.domain.shipments import HandoverMode

PARCELS_IN_BAG = 1000
#: The page of `update` allows fewer in its list than `commit` does.
PARCELS_IN_UPDATE = 200
FAMILY = "cainiao.global.handover."
#: How a bag reaches the warehouse, on the wire.
TYPES = {
    HandoverMode.PICKUP: "cainiao_pickup",
    HandoverMode.APPLY_PICKUP: "cainiao_pickup",
    HandoverMode.SELF_POST: "self_post",
    HandoverMode.SELF_SEND: "self_send",
}
_CLIENT = re.compile(r"(ISV|SELLER)-\S+")


class Paper(IntEnum):
    """What can be printed for a bag."""

    LABEL = 1
    SHIPPING_MARK = 4
    LIST = 512


@dataclass(frozen=True)
class NewBag:
    """A bag to announce. `client` names the program: ISV-name or SELLER-name."""

    lp_numbers: tuple[str, ...]
    handover: HandoverMode
    weight_g: int
    pickup_address_id: str
    return_address_id: str
    client: str = "SELLER-shipdesk"
    courier_id: int = -1
    courier_name: str = ""
    courier_number: str = ""
    remark: str = ""
    top_user_key: str = ""


@dataclass(frozen=True)
class Bag:
    """A bag that was announced: its hand-over, and what is handed over."""

    handover_id: str
    content_id: str
    content_code: str


@dataclass(frozen=True)
class BagContent:
    """What the platform knows of a bag. Weight in g, None where it says none."""

    content_id: str
    content_code: str
    status: str
    lp_numbers: tuple[str, ...]
    weight_g: int | None


@dataclass(frozen=True)
class BaggedParcel:
    """A parcel as hand-overs know it."""

    lp_number: str
    tracking_number: str
    status: str
    content_code: str  #: The bag it is in; "" for none.


def commit(client: Client, wanted: NewBag) -> Bag:
    """Announce a bag. There is no idempotency key. Raises FieldLimit before anything is sent."""
    said = _said(wanted, PARCELS_IN_BAG)
    if wanted.handover is HandoverMode.SELF_POST:
        fields.limit_characters("domestic tracking number", wanted.courier_number, COURIER_NUMBER_CHARACTERS)
        said |= {
            "domestic_tracking_no": wanted.courier_number,
            "domestic_logistics_company_id": wanted.courier_id,
            "domestic_logistics_company": wanted.courier_name,
        }
    data = _data(client.call(FAMILY + "commit", said, write=True))
    made = Bag(
        text(data, "handover_order_id"),
        text(data, "handover_content_id"),
        text(data, "handover_content_code"),
    )
    if not made.handover_id or not made.content_id:
        raise BadAnswer("bad_fields", text="a bag without its ids")
    return made


def update(client: Client, bag: Bag, wanted: NewBag) -> None:
    """Announce a bag anew: other parcels, weight, addresses or way. Raises FieldLimit before anything is sent.

    Source: cainiao.global.handover.update, which has no field for a courier. Everything is said, since what it does
    with fields that are left out, and whether its list replaces the former one (assumed), is UNCONFIRMED.
    """
    said = _said(wanted, PARCELS_IN_UPDATE) | {
        "handover_order_id": fields.number("hand-over", bag.handover_id),
    }
    answer = client.call(FAMILY + "update", said, write=True)
    fields.succeeded(inner(answer, "result"), "success", answer, "error_msg", code="error_code")


def _said(wanted: NewBag, most: int) -> dict[str, Any]:
    fields.limit_count("parcels in a bag", len(wanted.lp_numbers), most)
    fields.limit_range("weight of a bag", wanted.weight_g, 1, 1_000_000, "g")
    if not _CLIENT.fullmatch(wanted.client):
        raise FieldLimit("client", "ISV-name or SELLER-name", "something else")
    return {
        "order_code_list": list(wanted.lp_numbers),
        "type": TYPES[wanted.handover],
        "weight": wanted.weight_g,
        "weight_unit": "g",
        "pickup_info": {"address_id": fields.number("pickup address", wanted.pickup_address_id)},
        "return_info": {"address_id": fields.number("return address", wanted.return_address_id)},
        "client": wanted.client,
        "remark": wanted.remark or None,
        "user_info": {"top_user_key": wanted.top_user_key} if wanted.top_user_key else None,
        "locale": "zh_CN",
    }


@reading()
def paper(client: Client, bag: Bag, kind: Paper = Paper.LABEL, *, program: str = "SELLER-shipdesk") -> bytes:
    """Label, shipping mark or list of a bag as a PDF; in a text, as parcels' labels are."""
    asked = {
        "handover_content_id": fields.number("bag", bag.content_id),
        "type": int(kind),
        "client": program,
        "locale": "zh_CN",
    }
    answer = client.call(FAMILY + "pdf.get", asked)
    result = inner(answer, "result")
    fields.succeeded(result, "success", answer, "error_msg", code="error_code")
    return pdf_of(result.get("data"), text(answer, "request_id"))


def cancel(client: Client, bag: Bag, *, program: str = "SELLER-shipdesk") -> None:
    """Take an announcement back; its parcels may go into another bag."""
    asked = {
        "handover_order_id": fields.number("hand-over", bag.handover_id),
        "handover_content_id": fields.number("bag", bag.content_id),
        "client": program,
        "locale": "zh_CN",
    }
    answer = client.call(FAMILY + "cancel", asked, write=True)
    fields.succeeded(inner(answer, "result"), "success", answer, "error_msg", code="error_code")


@reading()
def content(client: Client, bag: Bag, *, program: str = "SELLER-shipdesk") -> BagContent:
    """What the platform knows of a bag. How its parcels are named is UNCONFIRMED."""
    asked = {"order_code": bag.content_code, "client": program, "locale": "zh_CN"}
    data = _data(client.call(FAMILY + "content.query", asked))
    parcels = rows(data.get("parcel_order_list"))
    return BagContent(
        content_id=text(data, "handover_content_id") or bag.content_id,
        content_code=text(data, "order_code"),
        status=text(data, "status"),
        lp_numbers=tuple(text(row, "order_code") for row in parcels),
        weight_g=whole(data, "weight", 0) or None,
    )


@reading()
def parcel(
    client: Client, *, lp_number: str = "", tracking_number: str = "", program: str = "SELLER-shipdesk"
) -> BaggedParcel:
    """A parcel by one of its numbers. Raises Refused for none of this seller's."""
    if not lp_number and not tracking_number:
        raise FieldLimit("number", "one of two", "none")
    asked = {"order_code": lp_number or None, "tracking_number": tracking_number or None}
    data = _data(client.call(FAMILY + "parcel.query", asked | {"client": program, "locale": "zh_CN"}))
    return BaggedParcel(
        text(data, "order_code"),
        text(data, "tracking_number"),
        text(data, "status"),
        text(data, "handover_content_code"),
    )


def _data(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    result = inner(answer, "result")
    fields.succeeded(result, "success", answer, "error_msg", code="error_code")
    found = result.get("data")
    if not isinstance(found, Mapping):
        raise BadAnswer("bad_fields", text="no data", request_id=text(answer, "request_id"))
    return found

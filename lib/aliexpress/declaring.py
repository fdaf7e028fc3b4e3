"""Declaring parcels shipped (填写发货通知): telling the platform and the buyer, and reading what was told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lib.aliexpress import fields
from lib.aliexpress.client import Client
from lib.aliexpress.errors import BadAnswer, FieldLimit, OutcomeUnknown, Refused, reading
from lib.aliexpress.fields import text, truth
from lib.aliexpress.protocol import rows

DESCRIPTION_CHARACTERS = 512
#: The most sub-orders in one change of a declaration.
SUB_ORDERS = 20
#: Declaring errors are all code -999; their texts tell them apart. Chinese ones are documented and begin like
#: this; that `locale` brings English ones, and their wording, is UNCONFIRMED, so these are looked for by sense.
REASONS: tuple[tuple[str, str, str], ...] = (
    ("already_declared", "该交易订单已填写发货通知", r"already\b.{0,40}\b(declared|shipped|shipment|filled)"),
    ("wrong_status", "该交易订单缺少履约信息", r"(lacks?|missing|no)\b.{0,20}\bfulfil"),
    (
        "bad_tracking_number",
        "该货运跟踪号未通过物流风控审核",
        r"tracking\b.{0,60}\b(risk|format|invalid|not pass)",
    ),
    (
        "wrong_order",
        "您填写的交易订单号有误或不属于当前账号",
        r"order\b.{0,60}\b(wrong|incorrect|not belong)",
    ),
    ("internal", "系统异常", r"(system|internal)\s+(error|exception)"),
)
INTERNAL = "internal"
ALL, PART = "all", "part"


@dataclass(frozen=True)
class SubOrderParcel:
    """A parcel declared for one sub-order. `index`: its number within the order, from 1.

    One official sample shows a sub-order id instead of the number: UNCONFIRMED.
    """

    index: int
    service_key: str
    tracking_number: str
    everything: bool  #: The sub-order is shipped whole with it.
    tracking_website: str = ""  #: Needed by carriers the platform does not list.
    actual_carrier: str = ""


@dataclass(frozen=True)
class Declaration:
    """A declared parcel of a sub-order; `everything`: the sub-order is shipped whole."""

    sub_order_index: int  #: 0: the order as a whole.
    service_key: str
    tracking_number: str
    everything: bool


def declare(
    client: Client,
    order_id: str,
    *,
    service_key: str,
    tracking_number: str,
    everything: bool,
    description: str = "",
    tracking_website: str = "",
    actual_carrier: str = "",
) -> None:
    """Declare a parcel shipped: all of the order, or part of it.

    Source: aliexpress.logistics.sellershipmentfortop. That the last of several parts goes as `all` is
    UNCONFIRMED. Raises Refused with our codes already_declared, wrong_status, bad_tracking_number, wrong_order.
    """
    _check(service_key, tracking_number, description, tracking_website)
    answer = client.call(
        "aliexpress.logistics.sellershipmentfortop",
        {
            "out_ref": order_id,
            "service_name": service_key,
            "logistics_no": tracking_number,
            "send_type": ALL if everything else PART,
            "description": description,
            "tracking_website": tracking_website,
            "actual_carrier": actual_carrier,
        },
        write=True,
    )
    _accepted(answer, "result_success", answer, "result_error_code", "result_error_desc")


def declare_sub_orders(client: Client, order_id: str, parcels: Sequence[SubOrderParcel]) -> None:
    """Declare parcels of single sub-orders. Raises as `declare`.

    Source: aliexpress.logistics.order.shipment. A refusal of one entry is a refusal of the call here (whether the
    others hold is UNCONFIRMED): read `declarations` before repeating.
    """
    fields.limit_count("sub-orders", len(parcels), SUB_ORDERS)
    for one in parcels:
        _check(one.service_key, one.tracking_number, "", one.tracking_website)
    wanted = {
        "trade_order_id": fields.number("order", order_id),
        "sub_trade_order_list": [_sub_order(one) for one in parcels],
    }
    answer = client.call(
        "aliexpress.logistics.order.shipment",
        {"param_aeop_seller_shipment_sub_trade_order_request": wanted},
        write=True,
    )
    result = answer.get("result")
    found: Mapping[str, Any] = result if isinstance(result, Mapping) else {}
    _accepted(found, "success", answer, "error_code", "error_msg")
    for row in rows(found.get("sub_trade_order_list")):
        said = text(row, "error_msg")
        if said and text(row, "error_code") not in ("", "0", "1"):
            raise _reason(text(row, "error_code"), said, text(answer, "request_id"))


def modify(
    client: Client,
    order_id: str,
    *,
    old_service_key: str,
    old_tracking_number: str,
    service_key: str,
    tracking_number: str,
    everything: bool,
    tracking_website: str = "",
) -> None:
    """Change number or carrier of a declaration. Raises as `declare`.

    The platform allows few changes, and only for some days (figures UNCONFIRMED).
    Source: aliexpress.logistics.sellermodifiedshipmentfortop.
    """
    _check(old_service_key, old_tracking_number, "", "-")
    _check(service_key, tracking_number, "", tracking_website)
    answer = client.call(
        "aliexpress.logistics.sellermodifiedshipmentfortop",
        {
            "out_ref": order_id,
            "send_type": ALL if everything else PART,
            "old_service_name": old_service_key,
            "old_logistics_no": old_tracking_number,
            "new_service_name": service_key,
            "new_logistics_no": tracking_number,
            "tracking_website": tracking_website,
        },
        write=True,
    )
    _accepted(answer, "result_success", answer, "result_error_code", "result_error_desc")


def modify_sub_orders(
    client: Client,
    order_id: str,
    parcels: Sequence[SubOrderParcel],
    *,
    old_service_key: str,
    old_tracking_number: str,
) -> None:
    """The same for single sub-orders, 20 at most. Source: aliexpress.logistics.order.modifyshipment."""
    fields.limit_count("sub-orders", len(parcels), SUB_ORDERS)
    _check(old_service_key, old_tracking_number, "", "-")
    for one in parcels:
        _check(one.service_key, one.tracking_number, "", one.tracking_website)
    answer = client.call(
        "aliexpress.logistics.order.modifyshipment",
        {
            "trade_order_id": order_id,
            "old_logistics_no": old_tracking_number,
            "old_service_name": old_service_key,
            "sub_trade_order_list": [_sub_order(one) for one in parcels],
        },
        write=True,
    )
    _accepted(answer, "is_success", answer, "code_of_error", "error_msg")


@reading()
def declarations(client: Client, order_id: str) -> list[Declaration]:
    """What was declared of an order. Source: aliexpress.logistics.querysellershipmentinfo.

    An answer that does not say outright that it succeeded is no answer: "not declared" leads to another
    declaration.
    """
    answer = client.call("aliexpress.logistics.querysellershipmentinfo", {"trade_order_id": order_id})
    if "result_success" not in answer:
        raise BadAnswer("bad_fields", text="no result_success", request_id=text(answer, "request_id"))
    if not truth(answer["result_success"]):
        raise Refused("refused", text=text(answer, "error_msg"), request_id=text(answer, "request_id"))
    return [
        Declaration(
            fields.whole(sub, "sub_trade_order_index", 0),
            text(parcel, "service_name"),
            text(parcel, "logistics_no"),
            text(sub, "send_type") == ALL,
        )
        for sub in rows(answer.get("sub_trade_order_list"))
        for parcel in rows(sub.get("shipment_list"))
    ]


def reason_of(said: str) -> str:
    """Our code for the platform's words about a declaration; "" for words nobody knows."""
    for code, begins, sense in REASONS:
        if said.startswith(begins) or re.search(sense, said, re.IGNORECASE):
            return code
    return ""


def _check(service_key: str, tracking_number: str, description: str, tracking_website: str) -> None:
    for field, value in (("declared service", service_key), ("tracking number", tracking_number)):
        if not value:
            raise FieldLimit(field, "at least 1 character", "nothing")
    fields.limit_characters("description", description, DESCRIPTION_CHARACTERS, least=0)
    if not description.isascii():  # Buyers anywhere read it.
        raise FieldLimit("description", "English only", "other letters")
    if service_key.upper().startswith("OTHER") and not tracking_website:
        raise FieldLimit("tracking website", "needed for a carrier that is not listed", "nothing")


def _sub_order(one: SubOrderParcel) -> dict[str, Any]:
    fields.limit_range("sub-order number", one.index, 1, 10_000)
    parcel = {
        "logistics_no": one.tracking_number,
        "service_name": one.service_key,
        "tracking_web_site": one.tracking_website,
        "actual_carrier": one.actual_carrier,
    }
    return {
        "sub_trade_order_index": one.index,
        "send_type": ALL if one.everything else PART,
        "shipment_list": [{name: value for name, value in parcel.items() if value}],
    }


def _accepted(
    flagged: Mapping[str, Any], flag: str, answer: Mapping[str, Any], code: str, words: str
) -> None:
    """Let a declaration pass that was taken. Only a plain no is a refusal."""
    request_id = text(answer, "request_id")
    if flag not in flagged:
        raise BadAnswer("bad_fields", text=f"no {flag}", request_id=request_id)
    if not truth(flagged[flag]):
        raise _reason(text(flagged, code), text(flagged, words), request_id)


def _reason(code: str, said: str, request_id: str) -> OutcomeUnknown | Refused:
    reason = reason_of(said)
    if reason == INTERNAL:
        return OutcomeUnknown(code, text=said, request_id=request_id)
    return Refused(reason or code or "refused", text=said, request_id=request_id)

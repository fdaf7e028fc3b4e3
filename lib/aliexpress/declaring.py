"""Declaring parcels shipped (填写发货通知): telling the platform and the buyer, and reading what was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lib.aliexpress import fields
from lib.aliexpress.client import Client
from lib.aliexpress.errors import BadAnswer, FieldLimit, OutcomeUnknown, Refused, reading
from lib.aliexpress.fields import text, truth
from lib.aliexpress.protocol import rows

DESCRIPTION_CHARACTERS = 512
#: Declaring errors are all code -999; their Chinese texts tell them apart: text begins with → our code.
REFUSALS = {
    "该交易订单已填写发货通知": "already_declared",
    "该交易订单缺少履约信息": "wrong_status",
    "该货运跟踪号未通过物流风控审核": "bad_tracking_number",
    "您填写的交易订单号有误或不属于当前账号": "wrong_order",
}
INTERNAL_ERROR = "系统异常"


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
) -> None:
    """Declare a parcel shipped: all of the order, or part of it.

    Source: aliexpress.logistics.sellershipmentfortop. That the last of several parts goes as `all` is
    UNCONFIRMED. Raises Refused with our codes already_declared, wrong_status, bad_tracking_number, wrong_order.
    """
    _check(service_key, tracking_number, description)
    answer = client.call(
        "aliexpress.logistics.sellershipmentfortop",
        {
            "out_ref": order_id,
            "service_name": service_key,
            "logistics_no": tracking_number,
            "send_type": "all" if everything else "part",
            "description": description,
        },
        write=True,
    )
    if not truth(answer.get("result_success")):
        raise _not_declared(answer)


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
            text(sub, "send_type") == "all",
        )
        for sub in rows(answer.get("sub_trade_order_list"))
        for parcel in rows(sub.get("shipment_list"))
    ]


def _check(service_key: str, tracking_number: str, description: str) -> None:
    for field, value in (("declared service", service_key), ("tracking number", tracking_number)):
        if not value:
            raise FieldLimit(field, "at least 1 character", "nothing")
    fields.limit_characters("description", description, DESCRIPTION_CHARACTERS, least=0)
    if not description.isascii():  # Buyers anywhere read it.
        raise FieldLimit("description", "English only", "other letters")


def _not_declared(answer: Mapping[str, Any]) -> OutcomeUnknown | Refused:
    said, request_id = text(answer, "result_error_desc"), text(answer, "request_id")
    if "result_success" not in answer:
        return BadAnswer("bad_fields", text="no result_success", request_id=request_id)
    if said.startswith(INTERNAL_ERROR):
        return OutcomeUnknown(text(answer, "result_error_code"), text=said, request_id=request_id)
    code = next((code for begins, code in REFUSALS.items() if said.startswith(begins)), "")
    return Refused(code or text(answer, "result_error_code") or "refused", text=said, request_id=request_id)

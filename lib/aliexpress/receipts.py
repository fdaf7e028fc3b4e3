"""Where an order goes: the receipt address, and how to read one whose personal fields come masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lib.aliexpress import fields
from lib.aliexpress.client import Client
from lib.aliexpress.errors import BadAnswer, Refused, reading
from lib.aliexpress.fields import text
from lib.domain.orders import Receiver


@reading()
def receiver_of(client: Client, order_id: str) -> tuple[Receiver, str]:
    """Receiver and oaid of an order ("" when nothing is encrypted). Personal fields may come masked.

    Source: aliexpress.trade.redefining.findorderreceiptinfo, which alone has the tax number.
    """
    wanted = {"param1": {"order_id": fields.number("order", order_id)}}
    answer = client.call("aliexpress.trade.redefining.findorderreceiptinfo", wanted)
    result = fields.inner(answer, "result")
    return receiver(result), text(result, "oaid")


@reading()
def decrypted(client: Client, order_id: str, oaid: str) -> Receiver:
    """The receiver behind an oaid. Source: aliexpress.trade.seller.order.decrypt.

    That its fields are named as in the receipt, and which `result_code` is a success, is UNCONFIRMED: an answer
    with a receiver is one.
    """
    wanted = {"orderId": fields.number("order", order_id), "oaid": oaid}
    answer = client.call("aliexpress.trade.seller.order.decrypt", wanted)
    found = answer.get("result_obj")
    if isinstance(found, Mapping) and found:
        return receiver(found)
    code = text(answer, "result_code")
    if not code:
        raise BadAnswer("bad_fields", text="no result_obj", request_id=text(answer, "request_id"))
    raise Refused(code, text=text(answer, "result_info"), request_id=text(answer, "request_id"))


@reading()
def tax_number(client: Client, order_id: str) -> str:
    """The buyer's tax number where the country needs one, else "".

    Source: aliexpress.logistics.getwlmailingaddresssnapshotdto; what it stands in is UNCONFIRMED.
    """
    wanted = {"trade_order_id": fields.number("order", order_id)}
    answer = client.call("aliexpress.logistics.getwlmailingaddresssnapshotdto", wanted)
    places = [answer, *(one for one in answer.values() if isinstance(one, Mapping))]
    numbers = (text(place, name) for place in places for name in ("cpf", "rut_no"))
    return next((number for number in numbers if number), "")


def receiver(row: Mapping[str, Any]) -> Receiver:
    """A receipt address as one of ours."""
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

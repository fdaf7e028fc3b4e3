"""Online shipping on the platform: plans, logistics orders, labels."""

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
from lib.aliexpress.errors import BadAnswer, FieldLimit, OutcomeUnknown, Refused, reading
from lib.aliexpress.fields import text, truth
from lib.aliexpress.protocol import rows
from lib.domain import products
from lib.domain.money import Money
from lib.domain.orders import RECEIVER_BYTES, Receiver
from lib.domain.shipments import Decision

#: Undeliverable decision on the wire.
DECISIONS = {Decision.RETURN: 0, Decision.DESTROY: 1}
#: The list maximum is documented as 999; one known client caps a job at this safe size.
LABELS_AT_ONCE = 20
#: The documented page of the query; whether it takes larger ones is UNCONFIRMED.
QUERY_PAGE_SIZE = 20
#: A domestic courier that is not on the platform's list; then its name counts.
OTHER_COMPANY = -1
#: So begin texts that say the platform failed, not the request (documented for declaring, UNCONFIRMED here).
INTERNAL_ERROR = "系统异常"
#: The service a logistics order has when undeliverable parcels come back (reading UNCONFIRMED).
RETURN_SERVICE = "UNREACHABLE_RETURN"


@dataclass(frozen=True)
class OfferedPlan:
    """A plan the platform offers for an order. service_code = plan + warehouse; it is what create wants."""

    service_code: str
    plan_id: str
    warehouse_code: str
    name: str
    warehouse_name: str
    delivery_address: str
    price: Money | None
    days_min: int | None
    days_max: int | None


@dataclass(frozen=True)
class DeclaredGoods:
    """One kind of goods in a parcel, for customs. Value and weight are of one piece."""

    name_zh: str
    name_en: str
    quantity: int
    value_minor_usd: int
    weight_g: int
    hs_code: str = ""
    battery: bool = False
    only_battery: bool = False
    special: bool = False
    child_order_id: str | None = None
    product_id: str = "0"


@dataclass(frozen=True)
class NewShipment:
    """A parcel to create a logistics order for."""

    order_id: str
    service_code: str
    receiver: Receiver
    sender_address_id: str
    refund_address_id: str | None
    pickup_address_id: str | None  #: Present: collected at the seller's door.
    undeliverable: Decision
    courier_id: int  #: -1: other, then the name counts.
    courier_name: str
    courier_number: str
    goods: tuple[DeclaredGoods, ...]


@dataclass(frozen=True)
class Created:
    """What a create call brought; the tracking number is often missing at first."""

    logistics_order_id: str
    lp_number: str | None
    tracking_number: str | None


@dataclass(frozen=True)
class LogisticsOrder:
    """A logistics order as the platform has it."""

    logistics_order_id: str
    order_id: str
    status: str
    lp_number: str | None
    tracking_number: str | None
    service_code: str
    plan_id: str
    created_at: datetime | None
    services: tuple[str, ...]
    fee: Money | None

    @property
    def returns(self) -> bool:
        """Whether undeliverable parcels come back."""
        return RETURN_SERVICE in self.services


@reading()
def plans(
    client: Client,
    order_id: str,
    *,
    weight_g: int | None = None,
    length_mm: int | None = None,
    width_mm: int | None = None,
    height_mm: int | None = None,
    locale: str = "zh_CN",
) -> list[OfferedPlan]:
    """The plans the platform offers for an order; none when it is too big or heavy, or shipped already.

    Source: aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid.
    """
    answer = client.call(
        "aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid",
        {
            "order_id": order_id,
            "goods_weight": fields.decimal(weight_g, 3) if weight_g else None,
            "goods_length": _centimetres(length_mm),
            "goods_width": _centimetres(width_mm),
            "goods_height": _centimetres(height_mm),
            "locale": locale,
        },
    )
    if not truth(answer.get("is_success")):
        raise _no(answer, "is_success", answer, "error_desc")
    return [_offered(row) for row in rows(answer.get("result_list"))]


def create(client: Client, wanted: NewShipment) -> Created:
    """Create a logistics order. There is no idempotency key: a repeat makes a second one.

    Source: aliexpress.logistics.createwarehouseorder. Raises FieldLimit before anything is sent.
    """
    check(wanted)
    answer = client.call(
        "aliexpress.logistics.createwarehouseorder",
        {
            "trade_order_id": wanted.order_id,
            "trade_order_from": "ESCROW",
            "warehouse_carrier_service": wanted.service_code,
            "undeliverable_decision": DECISIONS[wanted.undeliverable],
            "domestic_logistics_company_id": wanted.courier_id,
            "domestic_logistics_company": wanted.courier_name,
            "domestic_tracking_no": wanted.courier_number,
            "package_num": 1,
            "declare_product_d_t_os": [_declared(one) for one in wanted.goods],
            "address_d_t_os": _addresses(wanted),
        },
        write=True,
    )
    return _created(answer)


def check(wanted: NewShipment) -> None:
    """Check a new shipment against the platform's field limits. Raises FieldLimit, never with the value."""
    for name, most in RECEIVER_BYTES.items():
        least = 1 if name in ("name", "address") else 0
        fields.limit_bytes(f"receiver {name}", getattr(wanted.receiver, name), most, least=least)
    if not wanted.receiver.phone and not wanted.receiver.mobile:
        raise FieldLimit("receiver phone", "phone or mobile", "neither")
    if len(wanted.receiver.country) != 2:
        raise FieldLimit("receiver country", "2 letters", f"{len(wanted.receiver.country)} characters")
    fields.number("sender address", wanted.sender_address_id)
    if wanted.undeliverable is Decision.RETURN and not wanted.refund_address_id:
        raise FieldLimit("refund address", "needed for a return", "nothing")
    if wanted.courier_id == OTHER_COMPANY and not wanted.courier_name:
        raise FieldLimit("domestic courier", "a name", "nothing")
    fields.limit_characters("domestic tracking number", wanted.courier_number, 32)
    fields.limit_range("declared rows", len(wanted.goods), 1, products.DECLARED_ROWS)
    for one in wanted.goods:
        fields.limit_characters("declared name (Chinese)", one.name_zh, products.DECLARED_NAME_ZH_CHARACTERS)
        fields.limit_characters("declared name (English)", one.name_en, products.DECLARED_NAME_EN_CHARACTERS)
        fields.limit_range("declared quantity", one.quantity, *products.DECLARED_COUNT)
        fields.limit_range("declared value", one.value_minor_usd, *products.DECLARED_USD_MINOR, "US cents")
        fields.limit_range("declared weight", one.weight_g, *products.DECLARED_WEIGHT_G, "g")


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
        if not truth(result.get("success")):
            raise _no(result, "success", answer, "error_desc")
        pages = fields.whole(result, "total_page", 1)
        found += [_logistics_order(row) for row in rows(result.get("result_list"))]
        page += 1
    return found


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
    printed = _printed(answer.get("result"))
    if not printed.get("body"):
        if "errorDesc" not in printed:
            raise BadAnswer("bad_label", text="neither a label nor a reason")
        raise Refused(
            "label_not_ready", text=text(printed, "errorDesc"), request_id=text(answer, "request_id")
        )
    return _pdf(text(printed, "body"))


def _created(answer: dict[str, Any]) -> Created:
    """What a create call made. Only an answer that says no, and names no logistics order, is a refusal."""
    found = answer.get("result")
    result: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    flags = [one[name] for one, name in ((answer, "result_success"), (result, "success")) if name in one]
    accepted, made = bool(flags) and all(truth(flag) for flag in flags), text(result, "warehouse_order_id")
    request_id, said = text(answer, "request_id"), text(result, "error_desc") or text(answer, "error_desc")
    if accepted and made:
        return Created(made, _lp_number(result) or None, text(result, "intl_tracking_no") or None)
    if accepted or made or not flags:
        raise BadAnswer("bad_fields", text="flags and logistics order disagree", request_id=request_id)
    if said.startswith(INTERNAL_ERROR):
        raise OutcomeUnknown(text(result, "error_code"), text=said, request_id=request_id)
    raise Refused(text(result, "error_code") or "refused", text=said, request_id=request_id)


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


def _no(flagged: Mapping[str, Any], flag: str, answer: Mapping[str, Any], words: str) -> Exception:
    """The error of an answer without success: a refusal when it says so, nonsense when the flag is missing.

    The flag decides, not the words: a text such as `OK` comes with successes too.
    """
    request_id = text(answer, "request_id")
    if flag not in flagged:
        return BadAnswer("bad_fields", text=f"no {flag}", request_id=request_id)
    return Refused("refused", text=text(flagged, words), request_id=request_id)


def _centimetres(length_mm: int | None) -> int | None:
    """Whole centimetres, rounded up: a plan must not be offered for a parcel that is a little too long."""
    return -(-length_mm // 10) if length_mm else None


def _offered(row: Mapping[str, Any]) -> OfferedPlan:
    code = text(row, "logistics_service_id")
    # The code is the solution's and the warehouse's, joined by the last underscore (UNCONFIRMED for codes
    # whose warehouse part has an underscore of its own; none is known).
    plan_id, _, warehouse_code = code.rpartition("_")
    days_min, days_max = fields.days(row.get("logistics_timeliness"))
    return OfferedPlan(
        service_code=code,
        plan_id=plan_id or code,
        warehouse_code=warehouse_code,
        name=text(row, "logistics_service_name"),
        warehouse_name=text(row, "warehouse_name"),
        delivery_address=text(row, "delivery_address"),
        price=fields.price(row.get("trial_result")),
        days_min=days_min,
        days_max=days_max,
    )


def _declared(one: DeclaredGoods) -> dict[str, Any]:
    """Amount and weight as those of one piece in US dollars (both UNCONFIRMED)."""
    return {
        "product_id": fields.number("product", one.product_id),
        "category_cn_desc": one.name_zh,
        "category_en_desc": one.name_en,
        "product_num": one.quantity,
        "product_declare_amount": fields.decimal(one.value_minor_usd, 2),
        "product_weight": fields.decimal(one.weight_g, 3),
        "contains_battery": one.battery,
        "only_battery": one.only_battery,
        "aneroid_markup": False,
        "contains_special_goods": one.special,
        **({"hs_code": one.hs_code} if one.hs_code else {}),
        **({"child_order_id": fields.number("sub-order", one.child_order_id)} if one.child_order_id else {}),
    }


def _addresses(wanted: NewShipment) -> dict[str, Any]:
    receiver = wanted.receiver
    filled = {
        "name": receiver.name,
        "country": receiver.country,
        "province": receiver.province,
        "city": receiver.city,
        "street_address": receiver.address,
        "post_code": receiver.postcode,
        "phone": receiver.phone,
        "mobile": receiver.mobile,
    }
    roles = {
        "sender": wanted.sender_address_id,
        "refund": wanted.refund_address_id,
        "pickup": wanted.pickup_address_id,
    }
    ids = {role: fields.number(f"{role} address", address) for role, address in roles.items() if address}
    return {role: {"address_id": address} for role, address in ids.items()} | {
        "receiver": {name: value for name, value in filled.items() if value}
    }


def _logistics_order(row: Mapping[str, Any]) -> LogisticsOrder:
    fees = [fields.amount(one) for one in rows(row.get("logistics_fee_list"))]
    return LogisticsOrder(
        logistics_order_id=text(row, "logistics_order_id"),
        order_id=text(row, "trade_order_id"),
        status=text(row, "logistics_status"),
        lp_number=text(row, "out_order_code") or None,
        tracking_number=text(row, "international_logistics_num") or None,
        service_code=text(row, "international_logistics_type"),
        plan_id=text(row, "solution_code"),
        # The zone of this time is UNCONFIRMED; the other times of the family are US Pacific.
        created_at=fields.pacific(row.get("gmt_create")),
        services=tuple(text(one, "code") for one in rows(row.get("logistics_service_list"))),
        fee=next((fee for fee in fees if fee), fields.amount(row.get("logistics_fee"))),
    )


def _lp_number(found: Mapping[str, Any]) -> str:
    """The LP number: out_order_code on the newer call, on this one its digits alone (always 14: UNCONFIRMED)."""
    number = text(found, "out_order_code") or text(found, "out_order_id")
    return f"LP{number.zfill(14)}" if number.isdigit() else number

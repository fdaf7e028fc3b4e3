"""Online shipping on the platform: plans, logistics orders, labels, declarations."""

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
from lib.aliexpress.errors import BadAnswer, FieldLimit, OutcomeUnknown, Refused
from lib.aliexpress.fields import text, truth
from lib.aliexpress.protocol import listed
from lib.domain import products
from lib.domain.money import Money
from lib.domain.orders import RECEIVER_BYTES, Receiver
from lib.domain.shipments import Decision

#: Undeliverable decision on the wire.
DECISIONS = {Decision.RETURN: 0, Decision.DESTROY: 1}
#: The list maximum is documented as 999; one known client caps a job at this safe size.
LABELS_AT_ONCE = 20
#: The service a logistics order has when undeliverable parcels come back (reading UNCONFIRMED).
RETURN_SERVICE = "UNREACHABLE_RETURN"
#: Declaring errors are all code -999; their Chinese texts tell them apart: text begins with → our code.
DECLARE_REFUSALS = {
    "该交易订单已填写发货通知": "already_declared",
    "该交易订单缺少履约信息": "wrong_status",
    "该货运跟踪号未通过物流风控审核": "bad_tracking_number",
    "您填写的交易订单号有误或不属于当前账号": "wrong_order",
}
INTERNAL_ERROR = "系统异常"


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


@dataclass(frozen=True)
class Declaration:
    """A declared parcel of a sub-order; `everything`: the sub-order is shipped whole."""

    sub_order_index: int
    service_key: str
    tracking_number: str
    everything: bool


def plans(
    client: Client, order_id: str, *, weight_g: int | None = None, locale: str = "zh_CN"
) -> list[OfferedPlan]:
    """The plans the platform offers for an order; none when it is too heavy or shipped already.

    Source: aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid.
    """
    answer = client.call(
        "aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid",
        {
            "order_id": order_id,
            "goods_weight": fields.decimal(weight_g, 3) if weight_g else None,
            "locale": locale,
        },
    )
    _accepted(answer, "is_success", "error_desc")
    return [_offered(row) for row in listed(answer.get("result_list"))]


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
    result = answer.get("result")
    found = result if isinstance(result, Mapping) else {}
    if not truth(answer.get("result_success", True)) or not truth(found.get("success")):
        raise Refused(
            text(found, "error_code"),
            text=text(found, "error_desc") or text(answer, "error_desc"),
            request_id=text(answer, "request_id"),
        )
    if not found.get("warehouse_order_id"):
        raise BadAnswer("no_logistics_order", text="success without a logistics order")
    return Created(
        text(found, "warehouse_order_id"),
        _lp_number(found) or None,
        text(found, "intl_tracking_no") or None,
    )


def check(wanted: NewShipment) -> None:
    """Check a new shipment against the platform's field limits. Raises FieldLimit, never with the value."""
    for name, most in RECEIVER_BYTES.items():
        least = 1 if name in ("name", "address") else 0
        fields.limit_bytes(f"receiver {name}", getattr(wanted.receiver, name), most, least=least)
    if not wanted.receiver.phone and not wanted.receiver.mobile:
        raise FieldLimit("receiver phone", "phone or mobile", "neither")
    fields.limit_characters("domestic tracking number", wanted.courier_number, 32)
    fields.limit_range("declared rows", len(wanted.goods), 1, products.DECLARED_ROWS)
    for one in wanted.goods:
        fields.limit_characters("declared name (Chinese)", one.name_zh, products.DECLARED_NAME_ZH_CHARACTERS)
        fields.limit_characters("declared name (English)", one.name_en, products.DECLARED_NAME_EN_CHARACTERS)
        fields.limit_range("declared quantity", one.quantity, *products.DECLARED_COUNT)
        fields.limit_range("declared value", one.value_minor_usd, *products.DECLARED_USD_MINOR, "US cents")
        fields.limit_range("declared weight", one.weight_g, *products.DECLARED_WEIGHT_G, "g")


def logistics_orders(client: Client, order_id: str) -> list[LogisticsOrder]:
    """All logistics orders of a trade order. Source: aliexpress.logistics.querylogisticsorderdetail."""
    found: list[LogisticsOrder] = []
    page, pages = 1, 1
    while page <= pages:
        answer = client.call(
            "aliexpress.logistics.querylogisticsorderdetail",
            {"trade_order_id": order_id, "current_page": page, "page_size": 50},
        )
        result = answer.get("result")
        rows = result if isinstance(result, Mapping) else {}
        _accepted(rows, "success", "error_desc")
        pages = int(rows.get("total_page") or 1)
        found += [_logistics_order(row) for row in listed(rows.get("result_list"))]
        page += 1
    return found


def labels(client: Client, parcels: Sequence[tuple[str, str]]) -> bytes:
    """One PDF with the labels of up to 20 parcels (tracking number, logistics order id), in this order.

    Source: aliexpress.logistics.redefining.getprintinfos, whose result is JSON in a text. Raises Refused with
    code 'label_not_ready' while a number has no label.
    """
    fields.limit_range("labels at once", len(parcels), 1, LABELS_AT_ONCE)
    wanted = [{"international_logistics_id": number, "id": int(one)} for number, one in parcels]
    answer = client.call(
        "aliexpress.logistics.redefining.getprintinfos",
        {"print_detail": True, "warehouse_order_query_d_t_os": wanted},
    )
    try:
        inner = json.loads(text(answer, "result"))
    except ValueError as error:
        raise BadAnswer("bad_label", text="a label answer that is not JSON") from error
    if not inner.get("body"):
        raise Refused("label_not_ready", text=text(inner, "errorDesc"))
    try:
        pdf = base64.b64decode(inner["body"], validate=False)
    except (binascii.Error, ValueError) as error:
        raise BadAnswer("bad_label", text="a label that is not base64") from error
    if not pdf.startswith(b"%PDF"):  # One official sample announces a zip instead.
        raise BadAnswer("bad_label", text="a label that is not a PDF")
    return pdf


def declare(
    client: Client,
    order_id: str,
    *,
    service_key: str,
    tracking_number: str,
    everything: bool,
    description: str = "",
) -> None:
    """Declare a parcel shipped (填写发货通知): all of the order, or part of it.

    Source: aliexpress.logistics.sellershipmentfortop. That the last of several parts goes as `all` is
    UNCONFIRMED. Raises Refused with our codes already_declared, wrong_status, bad_tracking_number, wrong_order.
    """
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
    if truth(answer.get("result_success")):
        return
    said = text(answer, "result_error_desc")
    if said.startswith(INTERNAL_ERROR):
        raise OutcomeUnknown(text(answer, "result_error_code"), text=said)
    code = next((code for begins, code in DECLARE_REFUSALS.items() if said.startswith(begins)), "")
    raise Refused(code or text(answer, "result_error_code"), text=said, request_id=text(answer, "request_id"))


def declarations(client: Client, order_id: str) -> list[Declaration]:
    """What was declared of an order. Source: aliexpress.logistics.querysellershipmentinfo."""
    answer = client.call("aliexpress.logistics.querysellershipmentinfo", {"trade_order_id": order_id})
    _accepted(answer, "result_success", "error_msg")
    return [
        Declaration(
            int(sub.get("sub_trade_order_index") or 0),
            text(shipment, "service_name"),
            text(shipment, "logistics_no"),
            text(sub, "send_type") == "all",
        )
        for sub in listed(answer.get("sub_trade_order_list"))
        for shipment in listed(sub.get("shipment_list"))
    ]


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
        "product_id": int(one.product_id),
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
        **({"child_order_id": int(one.child_order_id)} if one.child_order_id else {}),
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
    return {role: {"address_id": int(one)} for role, one in roles.items() if one} | {
        "receiver": {name: value for name, value in filled.items() if value}
    }


def _logistics_order(row: Mapping[str, Any]) -> LogisticsOrder:
    fees = [fields.amount(one) for one in listed(row.get("logistics_fee_list"))]
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
        services=tuple(text(one, "code") for one in listed(row.get("logistics_service_list"))),
        fee=next((fee for fee in fees if fee), fields.amount(row.get("logistics_fee"))),
    )


def _lp_number(found: Mapping[str, Any]) -> str:
    """The LP number: out_order_code on the newer call, the bare number of it on this one."""
    number = text(found, "out_order_code") or text(found, "out_order_id")
    return f"LP{number.zfill(14)}" if number.isdigit() else number


def _accepted(answer: Mapping[str, Any], flag: str, words: str) -> None:
    """Decide by the flag: a text such as `OK` comes with successes too. Raises Refused."""
    if not truth(answer.get(flag, True)):
        raise Refused("refused", text=text(answer, words), request_id=text(answer, "request_id"))

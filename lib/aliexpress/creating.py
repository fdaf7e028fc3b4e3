"""Creating logistics orders: the call that must never be made twice for one parcel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lib.aliexpress import fields
from lib.aliexpress.client import Client
from lib.aliexpress.errors import BadAnswer, FieldLimit, OutcomeUnknown, Refused
from lib.aliexpress.fields import text, truth
from lib.aliexpress.querying import lp_number
from lib.domain import products
from lib.domain.money import Money
from lib.domain.orders import RECEIVER_BYTES, Receiver
from lib.domain.shipments import Decision, HandoverMode

OLDER = "aliexpress.logistics.createwarehouseorder"
CURRENT = "aliexpress.logistics.order.createorder"
#: Undeliverable decision on the wire.
DECISIONS = {Decision.RETURN: 0, Decision.DESTROY: 1}
#: How a parcel reaches the warehouse, on the wire. A pickup that is applied for is a pickup there.
PICKUP_TYPES = {
    HandoverMode.PICKUP: "DOOR_PICKUP",
    HandoverMode.APPLY_PICKUP: "DOOR_PICKUP",
    HandoverMode.SELF_POST: "SELF_POST",
    HandoverMode.SELF_SEND: "SELF_SEND",
}
#: A domestic courier that is not on the platform's list; then its name counts.
OTHER_COMPANY = -1
#: So begin texts that say the platform failed, not the request (documented for declaring, UNCONFIRMED here).
INTERNAL_ERROR = "系统异常"
POSTCODE_BYTES, TOP_USER_KEY_CHARACTERS, COURIER_NUMBER_CHARACTERS = 20, 16, 32


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
    cosmetics: bool = False  #: Not liquid.
    breakable: bool = False
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
    handover: HandoverMode | None = None  #: Said on the current call only; the older one infers it.
    package_count: int = 1
    insured: Money | None = None
    insure_return: bool = False
    oaid: str = ""  #: Stands for a receiver whose data is encrypted; on the current call only.
    top_user_key: str = ""


@dataclass(frozen=True)
class Created:
    """What a create call brought; the tracking number is often missing at first."""

    logistics_order_id: str
    lp_number: str | None
    tracking_number: str | None


def create(client: Client, wanted: NewShipment) -> Created:
    """Create a logistics order. There is no idempotency key: a repeat makes a second one.

    Source: aliexpress.logistics.createwarehouseorder. Raises FieldLimit before anything is sent.
    """
    check(wanted)
    said = _common(wanted) | {
        "domestic_logistics_company_id": wanted.courier_id,
        "domestic_logistics_company": wanted.courier_name,
        "domestic_tracking_no": wanted.courier_number,
    }
    return _created(client.call(OLDER, said, write=True))


def create_current(client: Client, wanted: NewShipment) -> Created:
    """As `create`, by the current call, which is told how the parcel reaches the warehouse (`handover`).

    Then the courier is said only where one carries it. Source: aliexpress.logistics.order.createorder.
    """
    check(wanted)
    if wanted.handover is None:
        raise FieldLimit("hand-over mode", "pickup, self-post or self-send", "nothing")
    pickup_type = PICKUP_TYPES[wanted.handover]
    if (pickup_type == "DOOR_PICKUP") != bool(wanted.pickup_address_id):
        raise FieldLimit("pickup address", "with a pickup, and only then", "the other way round")
    said = _common(wanted) | {"pickup_type": pickup_type, "oaid": wanted.oaid or None}
    if pickup_type == "SELF_POST" and wanted.courier_number:
        said |= {
            "domestic_logistics_company_id": wanted.courier_id,
            "domestic_logistics_company": wanted.courier_name,
            "domestic_tracking_no": wanted.courier_number,
        }
    return _created(client.call(CURRENT, said, write=True))


def check(wanted: NewShipment) -> None:
    """Check a new shipment against the platform's field limits. Raises FieldLimit, never with the value."""
    for name, most in RECEIVER_BYTES.items():
        least = 1 if name in ("name", "address") else 0
        fields.limit_bytes(f"receiver {name}", getattr(wanted.receiver, name), most, least=least)
    if not wanted.receiver.phone and not wanted.receiver.mobile:
        raise FieldLimit("receiver phone", "phone or mobile", "neither")
    if len(wanted.receiver.country) != 2:
        raise FieldLimit("receiver country", "2 letters", f"{len(wanted.receiver.country)} characters")
    fields.limit_bytes("receiver postcode", wanted.receiver.postcode, POSTCODE_BYTES)
    fields.number("order", wanted.order_id)
    fields.limit_characters("plan", wanted.service_code, 128)
    fields.number("sender address", wanted.sender_address_id)
    if wanted.undeliverable is Decision.RETURN and not wanted.refund_address_id:
        raise FieldLimit("refund address", "needed for a return", "nothing")
    if wanted.courier_id == OTHER_COMPANY and not wanted.courier_name:
        raise FieldLimit("domestic courier", "a name", "nothing")
    least = 1 if wanted.handover is None else 0  # The current call does without, until there is one.
    fields.limit_characters(
        "domestic tracking number", wanted.courier_number, COURIER_NUMBER_CHARACTERS, least=least
    )
    fields.limit_characters("vendor's user id", wanted.top_user_key, TOP_USER_KEY_CHARACTERS, least=0)
    fields.limit_range("packages", wanted.package_count, 1, 999)
    fields.limit_range("declared rows", len(wanted.goods), 1, products.DECLARED_ROWS)
    for one in wanted.goods:
        fields.limit_characters("declared name (Chinese)", one.name_zh, products.DECLARED_NAME_ZH_CHARACTERS)
        fields.limit_characters("declared name (English)", one.name_en, products.DECLARED_NAME_EN_CHARACTERS)
        fields.limit_range("declared quantity", one.quantity, *products.DECLARED_COUNT)
        fields.limit_range("declared value", one.value_minor_usd, *products.DECLARED_USD_MINOR, "US cents")
        fields.limit_range("declared weight", one.weight_g, *products.DECLARED_WEIGHT_G, "g")


def _created(answer: dict[str, Any]) -> Created:
    """What a create call made. Only an answer that says no, and names no logistics order, is a refusal."""
    found = answer.get("result")
    result: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    flags = [one[name] for one, name in ((answer, "result_success"), (result, "success")) if name in one]
    accepted, made = bool(flags) and all(truth(flag) for flag in flags), text(result, "warehouse_order_id")
    request_id, said = text(answer, "request_id"), text(result, "error_desc") or text(answer, "error_desc")
    if accepted and made:
        return Created(made, lp_number(result) or None, text(result, "intl_tracking_no") or None)
    if accepted or made or not flags:
        raise BadAnswer("bad_fields", text="flags and logistics order disagree", request_id=request_id)
    if said.startswith(INTERNAL_ERROR):
        raise OutcomeUnknown(text(result, "error_code"), text=said, request_id=request_id)
    raise Refused(text(result, "error_code") or "refused", text=said, request_id=request_id)


def _common(wanted: NewShipment) -> dict[str, Any]:
    said: dict[str, Any] = {
        "trade_order_id": wanted.order_id,
        "trade_order_from": "ESCROW",
        "warehouse_carrier_service": wanted.service_code,
        # Always said: what the platform does without it is UNCONFIRMED.
        "undeliverable_decision": DECISIONS[wanted.undeliverable],
        "package_num": wanted.package_count,
        "declare_product_d_t_os": [_declared(one) for one in wanted.goods],
        "address_d_t_os": _addresses(wanted),
        "top_user_key": wanted.top_user_key or None,
    }
    if wanted.insured is not None:
        said["insurance_coverage"] = {"cent": wanted.insured.minor, "currency_code": wanted.insured.currency}
        said["is_agree_upgrade_reverse_parcel_insure"] = wanted.insure_return
    return said


def _declared(one: DeclaredGoods) -> dict[str, Any]:
    """Amount and weight as those of one piece, in US dollars (both UNCONFIRMED).

    The call has no flag for liquids; that `contains_special_goods` covers them is UNCONFIRMED.
    """
    return {
        "product_id": fields.number("product", one.product_id),
        "category_cn_desc": one.name_zh,
        "category_en_desc": one.name_en,
        "product_num": one.quantity,
        "product_declare_amount": fields.decimal(one.value_minor_usd, 2),
        "product_weight": fields.decimal(one.weight_g, 3),
        "contains_battery": one.battery,
        "only_battery": one.only_battery,
        "aneroid_markup": one.cosmetics,
        "contains_special_goods": one.special,
        **({"breakable": True} if one.breakable else {}),
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

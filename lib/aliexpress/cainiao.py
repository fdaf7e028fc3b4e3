"""The carrier's own calls (cainiao.*), where they are the only source: pickup warehouses, and bought returns.

They speak of solutions (our plans) without a warehouse, millimetres and grams, and of an undeliverable parcel's
return as a service of its own. Both families make the same kind of logistics order. Source: the API pages of
cainiao.global.*; generated clients for names of fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lib.aliexpress import fields
from lib.aliexpress.client import Client
from lib.aliexpress.creating import PICKUP_TYPES, Created, NewShipment, check
from lib.aliexpress.errors import BadAnswer, FieldLimit, OutcomeUnknown, PlatformError, Refused, reading
from lib.aliexpress.fields import text, truth
from lib.aliexpress.plans import RETURN_SERVICE, Parcel
from lib.aliexpress.protocol import rows
from lib.domain.money import Money
from lib.domain.shipments import Decision

DOOR_PICKUP = "DOOR_PICKUP"


@dataclass(frozen=True)
class Solution:
    """A plan with what it would cost; `fee_parts` add up to `fee` when the platform says so, and are not checked."""

    plan_id: str
    name: str
    fee: Money | None
    fee_parts: tuple[tuple[str, Money], ...]
    days_min: int | None
    days_max: int | None


@dataclass(frozen=True)
class Resource:
    """A warehouse that collects, or a place to bring parcels to, for one service of a plan."""

    code: str
    name: str
    address: str
    phone: str
    open_hours: str
    priority: str


@reading()
def solutions(client: Client, order_id: str, parcel: Parcel, *, locale: str = "zh_CN") -> list[Solution]:
    """The plans for an order. Source: cainiao.global.solution.inquiry.

    Fees are taken for whole numbers of the smallest unit: UNCONFIRMED.
    """
    sizes = {
        "length": parcel.length_mm,
        "width": parcel.width_mm,
        "height": parcel.height_mm,
        "weight": parcel.weight_g,
    }
    answer = client.call(
        "cainiao.global.solution.inquiry",
        {
            "trade_order_param": {"trade_order_id": fields.number("order", order_id)},
            "package_params": [{name: value for name, value in sizes.items() if value}],
            "locale": locale,
        },
    )
    result = _result(answer)
    return [_solution(row) for row in rows(result.get("usable_solution_list"))]


@reading()
def resources(
    client: Client, plan_id: str, sender_address_id: str, *, service: str = DOOR_PICKUP, locale: str = "zh_CN"
) -> list[Resource]:
    """Who collects at a sender's address for a plan, or where to bring parcels (SELF_SEND), best first.

    Source: cainiao.global.solution.service.resource.query.
    """
    answer = client.call(
        "cainiao.global.solution.service.resource.query",
        {
            "sender_param": {"seller_address_id": fields.number("sender address", sender_address_id)},
            "solution_service_res_param": {"solution_code": plan_id, "service_param": {"code": service}},
            "locale": locale,
        },
    )
    result = _result(answer)
    listed = result.get("solution_service_res_list", answer.get("solution_service_res_list"))
    return [_resource(row) for row in rows(listed)]


def create(client: Client, wanted: NewShipment, plan_id: str, warehouse_code: str = "") -> Created:
    """Create a logistics order by the carrier's own call; a return is a service that is added, or is not.

    Judged by the id that came: a real answer had an empty flag with a valid id. Its two numbers are asked for
    afterwards. Source: cainiao.global.logistic.order.create.
    """
    check(wanted)
    if wanted.handover is None:
        raise FieldLimit("hand-over mode", "pickup, self-post or self-send", "nothing")
    answer = client.call(
        "cainiao.global.logistic.order.create",
        {"order_param": _order(wanted, plan_id, warehouse_code), "locale": "zh_CN"},
        write=True,
    )
    found = answer.get("result")
    made = text(found, "logistics_order_id") if isinstance(found, Mapping) else ""
    if made:
        return Created(made, None, None)
    raise _failure(answer)


def _order(wanted: NewShipment, plan_id: str, warehouse_code: str) -> dict[str, Any]:
    address = {"seller_address_id": fields.number("sender address", wanted.sender_address_id)}
    return {
        "trade_order_param": {"trade_order_id": fields.number("order", wanted.order_id)},
        "seller_info_param": {"top_user_key": wanted.top_user_key} if wanted.top_user_key else {},
        "solution_param": {"solution_code": plan_id, "service_params": _services(wanted, warehouse_code)},
        "package_params": [{"item_params": _items(wanted)}],
        "sender_param": address,
        **_address("returner_param", wanted.refund_address_id),
        **_address("pickup_info_param", wanted.pickup_address_id),
        "receiver_param": _receiver(wanted),
    }


def _address(role: str, address_id: str | None) -> dict[str, Any]:
    return {role: {"seller_address_id": fields.number(role, address_id)}} if address_id else {}


def _services(wanted: NewShipment, warehouse_code: str) -> list[dict[str, Any]]:
    assert wanted.handover is not None  # Looked at before.
    way = PICKUP_TYPES[wanted.handover]
    told = {"warehouse_code": warehouse_code}
    if way == "SELF_POST":
        told |= {
            "express_mail_no": wanted.courier_number,
            "express_company_id": str(wanted.courier_id),
            "express_company_name": wanted.courier_name,
        }
    features = {name: value for name, value in told.items() if value}
    services: list[dict[str, Any]] = [{"code": way, "features": features}]
    if wanted.undeliverable is Decision.RETURN:
        services.append({"code": RETURN_SERVICE})
    return services


def _items(wanted: NewShipment) -> list[dict[str, Any]]:
    return [
        {
            "item_id": fields.number("product", one.product_id),
            "quantity": one.quantity,
            "english_name": one.name_en,
            "local_name": one.name_zh,
            "unit_price": one.value_minor_usd,
            "total_price": one.value_minor_usd * one.quantity,
            "currency": "USD",
            "weight": one.weight_g,
            "item_features": ["cf_has_battery" if one.battery or one.only_battery else "cf_normal"],
        }
        for one in wanted.goods
    ]


def _receiver(wanted: NewShipment) -> dict[str, Any]:
    receiver = wanted.receiver
    place = {
        "country_code": receiver.country,
        "province": receiver.province,
        "city": receiver.city,
        "detail_address": receiver.address,
        "zip_code": receiver.postcode,
    }
    said = {"name": receiver.name, "telephone": receiver.phone, "mobile_phone": receiver.mobile}
    return {name: value for name, value in said.items() if value} | {
        "address_param": {name: value for name, value in place.items() if value}
    }


def _result(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The result of an answer that does not say no; the flag stands above it or inside it."""
    found = answer.get("result")
    result: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    flags = [one[name] for one, name in ((answer, "is_success"), (result, "success")) if name in one]
    if any(not truth(flag) for flag in flags if flag != ""):
        raise _failure(answer)
    if not flags and not result:
        raise BadAnswer("bad_fields", text="no result", request_id=text(answer, "request_id"))
    return result


def _failure(answer: Mapping[str, Any]) -> PlatformError:
    """A plain no is a refusal; what asks for a repeat, or says nothing, is not."""
    request_id = text(answer, "request_id")
    places = [answer.get("error_info"), answer.get("result"), answer]
    for place in places:
        if isinstance(place, Mapping) and (text(place, "error_code") or text(place, "error_msg")):
            code, said = text(place, "error_code") or "refused", text(place, "error_msg")
            if truth(answer.get("need_retry")):
                return OutcomeUnknown(code, text=said, request_id=request_id)
            return Refused(code, text=said, request_id=request_id)
    return BadAnswer("bad_fields", text="neither an id nor a reason", request_id=request_id)


def _solution(row: Mapping[str, Any]) -> Solution:
    fees = rows(row.get("fee_list"))
    fee = fees[0] if fees else {}
    parts = [
        (text(part, "fee_detail_type"), fields.minor(part.get("fee"), part.get("fee_currency")))
        for part in rows(fee.get("fee_detail_list"))
    ]
    days_min, days_max = _days(rows(row.get("timing_list")))
    return Solution(
        plan_id=text(row, "code"),
        name=text(row, "name"),
        fee=fields.minor(fee.get("total_fee"), fee.get("currency")),
        fee_parts=tuple((name, money) for name, money in parts if money is not None),
        days_min=days_min,
        days_max=days_max,
    )


def _days(timings: Sequence[Mapping[str, Any]]) -> tuple[int | None, int | None]:
    """The promise where there is one, else the estimate; unit of the numbers UNCONFIRMED, the text has it."""
    ranked = sorted(timings, key=lambda one: text(one, "timing_type") != "PROMISE")
    for one in ranked:
        found = fields.days(one.get("display_text"))
        if found != (None, None):
            return found
    return (None, None)


def _resource(row: Mapping[str, Any]) -> Resource:
    return Resource(
        code=text(row, "code"),
        name=text(row, "name"),
        address=text(row, "address"),
        phone=text(row, "contact_telephone"),
        open_hours=text(row, "work_time_tips"),
        priority=text(row, "priority"),
    )

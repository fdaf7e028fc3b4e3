"""The newer family of calls: plans, hand-over places and logistics orders, in millimetres and grams.

Field names as in the API metadata published in github.com/bububa/opentaobao (cainiaohandover).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lib.sandbox import reference
from lib.sandbox.answers import Rows
from lib.sandbox.creating import PICKUP_TYPES, Wanted, address_id, make, of_order
from lib.sandbox.fields import Params, json_object, json_rows, need, number, objects, wire_id
from lib.sandbox.gateway import invalid, missing
from lib.sandbox.offers import (
    ADDRESSES,
    COMPANIES,
    NOT_YOURS,
    USUAL_WEIGHT_G,
    Offer,
    offers_for,
    recommendation,
)
from lib.sandbox.shop import Shop

#: Refusals of these calls carry a code; which ones is not published.
CODE = "LOGISTICS_ORDER_ERROR"
SIDES = ("length", "width", "height")
RETURN_SERVICE = "UNREACHABLE_RETURN"
CREATE = "cainiao.global.logistic.order.create"


def inquiry(shop: Shop, params: Params) -> dict[str, Any]:
    """cainiao.global.solution.inquiry"""
    order = shop.orders.get(need(json_object(params, "trade_order_param"), "trade_order_id"))
    packages = json_rows(params, "package_params") if params.get("package_params") else []
    if order is None:
        return {"is_success": False, "error_info": {"error_code": CODE, "error_msg": NOT_YOURS}}
    weight_g, sides_mm = _parcel(packages)
    found = offers_for(shop, order, weight_g or USUAL_WEIGHT_G, sides_mm)
    rows = [_solution(one, params.get("locale", "")) for one in found]
    return {"is_success": True, "result": {"usable_solution_list": Rows("open_solution_dto", rows)}}


def resources(shop: Shop, params: Params) -> dict[str, Any]:
    """cainiao.global.solution.service.resource.query: where a plan takes parcels in, or collects from."""
    wanted = json_object(params, "solution_service_res_param")
    service = wanted.get("service_param")
    code = need(service if isinstance(service, dict) else {}, "code")
    if code not in PICKUP_TYPES:
        raise invalid("service_param", " or ".join(PICKUP_TYPES))
    sender = json_object(params, "sender_param") if params.get("sender_param") else {}
    city = _city(str(sender.get("seller_address_id") or ""))
    solution = str(wanted.get("solution_code") or "")
    plans = [plan for plan in reference.plans().values() if solution in ("", plan.plan_id)]
    rows = [row for plan in plans for row in _places(plan, code, city)]
    found = {"solution_service_res_list": Rows("solution_service_res_dto", rows)}
    return {"result": {"is_success": True, "result": found}}


def create(shop: Shop, params: Params) -> dict[str, Any]:
    """cainiao.global.logistic.order.create: the same kind of logistics order as the older calls make."""
    made = make(shop, _read(shop, json_object(params, "order_param")))
    if isinstance(made, str):
        return {
            "is_success": "false",
            "need_retry": False,
            "error_info": {"error_code": CODE, "error_msg": made},
        }
    result = {"logistics_order_id": wire_id(made.logistics_order_id)}
    return {"is_success": "true", "need_retry": False, "result": result}


def unpaid(shop: Shop, params: Params) -> dict[str, Any]:
    """cainiao.global.logistics.queryorderpaystatus: freight is always paid here."""
    return {"result": {"success": True, "has_not_pay_order": False}}


def carriers(shop: Shop, params: Params) -> dict[str, Any]:
    """cainiao.global.logistics.carrier.querylist: codes for `actual_carrier`."""
    rows = [{"courier_code": code, "courier_name": name} for _, code, name in COMPANIES]
    return {"result": {"success": True, "data": {"courier_list": Rows("courierlist", rows)}}}


def _solution(offer: Offer, locale: str) -> dict[str, Any]:
    """Fees are whole numbers in the smallest unit (UNCONFIRMED)."""
    plan, currency, minor = offer.plan, offer.rate.currency, int(offer.fee * 100)
    detail = {
        "fee_detail_type": "normal_delivery_fee",
        "fee": minor,
        "fee_currency": currency,
        "paid_fee": 0,
        "paid_fee_currency": currency,
    }
    fee = {
        "fee_type": "POST_ESTIMATED_COST",
        "total_fee": minor,
        "currency": currency,
        "fee_detail_list": Rows("open_fee_detail_dto", [detail]),
    }
    timing = [
        {
            "timing_type": "ESTIMATE",
            "fast_timing": days[0],
            "slowest_timing": days[1],
            "display_text": f"{days[0]}-{days[1]} days",
        }
        for days in [plan.days]
        if days
    ]
    return {
        "code": plan.plan_id,
        "name": plan.name(locale),
        "recommend_index": recommendation(plan),
        "timing_list": Rows("open_timing_dto", timing),
        "fee_list": Rows("open_fee_dto", [fee]),
    }


def _city(seller_address_id: str) -> str:
    cities = {str(row[0]): row[3] for rows in ADDRESSES.values() for row in rows}
    return cities.get(seller_address_id, "")


def _places(plan: reference.Plan, service: str, city: str) -> list[dict[str, Any]]:
    """The warehouse that collects in the sender's city, if there is one; or the one to send or bring parcels to."""
    if service == "DOOR_PICKUP":
        found = [
            (row["warehouse_code"], row["warehouse_name"], row["city"])
            for row in reference.rows("pickup_coverage")
            if row["plan_id"] == plan.plan_id and row["city"] == city
        ]
    else:
        found = [(plan.warehouse_code, plan.warehouse_name, plan.address)]
    return [
        {
            "solution_code": plan.plan_id,
            "code": code,
            "name": name,
            "address": address,
            "contact_name": "仓库收货",
            "contact_telephone": "0571-00000000",
            "work_time_tips": "09:00-21:00",
            "division": "",
            "priority": str(place),
            "features": {
                "need_appointment": service == "SELF_SEND",
                "appointment_process": "",
                "pickup_work_time": "09:00-18:00",
            },
        }
        for place, (code, name, address) in enumerate(found, start=1)
    ]


def _read(shop: Shop, wanted: Mapping[str, Any]) -> Wanted:
    """Raises GatewayError for what is missing, or is not even of the right kind."""
    order = shop.orders.get(need(_part(wanted, "trade_order_param"), "trade_order_id"))
    solution = _part(wanted, "solution_param")
    code = need(solution, "solution_code")
    services = [need(one, "code") for one in objects(solution.get("service_params"), "service_params")]
    modes = [one for one in services if one in PICKUP_TYPES]
    if len(modes) != 1:
        raise invalid("service_params", f"one of {', '.join(PICKUP_TYPES)}")
    unknown = set(services) - {*PICKUP_TYPES, RETURN_SERVICE}
    if unknown:
        raise invalid("service_params", f"no service {', '.join(sorted(unknown))}")
    packages = objects(wanted.get("package_params"), "package_params")
    weight_g, sides_mm = _parcel(packages)
    items = [item for one in packages for item in objects(one.get("item_params"), "item_params")]
    roles = {"sender": "sender_param", "refund": "returner_param", "pickup": "pickup_info_param"}
    if (modes[0] == "DOOR_PICKUP") != bool(wanted.get("pickup_info_param")):
        raise invalid("pickup_info_param", "goes with DOOR_PICKUP, and only with it")
    receiver = wanted.get("receiver_param")
    return Wanted(
        method=CREATE,
        order=order,
        plan=next((plan for plan in reference.plans().values() if plan.plan_id == code), None),
        goods=[_declared(item) for item in items],
        receiver=_receiver(receiver) if isinstance(receiver, dict) else of_order(order) if order else {},
        roles={
            role: address_id({"address_id": _part(wanted, name).get("seller_address_id")}, name)
            for role, name in roles.items()
            if wanted.get(name)
        },
        decision="return" if RETURN_SERVICE in services else "destroy",
        package_num=max(1, len(packages)),
        mode=modes[0],
        sides_mm=tuple(sides_mm),
        packed_g=weight_g,
    )


def _part(wanted: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = wanted.get(name)
    if not isinstance(found, Mapping):
        raise missing(name)
    return found


def _parcel(packages: list[dict[str, Any]]) -> tuple[int, list[int]]:
    """Weight of all, and the sides of the longest."""
    weight_g = sum(int(number(one.get("weight"))) for one in packages)
    sides = [[int(number(one.get(side))) for side in SIDES] for one in packages]
    return weight_g, max(sides, key=max, default=[])


def _declared(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item in the words of the older call. Its value is in its own currency, whatever that is."""
    features = item.get("item_features")
    battery = "cf_has_battery" in (features if isinstance(features, list) else [features])
    return {
        "product_id": item.get("item_id", 0),
        "category_cn_desc": str(item.get("local_name") or "")[:20],
        "category_en_desc": str(item.get("english_name") or ""),
        "product_num": item.get("quantity"),
        "product_declare_amount": f"{number(item.get('unit_price')) / 100:.2f}",
        "product_weight": f"{number(item.get('weight')) / 1000:.3f}",
        "contains_battery": battery,
    }


def _receiver(found: Mapping[str, Any]) -> dict[str, str]:
    address = found.get("address_param")
    where: Mapping[str, Any] = address if isinstance(address, Mapping) else {}
    ours = {
        "name": found.get("name"),
        "phone": found.get("telephone"),
        "mobile": found.get("mobile_phone"),
        "email": found.get("email"),
        "country": where.get("country_code"),
        "province": where.get("province"),
        "city": where.get("city"),
        "county": where.get("district"),
        "street": where.get("street"),
        "street_address": where.get("detail_address"),
        "post_code": where.get("zip_code"),
    }
    return {name: str(value or "") for name, value in ours.items()}

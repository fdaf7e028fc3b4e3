"""What the platform offers before anything is created: plans, the seller's addresses, couriers, carriers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lib.sandbox import reference
from lib.sandbox.fields import Params, json_object, need, number, objects, thousandths
from lib.sandbox.gateway import Rows, invalid
from lib.sandbox.world import TradeOrder, World

#: Order states in which shipping calls are let through.
SHIPPABLE = frozenset(
    {"WAIT_SELLER_SEND_GOODS", "SELLER_PART_SEND_GOODS", "IN_ISSUE", "IN_CANCEL", "IN_FROZEN"}
)
NOT_YOURS = "您填写的交易订单号有误或不属于当前账号"
NOT_AVAILABLE = "该物流方案对此订单不可用"
#: Weight of a plan query that names none.
USUAL_WEIGHT_G = 100
SIDES = ("goods_length", "goods_width", "goods_height")
#: One sender whose city is collected from, and one whose city is not. Made up.
ADDRESSES = {
    "sender": [
        (1001, "杭州发货点", "浙江省", "杭州市", "余杭区", "示例路100号", 1),
        (1002, "兰州发货点", "甘肃省", "兰州市", "城关区", "示例街8号", 0),
    ],
    "pickup": [(1101, "杭州揽收点", "浙江省", "杭州市", "余杭区", "示例路100号", 1)],
    "refund": [(1201, "杭州退货点", "浙江省", "杭州市", "余杭区", "示例路102号", 1)],
}
COMPANIES = [
    (505, "SF", "顺丰速运"),
    (502, "STO", "申通快递"),
    (101, "YTO", "圆通速递"),
    (500, "ZTO", "中通快递"),
]
PRICE_SIGNS = {"CNY": "CN¥", "USD": "US $"}


def plans(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid"""
    order = world.orders.get(need(params, "order_id"))
    if order is None:
        return {"is_success": False, "error_desc": NOT_YOURS, "result_list": Rows("result", [])}
    found = [_offered(*one, params.get("locale", "")) for one in _offers(order, params)]
    return {"is_success": True, "error_desc": "", "result_list": Rows("result", found)}


def plans_current(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.service.query: the same plans, with the services each one has."""
    wanted = json_object(params, "interface_request")
    order = world.orders.get(need(wanted, "order_id"))
    if order is None:
        return {"result_response": {"is_success": False, "error_desc": NOT_YOURS}}
    whole = _whole_parcel(wanted)
    found = [
        _offered(plan, rate, charged_g, str(wanted.get("locale") or "")) | _services(plan)
        for plan, rate, charged_g in _offers(order, whole)
    ]
    return {"result_response": {"is_success": True, "error_desc": "", "result_list": Rows("result", found)}}


def seller_addresses(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getlogisticsselleraddresses"""
    asked = [one.strip() for one in need(params, "seller_address_query").split(",")]
    if not set(asked) <= set(ADDRESSES):
        raise invalid("seller_address_query", "sender, pickup, refund")
    lists = {
        f"{role}_seller_address_list": Rows(f"{role}selleraddresslist", [_address(row) for row in rows])
        for role, rows in ADDRESSES.items()
        if role in asked
    }
    return {"result_success": True, **lists}


def companies(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.qureywlbdomesticlogisticscompany (sic)"""
    rows = [{"company_id": key, "company_code": code, "name": name} for key, code, name in COMPANIES]
    return {"result_success": True, "result_list": Rows("result", rows)}


def carriers(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.listlogisticsservice"""
    rows = [
        {
            "service_name": row["service_key"],
            "display_name": row["name_zh"],
            "logistics_company": row["service_key"],
            "tracking_no_regex": "^[A-Za-z0-9]{4,35}$",
            "recommend_order": place,
        }
        for place, row in enumerate(reference.services(), start=1)
    ]
    return {"result_success": True, "result_list": Rows("aeop_logistics_service_result", rows)}


def obstacle(
    plan: reference.Plan, country: str, cargo: str, weight_g: int, sides_mm: Sequence[int] = ()
) -> str | None:
    """Why a plan does not take this parcel to this country, in the platform's words, or None."""
    if plan.max_weight_g is not None and weight_g > plan.max_weight_g:
        return "包裹重量超过该物流方案限制"
    if not plan.takes_size(sides_mm):
        return "包裹尺寸超过该物流方案限制"
    if cargo not in plan.cargo:
        return "该物流方案不支持此类货物"
    rate = reference.rate(plan, country, cargo, plan.chargeable_g(weight_g, sides_mm))
    if rate is None:
        return NOT_AVAILABLE
    return "该物流方案暂停发往此国家" if rate.suspended else None


def _offers(order: TradeOrder, parcel: Mapping[str, Any]) -> list[tuple[reference.Plan, reference.Rate, int]]:
    """The plans that take an order's parcel, each with its rate and the weight that is charged."""
    if order.status not in SHIPPABLE:
        return []
    weight_g = thousandths(parcel.get("goods_weight")) or USUAL_WEIGHT_G
    sides_mm = [int(number(parcel.get(side)) * 10) for side in SIDES]
    country = order.receiver["country"]
    found = []
    for plan in reference.plans().values():
        charged_g = plan.chargeable_g(weight_g, sides_mm)
        rate = reference.rate(plan, country, "general", charged_g)
        if rate is not None and obstacle(plan, country, "general", weight_g, sides_mm) is None:
            found.append((plan, rate, charged_g))
    return found


def _whole_parcel(wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """Sub-orders sent instead of the order: their weights together (their sizes do not add up to one)."""
    subs = objects(wanted.get("sub_order_list") or [], "sub_order_list")
    if wanted.get("goods_weight") or not subs:
        return wanted
    return dict(wanted) | {"goods_weight": str(sum(number(one.get("goods_weight")) for one in subs))}


def _offered(plan: reference.Plan, rate: reference.Rate, charged_g: int, locale: str) -> dict[str, Any]:
    sign = PRICE_SIGNS.get(rate.currency, rate.currency)
    return {
        "logistics_service_id": plan.service_code,
        "logistics_service_name": plan.name(locale),
        "warehouse_name": plan.warehouse_name,
        "delivery_address": plan.address,
        "logistics_timeliness": f"{plan.days_min}-{plan.days_max}天" if plan.days_min else "",
        "trial_result": f"{sign}{rate.fee(charged_g)}",
        "other_fees": None,
        "is_express_logistics_service": plan.express,
    }


def _services(plan: reference.Plan) -> dict[str, Any]:
    codes = ["DOOR_PICKUP", "SELF_SEND", "SELF_POST"] + ["UNREACHABLE_RETURN"] * plan.return_supported
    return {"available_logistic_service_list": Rows("service", [{"code": code} for code in codes])}


def _address(row: tuple[Any, ...]) -> dict[str, Any]:
    address_id, name, province, city, county, street, default = row
    return {
        "address_id": address_id,
        "name": name,
        "country": "CN",
        "province": province,
        "city": city,
        "county": county,
        "street_address": street,
        "is_default": default,
        "need_to_update": False,
        "language": "zh",
    }

"""What the platform offers before anything is created: plans, the seller's addresses, couriers, carriers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lib.sandbox import reference
from lib.sandbox.answers import Rows
from lib.sandbox.fields import Params, amount, json_object, need, number, objects, thousandths
from lib.sandbox.gateway import invalid
from lib.sandbox.records import TradeOrder
from lib.sandbox.shop import Shop

#: Order states in which shipping calls are let through.
SHIPPABLE = frozenset(
    {"WAIT_SELLER_SEND_GOODS", "SELLER_PART_SEND_GOODS", "IN_ISSUE", "IN_CANCEL", "IN_FROZEN"}
)
NOT_YOURS = "您填写的交易订单号有误或不属于当前账号"
NOT_AVAILABLE = "该物流方案对此订单不可用"
SUSPENDED = "该物流方案暂停发往此国家"
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
SERVICE_NAMES = {
    "DOOR_PICKUP": "上门揽收",
    "SELF_SEND": "自送",
    "SELF_POST": "自寄",
    "UNREACHABLE_RETURN": "无法投递退回",
}
PRICE_SIGNS = {"CNY": "CN¥", "USD": "US $"}


def plans(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid"""
    order = shop.orders.get(need(params, "order_id"))
    if order is None:
        return {"is_success": False, "error_desc": NOT_YOURS, "result_list": Rows("result", [])}
    found = [_offered(one, params.get("locale", "")) for one in offers(shop, order, params)]
    return {"is_success": True, "error_desc": "", "result_list": Rows("result", found)}


def plans_current(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.service.query: the same plans, with the services each one has."""
    wanted = json_object(params, "interface_request")
    order = shop.orders.get(need(wanted, "order_id"))
    if order is None:
        return {"result_response": {"is_success": False, "error_desc": NOT_YOURS}}
    parcel = _whole_parcel(order, wanted)
    locale = str(wanted.get("locale") or "")
    found = [_offered(one, locale) | _current(one) for one in offers(shop, order, parcel)]
    return {"result_response": {"is_success": True, "error_desc": "", "result_list": Rows("result", found)}}


def seller_addresses(shop: Shop, params: Params) -> dict[str, Any]:
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


def companies(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.qureywlbdomesticlogisticscompany (sic)"""
    rows = [{"company_id": key, "company_code": code, "name": name} for key, code, name in COMPANIES]
    return {"result_success": True, "result_list": Rows("result", rows)}


def carriers(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.listlogisticsservice"""
    rows = [
        {
            "service_name": row["service_key"],
            "display_name": row["name_zh"],
            "logistics_company": row["service_key"],
            "tracking_no_regex": "^[A-Za-z0-9]{4,35}$",
            "min_process_day": 1,
            "max_process_day": 7,
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
    return SUSPENDED if rate.suspended else None


@dataclass(frozen=True)
class Offer:
    """A plan that takes an order's parcel, with its rate and the weight that is charged."""

    plan: reference.Plan
    rate: reference.Rate
    charged_g: int

    @property
    def fee(self) -> Decimal:
        """What it costs, in the rate's currency."""
        return self.rate.fee(self.charged_g)


def offers(shop: Shop, order: TradeOrder, parcel: Mapping[str, Any]) -> list[Offer]:
    """The plans that take an order's parcel; none once it is shipped, or when it is beyond every limit."""
    weight_g = thousandths(parcel.get("goods_weight")) or USUAL_WEIGHT_G
    return offers_for(shop, order, weight_g, [int(number(parcel.get(side)) * 10) for side in SIDES])


def offers_for(shop: Shop, order: TradeOrder, weight_g: int, sides_mm: Sequence[int]) -> list[Offer]:
    """The same for a weight and sides."""
    if order.status not in SHIPPABLE:
        return []
    country = order.receiver["country"]
    found = []
    for plan in reference.plans().values():
        charged_g = plan.chargeable_g(weight_g, sides_mm)
        rate = reference.rate(plan, country, "general", charged_g)
        if rate is None or suspended(shop, plan, country):
            continue
        if obstacle(plan, country, "general", weight_g, sides_mm) is None:
            found.append(Offer(plan, rate, charged_g))
    return found


def suspended(shop: Shop, plan: reference.Plan, country: str) -> bool:
    """Whether the plan does not go to a country for a while, on request."""
    until = shop.ground.suspended.get((plan.plan_id, country))
    return until is not None and until > shop.now()


def service_codes(plan: reference.Plan) -> list[str]:
    """What a plan can do besides carrying; one that does not list the return does not offer it (UNCONFIRMED)."""
    return ["DOOR_PICKUP", "SELF_SEND", "SELF_POST"] + ["UNREACHABLE_RETURN"] * plan.return_supported


def _whole_parcel(order: TradeOrder, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """Sub-orders sent instead of the order: their weights together (their sizes do not add up to one).

    Raises GatewayError for sub-orders of another order, or without a weight.
    """
    subs = objects(wanted.get("sub_order_list") or [], "sub_order_list")
    children = {line.child_order_id for line in order.lines}
    for sub in subs:
        if need(sub, "order_id") not in children:
            raise invalid("sub_order_list", "no such sub-order")
        need(sub, "goods_weight")
    if wanted.get("goods_weight") or not subs:
        return wanted
    return dict(wanted) | {"goods_weight": str(sum(number(one.get("goods_weight")) for one in subs))}


def _offered(offer: Offer, locale: str) -> dict[str, Any]:
    plan, rate = offer.plan, offer.rate
    return {
        "logistics_service_id": plan.service_code,
        "logistics_service_name": plan.name(locale),
        "warehouse_name": plan.warehouse_name,
        "delivery_address": plan.address,
        "logistics_timeliness": _days(plan, locale),
        "trial_result": f"{PRICE_SIGNS.get(rate.currency, rate.currency)}{offer.fee}",
        "other_fees": None,
        "express_logistics_service": plan.express,
        "is_express_logistics_service": plan.express,
    }


def _current(offer: Offer) -> dict[str, Any]:
    """What the newer call says besides."""
    plan = offer.plan
    services = [
        {"code": code, "name": SERVICE_NAMES[code], "resource_code": plan.warehouse_code}
        for code in service_codes(plan)
    ]
    return {
        "recommend_index": str(recommendation(plan)),
        "discount_trial_result": f"{PRICE_SIGNS.get(offer.rate.currency, offer.rate.currency)}{offer.fee}",
        "other_fees": Rows("other_fee", _other_fees(plan)),
        "available_logistic_service_list": Rows("service", services),
    }


def recommendation(plan: reference.Plan) -> int:
    """1 to 5: the platform's own lines first (assumed)."""
    return 5 if plan.plan_id.startswith("CAINIAO") else 3


def _other_fees(plan: reference.Plan) -> list[dict[str, Any]]:
    """The return service, where it has a price. That it stands here is UNCONFIRMED; `curreny` (sic)."""
    fee = reference.return_fees().get(plan.plan_id)
    if fee is None:
        return []
    name = SERVICE_NAMES["UNREACHABLE_RETURN"]
    return [{"code": "UNREACHABLE_RETURN", "name": name, "amount": amount(fee, "CNY"), "curreny": "CNY"}]


def _days(plan: reference.Plan, locale: str) -> str:
    """15-45天, or 15-45days for readers of English."""
    if not plan.days_min:
        return ""
    return f"{plan.days_min}-{plan.days_max}{'days' if locale.lower().startswith('en') else '天'}"


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
        "mobile": "13800000000",
        "postcode": "311100",
        "member_type": "SELLER",
        "language": "zh",
    }

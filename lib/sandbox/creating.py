"""Creating logistics orders: what is refused, and what is made."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from lib.sandbox import reference
from lib.sandbox.fields import Params, json_object, json_rows, need, number, thousandths, whole, wire_id
from lib.sandbox.gateway import invalid
from lib.sandbox.offers import ADDRESSES, NOT_AVAILABLE, NOT_YOURS, SHIPPABLE, SUSPENDED, obstacle, suspended
from lib.sandbox.records import LogisticsOrder, TradeOrder
from lib.sandbox.shop import Shop

OLDER, NEWER = "aliexpress.logistics.createwarehouseorder", "aliexpress.logistics.order.createorder"
#: 0 is a return; 1, -1 and nothing at all are not.
DECISIONS = {"0": "return", "1": "destroy", "-1": "destroy", "": "destroy"}
PICKUP_TYPES = ("DOOR_PICKUP", "SELF_POST", "SELF_SEND")
#: An unshipped logistics order closes by itself after this (assumed; the platform names no figure).
CLOSES_AFTER = timedelta(days=30)
#: Longest receiver fields, in UTF-8 bytes.
RECEIVER_BYTES = {
    "name": 90,
    "province": 48,
    "city": 48,
    "county": 20,
    "street": 90,
    "street_address": 90,
    "phone": 54,
    "mobile": 30,
    "email": 64,
}
RECEIVER_NEEDS = ("name", "country", "street_address")


@dataclass(frozen=True)
class Wanted:
    """A create call, read."""

    method: str
    order: TradeOrder | None
    plan: reference.Plan | None
    goods: list[dict[str, Any]]
    receiver: Mapping[str, Any]
    roles: Mapping[str, int]  #: Role → address id.
    decision: str
    package_num: int
    mode: str  #: One of PICKUP_TYPES.
    sides_mm: tuple[int, ...] = ()
    packed_g: int = 0  #: What the whole parcel weighs, where a call says so.

    @property
    def weight_g(self) -> int:
        """What all pieces weigh; the declared weight is of one piece (UNCONFIRMED)."""
        pieces = ((thousandths(one["product_weight"]), int(number(one["product_num"]))) for one in self.goods)
        return self.packed_g or sum(weight_g * count for weight_g, count in pieces)

    @property
    def cargo(self) -> str:
        """The class that decides which plans take it."""
        if any(_truth(one.get("contains_special_goods")) for one in self.goods):
            return "special"
        batteries = ("contains_battery", "only_battery")
        if any(_truth(one.get(name)) for one in self.goods for name in batteries):
            return "battery"
        return "general"


def create(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.createwarehouseorder"""
    return _create(shop, params, OLDER)


def create_newer(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.order.createorder"""
    return _create(shop, params, NEWER)


def _create(shop: Shop, params: Params, method: str) -> dict[str, Any]:
    made = make(shop, _read(shop, params, method))
    if isinstance(made, str):
        return _answer({"success": False, "error_code": 1001, "error_desc": made})
    result: dict[str, Any] = {
        "success": True,
        "error_code": 1,
        "error_desc": "",
        "warehouse_order_id": wire_id(made.logistics_order_id),
        "out_order_id": int(made.lp_number.removeprefix("LP")),
        "trade_order_id": wire_id(made.trade_order_id),
        "trade_order_from": params["trade_order_from"],
    }
    if found := shop.number_of(made):
        result["intl_tracking_no"] = found
    if method == OLDER:
        return _answer(result)
    hints = json.dumps({"solutionCode": made.plan_id, "warehouseCode": made.service_code.rpartition("_")[2]})
    return _answer(result | {"out_order_code": made.lp_number}) | {"ext_info": hints}


def make(shop: Shop, wanted: Wanted) -> LogisticsOrder | str:
    """The logistics order that was asked for, written down; or why there is none, in the platform's words."""
    plan, settings = wanted.plan, shop.settings
    without = wanted.decision == "return" and plan is not None and not plan.return_supported
    # What the platform does with a return on a line without it is UNCONFIRMED: refusing, or silently this.
    if without and settings.strikes("return_downgraded", wanted.method):
        wanted = replace(wanted, decision="destroy")
    refusal = _refusal(shop, wanted)
    if refusal or wanted.order is None or wanted.plan is None:
        return refusal or NOT_AVAILABLE
    made = _made(shop, wanted, wanted.order, wanted.plan)
    shop.record(("logistics_order", made))
    return made


def tracking_number(sequence: int) -> str:
    """A number in the postal unions' S10 form with its check digit, as LV123456785CN."""
    serial = f"{sequence:08d}"[-8:]
    weighted = sum(
        int(digit) * weight for digit, weight in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)
    )
    check = {10: 0, 11: 5}.get(11 - weighted % 11, 11 - weighted % 11)
    return f"L{chr(65 + sequence // 10**8 % 26)}{serial}{check}CN"


def _read(shop: Shop, params: Params, method: str) -> Wanted:
    """Raises GatewayError for what is missing, or is not even of the right kind."""
    newer = method == NEWER
    order = shop.orders.get(need(params, "trade_order_id"))
    if need(params, "trade_order_from") not in ("ESCROW", "SOURCING"):
        raise invalid("trade_order_from", "ESCROW or SOURCING")
    plan = reference.plans().get(need(params, "warehouse_carrier_service"))
    goods = json_rows(params, "declare_product_d_t_os")
    addresses = json_object(params, "address_d_t_os")
    mode = _first_mile(params, addresses, newer)
    decision = params.get("undeliverable_decision", "")
    if decision not in DECISIONS:
        raise invalid("undeliverable_decision", "0 or 1")
    package_num = whole(params, "package_num", 0)
    receiver = addresses.get("receiver")
    if receiver is None and newer and order is not None:
        receiver = of_order(order)  # The newer call may leave the receiver to the platform.
    if not isinstance(receiver, dict):
        raise invalid("address_d_t_os", "no receiver")
    roles = {role: address_id(addresses[role], role) for role in ADDRESSES if addresses.get(role)}
    return Wanted(method, order, plan, goods, receiver, roles, DECISIONS[decision], package_num, mode)


def _first_mile(params: Params, addresses: Mapping[str, Any], newer: bool) -> str:
    """How the parcel reaches the warehouse. Raises GatewayError."""
    chosen = params.get("pickup_type", "") if newer else ""
    if chosen and chosen not in PICKUP_TYPES:
        raise invalid("pickup_type", " or ".join(PICKUP_TYPES))
    if chosen and (chosen == "DOOR_PICKUP") != bool(addresses.get("pickup")):
        raise invalid("address_d_t_os", "a pickup address goes with DOOR_PICKUP, and only with it")
    if chosen:
        return chosen
    if need(params, "domestic_logistics_company_id") == "-1":
        need(params, "domestic_logistics_company")
    if len(need(params, "domestic_tracking_no")) > 32:
        raise invalid("domestic_tracking_no", "1 to 32 characters")
    return "DOOR_PICKUP" if addresses.get("pickup") else "SELF_POST"


def address_id(address: Any, role: str) -> int:
    """The number of one of the seller's addresses. Raises GatewayError."""
    found = address.get("address_id") if isinstance(address, dict) else None
    text = str(found if found is not None else "")
    if not text.isascii() or not text.isdigit():
        raise invalid("address_d_t_os", f"no address_id for {role}")
    return int(text[:18])


def _refusal(shop: Shop, wanted: Wanted) -> str:
    """Why the platform would not create this, or an empty text.

    No list of its reasons and texts is published (UNCONFIRMED); these are what limits and rules of the calls imply.
    """
    order, plan, settings = wanted.order, wanted.plan, shop.settings
    if order is None:
        return NOT_YOURS
    if order.status not in SHIPPABLE:
        return f"订单状态不允许创建物流订单: {order.status}"
    if plan is None or settings.strikes("refuse_plan", wanted.method):
        return NOT_AVAILABLE
    if settings.strikes("refuse_duplicate", wanted.method) and _live(shop, order):
        return "该订单已存在有效的物流订单"
    wrong = (
        _roles_fault(wanted.roles) or _receiver_fault(wanted.receiver) or _goods_fault(wanted.goods, order)
    )
    if wrong:
        return wrong
    if settings.strikes("refuse_address", wanted.method):
        return "收件地址不可达"
    if plan.express and not wanted.package_num:
        return "国际快递须填写包裹数量"
    country = str(wanted.receiver["country"])
    if settings.strikes("plan_suspended", wanted.method):
        shop.ground.suspended[plan.plan_id, country] = shop.now() + timedelta(seconds=settings.suspended_s)
    blocked = obstacle(plan, country, wanted.cargo, wanted.weight_g, wanted.sides_mm)
    if blocked:
        return blocked
    if suspended(shop, plan, country):
        return SUSPENDED
    if wanted.decision == "return" and not plan.return_supported:
        return "该物流方案不支持无法投递退回"
    if wanted.decision == "return" and "refund" not in wanted.roles:
        return "缺少退件地址"
    return ""


def _live(shop: Shop, order: TradeOrder) -> bool:
    """Whether a logistics order of it has not closed. The platform refuses some duplicates, not all of them."""
    return any(shop.status_of(made) != "closed" for made in shop.by_order.get(order.order_id, ()))


def _roles_fault(roles: Mapping[str, int]) -> str:
    """The seller may use a sender address in any role."""
    senders = {row[0] for row in ADDRESSES["sender"]}
    for role, address_id in roles.items():
        if address_id not in senders | {row[0] for row in ADDRESSES[role]}:
            return f"地址不存在: {role}"
    return "" if "sender" in roles else "缺少发件人地址"


def _receiver_fault(receiver: Mapping[str, Any]) -> str:
    for name in RECEIVER_NEEDS:
        if not str(receiver.get(name) or "").strip():
            return f"收件人信息缺失: {name}"
    country = str(receiver["country"])
    if len(country) != 2 or not country.isascii() or not country.isupper():
        return "收件人信息不合法: country"
    if not receiver.get("phone") and not receiver.get("mobile"):
        return "收件人信息缺失: phone"
    for name, most in RECEIVER_BYTES.items():
        if len(str(receiver.get(name) or "").encode()) > most:
            return f"收件人信息超长: {name}"
    return ""


def _goods_fault(goods: Sequence[Mapping[str, Any]], order: TradeOrder) -> str:
    if not 1 <= len(goods) <= 50:
        return "申报商品数量不合法"
    children = {line.child_order_id for line in order.lines}
    for one in goods:
        if not 1 <= len(str(one.get("category_cn_desc") or "")) <= 20:
            return "申报中文品名不合法"
        if not 1 <= len(str(one.get("category_en_desc") or "")) <= 60:
            return "申报英文品名不合法"
        count = number(one.get("product_num"))
        if count != int(count) or not 1 <= count <= 999:
            return "申报件数不合法"
        if not Decimal("0.001") <= number(one.get("product_weight")) <= 2:
            return "申报重量不合法"
        if not Decimal("0.01") <= number(one.get("product_declare_amount")) <= 10000:
            return "申报金额不合法"
        if one.get("child_order_id") and str(one["child_order_id"]) not in children:
            return "子订单不属于此订单"
    return ""


def _made(shop: Shop, wanted: Wanted, order: TradeOrder, plan: reference.Plan) -> LogisticsOrder:
    settings = shop.settings
    sequence, now = shop.ground.next_number(), shop.now()
    parcel = len(shop.by_order.get(order.order_id, ()))
    late_number = settings.strikes("late_number", wanted.method)
    late_visibility = settings.strikes("late_visibility", wanted.method)
    late = now + timedelta(seconds=settings.late_s)
    by_queries = late_number and settings.late_queries > 0
    weight_g = wanted.weight_g
    rate = reference.rate(plan, str(wanted.receiver["country"]), wanted.cargo, weight_g)
    return LogisticsOrder(
        logistics_order_id=str(5_000_000_000 + sequence),
        lp_number=f"LP{143_000_000_000 + sequence:014d}",
        trade_order_id=order.order_id,
        plan_id=plan.plan_id,
        service_code=plan.service_code,
        tracking_number=tracking_number(20_000_000 + sequence),
        undeliverable_decision=wanted.decision,
        pickup=wanted.mode == "DOOR_PICKUP",
        status="init" if late_number else "wait_warehouse_receive_goods",
        created_at=now.isoformat(),
        number_at=(late if late_number and not by_queries else now).isoformat(),
        visible_at=(late if late_visibility else now).isoformat(),
        fee_minor=int(rate.fee(weight_g) * 100) if rate else 0,
        currency=rate.currency if rate else "CNY",
        receiver={str(name): str(value) for name, value in wanted.receiver.items()},
        goods=wanted.goods,
        number_after=settings.late_queries if by_queries else 0,
        closes_at=(now + CLOSES_AFTER).isoformat(),
        mode=wanted.mode,
        weight_g=weight_g,
        # Of the order, not of the running number: threads taking turns do not change how a parcel ends.
        luck=random.Random(f"{settings.chance} {shop.name} {order.order_id} {parcel}").getrandbits(48),
    )


def of_order(order: TradeOrder) -> dict[str, str]:
    """The receiver as the platform has it."""
    one = order.receiver
    ours = {"street_address": "address", "post_code": "postcode"}
    names = ("name", "country", "province", "city", "street_address", "post_code", "phone", "mobile")
    return {name: one.get(ours.get(name, name), "") for name in names}


def _answer(result: dict[str, Any]) -> dict[str, Any]:
    return {"result": result, "result_success": True}


def _truth(value: Any) -> bool:
    return value is True or str(value).lower() in ("true", "1")

"""Calls about logistics: plans, addresses, creating, querying, labels, declaring."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from lib.sandbox import labels, reference
from lib.sandbox.faults import Settings
from lib.sandbox.gateway import invalid, missing, wrapped
from lib.sandbox.trade import pacific
from lib.sandbox.world import Declaration, LogisticsOrder, TradeOrder, World

#: Order states in which shipping calls are let through.
SHIPPABLE = {"WAIT_SELLER_SEND_GOODS", "SELLER_PART_SEND_GOODS", "IN_ISSUE", "IN_CANCEL", "IN_FROZEN"}
DECISIONS = {"0": "return", "1": "destroy"}
#: Longest receiver fields, in UTF-8 bytes.
RECEIVER_BYTES = {
    "name": 90,
    "province": 48,
    "city": 48,
    "county": 20,
    "street_address": 90,
    "phone": 54,
    "mobile": 30,
}
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
ALREADY = "该交易订单已填写发货通知"
WRONG_STATUS = "该交易订单缺少履约信息"
BAD_NUMBER = "该货运跟踪号未通过物流风控审核"
NOT_YOURS = "您填写的交易订单号有误或不属于当前账号"


def plans(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid"""
    order = world.orders.get(_need(params, "order_id"))
    if order is None:
        return {"is_success": False, "error_desc": NOT_YOURS, "result_list": wrapped("result", [])}
    weight_g = _grams(params.get("goods_weight")) or 100
    offered = [
        _offered(plan, order, weight_g)
        for plan in reference.plans().values()
        if order.status in SHIPPABLE
        and _obstacle(plan, order.receiver["country"], "general", weight_g) is None
    ]
    return {"is_success": True, "error_desc": "", "result_list": wrapped("result", offered)}


def plans_current(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.service.query: the same plans, with the services each one has."""
    wanted = _json(params, "interface_request")
    answer = plans(world, {name: str(value) for name, value in wanted.items()}, settings)
    for row in answer["result_list"]["result"]:
        plan = reference.plans()[row["logistics_service_id"]]
        codes = ["DOOR_PICKUP", "SELF_SEND", "SELF_POST"] + ["UNREACHABLE_RETURN"] * plan.return_supported
        row["available_logistic_service_list"] = wrapped("service", [{"code": code} for code in codes])
    return {"result_response": answer}


def seller_addresses(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getlogisticsselleraddresses"""
    asked = _need(params, "seller_address_query").split(",")
    lists = {
        f"{role}_seller_address_list": wrapped(f"{role}selleraddresslist", [_address(row) for row in rows])
        for role, rows in ADDRESSES.items()
        if role in asked
    }
    return {"result_success": True, **lists}


def companies(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.redefining.qureywlbdomesticlogisticscompany (sic)"""
    rows = [{"company_id": key, "company_code": code, "name": name} for key, code, name in COMPANIES]
    return {"result_success": True, "result_list": wrapped("result", rows)}


def carriers(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.redefining.listlogisticsservice"""
    rows = [
        {
            "service_name": row["service_key"],
            "display_name": row["name_zh"],
            "logistics_company": row["service_key"],
            "tracking_no_regex": "^[A-Za-z0-9]{4,35}$",
        }
        for row in reference.services()
    ]
    return {"result_success": True, "result_list": wrapped("aeop_logistics_service_result", rows)}


def create(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.createwarehouseorder and aliexpress.logistics.order.createorder"""
    order = world.orders.get(_need(params, "trade_order_id"))
    if _need(params, "trade_order_from") not in ("ESCROW", "SOURCING"):
        raise invalid("trade_order_from", "ESCROW or SOURCING")
    code = _need(params, "warehouse_carrier_service")
    goods = _rows(params, "declare_product_d_t_os")
    addresses = _json(params, "address_d_t_os")
    if not params.get("pickup_type"):
        _check_courier(params)
    decision = DECISIONS.get(params.get("undeliverable_decision", ""), "")
    plan = reference.plans().get(code)
    refusal = _refusal(order, plan, goods, addresses, decision, settings, params["method"])
    if refusal or order is None or plan is None:
        return _created({"success": False, "error_code": 1001, "error_desc": refusal})
    made = _make(world, order, plan, goods, addresses, decision, settings, params)
    world.record("logistics_order", made)
    result: dict[str, Any] = {
        "success": True,
        "error_code": 1,
        "error_desc": "",
        "warehouse_order_id": int(made.logistics_order_id),
        "out_order_id": int(made.lp_number.removeprefix("LP")),
        "trade_order_id": int(order.order_id),
        "trade_order_from": params["trade_order_from"],
    }
    if params["method"].endswith("createorder"):
        result["out_order_code"] = made.lp_number
    if _numbered(world, made):
        result["intl_tracking_no"] = made.tracking_number
    return _created(result)


def query(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.querylogisticsorderdetail"""
    order_id = _need(params, "trade_order_id")
    page, size = int(params.get("current_page") or 1), int(params.get("page_size") or 20)
    now = world.now().isoformat()
    rows = [
        _row(world, made)
        for made in world.by_order.get(order_id, [])
        if made.visible_at <= now
        and params.get("logistics_status", made.status) == made.status
        and params.get("international_logistics_num", made.tracking_number) == made.tracking_number
    ]
    return {
        "result": {
            "success": True,
            "error_desc": "",
            "current_page": page,
            "total_page": max(1, -(-len(rows) // size)),
            "result_list": wrapped("aeop_logistics_order_detail_dto", rows[(page - 1) * size : page * size]),
        }
    }


def query_online(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getonlinelogisticsinfo"""
    found = query(world, dict(params) | {"trade_order_id": _need(params, "order_id")}, settings)["result"]
    rows = [
        {
            "online_logistics_id": row["logistics_order_id"],
            "lp_number": row["out_order_code"],
            "internationallogistics_id": row.get("international_logistics_num"),
            "order_id": row["trade_order_id"],
            "logistics_status": row["logistics_status"],
        }
        for row in found["result_list"]["aeop_logistics_order_detail_dto"]
    ]
    return {"is_success": True, "error_desc": "", "result_list": wrapped("result", rows)}


def print_one(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getprintinfo"""
    return {
        "result": _labels(
            world, [{"international_logistics_id": _need(params, "international_logistics_id")}]
        )
    }


def print_many(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getprintinfos"""
    return {"result": _labels(world, _rows(params, "warehouse_order_query_d_t_os"))}


def declare(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.sellershipmentfortop"""
    number, send_type = _need(params, "logistics_no"), _need(params, "send_type")
    order = world.orders.get(_need(params, "out_ref"))
    service = _need(params, "service_name")
    if send_type not in ("all", "part"):
        raise invalid("send_type", "all or part")
    if order is None:
        return _not_declared(NOT_YOURS)
    if order.status == "WAIT_BUYER_ACCEPT_GOODS":
        return _not_declared(ALREADY)
    if order.status not in SHIPPABLE:
        return _not_declared(WRONG_STATUS)
    if not number.isalnum() or not 4 <= len(number) <= 35:
        return _not_declared(BAD_NUMBER)
    at = world.now().isoformat()
    world.record("declaration", Declaration(order.order_id, 0, service, number, send_type, at))
    status = "WAIT_BUYER_ACCEPT_GOODS" if send_type == "all" else "SELLER_PART_SEND_GOODS"
    world.record("status", {"order_id": order.order_id, "status": status})
    return {"result_success": True}


def declare_sub_orders(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.order.shipment"""
    wanted = _json(params, "param_aeop_seller_shipment_sub_trade_order_request")
    order = world.orders.get(str(wanted.get("trade_order_id", "")))
    if order is None or order.status not in SHIPPABLE:
        said = NOT_YOURS if order is None else WRONG_STATUS
        return {"result": {"success": False, "error_code": "-999", "error_msg": said}}
    at = world.now().isoformat()
    for sub in wanted.get("sub_trade_order_list", []):
        for parcel in sub.get("shipment_list", []):
            index = int(sub["sub_trade_order_index"])
            world.record(
                "declaration",
                Declaration(
                    order.order_id,
                    index,
                    parcel["service_name"],
                    parcel["logistics_no"],
                    sub.get("send_type", "part"),
                    at,
                ),
            )
    whole = {one.index for one in world.declarations.get(order.order_id, []) if one.send_type == "all"}
    done = whole >= {line.index for line in order.lines}
    status = "WAIT_BUYER_ACCEPT_GOODS" if done else "SELLER_PART_SEND_GOODS"
    world.record("status", {"order_id": order.order_id, "status": status})
    return {"result": {"success": True, "trade_order_id": int(order.order_id)}}


def declarations(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.querysellershipmentinfo"""
    order_id = _need(params, "trade_order_id")
    rows = [
        {
            "sub_trade_order_index": one.index,
            "send_type": one.send_type,
            "shipment_list": wrapped(
                "shipment", [{"logistics_no": one.logistics_no, "service_name": one.service_name}]
            ),
        }
        for one in world.declarations.get(order_id, [])
    ]
    return {"result_success": True, "sub_trade_order_list": wrapped("sub_trade_order", rows)}


def tracking(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.redefining.querytrackingresult: so far only that the parcel was created."""
    made = world.by_number.get(_need(params, "logistics_no"))
    details = []
    if made is not None and made.tracking_number in world.declared_numbers:
        details = [
            {"event_desc": "CONSIGN", "event_date": pacific(made.created_at), "action_code": "CONSIGN"}
        ]
    return {"result_success": True, "details": wrapped("details", details)}


def abnormal(world: World, params: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """aliexpress.logistics.abnormalorder.query: none yet."""
    empty = wrapped("aeop_warehouse_abnormal_order_result", [])
    return {"is_success": True, "total_count": 0, "total_page": 0, "current_page": 1, "result": empty}


def tracking_number(sequence: int) -> str:
    """A number in the postal unions' S10 form with its check digit: LV123456785CN."""
    serial = f"{sequence:08d}"[-8:]
    weighted = sum(
        int(digit) * weight for digit, weight in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)
    )
    check = 11 - weighted % 11
    return f"L{chr(65 + sequence // 10**8 % 26)}{serial}{ {10: 0, 11: 5}.get(check, check) }CN"


def _make(
    world: World,
    order: TradeOrder,
    plan: reference.Plan,
    goods: list[dict[str, Any]],
    addresses: dict[str, Any],
    decision: str,
    settings: Settings,
    params: Mapping[str, str],
) -> LogisticsOrder:
    sequence, now = world.next_number(), world.now()
    late = timedelta(seconds=settings.late_s)
    weight_g = sum(_grams(one["product_weight"]) * int(one["product_num"]) for one in goods)
    rate = reference.rate(plan, order.receiver["country"], _cargo(goods), weight_g)
    late_number = settings.strikes("late_number", params["method"])
    late_visibility = settings.strikes("late_visibility", params["method"])
    return LogisticsOrder(
        logistics_order_id=str(5_000_000_000 + sequence),
        lp_number=f"LP{143_000_000_000 + sequence:014d}",
        trade_order_id=order.order_id,
        plan_id=plan.plan_id,
        service_code=plan.service_code,
        tracking_number=tracking_number(20_000_000 + sequence),
        undeliverable_decision=decision or "destroy",
        pickup="pickup" in addresses,
        status="init" if late_number else "wait_warehouse_receive_goods",
        created_at=now.isoformat(),
        number_at=(now + late if late_number else now).isoformat(),
        visible_at=(now + late if late_visibility else now).isoformat(),
        fee_minor=int(rate.fee(weight_g) * 100) if rate else 0,
        currency=rate.currency if rate else "CNY",
        receiver={name: str(value) for name, value in addresses["receiver"].items()},
        goods=[{name: value for name, value in one.items() if name != "child_order_id"} for one in goods],
    )


def _refusal(
    order: TradeOrder | None,
    plan: reference.Plan | None,
    goods: list[dict[str, Any]],
    addresses: dict[str, Any],
    decision: str,
    settings: Settings,
    method: str,
) -> str:
    """Why the platform would not create this, or an empty text."""
    if order is None:
        return NOT_YOURS
    if order.status not in SHIPPABLE:
        return f"订单状态不允许创建物流订单: {order.status}"
    if plan is None or settings.strikes("refuse_plan", method):
        return "该物流方案对此订单不可用"
    for role in ("sender", "refund", "pickup"):
        known = {row[0] for row in ADDRESSES[role]} | {row[0] for row in ADDRESSES["sender"]}
        if role in addresses and int(addresses[role].get("address_id", 0)) not in known:
            return f"地址不存在: {role}"
    if "sender" not in addresses:
        return "缺少发件人地址"
    wrong = _receiver_fault(addresses.get("receiver") or {}) or _goods_fault(goods)
    if wrong or settings.strikes("refuse_address", method):
        return wrong or "收件地址不可达"
    weight_g = sum(_grams(one["product_weight"]) * int(one["product_num"]) for one in goods)
    obstacle = _obstacle(plan, str(addresses["receiver"]["country"]), _cargo(goods), weight_g)
    if obstacle:
        return obstacle
    if decision == "return" and not plan.return_supported:
        return "该物流方案不支持无法投递退回"
    if decision == "return" and "refund" not in addresses:
        return "缺少退件地址"
    return ""


def _receiver_fault(receiver: dict[str, Any]) -> str:
    for name in ("name", "country", "city", "street_address"):
        if not str(receiver.get(name, "")).strip() and name != "city":
            return f"收件人信息缺失: {name}"
    if not receiver.get("phone") and not receiver.get("mobile"):
        return "收件人信息缺失: phone"
    for name, most in RECEIVER_BYTES.items():
        if len(str(receiver.get(name, "")).encode()) > most:
            return f"收件人信息超长: {name}"
    return ""


def _goods_fault(goods: list[dict[str, Any]]) -> str:
    if not 1 <= len(goods) <= 50:
        return "申报商品数量不合法"
    for one in goods:
        if not 1 <= len(str(one.get("category_cn_desc", ""))) <= 20:
            return "申报中文品名不合法"
        if not 1 <= len(str(one.get("category_en_desc", ""))) <= 60:
            return "申报英文品名不合法"
        if not 1 <= int(one.get("product_num", 0)) <= 999:
            return "申报件数不合法"
        if not 1 <= _grams(one.get("product_weight")) <= 2000:
            return "申报重量不合法"
        if not Decimal("0.01") <= _decimal(one.get("product_declare_amount")) <= 10000:
            return "申报金额不合法"
    return ""


def _obstacle(plan: reference.Plan, country: str, cargo: str, weight_g: int) -> str | None:
    if plan.max_weight_g is not None and weight_g > plan.max_weight_g:
        return "包裹重量超过该物流方案限制"
    if cargo not in plan.cargo:
        return "该物流方案不支持此类货物"
    rate = reference.rate(plan, country, cargo, weight_g)
    if rate is None:
        return "该物流方案对此订单不可用"
    return "该物流方案暂停发往此国家" if rate.suspended else None


def _offered(plan: reference.Plan, order: TradeOrder, weight_g: int) -> dict[str, Any]:
    rate = reference.rate(plan, order.receiver["country"], "general", weight_g)
    sign = {"CNY": "CN¥", "USD": "US $"}
    return {
        "logistics_service_id": plan.service_code,
        "logistics_service_name": plan.name_zh,
        "warehouse_name": plan.warehouse_name,
        "delivery_address": plan.address,
        "logistics_timeliness": f"{plan.days_min}-{plan.days_max}天" if plan.days_min else "",
        "trial_result": f"{sign.get(rate.currency, rate.currency)}{rate.fee(weight_g)}" if rate else "",
        "other_fees": None,
        "is_express_logistics_service": plan.express,
    }


def _row(world: World, made: LogisticsOrder) -> dict[str, Any]:
    fee = {"amount": f"{made.fee_minor / 100:.2f}", "cent": made.fee_minor, "currency_code": made.currency}
    codes = ["DOOR_PICKUP" if made.pickup else "SELF_POST"]
    codes += ["UNREACHABLE_RETURN"] * (made.undeliverable_decision == "return")
    numbered = _numbered(world, made)
    row = {
        "logistics_order_id": int(made.logistics_order_id),
        "trade_order_id": int(made.trade_order_id),
        "logistics_status": "wait_warehouse_receive_goods"
        if numbered and made.status == "init"
        else made.status,
        "international_logistics_type": made.service_code,
        "out_order_code": made.lp_number,
        "solution_code": made.plan_id,
        "gmt_create": pacific(made.created_at),
        "logistics_fee": fee,
        "logistics_fee_list": wrapped("money", [fee]),
        "logistics_service_list": wrapped("logistics_service_dto", [{"code": code} for code in codes]),
    }
    return row | ({"international_logistics_num": made.tracking_number} if numbered else {})


def _labels(world: World, wanted: list[dict[str, Any]]) -> str:
    found = [world.by_number.get(str(one.get("international_logistics_id"))) for one in wanted]
    ready = [made for made in found if made is not None and _numbered(world, made)]
    if not wanted or len(ready) < len(wanted) or len(wanted) > 999:
        return json.dumps({"StatusCode": 200, "errorDesc": "label is not ready or does not exist"})
    body = base64.b64encode(labels.labels(ready)).decode()
    return json.dumps({"StatusCode": 200, "Content-Type": "application/pdf", "body": body})


def _numbered(world: World, made: LogisticsOrder) -> bool:
    return datetime.fromisoformat(made.number_at) <= world.now()


def _created(result: dict[str, Any]) -> dict[str, Any]:
    return {"result": result, "result_success": True}


def _not_declared(text: str) -> dict[str, Any]:
    return {"result_success": False, "result_error_code": "-999", "result_error_desc": text}


def _check_courier(params: Mapping[str, str]) -> None:
    if _need(params, "domestic_logistics_company_id") == "-1":
        _need(params, "domestic_logistics_company")
    if not 1 <= len(_need(params, "domestic_tracking_no")) <= 32:
        raise invalid("domestic_tracking_no", "1 to 32 characters")


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


def _cargo(goods: list[dict[str, Any]]) -> str:
    if any(one.get("contains_special_goods") for one in goods):
        return "special"
    return "battery" if any(one.get("contains_battery") for one in goods) else "general"


def _grams(value: Any) -> int:
    return int(_decimal(value) * 1000)


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)


def _need(params: Mapping[str, str], name: str) -> str:
    if not params.get(name):
        raise missing(name)
    return params[name]


def _json(params: Mapping[str, str], name: str) -> dict[str, Any]:
    try:
        found = json.loads(_need(params, name))
    except ValueError as error:
        raise invalid(name, "not JSON") from error
    if not isinstance(found, dict):
        raise invalid(name, "not an object")
    return found


def _rows(params: Mapping[str, str], name: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(_need(params, name))
    except ValueError as error:
        raise invalid(name, "not JSON") from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise invalid(name, "not a list of objects")
    return found

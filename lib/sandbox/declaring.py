"""Declaring parcels shipped (填写发货通知), and reading what was declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lib.sandbox import reference
from lib.sandbox.fields import Params, json_object, need, objects, whole, wire_id
from lib.sandbox.gateway import Rows, invalid
from lib.sandbox.offers import NOT_YOURS, SHIPPABLE
from lib.sandbox.world import Declaration, Event, TradeOrder, World

#: The code of every refusal here; the texts tell them apart.
CODE = "-999"
ALREADY = "该交易订单已填写发货通知"
WRONG_STATUS = "该交易订单缺少履约信息"
BAD_NUMBER = "该货运跟踪号未通过物流风控审核"
#: Texts of these two are not documented.
UNKNOWN_SERVICE = "物流服务名称有误"
NO_WEBSITE = "请填写查询网址"
SHIPPED, PARTLY = "WAIT_BUYER_ACCEPT_GOODS", "SELLER_PART_SEND_GOODS"
#: States a declaration moves on; in a dispute, frozen or being cancelled an order stays what it is.
MOVES_ON = frozenset({"WAIT_SELLER_SEND_GOODS", PARTLY})
DESCRIPTION_CHARACTERS = 512


def declare(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.sellershipmentfortop"""
    number, service = need(params, "logistics_no"), need(params, "service_name")
    send_type = _send_type(need(params, "send_type"))
    if len(params.get("description", "")) > DESCRIPTION_CHARACTERS:
        raise invalid("description", f"up to {DESCRIPTION_CHARACTERS} characters")
    order = world.orders.get(need(params, "out_ref"))
    if order is None:
        return _not_declared(NOT_YOURS)
    fault = _order_fault(world, order) or _parcel_fault(
        world, order, number, service, params.get("tracking_website"), params.get("package_type")
    )
    if fault:
        return _not_declared(fault)
    declared = Declaration(order.order_id, 0, service, number, send_type, world.now().isoformat())
    world.record(*_events(world, order, [declared]))
    return {"result_success": True}


def declare_sub_orders(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.order.shipment: all that is in the call, or nothing."""
    wanted = json_object(params, "param_aeop_seller_shipment_sub_trade_order_request")
    order = world.orders.get(need(wanted, "trade_order_id"))
    if order is None:
        return _subs_not_declared(NOT_YOURS)
    subs = objects(wanted.get("sub_trade_order_list"), "sub_trade_order_list")
    declared = list(_declared_subs(world, order, subs))
    fault = _order_fault(world, order) or _subs_fault(world, order, subs, declared)
    if fault:
        return _subs_not_declared(fault)
    world.record(*_events(world, order, declared))
    echo = [
        {"sub_trade_order_index": one.index, "send_type": one.send_type, "logistics_no": one.logistics_no}
        for one in declared
    ]
    return {
        "result": {
            "success": True,
            "trade_order_id": wire_id(order.order_id),
            "sub_trade_order_list": Rows("sub_trade_order", echo),
        }
    }


def declarations(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.querysellershipmentinfo"""
    order_id = need(params, "trade_order_id")
    if order_id not in world.orders:
        return {"result_success": False, "result_error_code": CODE, "error_msg": NOT_YOURS}
    index = params.get("sub_trade_order_index", "0")
    rows = [
        {
            "sub_trade_order_index": one.index,
            "send_type": one.send_type,
            "shipment_list": Rows(
                "shipment", [{"logistics_no": one.logistics_no, "service_name": one.service_name}]
            ),
        }
        for one in world.declarations.get(order_id, [])
        if params.get("logistics_no", one.logistics_no) == one.logistics_no
        and params.get("service_name", one.service_name) == one.service_name
        and index in ("0", str(one.index))
    ]
    return {"result_success": True, "sub_trade_order_list": Rows("sub_trade_order", rows)}


def _declared_subs(
    world: World, order: TradeOrder, subs: Sequence[Mapping[str, Any]]
) -> Iterator[Declaration]:
    """One declaration per parcel of each sub-order in the call. Raises GatewayError."""
    at = world.now().isoformat()
    for sub in subs:
        index, send_type = whole(sub, "sub_trade_order_index", 0), _send_type(str(sub.get("send_type")))
        if index not in {line.index for line in order.lines}:
            raise invalid("sub_trade_order_index", "no such sub-order")
        parcels = objects(sub.get("shipment_list"), "shipment_list")
        if not parcels:
            raise invalid("shipment_list", "empty")
        for parcel in parcels:
            service, number = need(parcel, "service_name"), need(parcel, "logistics_no")
            yield Declaration(order.order_id, index, service, number, send_type, at)


def _subs_fault(
    world: World, order: TradeOrder, subs: Sequence[Mapping[str, Any]], declared: Sequence[Declaration]
) -> str:
    if not declared:
        raise invalid("sub_trade_order_list", "empty")
    before = {one.index for one in world.declarations.get(order.order_id, []) if one.send_type == "all"}
    if any(one.index in before for one in declared):
        return ALREADY
    parcels = [parcel for sub in subs for parcel in sub["shipment_list"]]
    for one, parcel in zip(declared, parcels, strict=True):
        website, kind = parcel.get("tracking_web_site"), parcel.get("package_type")
        fault = _parcel_fault(world, order, one.logistics_no, one.service_name, website, kind)
        if fault:
            return fault
    return ""


def _order_fault(world: World, order: TradeOrder) -> str:
    whole_order = any(
        one.index == 0 and one.send_type == "all" for one in world.declarations.get(order.order_id, [])
    )
    if whole_order or order.status == SHIPPED:
        return ALREADY
    return "" if order.status in SHIPPABLE else WRONG_STATUS


def _parcel_fault(
    world: World, order: TradeOrder, number: str, service: str, website: Any, package_type: Any
) -> str:
    if not number.isascii() or not number.isalnum() or not 4 <= len(number) <= 35:
        return BAD_NUMBER
    made = world.by_number.get(number)
    if made is not None and made.trade_order_id != order.order_id and package_type != "consolidation":
        return BAD_NUMBER
    other = service.upper().startswith("OTHER")
    if not other and service not in reference.declarable():
        return UNKNOWN_SERVICE
    return NO_WEBSITE if other and not website else ""


def _events(world: World, order: TradeOrder, declared: Sequence[Declaration]) -> list[Event]:
    """The new declarations and the state they bring the order to, as one; a word-for-word repeat adds nothing."""
    told = world.declarations.get(order.order_id, [])
    known = {(one.index, one.service_name, one.logistics_no, one.send_type) for one in told}
    events: list[Event] = [
        ("declaration", one)
        for one in declared
        if (one.index, one.service_name, one.logistics_no, one.send_type) not in known
    ]
    status = SHIPPED if _everything([*told, *declared], order) else PARTLY
    if order.status in MOVES_ON and order.status != status:
        at = world.now().isoformat()
        events.append(("status", {"order_id": order.order_id, "status": status, "at": at}))
    return events


def _everything(declared: Sequence[Declaration], order: TradeOrder) -> bool:
    whole_ones = {one.index for one in declared if one.send_type == "all"}
    return 0 in whole_ones or whole_ones >= {line.index for line in order.lines}


def _send_type(text: str) -> str:
    if text not in ("all", "part"):
        raise invalid("send_type", "all or part")
    return text


def _not_declared(text: str) -> dict[str, Any]:
    return {"result_success": False, "result_error_code": CODE, "result_error_desc": text}


def _subs_not_declared(text: str) -> dict[str, Any]:
    return {"result": {"success": False, "error_code": CODE, "error_msg": text}}

"""Declaring parcels shipped (填写发货通知), and reading what was declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lib.sandbox import reference
from lib.sandbox.answers import Rows
from lib.sandbox.fields import Params, json_object, need, objects, parameter_object, whole, wire_id
from lib.sandbox.gateway import invalid
from lib.sandbox.offers import NOT_YOURS, SHIPPABLE
from lib.sandbox.records import Declaration, TradeOrder
from lib.sandbox.shop import Event, Shop

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


def fulfill(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.solution.order.fulfill: the older twin"""
    return {"result": declare(shop, params)}


def declare(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.sellershipmentfortop"""
    number, service = need(params, "logistics_no"), need(params, "service_name")
    send_type = send_type_of(need(params, "send_type"))
    if len(params.get("description", "")) > DESCRIPTION_CHARACTERS:
        raise invalid("description", f"up to {DESCRIPTION_CHARACTERS} characters")
    order = shop.orders.get(need(params, "out_ref"))
    if order is None:
        return not_declared(NOT_YOURS)
    fault = _order_fault(shop, order) or parcel_fault(
        shop, order, number, service, params.get("tracking_website"), params.get("package_type")
    )
    if fault:
        return not_declared(fault)
    website = params.get("tracking_website", "")
    declared = Declaration(order.order_id, 0, service, number, send_type, shop.now().isoformat(), website)
    shop.record(*_events(shop, order, [declared]))
    return {"result_success": True}


def declare_sub_orders(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.order.shipment: all that is in the call, or nothing."""
    wanted = json_object(params, "param_aeop_seller_shipment_sub_trade_order_request")
    declared, fault = _declared_now(shop, wanted)
    if fault:
        return {"result": {"success": False, "error_code": CODE, "error_msg": fault}}
    order_id = need(wanted, "trade_order_id")
    echo = _sub_orders(declared)
    return {"result": {"success": True, "trade_order_id": wire_id(order_id), "sub_trade_order_list": echo}}


def declare_sub_orders_older(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.sellershipmentsupportsubtradeorder"""
    _, fault = _declared_now(shop, parameter_object(params, "trade_order_id"))
    return {"is_success": False, "code_of_error": CODE, "error_msg": fault} if fault else {"is_success": True}


def declarations(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.querysellershipmentinfo"""
    order_id = need(params, "trade_order_id")
    if order_id not in shop.orders:
        return {"result_success": False, "result_error_code": CODE, "error_msg": NOT_YOURS}
    index = params.get("sub_trade_order_index", "0")
    told = [
        one
        for one in shop.declarations.get(order_id, [])
        if params.get("logistics_no", one.logistics_no) == one.logistics_no
        and params.get("service_name", one.service_name) == one.service_name
        and index in ("0", str(one.index))
    ]
    return {"result_success": True, "sub_trade_order_list": _sub_orders(told)}


def _sub_orders(declared: Sequence[Declaration]) -> Rows:
    """Declarations as the platform tells them, by sub-order."""
    rows = [
        {
            "sub_trade_order_index": one.index,
            "send_type": one.send_type,
            "shipment_list": Rows("shipment", [_shipment(one)]),
        }
        for one in declared
    ]
    return Rows("sub_trade_order", rows)


def _shipment(one: Declaration) -> dict[str, Any]:
    row = {"logistics_no": one.logistics_no, "service_name": one.service_name}
    return row | {"tracking_web_site": one.website} if one.website else row


def _declared_now(shop: Shop, wanted: Mapping[str, Any]) -> tuple[list[Declaration], str]:
    """The declarations of a call, kept; or none, and why. Raises GatewayError."""
    order = shop.orders.get(need(wanted, "trade_order_id"))
    if order is None:
        return [], NOT_YOURS
    subs = objects(wanted.get("sub_trade_order_list"), "sub_trade_order_list")
    declared = list(_declared_subs(shop, order, subs))
    fault = _order_fault(shop, order) or _subs_fault(shop, order, subs, declared)
    if not fault:
        shop.record(*_events(shop, order, declared))
    return declared, fault


def _declared_subs(shop: Shop, order: TradeOrder, subs: Sequence[Mapping[str, Any]]) -> Iterator[Declaration]:
    """One declaration per parcel of each sub-order in the call. Raises GatewayError."""
    at = shop.now().isoformat()
    for sub in subs:
        index, send_type = whole(sub, "sub_trade_order_index", 0), send_type_of(str(sub.get("send_type")))
        if index not in {line.index for line in order.lines}:
            raise invalid("sub_trade_order_index", "no such sub-order")
        parcels = objects(sub.get("shipment_list"), "shipment_list")
        if not parcels:
            raise invalid("shipment_list", "empty")
        for parcel in parcels:
            service, number = need(parcel, "service_name"), need(parcel, "logistics_no")
            website = str(parcel.get("tracking_web_site") or "")
            yield Declaration(order.order_id, index, service, number, send_type, at, website)


def _subs_fault(
    shop: Shop, order: TradeOrder, subs: Sequence[Mapping[str, Any]], declared: Sequence[Declaration]
) -> str:
    if not declared:
        raise invalid("sub_trade_order_list", "empty")
    before = {one.index for one in shop.declarations.get(order.order_id, []) if one.send_type == "all"}
    if any(one.index in before for one in declared):
        return ALREADY
    parcels = [parcel for sub in subs for parcel in sub["shipment_list"]]
    for one, parcel in zip(declared, parcels, strict=True):
        website, kind = parcel.get("tracking_web_site"), parcel.get("package_type")
        fault = parcel_fault(shop, order, one.logistics_no, one.service_name, website, kind)
        if fault:
            return fault
    return ""


def _order_fault(shop: Shop, order: TradeOrder) -> str:
    whole_order = any(
        one.index == 0 and one.send_type == "all" for one in shop.declarations.get(order.order_id, [])
    )
    if whole_order or order.status == SHIPPED:
        return ALREADY
    return "" if order.status in SHIPPABLE else WRONG_STATUS


def parcel_fault(
    shop: Shop, order: TradeOrder, number: str, service: str, website: Any, package_type: Any
) -> str:
    """Why a parcel cannot be declared for an order, or an empty text."""
    if not number.isascii() or not number.isalnum() or not 4 <= len(number) <= 35:
        return BAD_NUMBER
    made = shop.by_number.get(number)
    if made is not None and made.trade_order_id != order.order_id and package_type != "consolidation":
        return BAD_NUMBER
    other = service.upper().startswith("OTHER")
    if not other and service not in reference.declarable():
        return UNKNOWN_SERVICE
    return NO_WEBSITE if other and not website else ""


def _events(shop: Shop, order: TradeOrder, declared: Sequence[Declaration]) -> list[Event]:
    """The new declarations and the state they bring the order to, as one; a word-for-word repeat adds nothing."""
    told = shop.declarations.get(order.order_id, [])
    known = {(one.index, one.service_name, one.logistics_no, one.send_type) for one in told}
    events: list[Event] = [
        ("declaration", one)
        for one in declared
        if (one.index, one.service_name, one.logistics_no, one.send_type) not in known
    ]
    status = SHIPPED if everything([*told, *declared], order) else PARTLY
    if order.status in MOVES_ON and order.status != status:
        at = shop.now().isoformat()
        events.append(("status", {"order_id": order.order_id, "status": status, "at": at}))
    return events + handed_over(shop, [one.logistics_no for one in declared])


def handed_over(shop: Shop, numbers: Sequence[str]) -> list[Event]:
    """Parcels whose numbers are declared have left the seller, as far as the platform can know."""
    at = shop.now().isoformat()
    made = [shop.by_number[number] for number in dict.fromkeys(numbers) if number in shop.by_number]
    return [event for one in made for event in shop.hand_over(one, at)]


def everything(declared: Sequence[Declaration], order: TradeOrder) -> bool:
    """Whether these declare the whole order: at once, or each of its sub-orders."""
    whole_ones = {one.index for one in declared if one.send_type == "all"}
    return 0 in whole_ones or whole_ones >= {line.index for line in order.lines}


def send_type_of(text: str) -> str:
    """all or part. Raises GatewayError."""
    if text not in ("all", "part"):
        raise invalid("send_type", "all or part")
    return text


def not_declared(text: str) -> dict[str, Any]:
    """A refusal of the calls about whole orders."""
    return {"result_success": False, "result_error_code": CODE, "result_error_desc": text}

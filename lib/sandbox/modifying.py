"""Changing a declaration: another number or service in the place of the one that was told.

The platform limits how often and how long after; the figures are not published, so neither is simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from lib.sandbox.declaring import CODE, handed_over, not_declared, parcel_fault, send_type_of
from lib.sandbox.fields import Params, need, objects, parameter_object, whole
from lib.sandbox.gateway import invalid
from lib.sandbox.offers import NOT_YOURS
from lib.sandbox.records import Declaration, TradeOrder
from lib.sandbox.shop import Shop

#: Texts of these are not documented.
NOT_DECLARED = "原运单号未声明发货"
WRONG_STATUS = "该交易订单状态不允许修改发货通知"
CHANGEABLE = frozenset(
    {"WAIT_BUYER_ACCEPT_GOODS", "SELLER_PART_SEND_GOODS", "IN_ISSUE", "IN_FROZEN", "IN_CANCEL"}
)
MOST_SUB_ORDERS = 20


def modify(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.sellermodifiedshipmentfortop"""
    order = shop.orders.get(need(params, "out_ref"))
    old = (need(params, "old_service_name"), need(params, "old_logistics_no"))
    new = (need(params, "new_service_name"), need(params, "new_logistics_no"))
    send_type = send_type_of(need(params, "send_type"))
    if order is None:
        return not_declared(NOT_YOURS)
    website = params.get("tracking_website", "")
    fault = _fault(shop, order, old, lambda one: True) or parcel_fault(
        shop, order, new[1], new[0], website, params.get("package_type")
    )
    if fault:
        return not_declared(fault)
    _change(shop, order, old, new, send_type, website, lambda one: True)
    return {"result_success": True}


def modify_sub_orders(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.order.modifyshipment: the sub-orders in the call, or nothing."""
    wanted = parameter_object(params, "trade_order_id")
    order = shop.orders.get(need(wanted, "trade_order_id"))
    old = (need(wanted, "old_service_name"), need(wanted, "old_logistics_no"))
    subs = objects(wanted.get("sub_trade_order_list"), "sub_trade_order_list")
    if not 1 <= len(subs) <= MOST_SUB_ORDERS:
        raise invalid("sub_trade_order_list", f"1 to {MOST_SUB_ORDERS} sub-orders")
    if order is None:
        return _no(NOT_YOURS)
    changes = []
    for sub in subs:
        index, send_type = whole(sub, "sub_trade_order_index", 0), send_type_of(str(sub.get("send_type")))
        for parcel in objects(sub.get("shipment_list"), "shipment_list"):
            new = (need(parcel, "service_name"), need(parcel, "logistics_no"))
            website = str(parcel.get("tracking_web_site") or "")
            of_index = _of(index)
            fault = _fault(shop, order, old, of_index) or parcel_fault(
                shop, order, new[1], new[0], website, parcel.get("package_type")
            )
            if fault:
                return _no(fault)
            changes.append((new, send_type, website, of_index))
    for new, send_type, website, of_index in changes:
        _change(shop, order, old, new, send_type, website, of_index)
    return {"is_success": True}


def _of(index: int) -> Callable[[Declaration], bool]:
    return lambda one: one.index == index


def _fault(shop: Shop, order: TradeOrder, old: tuple[str, str], meant: Callable[[Declaration], bool]) -> str:
    if order.status not in CHANGEABLE:
        return WRONG_STATUS
    told = shop.declarations.get(order.order_id, [])
    return "" if any(meant(one) and _is(one, old) for one in told) else NOT_DECLARED


def _change(
    shop: Shop,
    order: TradeOrder,
    old: tuple[str, str],
    new: tuple[str, str],
    send_type: str,
    website: str,
    meant: Callable[[Declaration], bool],
) -> None:
    """Write the changed declarations down; a parcel that is declared by it is handed over by it."""
    told = [
        replace(one, service_name=new[0], logistics_no=new[1], send_type=send_type, website=website)
        if meant(one) and _is(one, old)
        else one
        for one in shop.declarations.get(order.order_id, [])
    ]
    value: Mapping[str, Any] = {"order_id": order.order_id, "declarations": [asdict(one) for one in told]}
    shop.record(("redeclared", value), *handed_over(shop, [new[1]]))


def _is(one: Declaration, old: tuple[str, str]) -> bool:
    return (one.service_name, one.logistics_no) == old


def _no(text: str) -> dict[str, Any]:
    return {"is_success": False, "code_of_error": CODE, "error_msg": text}

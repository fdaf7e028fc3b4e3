"""Calls about trade orders: lists, details, receivers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lib.sandbox import order_rows
from lib.sandbox.answers import Rows
from lib.sandbox.fields import (
    Params,
    bounds,
    json_object,
    known,
    need,
    pacific,
    whole,
    wire_id,
    within,
)
from lib.sandbox.gateway import invalid
from lib.sandbox.records import TradeOrder
from lib.sandbox.shop import Shop

LARGEST_PAGE = 50
NOT_FOUND = {"error_code": "15-1001", "error_message": "order does not exist or is not yours"}


def order_list(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.trade.seller.orderlist.get"""
    query = json_object(params, "param_aeop_order_query")
    return _list(
        shop, query, "aliexpress.trade.seller.orderlist.get", "aeop_order_item_dto", "aeop_order_product_dto"
    )


def solution_order_list(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.solution.order.get"""
    query = json_object(params, "param0")
    return _list(shop, query, "aliexpress.solution.order.get", "order_dto", "order_product_dto")


def order_detail(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.trade.new.redefining.findorderbyid"""
    order = _order(shop, json_object(params, "param1"))
    if order is None:
        return dict(NOT_FOUND)
    target = order_rows.detail(shop, order) | {
        "id": wire_id(order.order_id),
        "over_time_left": pacific(order.ship_by_at),
        "child_order_list": Rows(
            "aeop_tp_child_order_dto", [order_rows.child(order, line) for line in order.lines]
        ),
    }
    return {"target": target, "time_stamp": pacific(shop.now().isoformat())}


def solution_order_detail(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.solution.order.info.get"""
    order = _order(shop, json_object(params, "param1"))
    if order is None:
        return {"result": dict(NOT_FOUND)}
    children = Rows("global_aeop_tp_child_order_dto", [order_rows.child(order, line) for line in order.lines])
    return {
        "result": {"data": order_rows.detail(shop, order) | {"child_order_list": children}, "error_code": 0}
    }


def receipt(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.solution.order.receiptinfo.get: the receiver, without a tax number."""
    found = receipt_with_tax_number(shop, params)["result"]
    return {"result": {name: value for name, value in found.items() if name != "cpf_no"}}


def receipt_with_tax_number(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.trade.redefining.findorderreceiptinfo"""
    order = _order(shop, json_object(params, "param1"))
    return {"result": order_rows.receipt_address(order) if order else {}}


def decrypted(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.trade.seller.order.decrypt: the receiver, for the token that stands for it"""
    order = shop.orders.get(need(params, "orderId"))
    if order is None or need(params, "oaid") != order_rows.oaid(order):
        return {"result_code": NOT_FOUND["error_code"], "result_info": NOT_FOUND["error_message"]}
    return {"result_code": "200", "result_info": "success", "result_obj": order_rows.receipt_address(order)}


def tax_numbers(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.getwlmailingaddresssnapshotdto: what customs want to know of the receiver"""
    order = shop.orders.get(need(params, "trade_order_id"))
    if order is None:
        return {"result": {"success": False, "error_desc": NOT_FOUND["error_message"]}}
    number = order.receiver.get("tax_number")
    name = {"BR": "cpf", "CL": "rut_no"}.get(order.receiver.get("country", ""), "cpf")
    return {"result": known({"success": True, name: number})}


def _list(shop: Shop, query: Mapping[str, Any], method: str, row: str, product: str) -> dict[str, Any]:
    page, size = whole(query, "current_page", 1), min(whole(query, "page_size", 20), LARGEST_PAGE)
    statuses = _statuses(query)
    created = bounds(query, "create_date_start", "create_date_end")
    modified = bounds(query, "modified_date_start", "modified_date_end")
    buyer = query.get("buyer_login_id")
    orders = [
        order
        for order in shop.newest_first()
        if (order.status in statuses if statuses else order.status != order_rows.ENDED)
    ]
    if any(created) or any(modified) or buyer:
        orders = [
            order
            for order in orders
            if within(order.ordered_at, created)
            and within(order.changed_at, modified)
            and (not buyer or buyer == order_rows.login(order))
        ]
    edge = (page - 1) * size
    if 0 < edge < len(orders) and shop.settings.strikes("move_list_entry", method):
        shop.swap(orders[edge - 1], orders[edge])
        orders[edge - 1], orders[edge] = orders[edge], orders[edge - 1]
    shown = orders[edge : edge + size]
    if shown and shop.settings.strikes("duplicate_list_entry", method):
        # As when an order came in on top since the page before: its last one comes again.
        shown = [orders[(page - 1) * size - 1], *shown] if page > 1 else [*shown, shown[0]]
    return {
        "result": {
            "success": True,
            "error_message": "OK",
            "current_page": page,
            "page_size": size,
            "total_count": len(orders),
            "total_page": -(-len(orders) // size),
            "time_stamp": pacific(shop.now().isoformat()),
            "target_list": Rows(row, [order_rows.row(shop, order, product) for order in shown]),
        }
    }


def _statuses(query: Mapping[str, Any]) -> set[str]:
    """The states asked for. Ended orders come only when asked for by themselves."""
    listed = query.get("order_status_list") or []
    if not isinstance(listed, list) or len(listed) > 20:
        raise invalid("order_status_list", "not a list of up to 20 states")
    wanted = {str(one) for one in listed}
    if query.get("order_status"):
        wanted.add(str(query["order_status"]))
    return wanted - {order_rows.ENDED} if len(wanted) > 1 else wanted


def _order(shop: Shop, query: Mapping[str, Any]) -> TradeOrder | None:
    return shop.orders.get(need(query, "order_id"))

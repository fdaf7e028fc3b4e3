"""Calls about trade orders: lists, details, receivers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lib.sandbox.gateway import invalid, missing, wrapped
from lib.sandbox.world import TradeLine, TradeOrder, World

PACIFIC = ZoneInfo("America/Los_Angeles")
LARGEST_PAGE = 50


def order_list(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    """aliexpress.trade.seller.orderlist.get"""
    return _list(
        world, _object(params, "param_aeop_order_query"), "aeop_order_item_dto", "aeop_order_product_dto"
    )


def solution_order_list(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    """aliexpress.solution.order.get"""
    return _list(world, _object(params, "param0"), "order_dto", "order_product_dto")


def order_detail(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    """aliexpress.trade.new.redefining.findorderbyid"""
    order = _order(world, _object(params, "param1"))
    if order is None:
        return {"error_code": "15-1001", "error_message": "order does not exist or is not yours"}
    target = _detail(world, order) | {
        "id": int(order.order_id),
        "over_time_left": pacific(order.ship_by_at),
        "child_order_list": wrapped("aeop_tp_child_order_dto", [_child(order, line) for line in order.lines]),
    }
    return {"target": target, "time_stamp": pacific(world.now().isoformat())}


def solution_order_detail(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    """aliexpress.solution.order.info.get"""
    order = _order(world, _object(params, "param1"))
    if order is None:
        return {"result": {"error_code": "15-1001", "error_message": "order does not exist or is not yours"}}
    children = wrapped("global_aeop_tp_child_order_dto", [_child(order, line) for line in order.lines])
    return {"result": {"data": _detail(world, order) | {"child_order_list": children}, "error_code": 0}}


def receipt(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    """aliexpress.solution.order.receiptinfo.get and aliexpress.trade.redefining.findorderreceiptinfo"""
    order = _order(world, _object(params, "param1"))
    return {"result": _receipt_address(order) if order else {}}


def pacific(iso: str | None) -> str | None:
    """A moment as the platform writes order times: US Pacific, without a zone."""
    return None if iso is None else f"{datetime.fromisoformat(iso).astimezone(PACIFIC):%Y-%m-%d %H:%M:%S}"


def money(minor: int, currency: str) -> dict[str, Any]:
    """An amount as the platform writes it."""
    return {
        "amount": f"{minor / 100:.2f}",
        "cent": minor,
        "cent_factor": 100,
        "currency_code": currency,
    }


def _list(world: World, query: Mapping[str, Any], row: str, product: str) -> dict[str, Any]:
    page, size = int(query.get("current_page") or 1), min(int(query.get("page_size") or 20), LARGEST_PAGE)
    statuses = set(query.get("order_status_list") or [])
    if query.get("order_status"):
        statuses.add(query["order_status"])
    orders = [
        order
        for order in world.orders.values()
        if (order.status in statuses if statuses else order.status != "FINISH") and _in_range(order, query)
    ]
    orders.sort(key=lambda order: (order.ordered_at or "", order.order_id), reverse=True)
    shown = orders[(page - 1) * size : page * size]
    return {
        "result": {
            "success": True,
            "error_message": "OK",
            "current_page": page,
            "page_size": size,
            "total_count": len(orders),
            "total_page": -(-len(orders) // size),
            "time_stamp": pacific(world.now().isoformat()),
            "target_list": wrapped(row, [_row(world, order, product) for order in shown]),
        }
    }


def _in_range(order: TradeOrder, query: Mapping[str, Any]) -> bool:
    """US Pacific bounds on the creation time; a value without its time part is ignored."""
    created = pacific(order.ordered_at) or ""
    start, end = str(query.get("create_date_start") or ""), str(query.get("create_date_end") or "")
    return (len(start) < 19 or created >= start) and (len(end) < 19 or created <= end)


def _row(world: World, order: TradeOrder, product: str) -> dict[str, Any]:
    left = _left(world, order)
    minutes = max(left, 0) // 60_000 if left is not None else 0
    return {
        "order_id": int(order.order_id),
        "order_status": order.status,
        "logistics_status": _logistics_status(order.status),
        "fund_status": "NOT_PAY" if order.status == "PLACE_ORDER_SUCCESS" else "PAY_SUCCESS",
        "issue_status": "IN_ISSUE" if order.status == "IN_ISSUE" else "NO_ISSUE",
        "frozen_status": "IN_FROZEN" if order.status == "IN_FROZEN" else "NO_FROZEN",
        "biz_type": "AE_COMMON",
        "gmt_create": pacific(order.ordered_at),
        "gmt_pay_time": pacific(order.paid_at),
        "left_send_good_day": str(minutes // 1440),
        "left_send_good_hour": str(minutes // 60 % 24),
        "left_send_good_min": str(minutes % 60),
        "timeout_left_time": left,
        "pay_amount": {"amount": f"{order.total_minor / 100:.2f}", "currency_code": order.currency},
        "buyer_signer_fullname": order.receiver.get("name", ""),
        "product_list": wrapped(product, [_product(order, line) for line in order.lines]),
    }


def _product(order: TradeOrder, line: TradeLine) -> dict[str, Any]:
    return {
        "child_id": int(line.child_order_id),
        "order_id": int(order.order_id),
        "son_order_status": order.status,
        "product_id": int(line.product_id),
        "product_name": line.title,
        "product_count": line.quantity,
        "product_unit": line.unit,
        "sku_code": line.sku,
        "logistics_type": order.service_key,
        "logistics_service_name": order.buyer_service,
        "memo": order.note,
    }


def _child(order: TradeOrder, line: TradeLine) -> dict[str, Any]:
    return {
        "id": line.child_order_id,
        "child_order_id": line.child_order_id,
        "order_sort_id": line.index,
        "product_id": int(line.product_id),
        "product_name": line.title,
        "product_count": line.quantity,
        "product_unit": line.unit,
        "lot_num": 1,
        "sku_code": line.sku,
        "product_attributes": line.attributes,
        "logistics_type": order.service_key,
        "logistics_service_name": order.buyer_service,
        "order_status": order.status,
        "send_goods_operator": "SELLER_SEND_GOODS",
        "buyer_memo": order.note,
    }


def _detail(world: World, order: TradeOrder) -> dict[str, Any]:
    declared = [
        {
            "logistics_no": one.logistics_no,
            "logistics_type_code": one.service_name,
            "gmt_send": pacific(one.at),
            "receive_status": "default",
            "have_tracking_info": True,
        }
        for one in world.declarations.get(order.order_id, [])
    ]
    return {
        "order_status": order.status,
        "logistics_status": _logistics_status(order.status),
        "gmt_create": pacific(order.ordered_at),
        "gmt_pay_success": pacific(order.paid_at),
        "order_amount": money(order.total_minor, order.currency),
        "logistics_amount": money(order.shipping_minor, order.currency),
        "receipt_address": _receipt_address(order),
        "logistic_info_list": wrapped("global_aeop_tp_logistic_info_dto", declared),
        "memo": order.note,
    }


def _receipt_address(order: TradeOrder) -> dict[str, Any]:
    one = order.receiver
    country, _, rest = one.get("phone", "").partition("-")
    address = {
        "contact_person": one.get("name"),
        "country": one.get("country"),
        "country_name": one.get("country_label"),
        "province": one.get("province"),
        "city": one.get("city"),
        "address": one.get("address"),
        "detail_address": one.get("address"),
        "zip": one.get("postcode"),
        "mobile_no": one.get("mobile"),
        "phone_country": country,
        "phone_number": rest,
        "cpf_no": one.get("tax_number"),
    }
    return {name: value for name, value in address.items() if value}


def _logistics_status(status: str) -> str:
    return {
        "WAIT_SELLER_SEND_GOODS": "WAIT_SELLER_SEND_GOODS",
        "SELLER_PART_SEND_GOODS": "SELLER_SEND_PART_GOODS",
        "WAIT_BUYER_ACCEPT_GOODS": "SELLER_SEND_GOODS",
    }.get(status, "NO_LOGISTICS")


def _left(world: World, order: TradeOrder) -> int | None:
    if order.ship_by_at is None:
        return None
    return int((datetime.fromisoformat(order.ship_by_at) - world.now()).total_seconds() * 1000)


def _object(params: Mapping[str, str], name: str) -> Mapping[str, Any]:
    if not params.get(name):
        raise missing(name)
    try:
        found = json.loads(params[name])
    except ValueError as error:
        raise invalid(name, "not JSON") from error
    if not isinstance(found, dict):
        raise invalid(name, "not an object")
    return found


def _order(world: World, query: Mapping[str, Any]) -> TradeOrder | None:
    if not query.get("order_id"):
        raise missing("order_id")
    return world.orders.get(str(query["order_id"]))

"""Calls about trade orders: lists, details, receivers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lib.sandbox.fields import (
    PACIFIC,
    Params,
    amount,
    json_object,
    known,
    money,
    need,
    pacific,
    whole,
    wire_id,
)
from lib.sandbox.gateway import Rows, invalid
from lib.sandbox.world import TradeLine, TradeOrder, World

LARGEST_PAGE = 50
#: The methods that list orders → the parameter with what is asked for.
LISTS = {
    "aliexpress.trade.seller.orderlist.get": "param_aeop_order_query",
    "aliexpress.solution.order.get": "param0",
}
NOT_FOUND = {"error_code": "15-1001", "error_message": "order does not exist or is not yours"}
ENDED = "FINISH"


def order_list(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.trade.seller.orderlist.get"""
    return _list(
        world, json_object(params, "param_aeop_order_query"), "aeop_order_item_dto", "aeop_order_product_dto"
    )


def solution_order_list(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.solution.order.get"""
    return _list(world, json_object(params, "param0"), "order_dto", "order_product_dto")


def move_entry(world: World, method: str, params: Params) -> None:
    """Let the first order of the page asked for change places with the last one of the page before."""
    query = json_object(params, LISTS[method])
    page, size = _page(query)
    found, edge = _matching(world, query), (page - 1) * size
    if not 0 < edge < len(found):
        return
    listed = world.newest_first()
    places = {order.order_id: place for place, order in enumerate(listed)}
    one, other = (places[order.order_id] for order in found[edge - 1 : edge + 1])
    listed[one], listed[other] = listed[other], listed[one]


def repeat_entry(fields: dict[str, Any]) -> None:
    """Let the first order of a page stand at its end once more."""
    rows = fields["result"]["target_list"].rows
    rows.extend(rows[:1])


def order_detail(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.trade.new.redefining.findorderbyid"""
    order = _order(world, json_object(params, "param1"))
    if order is None:
        return dict(NOT_FOUND)
    target = _detail(world, order) | {
        "id": wire_id(order.order_id),
        "over_time_left": pacific(order.ship_by_at),
        "child_order_list": Rows("aeop_tp_child_order_dto", [_child(order, line) for line in order.lines]),
    }
    return {"target": target, "time_stamp": pacific(world.now().isoformat())}


def solution_order_detail(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.solution.order.info.get"""
    order = _order(world, json_object(params, "param1"))
    if order is None:
        return {"result": dict(NOT_FOUND)}
    children = Rows("global_aeop_tp_child_order_dto", [_child(order, line) for line in order.lines])
    return {"result": {"data": _detail(world, order) | {"child_order_list": children}, "error_code": 0}}


def receipt(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.solution.order.receiptinfo.get: the receiver, without a tax number."""
    found = receipt_with_tax_number(world, params)["result"]
    return {"result": {name: value for name, value in found.items() if name != "cpf_no"}}


def receipt_with_tax_number(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.trade.redefining.findorderreceiptinfo"""
    order = _order(world, json_object(params, "param1"))
    return {"result": _receipt_address(order) if order else {}}


def _list(world: World, query: Mapping[str, Any], row: str, product: str) -> dict[str, Any]:
    page, size = _page(query)
    orders = _matching(world, query)
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
            "target_list": Rows(row, [_row(world, order, product) for order in shown]),
        }
    }


def _page(query: Mapping[str, Any]) -> tuple[int, int]:
    return whole(query, "current_page", 1), min(whole(query, "page_size", 20), LARGEST_PAGE)


def _matching(world: World, query: Mapping[str, Any]) -> list[TradeOrder]:
    statuses = _statuses(query)
    created, modified = _range(query, "create"), _range(query, "modified")
    return [
        order
        for order in world.newest_first()
        if (order.status in statuses if statuses else order.status != ENDED)
        and _within(order.ordered_at, created)
        and _within(order.modified_at or order.paid_at or order.ordered_at, modified)
    ]


def _statuses(query: Mapping[str, Any]) -> set[str]:
    """The states asked for. Ended orders come only when asked for by themselves."""
    listed = query.get("order_status_list") or []
    if not isinstance(listed, list) or len(listed) > 20:
        raise invalid("order_status_list", "not a list of up to 20 states")
    wanted = {str(one) for one in listed}
    if query.get("order_status"):
        wanted.add(str(query["order_status"]))
    return wanted - {ENDED} if len(wanted) > 1 else wanted


def _range(query: Mapping[str, Any], which: str) -> tuple[datetime | None, datetime | None]:
    """US Pacific bounds; a value without its time part is ignored. An hour that comes twice is meant whole."""
    start = _bound(str(query.get(f"{which}_date_start") or ""), fold=0)
    return start, _bound(str(query.get(f"{which}_date_end") or ""), fold=1)


def _bound(text: str, *, fold: int) -> datetime | None:
    if len(text) < 19:
        return None
    try:
        naive = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - its zone comes next.
    except ValueError as error:
        raise invalid("date", "not yyyy-MM-dd HH:mm:ss") from error
    return naive.replace(tzinfo=PACIFIC, fold=fold).astimezone(UTC)


def _within(iso: str | None, bounds: tuple[datetime | None, datetime | None]) -> bool:
    start, end = bounds
    if start is None and end is None:
        return True
    if iso is None:
        return False
    moment = datetime.fromisoformat(iso).replace(microsecond=0)
    return (start is None or moment >= start) and (end is None or moment <= end)


def _row(world: World, order: TradeOrder, product: str) -> dict[str, Any]:
    left = _left(world, order)
    minutes = max(left, 0) // 60_000 if left is not None else 0
    row = {
        "order_id": wire_id(order.order_id),
        "order_status": order.status,
        "logistics_status": _logistics_status(order.status),
        "fund_status": "NOT_PAY" if order.status == "PLACE_ORDER_SUCCESS" else "PAY_SUCCESS",
        "issue_status": "IN_ISSUE" if order.status == "IN_ISSUE" else "NO_ISSUE",
        "frozen_status": "IN_FROZEN" if order.status == "IN_FROZEN" else "NO_FROZEN",
        "biz_type": "AE_COMMON",
        "gmt_create": pacific(order.ordered_at),
        "gmt_pay_time": pacific(order.paid_at),
        "gmt_update": pacific(order.modified_at or order.paid_at or order.ordered_at),
        "left_send_good_day": str(minutes // 1440),
        "left_send_good_hour": str(minutes // 60 % 24),
        "left_send_good_min": str(minutes % 60),
        "timeout_left_time": left,
        "pay_amount": {"amount": amount(order.total_minor, order.currency), "currency_code": order.currency},
        "buyer_signer_fullname": order.receiver.get("name", ""),
        "product_list": Rows(product, [_product(order, line) for line in order.lines]),
    }
    return known(row)


def _product(order: TradeOrder, line: TradeLine) -> dict[str, Any]:
    return {
        "child_id": wire_id(line.child_order_id),
        "order_id": wire_id(order.order_id),
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
    row = {
        "order_status": order.status,
        "logistics_status": _logistics_status(order.status),
        "gmt_create": pacific(order.ordered_at),
        "gmt_modified": pacific(order.modified_at or order.paid_at or order.ordered_at),
        "gmt_pay_success": pacific(order.paid_at),
        "order_amount": money(order.total_minor, order.currency),
        "logistics_amount": money(order.shipping_minor, order.currency),
        "receipt_address": _receipt_address(order),
        "logistic_info_list": Rows("global_aeop_tp_logistic_info_dto", declared),
        "memo": order.note,
    }
    return known(row)


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
    return known(address)


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


def _order(world: World, query: Mapping[str, Any]) -> TradeOrder | None:
    return world.orders.get(need(query, "order_id"))

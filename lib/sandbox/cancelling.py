"""Buyers' requests to cancel an order: accepted, or refused."""

from __future__ import annotations

from typing import Any

from lib.sandbox.fields import Params, json_object, need
from lib.sandbox.records import TradeOrder
from lib.sandbox.shop import Event, Shop

#: Codes and texts of these refusals are not published.
NO_SUCH_ORDER = ("15-1001", "order does not exist or is not yours")
NOTHING_TO_ANSWER = ("15-1002", "the buyer has not asked to cancel this order")


def accept(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.trade.seller.order.acceptcancel: the order ends, and closes the parcels nobody took in."""
    order, refusal = _asked(shop, params)
    if order is None:
        return refusal
    ended: Event = (
        "status",
        {
            "order_id": order.order_id,
            "status": "FINISH",
            "at": shop.now().isoformat(),
            "end_reason": "buyer_cancel_order",
        },
    )
    shop.record(ended, *shop.closing(order.order_id))
    return _done()


def refuse(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.trade.seller.order.refusecancel: the order goes on as before."""
    order, refusal = _asked(shop, params)
    if order is None:
        return refusal
    at = shop.now().isoformat()
    shop.record(("status", {"order_id": order.order_id, "status": order.status_before, "at": at}))
    return _done()


def _asked(shop: Shop, params: Params) -> tuple[TradeOrder | None, dict[str, Any]]:
    request = json_object(params, "param_order_cancel_request")
    order = shop.orders.get(need(request, "order_id"))
    need(request, "buyer_login_id")
    if order is None:
        return None, _no(*NO_SUCH_ORDER)
    if order.status != "IN_CANCEL":
        return None, _no(*NOTHING_TO_ANSWER)
    return order, {}


def _no(code: str, text: str) -> dict[str, Any]:
    return {"result": {"success": False, "error_code": code, "error_message": text}}


def _done() -> dict[str, Any]:
    return {"result": {"success": True, "target": True}}

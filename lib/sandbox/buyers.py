"""What buyers do in the meantime, on request: between the list a client read and the call it makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lib.sandbox.faults import METHODS
from lib.sandbox.fields import Params
from lib.sandbox.records import TradeOrder
from lib.sandbox.shop import Shop

#: The calls by whose time a buyer may have changed something, and where each names its order.
ABOUT_ONE_ORDER = METHODS["create"] + METHODS["detail"]
CANCELLABLE = frozenset({"WAIT_SELLER_SEND_GOODS", "SELLER_PART_SEND_GOODS"})


def beforehand(shop: Shop, method: str, params: Params) -> None:
    """Let the buyer of the order a call is about act first."""
    settings = shop.settings
    if not settings.faults or not method.endswith(ABOUT_ONE_ORDER):
        return
    order = shop.orders.get(_order_id(params))
    if order is None:
        return
    at = shop.now().isoformat()
    if settings.strikes("buyer_cancels", method) and order.status in CANCELLABLE:
        shop.record(("status", {"order_id": order.order_id, "status": "IN_CANCEL", "at": at}))
    if settings.strikes("address_changed", method):
        receiver = {"address": _another(order), "postcode": order.receiver.get("postcode", "")}
        shop.record(("receiver", {"order_id": order.order_id, "receiver": receiver, "at": at}))


def _another(order: TradeOrder) -> str:
    """Another door of the same street: longer each time would not fit the label."""
    street, _, flat = order.receiver.get("address", "").partition(", Flat ")
    return f"{street}, Flat {int(flat) + 1 if flat.isdigit() else 1}"


def _order_id(params: Params) -> str:
    for name in ("trade_order_id", "param1", "order_param"):
        found: Any = params.get(name)
        if found and name != "trade_order_id":
            found = _named(found)
        if found:
            return str(found)
    return ""


def _named(text: str) -> Any:
    """The order an object in a parameter names."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, Mapping):
        return None
    inner = found.get("trade_order_param")
    return inner.get("trade_order_id") if isinstance(inner, Mapping) else found.get("order_id")

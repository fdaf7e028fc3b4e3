"""Answering buyers who ask to cancel an order."""

from __future__ import annotations

from lib.aliexpress import fields
from lib.aliexpress.client import Client
from lib.aliexpress.errors import FieldLimit
from lib.aliexpress.fields import inner

ACCEPT = "aliexpress.trade.seller.order.acceptcancel"
REFUSE = "aliexpress.trade.seller.order.refusecancel"


def accept(client: Client, order_id: str, buyer_login: str) -> None:
    """Agree: the order ends with a refund, and closes parcels no warehouse has. Source: acceptcancel."""
    _answer(client, ACCEPT, order_id, buyer_login)


def refuse(client: Client, order_id: str, buyer_login: str) -> None:
    """Disagree: the order goes on as before. Source: refusecancel."""
    _answer(client, REFUSE, order_id, buyer_login)


def _answer(client: Client, method: str, order_id: str, buyer_login: str) -> None:
    """Raises Refused where nobody asked to cancel; what they are called there is UNCONFIRMED."""
    if not buyer_login:
        raise FieldLimit("buyer", "the buyer's login", "nothing")
    said = {"order_id": fields.number("order", order_id), "buyer_login_id": buyer_login}
    answer = client.call(method, {"param_order_cancel_request": said}, write=True)
    result = inner(answer, "result")
    fields.succeeded(result, "success", answer, "error_message", "error_msg", code="error_code")

"""One business call from its parameters to its answer: let in, limited, struck by faults, carried out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from lib.sandbox import creating, declaring, gateway, offers, querying, trade
from lib.sandbox.faults import Limits, Settings
from lib.sandbox.fields import Params
from lib.sandbox.gateway import Family, GatewayError
from lib.sandbox.world import World

Answer = Callable[[World, Params], dict[str, Any]]

CREATE = frozenset({"aliexpress.logistics.createwarehouseorder", "aliexpress.logistics.order.createorder"})
#: Method → what answers it.
METHODS: dict[str, Answer] = {
    "aliexpress.trade.seller.orderlist.get": trade.order_list,
    "aliexpress.solution.order.get": trade.solution_order_list,
    "aliexpress.trade.new.redefining.findorderbyid": trade.order_detail,
    "aliexpress.solution.order.info.get": trade.solution_order_detail,
    "aliexpress.solution.order.receiptinfo.get": trade.receipt,
    "aliexpress.trade.redefining.findorderreceiptinfo": trade.receipt_with_tax_number,
    "aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid": offers.plans,
    "aliexpress.logistics.service.query": offers.plans_current,
    "aliexpress.logistics.redefining.getlogisticsselleraddresses": offers.seller_addresses,
    "aliexpress.logistics.redefining.qureywlbdomesticlogisticscompany": offers.companies,
    "aliexpress.logistics.redefining.listlogisticsservice": offers.carriers,
    "aliexpress.logistics.querylogisticsorderdetail": querying.query,
    "aliexpress.logistics.redefining.getonlinelogisticsinfo": querying.query_online,
    "aliexpress.logistics.redefining.getprintinfo": querying.print_one,
    "aliexpress.logistics.redefining.getprintinfos": querying.print_many,
    "aliexpress.logistics.redefining.querytrackingresult": querying.tracking,
    "aliexpress.logistics.abnormalorder.query": querying.abnormal,
    "aliexpress.logistics.sellershipmentfortop": declaring.declare,
    "aliexpress.logistics.order.shipment": declaring.declare_sub_orders,
    "aliexpress.logistics.querysellershipmentinfo": declaring.declarations,
}
#: Faults after which the call is carried out all the same, and what the caller sees.
AFTERWARDS: dict[str, Callable[[], Response]] = {
    "cut_after": lambda: Cut(),
    "html_502": lambda: HTMLResponse("<html><h1>502 Bad Gateway</h1></html>", 502),
    "bad_json": lambda: json_response(b'{"result": {"succ'),
    "empty": lambda: json_response(b""),
}


class Cut(Response):
    """No answer: the connection ends."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["abort"]()
        while (await receive())["type"] != "http.disconnect":
            pass


def answer(world: World, settings: Settings, limits: Limits, params: Params, family: Family) -> Response:
    """Answer a call. Raises GatewayError for one that is turned away or fails."""
    # The clock that `advance` moves is the world's; a caller's time stamp follows the real one.
    gateway.admit(params, datetime.now(UTC), family)
    method = params["method"]
    if method not in METHODS and method not in CREATE:
        raise GatewayError(22, "Invalid method")
    limits.pass_or_ban(method)
    if settings.strikes("expired_token", method):
        raise gateway.expired()
    if settings.strikes("cut_before", method):
        return Cut()
    if settings.strikes("isp_before", method):
        raise _platform_failed()
    with world.lock:
        if method in trade.LISTS and settings.strikes("move_list_entry", method):
            trade.move_entry(world, method, params)
        carry_out = METHODS.get(method)
        fields = carry_out(world, params) if carry_out else creating.create(world, params, settings)
        if method in trade.LISTS and settings.strikes("duplicate_list_entry", method):
            trade.repeat_entry(fields)
    for fault, response in AFTERWARDS.items():
        if settings.strikes(fault, method):
            return response()
    if settings.strikes("isp_after", method):
        raise _platform_failed()
    return json_response(gateway.envelope(method, fields, simplify=params.get("simplify") == "true"))


def json_response(body: bytes) -> Response:
    """An answer that says it is JSON."""
    return Response(body, media_type="application/json;charset=UTF-8")


def _platform_failed() -> GatewayError:
    return GatewayError(
        15,
        "Remote service error",
        sub_code="isp.top-remote-connection-timeout",
        sub_msg="the remote service timed out",
    )

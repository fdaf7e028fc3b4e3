"""The sandbox over HTTP: the platform's gateway, and `/sandbox/…` to steer it and look at it from outside."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from lib.files.sheets import NotReadable
from lib.sandbox import gateway, logistics, trade
from lib.sandbox.faults import Settings
from lib.sandbox.gateway import GatewayError
from lib.sandbox.seeding import seed
from lib.sandbox.world import World

#: Method → what answers it.
TRADE: dict[str, Callable[[World, Mapping[str, str]], dict[str, Any]]] = {
    "aliexpress.trade.seller.orderlist.get": trade.order_list,
    "aliexpress.solution.order.get": trade.solution_order_list,
    "aliexpress.trade.new.redefining.findorderbyid": trade.order_detail,
    "aliexpress.solution.order.info.get": trade.solution_order_detail,
    "aliexpress.solution.order.receiptinfo.get": trade.receipt,
    "aliexpress.trade.redefining.findorderreceiptinfo": trade.receipt,
}
LOGISTICS: dict[str, Callable[[World, Mapping[str, str], Settings], dict[str, Any]]] = {
    "aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid": logistics.plans,
    "aliexpress.logistics.service.query": logistics.plans_current,
    "aliexpress.logistics.redefining.getlogisticsselleraddresses": logistics.seller_addresses,
    "aliexpress.logistics.redefining.qureywlbdomesticlogisticscompany": logistics.companies,
    "aliexpress.logistics.redefining.listlogisticsservice": logistics.carriers,
    "aliexpress.logistics.createwarehouseorder": logistics.create,
    "aliexpress.logistics.order.createorder": logistics.create,
    "aliexpress.logistics.querylogisticsorderdetail": logistics.query,
    "aliexpress.logistics.redefining.getonlinelogisticsinfo": logistics.query_online,
    "aliexpress.logistics.redefining.getprintinfo": logistics.print_one,
    "aliexpress.logistics.redefining.getprintinfos": logistics.print_many,
    "aliexpress.logistics.sellershipmentfortop": logistics.declare,
    "aliexpress.logistics.order.shipment": logistics.declare_sub_orders,
    "aliexpress.logistics.querysellershipmentinfo": logistics.declarations,
    "aliexpress.logistics.redefining.querytrackingresult": logistics.tracking,
    "aliexpress.logistics.abnormalorder.query": logistics.abnormal,
}
ISP = GatewayError(
    15,
    "Remote service error",
    sub_code="isp.top-remote-connection-timeout",
    sub_msg="the remote service timed out",
)


class CutConnection(Exception):
    """The answer is that there is none."""


class Sandbox:
    """The endpoints, over one world."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.world = World(folder)
        self.settings = settings
        self.calls: Counter[str] = Counter()
        self._recent: dict[str, list[float]] = {}

    def app(self) -> Starlette:
        """The Starlette application."""
        return Starlette(
            routes=[
                Route("/router/rest", self.gateway, methods=["GET", "POST"]),
                Route("/sandbox/health", self.health),
                Route("/sandbox/state", self.state),
                Route("/sandbox/calls", self.call_counts),
                Route("/sandbox/settings", self.change_settings, methods=["GET", "POST"]),
                Route("/sandbox/seed", self.seed, methods=["POST"]),
                Route("/sandbox/advance", self.advance, methods=["POST"]),
                Route("/sandbox/reset", self.reset, methods=["POST"]),
            ]
        )

    async def gateway(self, request: Request) -> Response:
        """One signed call: query and body merged, as real clients send some of each."""
        params = dict(request.query_params)
        if request.method == "POST":
            async with request.form() as form:
                params |= {name: value for name, value in form.items() if isinstance(value, str)}
        method = params.get("method", "")
        self.calls[method] += 1
        latency = self.settings.latency_s()
        if self.settings.strikes("slow", method):
            latency += self.settings.slow_s
        if latency:
            await asyncio.sleep(latency)
        try:
            return self._answer(method, params)
        except GatewayError as error:
            return JSONResponse(error.body())

    def _answer(self, method: str, params: dict[str, str]) -> Response:
        struck = {fault for fault in ("cut_before", "isp_before") if self.settings.strikes(fault, method)}
        gateway.admit(params, datetime.now(UTC))  # Callers stamp by the real clock.
        self._limit(method)
        if "cut_before" in struck:
            return _Cut()
        if "isp_before" in struck:
            raise ISP
        with self.world.lock:
            fields = self._carry_out(method, params)
        for fault, response in (
            ("cut_after", _Cut),
            ("html_502", lambda: HTMLResponse("<html><h1>502 Bad Gateway</h1></html>", 502)),
            ("bad_json", lambda: Response(b'{"result": {"succ', media_type="application/json")),
            ("empty", lambda: Response(b"", media_type="application/json")),
        ):
            if self.settings.strikes(fault, method):
                return response()
        if self.settings.strikes("isp_after", method):
            raise ISP
        simplify = params.get("simplify") == "true"
        return JSONResponse(gateway.unmark(gateway.envelope(method, fields, simplify=simplify)))

    def _carry_out(self, method: str, params: Mapping[str, str]) -> dict[str, Any]:
        if method in TRADE:
            return TRADE[method](self.world, params)
        if method in LOGISTICS:
            return LOGISTICS[method](self.world, params, self.settings)
        raise GatewayError(22, "Invalid method")

    def _limit(self, method: str) -> None:
        """Turn away what comes too fast, or is chosen to be."""
        banned = self.settings.strikes("ban", method)
        if self.settings.rate_limit:
            now = time.monotonic()
            recent = [at for at in self._recent.get(method, []) if at > now - 1]
            banned = banned or len(recent) >= self.settings.rate_limit
            self._recent[method] = [*recent, now]
        if banned:
            raise GatewayError(
                7,
                "App Call Limited",
                sub_code="accesscontrol.limited-by-app-api-access-count",
                sub_msg=f"This ban will last for {self.settings.ban_s} more seconds",
            )

    async def health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def state(self, request: Request) -> Response:
        """Everything it holds, for counting from outside."""
        with self.world.lock:
            made = [
                {
                    "logistics_order_id": one.logistics_order_id,
                    "trade_order_id": one.trade_order_id,
                    "tracking_number": one.tracking_number,
                    "plan_id": one.plan_id,
                    "status": one.status,
                    "undeliverable_decision": one.undeliverable_decision,
                    "declared": one.tracking_number in self.world.declared_numbers,
                    "created_at": one.created_at,
                }
                for one in self.world.logistics.values()
            ]
            orders = [
                {"trade_order_id": one.order_id, "status": one.status} for one in self.world.orders.values()
            ]
        return JSONResponse({"logistics_orders": made, "trade_orders": orders})

    async def call_counts(self, request: Request) -> Response:
        return JSONResponse(dict(self.calls))

    async def change_settings(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self.settings.change(**await request.json())
            except (ValueError, TypeError) as error:
                return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(vars(self.settings))

    async def seed(self, request: Request) -> Response:
        """Take in an order export that lies on this machine: {"path": …}."""
        path = Path(str((await request.json()).get("path", "")))
        try:
            fresh = await run_in_threadpool(seed, self.world, path)
        except (NotReadable, OSError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"new_orders": fresh})

    async def advance(self, request: Request) -> Response:
        """Move time forward: {"hours": …}. Orders whose deadline passes close, as the platform would."""
        hours = float((await request.json()).get("hours", 0))
        with self.world.lock:
            self.world.record("advance", {"seconds": hours * 3600})
            now = self.world.now().isoformat()
            overdue = [
                one.order_id
                for one in self.world.orders.values()
                if one.status == "WAIT_SELLER_SEND_GOODS" and one.ship_by_at and one.ship_by_at < now
            ]
            for order_id in overdue:
                self.world.record("status", {"order_id": order_id, "status": "FINISH"})
        return JSONResponse({"now": now, "closed_orders": overdue})

    async def reset(self, request: Request) -> Response:
        with self.world.lock:
            self.world.reset()
        self.calls.clear()
        return JSONResponse({"status": "empty"})


class _Cut(Response):
    """Ends the connection without an answer."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raise CutConnection


def describe() -> str:
    """The calls it knows, for `--help` and its documentation."""
    return json.dumps(sorted([*TRADE, *LOGISTICS]), indent=1)

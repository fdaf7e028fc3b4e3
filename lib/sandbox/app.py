"""The sandbox over HTTP: the platform's gateways, and `/sandbox/…` to steer it and look at it from outside."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.files.sheets import NotReadable
from lib.sandbox import calls, gateway, tokens
from lib.sandbox.faults import Limits, Settings
from lib.sandbox.gateway import REST, SYNC, TOP, Family, GatewayError
from lib.sandbox.seeding import seed
from lib.sandbox.world import World

#: As far as time is moved at once: ten years.
MOST_HOURS = 87_600
Endpoint = Callable[[Request], Awaitable[Response]]


class Sandbox:
    """The endpoints, over one world."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        """Raises DamagedJournal."""
        self.folder = folder.resolve()
        self.world = World(folder)
        self.settings = settings
        self.calls: Counter[str] = Counter()
        self.limits = Limits(settings)
        self._started_with = settings.shown()

    def app(self) -> ASGIApp:
        """The application."""
        return _Abortable(
            Starlette(
                routes=[
                    Route(TOP.path, self._gateway(TOP), methods=["GET", "POST"]),
                    Route(SYNC.path, self._gateway(SYNC), methods=["GET", "POST"]),
                    Route(REST.path + "/{path:path}", self.rest, methods=["GET", "POST"]),
                    Route("/sandbox/health", self.health),
                    Route("/sandbox/state", self.state),
                    Route("/sandbox/calls", self.call_counts),
                    Route("/sandbox/settings", self.change_settings, methods=["GET", "POST"]),
                    Route("/sandbox/seed", self.seed, methods=["POST"]),
                    Route("/sandbox/change", self.change, methods=["POST"]),
                    Route("/sandbox/advance", self.advance, methods=["POST"]),
                    Route("/sandbox/reset", self.reset, methods=["POST"]),
                ]
            )
        )

    def _gateway(self, family: Family) -> Endpoint:
        async def answer(request: Request) -> Response:
            """One signed business call."""
            params = await _params(request)
            method = params.get("method", "")
            self.calls[method] += 1
            if latency := self.settings.latency_s():
                await asyncio.sleep(latency)
            try:
                response = calls.answer(self.world, self.settings, self.limits, params, family)
            except GatewayError as error:
                response = calls.json_response(gateway.as_json(error.body(family)))
            if self.settings.strikes("slow", method):
                await asyncio.sleep(self.settings.slow_s)
            return response

        return answer

    async def rest(self, request: Request) -> Response:
        """A call by path: tokens."""
        path = "/" + request.path_params["path"]
        self.calls[path] += 1
        params = await _params(request)
        try:
            gateway.admit_path(params, path, datetime.now(UTC))
            return JSONResponse(tokens.answer(path, params, self.world.now()))
        except GatewayError as error:
            return JSONResponse(error.body(REST))

    async def health(self, request: Request) -> Response:
        """It answers, and for which folder."""
        return JSONResponse({"status": "ok", "folder": str(self.folder)})

    async def state(self, request: Request) -> Response:
        """Everything it holds, for counting from outside."""
        world = self.world
        with world.lock:
            made = [
                {
                    "logistics_order_id": one.logistics_order_id,
                    "trade_order_id": one.trade_order_id,
                    "tracking_number": world.number_of(one),
                    "plan_id": one.plan_id,
                    "status": world.status_of(one),
                    "undeliverable_decision": one.undeliverable_decision,
                    "declared": one.tracking_number in world.declared_numbers,
                    "created_at": one.created_at,
                }
                for one in world.logistics.values()
            ]
            orders = [{"trade_order_id": one.order_id, "status": one.status} for one in world.orders.values()]
        return JSONResponse({"logistics_orders": made, "trade_orders": orders})

    async def call_counts(self, request: Request) -> Response:
        """How often each method was called since the start or the last reset."""
        return JSONResponse(dict(self.calls))

    async def change_settings(self, request: Request) -> Response:
        """Show the settings, or change some; a change lifts the bans in force."""
        if request.method == "POST":
            try:
                self.settings.change(**await _posted(request))
            except ValueError as error:
                return _wrong(error)
            self.limits.lift()
        return JSONResponse(self.settings.shown())

    async def seed(self, request: Request) -> Response:
        """Take in an order export: {"path": …} on this machine, or the file itself as a form's `file`."""
        try:
            if request.headers.get("content-type", "").startswith("multipart/form-data"):
                fresh = await self._seed_upload(request)
            else:
                path = Path(str((await _posted(request)).get("path", "")))
                fresh = await run_in_threadpool(seed, self.world, path)
        except (NotReadable, OSError, ValueError) as error:
            return _wrong(error)
        return JSONResponse({"new_orders": fresh})

    async def _seed_upload(self, request: Request) -> int:
        async with request.form() as form:
            upload = form.get("file")
            if not isinstance(upload, UploadFile):
                raise ValueError("the form has no file")
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"seed{Path(upload.filename or '').suffix[:8]}"
                with path.open("wb") as file:
                    await run_in_threadpool(shutil.copyfileobj, upload.file, file)
                return await run_in_threadpool(seed, self.world, path)

    async def change(self, request: Request) -> Response:
        """What a buyer or the platform does to an order: {"order_id", "status", "receiver": {field: text}}."""
        try:
            wanted = await _posted(request)
            with self.world.lock:
                _change(self.world, wanted)
        except ValueError as error:
            return _wrong(error)
        return JSONResponse({"order_id": str(wanted["order_id"])})

    async def advance(self, request: Request) -> Response:
        """Move time forward: {"hours": …}, and close what the platform closes when its time is over."""
        try:
            hours = _hours((await _posted(request)).get("hours"))
        except ValueError as error:
            return _wrong(error)
        with self.world.lock:
            closed, parcels = self.world.advance(hours * 3600)
            now = self.world.now().isoformat()
        return JSONResponse({"now": now, "closed_orders": closed, "closed_logistics_orders": parcels})

    async def reset(self, request: Request) -> Response:
        """Forget everything, and behave again as at the start."""
        with self.world.lock:
            self.world.reset()
        self.settings.change(**self._started_with)
        self.limits.lift()
        self.calls.clear()
        return JSONResponse({"status": "empty"})


class _Abortable:
    """Gives the endpoints a way to cut the connection: the server's own `send` knows its transport."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is not None:
            scope["abort"] = transport.abort
        await self._app(scope, receive, send)


async def _params(request: Request) -> dict[str, str]:
    """Query and body merged, as real clients send some of each; files are no parameters."""
    params = dict(parse_qsl(request.url.query))
    if request.method != "POST":
        return params
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            return params | {name: value for name, value in form.items() if isinstance(value, str) and value}
    return params | dict(parse_qsl((await request.body()).decode("utf-8", "replace")))


async def _posted(request: Request) -> dict[str, Any]:
    """The JSON object that was posted; nothing is an empty one. Raises ValueError."""
    found = await request.json() if await request.body() else {}
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


def _change(world: World, wanted: dict[str, Any]) -> None:
    """Change the status or the receiver of an order. Raises ValueError."""
    order = world.orders.get(str(wanted.get("order_id")))
    if order is None:
        raise ValueError("no such order")
    receiver, status = wanted.get("receiver") or {}, wanted.get("status") or ""
    if not isinstance(receiver, dict) or not isinstance(status, str):
        raise ValueError("status is a text, receiver is an object of texts")
    if not all(isinstance(value, str) for value in receiver.values()):
        raise ValueError("receiver is an object of texts")
    changed = {"order_id": order.order_id, "status": status, "receiver": receiver}
    world.record(("changed", changed | {"at": world.now().isoformat()}))


def _hours(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_HOURS:
        raise ValueError(f"hours is a number from 0 to {MOST_HOURS}")
    return float(value)


def _wrong(error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)

"""Steering the sandbox and looking at it from outside: `/sandbox/…`, and the page where a seller agrees."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from lib.sandbox import journey, querying, tracking
from lib.sandbox.app import Sandbox
from lib.sandbox.gateway import APP_KEY
from lib.sandbox.ground import DEFAULT
from lib.sandbox.keys import NAME
from lib.sandbox.records import LogisticsOrder
from lib.sandbox.seeds import seed
from lib.sandbox.shop import NOT_TAKEN_IN, Event, Shop

#: As far as time is moved at once: ten years.
MOST_HOURS = 87_600


def app(sandbox: Sandbox) -> ASGIApp:
    """The endpoints."""
    steering = _Steering(sandbox)
    return Starlette(
        routes=[
            Route("/sandbox/health", steering.health),
            Route("/sandbox/state", steering.state),
            Route("/sandbox/calls", steering.call_counts),
            Route("/sandbox/settings", steering.change_settings, methods=["GET", "POST"]),
            Route("/sandbox/seed", steering.seed, methods=["POST"]),
            Route("/sandbox/change", steering.change, methods=["POST"]),
            Route("/sandbox/advance", steering.advance, methods=["POST"]),
            Route("/sandbox/logistics/{id}/close", steering.close, methods=["POST"]),
            Route("/sandbox/logistics/{id}/handover", steering.hand_over, methods=["POST"]),
            Route("/sandbox/tokens/expire", steering.expire, methods=["POST"]),
            Route("/sandbox/reset", steering.reset, methods=["POST"]),
            Route("/oauth/authorize", steering.authorise),
        ]
    )


class _Steering:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox, self._world = sandbox, sandbox.world

    async def health(self, request: Request) -> Response:
        """It answers, and for which folder."""
        return JSONResponse({"status": "ok", "folder": str(self._sandbox.folder)})

    async def state(self, request: Request) -> Response:
        """Everything it holds, for counting from outside."""
        return JSONResponse(await run_in_threadpool(self._state))

    def _state(self) -> dict[str, Any]:
        world = self._world
        with world.lock:
            made = [_parcel(shop, one) for shop in world.shops.values() for one in shop.logistics.values()]
            orders = [
                {
                    "trade_order_id": one.order_id,
                    "status": one.status,
                    "shop": shop.name,
                    "logistics_order_count": len(shop.by_order.get(one.order_id, ())),
                    "declaration_count": len(shop.declarations.get(one.order_id, ())),
                }
                for shop in world.shops.values()
                for one in shop.orders.values()
            ]
            return {
                "logistics_orders": made,
                "trade_orders": orders,
                "counts": {
                    order_id: len(parcels)
                    for shop in world.shops.values()
                    for order_id, parcels in shop.by_order.items()
                },
                "shops": list(world.shops),
                "advanced_hours": world.advanced_s / 3600,
            }

    async def call_counts(self, request: Request) -> Response:
        """How often each method was called since the start or the last reset."""
        return JSONResponse(dict(self._sandbox.calls))

    async def change_settings(self, request: Request) -> Response:
        """Show the settings, or change some; a change lifts the bans in force."""
        if request.method == "POST":
            try:
                self._sandbox.settings.change(**await _posted(request))
            except ValueError as error:
                return _wrong(error)
            self._sandbox.limits.lift()
            self._world.suspended.clear()
        return JSONResponse(self._sandbox.settings.shown())

    async def seed(self, request: Request) -> Response:
        """Take in an order export: {"path": …} on this machine, or the file itself as a form's `file`.

        `shop` names whose orders they are, in either form.
        """
        try:
            if request.headers.get("content-type", "").startswith("multipart/form-data"):
                fresh = await self._seed_upload(request)
            else:
                posted = await _posted(request)
                shop = _shop_name(posted.get("shop"))
                fresh = await run_in_threadpool(seed, self._world, Path(str(posted.get("path", ""))), shop)
        except (OSError, ValueError) as error:
            return _wrong(error)
        return JSONResponse({"new_orders": fresh})

    async def _seed_upload(self, request: Request) -> int:
        async with request.form() as form:
            upload, shop = form.get("file"), _shop_name(form.get("shop"))
            if not isinstance(upload, UploadFile):
                raise ValueError("the form has no file")
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"seed{Path(upload.filename or '').suffix[:8]}"
                with path.open("wb") as file:
                    await run_in_threadpool(shutil.copyfileobj, upload.file, file)
                return await run_in_threadpool(seed, self._world, path, shop)

    async def change(self, request: Request) -> Response:
        """Let something happen to an order: {"order_id", "status", "receiver"}, the last two as needed."""
        try:
            posted = await _posted(request)
            with self._world.lock:
                _change(self._world.shops.values(), posted)
        except ValueError as error:
            return _wrong(error)
        return JSONResponse({"status": "changed"})

    async def advance(self, request: Request) -> Response:
        """Move time forward: {"hours": …}, and close what the platform closes when its time is over."""
        try:
            hours = _hours((await _posted(request)).get("hours"))
        except ValueError as error:
            return _wrong(error)
        return JSONResponse(await run_in_threadpool(self._advance, hours))

    def _advance(self, hours: float) -> dict[str, Any]:
        with self._world.lock:
            closed, parcels = self._world.advance(hours * 3600)
            now = self._world.now().isoformat()
        return {"now": now, "closed_orders": closed, "closed_logistics_orders": parcels}

    async def close(self, request: Request) -> Response:
        """Close a logistics order, as the platform's back office would; not once a warehouse has it."""
        with self._world.lock:
            found = self._parcel(request.path_params["id"])
            if found is None:
                return _wrong("no such logistics order", 404)
            shop, made = found
            status = shop.status_of(made)
            if status not in (*NOT_TAKEN_IN, "closed"):
                return _wrong(f"a logistics order that is {status} does not close", 409)
            if made.status != "closed":
                shop.record(
                    ("logistics_status", {"logistics_order_id": made.logistics_order_id, "status": "closed"})
                )
            return JSONResponse(_parcel(shop, made))

    async def hand_over(self, request: Request) -> Response:
        """Let a parcel leave the seller before it is declared, so that it is scanned first."""
        with self._world.lock:
            found = self._parcel(request.path_params["id"])
            if found is None:
                return _wrong("no such logistics order", 404)
            shop, made = found
            shop.record(*shop.hand_over(made, shop.now().isoformat()))
            return JSONResponse(_parcel(shop, made))

    async def expire(self, request: Request) -> Response:
        """Let the access tokens of a shop run out now: {"shop": …}; its refresh tokens stay good."""
        try:
            shop = _shop_name((await _posted(request)).get("shop"))
        except ValueError as error:
            return _wrong(error)
        with self._world.lock:
            self._world.keys.expire(shop)
        return JSONResponse({"shop": shop})

    async def reset(self, request: Request) -> Response:
        """Forget everything, and behave again as at the start."""
        with self._world.lock:
            self._world.reset()
        self._sandbox.settings.change(**self._sandbox.started_with)
        self._sandbox.limits.lift()
        self._sandbox.calls.clear()
        return JSONResponse({"status": "empty"})

    async def authorise(self, request: Request) -> Response:
        """Where a seller agrees that an app acts for the shop: with one shop at once, else by choosing one.

        `shop` says which, also one that is not there yet; `choose` asks although there is one only.
        """
        asked = request.query_params
        back = asked.get("redirect_uri", "")
        if asked.get("response_type") != "code" or asked.get("client_id") != APP_KEY:
            return HTMLResponse("<h1>response_type must be code, client_id the app key</h1>", 400)
        if urlsplit(back).scheme not in ("http", "https"):
            return HTMLResponse("<h1>redirect_uri is missing</h1>", 400)
        shops = list(self._world.shops)
        shop = asked.get("shop") or (shops[0] if len(shops) == 1 and not asked.get("choose") else "")
        if not NAME.fullmatch(shop):
            return HTMLResponse(_choice(dict(asked), shops))
        answer = {"code": self._world.keys.consent(shop)}
        if asked.get("state"):
            answer["state"] = asked["state"]
        return RedirectResponse(f"{back}{'&' if urlsplit(back).query else '?'}{urlencode(answer)}", 302)

    def _parcel(self, logistics_order_id: str) -> tuple[Shop, LogisticsOrder] | None:
        for shop in self._world.shops.values():
            if made := shop.logistics.get(logistics_order_id):
                return shop, made
        return None


def _choice(asked: dict[str, str], shops: Iterable[str]) -> str:
    """The page that asks for which shop its seller agrees: one of these, or another by its name."""
    asked.pop("shop", None)
    links = (f"<li><a href='?{escape(urlencode({**asked, 'shop': one}))}'>{one}</a></li>" for one in shops)
    kept = (f"<input type=hidden name='{escape(name)}' value='{escape(one)}'>" for name, one in asked.items())
    return (
        f"<h1>Sandbox</h1><p>Agree for which shop?</p><ul>{''.join(links)}</ul><form>{''.join(kept)}"
        "<input name=shop placeholder='another: a-z, 0-9, -' pattern='[a-z0-9][a-z0-9\\-]{0,31}' required> "
        "<button>Agree</button></form>"
    )


def _parcel(shop: Shop, one: LogisticsOrder) -> dict[str, Any]:
    """A logistics order as it is seen from outside, with what the platform itself would not tell."""
    steps: list[journey.Step] = shop.steps(one)
    return {
        "logistics_order_id": one.logistics_order_id,
        "trade_order_id": one.trade_order_id,
        "tracking_number": shop.number_of(one),
        "plan_id": one.plan_id,
        "pieces": sum(int(goods["product_num"]) for goods in one.goods),
        "pickup_type": one.mode,
        "status": shop.status_of(one),
        "undeliverable_decision": one.undeliverable_decision,
        "declared": one.tracking_number in shop.declared_numbers,
        "created_at": one.created_at,
        "shop": shop.name,
        "action_code": steps[-1].code if steps else None,
        "outcome": steps[-1].outcome or None if steps else None,
        "und_express_mail_no": tracking.way_home(one, steps) or None,
        "return_fee_minor": querying.return_fee(shop, one),
    }


def _change(shops: Iterable[Shop], wanted: dict[str, Any]) -> None:
    order_id = str(wanted.get("order_id", ""))
    shop = next((one for one in shops if order_id in one.orders), None)
    if shop is None:
        raise ValueError("no such order")
    receiver, status = wanted.get("receiver") or {}, wanted.get("status") or ""
    if not isinstance(receiver, dict) or not isinstance(status, str):
        raise ValueError("status is a text, receiver is an object of texts")
    if not all(isinstance(value, str) for value in receiver.values()):
        raise ValueError("receiver is an object of texts")
    about = {"order_id": order_id, "at": shop.now().isoformat()}
    events: list[Event] = [("status", about | {"status": status})] if status else []
    if receiver or not status:
        events.append(("receiver", about | {"receiver": receiver}))
    shop.record(*events)


async def _posted(request: Request) -> dict[str, Any]:
    """The JSON object that was posted; nothing is an empty one. Raises ValueError."""
    found = await request.json() if await request.body() else {}
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


def _shop_name(value: Any) -> str:
    if value in (None, ""):
        return DEFAULT
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise ValueError("a shop is named by up to 32 of a-z, 0-9 and -")
    return value


def _hours(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_HOURS:
        raise ValueError(f"hours is a number from 0 to {MOST_HOURS}")
    return float(value)


def _wrong(error: Exception | str, status: int = 400) -> Response:
    return JSONResponse({"error": str(error)}, status)

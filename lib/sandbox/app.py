"""The sandbox over HTTP: the platform's gateways, answered close to the wire; everything else goes to `steering`.

The gateways speak ASGI themselves: a framework in between takes longer than answering does, and what is measured
against the sandbox must not be the sandbox.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.sandbox import calls
from lib.sandbox.faults import Settings
from lib.sandbox.gateway import REST, SYNC, TOP, Family
from lib.sandbox.limits import Limits
from lib.sandbox.world import World

#: Calls whose answer takes long to make: labels are drawn, for one call after the other. Others go on meanwhile.
SLOW = ("getprintinfo", "getprintinfos")


class Sandbox:
    """The gateways, over one world."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        """Raises DamagedJournal."""
        self.folder = folder.resolve()
        self.settings = settings
        self.world = World(folder, settings)
        self.calls: Counter[str] = Counter()
        self.limits = Limits(settings)
        self.started_with = settings.shown()
        self._drawing = ThreadPoolExecutor(1, thread_name_prefix="drawing")

    def app(self, otherwise: ASGIApp) -> ASGIApp:
        """The application; what is no call to a gateway goes to `otherwise`."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            family, path = _gateway(scope["path"]) if scope["type"] == "http" else (None, "")
            if family is None or scope["method"] not in ("GET", "POST"):
                await otherwise(scope, receive, send)
            else:
                await self._call(scope, receive, send, family, path)

        return serve

    async def _call(self, scope: Scope, receive: Receive, send: Send, family: Family, path: str) -> None:
        arrived = time.monotonic()
        params = await _params(scope, receive)
        method = calls.method_of(params, family, path)
        self.calls[method] += 1
        latency = self.settings.latency_s()
        asked = (self.world, self.limits, params, family, path)
        if method.endswith(SLOW):
            loop = asyncio.get_running_loop()
            reply = await loop.run_in_executor(self._drawing, calls.answer, *asked)
        else:
            reply = calls.answer(*asked)
        # What the call itself took is part of how long it takes.
        if (left := arrived + latency - time.monotonic()) > 0:
            await asyncio.sleep(left)
        if self.settings.strikes("slow", method):
            await asyncio.sleep(self.settings.slow_s)
        if reply.body is None:
            await _cut(receive, send)
            return
        headers = [(b"content-type", reply.media_type), (b"content-length", b"%d" % len(reply.body))]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})


def _gateway(path: str) -> tuple[Family | None, str]:
    """The gateway a path leads to, and on /rest what comes behind it."""
    if path == TOP.path:
        return TOP, ""
    if path == SYNC.path:
        return SYNC, ""
    if path.startswith(REST.path + "/"):
        return REST, path.removeprefix(REST.path)
    return None, ""


async def _params(scope: Scope, receive: Receive) -> dict[str, str]:
    """Query and body merged, as real clients send some of each; files are no parameters."""
    params = _form(scope["query_string"])
    if scope["method"] != "POST":
        return params
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    if kind.startswith(b"multipart/form-data"):
        async with Request(scope, receive).form() as form:
            return params | _texts(form)
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return params | _form(body)


def _form(text: bytes) -> dict[str, str]:
    return dict(parse_qsl(text.decode("utf-8", "replace"))) if text else {}


def _texts(form: Mapping[str, UploadFile | str]) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str) and value}


async def _cut(receive: Receive, send: Send) -> None:
    """No answer: the connection ends. The server's own `send` knows its transport."""
    transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass

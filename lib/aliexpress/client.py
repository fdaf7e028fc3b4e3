"""The part that waits: one signed HTTP call, with time-outs, and a memory of bans."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from lib.aliexpress import protocol
from lib.aliexpress.errors import (
    BAN_DEFAULT_S,
    BadAnswer,
    DailyQuota,
    OutcomeUnknown,
    PlatformError,
    Unavailable,
    of_all_methods,
    reading,
)

log = logging.getLogger(__name__)

GATEWAY = "/router/rest"
TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=30.0, pool=10.0)
#: Exchanges kept for the Connection page.
REMEMBERED = 200
#: A ban no longer than this is waited out; for a longer one the caller has something better to do.
WAIT_OUT_S = 2.0
#: A used-up quota may be raised by the platform before midnight: look again this often at most.
QUOTA_LOOK_S = 1800.0
#: Failures before a byte of the request was on its way.
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


@dataclass(frozen=True)
class Exchange:
    """One call as it may be shown: no parameters, no personal data, no secrets."""

    at: datetime
    method: str
    seconds: float
    code: str  #: "ok", or the platform's code.
    request_id: str


@dataclass(frozen=True)
class _Ban:
    until: float  #: By the monotonic clock: a ban is a length of time, whatever the wall clock does.
    error_class: type[Unavailable]


class Client:
    """Calls of one shop. Threads may share it."""

    def __init__(
        self,
        url: str,
        app_key: str,
        secret: str,
        token: str,
        *,
        now: Callable[[], datetime],
        connections: int = 32,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self._url = url.rstrip("/").removesuffix(GATEWAY) + GATEWAY
        self._app_key, self._secret, self._token = app_key, secret, token
        self._now = now
        self._http = httpx.Client(
            timeout=timeout,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            trust_env="//127.0.0.1" not in url,  # A proxy of the environment is not for this machine itself.
        )
        self._exchanges: deque[Exchange] = deque(maxlen=REMEMBERED)
        self._bans: dict[str, _Ban] = {}  #: By method; "" is all of them.
        self._guard = threading.Lock()

    @property
    def url(self) -> str:
        return self._url

    def exchanges(self) -> list[Exchange]:
        """The last calls, newest first."""
        with self._guard:
            return list(reversed(self._exchanges))

    def call(self, method: str, parameters: Mapping[str, Any], *, write: bool = False) -> dict[str, Any]:
        """Make one call and return its fields. Raises PlatformError, by what to do next.

        `write`: it changes something there, so that no answer means it may have been carried out.
        """
        if write:
            return self._call(method, parameters, write=True)
        with reading():
            return self._call(method, parameters, write=False)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _call(self, method: str, parameters: Mapping[str, Any], *, write: bool) -> dict[str, Any]:
        self._obey_bans(method)
        at, started = self._now(), time.monotonic()
        signed = protocol.request(
            method, parameters, app_key=self._app_key, secret=self._secret, session=self._token, at=at
        )
        try:
            fields = protocol.answer(method, self._post(signed), write=write)
        except PlatformError as error:
            self._learn_ban(method, error)
            code = error.code or type(error).__name__
            if isinstance(error, BadAnswer):
                log.warning("%s was answered outside the protocol: %s", method, error)
            self._remember(Exchange(at, method, time.monotonic() - started, code, error.request_id or ""))
            raise
        request_id = str(fields.get("request_id") or "")
        self._remember(Exchange(at, method, time.monotonic() - started, "ok", request_id))
        return fields

    def _post(self, signed: dict[str, str]) -> bytes:
        try:
            response = self._http.post(self._url, data=signed)
        except NOT_SENT as error:
            raise Unavailable("unreachable", text=type(error).__name__) from error
        except httpx.HTTPError as error:
            # It may have arrived, also when a kept-alive connection was cut before any answer. For this reason
            # the transport never repeats by itself either.
            raise OutcomeUnknown("no_answer", text=type(error).__name__) from error
        status = response.status_code
        if status == 200:
            return response.content
        if status == 429:
            raise Unavailable("http_429", text="HTTP 429", retry_after=_retry_after(response))
        error_class = OutcomeUnknown if status >= 500 else BadAnswer
        raise error_class(f"http_{status}", text=f"HTTP {status}")

    def _remember(self, exchange: Exchange) -> None:
        with self._guard:
            self._exchanges.append(exchange)
        log.info(
            "%s %s %s %.3f s", exchange.method, exchange.code, exchange.request_id or "-", exchange.seconds
        )

    def _learn_ban(self, method: str, error: PlatformError) -> None:
        if isinstance(error, DailyQuota):
            error.retry_after = min(error.retry_after or _until_midnight_s(self._now()), QUOTA_LOOK_S)
        if not isinstance(error, Unavailable) or error.retry_after is None:
            return
        ban = _Ban(time.monotonic() + error.retry_after, type(error))
        with self._guard:
            self._bans["" if of_all_methods(error) else method] = ban

    def _obey_bans(self, method: str) -> None:
        """Never run into the same ban twice: wait a short one out, turn away from a long one."""
        while ban := self._ban(method):
            left = ban.until - time.monotonic()
            if left > WAIT_OUT_S:
                raise ban.error_class("banned", text=f"{left:.0f} s", retry_after=left)
            time.sleep(max(left, 0.0))

    def _ban(self, method: str) -> _Ban | None:
        """The ban in force that lasts longest."""
        with self._guard:
            bans = [self._bans[key] for key in ("", method) if key in self._bans]
        lasting = [ban for ban in bans if ban.until > time.monotonic()]
        return max(lasting, key=lambda ban: ban.until, default=None)


def _until_midnight_s(now: datetime) -> float:
    """The quota's day is Beijing's."""
    today = now.astimezone(protocol.BEIJING)
    midnight = (today + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - today).total_seconds()


def _retry_after(response: httpx.Response) -> float:
    stated = response.headers.get("retry-after", "")
    return float(stated) if stated.isascii() and stated.isdigit() else BAN_DEFAULT_S

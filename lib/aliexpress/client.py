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
    BadAnswer,
    OutcomeUnknown,
    PlatformError,
    Unavailable,
)

log = logging.getLogger(__name__)

GATEWAY = "/router/rest"
TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=30.0, pool=10.0)
#: Exchanges kept for the Connection page.
REMEMBERED = 200


@dataclass(frozen=True)
class Exchange:
    """One call as it may be shown: no parameters, no personal data, no secrets."""

    at: datetime
    method: str
    seconds: float
    code: str  #: "ok", or the platform's code.
    request_id: str


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
        self._url = url.rstrip("/") if url.rstrip("/").endswith(GATEWAY) else url.rstrip("/") + GATEWAY
        self._app_key, self._secret, self._token = app_key, secret, token
        self._now = now
        self._http = httpx.Client(
            timeout=timeout,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            trust_env="//127.0.0.1" not in url,  # A proxy of the environment is not for this machine itself.
        )
        self._exchanges: deque[Exchange] = deque(maxlen=REMEMBERED)
        self._bans: dict[str, datetime] = {}
        self._guard = threading.Lock()

    @property
    def url(self) -> str:
        return self._url

    def exchanges(self) -> list[Exchange]:
        """The last calls, newest first."""
        return list(reversed(self._exchanges))

    def call(self, method: str, parameters: Mapping[str, Any], *, write: bool = False) -> dict[str, Any]:
        """Make one call and return its fields. Raises PlatformError, by what to do next.

        `write`: it changes something there, so that no answer means it may have been carried out.
        """
        self._obey_ban(method)
        signed = protocol.request(
            method,
            parameters,
            app_key=self._app_key,
            secret=self._secret,
            session=self._token,
            at=self._now(),
        )
        started, code, request_id = time.monotonic(), "ok", ""
        try:
            fields = protocol.answer(method, self._post(signed, write=write), write=write)
            request_id = str(fields.get("request_id", ""))
            return fields
        except PlatformError as error:
            code, request_id = error.code or type(error).__name__, error.request_id or ""
            if isinstance(error, Unavailable) and error.retry_after is not None:
                self._learn_ban(method, error.retry_after)
            if isinstance(error, BadAnswer) and not write:
                raise Unavailable(error.code, text=error.text) from error
            raise
        finally:
            seconds = time.monotonic() - started
            self._exchanges.append(Exchange(self._now(), method, seconds, code, request_id))
            log.info("%s %s %s %.3f s", method, code, request_id, seconds)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _post(self, signed: dict[str, str], *, write: bool) -> bytes:
        try:
            response = self._http.post(self._url, data=signed)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable("unreachable", text=type(error).__name__) from error
        except httpx.HTTPError as error:
            # The request may have arrived, also when a kept-alive connection was cut before any answer.
            if write:
                raise OutcomeUnknown("no_answer", text=type(error).__name__) from error
            raise Unavailable("no_answer", text=type(error).__name__) from error
        if response.status_code >= 500:
            error_class = OutcomeUnknown if write else Unavailable
            raise error_class(f"http_{response.status_code}", text=f"HTTP {response.status_code}")
        if response.status_code != 200:
            raise BadAnswer(f"http_{response.status_code}", text=f"HTTP {response.status_code}")
        return response.content

    def _learn_ban(self, method: str, seconds: float) -> None:
        with self._guard:
            self._bans[method] = self._now() + timedelta(seconds=seconds)

    def _obey_ban(self, method: str) -> None:
        """Never run into the same ban twice: wait a short one out, turn away from a long one."""
        with self._guard:
            until = self._bans.get(method)
        if until is None:
            return
        left = (until - self._now()).total_seconds()
        if left > 2:
            raise Unavailable("banned", text=f"{left:.0f} s", retry_after=left)
        if left > 0:
            time.sleep(left)

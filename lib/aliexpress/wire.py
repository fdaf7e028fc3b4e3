"""The part that waits: one HTTP call over kept connections, with every time-out named."""

from __future__ import annotations

import logging
import ssl
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

import httpx

from lib.aliexpress.errors import BAN_DEFAULT_S, BadAnswer, OutcomeUnknown, Unavailable
from lib.aliexpress.protocol import Call

#: Seconds: to connect, between two pieces read or written, and for a free connection of the pool.
TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=30.0, pool=10.0)
CONNECTIONS = 32
#: Failures before a byte of the request was on its way.
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}

# It logs whole URLs, and some ways to call put the token there.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Reply:
    """What came back with HTTP 200."""

    content: bytes
    served_at: datetime | None  #: The server's own clock.


class Wire:
    """A bounded pool of connections. Threads may share it. Never repeats anything by itself."""

    def __init__(
        self,
        url: str,
        *,
        connections: int = CONNECTIONS,
        at_once: int = CONNECTIONS,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        """`at_once`: so many calls are on the wire at most; more threads wait for one of them to be answered."""
        self.timeout = timeout
        self.limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._places = threading.BoundedSemaphore(at_once)
        self._http = httpx.Client(
            timeout=timeout,
            limits=self.limits,
            verify=_certificates(),
            trust_env="//127.0.0.1" not in url,  # A proxy of the environment is not for this machine itself.
        )

    def send(self, call: Call) -> Reply:
        """Make one call. Raises Unavailable when surely nothing arrived, OutcomeUnknown or BadAnswer else."""
        try:
            headers = _FORM if call.body is not None else None
            request = self._http.build_request(call.verb, call.url, content=call.body, headers=headers)
            with self._places:
                response = self._http.send(request)
        except NOT_SENT as error:
            raise Unavailable("unreachable", text=type(error).__name__) from error
        except httpx.HTTPError as error:
            # It may have arrived, also when a kept-alive connection was cut before any answer.
            raise OutcomeUnknown("no_answer", text=type(error).__name__) from error
        status = response.status_code
        if status == 200:
            return Reply(response.content, _date(response))
        if status == 429:
            raise Unavailable("http_429", text="HTTP 429", retry_after=_retry_after(response))
        error_class = OutcomeUnknown if status >= 500 else BadAnswer
        raise error_class(f"http_{status}", text=f"HTTP {status}")

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()


@cache
def _certificates() -> ssl.SSLContext:
    """The machine's, read once: that takes longer than a call."""
    return httpx.create_ssl_context()


def _date(response: httpx.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers.get("date", "")).astimezone(UTC)
    except (TypeError, ValueError):
        return None


def _retry_after(response: httpx.Response) -> float:
    stated = response.headers.get("retry-after", "")
    return float(stated) if stated.isascii() and stated.isdigit() else BAN_DEFAULT_S

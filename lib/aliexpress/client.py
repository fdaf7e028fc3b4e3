"""One shop's calls: signed, paced, asked once more where that is safe, remembered without secrets."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from lib.aliexpress import protocol
from lib.aliexpress.errors import (
    BadAnswer,
    DailyQuota,
    PlatformError,
    Unauthorised,
    Unavailable,
    as_daily,
    of_clock,
    of_session,
    reading,
)
from lib.aliexpress.journal import KEPT_BYTES, REMEMBERED, Exchange, Journal
from lib.aliexpress.limiter import Limiter
from lib.aliexpress.protocol import Style
from lib.aliexpress.tokens import Token, Tokens
from lib.aliexpress.wire import CONNECTIONS, TIMEOUT, Reply, Wire

log = logging.getLogger(__name__)

#: After midnight in Beijing, the platform's clock may still be a little behind ours.
MIDNIGHT_MARGIN_S = 30.0


class Client:
    """Calls of one shop. Threads may share it; shops of one app share limiter, journal and wire."""

    def __init__(
        self,
        url: str,
        app_key: str,
        secret: str,
        token: str | Tokens,
        *,
        now: Callable[[], datetime],
        shop_id: str = "default",
        connections: int = CONNECTIONS,
        timeout: httpx.Timeout = TIMEOUT,
        sign_method: str = "",
        simplify: bool = False,
        style: Style = Style.BODY,
        wire: Wire | None = None,
        limiter: Limiter | None = None,
        journal: Journal | None = None,
    ) -> None:
        """`url` tells the gateway (`protocol.locate`); `sign_method` "" is the usual one of that gateway."""
        self._address = protocol.locate(url)
        self._app_key, self._secret = app_key, secret
        self.tokens = token if isinstance(token, Tokens) else Tokens(Token(token))
        self._now, self.shop_id = now, shop_id
        self._sign_method, self._simplify, self._style = sign_method, simplify, style
        self._own_wire = Wire(url, connections=connections, timeout=timeout) if wire is None else None
        self._wire = wire or self._own_wire or Wire(url)
        self._limiter = limiter or Limiter(now=now)
        self._journal = journal or Journal()
        self._clock_off = timedelta()  #: How far the platform's clock is ahead of ours, once it mattered.

    @property
    def url(self) -> str:
        return self._address.url

    @property
    def limiter(self) -> Limiter:
        return self._limiter

    def exchanges(self) -> list[Exchange]:
        """The last calls, newest first."""
        return self._journal.newest()

    def call(self, method: str, parameters: Mapping[str, Any], *, write: bool = False) -> dict[str, Any]:
        """Make one call and return its fields. Raises PlatformError, by what to do next.

        `write`: it changes something there, so that no answer means it may have been carried out. A call that was
        turned away for its token or its clock was not carried out: it is made once more with better ones.
        """
        if write:
            return self._twice(method, parameters, write=True)
        with reading():
            return self._twice(method, parameters, write=False)

    def close(self) -> None:
        """Give the connections back, where they are its own."""
        if self._own_wire is not None:
            self._own_wire.close()

    def _twice(self, method: str, parameters: Mapping[str, Any], *, write: bool) -> dict[str, Any]:
        token, off = self.tokens.access(), self._clock_off
        try:
            return self._once(method, parameters, token, write=write)
        except Unauthorised as error:
            better = of_session(error) and self.tokens.renew(token)
            if not better and not (of_clock(error) and self._clock_off != off):
                raise
        return self._once(method, parameters, self.tokens.access(), write=write)

    def _once(self, method: str, parameters: Mapping[str, Any], token: str, *, write: bool) -> dict[str, Any]:
        sent = self._limiter.wait(self.shop_id, method)
        at, started = self._now(), time.monotonic()
        signed = protocol.request(
            method,
            parameters,
            app_key=self._app_key,
            secret=self._secret,
            session=token,
            at=at + self._clock_off,
            gateway=self._address.gateway,
            sign_method=self._sign_method,
            simplify=self._simplify,
        )
        reply: Reply | None = None
        try:
            reply = self._wire.send(protocol.call(self._address, method, signed, self._style))
            fields = protocol.answer(method, reply.content, write=write)
        except PlatformError as caught:
            error = as_daily(caught, until_midnight_s(self._now()))
            error.hide(token, self._secret)
            self._learn(method, error, sent, reply)
            code = error.code or type(error).__name__
            if isinstance(error, BadAnswer):
                log.warning("%s was answered outside the protocol: %s", method, error)
            came = {"code": code, "sub_code": error.sub_code, "msg": error.text}
            self._keep(at, started, method, code, error.request_id, parameters, came)
            if error is caught:
                raise
            raise error from caught
        self._limiter.passed(self.shop_id, method, sent)
        brief = fields if len(reply.content) <= KEPT_BYTES else {"amount": f"{len(reply.content)} bytes"}
        self._keep(at, started, method, "ok", fields.get("request_id"), parameters, brief)
        return fields

    def _keep(
        self,
        at: datetime,
        started: float,
        method: str,
        code: str,
        request_id: Any,
        parameters: Mapping[str, Any],
        came: Any,
    ) -> None:
        seconds = time.monotonic() - started
        self._journal.keep(
            Exchange(at, method, seconds, code, str(request_id or ""), self.shop_id, parameters, came)
        )

    def _learn(self, method: str, error: PlatformError, sent: float, reply: Reply | None) -> None:
        if isinstance(error, DailyQuota) and error.retry_after is None:
            error.retry_after = until_midnight_s(self._now()) + MIDNIGHT_MARGIN_S
        if isinstance(error, Unavailable) and error.retry_after is not None:
            self._limiter.learn(self.shop_id, method, error, sent)
        else:
            self._limiter.passed(self.shop_id, method, sent)
        if of_clock(error) and reply is not None and reply.served_at is not None:
            self._clock_off = reply.served_at - self._now()
            log.warning("this machine's clock is off by %.0f s", -self._clock_off.total_seconds())


def until_midnight_s(now: datetime) -> float:
    """Seconds left of the quota's day, which is Beijing's."""
    today = now.astimezone(protocol.BEIJING)
    midnight = (today + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - today).total_seconds()


__all__ = ["REMEMBERED", "Client"]

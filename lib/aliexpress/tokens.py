"""Tokens: what opens a seller's shop to this app. Made from an authorisation, refreshed, kept in a file.

A token never enters the database, a log, an error or a page. Source: "Seller authorization", "Obtain access token"
of the platform's documentation; one token is one seller account.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from lib.aliexpress import protocol
from lib.aliexpress.errors import BadAnswer, FieldLimit, PlatformError, Refused, Unauthorised, reading
from lib.aliexpress.fields import text, whole
from lib.aliexpress.journal import Exchange, Journal
from lib.aliexpress.protocol import Address
from lib.aliexpress.wire import Wire

log = logging.getLogger(__name__)

CREATE, REFRESH = "/auth/token/create", "/auth/token/refresh"
#: A token is refreshed this long before it ends, or in the last tenth of a short life.
BEFORE = timedelta(days=1)
#: After a refresh that failed, the next one is tried no sooner.
AGAIN_S = 60.0
#: After the platform refused to refresh, nobody asks again for this long, unless a person does.
REFUSED_S = 600.0
_REFUSED = ("IllegalAccessToken", "IllegalRefreshToken", "InvalidParameter", "27")


@dataclass(frozen=True)
class Token:
    """What opens one shop. `expires_at` None: not known, as of a token from the settings."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    made_at: datetime | None = None
    expires_at: datetime | None = None
    refresh_until: datetime | None = None
    account: str = ""  #: The seller's login there.

    def due(self, now: datetime) -> bool:
        """Whether it should be refreshed by now."""
        if self.expires_at is None or not self.refresh:
            return False
        life = self.expires_at - self.made_at if self.made_at else BEFORE
        return now >= self.expires_at - min(BEFORE, life / 10)

    def refreshable(self, now: datetime) -> bool:
        """Whether a refresh may still work."""
        return bool(self.refresh) and (self.refresh_until is None or now < self.refresh_until)


@dataclass(frozen=True)
class TokenState:
    """What may be shown of a shop's token."""

    known: bool
    expires_at: datetime | None = None
    refresh_until: datetime | None = None
    refreshable: bool = False
    account: str = ""
    trouble: str = ""  #: The code of the last refresh that failed.


def authorise_url(address: Address, app_key: str, callback: str, state: str = "") -> str:
    """Where a seller's browser lets this app in. `callback` must equal the one registered for the app."""
    query = {
        "response_type": "code",
        "force_auth": "true",
        "client_id": app_key,
        "redirect_uri": callback,
        **({"state": state} if state else {}),
    }
    return f"{address.tokens.base}/oauth/authorize?{urlencode(query)}"


class Authority:
    """Makes and refreshes tokens: the two calls of the /rest gateway that need none."""

    def __init__(
        self,
        address: Address,
        app_key: str,
        secret: str,
        *,
        wire: Wire,
        journal: Journal,
        now: Callable[[], datetime],
    ) -> None:
        self._address = address.tokens
        self._app_key, self._secret = app_key, secret
        self._wire, self._journal, self._now = wire, journal, now

    def create(self, code: str, *, shop_id: str = "") -> Token:
        """The token for a code the callback brought; it lives about 30 minutes (UNCONFIRMED).

        Raises PlatformError: Refused or Unauthorised when the code is not good (any more).
        """
        if not code.strip():
            raise FieldLimit("authorisation code", "at least 1 character", "nothing")
        return self._asked(CREATE, {"code": code.strip()}, shop_id)

    def refresh(self, token: Token, *, shop_id: str = "") -> Token:
        """A new pair for an old one. Raises PlatformError."""
        return self._asked(REFRESH, {"refresh_token": token.refresh}, shop_id)

    @reading()
    def _asked(self, path: str, parameters: Mapping[str, str], shop_id: str) -> Token:
        at, started = self._now(), time.monotonic()
        signed = protocol.request(
            path,
            parameters,
            app_key=self._app_key,
            secret=self._secret,
            session="",
            at=at,
            gateway=self._address.gateway,
        )
        code, request_id, answer = "ok", "", {}
        try:
            reply = self._wire.send(protocol.call(self._address, path, signed))
            answer = protocol.answer(path, reply.content)
            request_id = text(answer, "request_id")
            return _token(answer, at)
        except PlatformError as error:
            error.hide(self._secret, *parameters.values())
            code, request_id = error.code, error.request_id or request_id
            raise
        finally:
            seconds = time.monotonic() - started
            kept = {name: value for name, value in answer.items() if not name.endswith("_token")}
            names = dict.fromkeys(parameters, "")
            self._journal.keep(Exchange(at, path, seconds, code, request_id, shop_id, names, kept))


class Tokens:
    """The token of one shop, good at any time: refreshed before it ends, once for all threads."""

    def __init__(
        self,
        token: Token | None,
        *,
        shop_id: str = "default",
        authority: Authority | None = None,
        keep: Callable[[Token], None] = lambda token: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._token = token
        self._shop_id, self._authority, self._keep, self._now = shop_id, authority, keep, now
        self._one = threading.Lock()
        self._not_before = 0.0
        self._trouble = ""

    def access(self) -> str:
        """The token to call with. Raises Unauthorised('no_token') when there is none."""
        token = self._token
        if token is None:
            raise Unauthorised("no_token")
        if token.due(self._now()):
            self.renew(token.access)
            token = self._token or token
        return token.access

    def renew(self, used: str, *, by_hand: bool = False) -> bool:
        """Make sure the token is another one than `used`; only the first of many threads asks the platform.

        Returns False when there is no newer one. Only `by_hand` raises PlatformError.
        """
        with self._one:
            token = self._token
            if token is None or self._authority is None:
                return False
            if token.access != used:
                return True
            if not token.refreshable(self._now()):
                self._trouble = self._trouble or "not_refreshable"
                return False
            if time.monotonic() < self._not_before and not by_hand:
                return False
            try:
                self.put(self._authority.refresh(token, shop_id=self._shop_id))
            except PlatformError as error:
                refused = isinstance(error, Refused) or error.code in _REFUSED
                self._not_before = time.monotonic() + (REFUSED_S if refused else AGAIN_S)
                self._trouble = error.code
                log.warning("the token of shop %s was not refreshed: %s", self._shop_id, error.code)
                if by_hand:
                    raise
                return False
            return True

    def refresh(self) -> None:
        """Refresh now, because a person wants it. Raises PlatformError."""
        token = self._token
        if token is None or not token.refresh or self._authority is None:
            raise Unauthorised("not_refreshable" if token else "no_token")
        self.renew(token.access, by_hand=True)

    def put(self, token: Token) -> None:
        """Use, and keep, this token from now on."""
        self._keep(token)
        self._token, self._trouble, self._not_before = token, "", 0.0

    def state(self) -> TokenState:
        """What may be shown."""
        token = self._token
        if token is None:
            return TokenState(known=False)
        able = self._authority is not None and token.refreshable(self._now())
        return TokenState(True, token.expires_at, token.refresh_until, able, token.account, self._trouble)


class TokenFolder:
    """Token files, one a shop, readable by their owner alone."""

    def __init__(self, folder: Path, app_key: str) -> None:
        self._folder, self._app_key = folder, app_key

    def load(self, shop_id: str, setting: Token | None = None) -> Token | None:
        """The shop's token: the one in the settings, or what became of it since, or one of an authorisation.

        A file of another app is not looked at, and a token that was put into the settings anew wins over it.
        """
        try:
            kept = json.loads(self._path(shop_id).read_text(encoding="utf-8"))
            token = Token(**{name: _moment(name, value) for name, value in kept["token"].items()})
        except FileNotFoundError:
            return setting
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            log.warning("the token file of shop %s cannot be read", shop_id)
            return setting
        ours = kept.get("app_key") == self._app_key
        renewed = setting is None or kept.get("instead_of") == _digest(setting.access)
        return token if ours and renewed else setting

    def save(self, shop_id: str, token: Token, setting: Token | None = None) -> None:
        """Write a token: whole or not at all, and never readable by others, not even for a moment."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        path = self._path(shop_id)
        temporary = path.with_suffix(f".{os.getpid()}.part")
        kept = {
            "app_key": self._app_key,
            "instead_of": _digest(setting.access) if setting else "",
            "token": {name: _plain(value) for name, value in asdict(token).items()},
        }
        with suppress(FileNotFoundError):
            temporary.unlink()
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(kept, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    def forget(self, shop_id: str) -> None:
        """Remove a shop's token."""
        with suppress(FileNotFoundError):
            self._path(shop_id).unlink()

    def _path(self, shop_id: str) -> Path:
        return self._folder / f"{shop_id}.json"


def _token(answer: Mapping[str, Any], now: datetime) -> Token:
    """Absolute moments (`expire_time`, milliseconds) are the server's clock; lengths (`expires_in`) are ours."""
    if not answer.get("access_token"):
        raise BadAnswer("bad_fields", text="no access_token", request_id=text(answer, "request_id"))
    refresh = text(answer, "refresh_token")
    return Token(
        access=text(answer, "access_token"),
        refresh=refresh if whole(answer, "refresh_expires_in", 1) > 0 else "",
        made_at=now,
        expires_at=_ends(answer, "expires_in", "expire_time", now),
        refresh_until=_ends(answer, "refresh_expires_in", "refresh_token_valid_time", now)
        if refresh
        else None,
        account=text(answer, "account") or text(answer, "user_nick"),
    )


def _ends(answer: Mapping[str, Any], lasts: str, until: str, now: datetime) -> datetime | None:
    if (seconds := whole(answer, lasts, 0)) > 0:
        return now + timedelta(seconds=seconds)
    if (milliseconds := whole(answer, until, 0)) > 0:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    return None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _moment(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value and (name.endswith(("_at", "_until"))) else value


__all__ = ["Authority", "Token", "TokenFolder", "TokenState", "Tokens", "authorise_url"]

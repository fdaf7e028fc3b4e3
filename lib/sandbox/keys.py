"""Tokens: who may speak for which shop, for how long, and how a pair is renewed."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lib.sandbox.fields import need
from lib.sandbox.gateway import GatewayError
from lib.sandbox.ground import Ground
from lib.sandbox.records import Token

#: What everybody knows: the default shop's pair, and those of the others with their name behind.
TOKEN, REFRESH_TOKEN = "sandbox-token", "sandbox-refresh"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
#: So begin the codes that are handed out here.
CODE = "0_"
#: How long a code from the authorisation page is good (UNCONFIRMED).
CODE_LASTS = timedelta(minutes=30)
CREATE = ("/auth/token/create", "/auth/token/security/create")
REFRESH = ("/auth/token/refresh", "/auth/token/security/refresh")
#: The same on the business gateways, as older clients know them; their answer is a JSON text.
TOP_CREATE, TOP_REFRESH = "taobao.top.auth.token.create", "taobao.top.auth.token.refresh"
CALLS = frozenset((*CREATE, *REFRESH, TOP_CREATE, TOP_REFRESH))


class Keys:
    """The tokens in use. Those in the journal survive; codes of the authorisation page do not."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, Token] = {}
        self._codes: dict[str, tuple[str, datetime]] = {}  #: Code → shop, and until when.
        self._used: set[str] = set()

    def shop_of(self, access_token: str) -> str:
        """The shop a token speaks for. Raises GatewayError when it is unknown, or no longer good."""
        token = self._access.get(access_token) or self._known(access_token, TOKEN)
        if token is None or self._over(token.expires_at):
            raise expired()
        return token.shop

    def consent(self, shop: str) -> str:
        """A code for a shop whose seller agreed on the authorisation page."""
        code = CODE + secrets.token_urlsafe(18)
        self._codes[code] = (shop, self._ground.now() + CODE_LASTS)
        return code

    def create(self, code: str) -> Token:
        """A new pair for a code. Raises GatewayError for one that is used up, or too old.

        A code that was not handed out here stands for the consent of the default shop.
        """
        shop, until = self._codes.pop(code, ("default", None))
        if code in self._used or (until is not None and until < self._ground.now()):
            raise GatewayError(
                41, "Invalid arguments", sub_code="isv.invalid-parameter", sub_msg="code is used or expired",
                text_code="InvalidCode",
            )  # fmt: skip
        self._used.add(code)
        return self._new(shop)

    def renew(self, refresh_token: str) -> Token:
        """A new pair for a refresh token, which is used up by it. Raises GatewayError."""
        token = self._refresh.get(refresh_token) or self._known(refresh_token, REFRESH_TOKEN)
        if token is None or self._over(token.refresh_expires_at):
            raise GatewayError(
                27, "Invalid session", sub_code="invalid-refresh-token",
                sub_msg="the refresh token is invalid or expired",
                text="The specified refresh token is invalid or expired",
            )  # fmt: skip
        return self._new(token.shop, instead_of="" if token.lasting else refresh_token)

    def expire(self, shop: str) -> None:
        """Let every access token of a shop run out now; its refresh tokens stay good."""
        at = self._ground.now().isoformat()
        self._ground.record(shop, ("expire", {"shop": shop, "at": at}))

    def happen(self, kind: str, value: dict[str, Any]) -> None:
        """Let an event of the journal happen. Raises KeyError, TypeError for a damaged one."""
        if kind == "token":
            token = Token(**{name: one for name, one in value.items() if name != "instead_of"})
            self._access[token.access_token] = self._refresh[token.refresh_token] = token
            self._refresh.pop(value.get("instead_of", ""), None)
            return
        shop = value["shop"]
        for token in [self._of_everybody(shop), *self._access.values()]:
            if token.shop == shop and not self._over(token.expires_at):
                token.expires_at = value["at"]
                self._access[token.access_token] = token

    def shown(self, token: Token) -> dict[str, Any]:
        """A pair as the platform writes it. Times are the caller's, wherever `advance` has moved our own."""
        settings = self._ground.settings
        now = self._ground.now().timestamp() - self._ground.advanced_s
        return {
            "access_token": token.access_token,
            "refresh_token": token.refresh_token,
            "expires_in": int(settings.token_s),
            "refresh_expires_in": int(settings.refresh_s),
            "expire_time": int((now + settings.token_s) * 1000),
            "refresh_token_valid_time": int((now + settings.refresh_s) * 1000),
            "account_platform": "seller_center",
            "account": token.shop,
            "user_nick": token.shop,
            "seller_id": str(2_200_000_000 + sum(token.shop.encode())),
            "user_id": str(2_200_000_000 + sum(token.shop.encode())),
            "sp": "ae",
            "locale": "zh_CN",
        }

    def _new(self, shop: str, instead_of: str = "") -> Token:
        now, settings = self._ground.now(), self._ground.settings
        token = Token(
            shop=shop,
            access_token="5000" + secrets.token_hex(24),
            refresh_token="5001" + secrets.token_hex(24),
            expires_at=(now + timedelta(seconds=settings.token_s)).isoformat(),
            refresh_expires_at=(now + timedelta(seconds=settings.refresh_s)).isoformat(),
        )
        self._ground.record(shop, ("token", vars(token) | {"instead_of": instead_of}))
        return token

    def _known(self, text: str, stem: str) -> Token | None:
        """The token everybody knows of a shop that exists here."""
        name = (
            "default"
            if text == stem
            else text.removeprefix(f"{stem}-")
            if text.startswith(f"{stem}-")
            else ""
        )
        return self._of_everybody(name) if self._ground.has_shop(name) else None

    def _of_everybody(self, shop: str) -> Token:
        behind = "" if shop == "default" else f"-{shop}"
        return Token(shop, TOKEN + behind, REFRESH_TOKEN + behind, lasting=True)

    def _over(self, until: str | None) -> bool:
        return until is not None and datetime.fromisoformat(until) <= self._ground.now()


def answer(keys: Keys, method: str, params: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a token call. Raises GatewayError."""
    creates = method in CREATE or method == TOP_CREATE
    token = keys.create(need(params, "code")) if creates else keys.renew(need(params, "refresh_token"))
    shown = keys.shown(token)
    if method in (TOP_CREATE, TOP_REFRESH):
        return {"token_result": json.dumps(shown)}
    if "/security/" in method:
        short = ("access_token", "refresh_token", "expires_in", "refresh_expires_in")
        return {name: value for name, value in shown.items() if name in short}
    return shown


def expired() -> GatewayError:
    """The access token is unknown, or no longer good."""
    return GatewayError(
        27, "Invalid session", sub_code="invalid-sessionkey", sub_msg="the access token is invalid or expired"
    )

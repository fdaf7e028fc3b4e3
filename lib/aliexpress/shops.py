"""All shops of one app: a token and a Platform each; connections, limits and the journal are shared."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from lib.aliexpress import protocol
from lib.aliexpress.bans import BanFile
from lib.aliexpress.client import Client
from lib.aliexpress.journal import Exchange, Journal
from lib.aliexpress.limiter import Limiter
from lib.aliexpress.platform import Platform
from lib.aliexpress.tokens import Authority, Token, TokenFolder, Tokens
from lib.aliexpress.wire import CONNECTIONS, Wire

#: The shop whose token the settings may name.
DEFAULT_SHOP = "default"


class AccountTaken(Exception):
    """This seller's account opens another shop here already: two shops of one seller could send one order twice."""

    def __init__(self, shop_id: str) -> None:
        super().__init__(f"its account is that of shop {shop_id}")
        self.shop_id = shop_id


class Shops:
    """Threads may share it."""

    def __init__(
        self,
        url: str,
        app_key: str,
        secret: str,
        *,
        folder: Path,
        setting: Token | None,
        now: Callable[[], datetime],
        sign_method: str = "",
        connections: int = CONNECTIONS,
        at_once: int = CONNECTIONS,
    ) -> None:
        """`url` is the gateway of every shop without its own; `setting` the first shop's token, if it is set.

        `folder` has the tokens, and beside it the bans that are in force.
        """
        self._url, self._app_key, self._secret = url, app_key, secret
        self._setting, self._now, self._sign_method = setting, now, sign_method
        self._wire = Wire(url, connections=connections, at_once=at_once)
        bans = BanFile(folder.parent / "bans.json", app_key)
        self.limiter = Limiter(now=now, known=bans.load(now()), keep=lambda all_: bans.save(all_, now()))
        self.journal = Journal()
        self.files = TokenFolder(folder, app_key)
        self.authority = Authority(
            protocol.locate(url), app_key, secret, wire=self._wire, journal=self.journal, now=now
        )
        self._platforms: dict[str, tuple[str, Platform]] = {}
        self._tokens: dict[str, Tokens] = {}
        self._guard = threading.Lock()

    def platform(self, shop_id: str, url: str = "") -> Platform:
        """The platform, speaking for a shop, at its own gateway where it has one."""
        at = url or self._url
        with self._guard:
            known_at, platform = self._platforms.get(shop_id, ("", None))
            if platform is None or known_at != at:
                platform = Platform(self._client(shop_id, at), now=self._now)
                self._platforms[shop_id] = (at, platform)
            return platform

    def let_in(self, shop_id: str, code: str, others: Sequence[str] = ()) -> None:
        """Make a shop's token of the code an authorisation brought. Raises PlatformError, AccountTaken."""
        token = self.authority.create(code, shop_id=shop_id)
        with self._guard:
            for other in others:
                if token.account and self._tokens_of(other).state().account == token.account:
                    raise AccountTaken(other)
            self._tokens_of(shop_id).put(token)

    def forget(self, shop_id: str) -> None:
        """Have no token for a shop any more; one in the settings is not ours to forget."""
        with self._guard:
            self.files.forget(shop_id)
            self._tokens.pop(shop_id, None)
            self._platforms.pop(shop_id, None)

    def exchanges(self) -> list[Exchange]:
        """The last calls of every shop, newest first."""
        return self.journal.newest()

    def close(self) -> None:
        """Give the connections back."""
        self._wire.close()

    def _client(self, shop_id: str, url: str) -> Client:
        # A way to sign belongs to a gateway: a shop elsewhere signs as is usual there.
        same = protocol.locate(url).gateway is protocol.locate(self._url).gateway
        return Client(
            url,
            self._app_key,
            self._secret,
            self._tokens_of(shop_id),
            now=self._now,
            shop_id=shop_id,
            sign_method=self._sign_method if same else "",
            wire=self._wire,
            limiter=self.limiter,
            journal=self.journal,
        )

    def _tokens_of(self, shop_id: str) -> Tokens:
        tokens = self._tokens.get(shop_id)
        if tokens is None:
            setting = self._setting if shop_id == DEFAULT_SHOP else None
            tokens = Tokens(
                self.files.load(shop_id, setting),
                shop_id=shop_id,
                authority=self.authority,
                keep=lambda token: self.files.save(shop_id, token, setting),
                now=self._now,
            )
            self._tokens[shop_id] = tokens
        return tokens


def setting_token(access: str, refresh: str) -> Token | None:
    """The token of the settings; when it ends is not known, so it is refreshed once it is not accepted."""
    return Token(access, refresh) if access else None

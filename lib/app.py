"""Wires the rooms together: one App a process, with its database, its platform and its clock."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx

from lib.aliexpress.errors import Unavailable
from lib.aliexpress.journal import Exchange
from lib.aliexpress.platform import Platform
from lib.aliexpress.shops import DEFAULT_SHOP, Shops, setting_token
from lib.aliexpress.tokens import Token, TokenFolder
from lib.config import Settings
from lib.sandbox import launch
from lib.store import reference, tracking
from lib.store import shops as shop_store
from lib.store.database import Database

log = logging.getLogger(__name__)

SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN = "12345678", "sandbox-secret", "sandbox-token"
SANDBOX_REFRESH = "sandbox-refresh"


class App:
    """Everything a use case needs. Connects to the platform only when one asks for it."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        platform: Platform | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self.database = database
        self.now = now
        self._platform = platform  #: Speaks for every shop, in place of what would be connected.
        self._shops: Shops | None = None
        self._former: list[Shops] = []  #: Of sandboxes that ended; a call under way may still hold one.
        self._sandbox: launch.Running | None = None
        self._connecting = threading.Lock()
        #: How many orders the sandbox takes in just now, which may take a minute; None: none.
        self.taking_in: int | None = None
        self.on_taking_in: Callable[[int], None] = lambda _: None  #: Told of them when the sandbox starts.

    @classmethod
    def open(cls, settings: Settings) -> App:
        """Open the store and bring its reference tables up to date. Raises DatabaseHeld."""
        database = Database(settings.database_path)
        with database.write() as work:
            changed = reference.load(work, settings.reference)
            tracking.bring_up_to_date(work, codes_changed="tracking_codes.csv" in changed)
        return cls(settings, database)

    @property
    def platform(self) -> Platform:
        """The platform, speaking for the first shop."""
        return self.platform_of(DEFAULT_SHOP)

    def shops(self) -> tuple[str, ...]:
        """The shops this desk ships for: those that let it in; without any, the first one."""
        with self.database.read() as work:
            known = [row["shop_id"] for row in shop_store.known(work)]
        return tuple(shop for shop in known if self._has_token(shop)) or (DEFAULT_SHOP,)

    def platform_of(self, shop_id: str) -> Platform:
        """The platform, speaking for one shop, at that shop's gateway.

        Without credentials a sandbox is started on the loopback address first. Raises Unavailable.
        """
        if self._platform is not None:
            return self._platform
        shops = self.connected()
        with self.database.read() as work:
            own = next((row for row in shop_store.known(work) if row["shop_id"] == shop_id), None)
        return shops.platform(shop_id, (own or {}).get("platform_url") or "")

    def connected(self) -> Shops:
        """The shops with their tokens; the sandbox is started first where it is needed, again if it ended.

        Raises Unavailable.
        """
        with self._connecting:
            if self._sandbox is not None and self._sandbox.ended:
                log.warning("the sandbox ended; it is started again")
                self._sandbox.stop()
                self._former += [self._shops] if self._shops is not None else []
                self._shops = self._sandbox = None
            if self._shops is None:
                self._shops = self._connect()
            return self._shops

    def exchanges(self) -> list[Exchange]:
        """The last calls for every shop, newest first."""
        return self._platform.exchanges() if self._platform is not None else self.connected().exchanges()

    @property
    def is_sandbox(self) -> bool:
        """True when nothing here reaches real buyers."""
        return self.settings.sandbox or self.settings.app_key == SANDBOX_KEY

    @property
    def sandbox_folder(self) -> Path:
        return self.settings.data / "sandbox"

    def rehearse_with(
        self, export: Path, name: str, shop_id: str = DEFAULT_SHOP, *, order_count: int = 0
    ) -> None:
        """Let the sandbox know the orders of a shop's export too, so that a real batch can be rehearsed.

        The file is kept for the next start; a sandbox that runs already takes it in at once.
        """
        if not self.settings.sandbox:
            return
        shop = self._sandbox_shop(shop_id)
        folder = self.sandbox_folder / "seeds"
        kept = (folder if shop == launch.DEFAULT else folder / shop) / name
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(export, kept)
        with self._connecting:  # One that is starting may have looked for its files already.
            launch.expect(self.sandbox_folder, _export_name(shop, kept), order_count)
            running = self._sandbox
        if running is None:
            return
        self.taking_in = order_count
        try:
            running.seed(kept, shop)
            with self._connecting:
                launch.taken(self.sandbox_folder, [_export_name(shop, kept)])
        except httpx.HTTPError:
            log.exception("the sandbox did not take %s in; it will at its next start", name)
        finally:
            self.taking_in = None

    def consented(self, shop_id: str, code: str) -> str:
        """The code that lets a shop in. On the sandbox any text will do: the shop's seller agrees there at once."""
        if not self.settings.sandbox or self._platform is not None or code.startswith(launch.CODE):
            return code
        self.connected()
        if self._sandbox is None:
            return code
        try:
            return self._sandbox.consent(self._sandbox_shop(shop_id)) or code
        except httpx.HTTPError as error:
            raise Unavailable("unreachable", text=type(error).__name__) from error

    def close(self) -> None:
        """Close what was opened, last first."""
        if self._platform is not None:
            self._platform.close()
        for shops in [*self._former, *([] if self._shops is None else [self._shops])]:
            shops.close()
        if self._sandbox is not None:
            self._sandbox.stop()
        self.database.close()

    def _has_token(self, shop_id: str) -> bool:
        if shop_id == DEFAULT_SHOP and (self.settings.sandbox or self.settings.token.get_secret_value()):
            return True
        key = SANDBOX_KEY if self.settings.sandbox else self.settings.app_key
        return TokenFolder(self.settings.tokens_folder, key).load(shop_id) is not None

    def _sandbox_shop(self, shop_id: str) -> str:
        """Which of the sandbox's shops a shop is: the account its token was made for, else one of its own name."""
        token = TokenFolder(self.settings.tokens_folder, SANDBOX_KEY).load(shop_id)
        return token.account if token is not None and token.account else shop_id

    def _connect(self) -> Shops:
        settings = self.settings
        url, key, secret = settings.platform_url, settings.app_key, settings.app_secret.get_secret_value()
        token = setting_token(settings.token.get_secret_value(), settings.refresh_token.get_secret_value())
        if settings.sandbox:
            url, key, secret = self._start_sandbox(), SANDBOX_KEY, SANDBOX_SECRET
            token = Token(SANDBOX_TOKEN, SANDBOX_REFRESH, account=launch.DEFAULT)
        return Shops(
            url,
            key,
            secret,
            folder=settings.tokens_folder,
            setting=token,
            now=self.now,
            sign_method=settings.sign_method,
            connections=max(settings.threads * 2, 8),
            at_once=settings.threads,
        )

    def _start_sandbox(self) -> str:
        """Its address; one that runs already is told of the exports that were loaded."""
        folder = self.sandbox_folder / "seeds"
        seeds = [path for path in sorted(folder.glob("*")) if path.is_file()]
        others = [(path.parent.name, path) for path in sorted(folder.glob("*/*"))]
        exports = [
            _export_name(shop, path) for shop, path in [*((launch.DEFAULT, path) for path in seeds), *others]
        ]
        self.taking_in = launch.expected(self.sandbox_folder, exports)
        self.on_taking_in(self.taking_in)
        try:
            running = launch.ensure(self.sandbox_folder, seeds, others)
            if running.process is None:
                for shop, path in [*((launch.DEFAULT, path) for path in seeds), *others]:
                    running.seed(path, shop)
            launch.taken(self.sandbox_folder, exports)
        except (launch.DidNotStart, httpx.HTTPError) as error:
            raise Unavailable("sandbox_did_not_start", text=str(error)) from error
        finally:
            self.taking_in = None
        self._sandbox = running
        return running.url


def _export_name(shop: str, path: Path) -> str:
    return f"{shop}/{path.name}"


_current: App | None = None
_guard = threading.Lock()


def start(settings: Settings | None = None) -> App:
    """Open the App of this process, once. Raises DatabaseHeld."""
    global _current
    with _guard:
        if _current is None:
            _current = App.open(settings or Settings())
        return _current


def current() -> App:
    """The App of this process, opened if nobody did yet. Raises DatabaseHeld."""
    return start()


def use(app: App | None) -> None:
    """Make this the App of the process (tests)."""
    global _current
    with _guard:
        _current = app


def stop() -> None:
    """Close the App of this process, if there is one."""
    global _current
    with _guard:
        if _current is not None:
            _current.close()
            _current = None

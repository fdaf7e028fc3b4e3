"""Wires the rooms together: one App a process, with its database, its platform and its clock."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from lib.aliexpress.errors import Unavailable
from lib.aliexpress.platform import Client, Platform
from lib.config import Settings
from lib.sandbox import launch
from lib.store import reference
from lib.store.database import Database

SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN = "12345678", "sandbox-secret", "sandbox-token"


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
        self._platform = platform
        self._sandbox: launch.Running | None = None
        self._connecting = threading.Lock()

    @classmethod
    def open(cls, settings: Settings) -> App:
        """Open the store and bring its reference tables up to date. Raises DatabaseHeld."""
        database = Database(settings.database_path)
        with database.write() as work:
            reference.load(work, settings.reference)
        return cls(settings, database)

    @property
    def platform(self) -> Platform:
        """The platform; without credentials a sandbox is started on the loopback address first."""
        with self._connecting:
            if self._platform is None:
                self._platform = self._connect()
            return self._platform

    def shops(self) -> tuple[str, ...]:
        """The shops this desk ships for."""
        return ("default",)

    def platform_of(self, shop_id: str) -> Platform:
        """The platform, speaking for one shop."""
        return self.platform

    @property
    def is_sandbox(self) -> bool:
        """True when nothing here reaches real buyers."""
        return self.settings.sandbox or self.settings.app_key == SANDBOX_KEY

    @property
    def sandbox_folder(self) -> Path:
        return self.settings.data / "sandbox"

    def rehearse_with(self, export: Path, name: str) -> None:
        """Let the sandbox know the orders of an export too, so that a real batch can be rehearsed.

        The file is kept for the next start; a sandbox that runs already takes it in at once.
        """
        if not self.settings.sandbox:
            return
        kept = self.sandbox_folder / "seeds" / name
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(export, kept)
        if self._sandbox:
            self._sandbox.seed(kept)

    def close(self) -> None:
        """Close what was opened, last first."""
        if self._platform is not None:
            self._platform.close()
        if self._sandbox is not None:
            self._sandbox.stop()
        self.database.close()

    def _connect(self) -> Platform:
        settings = self.settings
        key, secret, token = settings.app_key, settings.app_secret, settings.token
        if settings.sandbox:
            seeds = sorted((self.sandbox_folder / "seeds").glob("*"))
            try:
                self._sandbox = launch.ensure(self.sandbox_folder, seeds)
            except launch.DidNotStart as error:
                raise Unavailable("sandbox_did_not_start", text=str(error)) from error
            for seed in seeds if self._sandbox.process is None else ():
                self._sandbox.seed(seed)
            url, key = self._sandbox.url, SANDBOX_KEY
            return Platform(Client(url, key, SANDBOX_SECRET, SANDBOX_TOKEN, now=self.now))
        return Platform(
            Client(
                settings.platform_url,
                key,
                secret.get_secret_value(),
                token.get_secret_value(),
                now=self.now,
            )
        )


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

"""The connection to the platform: where it is, whether it answers, what was said last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lib.aliexpress.errors import Unavailable
from lib.aliexpress.platform import Exchange
from lib.app import App
from lib.sandbox.launch import DidNotStart
from lib.services import handover


@dataclass(frozen=True)
class Connection:
    """What this desk talks to. Secrets are never part of it."""

    sandbox: bool
    url: str
    app_key: str  #: All but its first and last two characters hidden; "" on the sandbox.
    folder: str  #: Where database and labels are.
    settle_seconds: int  #: How long a created order may stay invisible before it counts as missing.


def status(app: App) -> Connection:
    """What this desk is connected to. Raises PlatformError when nothing can be connected."""
    try:
        url = app.platform.url
    except DidNotStart as error:
        raise Unavailable("unreachable", text=str(error)) from error
    key = app.settings.app_key
    return Connection(
        sandbox=app.is_sandbox,
        url=url,
        app_key=f"{key[:2]}…{key[-2:]}" if len(key) > 4 else "",
        folder=str(app.settings.data),
        settle_seconds=app.settings.settle,
    )


def addresses(app: App, *, refresh: bool = False) -> list[dict[str, Any]]:
    """The seller's addresses by role; asked for once, or when refreshed. Raises PlatformError."""
    return handover.addresses(app, refresh=refresh)


def exchanges(app: App) -> list[Exchange]:
    """The last calls to the platform, newest first: no parameters, no personal data, no secrets."""
    return app.platform.exchanges()

"""What goes on while nobody looks: the dispatcher works, orders are synced, trial prices fetched,
parcels followed, once a process."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import TypeVar, cast

from lib.app import App
from lib.domain.freshness import Standing
from lib.services import checks, sync
from lib.services.dispatch import Dispatcher
from lib.services.notice_timer import NoticeTimer
from lib.services.publishing import Publisher
from lib.services.tracking import Tracker
from lib.services.trials import Fetcher
from lib.services.worker import Worker

log = logging.getLogger(__name__)

#: How long the end of the program waits for a connection that is being made.
PATIENCE_S = 5.0

#: What works by itself beside the dispatcher, in the order in which it starts and ends.
WORKERS: tuple[type[Worker], ...] = (sync.SyncTimer, Fetcher, NoticeTimer, Publisher, Tracker)

W = TypeVar("W", bound=Worker)

_guard = threading.Lock()
_dispatcher: Dispatcher | None = None
_workers: dict[type[Worker], Worker] = {}
_connecting: threading.Thread | None = None
_connect_trouble = ""


def start(app: App) -> None:
    """Let a dispatcher go on with what is left half sent, connect to the platform, and let the workers work.

    A second call does nothing. Connecting may take seconds (a sandbox is started first), so it has a thread of its
    own.
    """
    global _dispatcher, _connecting
    with _guard:
        if _dispatcher is not None:
            return
        checks.bring_up_to_date(app)
        _dispatcher = Dispatcher(app)
        _dispatcher.start()
        _connecting = threading.Thread(target=_connect, args=(app,), name="connect", daemon=True)
        _connecting.start()
        _workers.update({kind: kind(app) for kind in WORKERS})
        for worker in _workers.values():
            worker.start()


def stop() -> None:
    """Send nothing more, and write down the answers to what is on the wire."""
    global _dispatcher, _connecting, _connect_trouble
    with _guard:
        for worker in _workers.values():
            worker.stop(PATIENCE_S)
        if _dispatcher is not None:
            _dispatcher.stop()
        if _connecting is not None:
            _connecting.join(PATIENCE_S)
        _dispatcher, _connecting, _connect_trouble = None, None, ""
        _workers.clear()


def running() -> bool:
    """Whether this process sends what is queued."""
    return _dispatcher is not None


def wake() -> None:
    """There may be something to send now; without a dispatcher nothing happens."""
    dispatcher = _dispatcher
    if dispatcher is not None:
        dispatcher.wake()


def fetch_trials() -> None:
    """There may be trial prices to ask for now; without a fetcher they wait for one."""
    fetcher = _worker(Fetcher)
    if fetcher is not None:
        fetcher.wake()


def lift() -> None:
    """Have the dispatcher forget what bans it knows of; without one nothing happens."""
    dispatcher = _dispatcher
    if dispatcher is not None:
        dispatcher.lift()


def sync_now() -> bool:
    """Have every shop synced at once; False without a timer that could."""
    timer = _worker(sync.SyncTimer)
    if timer is None:
        return False
    timer.wake()
    return True


def sync_all(app: App, *, by: str) -> list[sync.SyncReport] | None:
    """Sync every shop: in the background, which returns None at once, or here where nothing works there.

    Raises PlatformError or Problem for the second.
    """
    return None if sync_now() else sync.sync_all(app, by=by)


def standing(app: App) -> list[Standing]:
    """How fresh each shop's orders are, and when it is synced by itself the next time."""
    timer = _worker(sync.SyncTimer)
    found = sync.standing(app)
    return found if timer is None else [replace(shop, next_at=timer.next_at(shop.shop_id)) for shop in found]


def trouble() -> str:
    """Why nothing is sent just now: a code for `wording.trouble_sentence`; "" when all is well."""
    dispatcher = _dispatcher
    return (dispatcher.trouble if dispatcher is not None else "") or _connect_trouble


def _worker(kind: type[W]) -> W | None:
    return cast("W | None", _workers.get(kind))


def _connect(app: App) -> None:
    global _connect_trouble
    try:
        _ = app.platform
    except Exception:
        # Whoever asks for the platform next tries again; until then the pages say so.
        log.exception("the platform could not be connected")
        _connect_trouble = "unreachable"
    else:
        _connect_trouble = ""

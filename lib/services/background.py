"""What goes on while nobody looks: the platform is connected and the dispatcher works, once a process."""

from __future__ import annotations

import logging
import threading

from lib.app import App
from lib.services import checks
from lib.services.dispatch import Dispatcher

log = logging.getLogger(__name__)

#: How long the end of the program waits for a connection that is being made.
PATIENCE_S = 5.0

_guard = threading.Lock()
_dispatcher: Dispatcher | None = None
_connecting: threading.Thread | None = None
_connect_trouble = ""


def start(app: App) -> None:
    """Let a dispatcher go on with what is left half sent, and connect to the platform; a second call does nothing.

    Connecting may take seconds (a sandbox is started first), so it has a thread of its own.
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


def stop() -> None:
    """Send nothing more, and write down the answers to what is on the wire."""
    global _dispatcher, _connecting, _connect_trouble
    with _guard:
        if _dispatcher is not None:
            _dispatcher.stop()
        if _connecting is not None:
            _connecting.join(PATIENCE_S)
        _dispatcher, _connecting, _connect_trouble = None, None, ""


def running() -> bool:
    """Whether this process sends what is queued."""
    return _dispatcher is not None


def wake() -> None:
    """There may be something to send now; without a dispatcher nothing happens."""
    dispatcher = _dispatcher
    if dispatcher is not None:
        dispatcher.wake()


def trouble() -> str:
    """Why nothing is sent just now: a code for `wording.trouble_sentence`; "" when all is well."""
    dispatcher = _dispatcher
    return (dispatcher.trouble if dispatcher is not None else "") or _connect_trouble


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

"""Reads back by itself what people told the platform and nobody answered: at the start, then every half minute."""

from __future__ import annotations

import logging
import threading

from lib.app import App
from lib.services import notices

log = logging.getLogger(__name__)


class NoticeTimer:
    """One thread that asks what became of notices; while none waits it asks the store alone. One a process."""

    REST_S = 30.0

    def __init__(self, app: App) -> None:
        self._app = app
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="notices", daemon=True)

    def start(self) -> None:
        """Go to work in a thread of its own; what an earlier run left is read back first."""
        self._thread.start()

    def stop(self, patience_s: float) -> None:
        """End after the question on the wire."""
        self._stopping.set()
        self._thread.join(patience_s)

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                notices.settle(self._app)
            except Exception:
                if self._stopping.is_set():
                    return  # The store was closed under it.
                log.exception("reading notices back stumbled and goes on")
            self._stopping.wait(self.REST_S)

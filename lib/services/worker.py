"""What works by itself beside the pages: a thread that takes its turn, rests, and ends when it is told to."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod

from lib.app import App

log = logging.getLogger(__name__)


class Worker(ABC):
    """One thread. What it does is durable in the store, so that the next start goes on with it. One a process."""

    #: What its thread is called, and what the log calls it.
    NAME: str
    #: Rests before its first turn, and after a turn that failed.
    FIRST_REST_S, FAILED_REST_S = 0.0, 30.0

    def __init__(self, app: App) -> None:
        self._app = app
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=self.NAME, daemon=True)

    @property
    def is_wanted(self) -> bool:
        """Whether the settings let it work at all."""
        return True

    @abstractmethod
    def turn(self) -> float:
        """Do what is due; returns how many seconds to rest, unless it is woken before."""

    def start(self) -> None:
        """Go to work; what waited when the program ended goes on."""
        if self.is_wanted:
            self._thread.start()

    def wake(self) -> None:
        """There may be something to do now."""
        self._woken.set()

    def stop(self, patience_s: float) -> None:
        """End after the question on the wire, or after so many seconds; a worker that never started has ended."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(patience_s)

    def _loop(self) -> None:
        self._stopping.wait(self.FIRST_REST_S)
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                rest_s = self.turn()
            except Exception:
                if self._stopping.is_set():
                    return  # The store was closed under it.
                log.exception("%s stumbled and goes on", self.NAME)
                rest_s = self.FAILED_REST_S
            self._woken.wait(rest_s)

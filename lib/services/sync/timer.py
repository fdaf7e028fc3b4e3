"""Syncs every shop by itself: at the start, then every few minutes, later and later while it fails."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from lib.aliexpress.errors import PlatformError, Unauthorised, Unavailable
from lib.app import App
from lib.domain.problems import Problem
from lib.services.sync.asking import Stopped
from lib.services.sync.reading import ITSELF
from lib.services.sync.syncing import sync
from lib.services.worker import Worker

log = logging.getLogger(__name__)

#: Pauses after failures in a row double from the first to the last of these.
FIRST_PAUSE, LAST_PAUSE = timedelta(seconds=30), timedelta(minutes=10)
#: Without the right to call only a person helps; asking again costs quota.
UNAUTHORISED_PAUSE = timedelta(minutes=10)
#: Somebody else's sync of the shop is under way: look again soon.
BUSY_PAUSE = timedelta(seconds=5)
#: Looks at the clock at least so often: a machine that slept wakes up late.
LONGEST_REST_S = 30.0


class SyncTimer(Worker):
    """One thread for all shops."""

    NAME = "sync"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._every = timedelta(minutes=app.settings.sync_minutes)
        self._next: dict[str, datetime] = {}
        self._failures: dict[str, int] = {}
        self._wanted = threading.Event()

    def wake(self) -> None:
        """Sync every shop now."""
        self._wanted.set()
        super().wake()

    def next_at(self, shop_id: str) -> datetime | None:
        """When the shop is due; None before its first sync, or when it is never synced by itself."""
        return self._next.get(shop_id)

    def turn(self) -> float:
        """Sync the shops that are due; what was stored stays, the rest comes with the next start."""
        wanted = self._wanted.is_set()
        self._wanted.clear()
        for shop_id in self._app.shops():
            if self._stopping.is_set():
                break
            if wanted or self._is_due(shop_id):
                self._sync(shop_id)
        return self._rest_s()

    def _is_due(self, shop_id: str) -> bool:
        if not self._every:
            return False
        due = self._next.get(shop_id)
        return due is None or self._app.now() >= due

    def _sync(self, shop_id: str) -> None:
        try:
            report = sync(self._app, shop_id, by=ITSELF, stopping=self._stopping)
        except Stopped:
            return
        except Problem:
            self._again(shop_id, BUSY_PAUSE)
        except Unauthorised:
            self._again(shop_id, UNAUTHORISED_PAUSE)
        except PlatformError as error:
            told = error.retry_after if isinstance(error, Unavailable) else None
            self._again(shop_id, max(self._pause(shop_id), timedelta(seconds=told or 0)))
        except Exception:
            if self._stopping.is_set():
                return  # The store was closed under it.
            log.exception("the sync of shop %s failed in an unforeseen way", shop_id)
            self._again(shop_id, self._pause(shop_id))
        else:
            self._failures.pop(shop_id, None)
            self._again(shop_id, self._every if report.complete else FIRST_PAUSE)

    def _pause(self, shop_id: str) -> timedelta:
        failures = self._failures.get(shop_id, 0)
        self._failures[shop_id] = failures + 1
        return min(FIRST_PAUSE * 2 ** min(failures, 10), LAST_PAUSE)

    def _again(self, shop_id: str, pause: timedelta) -> None:
        if self._every:
            self._next[shop_id] = self._app.now() + pause

    def _rest_s(self) -> float:
        """Until the next shop is due."""
        if self._wanted.is_set():
            return 0.0
        waits = [(due - self._app.now()).total_seconds() for due in self._next.values()]
        return min(max(min(waits, default=LONGEST_REST_S), 0.05), LONGEST_REST_S)

"""Asks for parcels by itself when they are due, within what the platform and the settings bear."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from lib.aliexpress.errors import PlatformError, trouble
from lib.app import App
from lib.services.tracking.abnormal import pull_abnormal
from lib.services.tracking.pulling import FIRST_AFTER, pull
from lib.services.worker import Worker
from lib.store import tracking as store

log = logging.getLogger(__name__)

#: So often the lists of abnormal orders are read.
ABNORMAL_EVERY = timedelta(hours=1)


class Tracker(Worker):
    """One thread that asks for parcels when they are due."""

    NAME = "tracking"
    #: Looks at the store at least so often.
    REST_S = 60.0

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._holds: dict[str, datetime] = {}
        self._abnormal_at: datetime | None = None

    @property
    def is_wanted(self) -> bool:
        """Settings may say that nothing is asked."""
        return bool(self._app.settings.tracking_per_minute)

    def turn(self) -> float:
        """Ask for the parcels that are due, by the lot."""
        self._ask()
        return self._rest_s()

    def _ask(self) -> None:
        with self._app.database.read() as work:
            upcoming = store.next_at(work)
        if upcoming == (None, None):
            return  # Nothing is under way: nothing is asked, not even for a list.
        self._look_for_abnormal()
        pull(
            self._app,
            stopping=self._stopping,
            holds=self._holds,
            per_minute=self._app.settings.tracking_per_minute,
        )

    def _look_for_abnormal(self) -> None:
        now = self._app.now()
        if self._abnormal_at is not None and now < self._abnormal_at:
            return
        self._abnormal_at = now + ABNORMAL_EVERY
        try:
            pull_abnormal(self._app)
        except PlatformError as error:
            log.info("the list of abnormal orders could not be read: %s", trouble(error))

    def _rest_s(self) -> float:
        with self._app.database.read() as work:
            next_at, left_at = store.next_at(work)
        moments = [at for at in (next_at, left_at + FIRST_AFTER if left_at else None) if at is not None]
        if not moments:
            return self.REST_S
        return min(max((min(moments) - self._app.now()).total_seconds(), 1.0), self.REST_S)

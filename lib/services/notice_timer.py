"""Reads back by itself what people told the platform and nobody answered: at the start, then every half minute."""

from __future__ import annotations

from lib.services import notices
from lib.services.worker import Worker


class NoticeTimer(Worker):
    """One thread that asks what became of notices; while none waits it asks the store alone."""

    NAME = "notices"
    REST_S = 30.0

    def turn(self) -> float:
        """Read back what is due."""
        notices.settle(self._app)
        return self.REST_S

"""Bans and the day's quota: what is turned away for haste."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from lib.aliexpress.protocol import BEIJING
from lib.sandbox.faults import Settings
from lib.sandbox.gateway import GatewayError


class Limits:
    """The bans in force, and what leads to them. There is one app here, so a ban is of app and method."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self.lift()

    def lift(self) -> None:
        """End all bans and count anew."""
        self._until: dict[str, float] = {}
        self._recent: dict[str, deque[float]] = {}
        self._day, self._today, self._used_up = "", 0, False

    def pass_or_ban(self, method: str) -> None:
        """Let a call through, or turn it away for haste. Raises GatewayError with the seconds in its text."""
        self._count_quota(method)
        settings = self._settings
        if not self._until and not settings.rate_limit and not settings.faults:
            return
        now = self._clock()
        if self._until.get(method, 0.0) <= now and (
            settings.strikes("ban", method) or self._hasty(method, now)
        ):
            self._until[method] = now + settings.ban_s
        left = self._until.get(method, 0.0) - now
        if left > 0:
            raise _ban(math.ceil(left), "accesscontrol.limited-by-app-api-access-count", "ApiCallLimit")

    def _hasty(self, method: str, now: float) -> bool:
        if not self._settings.rate_limit:
            return False
        recent = self._recent.setdefault(method, deque())
        while recent and recent[0] <= now - 1:
            recent.popleft()
        recent.append(now)
        return len(recent) > self._settings.rate_limit

    def _count_quota(self, method: str) -> None:
        """The quota's day is Beijing's; calls that are turned away count too."""
        struck = self._settings.strikes("daily_quota", method)
        if not self._settings.daily_quota and not self._used_up and not struck:
            return
        moment = datetime.now(UTC).astimezone(BEIJING)
        if (today := moment.date().isoformat()) != self._day:
            self._day, self._today, self._used_up = today, 0, False
        self._today += 1
        self._used_up = self._used_up or struck
        if self._used_up or 0 < self._settings.daily_quota < self._today:
            midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            left = math.ceil((midnight - moment).total_seconds())
            raise _ban(left, "accesscontrol.limited-by-app-access-count", "AppCallLimit")


def _ban(seconds: int, sub_code: str, text_code: str) -> GatewayError:
    return GatewayError(
        7,
        "App Call Limited",
        sub_code=sub_code,
        sub_msg=f"This ban will last for {seconds} more seconds",
        text_code=text_code,
        text=f"Api access frequency exceeds the limit. this ban will last {seconds} seconds",
    )

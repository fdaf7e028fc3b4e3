"""How often the platform may be asked: bans are obeyed, and the pace is kept below the limit they came from.

No limit of the logistics calls is published (figures UNCONFIRMED); the platform only says how long it turns callers
away. So the limit is learned: what passed in the second before a ban was allowed, the next call was not. After the
ban calls go out evenly at PACE_SHARE of that, for HOLD_S, and then a little faster each second until the pace is no
longer felt.

A ban has the scope its code states: the whole app (the day's quota, and the app's frequency), one call of the app,
or one seller. All shops of an app share one Limiter. Bans are kept over a restart; what was learned of a pace is not,
since the next ban teaches it again.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lib.aliexpress.errors import DailyQuota, Unavailable, of_all_methods, of_the_seller

#: A ban no longer than this is waited out; for a longer one the caller has something better to do.
WAIT_OUT_S = 2.0
#: The longest a call waits for its turn; a page or a worker that would wait longer is told so instead.
TURN_S = 20.0
WINDOW_S = 1.0
PACE_SHARE = 0.8
#: Fewer calls than this in a second are no haste of ours: some limits are shared by all apps.
HASTE = 5
#: After a ban that is hardly over, so many are.
A_FEW, AGAIN_S = 2, 10.0
#: Repeated bans slow down to this share of the first limit at most.
LEAST_SHARE = 0.25
HOLD_S = 120.0
GROWTH_PER_S = 1.05

Key = tuple[str, str]  #: (shop or "" for all of the app, method or "" for all).


@dataclass(frozen=True)
class Ban:
    """A ban in force, as it may be shown."""

    shop_id: str  #: "": every shop of the app.
    method: str  #: "": every call.
    until_at: datetime
    code: str
    daily: bool


@dataclass(frozen=True)
class Pace:
    """A learned pace in force, as it may be shown."""

    method: str
    per_second: float


@dataclass
class _Ban:
    until: float  #: By the monotonic clock: a ban is a length of time, whatever the wall clock does.
    until_at: datetime
    error_class: type[Unavailable]
    code: str


@dataclass
class _Pace:
    limit: float  #: What passed in a second when it was first exceeded.
    per_second: float
    turn: float  #: When the next call may leave.
    learned: float


class Limiter:
    """Lets calls through, holds them back, or turns them away. Threads may share it."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        known: Iterable[Ban] = (),
        keep: Callable[[list[Ban]], None] = lambda _: None,
    ) -> None:
        """`known`: bans an earlier run was told of; `keep` is called with all bans whenever they change."""
        self._now, self._clock, self._sleep = now, clock, sleep
        self._keep, self._keeping = keep, threading.Lock()
        self._bans: dict[Key, _Ban] = {
            (one.shop_id, one.method): _Ban(
                clock() + (one.until_at - now()).total_seconds(),
                one.until_at,
                DailyQuota if one.daily else Unavailable,
                one.code,
            )
            for one in known
        }
        self._paces: dict[Key, _Pace] = {}
        self._hasty: dict[
            Key, float
        ] = {}  #: Bans whose limit is not reckoned yet, and when they were learned.
        self._sent: dict[Key, deque[float]] = {}
        self._passed: dict[Key, deque[float]] = {}
        self._guard = threading.Lock()

    def wait(self, shop_id: str, method: str) -> float:
        """Wait until the call may leave; returns that moment, for `passed` and `learn`.

        Raises Unavailable (or DailyQuota) with `retry_after` for a ban or a turn that is far off.
        """
        keys = _keys(shop_id, method)
        while True:
            with self._guard:
                pause = self._pause(keys)
                if pause <= 0:
                    return self._leave(keys)
            self._sleep(pause)

    def passed(self, shop_id: str, method: str, sent: float) -> None:
        """The platform did not turn the call away for haste."""
        with self._guard:
            for key in _keys(shop_id, method):
                _note(self._passed.setdefault(key, deque()), sent)

    def learn(self, shop_id: str, method: str, error: Unavailable, sent: float) -> None:
        """The platform turned the call away: obey, and stay below the limit afterwards."""
        if error.retry_after is None:
            return
        key = _scope(shop_id, method, error)
        now = self._clock()
        until_at = self._now() + timedelta(seconds=error.retry_after)
        with self._guard:
            known = self._bans.get(key)
            fresh = known is None or sent >= known.until
            self._bans[key] = _Ban(now + error.retry_after, until_at, type(error), error.code)
            if fresh and not isinstance(error, DailyQuota) and self._was_haste(key, sent, known):
                self._hasty[key] = now
        self._tell()

    def bans(self) -> list[Ban]:
        """The bans in force, the longest first."""
        with self._guard:
            lasting = [(key, ban) for key, ban in self._bans.items() if self._lasts(ban)]
        found = [
            Ban(shop, method, ban.until_at, ban.code, issubclass(ban.error_class, DailyQuota))
            for (shop, method), ban in lasting
        ]
        return sorted(found, key=lambda ban: ban.until_at, reverse=True)

    def paces(self) -> list[Pace]:
        """The learned paces in force."""
        with self._guard:
            for key in list(self._hasty):
                self._reckon(key)
            return [Pace(method, pace.per_second) for (_, method), pace in self._paces.items()]

    def lift(self) -> None:
        """Forget every ban and pace: somebody knows better, for example that the quota was raised."""
        with self._guard:
            self._bans.clear()
            self._paces.clear()
            self._hasty.clear()
        self._tell()

    def _tell(self) -> None:
        with self._keeping:  # Whoever writes last writes what holds now.
            self._keep(self.bans())

    def _pause(self, keys: list[Key]) -> float:
        """Seconds to wait before looking again; 0: leave now. Takes the turn when it is waited for no longer."""
        ban = max(
            (self._bans[key] for key in keys if key in self._bans and self._lasts(self._bans[key])),
            key=lambda one: one.until,
            default=None,
        )
        now = self._clock()
        if ban is not None:
            left = ban.until - now
            if left > WAIT_OUT_S:
                raise ban.error_class("banned", text=f"{left:.0f} s", retry_after=left)
            return max(left, 0.001)
        for key in keys:
            self._reckon(key)
        turn = max((self._paces[key].turn for key in keys if key in self._paces), default=now)
        if turn - now > TURN_S:
            raise Unavailable("paced", text=f"{turn - now:.0f} s", retry_after=turn - now)
        return max(turn - now, 0.0)

    def _leave(self, keys: list[Key]) -> float:
        now = self._clock()
        for key in keys:
            _note(self._sent.setdefault(key, deque()), now)
            pace = self._paces.get(key)
            if pace is not None:
                self._quicken(key, pace, now)
                pace.turn = max(pace.turn, now) + 1.0 / pace.per_second
        return now

    def _was_haste(self, key: Key, sent: float, before: _Ban | None) -> bool:
        """Many calls in a second were; a few are when they are banned again and again."""
        lately = len([one for one in self._sent.get(key, ()) if one > sent - WINDOW_S])
        again = key in self._paces or (before is not None and sent - before.until < AGAIN_S)
        return lately >= (A_FEW if again else HASTE)

    def _reckon(self, key: Key) -> None:
        """Once a ban is over its answers are all in: the limit is what passed in the second before it."""
        learned = self._hasty.get(key)
        if learned is None or (key in self._bans and self._lasts(self._bans[key])):
            return
        del self._hasty[key]
        limit = max(len([one for one in self._passed.get(key, ()) if learned - WINDOW_S < one <= learned]), 1)
        now, pace = self._clock(), self._paces.get(key)
        if pace is None:
            self._paces[key] = _Pace(limit, limit * PACE_SHARE, now, now)
        else:
            pace.per_second = max(pace.per_second * PACE_SHARE, pace.limit * LEAST_SHARE)
            pace.turn, pace.learned = now, now

    def _quicken(self, key: Key, pace: _Pace, now: float) -> None:
        held = now - pace.learned - HOLD_S
        if held <= 0:
            return
        pace.per_second *= GROWTH_PER_S ** min(held, 60.0)
        pace.learned = now - HOLD_S
        if pace.per_second > 4 * pace.limit:
            del self._paces[key]

    def _lasts(self, ban: _Ban) -> bool:
        """A quota's ban also ends with the day by the wall clock: a machine asleep has no monotonic time."""
        asleep = issubclass(ban.error_class, DailyQuota) and self._now() >= ban.until_at
        return ban.until > self._clock() and not asleep


def _keys(shop_id: str, method: str) -> list[Key]:
    """Every scope a call falls under."""
    return [("", ""), ("", method), (shop_id, ""), (shop_id, method)]


def _scope(shop_id: str, method: str, error: Unavailable) -> Key:
    if of_the_seller(error):
        return (shop_id, "")
    return ("", "") if of_all_methods(error) else ("", method)


def _note(moments: deque[float], moment: float) -> None:
    """Keep the last moments: a ban looks back one second, and is reckoned after it is over."""
    moments.append(moment)
    if len(moments) > 2000:
        moments.popleft()

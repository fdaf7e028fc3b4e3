"""How often the platform may be asked: bans are obeyed, and the pace is kept below the limit they came from.

No limit of the logistics calls is published (figures UNCONFIRMED); the platform only says how long it turns callers
away. So the limit is learned: what passed in the second before a call was turned away was allowed, that call was not.
After the ban calls go out evenly at PACE_SHARE of that for HOLD_S, each with a turn of its own, and then a little
faster each second until the pace is no longer felt. A limit that is met again then is held twice as long.

What the platform counts is when calls arrive, which is somewhere between their leaving and their answer, however a
busy machine or wire bunches them. So a call whose turn it is also waits until fewer than the limit may have arrived
in the second before it would.

A ban has the scope its code states: the whole app (the day's quota, and the app's frequency), one call of the app,
or one seller. All shops of an app share one Limiter. Bans are kept over a restart; what was learned of a pace is not,
since the next ban teaches it again.
"""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lib.aliexpress.errors import DailyQuota, Unavailable, of_all_methods, of_the_seller

#: A ban no longer than this is waited out; for a longer one the caller has something better to do.
WAIT_OUT_S = 2.0
#: The longest a call waits for its turn; a page or a worker that would wait longer is told so instead.
TURN_S = 20.0
WINDOW_S = 1.0
PACE_SHARE = 0.99
#: A ban in spite of a pace: the limit shrank, or others use it too.
SLOWER = 0.95
#: A ban looks back one second, and is reckoned after it is over.
REMEMBERED = 2000
#: Clocks and threads are not exact.
SLACK_S = 0.005
#: What was not answered by then never arrived, or is no part of this second any more.
LOST_S = 30.0
#: So soon somebody looks again whether calls on the wire were answered.
GLANCE_S = 0.005
#: Fewer calls than this in a second are no haste of ours: some limits are shared by all apps.
HASTE = 5
#: After a ban that is hardly over, so many are.
A_FEW, AGAIN_S = 2, 10.0
#: Repeated bans slow down to this share of the first limit at most.
LEAST_SHARE = 0.25
HOLD_S, LONGEST_HOLD_S = 600.0, 3600.0
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
    turn: float  #: The next turn that nobody has.
    learned: float
    hold_s: float = HOLD_S  #: So long after `learned` it is not tried faster.

    @property
    def most(self) -> float:
        """How many calls may arrive in a second: the limit, until it was met in spite of the pace."""
        return self.per_second / PACE_SHARE


@dataclass
class _Flow:
    """The calls of one scope, by the monotonic clock."""

    sent: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    passed: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))  #: When those left.
    answered: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    wire: list[float] = field(default_factory=list)  #: When those left that are not answered yet.
    quickest: float = 0.0  #: From leaving to the answer, the least of late.

    def leave(self, now: float) -> None:
        self.sent.append(now)
        self.wire = [one for one in self.wire if one > now - LOST_S]
        self.wire.append(now)

    def answer(self, sent: float, now: float, *, passed: bool) -> None:
        if sent in self.wire:
            self.wire.remove(sent)
        if passed:
            self.passed.append(sent)
            self.answered.append(now)
        took = now - sent
        self.quickest = min(self.quickest * 1.001, took) if self.quickest else took

    def crowded(self, most: int, now: float) -> float:
        """Seconds until fewer than `most` calls may arrive in the second before one that leaves then."""
        free = most - sum(one > now - LOST_S for one in self.wire)
        if free <= 0:
            return GLANCE_S
        if len(self.answered) < free:
            return 0.0
        # Every way there and back takes `quickest` at least, this call's too.
        return max(self.answered[-free] + WINDOW_S + SLACK_S - self.quickest - now, 0.0)

    def arrived(self, answered: float) -> int:
        """How many calls surely arrived and passed in the second before one was turned away, as answered then.

        Some of them left after it and overtook it: what leaves before that answer is there, and passes, came first,
        for after it everything is turned away.
        """
        first = answered - self.quickest - WINDOW_S
        return sum(first < one <= answered for one in self.passed)


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
        #: Bans whose limit is not reckoned yet: when their call was answered, and whether it is met again.
        self._hasty: dict[Key, tuple[float, bool]] = {}
        self._flows: defaultdict[Key, _Flow] = defaultdict(_Flow)
        self._guard = threading.Lock()

    def wait(self, shop_id: str, method: str) -> float:
        """Wait until the call may leave; returns that moment, for `passed` and `learn`.

        Raises Unavailable (or DailyQuota) with `retry_after` for a ban or a turn that is far off.
        """
        keys = _keys(shop_id, method)
        turn: float | None = None
        while True:
            with self._guard:
                pause = self._banned(keys)
                if pause > 0:
                    turn = None  # Whoever waits out a ban gets another turn after it.
                else:
                    if turn is None:
                        turn = self._turn(keys)
                    pause = max(turn - self._clock(), self._crowded(keys))
                if pause <= 0:
                    return self._leave(keys)
            self._sleep(pause)

    def passed(self, shop_id: str, method: str, sent: float) -> None:
        """The platform did not turn the call away for haste."""
        with self._guard:
            self._answered(shop_id, method, sent, passed=True)

    def learn(self, shop_id: str, method: str, error: Unavailable, sent: float) -> None:
        """The platform turned the call away: obey, and stay below the limit afterwards."""
        now = self._clock()
        with self._guard:
            self._answered(shop_id, method, sent, passed=error.retry_after is None)
        if error.retry_after is None:
            return
        key = _scope(shop_id, method, error)
        until_at = self._now() + timedelta(seconds=error.retry_after)
        with self._guard:
            known = self._bans.get(key)
            fresh = known is None or sent >= known.until
            self._bans[key] = _Ban(now + error.retry_after, until_at, type(error), error.code)
            again = key in self._paces or (known is not None and sent - known.until < AGAIN_S)
            if fresh and not isinstance(error, DailyQuota) and self._was_haste(key, sent, again):
                self._hasty[key] = (now, again)
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

    def _answered(self, shop_id: str, method: str, sent: float, *, passed: bool) -> None:
        now = self._clock()
        for key in _keys(shop_id, method):
            self._flows[key].answer(sent, now, passed=passed)

    def _tell(self) -> None:
        with self._keeping:  # Whoever writes last writes what holds now.
            self._keep(self.bans())

    def _banned(self, keys: list[Key]) -> float:
        """Seconds a short ban has left; 0: there is none. Raises for a longer one."""
        ban = max(
            (self._bans[key] for key in keys if key in self._bans and self._lasts(self._bans[key])),
            key=lambda one: one.until,
            default=None,
        )
        if ban is None:
            return 0.0
        left = ban.until - self._clock()
        if left > WAIT_OUT_S:
            raise ban.error_class("banned", text=f"{left:.0f} s", retry_after=left)
        return max(left, 0.001)

    def _turn(self, keys: list[Key]) -> float:
        """A turn nobody else has: all who wait sleep once, each until its own. Raises for one that is far off."""
        for key in list(self._hasty):
            self._reckon(key)
        now = self._clock()
        paces = [self._paces[key] for key in keys if key in self._paces]
        turn = max((pace.turn for pace in paces), default=now)
        if turn - now > TURN_S:
            raise Unavailable("paced", text=f"{turn - now:.0f} s", retry_after=turn - now)
        turn = max(turn, now)
        for pace in paces:
            pace.turn = turn + 1.0 / pace.per_second
        return turn

    def _crowded(self, keys: list[Key]) -> float:
        """Seconds until another call may leave, whose turn it is.

        What was learned of one call is believed of the others, until they teach their own: a limit the platform has
        for one call it will have for the next.
        """
        now, found = self._clock(), 0.0
        alike = min((pace.most for (_, method), pace in self._paces.items() if method), default=None)
        for key in keys:
            most = self._paces[key].most if key in self._paces else alike if key[1] and not key[0] else None
            if most is not None:
                found = max(found, self._flows[key].crowded(math.ceil(most - 0.01), now))
        return found

    def _leave(self, keys: list[Key]) -> float:
        now = self._clock()
        for key in keys:
            self._flows[key].leave(now)
            pace = self._paces.get(key)
            if pace is not None:
                self._quicken(key, pace, now)
        return now

    def _was_haste(self, key: Key, sent: float, again: bool) -> bool:
        """Many calls in a second were; a few are when they are banned again and again."""
        lately = sum(one > sent - WINDOW_S for one in self._flows[key].sent)
        return lately >= (A_FEW if again else HASTE)

    def _reckon(self, key: Key) -> None:
        """Once a ban is over its answers are all in: the limit is what passed in the second before it."""
        told = self._hasty.get(key)
        if told is None or (key in self._bans and self._lasts(self._bans[key])):
            return
        answered, again = told
        del self._hasty[key]
        limit = self._flows[key].arrived(answered)
        if limit < (1 if again else HASTE):
            return  # Next to nothing had passed in that second: whatever was exceeded, it was hardly by us.
        now, pace = self._clock(), self._paces.get(key)
        if pace is None:
            self._paces[key] = _Pace(limit, limit * PACE_SHARE, now, now)
            return
        slower = min(pace.per_second * SLOWER, limit * PACE_SHARE)
        pace.per_second = max(slower, pace.limit * LEAST_SHARE)
        pace.turn, pace.learned = now, now
        pace.hold_s = min(2 * pace.hold_s, LONGEST_HOLD_S)

    def _quicken(self, key: Key, pace: _Pace, now: float) -> None:
        held = now - pace.learned - pace.hold_s
        if held <= 0:
            return
        pace.per_second *= GROWTH_PER_S ** min(held, 60.0)
        pace.learned = now - pace.hold_s
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

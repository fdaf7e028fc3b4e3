"""What goes wrong on request: each fault has a rate between 0 and 1, for every call or for one of its methods."""

from __future__ import annotations

import math
import random
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from lib.aliexpress.protocol import BEIJING
from lib.sandbox.gateway import GatewayError

#: Fault → what it does.
FAULTS = {
    "ban": "the method is banned for `ban_s` seconds, said in the text",
    "expired_token": "the access token is refused",
    "isp_before": "an error on the platform's side; nothing was carried out",
    "isp_after": "the same error, and it was carried out",
    "cut_before": "the connection is cut; nothing was carried out",
    "cut_after": "the connection is cut, and it was carried out",
    "slow": "carried out at once, and answered `slow_s` seconds later",
    "html_502": "an HTML page with status 502; it was carried out",
    "bad_json": "half a JSON text; it was carried out",
    "empty": "an empty body; it was carried out",
    "move_list_entry": "an order of the list moves over the edge between two pages before the later one is read",
    "duplicate_list_entry": "a page of the list has its first order twice",
    "late_number": "a logistics order gets its number after `late_s` seconds, or after `late_queries` queries",
    "late_visibility": "a logistics order can be queried only after `late_s` seconds",
    "refuse_plan": "the plan is not available for this order",
    "refuse_address": "the line refuses the receiver's address",
}

#: Short names for methods in `create:isp_after=0.1`.
METHODS = {
    "create": ("createwarehouseorder", "order.createorder"),
    "declare": ("sellershipmentfortop", "order.shipment"),
    "label": ("getprintinfo", "getprintinfos"),
    "query": ("querylogisticsorderdetail", "getonlinelogisticsinfo"),
    "list": ("orderlist.get", "solution.order.get"),
}


@dataclass
class Settings:
    """How the sandbox behaves; `POST /sandbox/settings` changes it while it runs."""

    latency_ms: float = 0.0
    jitter_ms: float = 0.0
    rate_limit: float = 0.0  #: Calls a second and method before a ban; 0: none.
    daily_quota: int = 0  #: Calls a day, of all methods together; 0: no end.
    ban_s: float = 1
    slow_s: float = 5.0
    late_s: float = 3.0
    late_queries: int = 0  #: Not 0: a late number comes after so many queries, whatever the time.
    faults: dict[str, float] = field(default_factory=dict)
    seed: int | None = None  #: The same number, the same calls: the same faults.

    def __post_init__(self) -> None:
        self._throws: Counter[tuple[str, str]] = Counter()
        self._chance = self.seed if self.seed is not None else random.randrange(2**32)

    def change(self, **wanted: object) -> None:
        """Set some of them, or none if one is wrong. Raises ValueError naming what is wrong."""
        known = {one.name for one in fields(self)}
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"no setting {name}")
            _check(name, value)
        for name, value in wanted.items():
            setattr(self, name, value)
        if "seed" in wanted:
            self.__post_init__()

    def shown(self) -> dict[str, Any]:
        """All of them by name."""
        return asdict(self)

    def strikes(self, fault: str, method: str) -> bool:
        """Whether the fault happens to this call.

        Each fault and method has dice of its own, so that threads taking turns do not change what is thrown.
        """
        rate = self.faults.get(fault, 0.0)
        for short, endings in METHODS.items():
            if method.endswith(endings):
                rate = max(rate, self.faults.get(f"{short}:{fault}", 0.0))
        if rate <= 0:
            return False
        self._throws[fault, method] += 1
        throw = self._throws[fault, method]
        return random.Random(f"{self._chance} {fault} {method} {throw}").random() < rate

    def latency_s(self) -> float:
        """How long this call takes at least."""
        if not self.latency_ms and not self.jitter_ms:
            return 0.0
        return max(0.0, self.latency_ms + random.uniform(-1, 1) * self.jitter_ms) / 1000


class Limits:
    """The bans in force, and what leads to them."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self.lift()

    def lift(self) -> None:
        """End all bans and count anew."""
        self._until: dict[str, float] = {}
        self._recent: dict[str, deque[float]] = {}
        self._day, self._today = "", 0

    def pass_or_ban(self, method: str) -> None:
        """Let a call through, or turn it away for haste. Raises GatewayError with the seconds in its text."""
        self._count_quota()
        now = self._clock()
        if self._until.get(method, 0.0) <= now and (
            self._settings.strikes("ban", method) or self._hasty(method, now)
        ):
            self._until[method] = now + self._settings.ban_s
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

    def _count_quota(self) -> None:
        """The quota's day is Beijing's; calls that are turned away count too."""
        if not self._settings.daily_quota:
            return
        moment = datetime.now(UTC).astimezone(BEIJING)
        if (today := moment.date().isoformat()) != self._day:
            self._day, self._today = today, 0
        self._today += 1
        if self._today > self._settings.daily_quota:
            midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            left = math.ceil((midnight - moment).total_seconds())
            raise _ban(left, "accesscontrol.limited-by-app-access-count", "AppCallLimit")


def _ban(seconds: int, sub_code: str, text_code: str) -> GatewayError:
    text = f"This ban will last for {seconds} more seconds"
    return GatewayError(7, "App Call Limited", sub_code=sub_code, sub_msg=text, text_code=text_code)


def _check(name: str, value: object) -> None:
    if name == "faults":
        _check_faults(value)
    elif name == "seed":
        if value is not None and type(value) is not int:
            raise ValueError("seed is a whole number or null")
    elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValueError(f"{name} is a number of 0 or more")


def _check_faults(faults: object) -> None:
    if not isinstance(faults, dict):
        raise ValueError("faults are name: rate")
    for name, rate in faults.items():
        short, _, fault = name.rpartition(":")
        if fault not in FAULTS or (short and short not in METHODS):
            raise ValueError(f"no fault {name}; there are {', '.join(FAULTS)}")
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
            raise ValueError(f"the rate of {name} is a number from 0 to 1")

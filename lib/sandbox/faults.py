"""How the sandbox behaves: what goes wrong on request, how slow it is, and how parcels end.

Each fault has a rate between 0 and 1, for every call or for one kind of call; each fate of a parcel has one for
every parcel, a country, a plan, or a plan to a country.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

#: Fault → what it does.
FAULTS = {
    "ban": "the method is banned for `ban_s` seconds, said in the text",
    "daily_quota": "the day's calls are used up: everything is banned until midnight in Beijing",
    "token_expired": "the access token is refused",
    "isp_before": "an error on the platform's side; nothing was carried out",
    "isp_after": "the same error, and it was carried out",
    "cut_before": "the connection is cut; nothing was carried out",
    "cut_after": "the connection is cut, and it was carried out",
    "slow": "carried out at once, and answered `slow_s` seconds later",
    "html_502": "an HTML page with status 502; it was carried out",
    "bad_json": "half a JSON text; it was carried out",
    "empty": "an empty body; it was carried out",
    "late_number": "a logistics order gets its number after `late_s` seconds, or after `late_queries` queries",
    "late_visibility": "a logistics order can be queried only after `late_s` seconds",
    "refuse_plan": "the plan is not available for this order",
    "refuse_address": "the line refuses the receiver's address",
    "refuse_duplicate": "a second logistics order for an order that has one is refused",
    "return_downgraded": "a return on a plan without it is not refused but silently made a destroy",
    "plan_suspended": "the plan stops going to this country for `suspended_s` seconds: refused, and offered no more",
    "buyer_cancels": "the buyer has asked to cancel the order by the time the call arrives",
    "address_changed": "the buyer has changed the address by the time the call arrives",
    "move_list_entry": "an order of the list moves over the edge between two pages before the later one is read",
    "duplicate_list_entry": "an order comes twice in the pages of a list",
}

#: Short names for methods in `create:isp_after=0.1`.
METHODS = {
    "create": ("createwarehouseorder", "order.createorder", "logistic.order.create"),
    "declare": ("sellershipmentfortop", "order.shipment", "order.fulfill", "shipmentsupportsubtradeorder"),
    "modify": ("sellermodifiedshipmentfortop", "order.modifyshipment"),
    "declarations": ("querysellershipmentinfo",),
    "label": ("getprintinfo", "getprintinfos"),
    "query": ("querylogisticsorderdetail", "getonlinelogisticsinfo", "warehouse.querydetail"),
    "list": ("orderlist.get", "solution.order.get"),
    "detail": ("findorderbyid", "order.info.get", "receiptinfo.get", "findorderreceiptinfo"),
    "plans": ("getonlinelogisticsservicelistbyorderid", "service.query", "solution.inquiry"),
    "track": ("querytrackingresult", "abnormalorder.query"),
    "cancel": ("order.acceptcancel", "order.refusecancel"),
    "token": ("/create", "/refresh", "token.create", "token.refresh"),
}

#: Fate → its usual rate. Assumptions: nobody publishes how often parcels end how.
RATES: dict[str, dict[str, float]] = {
    "undeliverable": {"*": 0.02, "BR": 0.04, "RU": 0.03, "CL": 0.03, "US": 0.01},
    "customs_failure": {"*": 0.002, "BR": 0.01},
    "lost": {"*": 0.003},
    "warehouse_reject": {"*": 0.005},
    "pickup_fail": {"*": 0.01},
    "return_fails": {"*": 0.03},
    "unknown_code": {"*": 0.02},
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
    suspended_s: float = 3600.0
    token_s: float = 2_592_000.0  #: How long a new access token is good: 30 days.
    refresh_s: float = 5_184_000.0  #: And its refresh token: 60 days.
    faults: dict[str, float] = field(default_factory=dict)
    rates: dict[str, dict[str, float]] = field(
        default_factory=lambda: {one: dict(RATES[one]) for one in RATES}
    )
    seed: int | None = None  #: The same number, the same calls: the same faults, and the same fates.

    def __post_init__(self) -> None:
        self._throws: Counter[tuple[str, str]] = Counter()
        self._struck: dict[tuple[str, str], float] = {}
        self.chance = self.seed if self.seed is not None else random.randrange(2**32)

    def change(self, **wanted: Any) -> None:
        """Set some of them, or none if one is wrong. Raises ValueError naming what is wrong."""
        known = {one.name for one in fields(self)}
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"no setting {name}")
            _check(name, value)
        for name, value in wanted.items():
            setattr(self, name, self.rates | _rates(value) if name == "rates" else value)
        self._struck.clear()
        if "seed" in wanted:
            self.__post_init__()

    def shown(self) -> dict[str, Any]:
        """All of them by name."""
        return asdict(self)

    def strikes(self, fault: str, method: str) -> bool:
        """Whether the fault happens to this call.

        Each fault and method has dice of its own, so that threads taking turns do not change what is thrown.
        """
        if not self.faults:
            return False
        rate = self._struck.get((fault, method))
        if rate is None:
            rate = self._struck[fault, method] = self._rate_of(fault, method)
        if rate <= 0:
            return False
        self._throws[fault, method] += 1
        throw = self._throws[fault, method]
        return random.Random(f"{self.chance} {fault} {method} {throw}").random() < rate

    def rate(self, fate: str, country: str, plan: str) -> float:
        """How often a parcel ends so: by plan and country, else by plan, else by country, else in general."""
        rates = self.rates.get(fate, {})
        for key in (f"{plan}/{country}", plan, country, "*"):
            if key in rates:
                return rates[key]
        return 0.0

    def latency_s(self) -> float:
        """How long this call takes at least."""
        if not self.latency_ms and not self.jitter_ms:
            return 0.0
        return max(0.0, self.latency_ms + random.uniform(-1, 1) * self.jitter_ms) / 1000

    def _rate_of(self, fault: str, method: str) -> float:
        rate = self.faults.get(fault, 0.0)
        for short, endings in METHODS.items():
            if method.endswith(endings):
                rate = max(rate, self.faults.get(f"{short}:{fault}", 0.0))
        return rate


def _rates(wanted: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """A bare number stands for every parcel."""
    return {fate: dict(one) if isinstance(one, dict) else {"*": one} for fate, one in wanted.items()}


def _check(name: str, value: object) -> None:
    if name == "faults":
        _check_faults(value)
    elif name == "rates":
        _check_rates(value)
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
            raise ValueError(
                f"no fault {name}; there are {', '.join(FAULTS)}, each also for one of {', '.join(METHODS)}"
            )
        _check_rate(name, rate)


def _check_rates(rates: object) -> None:
    if not isinstance(rates, dict):
        raise ValueError("rates are fate: rate, or fate: {country, plan or plan/country: rate}")
    for fate, by in rates.items():
        if fate not in RATES:
            raise ValueError(f"no fate {fate}; there are {', '.join(RATES)}")
        for key, rate in by.items() if isinstance(by, dict) else [("*", by)]:
            _check_rate(f"{fate} {key}", rate)


def _check_rate(name: str, rate: object) -> None:
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
        raise ValueError(f"the rate of {name} is a number from 0 to 1")

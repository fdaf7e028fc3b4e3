"""What goes wrong on request: each fault has a rate between 0 and 1, for every call or for one of its methods."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

#: Fault → what it does.
FAULTS = {
    "ban": "turned away for rate, with the seconds in the text",
    "isp_before": "an error on the platform's side; nothing was carried out",
    "isp_after": "the same error, and it was carried out",
    "cut_before": "the connection is cut; nothing was carried out",
    "cut_after": "the connection is cut, and it was carried out",
    "slow": "the answer takes `slow_s` seconds",
    "html_502": "an HTML page with status 502; it was carried out",
    "bad_json": "half a JSON text; it was carried out",
    "empty": "an empty body; it was carried out",
    "late_number": "a logistics order gets its number only after `late_s` seconds",
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
    ban_s: int = 1
    slow_s: float = 5.0
    late_s: float = 3.0
    faults: dict[str, float] = field(default_factory=dict)
    seed: int | None = None

    def change(self, **wanted: object) -> None:
        """Set some of them. Raises ValueError for a name or fault that does not exist."""
        for name, value in wanted.items():
            if name not in self.__dataclass_fields__:
                raise ValueError(f"no setting {name}")
            if name == "faults":
                _check(value)
            setattr(self, name, value)
        if "seed" in wanted:
            _dice.seed(self.seed)

    def strikes(self, fault: str, method: str) -> bool:
        """Whether the fault happens to this call."""
        rate = self.faults.get(fault, 0.0)
        for short, endings in METHODS.items():
            if method.endswith(endings):
                rate = max(rate, self.faults.get(f"{short}:{fault}", 0.0))
        return rate > 0 and _dice.random() < rate

    def latency_s(self) -> float:
        """How long this call takes at least."""
        return max(0.0, self.latency_ms + _dice.uniform(-1, 1) * self.jitter_ms) / 1000


_dice = random.Random()


def _check(faults: object) -> None:
    if not isinstance(faults, dict):
        raise ValueError("faults are name: rate")
    for name in faults:
        short, _, fault = name.rpartition(":")
        if fault not in FAULTS or (short and short not in METHODS):
            raise ValueError(f"no fault {name}; there are {', '.join(FAULTS)}")

"""One figure of a benchmark, and how long a piece of work takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One thing measured. A ratio compares two figures of the same run, so that the machine cancels out."""

    name: str
    value: float
    unit: str  #: "×" for a ratio.
    limit: float | None = None  #: What it may be at most (or at least, see `at_least`); None: only told.
    at_least: bool = False
    against: str = ""  #: What it is measured against, and with how much of it.

    @property
    def holds(self) -> bool:
        """Whether it is within its limit."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def told(self) -> dict[str, object]:
        """The figure as a program reads it."""
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "limit": self.limit,
            "holds": bool(self.holds),
            "against": self.against,
        }

    def line(self) -> str:
        """The figure as it is printed."""
        bound = "" if self.limit is None else f"   {'≥' if self.at_least else '≤'} {self.limit:g}"
        why = f"   against {self.against}" if self.against else ""
        return f"{'  ' if self.holds else '! '}{self.name:<72}{self.value:>12.2f} {self.unit}{bound}{why}"


def seconds(work: Callable[[], object]) -> float:
    """How long one run of `work` takes, by the wall clock."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started

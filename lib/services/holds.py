"""What keeps the dispatcher from asking: everything, or one lane, until a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

#: In place of a lane: nothing at all is sent.
EVERYTHING = ""
#: A hold that lasts longer than this is worth remembering over a restart.
WORTH_KEEPING = timedelta(seconds=30)


@dataclass(frozen=True)
class Hold:
    """Nothing of a lane is sent before a moment; `why` is the platform's code, or one of ours."""

    lane: str
    until: datetime
    why: str


class Holds:
    """The holds in force. A hold ends with its time, never because another answer brought none."""

    def __init__(self) -> None:
        self._held: dict[str, Hold] = {}

    def add(self, hold: Hold) -> bool:
        """Take a hold; False when the lane is held for longer already."""
        known = self._held.get(hold.lane)
        if known is not None and known.until >= hold.until:
            return False
        self._held[hold.lane] = hold
        return True

    def of(self, lane: str, now: datetime) -> Hold | None:
        """What holds a lane: a hold of everything first, then its own."""
        for name in (EVERYTHING, lane):
            hold = self._held.get(name)
            if hold is not None and now < hold.until:
                return hold
        return None

    def why(self, now: datetime) -> str:
        """Why something is held just now, everything first; "" when nothing is."""
        lasting = [hold for hold in self._held.values() if now < hold.until]
        return next((hold.why for hold in sorted(lasting, key=lambda one: one.lane)), "")

    def clear(self) -> None:
        """Forget them: their moments mean nothing any more."""
        self._held.clear()

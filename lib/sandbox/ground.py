"""What all shops of the sandbox stand on: its clock, how it behaves, running numbers, and the journal.

The journal has JSON lines, each written before it is answered. A line holds the events that belong together, and is
written by one call to the system: it survives `kill -9` whole, or was never answered. The next start reads the
journal from the top.
"""

from __future__ import annotations

import json
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lib.sandbox.faults import Settings

#: The shop whose token needs no ceremony.
DEFAULT = "default"
#: An event of the journal: its kind, and its value.
Event = tuple[str, Any]


class DamagedJournal(Exception):
    """The journal has a line that is not an event."""


class Ground(ABC):
    """The sandbox's clock and journal; what happens in it is for those who build on it. Use it under `lock`."""

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        """Open what `folder` remembers. Raises DamagedJournal."""
        folder.mkdir(parents=True, exist_ok=True)
        self.settings = settings or Settings()
        self._path = folder / "journal.jsonl"
        self.lock = threading.RLock()
        self.forget()
        self._length = self._replay() if self._path.exists() else 0
        self._file = self._path.open("ab", buffering=0)
        self._file.truncate(self._length)

    def forget(self) -> None:
        """As at the start of a new world."""
        self.made = 0  #: Logistics orders of all shops so far.
        self.advanced_s = 0.0
        self.suspended: dict[tuple[str, str], datetime] = {}  #: (plan, country) → until, since the start.

    @abstractmethod
    def happen(self, shop: str, kind: str, value: Any) -> None:
        """Let an event of a shop happen. Raises KeyError, TypeError for a damaged one."""

    @abstractmethod
    def has_shop(self, name: str) -> bool:
        """Whether anybody mentioned the shop yet."""

    def now(self) -> datetime:
        """The sandbox's clock: the real one, and what `advance` added."""
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.advanced_s, UTC)

    def next_number(self) -> int:
        """A running number for the next logistics order, also after a restart."""
        return self.made + 1

    def record(self, shop: str, *events: Event) -> None:
        """Write events that belong together down, all or none, then let them happen. Raises OSError."""
        if not events:
            return
        lot = [_written(shop, kind, value) for kind, value in events]
        line = json.dumps(lot, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        try:
            written = self._file.write(line)
            if written != len(line):
                raise OSError("the journal took only a part of a line")
        except OSError:
            os.ftruncate(self._file.fileno(), self._length)
            raise
        self._length += len(line)
        self._apply(lot)

    def begin(self, hours_ago: float) -> None:
        """Let a new world's clock start so long ago, so that a past can be played. One that has begun goes on."""
        if not self._length:
            self.record(DEFAULT, ("advance", {"seconds": -hours_ago * 3600}))

    def reset(self) -> None:
        """Forget everything."""
        self._file.truncate(0)
        self._length = 0
        self.forget()

    def close(self) -> None:
        """Let go of the journal."""
        self._file.close()

    def _replay(self) -> int:
        """Let everything in the journal happen again; returns its length in bytes without a torn last line."""
        whole = 0
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    break  # Killed in the middle of a line: that was never answered.
                try:
                    found = json.loads(line)
                    self._apply(found if isinstance(found, list) else [found])
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    raise DamagedJournal(f"{self._path.name}, line {number}") from error
                whole += len(line)
        return whole

    def _apply(self, lot: Sequence[dict[str, Any]]) -> None:
        for event in lot:
            kind, value = event["kind"], event["value"]
            if kind == "advance":
                self.advanced_s += value["seconds"]
                continue
            self.happen(event.get("shop", DEFAULT), kind, value)
            self.made += kind == "logistics_order"


def _written(shop: str, kind: str, value: Any) -> dict[str, Any]:
    event = {"kind": kind, "value": value if isinstance(value, dict) else _fields(value)}
    return event if shop == DEFAULT else event | {"shop": shop}


def _fields(value: Any) -> dict[str, Any]:
    """The fields of a record and, one level below, of its records. `asdict` copies everything and takes its time."""
    return {
        name: [vars(one) for one in field] if name == "lines" else field
        for name, field in vars(value).items()
    }

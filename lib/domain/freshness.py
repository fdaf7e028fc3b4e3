"""How fresh a shop's orders are, and how far a sync of them is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Progress:
    """How far a sync is, in orders; `total` is 0 until the platform said how many there are."""

    asked: int
    total: int
    started_at: datetime


@dataclass(frozen=True)
class Standing:
    """How fresh a shop's orders are."""

    shop_id: str
    synced_at: datetime | None = None
    tried_at: datetime | None = None
    failed_kind: str = ""  #: Why the newest try failed; '' when it went well.
    failed_code: str = ""  #: The platform's code.
    failed_at: datetime | None = None  #: Since when it fails.
    progress: Progress | None = None  #: Of the sync under way.
    is_late: bool = False  #: Older than it should be.
    next_at: datetime | None = None  #: When it is synced by itself the next time.
    conflict_count: int = 0  #: Orders in a shipment that the platform contradicts.
    name: str = ""  #: As people call the shop.

    @property
    def is_well(self) -> bool:
        """Nothing about it deserves a look."""
        return not self.failed_kind and not self.is_late

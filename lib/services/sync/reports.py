"""What a reading of a shop's orders did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderRefused:
    """An order on the platform that could not be taken in."""

    order_id: str
    code: str
    column: str
    value: str


@dataclass(frozen=True)
class SyncReport:
    """What a sync did: read = loaded + updated + unchanged + refused, in orders.

    Read are the orders that await shipment there or are known here; others are passed over. After an interruption the
    counts are those of the whole reading.
    """

    shop_id: str
    kind: str  #: 'sweep': all that await shipment; 'changes': what was modified since the last time.
    read: int = 0
    loaded: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    details: int = 0  #: Orders asked for one by one.
    #: Orders in a shipment with another receiver or other lines there by now.
    conflicts: tuple[str, ...] = ()
    problems: tuple[OrderRefused, ...] = ()
    complete: bool = True  #: False: the list moved all the while; the next sync reads it again.
    import_id: int | None = None

    @property
    def all_well(self) -> bool:
        """Nothing in it needs a person."""
        return self.complete and not self.refused and not self.conflicts

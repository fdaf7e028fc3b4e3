"""What the sandbox remembers: trade orders, logistics orders, declarations.

Everything is in memory and, before it is answered, in a journal of JSON lines. A line holds the events that belong
together, and is written by one call to the system: it survives `kill -9` whole, or was never answered. The next
start reads the journal from the top.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

#: An event of the journal: its kind, and its value.
Event = tuple[str, Any]


class DamagedJournal(Exception):
    """The journal has a line that is not an event."""


@dataclass
class TradeLine:
    """A sub-order; index counts from 1 within the order."""

    index: int
    child_order_id: str
    product_id: str
    sku: str
    title: str
    attributes: str
    quantity: int
    unit: str


@dataclass
class TradeOrder:
    """A buyer's order. Times are ISO texts in UTC, amounts minor units."""

    order_id: str
    status: str
    ordered_at: str | None
    paid_at: str | None
    ship_by_at: str | None
    currency: str
    goods_minor: int
    shipping_minor: int
    total_minor: int
    buyer_service: str
    service_key: str
    note: str
    receiver: dict[str, str]
    lines: list[TradeLine] = field(default_factory=list)
    modified_at: str | None = None


@dataclass
class LogisticsOrder:
    """A parcel on the platform. `number_at`, `visible_at`: when its number, and it itself, can be seen."""

    logistics_order_id: str
    lp_number: str
    trade_order_id: str
    plan_id: str
    service_code: str
    tracking_number: str
    undeliverable_decision: str
    pickup: bool
    status: str
    created_at: str
    number_at: str
    visible_at: str
    fee_minor: int
    currency: str
    receiver: dict[str, str]
    goods: list[dict[str, Any]]
    number_after: int = 0  #: Queries that do not see the number yet.
    closes_at: str | None = None  #: When it closes by itself if nothing came of it.


@dataclass
class Declaration:
    """A declared parcel of a sub-order; index 0 stands for the whole order."""

    order_id: str
    index: int
    service_name: str
    logistics_no: str
    send_type: str
    at: str


class World:
    """The sandbox's memory. Use it under `lock`."""

    def __init__(self, folder: Path) -> None:
        """Open what `folder` remembers. Raises DamagedJournal."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "journal.jsonl"
        self.lock = threading.RLock()
        self._forget()
        self._length = self._replay() if self._path.exists() else 0
        self._file = self._path.open("ab", buffering=0)
        self._file.truncate(self._length)

    def _forget(self) -> None:
        self.orders: dict[str, TradeOrder] = {}
        self.logistics: dict[str, LogisticsOrder] = {}
        self.by_order: dict[str, list[LogisticsOrder]] = {}
        self.by_number: dict[str, LogisticsOrder] = {}
        self.declarations: dict[str, list[Declaration]] = {}
        self.declared_numbers: set[str] = set()
        self.asked: Counter[str] = Counter()  #: Logistics order → queries that showed it, since the start.
        self.advanced_s = 0.0
        self._newest_first: list[TradeOrder] | None = None

    def now(self) -> datetime:
        """The sandbox's clock: the real one, and what `advance` added."""
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.advanced_s, UTC)

    def newest_first(self) -> list[TradeOrder]:
        """All trade orders as the platform lists them."""
        if self._newest_first is None:
            self._newest_first = sorted(
                self.orders.values(), key=lambda order: (order.ordered_at or "", order.order_id), reverse=True
            )
        return self._newest_first

    def number_of(self, made: LogisticsOrder) -> str | None:
        """The tracking number, once it can be seen."""
        if self.asked[made.logistics_order_id] < made.number_after:
            return None
        if datetime.fromisoformat(made.number_at) > self.now():
            return None
        return made.tracking_number

    def status_of(self, made: LogisticsOrder) -> str:
        """Its state; one that waited for its number waits for the warehouse once it has it."""
        if made.status == "init" and self.number_of(made):
            return "wait_warehouse_receive_goods"
        return made.status

    def next_number(self) -> int:
        """A running number for the next logistics order, also after a restart."""
        return len(self.logistics) + 1

    def record(self, *events: Event) -> None:
        """Write events that belong together down, all or none, then let them happen. Raises OSError."""
        if not events:
            return
        lot = [{"kind": kind, "value": _data(value)} for kind, value in events]
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

    def advance(self, seconds: float) -> tuple[list[str], list[str]]:
        """Move the clock on and close what is over; returns the trade and the logistics orders that closed.

        An order not shipped in time closes with a refund. A logistics order nobody declared closes with its
        trade order, or when its own time is over.
        """
        now = (self.now() + timedelta(seconds=seconds)).isoformat()
        overdue = [
            order.order_id
            for order in self.orders.values()
            if order.status == "WAIT_SELLER_SEND_GOODS" and order.ship_by_at and order.ship_by_at < now
        ]
        ended = set(overdue)
        parcels = [
            made.logistics_order_id
            for made in self.logistics.values()
            if made.status != "closed"
            and made.tracking_number not in self.declared_numbers
            and (made.trade_order_id in ended or (made.closes_at or now) < now)
        ]
        closing: list[Event] = [
            ("status", {"order_id": one, "status": "FINISH", "at": now}) for one in overdue
        ]
        closing += [("logistics_status", {"logistics_order_id": one, "status": "closed"}) for one in parcels]
        self.record(("advance", {"seconds": seconds}), *closing)
        return overdue, parcels

    def reset(self) -> None:
        """Forget everything."""
        self._file.truncate(0)
        self._length = 0
        self._forget()

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
            getattr(self, f"_on_{event['kind']}")(event["value"])

    def _on_trade_order(self, value: dict[str, Any]) -> None:
        order = TradeOrder(**value | {"lines": [TradeLine(**line) for line in value["lines"]]})
        self.orders[order.order_id] = order
        self._newest_first = None

    def _on_changed(self, value: dict[str, Any]) -> None:
        order = self.orders[value["order_id"]]
        order.status = value.get("status") or order.status
        order.receiver |= value.get("receiver") or {}
        order.modified_at = value["at"]

    def _on_status(self, value: dict[str, Any]) -> None:
        order = self.orders[value["order_id"]]
        order.status = value["status"]
        order.modified_at = value.get("at", order.modified_at)

    def _on_logistics_order(self, value: dict[str, Any]) -> None:
        made = LogisticsOrder(**value)
        self.logistics[made.logistics_order_id] = made
        self.by_order.setdefault(made.trade_order_id, []).append(made)
        self.by_number[made.tracking_number] = made

    def _on_logistics_status(self, value: dict[str, Any]) -> None:
        self.logistics[value["logistics_order_id"]].status = value["status"]

    def _on_declaration(self, value: dict[str, Any]) -> None:
        declared = Declaration(**value)
        self.declarations.setdefault(declared.order_id, []).append(declared)
        self.declared_numbers.add(declared.logistics_no)

    def _on_advance(self, value: dict[str, Any]) -> None:
        self.advanced_s += value["seconds"]


def _data(value: Any) -> Any:
    return value if isinstance(value, dict) else asdict(value)

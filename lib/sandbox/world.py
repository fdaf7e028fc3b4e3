"""What the sandbox remembers: trade orders, logistics orders, declarations.

Everything is in memory and, before it is answered, in a journal of JSON lines: a line that was written survives
`kill -9`, and the next start reads the journal from the top.
"""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


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
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "journal.jsonl"
        self.lock = threading.RLock()
        self._forget()
        if self._path.exists():
            self._replay()
        self._file = self._path.open("a", encoding="utf-8")

    def _forget(self) -> None:
        self.orders: dict[str, TradeOrder] = {}
        self.logistics: dict[str, LogisticsOrder] = {}
        self.by_order: dict[str, list[LogisticsOrder]] = {}
        self.by_number: dict[str, LogisticsOrder] = {}
        self.declarations: dict[str, list[Declaration]] = {}
        self.declared_numbers: set[str] = set()
        self.sequence = 0
        self.advanced_s = 0.0

    def now(self) -> datetime:
        """The sandbox's clock: the real one, and what `advance` added."""
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.advanced_s, UTC)

    def record(self, kind: str, value: Any) -> None:
        """Write an event down, then let it happen."""
        data = value if isinstance(value, dict) else asdict(value)
        self._file.write(json.dumps({"kind": kind, "value": data}, ensure_ascii=False) + "\n")
        self._file.flush()
        self._apply(kind, data)

    def next_number(self) -> int:
        """A running number, different at every call, also after a restart."""
        return self.sequence + 1

    def reset(self) -> None:
        """Forget everything."""
        self._file.truncate(0)
        self._forget()

    def close(self) -> None:
        self._file.close()

    def _replay(self) -> None:
        whole = 0
        with self._path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break  # Killed in the middle of a line: that was never answered.
                event = json.loads(line)
                self._apply(event["kind"], event["value"])
                whole += len(line)
        with self._path.open("r+b") as file:
            file.truncate(whole)

    def _apply(self, kind: str, value: dict[str, Any]) -> None:
        if kind == "trade_order":
            order = TradeOrder(**value | {"lines": [TradeLine(**line) for line in value["lines"]]})
            self.orders[order.order_id] = order
        elif kind == "status":
            self.orders[value["order_id"]].status = value["status"]
        elif kind == "logistics_order":
            made = LogisticsOrder(**value)
            self.sequence += 1
            self.logistics[made.logistics_order_id] = made
            self.by_order.setdefault(made.trade_order_id, []).append(made)
            self.by_number[made.tracking_number] = made
        elif kind == "logistics_status":
            self.logistics[value["logistics_order_id"]].status = value["status"]
        elif kind == "declaration":
            declared = Declaration(**value)
            self.declarations.setdefault(declared.order_id, []).append(declared)
            self.declared_numbers.add(declared.logistics_no)
        elif kind == "advance":
            self.advanced_s += value["seconds"]

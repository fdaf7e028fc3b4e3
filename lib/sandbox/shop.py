"""One seller on the platform: its trade orders, its parcels, and what it declared."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from lib.sandbox import journey
from lib.sandbox.faults import Settings
from lib.sandbox.ground import Event, Ground
from lib.sandbox.records import Declaration, LogisticsOrder, TradeLine, TradeOrder

#: A declared order ends by itself when nobody complains for so long (assumed; the platform's figures differ).
CONFIRMED_AFTER, ENDS_AFTER = timedelta(days=5), timedelta(days=90)
#: States of a parcel nobody has taken in yet: it may still close.
NOT_TAKEN_IN = frozenset({"init", "wait_warehouse_receive_goods", "pickup_fail"})


class Shop:
    """A seller's part of the world. Use it under the world's lock."""

    def __init__(self, name: str, ground: Ground) -> None:
        self.name, self.ground = name, ground
        self.orders: dict[str, TradeOrder] = {}
        self.logistics: dict[str, LogisticsOrder] = {}
        self.by_order: dict[str, list[LogisticsOrder]] = {}
        self.by_number: dict[str, LogisticsOrder] = {}
        self.declarations: dict[str, list[Declaration]] = {}
        self.declared_numbers: set[str] = set()
        self.bags: dict[str, dict[str, Any]] = {}  #: Hand-over bags by content id.
        self.seeds: set[str] = set()  #: Digests of the exports it was filled from.
        self.asked: Counter[str] = Counter()  #: Logistics order → queries that showed it, since the start.
        self._newest_first: list[TradeOrder] | None = None
        self._journeys: dict[str, list[journey.Step]] = {}

    @property
    def settings(self) -> Settings:
        """How the sandbox behaves at the moment."""
        return self.ground.settings

    def now(self) -> datetime:
        """The sandbox's clock."""
        return self.ground.now()

    def record(self, *events: Event) -> None:
        """Write events that belong together down, then let them happen. Raises OSError."""
        self.ground.record(self.name, *events)

    def newest_first(self) -> list[TradeOrder]:
        """All trade orders as the platform lists them."""
        if self._newest_first is None:
            self._newest_first = sorted(
                self.orders.values(), key=lambda order: (order.ordered_at or "", order.order_id), reverse=True
            )
        return self._newest_first

    def swap(self, one: TradeOrder, other: TradeOrder) -> None:
        """Let two trade orders change places in the list."""
        listed = self.newest_first()
        first, second = listed.index(one), listed.index(other)
        listed[first], listed[second] = other, one

    def number_of(self, made: LogisticsOrder) -> str | None:
        """The tracking number, once it can be seen."""
        if self.asked[made.logistics_order_id] < made.number_after:
            return None
        if datetime.fromisoformat(made.number_at) > self.now():
            return None
        return made.tracking_number

    def status_of(self, made: LogisticsOrder) -> str:
        """Its state; one that waited for its number waits for the warehouse once it has it."""
        if made.status == "closed":
            return made.status
        for step in reversed(self.steps(made)):
            if step.status:
                return step.status
        if made.status == "init" and self.number_of(made):
            return "wait_warehouse_receive_goods"
        return made.status

    def steps(self, made: LogisticsOrder) -> list[journey.Step]:
        """What happened to a parcel so far, oldest first."""
        if made.handed_at is None or made.status == "closed":
            return []
        whole = self._journeys.get(made.logistics_order_id)
        if whole is None:
            whole = self._journeys[made.logistics_order_id] = journey.of(made)
        now = self.now().timestamp()
        if not whole or whole[-1].at <= now:
            return whole
        return [step for step in whole if step.at <= now]

    def outcome_of(self, made: LogisticsOrder) -> str:
        """Where its journey has come to: "", or how it ended."""
        steps = self.steps(made)
        return steps[-1].outcome if steps else ""

    def hand_over(self, made: LogisticsOrder, at: str) -> list[Event]:
        """The event of a parcel leaving the seller, with the fate that is drawn for it; none the second time."""
        if made.handed_at is not None or made.status == "closed":
            return []
        fate = journey.draw(made, self.settings)
        return [("handed", {"logistics_order_id": made.logistics_order_id, "at": at, "fate": fate})]

    def close_what_is_over(self) -> tuple[list[str], list[str]]:
        """Close what time closes; returns the trade and the logistics orders that closed.

        An order not shipped in time closes with a refund. A logistics order nobody declared closes with its
        trade order, or when its own time is over. A shipped order ends some days after its parcels did.
        """
        now = self.now()
        text = now.isoformat()
        overdue = [
            order.order_id
            for order in self.orders.values()
            if order.status == "WAIT_SELLER_SEND_GOODS" and order.ship_by_at and order.ship_by_at < text
        ]
        ended = set(overdue)
        parcels = [
            made.logistics_order_id
            for made in self.logistics.values()
            if made.status != "closed"
            and made.handed_at is None
            and made.tracking_number not in self.declared_numbers
            and (made.trade_order_id in ended or (made.closes_at or text) < text)
        ]
        confirmed = [
            order.order_id
            for order in self.orders.values()
            if order.status == "WAIT_BUYER_ACCEPT_GOODS" and self._ends(order, now)
        ]
        events: list[Event] = [
            (
                "status",
                {"order_id": one, "status": "FINISH", "at": text, "end_reason": "seller_send_goods_timeout"},
            )
            for one in overdue
        ]
        events += [("logistics_status", {"logistics_order_id": one, "status": "closed"}) for one in parcels]
        events += [
            ("status", {"order_id": one, "status": "FINISH", "at": text, "end_reason": "buyer_accept_goods"})
            for one in confirmed
        ]
        self.record(*events)
        return overdue, parcels

    def closing(self, order_id: str) -> list[Event]:
        """The events that close an order's parcels that nobody has taken in."""
        return [
            ("logistics_status", {"logistics_order_id": made.logistics_order_id, "status": "closed"})
            for made in self.by_order.get(order_id, [])
            if self.status_of(made) in NOT_TAKEN_IN
        ]

    def _ends(self, order: TradeOrder, now: datetime) -> bool:
        """Whether nobody waits for anything any more: the parcels have come to an end, or nobody spoke for long."""
        declared = self.declarations.get(order.order_id, [])
        last = max((one.at for one in declared), default=order.modified_at or order.paid_at)
        if last and now - datetime.fromisoformat(last) > ENDS_AFTER:
            return True
        made = [self.by_number[one.logistics_no] for one in declared if one.logistics_no in self.by_number]
        if not made or len(made) < len(declared):
            return False
        ends = [self.steps(one)[-1] for one in made if self.steps(one)]
        if len(ends) < len(made) or not all(step.outcome not in ("", journey.LOST) for step in ends):
            return False
        return now.timestamp() - max(step.at for step in ends) > CONFIRMED_AFTER.total_seconds()

    def happen(self, kind: str, value: dict[str, Any]) -> None:
        """Let an event of the journal happen. Raises KeyError, TypeError, AttributeError for a damaged one."""
        getattr(self, f"_on_{kind}")(value)

    def _on_trade_order(self, value: dict[str, Any]) -> None:
        order = TradeOrder(**value | {"lines": [TradeLine(**line) for line in value["lines"]]})
        self.orders[order.order_id] = order
        self._newest_first = None

    def _on_status(self, value: dict[str, Any]) -> None:
        order = self.orders[value["order_id"]]
        order.status_before = order.status
        order.status = value["status"]
        order.modified_at = value.get("at", order.modified_at)
        order.end_reason = value.get("end_reason", order.end_reason)

    def _on_receiver(self, value: dict[str, Any]) -> None:
        order = self.orders[value["order_id"]]
        order.receiver = order.receiver | value["receiver"]
        order.modified_at = value["at"]

    def _on_logistics_order(self, value: dict[str, Any]) -> None:
        made = LogisticsOrder(**value)
        self.logistics[made.logistics_order_id] = made
        self.by_order.setdefault(made.trade_order_id, []).append(made)
        self.by_number[made.tracking_number] = made

    def _on_logistics_status(self, value: dict[str, Any]) -> None:
        self.logistics[value["logistics_order_id"]].status = value["status"]

    def _on_handed(self, value: dict[str, Any]) -> None:
        made = self.logistics[value["logistics_order_id"]]
        made.handed_at, made.fate = value["at"], value["fate"]

    def _on_declaration(self, value: dict[str, Any]) -> None:
        declared = Declaration(**value)
        self.declarations.setdefault(declared.order_id, []).append(declared)
        self.declared_numbers.add(declared.logistics_no)

    def _on_bag(self, value: dict[str, Any]) -> None:
        self.bags[value["content_id"]] = value

    def _on_seeded(self, value: dict[str, Any]) -> None:
        self.seeds.add(value["digest"])

    def _on_redeclared(self, value: dict[str, Any]) -> None:
        """Declarations of an order, changed: all that it has now."""
        told = [Declaration(**one) for one in value["declarations"]]
        self.declarations[value["order_id"]] = told
        self.declared_numbers = {one.logistics_no for all_ in self.declarations.values() for one in all_}

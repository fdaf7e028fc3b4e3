"""Plans, prices and places as the sandbox offers them, from the same reference tables as the product."""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from math import prod
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "data" / "reference"


@dataclass(frozen=True)
class Plan:
    """A plan as it is offered."""

    plan_id: str
    name_zh: str
    name_en: str
    cargo: frozenset[str]
    max_weight_g: int | None
    max_longest_mm: int | None
    max_sum_mm: int | None
    volumetric_divisor: int | None  #: cm³ per kg.
    return_supported: bool
    days_min: str
    days_max: str
    express: bool
    warehouse_code: str
    warehouse_name: str
    address: str

    @property
    def service_code(self) -> str:
        """The code a create call names: plan and warehouse."""
        return f"{self.plan_id}_{self.warehouse_code}"

    @property
    def days(self) -> tuple[int, int] | None:
        """How long it takes, where that is known."""
        if not self.days_min or not self.days_max:
            return None
        return int(self.days_min), int(self.days_max)

    def name(self, locale: str) -> str:
        """Its name in the language asked for."""
        return self.name_en if locale.lower().startswith("en") else self.name_zh

    def takes_size(self, sides_mm: Sequence[int]) -> bool:
        """Whether a parcel of these sides is small enough; not said, it is."""
        longest, total = max(sides_mm, default=0), sum(sides_mm)
        too_long = self.max_longest_mm is not None and longest > self.max_longest_mm
        return not too_long and not (self.max_sum_mm is not None and total > self.max_sum_mm)

    def chargeable_g(self, weight_g: int, sides_mm: Sequence[int]) -> int:
        """The weight that is charged: the actual, or what the volume stands for if that is more."""
        if self.volumetric_divisor is None or len(sides_mm) != 3:
            return weight_g
        return max(weight_g, -(-prod(sides_mm) // self.volumetric_divisor))


@dataclass(frozen=True)
class Rate:
    """One interval of a plan's prices to a country."""

    min_g: int
    max_g: int
    per_kg: Decimal
    item_fee: Decimal
    increment_g: int
    min_billable_g: int
    suspended: bool
    currency: str

    def fee(self, weight_g: int) -> Decimal:
        """What the weight costs, in the rate's currency."""
        billed = max(weight_g, self.min_billable_g)
        billed = -(-billed // self.increment_g) * self.increment_g
        amount = self.item_fee + self.per_kg * billed / 1000
        return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@cache
def plans() -> dict[str, Plan]:
    """Every plan by the service code it is created with."""
    places = {row["plan_id"]: row for row in rows("transit_warehouses")}
    found = {}
    for row in rows("plans"):
        if row["channel"] != "online":
            continue  # Published for another marketplace: this one does not offer it.
        place = places.get(row["plan_id"]) or {
            "warehouse_code": "CN",
            "warehouse_name": "中转仓",
            "address": "中国",
        }
        plan = Plan(
            plan_id=row["plan_id"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            cargo=frozenset(row["cargo"].split("|")),
            max_weight_g=_whole(row["max_weight_g"]),
            max_longest_mm=_whole(row["max_longest_mm"]),
            max_sum_mm=_whole(row["max_sum_mm"]),
            volumetric_divisor=_whole(row["volumetric_divisor"]),
            return_supported=row["return_supported"] == "true",
            days_min=row["days_min"],
            days_max=row["days_max"],
            express=row["class"] == "express",
            warehouse_code=place["warehouse_code"],
            warehouse_name=place["warehouse_name"],
            address=place["address"],
        )
        found[plan.service_code] = plan
    return found


@cache
def rates() -> dict[tuple[str, str, str], list[Rate]]:
    """(plan, country, cargo class) → its intervals by weight, of each plan's newest card."""
    cards = {row["plan_id"]: row for row in sorted(rows("rate_cards"), key=lambda row: row["valid_from"])}
    newest = {card["card_id"]: card for card in cards.values()}
    found: dict[tuple[str, str, str], list[Rate]] = defaultdict(list)
    for path in sorted((FOLDER / "rates").glob("*.csv")):
        for row in _read(path):
            card = newest.get(row["card_id"])
            if card is None:
                continue
            rate = Rate(
                min_g=int(row["min_g"]),
                max_g=int(row["max_g"]),
                per_kg=Decimal(row["per_kg"] or 0),
                item_fee=Decimal(row["item_fee"] or 0),
                increment_g=int(row["increment_g"]),
                min_billable_g=int(row["min_billable_g"]),
                suspended=row["suspended"] == "true",
                currency=card["currency"],
            )
            found[card["plan_id"], row["country"], row["cargo_class"]].append(rate)
    for intervals in found.values():
        intervals.sort(key=lambda rate: rate.max_g)
    return dict(found)


def rate(plan: Plan, country: str, cargo: str, weight_g: int) -> Rate | None:
    """The rate a parcel falls into, or None when the plan does not go there with it."""
    intervals = rates().get((plan.plan_id, country, cargo), [])
    place = bisect_left(intervals, weight_g, key=lambda rate: rate.max_g)
    return intervals[place] if place < len(intervals) else None


@cache
def return_fees() -> dict[str, int]:
    """Plan → what choosing return costs, in fen. Assumptions, not published prices."""
    return {
        row["plan_id"]: int(Decimal(row["fee"]) * 100)
        for row in rows("return_fees")
        if row["currency"] == "CNY"
    }


@cache
def service_keys() -> dict[str, str]:
    """Display name of a service → its key."""
    return {row["name"]: row["service_key"] for row in rows("service_names")}


@cache
def services() -> list[dict[str, str]]:
    """The carriers that can be declared."""
    return rows("services")


@cache
def declarable() -> frozenset[str]:
    """Their keys."""
    return frozenset(row["service_key"] for row in services())


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a reference table as texts."""
    return _read(FOLDER / f"{name}.csv")


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

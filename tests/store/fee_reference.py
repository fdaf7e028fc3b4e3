"""Fees worked out from the published lists in plain whole numbers, by their rules and not by the program's SQL.

Every amount is in ten-thousandths of the currency unit until it is rounded; weights are grams, sizes millimetres.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "data" / "sources" / "rates"

#: The lists' codes of countries that ISO 3166 calls otherwise.
ISO = {"SRB": "RS", "TP": "TL", "ZR": "CD"}


@dataclass(frozen=True)
class Parcel:
    """What is sent, in the words of a person at a post office."""

    parcel_id: str
    country: str
    weight_g: int
    sizes_mm: tuple[int, int, int] | None
    cargo: str
    worth_minor: int | None = None
    worth_currency: str | None = None
    postcode: str | None = None


@dataclass(frozen=True)
class Fee:
    """What a carrier charges: each part in minor units, rounded half up by itself."""

    item: int = 0
    weight: int = 0
    first: int = 0
    step: int = 0
    suspended: bool = False

    @property
    def total(self) -> int:
        return self.item + self.weight + self.first + self.step


def fees(parcel: Parcel) -> dict[str, Fee]:
    """Plan → fee, for every published list that has a price for the parcel."""
    found = {}
    if parcel.cargo == "general":
        for plan, tiers in small_packets().get(parcel.country, {}).items():
            for tier in tiers:
                billed = max(parcel.weight_g, tier["least"])
                if tier["from"] <= billed <= tier["to"]:
                    found[plan] = Fee(
                        item=minor(tier["item"]),
                        weight=minor_of_thousandths(tier["per_kg"] * billed),
                        suspended=tier["suspended"],
                    )
        courier = _courier(parcel)
        if courier:
            found["UPSE"] = courier
        if parcel.country == "RU":
            for line in china_post():
                fee = _china_post(parcel, line)
                if fee:
                    found[line["service_id"].upper()] = fee
    return found


def minor(e4: int) -> int:
    """Ten-thousandths to hundredths, half up."""
    return (e4 + 50) // 100


def minor_of_thousandths(e7: int) -> int:
    """A rate per kilogram times grams, to hundredths, half up."""
    return (e7 + 50_000) // 100_000


def e4(text: str) -> int:
    """A decimal text in ten-thousandths."""
    whole, _, rest = text.partition(".")
    assert len(rest) <= 4, text
    return int(whole) * 10_000 + int((rest + "0000")[:4])


def volumetric_g(sizes_mm: tuple[int, int, int], divisor: int) -> int:
    """Cubic centimetres over the divisor are kilograms; grams begun count whole."""
    length, width, height = sizes_mm
    return -(-(length * width * height) // divisor)


@cache
def small_packets() -> dict[str, dict[str, list[dict[str, int]]]]:
    """Country → plan → tiers of the lists by rate per kilogram and item fee."""
    found: dict[str, dict[str, list[dict[str, int]]]] = defaultdict(lambda: defaultdict(list))
    for name in ("cpam_registered", "yanwen_air_registered", "epacket", "aliexpress_cainiao_2026"):
        for row in rows(name):
            assert row["cargo_class"] == "general"
            assert row["billing_increment_g"] == "1"
            found[ISO.get(row["country_code"], row["country_code"])][row["plan_key"]].append(
                {
                    "from": int(row["min_g"]),
                    "to": int(row["max_g"]),
                    "least": int(row["min_billable_g"]),
                    "per_kg": e4(row["per_kg"]),
                    "item": e4(row["item_fee"]),
                    "suspended": row["suspended"] == "1",
                }
            )
    return found


@cache
def courier_bands() -> dict[str, list[tuple[int, int, bool, int]]]:
    """Country → bands: above these kilograms, up to those, whether flat, price."""
    found: dict[str, list[tuple[int, int, bool, int]]] = defaultdict(list)
    for row in rows("ups_expedited"):
        assert row["volumetric_divisor"] == "5000"
        # The list calls both halves of one island SX.
        country = (
            "MF" if "France" in row["country_en"] and row["country_code"] == "SX" else row["country_code"]
        )
        band = (int(row["min_kg"]), int(row["max_kg"]), row["pricing"] == "flat", e4(row["price_cny"]))
        found[country].append(band)
    return found


@cache
def china_post() -> list[dict[str, str]]:
    return rows("chinapost_russia_2025")


@cache
def plans() -> dict[str, dict[str, str]]:
    return {row["plan_key"]: row for row in rows("plans")}


def rows(name: str) -> list[dict[str, str]]:
    with (SOURCES / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _courier(parcel: Parcel) -> Fee | None:
    heavy = parcel.weight_g
    if parcel.sizes_mm:
        heavy = max(heavy, volumetric_g(parcel.sizes_mm, 5000))
    kilograms = -(-heavy // 1000)
    for above, up_to, flat, price in courier_bands().get(parcel.country, []):
        if above < kilograms <= up_to:
            if flat:
                return Fee(item=minor(price))
            return Fee(weight=minor_of_thousandths(price * kilograms * 1000))
    return None


def _china_post(parcel: Parcel, line: dict[str, str]) -> Fee | None:
    heavy = parcel.weight_g
    if line["volumetric_rule"]:
        assert line["volumetric_rule"] == "L*W*H/6000 when any side >=40cm"
        if parcel.sizes_mm and max(parcel.sizes_mm) >= 400:
            heavy = max(heavy, volumetric_g(parcel.sizes_mm, 6000))
    increment = int(line["increment_g"])
    billed = -(-max(heavy, int(line["min_g"])) // increment) * increment
    if billed > int(line["max_g"]):
        return None
    if line["pricing_type"] == "first_weight_plus_additional":
        further = -(-max(billed - int(line["first_weight_g"]), 0) // int(line["step_g"]))
        return Fee(
            first=minor(e4(line["first_weight_fee_cny"])), step=minor(e4(line["step_fee_cny"])) * further
        )
    # Yuan per gram, in ten-thousandths: times grams, and as if per kilogram.
    return Fee(
        item=minor(e4(line["base_or_item_fee_cny"])),
        weight=minor_of_thousandths(e4(line["per_gram_cny"]) * 1000 * billed),
    )

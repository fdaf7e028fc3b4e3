"""Make `data/reference/` from `data/sources/`: plans, rate cards, service and country names, assumptions.

    python data/make_reference.py [FOLDER]

The same sources and the same versions of pycountry and Babel give the same bytes. What each file holds, and
which of them are assumptions, is in `data/README.md`.
"""

from __future__ import annotations

import csv
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pycountry
from babel import Locale

DATA = Path(__file__).resolve().parent
RATES = DATA / "sources" / "rates"
TABLES = DATA / "sources" / "tables"

Row = Mapping[str, object]

#: Languages besides English in which country names turn up in exports.
NAME_LANGUAGES = ("zh", "es", "pt", "ru")

#: Not one country each: a file that says so needs a person.
UNRESOLVABLE = ("Channel Islands", "European Community", "Unspecified")

#: Cargo classes of the published files, in our words. Another word there stops the run.
CARGO = {"general": "general", "battery": "battery", "non-general": "battery", "special": "special"}

#: An assumption: nobody publishes what the return service costs.
RETURN_FEE = ("5.00", "CNY", "Assumption, not a published price: put in what your contract says.")

#: First day and source of each price list, and the note every card made from it carries.
WORKBOOK = ("2025-11-09", "S1", "Vintage undated; the workbook was last saved on 2025-11-09.")
SHEET_2026 = ("2026-01-01", "S2", "Described as the sheet of 2026; the day of its release is not known.")

#: File of rates → how its card is called, which list it comes from, and what a reader must know of it.
CARDS: dict[tuple[str, str], tuple[str, tuple[str, str, str], str]] = {
    ("cpam_registered.csv", "CPAM"): (
        "cpam_registered-2025-11",
        WORKBOOK,
        "Full table, general cargo; 35 destinations are suspended.",
    ),
    ("epacket.csv", "EMS_ZX_ZX_US"): (
        "epacket-2025-11",
        WORKBOOK,
        "Full table of 37 destinations, general cargo.",
    ),
    ("yanwen_air_registered.csv", "YANWEN_AM"): (
        "yanwen_air_registered-2025-11",
        WORKBOOK,
        "Full table of 39 destinations, general cargo.",
    ),
    ("aliexpress_cainiao_2026.csv", "CAINIAO_STANDARD"): (
        "cainiao_standard-2026-01",
        SHEET_2026,
        "Partial: only the 0-150 g tier of general cargo; heavier tiers, battery and 2-30 kg are missing. "
        "The row of the Philippines repeats Pakistan's prices and is doubtful.",
    ),
    ("aliexpress_cainiao_2026.csv", "CAINIAO_ECONOMY"): (
        "cainiao_economy-2026-01",
        SHEET_2026,
        "Partial: only the general cargo column; the non-general one is missing.",
    ),
    ("aliexpress_cainiao_2026.csv", "CAINIAO_SUPER_ECONOMY"): (
        "cainiao_super_economy-2026-01",
        SHEET_2026,
        "General cargo only.",
    ),
    ("aliexpress_cainiao_2026.csv", "AE_CN_SUPER_ECONOMY_G"): (
        "ae_cn_super_economy_g-2026-01",
        SHEET_2026,
        "Partial: general cargo only; 17 destinations have only their upper tier (10 of them from 101 g, "
        "7 from about 81 g, whose exact lower bound is not known).",
    ),
    ("ups_expedited.csv", "UPSE"): (
        "ups_expedited-2025-11",
        WORKBOOK,
        "Full table without fuel surcharge, which is not published; UPS's own codes of sub-territories are kept.",
    ),
}

#: China Post's lines to Russia, published for another marketplace. A day of effect that is not stated is the list's.
CHINA_POST = RATES / "chinapost_russia_2025.csv"
CHINA_POST_NOTE = "Full for Russia, general cargo. Published for another marketplace: for comparison only."
CHINA_POST_NAMES = {
    "chinapost_pudo_standard_air": ("中国邮政PUDO标准（空运）", "China Post PUDO Standard, air"),
    "chinapost_pudo_economy_land": ("中国邮政PUDO经济（陆运）", "China Post PUDO Economy, land"),
    "chinapost_eyoubao_priority": ("中国邮政e邮宝特邮", "China Post ePacket Priority"),
    "chinapost_eyoubao": ("中国邮政e邮宝（俄罗斯）", "China Post ePacket to Russia"),
    "chinapost_eyoubao_discount": ("中国邮政e邮宝特惠", "China Post ePacket Discount"),
    "chinapost_eparcel_discount": ("中国邮政e包裹特惠", "China Post eParcel Discount"),
    "chinapost_express": ("中国邮政e特快", "China Post e-Express"),
    "chinapost_srm_priority": ("中国邮政SRM特邮", "China Post SRM Priority"),
}

#: Member states of the European Union, ISO 3166.
EU27 = (
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
    "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
)  # fmt: skip

#: Codes by which lists call countries that have another ISO code: an alpha-3 code and two that ISO withdrew.
OTHER_CODES = {"SRB": "RS", "TP": "TL", "ZR": "CD"}

#: Codes of the lists that ISO 3166 does not have are kept as they are, under the names the lists give.
LISTS = ("cpam_registered", "epacket", "yanwen_air_registered", "aliexpress_cainiao_2026", "ups_expedited")

#: Plans whose parcels are collected in the cities of `tables/pickup_cities.csv`, by who collects.
COLLECTED = {
    "cainiao": (
        "CAINIAO_STANDARD",
        "CAINIAO_ECONOMY",
        "CAINIAO_SUPER_ECONOMY",
        "AE_CN_SUPER_ECONOMY_G",
        "CAINIAO_PREMIUM",
        "CAINIAO_STANDARD_SG",
        "CAINIAO_ECONOMY_SG",
        "CAINIAO_SUPER_ECONOMY_SG",
        "CAINIAO_STANDARD_HEAVY",
        "SUNYOU_ECONOMY",
    ),
    "post": ("CPAM", "EMS_ZX_ZX_US", "YANWEN_JYT"),
    "yanwen": ("YANWEN_AM", "YANWEN_ECONOMY"),
}
COLLECTORS = {"cainiao": ("CN", "菜鸟"), "post": ("CP", "中国邮政"), "yanwen": ("YW", "燕文")}


def make(folder: Path) -> None:
    """Write every reference file into a folder."""
    tables: dict[str, Callable[[], Iterable[Row]]] = {
        "plans": plans,
        "rate_cards": rate_cards,
        "return_fees": return_fees,
        "fx_rates": lambda: read(TABLES / "fx_rates.csv"),
        "spot_prices": spot_prices,
        "list_codes": list_codes,
        "landed_rules": landed_rules,
        "services": services,
        "service_names": service_names,
        "countries": countries,
        "pickup_coverage": pickup_coverage,
        "transit_warehouses": lambda: read(TABLES / "transit_warehouses.csv"),
        "packaging": lambda: read(TABLES / "packaging.csv"),
        "destination_rules": destination_rules,
        "tracking_codes": lambda: read(TABLES / "tracking_codes.csv"),
    }
    for name, rows in tables.items():
        write(folder / f"{name}.csv", rows())
    for (file, plan_id), (card_id, _, _) in CARDS.items():
        published = [row for row in read(RATES / file) if row["plan_key"] == plan_id]
        rated = bands(card_id, published) if "band" in published[0] else tiers(card_id, published)
        write(folder / "rates" / f"{card_id}.csv", rated)
    for row in read(CHINA_POST):
        write(folder / "rates" / f"{china_post_card(row)}.csv", [steps(row)])


def destination_rules() -> Iterator[Row]:
    """One row per country and thing its customs want: a group of countries becomes its members."""
    for row in read(TABLES / "destination_rules.csv"):
        for country in row["countries"].split("|"):
            yield {
                "country": country,
                "needs": row["needs"],
                "since": row["since"],
                "source": row["source"],
            }


def plans() -> Iterator[Row]:
    """One row per plan. Lengths in mm; an empty limit was not published."""
    for row in read(RATES / "plans.csv"):
        yield {
            "plan_id": row["plan_key"],
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "class": row["class"],
            "tracked": truth(row["tracked"] == "1"),
            "cargo": row["cargo_allowed"],
            "max_weight_g": row["max_weight_g"],
            "max_longest_mm": millimetres(row["max_longest_cm"]),
            "max_sum_mm": millimetres(row["max_sum_cm"]),
            "volumetric_divisor": row["volumetric_divisor"],
            # "RU only" and "RU customs failure only" do not let a seller choose return for a parcel at large.
            "return_supported": truth(row["undeliverable_return_supported"] == "1"),
            "days_min": row["eta_days_min"],
            "days_max": row["eta_days_max"],
            "days_kind": row["eta_kind"],
            "sources": row["source_ids"],
            "confidence": row["confidence"],
            "channel": "online",
            "max_declared": "",
            "max_declared_currency": "",
        }
    for row in read(CHINA_POST):
        name_zh, name_en = CHINA_POST_NAMES[row["service_id"]]
        yield {
            "plan_id": row["service_id"].upper(),
            "name_zh": name_zh,
            "name_en": name_en,
            "class": "express" if row["service_id"] == "chinapost_express" else "standard",
            "tracked": truth(True),
            "cargo": "general",
            "max_weight_g": row["max_g"],
            "max_longest_mm": millimetres(row["longest_cm_max"]),
            "max_sum_mm": millimetres(row["sum_cm_max"]),
            "volumetric_divisor": "",
            "return_supported": truth(False),
            "days_min": "",
            "days_max": "",
            "days_kind": "",
            "sources": row["source_id"],
            "confidence": row["confidence"],
            "channel": "elsewhere",
            "max_declared": row["value_cap"],
            "max_declared_currency": row["value_cap_currency"],
        }


def rate_cards() -> Iterator[Row]:
    """One row per plan and published list of its prices."""
    for (file, plan_id), (card_id, (valid_from, source, vintage), note) in CARDS.items():
        published = [row for row in read(RATES / file) if row["plan_key"] == plan_id]
        yield {
            "card_id": card_id,
            "plan_id": plan_id,
            "currency": only(row["currency"] for row in published),
            "valid_from": valid_from,
            "valid_to": "",
            "source": source,
            "confidence": only(row["confidence"] for row in published),
            "note": f"{note} {vintage}",
            "volumetric_divisor": max(row.get("volumetric_divisor", "") for row in published),
            "volumetric_from_mm": "",
        }
    for row in read(CHINA_POST):
        divisor, from_mm = conditional_volume(row["volumetric_rule"])
        yield {
            "card_id": china_post_card(row),
            "plan_id": row["service_id"].upper(),
            "currency": "CNY",
            "valid_from": row["effective_from"] or row["data_date"],
            "valid_to": "",
            "source": row["source_id"],
            "confidence": row["confidence"],
            "note": f"{CHINA_POST_NOTE} As listed on {row['data_date']}.",
            "volumetric_divisor": divisor,
            "volumetric_from_mm": from_mm,
        }


def china_post_card(row: Mapping[str, str]) -> str:
    return f"{row['service_id']}-{(row['effective_from'] or row['data_date'])[:7]}"


def conditional_volume(rule: str) -> tuple[str, str]:
    """Divisor and the side in mm from which it counts, of `L*W*H/6000 when any side >=40cm`."""
    if not rule:
        return "", ""
    found = re.fullmatch(r"L\*W\*H/(\d+) when any side >=(\d+)cm", rule)
    if found is None:
        raise ValueError(f"unknown volumetric rule: {rule}")
    return found[1], millimetres(found[2])


def steps(row: Mapping[str, str]) -> Row:
    """The one row of a line to Russia: per gram and item fee, or first weight and steps begun."""
    by_step = row["pricing_type"] == "first_weight_plus_additional"
    per_kg = Decimal(row["per_gram_cny"] or 0) * 1000
    return rate(
        china_post_card(row),
        "RU",
        "general",
        (int(row["min_g"]), int(row["max_g"])),
        per_kg="0" if by_step else f"{per_kg.normalize():f}",
        item_fee="0" if by_step else row["base_or_item_fee_cny"],
        increment_g=int(row["increment_g"]),
        min_billable_g=int(row["min_g"]),
        suspended=False,
    ) | {
        "first_g": row["first_weight_g"],
        "first_fee": row["first_weight_fee_cny"],
        "step_g": row["step_g"],
        "step_fee": row["step_fee_cny"],
    }


def spot_prices() -> Iterator[Row]:
    """One row per published price that lacks what a parcel could be quoted by."""
    for row in read(RATES / "forwarder_spot_quotes_2026-01.csv"):
        yield {
            "list_id": "forwarder_spot_quotes-2026-01",
            "service": row["service"],
            "detail": "",
            "country": row["country_code"],
            "price": row["price_cny"],
            "per_kg": "",
            "currency": "CNY",
            "days_min": row["eta_days_min"],
            "days_max": row["eta_days_max"],
            "battery": "",
            "quoted_on": row["quote_date"],
            "lacks": "weight",
            "source": row["source_id"],
            "confidence": row["confidence"],
        }
    for row in read(RATES / "cn_ru_partner_lines_2025.csv"):
        yield {
            "list_id": "cn_ru_partner_lines-2025-09",
            "service": f"{row['carrier_code']} {row['tier']}",
            "detail": f"{row['size_group']}, {row['delivery']}",
            "country": row["country_code"],
            "price": row["base_cny"],
            "per_kg": f"{(Decimal(row['per_gram_cny']) * 1000).normalize():f}",
            "currency": "CNY",
            "days_min": row["eta_days_min"],
            "days_max": row["eta_days_max"],
            "battery": truth(row["battery_allowed"] == "1") if row["battery_allowed"] else "",
            "quoted_on": row["data_date"],
            "lacks": "size_groups",
            "source": row["source_id"],
            "confidence": row["confidence"],
        }


def list_codes() -> Iterator[Row]:
    """One row per code of a published list that is no ISO 3166 code, with the first name a list gives it."""
    iso = {country.alpha_2 for country in pycountry.countries}
    names: dict[str, str] = {}
    for name in LISTS:
        for row in read(RATES / f"{name}.csv"):
            if row["country_code"] not in iso | OTHER_CODES.keys():
                names.setdefault(row["country_code"], row["country_en"])
    for code in sorted(names):
        yield {"code": code, "name": names[code]}


def landed_rules() -> Iterator[Row]:
    """One row per rule and country it holds for: duties and taxes, by date."""
    for row in read(TABLES / "landed_rules.csv"):
        for country in EU27 if row["countries"] == "EU27" else (row["countries"],):
            yield {
                "rule": row["rule"],
                "country": country,
                "valid_from": row["valid_from"],
                "valid_to": row["valid_to"],
                "kind": row["kind"],
                "amount": row["amount"],
                "currency": row["currency"],
                "limit": row["limit"],
                "limit_currency": row["limit_currency"],
                "sources": row["sources"],
            }


def tiers(card_id: str, published: Iterable[Mapping[str, str]]) -> Iterator[Row]:
    """One row per destination, cargo class and weight interval of a small-packet list: rate per kg + item fee."""
    for row in published:
        yield rate(
            card_id,
            OTHER_CODES.get(row["country_code"], row["country_code"]),
            CARGO[row["cargo_class"]],
            (int(row["min_g"]), int(row["max_g"])),
            per_kg=row["per_kg"],
            item_fee=row["item_fee"],
            increment_g=int(row["billing_increment_g"]),
            min_billable_g=int(row["min_billable_g"]),
            suspended=row["suspended"] == "1",
        )


def bands(card_id: str, published: Iterable[Mapping[str, str]]) -> Iterator[Row]:
    """One row per destination and band of the courier's list: a flat price per whole kg, above 20 kg per kg."""
    for row in published:
        flat = row["pricing"] == "flat"
        yield rate(
            card_id,
            courier_country(row),
            "general",
            (int(row["min_kg"]) * 1000 + 1, int(row["max_kg"]) * 1000),
            per_kg="0" if flat else row["price_cny"],
            item_fee=row["price_cny"] if flat else "0",
            increment_g=1000,
            min_billable_g=1000,
            suspended=False,
        )


def courier_country(row: Mapping[str, str]) -> str:
    """The list has two rows coded SX; the French half of the island has an ISO code of its own."""
    french_half = row["country_code"] == "SX" and "France" in row["country_en"]
    return "MF" if french_half else row["country_code"]


def rate(
    card_id: str,
    country: str,
    cargo_class: str,
    interval: tuple[int, int],
    *,
    per_kg: str,
    item_fee: str,
    increment_g: int,
    min_billable_g: int,
    suspended: bool,
) -> dict[str, object]:
    """A row of `rates/<card_id>.csv`, priced by rate per kg and item fee; `steps` adds first and further weight."""
    return {
        "card_id": card_id,
        "country": country,
        "cargo_class": cargo_class,
        "min_g": interval[0],
        "max_g": interval[1],
        "per_kg": per_kg,
        "item_fee": item_fee,
        "first_g": "",
        "first_fee": "",
        "step_g": "",
        "step_fee": "",
        "increment_g": increment_g,
        "min_billable_g": min_billable_g,
        "suspended": truth(suspended),
    }


def return_fees() -> Iterator[Row]:
    """One row per plan that returns undeliverable parcels: an assumed fee for the seller to edit."""
    fee, currency, note = RETURN_FEE
    for plan in plans():
        if plan["return_supported"] == "true":
            yield {"plan_id": plan["plan_id"], "fee": fee, "currency": currency, "note": note}


def services() -> Iterator[Row]:
    """One row per service key, plans without a key of their own included."""
    known = read(RATES / "service_codes.csv")
    yield from known
    keys = {row["service_key"] for row in known}
    for plan in plans():
        if plan["plan_id"] not in keys and is_online(plan):
            yield {"service_key": plan["plan_id"], "name_zh": plan["name_zh"], "class": plan["class"]}


def service_names() -> Iterator[Row]:
    """One row per name by which an export may call a service: keys, published names, then known variants."""
    names: list[tuple[str, str]] = []
    for service in services():
        key = str(service["service_key"])
        names += [(key, key), (str(service["name_zh"]), key)]
    for plan in filter(is_online, plans()):
        names += [(str(plan[name]), str(plan["plan_id"])) for name in ("name_zh", "name_en")]
    names += [(row["name"], row["service_key"]) for row in read(TABLES / "service_names.csv")]
    for name, key in first_of_each(names):
        yield {"name": name, "service_key": key}


def countries() -> Iterator[Row]:
    """One row per spelling of a country and its ISO 3166 alpha-2 code; no two differ only in case."""
    names = [(row["name"], row["country"]) for row in read(TABLES / "country_aliases.csv")]
    for country in pycountry.countries:
        names += [(country.alpha_2, country.alpha_2), (country.alpha_3, country.alpha_2)]
    for field in ("name", "common_name", "official_name"):
        names += [(getattr(c, field), c.alpha_2) for c in pycountry.countries if hasattr(c, field)]
    for language in ("en", *NAME_LANGUAGES):
        territories = Locale(language).territories
        names += [(territories[c.alpha_2], c.alpha_2) for c in pycountry.countries]
    names += [(variant, code) for name, code in names for variant in variants(name)]
    barred = {name.casefold() for name in UNRESOLVABLE}
    for name, code in sorted(first_of_each(names), key=lambda pair: (pair[1], pair[0])):
        if name.casefold() not in barred:
            yield {"name": name, "country": code}


def variants(name: str) -> Iterator[str]:
    """How a name with accents also arrives: straight apostrophe, no accents, mangled by a wrong re-encoding."""
    if any("\u0400" <= letter <= "\u04ff" or letter >= "\u2e80" for letter in name):
        return  # Cyrillic and Chinese have neither accents nor a form that comes mangled and readable.
    plain = name.replace("\u2019", "'")
    yield plain
    if plain.isascii():
        return
    stripped = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    if stripped.isascii():
        yield stripped
    for text in (name, plain):
        for encoding in ("cp1252", "latin-1"):
            try:
                mangled = text.encode("utf-8").decode(encoding)
            except UnicodeDecodeError:
                continue
            # An invisible control character does not survive a spreadsheet; such a form is never met.
            if mangled.isprintable():
                yield mangled


def pickup_coverage() -> Iterator[Row]:
    """One row per plan and city where its parcels are collected: an assumption."""
    for collector, plan_ids in COLLECTED.items():
        prefix, company = COLLECTORS[collector]
        for plan_id in plan_ids:
            for city in read(TABLES / "pickup_cities.csv"):
                if collector == "yanwen" and city["yanwen"] != "true":
                    continue
                yield {
                    "plan_id": plan_id,
                    "city": city["city"],
                    "warehouse_code": f"{prefix}{city['warehouse_code']}",
                    "warehouse_name": f"{company}{city['warehouse_name']}",
                }


def is_online(plan: Row) -> bool:
    return plan["channel"] == "online"


def first_of_each(names: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The first pair of each name, whatever its case: what stands earlier wins."""
    seen: set[str] = set()
    for name, code in names:
        if name.casefold() not in seen:
            seen.add(name.casefold())
            yield name, code


def only(values: Iterable[str]) -> str:
    """The one value all rows share. Raises ValueError when they do not."""
    (value,) = set(values)
    return value


def millimetres(centimetres: str) -> str:
    return str(int(centimetres) * 10) if centimetres else ""


def truth(value: bool) -> str:
    return "true" if value else "false"


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a UTF-8 CSV file as texts."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write rows that share their columns as UTF-8 CSV with LF line ends."""
    found: Sequence[Row] = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "reference")

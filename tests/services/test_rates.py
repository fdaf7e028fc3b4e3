"""Rate cards: loaded whole or not at all, looked at before they are active, and kept by the days they held."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.app import App
from lib.config import Settings
from lib.domain.money import Money
from lib.domain.plans import Cargo, Channel, Due, Obstacle, Part
from lib.domain.problems import Problem
from lib.files import layouts, sheets
from lib.files.rates import Known, parse
from lib.services import files, plans, rates
from lib.services.files import LoadReport
from lib.store import rates as rate_store
from lib.store.database import Database
from tests.builders import (
    a_product,
    a_products_cell,
    a_rate,
    an_export_row,
    write_export,
    write_products,
    write_rates,
)
from tests.store import fee_reference

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture
def app(store: Database, tmp_path: Path) -> App:
    """A shop without a platform: rate cards never need one."""
    return App(Settings(data=tmp_path / "data"), store, now=lambda: NOW)


@pytest.fixture
def load(app: App, tmp_path: Path) -> Any:
    def _load(*rows: dict[str, str], name: str = "cards.csv") -> LoadReport:
        report = files.load(app, [write_rates(tmp_path / name, rows)], kind="rates", by="ann")
        [file] = report.files
        assert file.error_code is None, file
        assert file.read == file.loaded + file.updated + file.unchanged + file.refused == len(rows)
        return report

    return _load


def cpam(
    app: App, *, on: date | None = None, country: str = "IE", weight_g: int = 100, **more: Any
) -> plans.Quote:
    quotes = plans.quote_parcel(app, country=country, weight_g=weight_g, on=on, **more)
    return next(one for one in quotes if one.plan_id == "CPAM")


def state_of(app: App, card_id: str) -> str:
    return next(card["state"] for card in rates.cards(app) if card["card_id"] == card_id)


# Loading.


@pytest.mark.parametrize(
    "name",
    [
        "aliexpress_cainiao_2026",
        "chinapost_russia_2025",
        "cn_ru_partner_lines_2025",
        "cpam_registered",
        "epacket",
        "forwarder_spot_quotes_2026-01",
        "ups_expedited",
        "yanwen_air_registered",
    ],
)
def test_every_published_list_loads_as_it_is_and_says_what_the_program_brought(app: App, name: str) -> None:
    report = files.load(app, [ROOT / "data" / "sources" / "rates" / f"{name}.csv"], kind="rates", by="ann")
    [file] = report.files
    assert report.all_well, report.problems[:3]
    assert file.unchanged == file.read == len(fee_reference.rows(name)) > 0


def test_a_card_waits_until_it_is_activated_and_then_holds_from_its_day(app: App, load: Any) -> None:
    before = cpam(app)
    load(a_rate(valid_from="2026-12-01"))
    assert state_of(app, "cpam-2026-12-01") == "draft"
    assert cpam(app, on=date(2026, 12, 5)).card_id == before.card_id, "a draft is in no quote"
    assert rates.activate(app, "cpam-2026-12-01", on=date(2026, 12, 3), by="bo") == date(2026, 12, 3)
    assert state_of(app, "cpam-2026-12-01") == "coming"
    assert cpam(app) == before
    assert cpam(app, on=date(2026, 12, 2)).card_id == before.card_id
    new = cpam(app, on=date(2026, 12, 3))
    assert (new.card_id, new.card_from) == ("cpam-2026-12-01", date(2026, 12, 1))
    assert (new.fee_minor, new.parts) == (2200, [(Part.ITEM, 1500), (Part.WEIGHT, 700)])
    assert Obstacle.NO_RATE in cpam(app, on=date(2026, 12, 3), country="US").obstacles, (
        "nothing is left of the old"
    )
    card = rates.card(app, "cpam-2026-12-01").card
    assert (card["loaded_by"], card["activated_by"], card["activated_at"]) == ("ann", "bo", NOW)
    with app.database.read() as work:
        [done] = work._cursor.execute(
            "select done_by, subject, detail from audit where action = 'activate_card'"
        ).fetchall()
    assert done[:2] == ("bo", "cpam-2026-12-01")
    assert "2026-12-03" in done[2]


def test_a_quote_of_last_march_is_made_by_the_card_of_last_march(app: App, load: Any) -> None:
    load(a_rate(valid_from="2026-03-01"), a_rate(valid_from="2026-06-01", per_kg="90"))
    for card_id, day in (("cpam-2026-03-01", "2026-03-01"), ("cpam-2026-06-01", "2026-06-01")):
        rates.activate(app, card_id, on=date.fromisoformat(day), by="bo")
    march, july = cpam(app, on=date(2026, 3, 15)), cpam(app, on=date(2026, 7, 1))
    assert (march.card_id, march.fee_minor) == ("cpam-2026-03-01", 2200)
    assert (july.card_id, july.fee_minor) == ("cpam-2026-06-01", 2400)
    assert cpam(app, on=date(2026, 2, 28)).card_id == "cpam_registered-2025-11"


def test_a_card_that_ended_leaves_no_rate_rather_than_an_older_one(app: App, load: Any) -> None:
    load(a_rate(valid_from="2026-03-01", valid_to="2026-04-01"))
    rates.activate(app, "cpam-2026-03-01", on=date(2026, 3, 1), by="bo")
    assert cpam(app, on=date(2026, 3, 31)).eligible
    assert cpam(app, on=date(2026, 4, 1)).obstacles == Obstacle.NO_RATE


def test_loading_a_card_again_changes_nothing_and_a_draft_takes_the_newer_file(app: App, load: Any) -> None:
    tiers = [a_rate(max_g="150"), a_rate(min_g="151", per_kg="60")]
    assert load(*tiers).files[0].loaded == 2
    assert load(*tiers).files[0].unchanged == 2
    assert load(a_rate(per_kg="65")).files[0].updated == 1
    assert rates.card(app, "cpam-2027-01-01").rates["per_kg_e4"].tolist() == [650_000]
    rates.activate(app, "cpam-2027-01-01", by="bo")
    assert load(a_rate(per_kg="65")).files[0].unchanged == 1
    assert [row.code for row in load(a_rate(per_kg="66")).problems] == ["validity_taken"]
    assert rates.card(app, "cpam-2027-01-01").rates["per_kg_e4"].tolist() == [650_000]


def test_a_first_tier_from_zero_begins_with_the_first_gram(app: App, load: Any) -> None:
    report = load(a_rate(min_g="0", max_g="150"), a_rate(min_g="151", per_kg="60"))
    assert (report.files[0].loaded, report.problems, report.warnings) == (2, (), ())
    assert rates.card(app, "cpam-2027-01-01").rates["min_g"].tolist() == [1, 151]


#: What is wrong → rows of a card, then which of them is named, its column, what stands there, and the code.
WRONG: dict[str, tuple[list[dict[str, str]], int, str, str, str]] = {
    "overlapping tiers": ([a_rate(max_g="150"), a_rate(min_g="150")], 1, "min_g", "150", "tiers_overlap"),
    "gapped tiers": ([a_rate(max_g="150"), a_rate(min_g="152")], 1, "min_g", "152", "tiers_gap"),
    "a row twice": ([a_rate(), a_rate()], 1, "min_g", "1", "tiers_overlap"),
    "a tier that ends first": ([a_rate(min_g="10", max_g="9")], 0, "max_g", "9", "tier_reversed"),
    "no end": ([a_rate(max_g="")], 0, "max_g", "", "weight_missing"),
    "a negative price": ([a_rate(per_kg="-70")], 0, "per_kg", "-70", "price_negative"),
    "a missing price": ([a_rate(item_fee="")], 0, "item_fee", "", "price_missing"),
    "no price at all": ([a_rate(per_kg="0", item_fee="0")], 0, "per_kg", "0", "price_missing"),
    "half a step": ([a_rate(first_g="500", first_fee="50")], 0, "step_g", "", "price_missing"),
    "a price in words": ([a_rate(per_kg="seventy")], 0, "per_kg", "seventy", "number_unreadable"),
    "a third of a cent": ([a_rate(item_fee="1.333")], 0, "item_fee", "1.333", "price_too_fine"),
    "half a gram": ([a_rate(min_g="0.5")], 0, "min_g", "0.5", "number_not_whole"),
    "an unknown country": ([a_rate(country="Atlantis")], 0, "country", "Atlantis", "rate_country_unknown"),
    "an unknown plan": ([a_rate(plan="PIGEON")], 0, "plan", "PIGEON", "plan_unknown"),
    "no plan": ([a_rate(plan="")], 0, "plan", "", "plan_unknown"),
    "an unknown currency": ([a_rate(currency="XAU")], 0, "currency", "XAU", "currency_unknown"),
    "two currencies": (
        [a_rate(), a_rate(country="DE", currency="USD")],
        1,
        "currency",
        "USD",
        "card_currencies",
    ),
    "two ends": (
        [a_rate(plan="SGP"), a_rate(plan="SGP", country="DE", valid_to="2099-01-01")],
        1,
        "valid_to",
        "2099-01-01",
        "card_terms",
    ),
    "an unknown cargo": ([a_rate(cargo_class="eggs")], 0, "cargo_class", "eggs", "cargo_class_unknown"),
    "no such day": ([a_rate(valid_from="2027-02-30")], 0, "valid_from", "2027-02-30", "date_unreadable"),
    "an end before its start": (
        [a_rate(valid_to="2026-12-31")],
        0,
        "valid_to",
        "2026-12-31",
        "validity_reversed",
    ),
    "cards that overlap": (
        [
            a_rate(plan="YANWEN_AM", valid_from="2027-01-02", valid_to="2027-03-01"),
            a_rate(plan="YANWEN_AM", valid_from="2027-02-01"),
        ],
        0,
        "valid_to",
        "2027-03-01",
        "validity_overlap",
    ),
    "an unknown surcharge": (
        [a_rate(), a_rate(surcharge="peak", surcharge_percent="3")],
        1,
        "surcharge",
        "peak",
        "surcharge_unknown",
    ),
    "no percent": ([a_rate(), a_rate(surcharge="fuel")], 1, "surcharge_percent", "", "price_missing"),
    "a surcharge twice": (
        [a_rate(), *[a_rate(surcharge="fuel", surcharge_percent="3")] * 2],
        2,
        "surcharge",
        "fuel",
        "surcharge_twice",
    ),
    "surcharges alone": (
        [a_rate(surcharge="fuel", surcharge_percent="3")],
        0,
        "plan",
        "CPAM",
        "card_without_rates",
    ),
}


@pytest.fixture(scope="module")
def judged(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, files.RowProblem]:
    """All of them in one file, each in a card of its own: row → what is said of it."""
    folder = tmp_path_factory.mktemp("wrong")
    shutil.copyfile(prepared, folder / "store.duckdb")
    app = App(Settings(data=folder), Database(folder / "store.duckdb"), now=lambda: NOW)
    rows = [a_rate(plan="EMS_ZX_ZX_US")]
    for year, (wrong, *_) in enumerate(WRONG.values(), start=2030):
        rows += [
            row | {"valid_from": f"{year}-01-01"} if row["valid_from"] == "2027-01-01" else row
            for row in wrong
        ]
    before = rates.cards(app)
    report = files.load(app, [write_rates(folder / "wrong.csv", rows)], kind="rates", by="ann")
    assert rates.cards(app) == before, "the old cards stay, and nothing of the file came in"
    assert report.files[0].refused == report.files[0].read == len(report.problems) == len(rows)
    app.close()
    return {row.row: row for row in report.problems}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_row_is_named_with_its_column_and_what_stands_there(
    judged: dict[int, files.RowProblem], wrong: str
) -> None:
    rows, named, column, value, code = WRONG[wrong]
    first = 3 + sum(
        len(one[0]) for name, one in WRONG.items() if list(WRONG).index(name) < list(WRONG).index(wrong)
    )
    said = judged[first + named]
    assert (said.column, said.value, said.code) == (column, value, code)
    others = {judged[first + place].code for place in range(len(rows)) if place != named}
    assert others <= {"rates_refused_whole", code}


def test_one_wrong_row_refuses_the_good_ones_with_it(judged: dict[int, files.RowProblem]) -> None:
    assert judged[2].code == "rates_refused_whole"
    assert next(iter(judged)) != 2, "what is wrong is said first"


def test_days_of_an_active_card_are_not_taken(load: Any) -> None:
    for day in ("2025-11-09", "2024-01-01"):
        report = load(a_rate(valid_from=day), a_rate(plan="YANWEN_AM", country="US"))
        first, second = report.problems
        assert (first.row, first.column, first.value, first.code) == (
            2,
            "valid_from",
            "cpam_registered-2025-11",
            "validity_taken",
        )
        assert second.code == "rates_refused_whole"


def test_a_tier_that_is_missing_is_named_and_gets_no_rate(app: App, load: Any) -> None:
    report = load(a_rate(min_g="101"))
    assert [(row.row, row.column, row.code) for row in report.warnings] == [(2, "min_g", "tiers_start_late")]
    rates.activate(app, "cpam-2027-01-01", by="bo")
    assert cpam(app, on=date(2027, 1, 1), weight_g=100).obstacles == Obstacle.NO_RATE
    assert cpam(app, on=date(2027, 1, 1), weight_g=101).eligible


def test_a_partial_list_says_what_it_lacks_instead_of_a_price(app: App) -> None:
    [heavy] = [
        one
        for one in plans.quote_parcel(app, country="DE", weight_g=151)
        if one.plan_id == "CAINIAO_STANDARD"
    ]
    assert (heavy.fee_minor, heavy.obstacles) == (None, Obstacle.NO_RATE)
    assert "only the 0-150 g tier" in (heavy.card_note or "")
    assert (heavy.card_id, heavy.card_source) == ("cainiao_standard-2026-01", "S2")


def test_names_in_chinese_and_a_card_with_steps_surcharges_and_two_increments(app: App, load: Any) -> None:
    day = date(2027, 1, 1)
    load(
        a_rate(
            plan="中国邮政挂号小包", country="爱尔兰", cargo_class="普货", max_g="2000", min_billable_g="50"
        ),
        a_rate(
            min_g="2001",
            max_g="30000",
            per_kg="",
            item_fee="",
            first_g="500",
            first_fee="40.00",
            step_g="500",
            step_fee="12.55",
            increment_g="500",
        ),
        a_rate(surcharge="燃油附加费", country="*", surcharge_percent="12.5%"),
        a_rate(
            surcharge="remote_area", postcode_prefix="F12", surcharge_amount="9.99", surcharge_per_kg="1.5"
        ),
        name="cards.xlsx",
    )
    rates.activate(app, "cpam-2027-01-01", by="bo")
    with app.database.write() as work:
        work._cursor.execute("update plans set max_weight_g = null where plan_id = 'CPAM'")
    light = cpam(app, on=day, weight_g=20)
    assert (light.chargeable_g, light.fee_minor) == (50, 1500 + 350 + 231)
    assert light.parts == [(Part.ITEM, 1500), (Part.WEIGHT, 350), (Part.FUEL, 231)], (
        "231.25 is rounded by itself"
    )
    heavy = cpam(app, on=day, weight_g=2001, postcode="F12 AB34")
    assert heavy.chargeable_g == 2500
    assert heavy.parts == [
        (Part.FIRST_WEIGHT, 4000),
        (Part.ADDITIONAL_WEIGHT, 4 * 1255),
        (Part.FUEL, 1128),
        (Part.REMOTE_AREA, 999 + 375),
    ]
    assert heavy.fee_minor == sum(fee for _, fee in heavy.parts)


def test_a_card_in_dollars_is_compared_by_the_dated_rate(app: App, load: Any) -> None:
    load(a_rate(currency="USD"))
    rates.activate(app, "cpam-2027-01-01", by="bo")
    quote = cpam(app, on=date(2027, 1, 1))
    assert (quote.fee_minor, quote.currency, quote.fee_cny_minor) == (2200, "USD", 15620)


def test_a_card_that_was_downloaded_loads_again_as_the_same(app: App, tmp_path: Path) -> None:
    known = {card["card_id"]: card for card in rates.cards(app)}
    for card_id in ("cpam_registered-2025-11", "cainiao_economy-2026-01", "chinapost_express-2023-09"):
        card, path = known[card_id], tmp_path / f"{card_id}.xlsx"
        path.write_bytes(rates.sheet(app, card["card_id"]))
        [file] = files.load(app, [path], by="ann").files
        assert (file.layout, file.unchanged) == ("rates", card["rate_count"]), file


@pytest.fixture(scope="module")
def known(prepared: Path) -> Known:
    database = Database(prepared)
    with database.read() as work:
        names = rate_store.names(work)
    database.close()
    return Known(names.plan_names, names.country_names, names.currencies, NOW.date())


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    cells=st.dictionaries(
        st.sampled_from([*a_rate(), "valid_to", "surcharge", "first_fee"]), st.text(max_size=12), min_size=1
    )
)
def test_whatever_stands_in_a_cell_is_taken_or_refused_and_never_a_fault(
    known: Known, tmp_path: Path, cells: dict[str, str]
) -> None:
    path = write_rates(tmp_path / "odd.csv", [a_rate(**cells), a_rate(country="DE")])
    try:
        tables = parse(layouts.find(sheets.read(path), "rates"), known)
    except sheets.NotReadable:
        return
    assert tables.read == len(tables.problems) or tables.read == tables.cards["row_count"].sum()


# Before activation.


@pytest.fixture
def shop(app: App, tmp_path: Path) -> App:
    """Orders of the last days to Ireland and Germany, 250 g each."""
    write_products(
        tmp_path / "products.csv",
        [a_product("SKU-1", **{"重量(g)": "250", "长(mm)": "", "宽(mm)": "", "高(mm)": ""})],
    )
    rows = [
        an_export_row(付款时间="2026.11.20 11:05", 下单时间="2026.11.20 10:05", 发货期限="2026-11-30 10:00")
        for _ in range(4)
    ]
    rows += [
        an_export_row(
            收货国家="Germany",
            付款时间="2026.11.20 11:05",
            下单时间="2026.11.20 10:05",
            发货期限="2026-11-30 10:00",
            products=a_products_cell(("SKU-1", 1)),
        )
    ]
    rows += [
        an_export_row(付款时间="2026.07.01 11:05", 下单时间="2026.07.01 10:05", 发货期限="2026-07-30 10:00")
    ]
    files.load(app, [tmp_path / "products.csv", write_export(tmp_path / "orders.csv", rows)], by="ann")
    return app


def test_a_preview_says_what_changes_by_country_and_for_the_orders_of_ninety_days(
    shop: App, load: Any
) -> None:
    load(
        a_rate(valid_from="2026-11-24", per_kg="999", item_fee="5"),
        a_rate(valid_from="2026-11-24", country="DE", per_kg="10", item_fee="5"),
    )
    before = rates.cards(shop)
    found = rates.preview(shop, "cpam-2026-11-24")
    assert rates.cards(shop) == before, "a look changes nothing"
    assert found.active_from == NOW.date()
    places = found.places.set_index("country")
    assert places.loc["IE", "mean_percent"] > 100
    assert places.loc["DE", "median_percent"] < -50
    assert places.loc["US", "lost_count"] > 10
    assert found.places_total["changed_count"] == places["changed_count"].sum()
    assert found.places_total["lost_count"] == places["lost_count"].sum()
    assert found.orders_total["parcel_count"] == 5, "the order of July is older than ninety days"
    assert found.orders_total["changed_count"] == len(found.orders) == 5
    for order in found.orders.to_dict("records"):
        able = ranked(shop, order["country"], order["weight_g"])
        new_fee = 500 + order["weight_g"]
        others = [one for one in able if one.plan_id != "CPAM"]
        assert (order["plan_before"], order["before_cny_minor"]) == (able[0].plan_id, able[0].fee_cny_minor)
        if order["country"] == "DE":
            assert (order["plan_after"], order["after_minor"]) == ("CPAM", new_fee)
        else:
            assert able[0].plan_id == "CPAM"
            assert (order["plan_after"], order["after_minor"]) == (others[0].plan_id, others[0].fee_minor)
    moved = found.orders["plan_before"] != found.orders["plan_after"]
    assert found.orders_total["plan_count"] == moved.sum() >= 4
    assert found.difference_cny_minor == found.orders["difference_cny_minor"].sum() != 0


def ranked(app: App, country: str, weight_g: int) -> list[plans.Quote]:
    """The plans that can carry a parcel, the cheapest first."""
    able = [one for one in plans.quote_parcel(app, country=country, weight_g=weight_g) if one.eligible]
    return sorted(able, key=lambda one: one.fee_cny_minor or 0)


def test_what_a_preview_says_is_what_activation_does(shop: App, load: Any) -> None:
    load(a_rate(valid_from="2026-11-24", per_kg="10", item_fee="5"))
    found = rates.preview(shop, "cpam-2026-11-24")
    rates.activate(shop, "cpam-2026-11-24", by="bo")
    for order in found.orders.to_dict("records"):
        quotes = [one for one in plans.quote_order(shop, order["order_id"]) if one.eligible]
        cheapest = min(quotes, key=lambda one: one.fee_cny_minor or 0)
        assert (cheapest.plan_id, cheapest.fee_minor) == (order["plan_after"], order["after_minor"])


def test_a_card_that_leaves_orders_without_a_plan_says_so(shop: App, load: Any) -> None:
    with shop.database.write() as work:
        work._cursor.execute("delete from plan_cargo where plan_id <> 'CPAM'")
    load(a_rate(valid_from="2026-11-24", suspended="yes"))
    found = rates.preview(shop, "cpam-2026-11-24")
    assert bool(found.places.set_index("country").loc["IE", "is_stopped"])
    assert found.orders_total["lost_count"] == 5
    assert found.orders["plan_after"].isna().all()
    assert found.difference_cny_minor == 0


def test_a_day_that_makes_no_sense_is_refused(app: App, load: Any) -> None:
    load(a_rate(), a_rate(plan="YANWEN_AM", country="US", valid_to="2027-02-01"))
    for card_id, day, code in (
        ("cpam-2099-01-01", None, "card_unknown"),
        ("cpam-2027-01-01", date(2026, 12, 31), "activates_too_early"),
        ("yanwen_am-2027-01-01", date(2027, 2, 1), "activates_too_late"),
        ("cpam_registered-2025-11", None, "card_is_active"),
    ):
        with pytest.raises(Problem) as caught:
            rates.activate(app, card_id, on=day, by="bo")
        assert caught.value.code == code


def test_a_draft_cannot_take_the_days_of_a_later_card(app: App, load: Any) -> None:
    load(a_rate(valid_from="2026-12-01"), a_rate(valid_from="2027-02-01", per_kg="80"))
    rates.activate(app, "cpam-2027-02-01", by="bo")
    with pytest.raises(Problem) as caught:
        rates.activate(app, "cpam-2026-12-01", by="bo")
    assert (caught.value.code, caught.value.details["other"]) == ("activates_over", "cpam-2027-02-01")


def test_a_draft_can_be_dropped_and_an_active_card_cannot(app: App, load: Any) -> None:
    load(a_rate())
    rates.discard(app, "cpam-2027-01-01", by="bo")
    assert "cpam-2027-01-01" not in {card["card_id"] for card in rates.cards(app)}
    load(a_rate())
    rates.activate(app, "cpam-2027-01-01", by="bo")
    for card_id in ("cpam-2027-01-01", "cpam_registered-2025-11"):
        with pytest.raises(Problem) as caught:
            rates.discard(app, card_id, by="bo")
        assert caught.value.code == "card_is_kept"


# What is beside fees.


@pytest.mark.parametrize(
    ("country", "day", "worth", "headings", "expected"),
    [
        ("DE", "2026-06-30", Money(2000, "USD"), 2, [("EU_IOSS", None, True)]),
        ("DE", "2026-07-01", Money(2000, "USD"), 2, [("EU_DUTY3", 600, True), ("EU_IOSS", None, True)]),
        ("DE", "2026-07-01", Money(15_000, "EUR"), 1, [("EU_DUTY3", 300, True), ("EU_IOSS", None, True)]),
        ("DE", "2026-07-01", Money(15_001, "EUR"), 1, [("EU_DUTY3", None, False), ("EU_IOSS", None, False)]),
        ("DE", "2026-07-01", None, 1, [("EU_DUTY3", 300, None), ("EU_IOSS", None, None)]),
        ("DE", "2028-07-01", None, 1, [("EU_IOSS", None, None)]),
        ("US", "2026-01-01", Money(2000, "USD"), 3, [("US_DEMINIMIS", None, None)]),
        ("US", "2025-08-28", Money(2000, "USD"), 3, []),
        ("GB", "2026-07-01", Money(2000, "USD"), 3, []),
    ],
)
def test_duties_by_date_stand_apart_and_in_no_fee(
    app: App,
    country: str,
    day: str,
    worth: Money | None,
    headings: int,
    expected: list[tuple[str, int | None, bool | None]],
) -> None:
    on = date.fromisoformat(day)
    due = plans.landed_of_parcel(app, country=country, declared=worth, heading_count=headings, on=on)
    assert [(one.rule, one.amount_minor, one.within_limit) for one in due] == expected
    assert {one.currency for one in due if one.kind is Due.DUTY_PER_HEADING} <= {"EUR"}
    with_worth = plans.quote_parcel(app, country=country, weight_g=100, declared=worth, on=on)
    assert [one.fee_minor for one in with_worth] == [
        one.fee_minor for one in plans.quote_parcel(app, country=country, weight_g=100, on=on)
    ]


def test_an_order_counts_its_tariff_headings_by_six_digits(app: App, tmp_path: Path) -> None:
    products = [
        a_product("SKU-1", 海关编码="9503002100"),
        a_product("SKU-2", 海关编码="950300"),
        a_product("SKU-3", 海关编码="620342"),
    ]
    row = an_export_row(products=a_products_cell(("SKU-1", 2), ("SKU-2", 1), ("SKU-3", 1)))
    paths = [write_products(tmp_path / "p.csv", products), write_export(tmp_path / "o.csv", [row])]
    files.load(app, paths, by="ann")
    duty = next(one for one in plans.landed_of_order(app, row["订单号"]) if one.rule == "EU_DUTY3")
    assert (duty.heading_count, duty.amount_minor, duty.currency) == (2, 600, "EUR")


def test_lines_of_another_marketplace_are_quoted_only_when_asked_for(app: App) -> None:
    sold = {one.plan_id for one in plans.quote_parcel(app, country="RU", weight_g=300)}
    assert len(sold) == 19
    elsewhere = {
        one.plan_id: one
        for one in plans.quote_parcel(
            app, country="RU", weight_g=700, sizes_mm=(400, 100, 30), sold=Channel.ELSEWHERE
        )
    }
    assert len(elsewhere) == 8
    assert not sold & elsewhere.keys()
    assert elsewhere["CHINAPOST_EPARCEL_DISCOUNT"].parts == [
        (Part.FIRST_WEIGHT, 5250),
        (Part.ADDITIONAL_WEIGHT, 1500),
    ]
    assert elsewhere["CHINAPOST_EXPRESS"].chargeable_g == 700, "40 × 10 × 3 cm / 6000 is lighter"
    [bulky] = [
        one
        for one in plans.quote_parcel(
            app, country="RU", weight_g=700, sizes_mm=(400, 300, 100), sold=Channel.ELSEWHERE
        )
        if one.plan_id == "CHINAPOST_EXPRESS"
    ]
    assert bulky.chargeable_g == 2000
    [short] = [
        one
        for one in plans.quote_parcel(
            app, country="RU", weight_g=700, sizes_mm=(399, 300, 100), sold=Channel.ELSEWHERE
        )
        if one.plan_id == "CHINAPOST_EXPRESS"
    ]
    assert short.chargeable_g == 700, "no side of 40 cm: the volume does not count"


def test_a_plan_refuses_what_is_worth_more_than_it_takes(app: App) -> None:
    def srm(worth: Money) -> Obstacle:
        quotes = plans.quote_parcel(app, country="RU", weight_g=100, declared=worth, sold=Channel.ELSEWHERE)
        return next(one.obstacles for one in quotes if one.plan_id == "CHINAPOST_SRM_PRIORITY")

    assert srm(Money(1000, "USD")) == Obstacle(0)
    assert srm(Money(1001, "USD")) == Obstacle.TOO_DEAR


def test_prices_without_weight_or_size_are_shown_and_in_no_quote(app: App) -> None:
    prices = rates.spot_prices(app)
    assert prices["lacks"].value_counts().to_dict() == {"size_groups": 322, "weight": 210}
    assert set(rates.spot_prices(app, country="JP")["list_id"]) == {"forwarder_spot_quotes-2026-01"}
    for plan_id in ("DHL", "EMS"):
        [quote] = [
            one for one in plans.quote_parcel(app, country="GB", weight_g=1000) if one.plan_id == plan_id
        ]
        assert quote.obstacles == Obstacle.NO_RATE


def test_goods_no_list_has_a_price_for_get_none(app: App) -> None:
    [quote] = [
        one
        for one in plans.quote_parcel(app, country="DE", weight_g=100, cargo_class=Cargo.BATTERY)
        if one.plan_id == "CAINIAO_STANDARD"
    ]
    assert quote.obstacles == Obstacle.NO_RATE

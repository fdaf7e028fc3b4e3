"""What if: all that was sent rated again equals rating every parcel by itself."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import history
from lib.app import App
from lib.config import Settings
from lib.domain.problems import Problem
from lib.services import costs, what_if
from lib.services.what_if import Change
from lib.store.database import Database
from tests.conftest import copied

CARD = "cpam_registered-2025-11"


@pytest.fixture(scope="module")
def year(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("what_if")
    database = copied(prepared, folder)
    history.build(database, 1500)
    with database.write() as work:
        cursor = work._cursor
        cursor.execute(
            "insert into rate_cards select * replace ('dearer' as card_id, null as active_from) from rate_cards "
            "where card_id = ?",
            [CARD],
        )
        cursor.execute(
            "insert into rates select * replace ('dearer' as card_id, item_fee_minor + 100 as item_fee_minor) "
            "from rates where card_id = ?",
            [CARD],
        )
    app = App(Settings(data=folder / "data"), database, now=lambda: history.NOW)
    costs.refresh(app)
    yield app
    database.close()


def one_by_one(database: Database, *, lighter_g: int = 0) -> pd.DataFrame:
    """One row per parcel and plan that can carry it, every parcel rated by itself."""
    with database.read() as work:
        work._cursor.execute(
            "create or replace temp table single as select shipment_id as parcel_id, country, postcode, "
            "greatest(weight_g - ?, 1) as weight_g, length_mm, width_mm, height_mm, cargo_class, "
            "declared_minor, declared_currency from cost_parcels",
            [lighter_g],
        )
        return work._cursor.execute(
            "select quote.*, cost.plan_id as sent_on, cost.buyer_plan_id "
            "from quotes_for('single', date '2027-01-02') as quote "
            "inner join cost_parcels as cost on cost.shipment_id = quote.parcel_id where obstacles = 0"
        ).df()


def test_the_cheapest_plan_with_lighter_packaging_is_that_of_every_parcel_by_itself(year: App) -> None:
    found = what_if.ask(year, Change(policy="cheapest", lighter_g=30), page_size=10_000)
    before = one_by_one(year.database)
    before = before[before["plan_id"] == before["sent_on"]].set_index("parcel_id")
    after = one_by_one(year.database, lighter_g=30).sort_values(["fee_cny_minor", "days_max", "plan_id"])
    after = after.groupby("parcel_id").first()
    total = found.total
    assert total["rated_count"] == len(before) == len(after)
    assert total["before_cny"] == before["fee_cny_minor"].sum()
    assert total["after_cny"] == after["fee_cny_minor"].sum()
    flips = after.index[after["plan_id"] != after["sent_on"]]
    assert set(found.flips["shipment_id"]) == set(flips)
    assert len(found.flips) == total["flip_count"] == len(flips) > 100
    kept = found.flips.set_index("shipment_id")
    assert (kept["after_cny"] == after.loc[kept.index, "fee_cny_minor"]).all()
    assert (kept["after_plan"] == after.loc[kept.index, "plan_id"]).all()
    assert kept["difference_cny"].abs().is_monotonic_decreasing
    for rows in (found.by_plan, found.by_country):
        assert rows["after_cny"].sum() == total["after_cny"]
        assert rows["parcel_count"].sum() == total["rated_count"]


def test_another_card_changes_its_own_plan_alone(year: App) -> None:
    found = what_if.ask(year, Change(card_id="dearer"))
    rows = found.by_plan.set_index("plan_id")
    changed = rows["after_cny"] - rows["before_cny"]
    assert changed["CPAM"] == 100 * rows.loc["CPAM", "parcel_count"] > 0
    assert (changed.drop("CPAM") == 0).all()
    assert found.total["flip_count"] == 0


def test_another_exchange_rate_changes_what_is_charged_in_that_currency(year: App) -> None:
    quotes = one_by_one(year.database)
    sent = quotes[(quotes["plan_id"] == quotes["sent_on"]) & (quotes["currency"] == "USD")]
    found = what_if.ask(year, Change(currency="USD", rate_e6=8_000_000))
    assert len(sent) > 0
    expected = (sent["fee_minor"] * 8).sum() - sent["fee_cny_minor"].sum()
    assert found.total["after_cny"] - found.total["before_cny"] == expected


def test_the_buyers_choice_and_not_slower_need_a_choice(year: App) -> None:
    quotes = one_by_one(year.database)
    own = quotes[quotes["plan_id"] == quotes["buyer_plan_id"]]
    found = what_if.ask(year, Change(policy="buyers"))
    assert found.total["rated_count"] == len(own) > 0
    assert found.total["after_cny"] == own["fee_cny_minor"].sum()
    assert found.total["planless_count"] == found.total["parcel_count"] - len(own)
    slower = what_if.ask(year, Change(policy="cheapest_not_slower"))
    with year.database.read() as work:
        days = (
            work._cursor.execute("select plan_id, days_max from plans").df().set_index("plan_id")["days_max"]
        )
    limit = quotes["buyer_plan_id"].map(days)
    allowed = quotes[(quotes["plan_id"] == quotes["buyer_plan_id"]) | (quotes["days_max"] <= limit)]
    assert slower.total["after_cny"] == allowed.groupby("parcel_id")["fee_cny_minor"].min().sum()


def test_what_flips_is_a_file_whose_sum_is_the_difference(year: App) -> None:
    change = Change(policy="cheapest", countries=("US", "DE"))
    found = what_if.ask(year, change, page_size=10_000)
    assert set(found.by_country["country"]) == {"US", "DE"}
    csv = pd.read_csv(io.BytesIO(what_if.export_flips(year, change, "csv")))
    assert round(csv["difference_cny"].sum() * 100) == found.flips["difference_cny"].sum()
    assert found.flips["difference_cny"].sum() == found.total["after_cny"] - found.total["before_cny"]


@pytest.mark.parametrize(
    "change",
    [Change(card_id="none"), Change(lighter_g=-1), Change(currency="USD", rate_e6=0)],
    ids=lambda one: "",
)
def test_what_cannot_be_asked_is_told(year: App, change: Change) -> None:
    with pytest.raises(Problem):
        what_if.ask(year, change)

"""The views of Outcomes that reckon: return fees, was it worth it, what advice rests on, promise and truth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.app import App
from lib.config import Settings
from lib.services import advice, ledger, transit
from lib.store.database import Database
from tests.conftest import Desk
from tests.pages.conftest import Open, text_of
from tests.store.history import NOW, write
from tests.store.test_advice import a_year

VIEWS = ("ledger", "backtest", "advice", "promise")


@pytest.fixture(scope="module")
def app(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A shop with a year of parcels behind it; these tests only read it."""
    folder = tmp_path_factory.mktemp("year")
    (folder / "store.duckdb").write_bytes(prepared.read_bytes())
    database = Database(folder / "store.duckdb")
    write(database, a_year(count=1200))
    yield App(Settings(data=folder), database, now=lambda: NOW)
    database.close()


def test_the_ledger_says_what_returns_came_to_and_how_much_of_it_is_assumed(
    open_page: Open, app: App
) -> None:
    page = open_page(app, "outcomes", view="ledger")
    assert not page.exception
    found = ledger.read(app)
    assert found.total is not None
    said = text_of(page).replace("\\", "")
    assert f"{found.total['net_minor'] / 100:,.2f} CNY" in said
    assert "Assumed are 100.0 % of the fees" in said
    months, parcels = (page.dataframe[place].value for place in (0, 1))
    assert months["net"].sum() == pytest.approx(found.total["net_minor"] / 100)
    assert len(parcels) == min(len(found.rows), 500)
    page.segmented_control(key="outcomes_ledger_axis").set_value("country").run()
    assert not page.exception
    assert page.dataframe[0].value["name"].tolist()[0].startswith("Brazil")


def test_the_backtest_says_whether_the_advice_beats_both_fixed_ways(open_page: Open, app: App) -> None:
    page = open_page(app, "outcomes", view="backtest")
    assert not page.exception
    assert "more than both fixed ways" in text_of(page)
    assert page.dataframe[0].value["way"].tolist() == [
        "Return everything", "Destroy everything", "What was chosen", "As advised",
    ]  # fmt: skip


def test_promise_and_truth_stand_beside_each_other(open_page: Open, app: App) -> None:
    page = open_page(app, "outcomes", view="promise")
    assert not page.exception
    row = transit.days(app).query("plan_id == 'CAINIAO_STANDARD' and country == ''").iloc[0]
    shown = page.dataframe[0].value.iloc[0]
    assert (shown["days_p50"], shown["promised"]) == (row["days_p50"], "40 days")
    assert len(page.dataframe[1].value) == 3


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_reads_in_chinese(open_page: Open, app: App, view: str) -> None:
    page = open_page(app, "outcomes", language="zh_CN", view=view)
    assert not page.exception
    assert any("\u4e00" <= letter <= "\u9fff" for letter in text_of(page))


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_has_something_kind_to_say_without_any_parcel(open_empty: Open, view: str) -> None:
    page = open_empty("outcomes", view=view)
    assert not page.exception
    assert "yet" in text_of(page)


def test_assumptions_are_kept_from_the_page(open_page: Open, store: Database, tmp_path: Path) -> None:
    app = App(Settings(data=tmp_path), store, now=lambda: NOW)
    page = open_page(app, "outcomes", view="advice")
    assert "Nobody set these yet" in text_of(page)
    page.number_input(key="outcomes_recovery").set_value(55.0)
    page.number_input(key="outcomes_fails").set_value(4.5)
    page.button(key="outcomes_assume").click().run()
    assert not page.exception
    known = advice.assumptions(app)
    assert (known.recovery_e4, round(known.failing.share * 10_000), known.handling_minor) == (5500, 450, 300)
    assert "Set by" in text_of(page)


def test_the_draft_says_what_is_advised_and_what_that_saves(open_page: Open, desk: Desk) -> None:
    batch_id = desk.draft()
    page = open_page(desk.app, "shipments", batch=batch_id)
    caption = page.radio(key=f"shipments_undeliverable_{batch_id}").proto.captions[2].replace("\\", "")
    assert "Return is advised for" in caption
    assert "against destroying all" in caption
    assert "The advice leans on what is assumed" in text_of(page).replace("\\", "")

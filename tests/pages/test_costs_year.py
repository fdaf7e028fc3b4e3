"""The Costs page after a year: every part of it shows, a link is a view, totals lead to their parcels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import history
from lib.app import App
from lib.config import Settings
from lib.domain.costs import Axis, View
from lib.services import bills, costs
from tests.conftest import copied
from tests.pages.conftest import Open, text_of


@pytest.fixture(scope="module")
def year(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("costs")
    database = copied(prepared, folder)
    history.build(database, 600)
    yield App(Settings(data=folder / "data"), database, now=lambda: history.NOW)
    database.close()


def test_a_link_is_a_view_with_its_chart_its_table_and_the_parcels_of_a_total(
    open_page: Open, year: App
) -> None:
    page = open_page(
        year, "costs", rows="country", columns="month", measure="kg", stat="p90", basis="handed", show="heat",
        country=["US", "DE"], at=["=US", "*"],
    )  # fmt: skip
    assert not page.exception
    view = View(Axis.COUNTRY, countries=("US",))
    us = costs.explore(year, view).total
    assert page.selectbox(key="costs_measure").value == "kg"
    assert page.multiselect(key="costs_country").value == ["US", "DE"]
    said = text_of(page).replace("\\", "")
    assert "Parcels of United States (US)" in said
    assert (
        f"They cost {us['cost_cny'] / 100:,.2f} CNY. The {us['parcel_count']:,} dearest are listed." in said
    )
    assert "Months and days are by hand-over, in UTC." in said
    assert len(page.get("plotly_chart")) == 1
    table, parcels = page.dataframe[0].value, page.dataframe[1].value
    assert set(table["name"]) == {"United States (US)", "Germany (DE)"}
    assert round(parcels["cost_cny"].sum() * 100) == us["cost_cny"]
    assert len(page.get("download_button")) == 6


def test_a_tick_in_the_table_goes_to_the_address_and_a_change_of_filter_leaves_the_parcels(
    open_page: Open, year: App
) -> None:
    page = open_page(year, "costs", rows="country")
    page.session_state["costs_table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    first = page.dataframe[0].value.iloc[0]
    assert page.query_params["at"] == [f"={first['row_value']}", "="]
    assert round(page.dataframe[1].value["cost_cny"].sum() * 100) == round(first["cost_cny"] * 100)
    page.button(key="costs_close").click().run()
    assert "at" not in page.query_params
    assert len(page.dataframe) == 1
    page.segmented_control(key="costs_axis").set_value("sku").run()
    assert page.query_params["rows"] in ("sku", ["sku"])
    assert "shared out over them by weight" in text_of(page)


def test_a_view_is_kept_under_a_name_and_opened_again(open_page: Open, year: App) -> None:
    page = open_page(year, "costs", rows="month", measure="balance", country="DE")
    page.text_input(key="costs_view_name").set_value("Germany").run()
    page.button(key="costs_view_save").click().run()
    assert "The view is saved as Germany" in text_of(page)
    page = open_page(year, "costs")
    page.button(key="costs_view_0").click().run()
    assert page.query_params["rows"] in ("month", ["month"])
    assert page.query_params["country"] in ("DE", ["DE"])
    assert page.selectbox(key="costs_measure").value == "balance"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"country": "ZZ"}, "No parcel is in this view"),
        ({"rows": "country", "country": "US"}, "There is nothing beside it to compare"),
        (
            {"rows": "country", "measure": "delivered", "from": "2026-12-31"},
            "No parcel of this view is known to be",
        ),
    ],
)
def test_a_view_with_nothing_to_draw_says_why(
    open_page: Open, year: App, query: dict[str, str], sentence: str
) -> None:
    page = open_page(year, "costs", **query)
    assert not page.exception
    assert sentence in text_of(page).replace("\\", "")
    assert not page.get("plotly_chart")


def test_what_was_billed_shows_its_causes_claims_guesses_and_weights(open_page: Open, year: App) -> None:
    page = open_page(year, "costs", part="bills")
    assert not page.exception
    sums = bills.compare(year).sums
    said = text_of(page).replace("\\", "")
    assert f"{sums['difference_cny'] / 100:,.2f} CNY" in said
    causes = page.dataframe[0].value
    assert round(causes["amount"].sum() * 100) == sums["difference_cny"]
    assert "To claim back" in said
    assert "Weights by SKU" in said
    page.pills(key="bills_reason").set_value("duplicate").run()
    assert set(page.dataframe[2].value["reason"]) == {"Charged twice"}


def test_what_if_and_duties_show_their_tables(open_page: Open, year: App) -> None:
    page = open_page(year, "costs", part="what_if")
    assert "Nothing would cost more or less" in text_of(page)
    page.selectbox(key="what_if_policy").set_value("cheapest").run()
    assert not page.exception
    assert "Orders that would go on another plan" in text_of(page)
    page.number_input(key="what_if_lighter").set_value(20).run()
    assert not page.exception
    page = open_page(year, "costs", part="landed")
    assert not page.exception
    assert "EU: flat duty per tariff heading" in set(page.dataframe[0].value["rule"])
    assert "a bill proves that we pay them" in text_of(page)


def test_facts_are_published_at_a_click_and_the_page_says_where(open_page: Open, year: App) -> None:
    page = open_page(year, "costs", part="published")
    assert "Nothing is published yet" in text_of(page)
    page.button(key="published_now").click().run()
    assert not page.exception
    assert "Everything is published" in text_of(page)
    assert page.dataframe[0].value["rows"].min() > 0


def test_every_part_speaks_chinese(open_page: Open, year: App) -> None:
    for part, word in (("explore", "运费盈亏"), ("bills", "赔付"), ("what_if", "运费"), ("landed", "税")):
        page = open_page(year, "costs", language="zh", part=part, measure="balance")
        assert not page.exception
        labels = [str(one.label) for one in page.selectbox] + [text_of(page)]
        assert word in "\n".join(labels), part


def test_when_carriers_paid_everything_back_a_sentence_says_so(
    open_page: Open, prepared: Path, tmp_path: Path
) -> None:
    database = copied(prepared, tmp_path)
    history.build(database, 40)
    with database.write() as work:
        work._cursor.execute("delete from fees where stage <> 'actual'")
        work._cursor.execute("delete from bill_lines where kind <> 'freight' or number like 'ZZ%'")
        work._cursor.execute(
            "insert into bill_lines by name select * replace (line_key || '-' as line_key, "
            "-amount_minor as amount_minor, 'compensation' as kind) from bill_lines"
        )
    app = App(Settings(data=tmp_path / "data"), database, now=lambda: history.NOW)
    bills.match(app)
    page = open_page(app, "costs", rows="country")
    assert not page.exception
    assert "at least all they cost" in text_of(page)
    assert not page.get("plotly_chart")
    with database.write() as work:
        work._cursor.execute("update orders set total_minor = 0, changed_at = timestamp '2027-01-02 08:00'")
        work._cursor.execute("delete from bill_lines where kind = 'compensation'")
        work._cursor.execute("update shipments set changed_at = timestamp '2027-01-02 08:00'")
        work._cursor.execute("delete from bill_matches")
    bills.match(app)
    page = open_page(app, "costs", rows="country", measure="share")
    assert "there is no revenue to take a share of" in text_of(page)
    assert not page.get("plotly_chart")
    database.close()

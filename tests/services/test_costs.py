"""Costs: every figure of a simulated year equals a second opinion in pandas, to the minor unit."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks import history
from lib.app import App
from lib.cli import frame, run
from lib.config import Settings
from lib.domain.costs import Axis, Basis, Measure, Statistic, View
from lib.domain.problems import Problem
from lib.services import costs
from lib.store import costs as store
from lib.store.database import Database
from tests.conftest import Once, copied
from tests.services.cost_reference import Reference, half_up, quantile

PARCELS = 900
COLUMNS = {Axis.PLAN: "plan", Axis.COUNTRY: "country", Axis.WAREHOUSE: "warehouse", Axis.SHOP: "shop_id"}


@pytest.fixture(scope="module")
def year(prepared: Path, once: Once, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A desk after a year, its costs worked out."""

    def make(path: Path) -> None:
        database = copied(prepared, path.parent)
        history.build(database, PARCELS)
        database.close()
        (path.parent / "store.duckdb").rename(path)

    folder = once("year.duckdb", make).parent
    database = Database(folder / "year.duckdb")
    app = App(Settings(data=folder / "data"), database, now=lambda: history.NOW)
    costs.refresh(app)
    yield app
    database.close()


@pytest.fixture(scope="module")
def reference(year: App) -> Reference:
    with year.database.read() as work:
        return Reference(work._cursor)


def rows_of(view: View, reference: Reference) -> pd.DataFrame:
    rows = (reference.lines if view.by_sku else reference.parcels).copy()
    for axis, name in ((view.rows, "row"), (view.columns, "column")):
        if axis is Axis.MONTH:
            rows[name] = rows[str(view.basis)]
        elif axis is Axis.BAND:
            bounds = [100, 250, 500, 1000, 2000, 5000, 30000]
            whole = reference.parcels.set_index("shipment_id")["weight_g"]
            rows[name] = [
                f"{next(one for one in bounds if grams <= one):05}"
                for grams in rows["shipment_id"].map(whole)
            ]
        elif axis is Axis.NONE:
            rows[name] = ""
        else:
            rows[name] = rows[COLUMNS.get(axis, "sku")]
    return rows


def figure(view: View, rows: pd.DataFrame, reference: Reference) -> pd.Series:
    match view.measure:
        case Measure.BALANCE:
            return rows["shipping"] - rows["cost"]
        case Measure.KG:
            pairs = zip(rows["cost"], rows["weight_g"], strict=True)
            return pd.Series([round(cost * 1000 / grams) for cost, grams in pairs], rows.index)
        case Measure.ORDER:
            whole = reference.parcels.groupby(["shop_id", "order_id"])["cost"].sum()
            first = ~rows.duplicated(["shop_id", "order_id"])
            keys = pd.MultiIndex.from_frame(rows[["shop_id", "order_id"]])
            return pd.Series(whole.loc[keys].to_numpy(), rows.index).where(first)
        case Measure.DELIVERED:
            return rows["cost"].where(rows["is_delivered"])
    return rows["cost"]


VIEWS = [
    View(Axis.PLAN),
    View(Axis.COUNTRY, Axis.MONTH),
    View(Axis.WAREHOUSE, Axis.BAND, Measure.KG),
    View(Axis.SHOP, Axis.COUNTRY, Measure.ORDER),
    View(Axis.MONTH, Axis.PLAN, Measure.BALANCE, basis=Basis.HANDED),
    View(Axis.MONTH, Axis.NONE, Measure.PARCEL, basis=Basis.BILLED),
    View(Axis.COUNTRY, Axis.NONE, Measure.DELIVERED),
    View(Axis.SKU, Axis.SHOP, Measure.BALANCE),
    View(Axis.COUNTRY, Axis.NONE, skus=("SKU-007", "SKU-078")),
    View(Axis.PLAN, Axis.BAND, countries=("US", "DE"), from_on=date(2026, 3, 1), until_on=date(2026, 8, 31)),
]


@pytest.mark.parametrize("view", VIEWS, ids=lambda one: f"{one.rows}-{one.columns}-{one.measure}-{one.basis}")
def test_every_figure_equals_the_second_opinion_to_the_minor_unit(
    year: App, reference: Reference, view: View
) -> None:
    rows = rows_of(view, reference)
    if view.countries:
        rows = rows[rows["country"].isin(view.countries)]
    if view.skus:
        rows = rows[rows["sku"].isin(view.skus)]
    if view.from_on:
        rows = rows[rows["created_at"].dt.date.between(view.from_on, view.until_on)]
    found = costs.explore(year, view)
    cells = found.cells.set_index(["row_value", "column_value"])
    assert len(cells) == rows.groupby(["row", "column"]).ngroups
    for key, group in rows.groupby(["row", "column"]):
        check(cells.loc[key].to_dict(), group, view, reference)
    check(found.total, rows, view, reference)


def check(cell: dict[str, Any], group: pd.DataFrame, view: View, reference: Reference) -> None:
    orders = len(group[["shop_id", "order_id"]].drop_duplicates())
    assert cell["parcel_count"] == group["shipment_id"].nunique()
    assert cell["order_count"] == orders
    for name, column in {
        "weight_g": "weight_g",
        "cost_cny": "cost",
        "estimated_cny": "estimated",
        "billed_cny": "billed_cny",
        "compensation_cny": "compensation",
        "revenue_cny": "revenue",
        "shipping_cny": "shipping",
    }.items():
        found = cell[name]
        assert (0 if pd.isna(found) else found) == group[column].sum(), name
    # The figure beside a whole view by SKU is one of whole parcels.
    whole = (
        reference.parcels if view.by_sku and not view.skus and len(group) == len(reference.lines) else group
    )
    values = figure(view, whole, reference)
    if view.measure is not Measure.ORDER:
        for name, share in (("p50", 0.5), ("p90", 0.9)):
            expected = quantile(values, share)
            assert pd.isna(cell[name]) if expected is None else cell[name] == expected
    cost, count = int(group["cost"].sum()), group["shipment_id"].nunique()
    balance = (whole["shipping"] - whole["cost"]).dropna()
    expected = {
        Measure.PARCEL: Fraction(cost, count),
        Measure.ORDER: Fraction(cost, orders),
        Measure.KG: Fraction(cost * 1000, int(group["weight_g"].sum())),
        Measure.DELIVERED: Fraction(cost, max(int(group["is_delivered"].sum()), 1)),
        Measure.BALANCE: Fraction(int(balance.sum()), max(len(balance), 1)),
    }[view.measure]
    assert (cell["balance_cny"] if len(balance) else 0) == balance.sum()
    if view.measure is Measure.BALANCE and balance.empty:
        assert pd.isna(cell["mean"])
        return
    assert cell["mean"] == half_up(expected)


def test_the_shares_of_a_parcel_over_its_skus_add_up_to_it(year: App) -> None:
    with year.database.read() as work:
        [(parcels, several)] = work._cursor.execute("""
            select count(*), count(*) filter (where part_count > 1)
            from (
                select line.shipment_id, any_value(line.part_count) as part_count
                from cost_lines as line
                inner join cost_parcels as parcel using (shipment_id)
                group by line.shipment_id
                having sum(line.cost_cny) is not distinct from any_value(parcel.cost_cny)
                    and sum(line.weight_g) is not distinct from any_value(parcel.weight_g)
                    and sum(line.shipping_cny) is not distinct from any_value(parcel.shipping_cny)
                    and sum(line.compensation_cny) is not distinct from any_value(parcel.compensation_cny)
            )
        """).fetchall()
        [(whole,)] = work._cursor.execute("select count(*) from cost_parcels").fetchall()
    assert parcels == whole
    assert several > 50


def test_the_parcels_behind_a_total_add_up_to_it_on_the_page_and_in_every_file(year: App) -> None:
    view = View(Axis.COUNTRY, Axis.PLAN)
    cell = costs.explore(year, view).cells.iloc[0]
    behind = (cell["row_value"], cell["column_value"])
    listed = costs.parcels(year, view, *behind)
    assert (len(listed), listed["cost_cny"].sum()) == (cell["parcel_count"], cell["cost_cny"])
    csv = pd.read_csv(io.BytesIO(costs.export_parcels(year, view, *behind, "csv")))
    xlsx = pd.read_excel(io.BytesIO(costs.export_parcels(year, view, *behind, "xlsx")), engine="calamine")
    parquet = pd.read_parquet(io.BytesIO(costs.export_parcels(year, view, *behind, "parquet")))
    assert round(csv["cost_cny"].sum() * 100) == round(xlsx["cost_cny"].sum() * 100) == cell["cost_cny"]
    assert parquet["cost_cny"].sum() == cell["cost_cny"]
    assert not {"region_name", "postcode", "name", "phone"} & set(csv.columns)
    table = pd.read_csv(io.BytesIO(costs.export_cells(year, view, "csv")))
    assert round(table["cost_cny"].sum() * 100) == costs.explore(year, view).total["cost_cny"]


def test_orders_are_listed_from_the_worst_balance_on_and_add_up(year: App, reference: Reference) -> None:
    found = costs.explore(year, View(Axis.ORDER, measure=Measure.BALANCE), page_size=costs.EVERYTHING)
    rows = reference.parcels.assign(balance=reference.parcels["shipping"] - reference.parcels["cost"])
    expected = rows.dropna(subset="balance").groupby("order_id")["balance"].sum()
    known = found.cells.dropna(subset="balance_cny")
    assert dict(zip(known["row_value"], known["balance_cny"], strict=True)) == expected.to_dict()
    assert known["balance_cny"].is_monotonic_increasing
    worst = costs.parcels(year, View(measure=Measure.BALANCE))
    assert worst["figure"].dropna().is_monotonic_increasing
    assert costs.parcels(year, View())["cost_cny"].is_monotonic_decreasing
    assert found.total["balance_cny"] == expected.sum()


def test_what_changed_is_worked_out_anew_and_only_that(year: App) -> None:
    view = View(Axis.COUNTRY)
    before = costs.explore(year, view).total
    with year.database.rehearse() as work:
        [(shipment_id, cost)] = work._cursor.execute(
            "select shipment_id, cost_cny from cost_parcels where is_alone and billed_on is null "
            "and estimated_currency = 'CNY' limit 1"
        ).fetchall()
        work._cursor.execute(
            "update fees set fee_minor = fee_minor + 1000, recorded_at = ? "
            "where shipment_id = ? and kind = 'freight'",
            [history.NOW.replace(tzinfo=None), shipment_id],
        )
        store.refresh(work, at=history.NOW)
        [(touched,)] = work._cursor.execute("select count(*) from cost_touched").fetchall()
        [(now,)] = work._cursor.execute(
            "select cost_cny from cost_parcels where shipment_id = ?", [shipment_id]
        ).fetchall()
        assert now == cost + 1000
        assert touched < PARCELS
        assert store.cells(work, view, page_size=1)["parcel_count"].max() == before["parcel_count"]


def test_currencies_are_never_added_unconverted(year: App) -> None:
    with year.database.rehearse() as work:
        work._cursor.execute("update fees set currency = 'JPY' where stage = 'estimated'")
        work._cursor.execute("update quotes set fx_e6 = null")
        work._cursor.execute("delete from cost_refreshes")
        store.refresh(work, at=history.NOW)
        [(assumed,)] = work._cursor.execute(
            "select sum(return_cny)::bigint from cost_parcels where billed_on is not null and cost_cny is not null "
            "and shipment_id not in (select shipment_id from fees where stage = 'actual' and kind = 'return_service')"
        ).fetchall()
        found = costs._explored(store.cells(work, View(), page_size=1), View())
    assert found.unconverted == ("JPY",)
    assert 0 < found.total["unknown_count"] < found.total["parcel_count"]
    assert found.total["estimated_cny"] == 0
    assert found.total["cost_cny"] == found.total["billed_cny"] + found.total["compensation_cny"] + assumed


def test_a_view_is_kept_under_a_name(year: App) -> None:
    costs.save_view(year, " Germany ", "rows=country&country=DE", by="ann")
    [view] = costs.views(year)
    assert (view["name"], view["query"], view["saved_by"]) == ("Germany", "rows=country&country=DE", "ann")
    with pytest.raises(Problem):
        costs.save_view(year, " ", "", by="ann")
    costs.forget_view(year, "Germany", by="ann")
    assert not costs.views(year)


def test_every_statistic_of_a_view_has_its_value(year: App) -> None:
    view = View(Axis.COUNTRY)
    for statistic in Statistic:
        cells = costs.explore(year, replace(view, statistic=statistic)).cells
        assert cells["value"].tolist() == cells[str(statistic)].tolist()


def test_the_command_answers_a_view_with_the_pages_figures(
    year: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def opened() -> Iterator[App]:
        yield year

    monkeypatch.setattr(frame, "_app", opened)
    asked = ["costs", "--by", "country", "--and", "month", "--figure", "balance", "--day", "billed", "--json"]
    assert run(asked) == 0
    told = json.loads(capsys.readouterr().out)
    view = View(Axis.COUNTRY, Axis.MONTH, Measure.BALANCE, basis=Basis.BILLED)
    found = costs.explore(year, view)
    assert [(row["row_value"], row["column_value"]) for row in told["cells"]] == list(
        zip(found.cells["row_value"], found.cells["column_value"], strict=True)
    )
    assert (
        sum(row["cost_cny"] for row in told["cells"]) == told["total"]["cost_cny"] == found.total["cost_cny"]
    )
    assert run(["costs", "--by", "sku", "--country", "us"]) == 0
    assert "SKU-007" in capsys.readouterr().out
    assert run(["costs", "--json"]) == 0
    assert {row["stage"] for row in json.loads(capsys.readouterr().out)} == {"estimated", "assumed", "actual"}


def test_an_answer_is_kept_until_something_is_written(year: App) -> None:
    view = View(Axis.SHOP)
    stamp = costs.refresh(year)
    before = costs.explore(year, view, stamp=stamp)
    assert costs.explore(year, view, stamp=costs.refresh(year)) is before
    with year.database.write() as work:
        work._cursor.execute(
            "update fees set fee_minor = fee_minor + 7, recorded_at = timestamp '2027-01-02 08:00' "
            "where stage = 'estimated' and currency = 'CNY'"
        )
        work._cursor.execute("update quotes set fx_e6 = 1000000 where currency = 'CNY'")
        [(changed,)] = work._cursor.execute(
            "select count(*) from fees inner join cost_parcels using (shipment_id) "
            "where stage = 'estimated' and currency = 'CNY'"
        ).fetchall()
    after = costs.explore(year, view, stamp=costs.refresh(year))
    assert after.total["estimated_cny"] == before.total["estimated_cny"] + 7 * changed
    assert costs.facets(year, costs.refresh(year))["shop"].keys() == {"default", "second"}


def test_bills_that_were_loaded_before_are_matched_the_first_time(year: App) -> None:
    with year.database.rehearse() as work:
        before = store.cells(work, View(), page_size=1)["billed_cny"].sum()
        for table in ("bill_matches", "cost_refreshes"):
            work._cursor.execute(f"delete from {table}")  # noqa: S608
        store.refresh(work, at=history.NOW)
        assert store.cells(work, View(), page_size=1)["billed_cny"].sum() == before

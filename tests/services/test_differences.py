"""Quoted and billed: each difference has its cause, and the causes add up to it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks import history
from lib.app import App
from lib.config import Settings
from lib.domain.problems import Problem
from lib.services import bills, costs
from lib.store import bills as store
from lib.store import costs as cost_store
from lib.store.database import Work
from tests.conftest import copied


@pytest.fixture(scope="module")
def year(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("differences")
    database = copied(prepared, folder)
    history.build(database, 3000)
    app = App(Settings(data=folder / "data"), database, now=lambda: history.NOW)
    costs.refresh(app)
    yield app
    database.close()


@pytest.fixture(scope="module")
def week(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A few parcels, for one bill at a time."""
    folder = tmp_path_factory.mktemp("week")
    database = copied(prepared, folder)
    history.build(database, 60)
    app = App(Settings(data=folder / "data"), database, now=lambda: history.NOW)
    costs.refresh(app)
    yield app
    database.close()


def rebilled(work: Work, *lines: dict[str, Any]) -> dict[str, Any]:
    """One parcel of 450 g whose bill is these lines alone; its difference."""
    cursor = work._cursor
    [(shipment_id,)] = cursor.execute(
        "select min(shipment_id) from shipments where state = 'declared' and plan_id = 'CPAM'"
    ).fetchall()
    cursor.execute("delete from fees where shipment_id = ? and kind = 'return_service'", [shipment_id])
    cursor.execute("delete from bill_lines")
    cursor.execute(
        "update shipments set length_mm = 300, width_mm = 200, height_mm = 100, weight_g = 140 where shipment_id = ?",
        [shipment_id],
    )
    cursor.execute(
        "update quotes set weight_g = 140, chargeable_g = 140, card_id = 'cpam_registered-2025-11', "
        "currency = 'CNY', fx_e6 = 1000000, fee_minor = 2734, "
        'parts = \'{"item": 1600, "weight": 1134, "fuel": 0}\' '
        "where shipment_id = ?",
        [shipment_id],
    )
    cursor.execute("update receivers set country = 'RU'")
    for place, line in enumerate(lines):
        row = {
            "kind": "freight",
            "billed_g": None,
            "amount": 2734,
            "currency": "CNY",
            "number": "mine",
        } | line
        cursor.execute(
            "insert into bill_lines select ?, case when ? = 'mine' then tracking_number else ? end, "
            "date '2026-08-01', ?, '', ?, ?, ?, 'B', '', 0, ?, timestamp '2026-08-01' "
            "from shipments where shipment_id = ?",
            [
                f"key-{place}", row["number"], row["number"], row["kind"], row["billed_g"], row["amount"],
                row["currency"], place, shipment_id,
            ],
        )  # fmt: skip
    store.match(work, at=history.NOW)
    cost_store.refresh(work, at=history.NOW)
    found = store.differences(work, page_size=10).to_dict("records")
    return {str(name): value for name, value in found[0].items()} if found else {}


#: CPAM to Russia: 81.00 a kg and 16.00 an item up to 150 g, 68.00 and 17.50 from 151 g on, others from 301 g.
CASES = [
    ([{"billed_g": 150, "amount": 2815}], {"weight": 81}),
    ([{"billed_g": 200, "amount": 3110}], {"weight": 486, "tier": -110}),
    ([{"billed_g": 1200, "amount": 8900}], {"volumetric": 6166}),
    ([{"billed_g": 140, "amount": 2734}, {"kind": "fuel", "amount": 300}], {"surcharge": 300}),
    ([{"billed_g": 140}, {"billed_g": 140}], {"duplicate": 2734}),
    ([{"billed_g": 140}, {"kind": "return_service", "amount": 500}], {"return": 500}),
    ([{"billed_g": 140, "amount": 3000}], {"price": 266}),
    ([{"billed_g": 150, "amount": 2815}, {"kind": "compensation", "amount": -1000}], {"weight": 81}),
]


@pytest.mark.parametrize(
    ("lines", "expected"), CASES, ids=lambda one: next(iter(one)) if isinstance(one, dict) else ""
)
def test_each_difference_has_its_cause(
    week: App, lines: list[dict[str, Any]], expected: dict[str, int]
) -> None:
    with week.database.rehearse() as work:
        found = rebilled(work, *lines)
    parts = {cause: found[f"{cause}_cny"] for cause in bills.CAUSES if found[f"{cause}_cny"]}
    assert parts == expected
    assert found["difference_cny"] == sum(expected.values())


def test_a_bill_in_another_money_or_after_another_rate_differs_by_the_rate_alone(week: App) -> None:
    with week.database.rehearse() as work:
        rebilled(work, {"billed_g": 140})
        work._cursor.execute(
            "update quotes set currency = 'USD', fee_minor = 1000, fx_e6 = 7100000, fee_cny_minor = 7100, "
            "card_id = '', parts = '{}'"
        )
        work._cursor.execute("update bill_lines set currency = 'USD', amount_minor = 1000")
        work._cursor.execute("update shipments set changed_at = timestamp '2027-01-02 08:00'")
        cost_store.refresh(work, at=history.NOW)
        [found] = store.differences(work, page_size=9).to_dict("records")
    assert (found["quoted_cny"], found["billed_cny"]) == (7100, 7313)
    assert (found["currency_cny"], found["difference_cny"], found["price_cny"]) == (213, 213, 0)


def test_the_parts_of_every_difference_of_a_year_add_up_to_it_and_the_claims_name_them(year: App) -> None:
    found = bills.compare(year, page_size=10_000)
    parts = found.differences[[f"{cause}_cny" for cause in bills.CAUSES]].sum(axis=1)
    assert (parts == found.differences["difference_cny"]).all()
    assert len(found.differences) == found.sums["differing_count"] > 100
    assert sum(found.sums[f"{cause}_cny"] for cause in bills.CAUSES) == found.sums["difference_cny"]
    reasons = {row["reason"]: row["amount_cny"] for row in found.claims}
    assert {"weight", "duplicate", "surcharge", "not_ours", "not_sent"} <= set(reasons)
    listed = bills.claims(year, "duplicate", page_size=10_000)
    assert listed["amount_cny"].sum() == reasons["duplicate"] == found.sums["duplicate_cny"]
    assert set(listed["shipment_id"]) == set(
        found.differences.loc[found.differences["duplicate_cny"] > 0, "shipment_id"]
    )
    csv = pd.read_csv(io.BytesIO(bills.export_claims(year, None, "csv")))
    assert round(csv["amount_cny"].sum() * 100) == sum(reasons.values())
    parquet = pd.read_parquet(io.BytesIO(bills.export_claims(year, "duplicate", "parquet")))
    assert parquet["amount_cny"].sum() == reasons["duplicate"]
    assert bills.export_claims(year, "duplicate", "xlsx")[:2] == b"PK"


def test_what_matches_nothing_is_told_both_ways(year: App) -> None:
    found = bills.compare(year, page_size=10_000)
    with year.database.read() as work:
        [(lines,)] = work._cursor.execute(
            "select count(*) from bill_lines where number like 'ZZ%'"
        ).fetchall()
        [(unbilled,)] = work._cursor.execute("""
            select count(*)
            from shipments as shipment
            inner join handover_shipments using (shipment_id)
            inner join handovers using (handover_id)
            where done_at::date < date '2027-01-02' - 45 and shipment_id not in (select shipment_id from bill_matches)
                and state = 'declared'
        """).fetchall()
    assert sum(row["unmatched_count"] for row in found.unmatched) == lines > 5
    assert found.unbilled_count == len(found.unbilled) == unbilled > 5


def test_a_guess_says_how_sure_it_is_and_counts_once_a_person_accepts_it(year: App) -> None:
    with year.database.rehearse() as work:
        guesses = store.guesses(work, page_size=1000)
        right = guesses["number"].str.replace("ZZ", "P") == guesses["shipment_id"]
        assert right.mean() > 0.9
        assert guesses["confidence"].between(1, 95).all()
        assert guesses["shipment_id"].is_unique
        first = guesses.iloc[0]
        assert store.accept(work, [first["line_key"]], by="ann", at=history.NOW) == 1
        cost_store.refresh(work, at=history.NOW)
        [(billed, how, who)] = work._cursor.execute(
            "select billed_cny, how, matched_by from cost_parcels inner join bill_matches using (shipment_id) "
            "where shipment_id = ?",
            [first["shipment_id"]],
        ).fetchall()
        assert (billed, how, who) == (first["amount_cny"], "accepted", "ann")
        store.match(work, at=history.NOW)
        again = work._cursor.execute("select how from bill_matches where line_key = ?", [first["line_key"]])
        assert again.fetchall() == [("accepted",)]
    with pytest.raises(Problem, match="nothing_chosen"):
        bills.accept(year, [], by="ann")


def test_a_sku_whose_stored_weight_is_wrong_is_found_and_corrected_at_once(year: App) -> None:
    found = bills.sku_weights(year).set_index("sku")
    assert found.index[found["is_wrong"]].tolist() == ["SKU-007"]
    seven = found.loc["SKU-007"]
    assert seven["stored_g"] == 279
    assert abs(seven["scale_g"] - 359) <= 1
    assert seven["measured_g"] == seven["scale_g"]
    saved = bills.correct_weights(year, ["SKU-007"], by="ann")
    assert not saved.faults
    after = bills.sku_weights(year).set_index("sku")
    assert after.loc["SKU-007", "stored_g"] == seven["scale_g"]
    assert not after["is_wrong"].any()
    with pytest.raises(Problem, match="nothing_chosen"):
        bills.correct_weights(year, ["no such"], by="ann")


def test_without_a_bill_there_is_nothing_to_compare(week: App) -> None:
    with week.database.rehearse() as work:
        work._cursor.execute("delete from bill_lines")
        store.match(work, at=history.NOW)
        cost_store.refresh(work, at=history.NOW)
        sums = store.difference_sums(work)
        assert (sums["parcel_count"], sums["difference_cny"]) == (0, 0)
        assert store.claims(work, reason=None, page_size=5).empty
        assert store.unbilled(work, before=date(2026, 1, 1), page_size=5)[1].empty

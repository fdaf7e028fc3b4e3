"""Advice on undeliverable parcels: what pays is advised, by what was known at the time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lib.app import App
from lib.config import Settings
from lib.domain.problems import Problem
from lib.services import advice
from lib.services.advice import Advice
from lib.store.database import Database
from tests.store.history import NOW, Parcel, write


@pytest.fixture
def app(store: Database, tmp_path: Path) -> App:
    return App(Settings(data=tmp_path), store, now=lambda: NOW)


def a_draft(database: Database, *parcels: Parcel) -> str:
    """One draft batch of these parcels."""
    write(database, parcels)
    with database.write() as work:
        for one in parcels:
            work._cursor.execute(
                "update shipments set state = 'draft', undeliverable = null, batch_id = 'draft' "
                "where shipment_id = ?",
                [one.shipment_id],
            )
        work._cursor.execute(
            "insert into batches (batch_id, shop_id, created_by, created_at) "
            "values ('draft', 'default', 't', now()::timestamp)"
        )
    return "draft"


def a_year(seed: int = 1, count: int = 3000, fails: float = 0.05) -> list[Parcel]:
    """A year of parcels: Brazil fails four times as often as others; half of all paid for return."""
    chance = np.random.default_rng(seed)
    found = []
    for n in range(count):
        country = ("BR", "RU", "US")[n % 3]
        age, takes = float(chance.uniform(0, 365)), float(chance.uniform(20, 45))
        failing = chance.random() < fails * (2 if country == "BR" else 0.5)
        back = takes + float(chance.uniform(40, 90))
        decision = ("return", "destroy")[n % 2]
        gone = failing and takes <= age
        home = gone and decision == "return" and back <= age and chance.random() < 0.9
        found.append(
            Parcel(
                f"h{n}", days_ago=age, country=country, decision=decision,
                delivered=None if failing or takes > age else takes, failed=takes if gone else None,
                returned=back if home else None, purchase_minor=int(chance.integers(500, 40_000)),
            )
        )  # fmt: skip
    return found


def row_of(found: Advice, shipment_id: str) -> dict[str, object]:
    [row] = found.parcels[found.parcels["shipment_id"] == shipment_id].to_dict("records")
    return row


def test_return_is_advised_where_it_pays_and_the_numbers_say_why(app: App) -> None:
    write(app.database, a_year())
    batch_id = a_draft(
        app.database,
        Parcel("dear", country="BR", purchase_minor=40_000),
        Parcel("cheap", country="BR", purchase_minor=1_000),
        Parcel("dear-safe", country="US", purchase_minor=10_000),
        Parcel("no-return", plan_id="CPAM", purchase_minor=90_000),
    )
    found = advice.of_batch(app, batch_id)
    advised = dict(zip(found.parcels["shipment_id"], found.parcels["advised"], strict=True))
    assert advised == {"dear": "return", "cheap": "destroy", "dear-safe": "destroy", "no-return": "destroy"}
    assert row_of(found, "no-return")["basis"] == "no_return"
    row = row_of(found, "dear")
    assert row["value_minor"] == 40_000 * 7 // 10 - 300
    assert row["fail_low"] < 0.1 < row["fail_high"]
    assert row["fail_low"] < row["fail_mean"] < row["fail_high"]
    assert row["gain_minor"] == pytest.approx(
        row["fail_mean"] * row["back_mean"] * row["value_minor"] - row["fee_minor"], abs=1
    )
    assert row["break_even"] == pytest.approx(row["fee_minor"] / (row["value_minor"] * row["back_mean"]))
    assert row["fail_mean"] > row["break_even"]
    assert (row["basis"], row["value_source"]) == ("country", "purchase")
    assert not found.leans_on_prior


def test_the_saving_of_a_batch_is_what_its_parcels_add_up_to(app: App) -> None:
    write(app.database, a_year())
    batch_id = a_draft(app.database, *(Parcel(f"d{n}", purchase_minor=2_000 * n) for n in range(1, 15)))
    found = advice.of_batch(app, batch_id)
    gains = found.parcels["gain_minor"]
    assert found.return_count == (gains > 0).sum() > 0
    assert found.against_destroy.expected == gains[gains > 0].sum()
    assert found.against_return.expected == -gains[gains <= 0].sum()
    assert found.against_destroy.low < found.against_destroy.expected < found.against_destroy.high


def test_without_history_it_says_so_and_leans_on_the_stated_prior(app: App) -> None:
    batch_id = a_draft(app.database, Parcel("first"))
    found = advice.of_batch(app, batch_id)
    assert found.leans_on_prior
    row = row_of(found, "first")
    assert row["basis"] == "prior"
    assert row["fail_mean"] == pytest.approx(found.assumptions.failing.share, abs=0.01)
    assert row["fail_high"] > 2 * row["fail_mean"]


def test_goods_nobody_knows_the_worth_of_are_not_weighed(app: App) -> None:
    batch_id = a_draft(app.database, Parcel("unknown", purchase_minor=None))
    with app.database.write() as work:
        work._cursor.execute("update orders set goods_minor = null")
    row = row_of(advice.of_batch(app, batch_id), "unknown")
    assert (row["advised"], row["basis"], pd.isna(row["gain_minor"])) == ("destroy", "no_value", True)


def test_young_parcels_do_not_make_failing_look_rarer_than_it_is(app: App) -> None:
    """Many of these are on their way: read as if nothing could come any more, one in ten looks like one in 16."""
    chance = np.random.default_rng(4)
    parcels = []
    for n in range(4000):
        age, takes, fails = float(chance.uniform(0, 90)), float(chance.uniform(25, 45)), chance.random() < 0.1
        failed = takes if fails and takes <= age else None
        parcels.append(
            Parcel(f"h{n}", days_ago=age, failed=failed, delivered=None if fails or takes > age else takes)
        )
    write(app.database, parcels)
    row = row_of(advice.of_batch(app, a_draft(app.database, Parcel("next"))), "next")
    naive = sum(one.failed is not None for one in parcels) / len(parcels)
    assert naive < 0.07
    assert row["fail_low"] < 0.1 < row["fail_high"]


def test_a_return_may_take_half_a_year_so_young_ones_do_not_count_as_lost(app: App) -> None:
    chance = np.random.default_rng(9)
    parcels = []
    for n in range(900):
        age = float(chance.uniform(30, 260))
        back, comes = 30 + float(chance.uniform(60, 140)), n % 20 >= 3
        parcels.append(
            Parcel(f"h{n}", days_ago=age, failed=30, returned=back if comes and back <= age else None)
        )
    write(app.database, parcels)
    row = row_of(advice.of_batch(app, a_draft(app.database, Parcel("next"))), "next")
    assert sum(one.returned is not None for one in parcels) / len(parcels) < 0.55
    assert row["back_low"] < 0.85 < row["back_high"]


def test_what_is_assumed_is_the_sellers_to_set(app: App) -> None:
    write(app.database, a_year())
    batch_id = a_draft(app.database, Parcel("dear", purchase_minor=40_000))
    assert advice.of_batch(app, batch_id).return_count == 1
    wanted = {"handling_minor": 0, "fail_e4": 300, "fail_parcels": 50, "back_e4": 8000, "back_parcels": 10}
    advice.assume(app, recovery_e4=100, **wanted, by="anna")
    found = advice.of_batch(app, batch_id)
    assert (found.return_count, found.assumptions.recovery_e4, found.assumptions.set_by) == (0, 100, "anna")
    with pytest.raises(Problem, match="assumption_out_of_range"):
        advice.assume(app, recovery_e4=10_001, **wanted, by="anna")


def test_a_backtest_knows_only_what_was_known_when_a_parcel_was_sent(app: App) -> None:
    """Nothing failed in the first half year: advice on its parcels must not know that later ones did."""
    early = [Parcel(f"e{n}", days_ago=300 - n * 0.3, delivered=20, purchase_minor=15_000) for n in range(300)]
    late = [
        Parcel(
            f"l{n}", days_ago=120 - n * 0.2, purchase_minor=15_000,
            failed=25 if n % 4 == 0 else None, delivered=None if n % 4 == 0 else 20,
            returned=70 if n % 4 == 0 else None,
        )
        for n in range(400)
    ]  # fmt: skip
    write(app.database, early + late)
    found = advice.backtest(app).query("way == 'advice'").sort_values("month")
    months = dict(zip(found["month"].dt.strftime("%Y-%m"), found["returning_count"], strict=True))
    assert months["2025-10"] == 0 == months["2025-11"]
    assert months["2026-05"] > 50


def test_a_backtest_tells_what_happened_from_what_is_expected(app: App) -> None:
    write(app.database, a_year())
    found = advice.backtest(app)
    sums = found.groupby("way")[[one for one in found.columns if one.endswith(("_minor", "_count"))]].sum()
    assert sums.loc["destroy", "net_minor"] == sums.loc["destroy", "fee_minor"] == 0
    assert sums.loc["return", "returning_count"] == sums.loc["return", "parcel_count"] == 3000
    seen = sums["recovered_seen_minor"]
    assert seen["return"] == seen["actual"] > 0  # Nothing was seen of parcels that were not to be returned.
    assert sums.loc["return", "recovered_assumed_minor"] > sums.loc["actual", "recovered_assumed_minor"] > 0
    for way in ("return", "advice"):
        assert sums.loc[way, "net_low_minor"] < sums.loc[way, "net_minor"] < sums.loc[way, "net_high_minor"]
    assert (
        sums["net_minor"]
        == sums["recovered_seen_minor"] + sums["recovered_assumed_minor"] - sums["fee_minor"]
    ).all()
    assert sums.loc["advice", "net_minor"] > max(sums.loc["return", "net_minor"], 0)


def test_an_empty_history_has_no_backtest(app: App) -> None:
    assert advice.backtest(app).empty

"""Promise against truth: parcels under way count as long as they have been, as an independent calculation has it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy

from lib.app import App
from lib.config import Settings
from lib.services import transit
from lib.store.database import Database
from tests.store.history import NOW, Parcel, write


def some_parcels(seed: int) -> list[Parcel]:
    """Parcels of two plans to three countries: delivered, failed, or still under way, of every age."""
    chance = np.random.default_rng(seed)
    found = []
    for n in range(600):
        age, takes = float(chance.uniform(0, 90)), float(chance.lognormal(3.2, 0.35))
        fails = bool(chance.random() < 0.05)
        arrived = takes if takes <= age and not fails else None
        found.append(
            Parcel(
                f"s{n}",
                days_ago=age,
                plan_id=("CAINIAO_STANDARD", "SGP")[n % 2],
                country=("BR", "RU", "US")[n % 3],
                delivered=arrived,
                failed=takes if fails and takes <= age else None,
                decision="destroy",
                promised=25,
            )
        )
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_days_are_those_of_an_independent_kaplan_meier(store: Database, tmp_path: Path, seed: int) -> None:
    parcels = some_parcels(seed)
    write(store, parcels)
    found = transit.days(App(Settings(data=tmp_path), store, now=lambda: NOW))
    assert len(found) == 1 + 2 + 6
    for row in found.to_dict("records"):
        mine = [
            one
            for one in parcels
            if row["plan_id"] in ("", one.plan_id) and row["country"] in ("", one.country)
        ]
        arrived = [np.ceil(round(one.delivered, 9)) for one in mine if one.delivered is not None]
        under_way = [
            np.floor(round(one.days_ago if one.failed is None else one.failed, 9))
            for one in mine
            if one.delivered is None
        ]
        truth = scipy.stats.ecdf(scipy.stats.CensoredData(uncensored=arrived, right=under_way)).sf
        for share, name in ((0.5, "days_p50"), (0.15, "days_p85"), (0.05, "days_p95")):
            reached = truth.quantiles[truth.probabilities <= share + 1e-9]
            assert (None if pd.isna(row[name]) else row[name]) == (reached[0] if len(reached) else None)
        due = [one for one in mine if np.floor(one.days_ago) >= 25]
        late = [one for one in due if one.delivered is None or np.ceil(round(one.delivered, 9)) > 25]
        assert (row["parcel_count"], row["due_count"], row["late_count"]) == (len(mine), len(due), len(late))


def test_parcels_under_way_are_not_left_out(store: Database, tmp_path: Path) -> None:
    """The quick ones arrive first: by those alone a plan looks faster than it is."""
    quick = [Parcel(f"q{n}", days_ago=20, delivered=10, decision="destroy") for n in range(10)]
    slow = [Parcel(f"s{n}", days_ago=20, decision="destroy") for n in range(10)]
    write(store, quick + slow)
    found = transit.days(App(Settings(data=tmp_path), store, now=lambda: NOW))
    row = found[found["plan_id"] == ""].iloc[0]
    assert row["days_p50"] == 10
    assert pd.isna(row["days_p85"])


def test_own_experience_is_said_of_plans_with_enough_deliveries(store: Database, tmp_path: Path) -> None:
    app = App(Settings(data=tmp_path), store, now=lambda: NOW)
    write(store, [Parcel(f"a{n}", delivered=10 + n % 5, decision="destroy") for n in range(transit.ENOUGH)])
    write(store, [Parcel("b", plan_id="SGP", delivered=9, decision="destroy")])
    assert transit.experience(app) == {"CAINIAO_STANDARD": (12, 14)}

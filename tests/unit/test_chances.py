"""Chances from few, unequal and unfinished counts: intervals hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from lib.services.chances import Chances, Curve, Prior, equivalent, pooled, share_of, shown_by

FAILING = Prior(0.03, 50)
LATE = Curve(median=30, spread=0.5, horizon=150)


def a_shop(chance: np.random.Generator, share: float, *, between: float, sizes: tuple[int, int]):
    """Eight plans to twelve countries: true chances that stray on the logit scale, and how many parcels each has."""
    plans = np.repeat(np.arange(8), 12)
    middle = special.logit(share) + chance.normal(0, between, 8)
    truth = special.expit(middle[plans] + chance.normal(0, between, plans.size))
    return plans, truth, chance.integers(*sizes, plans.size)


def held(found: Chances, truth: np.ndarray) -> np.ndarray:
    return (found.low <= truth) & (truth <= found.high)


@pytest.mark.parametrize(
    ("share", "between", "sizes"),
    [(0.03, 0.5, (0, 120)), (0.03, 0.15, (20, 900)), (0.06, 0.8, (200, 3000)), (0.85, 0.5, (0, 25))],
    ids=["small", "much alike", "large and unlike", "returns"],
)
def test_intervals_hold_the_truth_in_85_to_95_of_100(
    share: float, between: float, sizes: tuple[int, int]
) -> None:
    chance = np.random.default_rng(7)
    prior = FAILING if share < 0.5 else Prior(0.8, 10)
    inside = []
    for _shop in range(16):
        plans, truth, size = a_shop(chance, share, between=between, sizes=sizes)
        yes = chance.binomial(size, truth).astype(float)
        inside.append(held(pooled(yes, size - yes, plans, prior), truth))
    assert 0.85 <= np.mean(inside) <= 0.95


def test_intervals_hold_the_truth_while_most_parcels_are_young() -> None:
    chance = np.random.default_rng(11)
    inside, naive, errors = [], [], []
    for _shop in range(16):
        plans, truth, size = a_shop(chance, 0.05, between=0.4, sizes=(40, 600))
        groups = np.repeat(np.arange(plans.size), size)
        ages = chance.integers(0, 90, groups.size)
        waits = np.ceil(chance.lognormal(np.log(38), 0.35, groups.size)).astype(np.int64)
        happened = (chance.random(groups.size) < truth[groups]) & (waits <= ages)
        shown = shown_by(waits[happened], ages[happened], np.ones(happened.sum()), LATE)[ages]
        share = share_of(happened.astype(float), (~happened).astype(float), shown, FAILING)
        yes, no = equivalent(
            groups, plans.size, happened.astype(float), (~happened).astype(float), shown, share
        )
        found = pooled(yes, no, plans, FAILING)
        inside.append(held(found, truth))
        errors.append(found.mean - truth)
        seen = np.bincount(groups, happened, plans.size)
        naive.append(held(pooled(seen, size - seen, plans, FAILING), truth))
    assert 0.85 <= np.mean(inside) <= 0.95
    assert abs(np.mean(errors)) < 0.003
    assert np.mean(naive) < 0.75  # Reading young parcels as if nothing could come is what this is for.


def test_grown_up_parcels_count_as_they_are() -> None:
    yes, no = equivalent(np.array([0, 1]), 2, np.array([3.0, 0.0]), np.array([97.0, 10.0]), np.ones(2), 0.03)
    np.testing.assert_allclose(yes, [3, 0], atol=1e-9)
    np.testing.assert_allclose(no, [97, 10])


def test_how_long_things_take_is_not_read_too_short_from_young_parcels() -> None:
    chance = np.random.default_rng(3)
    waits = np.ceil(chance.lognormal(np.log(45), 0.3, 40_000)).astype(np.int64)
    ages = chance.integers(0, 110, waits.size)
    seen = waits <= ages
    shown = shown_by(waits[seen], ages[seen], np.ones(seen.sum()), LATE)
    days = np.arange(LATE.horizon + 1)
    truth = np.mean(waits[:, None] <= days, axis=0)
    assert np.abs(shown - truth).max() < 0.02
    assert np.abs(np.mean(waits[seen][:, None] <= days, axis=0) - truth).max() > 0.08


def test_without_history_the_stated_curve_and_the_stated_prior_are_what_is_said() -> None:
    nothing = np.array([], dtype=np.int64)
    np.testing.assert_allclose(shown_by(nothing, nothing, np.array([]), LATE), LATE.shown(), atol=1e-9)
    found = pooled(np.zeros(1), np.zeros(1), np.zeros(1, dtype=np.int64), FAILING)
    assert found.mean[0] == pytest.approx(0.03, abs=0.008)
    assert found.high[0] > 0.06


def test_a_country_with_many_parcels_stands_by_itself_and_one_without_leans_on_its_plan() -> None:
    yes, no = np.array([900.0, 5.0, 0.0, 0.0]), np.array([9100.0, 995.0, 0.0, 0.0])
    found = pooled(yes, no, np.array([0, 1, 1, 2]), FAILING)
    own = stats.beta(900, 9100)
    assert found.low[0] == pytest.approx(own.ppf(0.05), rel=0.02)
    assert found.high[0] == pytest.approx(own.ppf(0.95), rel=0.02)
    assert found.mean[1] < found.mean[2] < found.mean[3]
    assert found.high[2] - found.low[2] > found.high[1] - found.low[1]


def test_both_one_after_the_other_is_as_likely_as_drawn() -> None:
    both = Chances(np.array([3.0]), np.array([97.0])).times(Chances(np.array([8.0]), np.array([2.0])))
    chance = np.random.default_rng(5)
    drawn = chance.beta(3, 97, 400_000) * chance.beta(8, 2, 400_000)
    assert both.mean[0] == pytest.approx(drawn.mean(), rel=0.01)
    assert both.low[0] == pytest.approx(np.quantile(drawn, 0.05), rel=0.05)
    assert both.high[0] == pytest.approx(np.quantile(drawn, 0.95), rel=0.02)

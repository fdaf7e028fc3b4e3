"""The best choice under limits: as good as trying everything, and proven."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.domain.limits import Goal, Limit, LimitKind, Limits, Quota
from lib.services.optimise import UNPROMISED_DAYS, Clash, best

PLANS = ("A", "B", "C")


def options_of(*rows: tuple[str, str, int, int | None, bool]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["parcel_id", "plan_id", "fee_cny_minor", "days_max", "matches"])
    return frame.astype({"days_max": "Int64"})


@st.composite
def some_options(draw: st.DrawFn) -> pd.DataFrame:
    rows = []
    for number in range(draw(st.integers(1, 5))):
        own = draw(st.sampled_from((*PLANS, "")))
        for plan in draw(st.lists(st.sampled_from(PLANS), min_size=1, unique=True)):
            days = draw(st.one_of(st.none(), st.integers(1, 9)))
            rows.append((f"p{number}", plan, draw(st.integers(1, 30)), days, plan == own))
    return options_of(*rows)


some_limits = st.builds(
    Limits,
    budget_minor=st.one_of(st.none(), st.integers(1, 120)),
    quotas=st.lists(
        st.builds(
            Quota,
            st.lists(st.sampled_from(PLANS), min_size=1, max_size=2, unique=True).map(tuple),
            least=st.one_of(st.none(), st.integers(0, 3)),
            most=st.one_of(st.none(), st.integers(0, 3)),
        ),
        max_size=2,
    ).map(tuple),
    differing_e4=st.one_of(st.none(), st.integers(0, 10_000)),
    days_max=st.one_of(st.none(), st.integers(1, 9)),
)


def keeps(choice: list[dict], limits: Limits, parcel_count: int) -> bool:
    """Whether a choice keeps every limit, limit by limit."""
    if limits.budget_minor is not None and sum(one["fee_cny_minor"] for one in choice) > limits.budget_minor:
        return False
    for quota in limits.quotas:
        count = sum(one["plan_id"] in quota.plan_ids for one in choice)
        if count < (quota.least or 0) or (quota.most is not None and count > quota.most):
            return False
    differing = sum(not one["matches"] for one in choice)
    if limits.differing_e4 is not None and differing * 10_000 > limits.differing_e4 * parcel_count:
        return False
    days = [one["days_max"] for one in choice]
    return limits.days_max is None or all(not pd.isna(one) and one <= limits.days_max for one in days)


def tried_out(options: pd.DataFrame, limits: Limits, goal: Goal) -> tuple[int, int] | None:
    """The least (goal, cost) among all choices there are, or None."""
    parcels = [group.to_dict("records") for _, group in options.groupby("parcel_id")]
    found = []
    for choice in product(*parcels):
        if keeps(list(choice), limits, len(parcels)):
            cost = sum(one["fee_cny_minor"] for one in choice)
            days = sum(UNPROMISED_DAYS if pd.isna(one["days_max"]) else one["days_max"] for one in choice)
            found.append((cost if goal is Goal.CHEAPEST else days, cost))
    return min(found, default=None)


@settings(max_examples=150, deadline=None)
@given(some_options(), some_limits, st.sampled_from(Goal))
def test_the_choice_is_as_good_as_the_best_of_all_choices(
    options: pd.DataFrame, limits: Limits, goal: Goal
) -> None:
    expected = tried_out(options, limits, goal)
    if expected is None:
        with pytest.raises(Clash):
            best(options, limits, goal)
        return
    found = best(options, limits, goal)
    assert (found.goal_value, found.fee_cny_minor) == expected
    assert found.gap == 0
    by_pair = options.set_index(["parcel_id", "plan_id"])
    picked = [{"plan_id": plan, **by_pair.loc[(parcel, plan)]} for parcel, plan in found.plan_ids.items()]
    assert len(picked) == options["parcel_id"].nunique()
    assert keeps(picked, limits, len(picked))
    assert sum(one["fee_cny_minor"] for one in picked) == found.fee_cny_minor


@settings(max_examples=60, deadline=None)
@given(some_options(), some_limits)
def test_limits_that_clash_are_a_smallest_set(options: pd.DataFrame, limits: Limits) -> None:
    try:
        best(options, limits)
    except Clash as clash:
        named = clash.limits
    else:
        return
    assert named
    assert tried_out(options, made_of(named, options), Goal.CHEAPEST) is None
    for one in named:
        others = [other for other in named if other is not one]
        assert tried_out(options, made_of(others, options), Goal.CHEAPEST) is not None


def made_of(named: list[Limit], options: pd.DataFrame) -> Limits:
    """The limits that these are, and no other."""
    amounts = {one.kind: one.amount for one in named}
    parcel_count = options["parcel_id"].nunique()
    differing = amounts.get(LimitKind.DIFFERING)
    return Limits(
        budget_minor=amounts.get(LimitKind.BUDGET),
        days_max=amounts.get(LimitKind.DAYS),
        differing_e4=None if differing is None else -(-differing * 10_000 // parcel_count),
        quotas=tuple(
            Quota(one.plan_ids, least=one.amount)
            if one.kind is LimitKind.LEAST
            else Quota(one.plan_ids, most=one.amount)
            for one in named
            if one.kind in (LimitKind.LEAST, LimitKind.MOST)
        ),
    )


def test_a_quota_that_binds_is_named_with_its_price_and_one_that_does_not_is_not() -> None:
    options = options_of(
        ("p1", "A", 10, 5, True),
        ("p1", "B", 14, 5, False),
        ("p2", "A", 10, 5, True),
        ("p2", "B", 19, 5, False),
    )
    found = best(options, Limits(quotas=(Quota(("A",), most=1), Quota(("B",), most=5))))
    assert found.plan_ids == {"p1": "B", "p2": "A"}
    assert [one.limit for one in found.binding] == [Limit(LimitKind.MOST, 1, ("A",))]


def test_a_parcel_no_plan_can_carry_in_time_clashes_with_the_latest_day() -> None:
    options = options_of(("p1", "A", 10, None, True))
    with pytest.raises(Clash) as clash:
        best(options, Limits(days_max=20))
    assert clash.value.limits == [Limit(LimitKind.DAYS, 20)]


def test_a_latest_day_that_is_not_to_blame_is_not_named() -> None:
    options = options_of(("p1", "A", 10, 5, True), ("p1", "B", 14, 30, False))
    with pytest.raises(Clash) as clash:
        best(options, Limits(budget_minor=5, days_max=20))
    assert clash.value.limits == [Limit(LimitKind.BUDGET, 5)]


def test_each_parcel_gets_its_cheapest_when_no_limit_binds() -> None:
    rows = [
        (f"p{i}", plan, 10 + (i * step) % 17, 5, plan == "A")
        for i in range(200)
        for plan, step in zip(PLANS, (3, 5, 7), strict=True)
    ]
    options = options_of(*rows)
    found = best(options, Limits(budget_minor=10**6, quotas=(Quota(PLANS, least=1, most=200),)))
    assert found.fee_cny_minor == options.groupby("parcel_id")["fee_cny_minor"].min().sum()
    assert found.binding == []

"""The best plan for every parcel of a batch under limits across the batch, exactly, and with proof.

One 0/1 variable per parcel and plan that can carry it. With a price on each of the few limits, every parcel takes its
least by itself: whatever the prices, that sum is a bound, and what an option costs beyond its parcel's least is how
much dearer the whole gets at least by it. Good prices are found by cutting planes, a program of as many variables as
there are limits. What costs more than a window is left out, parcels with one option left are settled, and only the
rest is solved in whole numbers. The answer is the best of all when it lies within the window of the bound: then
nothing left out can belong to a better one. Otherwise the window is widened.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache, cached_property

import highspy
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.domain.limits import Goal, Limit, LimitKind, Limits

#: What an option without promised days counts as, where days are what is made least.
UNPROMISED_DAYS = 120
#: Slack for the solver's arithmetic, in units of the goal, far below the whole units of every goal.
_TOLERANCE = 1e-3
#: How long the whole numbers may take before the best found so far is handed over with its gap.
PATIENCE_S = 60.0
#: The most often that prices of the limits are tried; more of them make the bound no better in practice.
_TRIES = 80


class Clash(Exception):
    """No choice keeps all limits. `limits` clash: with any one of them left out, there is a choice."""

    def __init__(self, limits: list[Limit]) -> None:
        super().__init__(", ".join(f"{limit.kind}={limit.amount}" for limit in limits))
        self.limits = limits


@dataclass(frozen=True)
class Binding:
    """A limit that makes the choice worse."""

    limit: Limit
    price: float  #: About what one unit more of it saves, in units of the goal; 0 where that is not known.


@dataclass(frozen=True)
class Best:
    """The best choice under the limits."""

    plan_ids: dict[str, str]  #: parcel_id → plan_id, for every parcel that some plan can carry.
    fee_cny_minor: int
    goal_value: int  #: CNY minor units, or days in all.
    bound: int  #: No choice is better than this: goal_value − bound is the proven gap.
    binding: list[Binding]

    @property
    def gap(self) -> int:
        """How much better a choice could at most be; 0 when this one is proven the best."""
        return self.goal_value - self.bound


@dataclass(frozen=True)
class _Row:
    """A limit as a row of the problem: least ≤ Σ weights of what is chosen ≤ most."""

    limit: Limit
    weights: NDArray[np.int64]
    least: float
    most: float


@dataclass(frozen=True)
class _Problem:
    parcels: NDArray[np.int64]  #: Per option the number of its parcel; every parcel has one or more.
    goal: NDArray[np.int64]
    rows: list[_Row]

    @property
    def parcel_count(self) -> int:
        return int(self.parcels.max()) + 1

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where the options of each parcel begin: they stand together."""
        return np.flatnonzero(np.r_[True, np.diff(self.parcels) > 0])

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many options each parcel has."""
        return np.diff(np.r_[self.starts, len(self.parcels)])


@dataclass(frozen=True)
class _Priced:
    """The limits at prices: a bound, and what each option costs beyond its parcel's least."""

    prices: NDArray[np.float64]  #: One per row.
    bound: float
    reduced: NDArray[np.float64]
    slopes: NDArray[np.float64]  #: How the bound changes with each price.


@dataclass(frozen=True)
class _Solved:
    values: NDArray[np.float64]
    bound: float


def best(options: pd.DataFrame, limits: Limits, goal: Goal = Goal.CHEAPEST) -> Best:
    """Find the best plan for every parcel.

    `options` has one row per parcel and plan that can carry it: parcel_id, plan_id, fee_cny_minor, days_max (may be
    missing), matches (the plan is the buyer's own). A parcel with a single row keeps that plan, as locked ones do; it
    counts in every limit. Raises Clash when no choice keeps all limits.
    """
    if options.empty:
        return Best({}, 0, 0, 0, [])
    options = _sorted(options)
    in_time, days_limit = _in_time(options, limits)
    parcel_count = options["parcel_id"].nunique()
    rows = _rows(in_time, limits, parcel_count)
    if in_time["parcel_id"].nunique() < parcel_count and days_limit is not None:
        raise Clash([days_limit])
    if days_limit is not None:
        try:
            return _best(in_time, options, rows, days_limit, goal)
        except Clash as clash:
            # Where the others clash without the latest day too, it is not to blame.
            best(options, replace(limits, days_max=None), goal)
            raise Clash([*clash.limits, days_limit]) from clash
    return _best(in_time, options, rows, None, goal)


def _best(
    in_time: pd.DataFrame, options: pd.DataFrame, rows: list[_Row], days_limit: Limit | None, goal: Goal
) -> Best:
    costs = in_time["fee_cny_minor"].to_numpy("int64")
    days = in_time["days_max"].astype("Float64").fillna(UNPROMISED_DAYS).to_numpy("int64")
    parcels = pd.factorize(in_time["parcel_id"])[0].astype("int64")
    problem = _Problem(parcels, costs if goal is Goal.CHEAPEST else days, rows)
    chosen, bound, prices = _solve(problem)
    value = int(problem.goal[chosen].sum())
    if goal is Goal.FASTEST and value == bound:
        as_fast = _Row(Limit(LimitKind.DAYS, value), days, -highspy.kHighsInf, value)
        chosen, _, _ = _solve(_Problem(parcels, costs, [*rows, as_fast]))
    picked = in_time[chosen]
    return Best(
        plan_ids=dict(zip(picked["parcel_id"], picked["plan_id"], strict=True)),
        fee_cny_minor=int(costs[chosen].sum()),
        goal_value=value,
        bound=bound,
        binding=_binding(rows, prices) + _binding_days(options, in_time, days_limit, goal),
    )


def _sorted(options: pd.DataFrame) -> pd.DataFrame:
    """Parcel by parcel, the cheapest first, of these the fastest; numbers sort much faster than texts."""
    parcels = pd.factorize(options["parcel_id"])[0]
    plans = pd.factorize(options["plan_id"], sort=True)[0]
    days = options["days_max"].astype("Float64").fillna(1e9).to_numpy("float64")
    order = np.lexsort((plans, days, options["fee_cny_minor"].to_numpy("int64"), parcels))
    return options.iloc[order].reset_index(drop=True)


def _in_time(options: pd.DataFrame, limits: Limits) -> tuple[pd.DataFrame, Limit | None]:
    if limits.days_max is None:
        return options, None
    kept = options[(options["days_max"] <= limits.days_max).fillna(False).astype(bool)]
    return kept.reset_index(drop=True), Limit(LimitKind.DAYS, limits.days_max)


def _rows(options: pd.DataFrame, limits: Limits, parcel_count: int) -> list[_Row]:
    infinity = highspy.kHighsInf
    rows = []
    if limits.budget_minor is not None:
        limit = Limit(LimitKind.BUDGET, limits.budget_minor)
        rows.append(_Row(limit, options["fee_cny_minor"].to_numpy("int64"), -infinity, limits.budget_minor))
    for quota in limits.quotas:
        on_these = options["plan_id"].isin(quota.plan_ids).to_numpy().astype("int64")
        if quota.least is not None:
            limit = Limit(LimitKind.LEAST, quota.least, quota.plan_ids)
            rows.append(_Row(limit, on_these, quota.least, infinity))
        if quota.most is not None:
            limit = Limit(LimitKind.MOST, quota.most, quota.plan_ids)
            rows.append(_Row(limit, on_these, -infinity, quota.most))
    if limits.differing_e4 is not None:
        most = parcel_count * limits.differing_e4 // 10_000
        differs = (~options["matches"].astype(bool)).to_numpy().astype("int64")
        rows.append(_Row(Limit(LimitKind.DIFFERING, most), differs, -infinity, most))
    return rows


def _solve(problem: _Problem) -> tuple[NDArray[np.bool_], int, list[float]]:
    """Which options are chosen, the bound, and each row's price. Raises Clash."""
    if not problem.rows:
        return _each_least(problem), int(_bound_alone(problem)), []
    priced = _prices(problem)
    bound = int(np.ceil(priced.bound - _TOLERANCE))
    widest = float(priced.reduced.max())
    window = max(1.0, priced.reduced[priced.reduced > 0].min(initial=widest), _few(problem, priced.reduced))
    while True:
        kept = priced.reduced <= window
        everything = bool(kept.all())
        found = _whole(problem, kept, bound)
        if found is not None:
            chosen, proven = found
            value = int(problem.goal[chosen].sum())
            if everything or value - priced.bound <= window - _TOLERANCE:
                return chosen, min(value, max(bound, proven)), _told(problem, priced, value)
            # Nothing further away than the gap can belong to a better choice.
            window = max(window * 2, value - priced.bound + 1.0) if value - priced.bound < widest else widest
            continue
        if everything:
            raise Clash(_clash(problem))
        window *= 8


def _few(problem: _Problem, reduced: NDArray[np.float64]) -> float:
    """A first window that leaves some thousand parcels with a choice: enough for whole numbers to fit."""
    loose = np.sort(reduced[reduced > 0])
    return float(loose[min(len(loose) - 1, 4000)]) if len(loose) else 1.0


def _prices(problem: _Problem) -> _Priced:
    """The prices of the limits at which the bound is the highest, nearly; found by cutting planes."""
    count = len(problem.rows)
    reach = 4.0 * max(1.0, float(np.ptp(problem.goal)))
    spread = [reach / max(1.0, float(np.abs(row.weights).max())) for row in problem.rows]
    lower = [-one if np.isfinite(row.most) else 0.0 for row, one in zip(problem.rows, spread, strict=True)]
    upper = [one if np.isfinite(row.least) else 0.0 for row, one in zip(problem.rows, spread, strict=True)]
    best = _price(problem, np.zeros(count))
    cuts = [best]
    solver = _solver()
    for low, high in zip(lower, upper, strict=True):
        solver.addVar(low, high)
    solver.addVar(-highspy.kHighsInf, highspy.kHighsInf)
    solver.changeColCost(count, -1.0)
    for _try in range(_TRIES):
        cut = cuts[-1]
        # The bound lies below its tangent: b ≤ b0 + slopes × (prices − prices0).
        rise = cut.bound - float(cut.slopes @ cut.prices)
        places, weights = np.arange(count + 1), np.r_[-cut.slopes, 1.0]
        solver.addRow(-highspy.kHighsInf, rise, count + 1, places, weights)
        solver.run()
        solution = np.asarray(solver.getSolution().col_value)
        if len(solution) <= count or solution[count] - best.bound < 0.01:
            break
        # A step of half the way calms what would jump between corners, as long as few tangents are known.
        wanted = solution[:count] if _try % 3 == 2 else best.prices + 0.5 * (solution[:count] - best.prices)
        cuts.append(_price(problem, wanted))
        if cuts[-1].bound > best.bound:
            best = cuts[-1]
    return best


def _solver() -> highspy.Highs:
    _greet()
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    return solver


@cache
def _greet() -> None:
    """HiGHS writes its name to standard output once a process, whatever it is told; commands answer JSON there."""
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        highspy.Highs()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _price(problem: _Problem, prices: NDArray[np.float64]) -> _Priced:
    """The bound at these prices. A row with both ends counts the end its price pulls to."""
    reduced = problem.goal.astype("float64")
    for row, price in zip(problem.rows, prices, strict=True):
        if price:
            reduced -= price * row.weights
    starts = problem.starts
    least = np.minimum.reduceat(reduced, starts)
    reduced -= np.repeat(least, problem.counts)
    firsts = _first_of_each(reduced <= 0, starts, problem.counts)
    ends = np.array(
        [
            (row.least if np.isfinite(row.least) else row.most)
            if not (np.isfinite(row.least) and np.isfinite(row.most))
            else (row.least if price > 0 else row.most)
            for row, price in zip(problem.rows, prices, strict=True)
        ],
        dtype="float64",
    )
    sums = np.array([row.weights[firsts].sum() for row in problem.rows], dtype="float64")
    return _Priced(prices, float(least.sum() + prices @ ends), reduced, ends - sums)


def _first_of_each(
    able: NDArray[np.bool_], starts: NDArray[np.int64], counts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The place of each parcel's first option that is able; every parcel has one."""
    places = np.where(able, np.arange(len(able)), len(able))
    return np.minimum.reduceat(places, starts)


def _told(problem: _Problem, priced: _Priced, value: int) -> list[float]:
    """The price of each limit; none where the choice costs no more than every parcel's least by itself."""
    return [0.0] * len(problem.rows) if value == _bound_alone(problem) else priced.prices.tolist()


def _whole(problem: _Problem, kept: NDArray[np.bool_], bound: int) -> tuple[NDArray[np.bool_], int] | None:
    """The best choice among the options kept, and a bound for it; None when there is none.

    Parcels with one option left are settled beforehand: the limits count them as they are.
    """
    left = np.add.reduceat(kept.astype("int64"), problem.starts)
    free = np.repeat(left > 1, problem.counts)
    settled, open_ = kept & ~free, kept & free
    rest = int(problem.goal[settled].sum())
    rows = []
    for row in problem.rows:
        done = int(row.weights[settled].sum())
        rows.append(replace(row, weights=row.weights[open_], least=row.least - done, most=row.most - done))
    if not open_.any():
        return (settled, rest) if all(row.least <= 0 <= row.most for row in rows) else None
    _, parcels = np.unique(problem.parcels[open_], return_inverse=True)
    solved = _run(_Problem(parcels.astype("int64"), problem.goal[open_], rows), target=bound - rest)
    if solved is None:
        return None
    chosen = settled.copy()
    chosen[np.flatnonzero(open_)[solved.values > 0.5]] = True
    _check(problem, chosen)
    return chosen, int(np.ceil(solved.bound + rest - _TOLERANCE))


def _each_least(problem: _Problem) -> NDArray[np.bool_]:
    """Without limits, each parcel by itself; of equals the first."""
    order = np.lexsort((np.arange(len(problem.goal)), problem.goal, problem.parcels))
    firsts = order[np.r_[True, np.diff(problem.parcels[order]) > 0]]
    chosen = np.zeros(len(problem.goal), dtype=bool)
    chosen[firsts] = True
    return chosen


def _bound_alone(problem: _Problem) -> int:
    return int(problem.goal[_each_least(problem)].sum())


def _run(problem: _Problem, *, target: int | None = None) -> _Solved | None:
    """Solve the problem in whole numbers; None when nothing keeps the limits. `target` is good enough."""
    size, parcel_count, limit_count = len(problem.goal), problem.parcel_count, len(problem.rows)
    columns = [problem.parcels, *(np.full(size, parcel_count + i) for i in range(limit_count))]
    weights = [np.ones(size, dtype="int64"), *(row.weights for row in problem.rows)]
    index, value = np.stack(columns, axis=1).ravel(), np.stack(weights, axis=1).ravel()
    used = value != 0
    lengths = used.reshape(size, -1).sum(axis=1)

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = size, parcel_count + limit_count
    model.col_cost_ = problem.goal.astype("float64")
    model.col_lower_, model.col_upper_ = np.zeros(size), np.ones(size)
    model.row_lower_ = np.r_[np.ones(parcel_count), [float(row.least) for row in problem.rows]]
    model.row_upper_ = np.r_[np.ones(parcel_count), [float(row.most) for row in problem.rows]]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.r_[0, np.cumsum(lengths)].astype("int32")
    model.a_matrix_.index_ = index[used].astype("int32")
    model.a_matrix_.value_ = value[used].astype("float64")
    model.integrality_ = [highspy.HighsVarType.kInteger] * size
    solver = _solver()
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.5)
    solver.setOptionValue("time_limit", PATIENCE_S)
    if target is not None:
        solver.setOptionValue("objective_target", target + 0.5)
    solver.passModel(model)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return None
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if not found:
        raise TimeoutError(f"no choice was found within {PATIENCE_S:.0f} s ({status.name})")
    solution = solver.getSolution()
    return _Solved(
        values=np.asarray(solution.col_value),
        bound=info.mip_dual_bound,
    )


def _check(problem: _Problem, chosen: NDArray[np.bool_]) -> None:
    """Whole-number arithmetic has the last word over the solver's."""
    if (
        chosen.sum() != problem.parcel_count
        or len(np.unique(problem.parcels[chosen])) != problem.parcel_count
    ):
        raise ArithmeticError("the solver left a parcel without exactly one plan")
    for row in problem.rows:
        if not row.least <= int(row.weights[chosen].sum()) <= row.most:
            raise ArithmeticError(f"the solver broke the limit {row.limit}")


def _clash(problem: _Problem) -> list[Limit]:
    """A smallest set of limits that cannot be kept together: without any one of them, the others can."""
    rows = list(problem.rows)
    for row in problem.rows:
        fewer = [one for one in rows if one is not row]
        if not _can(_Problem(problem.parcels, np.zeros_like(problem.goal), fewer)):
            rows = fewer
    return [row.limit for row in rows]


def _can(problem: _Problem) -> bool:
    return not problem.rows or _run(problem) is not None


def _binding(rows: list[_Row], prices: list[float]) -> list[Binding]:
    return [
        Binding(row.limit, abs(price))
        for row, price in zip(rows, prices, strict=True)
        if abs(price) > _TOLERANCE
    ]


def _binding_days(
    options: pd.DataFrame, in_time: pd.DataFrame, limit: Limit | None, goal: Goal
) -> list[Binding]:
    """The latest day binds when it takes the cheapest plan from some parcel."""
    if limit is None or goal is Goal.FASTEST:
        return []
    least = options.groupby("parcel_id")["fee_cny_minor"].min()
    left = in_time.groupby("parcel_id")["fee_cny_minor"].min()
    return [Binding(limit, 0.0)] if (left > least.reindex(left.index)).any() else []

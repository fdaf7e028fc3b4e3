"""How likely something is, from counts that are few, unequal and not all known yet.

A parcel fails, or a failed one comes home, with a chance of its own country and plan. The countries of a plan are
alike, and so are the plans of a shop, but nobody knows how much: so each country's chance is drawn around its plan's,
each plan's around the shop's, and how far they stray is learnt from the counts (a beta-binomial at each level; strays
and middles are summed over on a grid, not fixed). Where there are many parcels the answer is their own share; where
there are none it is the plan's, the shop's, and at last the stated prior, with an interval as wide as that deserves.

A young parcel says less: what takes months has not shown yet. Each parcel therefore counts by the share of all such
events that shows by its age, which is itself taken from the history (`shown_by`), leaning on a stated one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # Its parts come when they are first used: `scipy.special` takes a third of a second of each start.
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]

#: Intervals hold the truth with this probability.
SURE = 0.90
#: Middles that are summed over: so many, this far around the shop's share on the logit scale.
_MIDDLES, _SPAN = 141, 6.0
#: How alike the parts of a whole may be: as if each had so many parcels of the whole in it already.
_ALIKE = np.geomspace(6.0, 1500.0, 6)
#: Before anything is known every stray is as likely as every other, which is one over the root of this.
_ALIKE_BEFORE = -0.5 * np.log(_ALIKE)
#: Less likely than this is never: numbers too small to be written in full make arithmetic a hundred times slower.
_NOTHING = 1e-40
#: What a stated curve weighs against the history, in events.
_CURVE_WEIGHT = 5.0


@dataclass(frozen=True)
class Prior:
    """What is believed before anything is known: a share, and how many parcels that belief is worth."""

    share: float
    weight: float


@dataclass(frozen=True)
class Curve:
    """A stated curve of waiting: half of what ever happens does so by `median` days, nothing after `horizon`."""

    median: float
    spread: float  #: Standard deviation of the logarithm.
    horizon: int

    def shown(self) -> Numbers:
        """Share shown by each age in whole days, from 0 to the horizon, where it is 1."""
        days = np.arange(self.horizon + 1, dtype=np.float64)
        with np.errstate(divide="ignore"):
            shown = scipy.special.ndtr((np.log(days) - np.log(self.median)) / self.spread)
        return np.asarray(shown / shown[-1])


@dataclass(frozen=True)
class Chances:
    """One chance per group, as a beta distribution."""

    a: Numbers
    b: Numbers

    @property
    def mean(self) -> Numbers:
        """What to expect."""
        return self.a / (self.a + self.b)

    @property
    def low(self) -> Numbers:
        """The chance is below this with half of what SURE leaves."""
        return np.asarray(scipy.special.betaincinv(self.a, self.b, (1 - SURE) / 2))

    @property
    def high(self) -> Numbers:
        """The chance is above this with half of what SURE leaves."""
        return np.asarray(scipy.special.betaincinv(self.a, self.b, (1 + SURE) / 2))

    def times(self, other: Chances) -> Chances:
        """The chance that both happen, one after the other: mean and variance are exact, the shape a beta's."""
        mean = self.mean * other.mean
        return _beta(mean, _second(self.a, self.b) * _second(other.a, other.b))


def shown_by(waits: Whole, watched: Whole, counts: Numbers, curve: Curve) -> Numbers:
    """Share of all such events that shows by each age in days, 0 to the curve's horizon.

    One entry per kind of event seen: after how many days it came, how long its parcel has been watched, how often.
    Events of young parcels are seen only when they came early. So the share is built from the end backwards: of the
    events by day t among parcels watched that long, how many came on day t itself (Lynden-Bell's estimator), each
    such ratio leaning on the stated curve by the weight of a few events.
    """
    horizon = curve.horizon
    stated = curve.shown()
    waits = np.minimum(waits, horizon)
    watched = np.minimum(np.maximum(watched, waits), horizon)
    on_day = np.bincount(waits, counts, horizon + 1)
    # Comparable on day t: it came by then, and its parcel was watched until then.
    comparable = np.cumsum(on_day - np.append(0.0, np.bincount(watched, counts, horizon + 1)[:-1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        stated_ratio = np.diff(stated, prepend=0.0) / stated
    stated_ratio = np.nan_to_num(stated_ratio, nan=1.0)
    ratio = (on_day + _CURVE_WEIGHT * stated_ratio) / (np.maximum(comparable, on_day) + _CURVE_WEIGHT)
    later = np.cumprod((1.0 - ratio[1:])[::-1])[::-1]
    return np.append(later, 1.0)


def equivalent(
    groups: Whole, size: int, happened: Numbers, waiting: Numbers, shown: Numbers, share: float
) -> tuple[Numbers, Numbers]:
    """Per group, the counts (happened, did not) of grown-up parcels that say as much as these of all ages.

    One entry per group and age: to how many it happened, to how many not yet, and what share shows by that age. The
    chance that nothing showed yet is 1 − chance × shown; slope and bend of its logarithm at `share`, the share of the
    whole, are those of the counts returned. Nothing is changed where everything had time to show.
    """
    p = min(max(share, 1e-4), 1 - 1e-4)
    open_ = 1 - p * shown
    slope = np.bincount(groups, waiting * shown / open_, size)
    bend = np.bincount(groups, waiting * shown**2 / open_**2, size)
    yes = np.bincount(groups, happened, size)
    yes = yes + p * p * ((1 - p) * bend - slope)
    no = (1 - p) ** 2 * (p * bend + slope)
    return np.maximum(yes, 0.0), np.maximum(no, 0.0)


def share_of(happened: Numbers, waiting: Numbers, shown: Numbers, prior: Prior) -> float:
    """The share of the whole: what happened, over what had time to; leaning on the prior."""
    exposed = float(((happened + waiting) * shown).sum())
    told = float(happened.sum())
    return min((told + prior.share * prior.weight) / (max(exposed, told) + prior.weight), 1 - 1e-4)


def pooled(yes: Numbers, no: Numbers, plans: Whole, prior: Prior) -> Chances:
    """One chance per group, from its counts and those of its plan and of all.

    `plans`: which plan each group is of, numbered from 0. A group without counts gets what its plan, or the whole, or
    the prior says of it.
    """
    if not len(yes):
        return Chances(np.empty(0), np.empty(0))
    middles, spacing = _middles(yes, no, prior)
    spread = _spread(middles, spacing)
    # [group, middle, alike]: how well each middle of the plan explains the group's counts.
    a, b = middles[:, None] * _ALIKE, (1 - middles)[:, None] * _ALIKE
    per_group = (
        scipy.special.gammaln(a + yes[:, None, None]) - scipy.special.gammaln(a)
        + scipy.special.gammaln(b + no[:, None, None]) - scipy.special.gammaln(b)
        + scipy.special.gammaln(_ALIKE) - scipy.special.gammaln(_ALIKE + (yes + no)[:, None])[:, None, :]
    )  # fmt: skip
    plan_count = int(plans.max()) + 1
    per_plan = np.zeros((plan_count, *per_group.shape[1:]))
    np.add.at(per_plan, plans, per_group)
    weights = _weights(per_plan, spread, middles, spacing, prior)
    mine = weights[plans]
    total = (yes + no)[:, None, None] + _ALIKE
    a = a + yes[:, None, None]
    mean = (mine * a / total).sum((1, 2))
    second = (mine * a * (a + 1) / (total * (total + 1))).sum((1, 2))
    return _beta(mean, second)


def _middles(yes: Numbers, no: Numbers, prior: Prior) -> tuple[Numbers, Numbers]:
    """The middles summed over, and how wide a piece of the line each stands for."""
    told = float(yes.sum()) + prior.share * prior.weight
    around = scipy.special.logit(min(max(told / (float((yes + no).sum()) + prior.weight), 1e-4), 1 - 1e-4))
    middles = np.asarray(scipy.special.expit(around + np.linspace(-_SPAN, _SPAN, _MIDDLES)))
    return middles, middles * (1 - middles)


def _spread(middles: Numbers, spacing: Numbers) -> Numbers:
    """[(whole's middle, alike), plan's middle]: how likely a plan's middle is around the whole's."""
    a = (middles[:, None] * _ALIKE).reshape(-1, 1)
    b = ((1 - middles)[:, None] * _ALIKE).reshape(-1, 1)
    density = np.exp(
        (a - 1) * np.log(middles) + (b - 1) * np.log1p(-middles) - scipy.special.betaln(a, b)
    ) * spacing  # fmt: skip
    density[density < _NOTHING] = 0.0
    return np.asarray(density / density.sum(1, keepdims=True))


def _weights(per_plan: Numbers, spread: Numbers, middles: Numbers, spacing: Numbers, prior: Prior) -> Numbers:
    """[plan, middle, alike]: how likely each plan's middle and likeness are, given everything; sums to 1 per plan."""
    likely = _likely(per_plan, (1, 2)).transpose(0, 2, 1)
    # Not `@`: its threads wait for each other, longer than this takes, where anything else is at work.
    explained = np.maximum(
        np.einsum("pam,sm->pas", likely, spread), 1e-300
    )  # [plan, alike, (whole's middle, alike of plans)]
    a, b = prior.share * prior.weight, (1 - prior.share) * prior.weight
    before = (a - 1) * np.log(middles) + (b - 1) * np.log1p(-middles) + np.log(spacing)
    middle = np.repeat(before, len(_ALIKE)) + np.tile(_ALIKE_BEFORE, len(middles))
    whole = np.log(explained).sum(0) + middle + _ALIKE_BEFORE[:, None]
    whole = _likely(whole, None)
    found = likely * np.einsum("pas,sm->pam", whole / explained, spread)
    return np.asarray((found / found.sum((1, 2), keepdims=True)).transpose(0, 2, 1))


def _likely(logarithm: Numbers, axes: tuple[int, ...] | None) -> Numbers:
    """What logarithms stand for, the largest being 1."""
    found = np.exp(logarithm - logarithm.max(axes, keepdims=True))
    found[found < _NOTHING] = 0.0
    return np.asarray(found)


def _second(a: Numbers, b: Numbers) -> Numbers:
    return a * (a + 1) / ((a + b) * (a + b + 1))


def _beta(mean: Numbers, second: Numbers) -> Chances:
    """The beta distribution with these first two moments."""
    variance = np.maximum(second - mean**2, 1e-12)
    size = np.maximum(mean * (1 - mean) / variance - 1, 1e-3)
    return Chances(mean * size, (1 - mean) * size)

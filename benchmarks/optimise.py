"""What the exact choice under limits costs: parcels × 20 plans, with quotas, a minimum, a budget and a share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from benchmarks.measure import Figure, seconds
from lib.domain.limits import Limits, Quota
from lib.services.optimise import PATIENCE_S, best

PLANS = 20


def run() -> Iterator[Figure]:
    """The figures; the bare one is every parcel by itself."""
    for parcel_count, limit in ((10_000, 2.0), (100_000, 30.0)):
        options, limits = _instance(parcel_count)
        alone = seconds(partial(best, options, Limits()))
        yield Figure(f"{parcel_count:,} parcels × {PLANS} plans, each by itself", alone, "s")
        name = f"{parcel_count:,} parcels × {PLANS} plans under limits"
        try:
            took = seconds(partial(best, options, limits))
        except TimeoutError:
            # Nothing was found in the solver's patience: the figure is at least that, and breaks its limit.
            yield Figure("optimise", PATIENCE_S, "s", limit=limit, against=f"{name} (given up)")
            continue
        yield Figure("optimise", took, "s", limit=limit, against=name)
        yield Figure(f"{parcel_count:,} parcels: against each by itself", took / alone, "×")


def _instance(parcel_count: int) -> tuple[pd.DataFrame, Limits]:
    chance = np.random.default_rng(7)
    weight = chance.integers(20, 2000, parcel_count)
    per_kg = chance.integers(3000, 12_000, PLANS)
    item = chance.integers(300, 2500, PLANS)
    fees = (
        weight[:, None] * per_kg[None, :] // 1000
        + item[None, :]
        + chance.integers(0, 400, (parcel_count, PLANS))
    )
    own = chance.integers(0, PLANS, parcel_count)
    frame = pd.DataFrame(
        {
            "parcel_id": np.repeat([f"p{i:06}" for i in range(parcel_count)], PLANS),
            "plan_id": np.tile([f"plan{i:02}" for i in range(PLANS)], parcel_count),
            "fee_cny_minor": fees.ravel(),
            "days_max": pd.array(np.tile(chance.integers(7, 60, PLANS), parcel_count), dtype="Int64"),
            "matches": (own[:, None] == np.arange(PLANS)[None, :]).ravel(),
        }
    )
    cheapest = frame.loc[frame.groupby("parcel_id")["fee_cny_minor"].idxmin(), "plan_id"].value_counts()
    popular, second = cheapest.index[:2]
    limits = Limits(
        budget_minor=int(fees.min(axis=1).sum() * 2),
        quotas=(
            Quota((popular,), most=int(cheapest.iloc[0] * 6 // 10)),
            Quota((second,), most=int(cheapest.iloc[1] * 8 // 10)),
            Quota((str(cheapest.index[-1]),), least=parcel_count // 50),
        ),
        differing_e4=8_500,
    )
    return frame, limits

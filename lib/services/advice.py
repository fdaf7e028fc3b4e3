"""Return or destroy, parcel by parcel: what is advised, on what it rests, and what it would have been worth.

Return is an insurance: its fee is paid on every parcel that asks for it, and it pays where a parcel fails
abroad and then arrives back. So return is advised where chance of failing × chance of arriving back × what the
goods then bring is more than the fee. The chances are the shop's own (`chances`), pooled country → plan → all
over a stated prior.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from lib.app import App
from lib.domain.problems import Problem
from lib.domain.shipments import Decision
from lib.services import chances
from lib.services.batches import need
from lib.services.chances import Chances, Curve, Numbers, Prior, Whole
from lib.store import advice as store
from lib.store import audit
from lib.store.database import Work

#: Days from sending until a parcel fails, while there are no own failures to go by (assumed).
FAILING = Curve(median=35, spread=0.5, horizon=150)
#: Days from failing until it is back (the middle is assumed; the platform promises 180 from the order's creation).
RETURNING = Curve(median=75, spread=0.4, horizon=180)
#: A chance rests on a country's own parcels, or a plan's, from so many on; on the shop's from fewer.
OWN, FEW = 200, 100
#: The history an advice rests on may be so old.
HISTORY_AGE = timedelta(minutes=10)
#: The largest of each setting.
MOST = {
    "recovery_e4": 10_000, "handling_minor": 1_000_000, "fail_e4": 5_000, "fail_count": 10_000,
    "back_e4": 9_900, "back_count": 10_000,
}  # fmt: skip
LEAST = {
    "recovery_e4": 0,
    "handling_minor": 0,
    "fail_e4": 1,
    "fail_count": 1,
    "back_e4": 100,
    "back_count": 1,
}
#: The ways to decide that a backtest compares.
WAYS = ("return", "destroy", "actual", "advice")
LANE = ["plan_id", "country"]


@dataclass(frozen=True)
class Assumptions:
    """What the advice rests on besides the shop's own outcomes. All of it is the seller's to set."""

    recovery_e4: int  #: Share of its worth that a returned parcel brings, in ten-thousandths.
    handling_minor: int  #: What taking a parcel back costs besides, in CNY.
    failing: Prior
    returning: Prior
    set_by: str | None
    set_at: datetime | None


@dataclass(frozen=True)
class Sum:
    """An expected amount in CNY minor units, and its range."""

    expected: int
    low: int
    high: int


@dataclass(frozen=True)
class Advice:
    """What is advised for a batch."""

    parcels: pd.DataFrame
    """One row per undecided shipment with a plan, the largest gain first.

    Columns: shipment_id, plan_id, country, advised ('return' or 'destroy'), basis (whose parcels the chance of
    failing rests on: 'country', 'plan', 'all', 'prior'; or 'no_return', 'no_fee', 'no_value': why nothing was
    weighed), value_source ('purchase', 'order', 'mixed'), value_minor, fee_minor (CNY), fail_mean, fail_low,
    fail_high, back_mean, back_low, back_high (chances), gain_minor, gain_low_minor, gain_high_minor (of return
    over destroy, CNY), break_even (the chance of failing from which return pays), setting_id.
    """
    return_count: int  #: Parcels for which return is advised.
    against_destroy: Sum  #: What following the advice saves over destroying all.
    against_return: Sum  #: And over returning all that can be returned.
    sent_count: int  #: Parcels of the shop's own the chances rest on.
    failed_count: int  #: Those of them that failed abroad.
    returned_count: int  #: Failed parcels that paid for return and are back.
    assumptions: Assumptions

    @property
    def leans_on_prior(self) -> bool:
        """Whether the shop's own history is too short to say much."""
        return self.sent_count < FEW or self.failed_count < 5


@dataclass(frozen=True)
class History:
    """What became of the shop's parcels, as days: what is needed to say what was known at any earlier date."""

    failures: pd.DataFrame
    returns: pd.DataFrame


def assumptions(app: App) -> Assumptions:
    """What the advice rests on now."""
    with app.database.read() as work:
        return _assumptions(work)


def assume(
    app: App,
    *,
    recovery_e4: int,
    handling_minor: int,
    fail_e4: int,
    fail_parcels: int,
    back_e4: int,
    back_parcels: int,
    by: str,
) -> None:
    """Let the advice rest on these from now on. Raises Problem('assumption_out_of_range')."""
    wanted = {
        "recovery_e4": recovery_e4, "handling_minor": handling_minor, "fail_e4": fail_e4,
        "fail_count": fail_parcels, "back_e4": back_e4, "back_count": back_parcels,
    }  # fmt: skip
    for name, value in wanted.items():
        if not LEAST[name] <= value <= MOST[name]:
            raise Problem("assumption_out_of_range", name=name, least=LEAST[name], most=MOST[name])
    now = app.now()
    with app.database.write() as work:
        store.set_settings(work, wanted, by=by, at=now)
        audit.record(work, "assume", "advice", by=by, at=now, **wanted)


def of_batch(app: App, batch_id: str) -> Advice:
    """What is advised for the batch's undecided shipments, by what is known now. Raises Problem('batch_unknown')."""
    past = history(app)
    with app.database.read() as work:
        need(work, batch_id)
        return advise_in(work, batch_id, past, at=app.now())


def history(app: App) -> History:
    """What became of the shop's parcels, at most some minutes old: it takes a look at every one of them."""

    def read() -> History:
        with app.database.read() as work:
            return _history(work, app.now())

    return app.database.kept("outcomes", read, lasts=HISTORY_AGE)


def advise_in(work: Work, batch_id: str, past: History, *, at: datetime) -> Advice:
    """As `of_batch`, within work, by a history."""
    known = _assumptions(work)
    found = _chances(past, known, at.date(), store.lanes(work, batch_id))
    parcels = store.of_batch(work, batch_id, found, on=at.date())
    advised = parcels["advised"] == Decision.RETURN
    weighed = parcels["gain_minor"].notna()
    sent, failed = _counts(past.failures, "sent_on", at.date())
    return Advice(
        parcels,
        int(advised.sum()),
        against_destroy=_sum(parcels[advised], 1),
        against_return=_sum(parcels[weighed & ~advised], -1),
        sent_count=sent,
        failed_count=failed,
        returned_count=_counts(past.returns, "failed_on", at.date())[1],
        assumptions=known,
    )


def keep_in(work: Work, batch_id: str, past: History, *, at: datetime) -> None:
    """Write down what is advised for the batch's undecided shipments at this moment, by a history."""
    store.keep(work, advise_in(work, batch_id, past, at=at).parcels, at=at)


def kept(app: App, batch_id: str) -> pd.DataFrame:
    """One row per shipment of the batch that was advised: what, on what it rested, and what was chosen."""
    with app.database.read() as work:
        need(work, batch_id)
        return store.kept(work, batch_id)


def followed(app: App) -> list[dict[str, Any]]:
    """One dict per what was advised and what was chosen: shipment_count, followed_count, gain_minor (expected)."""
    with app.database.read() as work:
        return store.followed(work)


def lanes(app: App) -> pd.DataFrame:
    """One row per plan and country with parcels, the most first: its chances, as `_chances` tells."""
    now = app.now()
    with app.database.read() as work:
        known, past = _assumptions(work), _history(work, now)
    wanted = past.failures.groupby(LANE, as_index=False)["parcel_count"].sum()
    found = _chances(past, known, now.date(), wanted[LANE])
    return found.sort_values(["sent_count", *LANE], ascending=[False, True, True], ignore_index=True)


def backtest(app: App) -> pd.DataFrame:
    """What each way to decide would have come to on the shop's own history.

    One row per month and way ('return', 'destroy', 'actual', 'advice'), of the parcels whose plan offers
    return. The advice goes by what was known at the start of the week in which a parcel was sent.

    Columns: way, month, parcel_count, returning_count, failed_count (of those returning), open_count (they may still
    fail), fee_minor, fee_assumed_minor (of it, what nobody billed), recovered_seen_minor (happened),
    recovered_assumed_minor, recovered_low_minor, recovered_high_minor (expected, and its range: of failed parcels
    nobody tried to bring back, or that are on their way, and of those that may still fail), net_minor, net_low_minor,
    net_high_minor (recovered less fees); all in CNY minor units.
    """
    now = app.now()
    with app.database.read() as work:
        known, past = _assumptions(work), _history(work, now)
        weeks = store.backtest_lanes(work, now)
        if weeks.empty:
            return pd.DataFrame(columns=["way", "month", "net_minor"])
        then = pd.concat(
            [
                _chances(past, known, week.date(), wanted[LANE]).assign(known_on=week.date())
                for week, wanted in weeks.groupby("known_on")
            ]
        )
        today = _chances(past, known, now.date(), weeks[LANE].drop_duplicates())
        shown = _shown(_seen(past.failures, "sent_on", now.date()), FAILING)
        ages = pd.DataFrame({"age": np.arange(len(shown)), "share": shown})
        found = store.backtest(work, then, today, ages, until=now, horizon=RETURNING.horizon)
    sure = found["recovered_seen_minor"] - found["fee_minor"]
    return found.assign(
        net_minor=sure + found["recovered_assumed_minor"],
        net_low_minor=sure + found["recovered_low_minor"],
        net_high_minor=sure + found["recovered_high_minor"],
    )


def _assumptions(work: Work) -> Assumptions:
    row = store.settings(work)
    return Assumptions(
        recovery_e4=row["recovery_e4"],
        handling_minor=row["handling_minor"],
        failing=Prior(row["fail_e4"] / 10_000, row["fail_parcels"]),
        returning=Prior(row["back_e4"] / 10_000, row["back_parcels"]),
        set_by=row["set_by"],
        set_at=row["set_at"],
    )


def _history(work: Work, until: datetime) -> History:
    return History(store.failures(work, until), store.returns(work, until))


def _counts(past: pd.DataFrame, since: str, on: date) -> tuple[int, int]:
    """How many parcels, and to how many of them it happened, by a day."""
    seen = _seen(past, since, on)
    return int(seen["count"].sum()), int(seen["count"][seen["happened"]].sum())


def _seen(past: pd.DataFrame, since: str, on: date) -> dict[str, Any]:
    """What was known of a history on a day: rows that had begun, their age, and whether it had happened by then."""
    began = past[since].dt.tz_localize(None).to_numpy().astype("datetime64[D]")
    age = (np.datetime64(on, "D") - began).astype(np.int64)
    wait = past["wait"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.inf)
    known = age >= 0
    return {
        "known": known,
        "age": age[known],
        "wait": np.maximum(wait[known], 0),
        "happened": (wait <= age)[known],
        "count": past["parcel_count"].to_numpy(dtype=np.float64)[known],
    }


def _chances(past: History, known: Assumptions, on: date, wanted: pd.DataFrame) -> pd.DataFrame:
    """One row per wanted plan and country: chances by what was known on a day.

    Columns: plan_id, country, fail_, back_ and both_ with mean, low and high; sent_count, failed_count of the
    lane itself; basis.
    """
    failing, counts = _lane_chances(past.failures, "sent_on", on, wanted, known.failing, FAILING)
    returning, _ = _lane_chances(past.returns, "failed_on", on, wanted, known.returning, RETURNING)
    found: dict[str, Any] = {name: wanted[name].to_numpy() for name in LANE}
    for name, chance in (("fail", failing), ("back", returning), ("both", failing.times(returning))):
        found |= {f"{name}_mean": chance.mean, f"{name}_low": chance.low, f"{name}_high": chance.high}
    return pd.DataFrame(found).assign(**counts)


def _lane_chances(
    past: pd.DataFrame, since: str, on: date, wanted: pd.DataFrame, prior: Prior, curve: Curve
) -> tuple[Chances, dict[str, Any]]:
    """The chances of the wanted lanes, and what they rest on."""
    seen = _seen(past, since, on)
    rows = past.loc[seen["known"], LANE]
    every = pd.concat([wanted[LANE], rows], ignore_index=True)
    plans, _ = pd.factorize(every["plan_id"])
    groups = every.groupby(LANE, sort=False).ngroup().to_numpy()
    mine, of_rows = groups[: len(wanted)], groups[len(wanted) :]
    size = int(groups.max()) + 1 if len(groups) else 0
    plan_of = np.zeros(size, dtype=np.int64)
    plan_of[groups] = plans
    yes, no = _grown_up(seen, of_rows, size, prior, curve)
    chance = chances.pooled(yes, no, plan_of, prior)
    sent = np.bincount(of_rows, seen["count"], size)
    failed = np.bincount(of_rows, seen["count"] * seen["happened"], size)
    by_plan = np.bincount(plan_of, sent)[plan_of] if size else sent
    basis = np.select(
        [sent >= OWN, by_plan >= OWN, np.full(size, sent.sum() >= FEW)], ["country", "plan", "all"], "prior"
    )
    counts = {
        "sent_count": sent[mine].astype(np.int64),
        "failed_count": failed[mine].astype(np.int64),
        "basis": basis[mine].astype(object),
    }
    return Chances(chance.a[mine], chance.b[mine]), counts


def _grown_up(
    seen: dict[str, Any], groups: Whole, size: int, prior: Prior, curve: Curve
) -> tuple[Numbers, Numbers]:
    """Counts of grown-up parcels that say as much as those of all ages, per lane."""
    happened, count = seen["happened"], seen["count"]
    shown = _shown(seen, curve)[np.minimum(seen["age"], curve.horizon)]
    did, not_yet = count * happened, count * ~happened
    share = chances.share_of(did, not_yet, shown, prior)
    return chances.equivalent(groups, size, did, not_yet, shown, share)


def _shown(seen: dict[str, Any], curve: Curve) -> Numbers:
    """Share of what ever happens that shows by each age."""
    happened = seen["happened"]
    waits = seen["wait"][happened].astype(np.int64)
    return chances.shown_by(waits, seen["age"][happened], seen["count"][happened], curve)


def _sum(rows: pd.DataFrame, sign: int) -> Sum:
    expected, low, high = (
        sign * int(rows[name].sum()) for name in ("gain_minor", "gain_low_minor", "gain_high_minor")
    )
    return Sum(expected, min(low, high), max(low, high))

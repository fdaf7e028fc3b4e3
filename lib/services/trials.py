"""Trial prices (试算): what the platform itself would charge, fetched in the background within its limits.

Asking is free of consequences: nothing is created, so an unanswered question is simply asked again. The store
says who waits, and a restart goes on with them.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from lib.aliexpress.errors import PlatformError, Refused, Unauthorised, Unavailable, trouble
from lib.aliexpress.plans import OfferedPlan
from lib.app import App
from lib.services.asking import UNAUTHORISED_PAUSE_S, pause_s
from lib.services.batches import need
from lib.services.worker import Worker
from lib.store import audit
from lib.store import trials as store

log = logging.getLogger(__name__)

#: Prices asked longer ago than this are said to be stale.
FRESH_FOR = timedelta(hours=24)
#: So many questions are on the wire at once: sending parcels goes first.
THREADS = 4
#: Answers are written down in lots of at most this many.
LOT = 32
#: A question that was not answered is asked so often.
MOST_ATTEMPTS = 5


@dataclass(frozen=True)
class Trial:
    """The platform's own price of one plan for one parcel."""

    plan_id: str
    price_minor: int | None
    currency: str | None
    fetched_at: datetime
    stale: bool  #: Asked too long ago, or with another weight or size.


@dataclass(frozen=True)
class Standing:
    """What is known of one parcel's trial prices."""

    asked: bool
    waiting: bool
    trouble: str  #: Why there is no answer: a code and the platform's words; "" for none.
    answered_at: datetime | None
    trials: dict[str, Trial]  #: By plan_id: those the platform offered.


@dataclass(frozen=True)
class Sums:
    """What parcels that have both prices come to, in minor units of one currency."""

    shipment_count: int = 0
    fee_minor: int = 0
    trial_minor: int = 0


@dataclass(frozen=True)
class Counted:
    """How the undecided parcels of a batch stand with their trial prices."""

    standings: dict[str, int]  #: The most frequent first; see `of_batch`.
    sums: dict[str, Sums]  #: currency → of the parcels whose two prices can be compared.


@dataclass
class _Answers:
    answers: list[dict[str, Any]] = field(default_factory=list)
    offers: list[dict[str, Any]] = field(default_factory=list)
    holds: dict[str, datetime] = field(default_factory=dict)  #: shop_id → nothing more is asked before.


def want(app: App, batch_id: str, *, by: str, shipment_ids: Sequence[str] | None = None) -> int:
    """Have the platform asked for these undecided parcels of a batch, or for all without a fresh price.

    Returns for how many. Raises Problem('batch_unknown').
    """
    now = app.now()
    with app.database.write() as work:
        need(work, batch_id)
        rows = store.of_batch(work, batch_id, stale_before=now - FRESH_FOR)
        wanted = (
            rows[~rows["standing"].isin(["fresh", "waiting", "unoffered", "planless"])]
            if shipment_ids is None
            else rows[rows["shipment_id"].isin(list(shipment_ids))]
        )
        count = store.want(work, wanted["shipment_id"].tolist(), by=by, at=now)
        audit.record(work, "ask_trials", batch_id, by=by, at=now, shipments=count)
    return count


def of_batch(app: App, batch_id: str, *, asked: bool = False, page_size: int | None = None) -> pd.DataFrame:
    """One row per undecided parcel: the estimate of its plan beside its trial price, the largest gap first.

    `asked`: only those somebody asked for. `page_size` of them; None for all.

    Columns: shipment_id, order_id, plan_id, name_en, name_zh, weight_g; fee_minor and currency, our own card's;
    trial_minor, trial_currency, fetched_at; difference_minor, trial − estimate of one currency; standing: fresh,
    stale, waiting, troubled, unoffered, planless or missing. Raises Problem('batch_unknown').
    """
    with app.database.read() as work:
        need(work, batch_id)
        return store.of_batch(
            work, batch_id, stale_before=app.now() - FRESH_FOR, asked=asked, page_size=page_size
        )


def counted(app: App, batch_id: str) -> Counted:
    """How the undecided parcels of a batch stand, and what both prices come to. Raises Problem('batch_unknown')."""
    with app.database.read() as work:
        need(work, batch_id)
        rows = store.counted(work, batch_id, stale_before=app.now() - FRESH_FOR)
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["standing"]] += row["shipment_count"]
    sums: dict[str, Sums] = {}
    for row in rows:
        if row["currency"] is not None:
            known = sums.get(row["currency"], Sums())
            sums[row["currency"]] = Sums(
                known.shipment_count + row["shipment_count"],
                known.fee_minor + row["fee_minor"],
                known.trial_minor + row["trial_minor"],
            )
    return Counted(dict(counts.most_common()), sums)


def of_parcel(app: App, shipment_id: str) -> Standing:
    """What is known of one parcel's trial prices, plan by plan."""
    now = app.now()
    with app.database.read() as work:
        request = store.request(work, shipment_id)
        rows = store.of_parcel(work, shipment_id)
    trials = {
        row["plan_id"]: Trial(
            row["plan_id"],
            row["price_minor"],
            row["currency"],
            row["fetched_at"],
            not row["fits"] or now - row["fetched_at"] > FRESH_FOR,
        )
        for row in rows
    }
    if request is None:
        return Standing(False, False, "", None, trials)
    waiting = request["answered_at"] is None
    return Standing(True, waiting, request["trouble"], request["answered_at"], trials)


def fetch(
    app: App,
    batch_id: str | None = None,
    *,
    stopping: threading.Event | None = None,
    on_lot: Callable[[int], None] = lambda count: None,
) -> int:
    """Ask for what waits, lot by lot, until nothing is due now or `stopping`; returns how many were answered.

    What the platform turns away for haste, or could not take, waits in the store for its next attempt.
    """
    done = 0
    with ThreadPoolExecutor(THREADS, thread_name_prefix="trials") as pool:
        while stopping is None or not stopping.is_set():
            with app.database.read() as work:
                due = store.due(work, now=app.now(), lot=LOT, batch_id=batch_id)
            if not due:
                return done
            found = _Answers()
            for answer in pool.map(lambda row: _ask(app, row), due):
                found.answers += answer.answers
                found.offers += answer.offers
                found.holds |= answer.holds
            with app.database.write() as work:
                store.keep(work, _answers(found.answers), _offers(found.offers), at=app.now())
                for shop_id, until in found.holds.items():
                    store.hold(work, shop_id, until)
            done += sum(1 for row in found.answers if row["next_attempt_at"] is None)
            on_lot(done)
    return done


def next_at(app: App, batch_id: str | None = None) -> datetime | None:
    """When the next parcel that waits may be asked for; None when none waits."""
    with app.database.read() as work:
        return store.next_at(work, batch_id=batch_id)


class Fetcher(Worker):
    """One thread that fetches what the store says is wanted."""

    NAME = "trials"
    #: Looks at the store at least so often.
    REST_S = 30.0

    def turn(self) -> float:
        """Fetch what is due, by the lot."""
        fetch(self._app, stopping=self._stopping)
        return self._rest_s()

    def _rest_s(self) -> float:
        due = next_at(self._app)
        if due is None:
            return self.REST_S
        return min(max((due - self._app.now()).total_seconds(), 0.05), self.REST_S)


def _ask(app: App, row: dict[str, Any]) -> _Answers:
    """One question; a refusal is an answer, everything else is asked again later."""
    sizes = {name: row[name] for name in ("length_mm", "width_mm", "height_mm")}
    try:
        offered = app.platform_of(row["shop_id"]).plans(row["order_id"], weight_g=row["weight_g"], **sizes)
    except Refused as error:
        return _Answers([_answer(row, f"{error.code or 'refused'} {error.text}".strip())])
    except PlatformError as error:
        return _again(app, row, error)
    kept = {"shipment_id": row["shipment_id"], "weight_g": row["weight_g"], **sizes}
    return _Answers([_answer(row, "")], [kept | _offer(plan) for plan in offered])


def _again(app: App, row: dict[str, Any], error: PlatformError) -> _Answers:
    """A question in vain counts where nobody said when to come again; a ban or a missing token does."""
    told = error.retry_after if isinstance(error, Unavailable) else None
    if isinstance(error, Unauthorised):
        told = UNAUTHORISED_PAUSE_S
    attempted = int(told is None)
    if attempted and row["attempts"] + 1 >= MOST_ATTEMPTS:
        return _Answers([_answer(row, trouble(error))])
    wait = told if told is not None else pause_s(row["attempts"])
    again = app.now() + timedelta(seconds=max(wait, 0.1))
    later = _answer(row, trouble(error)) | {"next_attempt_at": again, "attempted": attempted}
    return _Answers([later], holds={row["shop_id"]: again})


def _answer(row: dict[str, Any], why: str) -> dict[str, Any]:
    return {"shipment_id": row["shipment_id"], "trouble": why, "next_attempt_at": None, "attempted": 0}


def _offer(plan: OfferedPlan) -> dict[str, Any]:
    """The price before discounts is what every seller pays; a discounted one is named by the newer call only."""
    price = plan.discounted or plan.price
    return {
        "plan_id": plan.plan_id,
        "price_minor": price.minor if price else None,
        "currency": price.currency if price else None,
        "days_min": plan.days_min,
        "days_max": plan.days_max,
    }


def _answers(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["shipment_id", "trouble", "next_attempt_at", "attempted"])
    frame["next_attempt_at"] = pd.to_datetime(frame["next_attempt_at"], utc=True)
    return frame.astype({"shipment_id": "str", "trouble": "str", "attempted": "int64"})


def _offers(rows: list[dict[str, Any]]) -> pd.DataFrame:
    whole = ["price_minor", "days_min", "days_max", "weight_g", "length_mm", "width_mm", "height_mm"]
    texts = ["shipment_id", "plan_id", "currency"]
    frame = pd.DataFrame(rows, columns=[*texts, *whole])
    return frame.astype(dict.fromkeys(texts, "str") | dict.fromkeys(whole, "Int64"))

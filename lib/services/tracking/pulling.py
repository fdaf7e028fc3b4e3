"""Asking what became of live parcels: who is due, by the lot, and when each is asked for again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from lib.aliexpress.errors import PlatformError, Refused, Unauthorised, Unavailable, trouble
from lib.app import App
from lib.domain.outcomes import Outcome, Trouble, asked_again_in
from lib.services.asking import UNAUTHORISED_PAUSE_S
from lib.services.tracking import news
from lib.services.tracking.abnormal import pull_abnormal
from lib.store import tracking as store

#: The source of what the platform says.
PLATFORM = "platform"
#: Questions on the wire at once: sending parcels goes first.
THREADS = 4
#: Answers are written down in lots of at most this many.
LOT = 100
#: A parcel is first asked for so long after it left: before, nothing is scanned.
FIRST_AFTER = timedelta(hours=2)
#: Pauses after questions in vain double from the first to the last of these.
FIRST_PAUSE, LAST_PAUSE = timedelta(minutes=5), timedelta(hours=12)


@dataclass(frozen=True)
class PullReport:
    """What asking brought. asked = answered + failed, in parcels."""

    asked: int = 0
    answered: int = 0
    failed: int = 0
    events: int = 0  #: New ones.
    news: int = 0  #: Parcels with new ones.
    abnormal: int = 0  #: Parcels whose entry in the platform's list of abnormal orders changed.
    troubles: dict[str, int] = field(default_factory=dict)  #: Why questions were in vain → how many.
    holds: dict[str, datetime] = field(default_factory=dict)  #: Shop → nothing of it is asked before.

    @property
    def all_well(self) -> bool:
        """Every question was answered."""
        return not self.failed and not self.troubles


@dataclass
class _Answers:
    """What one lot brought."""

    events: list[dict[str, Any]] = field(default_factory=list)
    answered: list[dict[str, Any]] = field(default_factory=list)
    failed: list[tuple[dict[str, Any], str, timedelta | None]] = field(default_factory=list)
    holds: dict[str, datetime] = field(default_factory=dict)


def pull(
    app: App,
    *,
    everything: bool = False,
    stopping: threading.Event | None = None,
    holds: dict[str, datetime] | None = None,
    per_minute: int = 0,
    on_lot: Callable[[PullReport], None] = lambda report: None,
) -> PullReport:
    """Ask for the live parcels that are due, until none is or `stopping`; or for all, once (`everything`).

    A shop that is turned away is left alone until the moment in `holds`, which a caller may keep for the next time.
    `per_minute` bounds the questions (0: only by what the platform bears).
    """
    stopping, holds = stopping or threading.Event(), {} if holds is None else holds
    started, report = app.now(), PullReport()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="tracking") as pool:
        while not stopping.is_set():
            now = app.now()
            held = [shop_id for shop_id, until in holds.items() if until > now]
            with app.database.read() as work:
                due = store.due(
                    work,
                    now=now,
                    left_before=now - FIRST_AFTER,
                    lot=LOT,
                    held_shops=held,
                    everything_before=started if everything else None,
                )
            if not due:
                break
            began = time.monotonic()
            lot = _Answers()
            for answer in pool.map(lambda row: _ask(app, row), due):
                _add(lot, answer)
            holds |= lot.holds
            report = _kept(app, lot, report)
            on_lot(report)
            if per_minute:
                stopping.wait(max(60 * len(due) / per_minute - (time.monotonic() - began), 0))
    return PullReport(**{**vars(report), "holds": dict(holds)})


def pull_all(app: App, *, on_lot: Callable[[PullReport], None] = lambda report: None) -> PullReport:
    """Ask for every live parcel, and read the lists of abnormal orders: what a person wants who asks for news now."""
    troubles: dict[str, int] = {}
    try:
        changed = pull_abnormal(app)
    except PlatformError as error:
        changed, troubles = 0, {trouble(error): 1}
    report = pull(app, everything=True, on_lot=on_lot)
    return PullReport(**{**vars(report), "abnormal": changed, "troubles": {**report.troubles, **troubles}})


def _ask(app: App, row: dict[str, Any]) -> _Answers:
    try:
        events = app.platform_of(row["shop_id"]).tracking(
            row["order_id"],
            tracking_number=row["tracking_number"],
            service_key=row["plan_id"],
            country=row["country"] or "",
        )
    except Refused as error:
        return _Answers(failed=[(row, trouble(error), None)])
    except PlatformError as error:
        told = error.retry_after if isinstance(error, Unavailable) else None
        if isinstance(error, Unauthorised):
            told = UNAUTHORISED_PAUSE_S
        pause = timedelta(seconds=told) if told is not None else _pause(row["tries"])
        holds = {row["shop_id"]: app.now() + max(pause, timedelta(seconds=1))} if _turned_away(error) else {}
        return _Answers(failed=[(row, trouble(error), pause)], holds=holds)
    return _Answers(events=news.rows_of(row["shipment_id"], events), answered=[row])


def _turned_away(error: PlatformError) -> bool:
    """Whether the next question of the shop would fare no better."""
    return isinstance(error, Unavailable | Unauthorised)


def _pause(tries: int) -> timedelta:
    return min(FIRST_PAUSE * 2.0 ** min(tries, 10), LAST_PAUSE)


def _add(lot: _Answers, answer: _Answers) -> None:
    lot.events += answer.events
    lot.answered += answer.answered
    lot.failed += answer.failed
    lot.holds |= answer.holds


def _kept(app: App, lot: _Answers, report: PullReport) -> PullReport:
    """Write a lot down: what is new, what it comes to, and when each parcel is asked for next."""
    now = app.now()
    rows = lot.answered + [row for row, _why, _pause in lot.failed]
    with app.database.write() as work:
        touched = store.take(work, news.frame(lot.events), source=PLATFORM, seen_at=now)
        standings = store.standings(work, [row["shipment_id"] for row in rows])
        asked = [_asked(row, standings, now, set(touched)) for row in lot.answered]
        asked += [_asked_in_vain(row, standings, now, why, pause) for row, why, pause in lot.failed]
        store.asked(work, _asked_frame(asked), at=now)
    troubles = dict(report.troubles)
    for _row, why, _after in lot.failed:
        troubles[why] = troubles.get(why, 0) + 1
    return PullReport(
        asked=report.asked + len(rows),
        answered=report.answered + len(lot.answered),
        failed=report.failed + len(lot.failed),
        events=report.events + len(touched),
        news=report.news + len(set(touched)),
        troubles=troubles,
    )


def _asked(
    row: dict[str, Any], standings: dict[str, dict[str, Any]], now: datetime, touched: set[str]
) -> dict[str, Any]:
    return {
        "shipment_id": row["shipment_id"],
        "next_track_at": _next(row, standings.get(row["shipment_id"]), now),
        "tries": 0,
        "trouble": "",
        "has_news": row["shipment_id"] in touched,
    }


def _asked_in_vain(
    row: dict[str, Any],
    standings: dict[str, dict[str, Any]],
    now: datetime,
    why: str,
    pause: timedelta | None,
) -> dict[str, Any]:
    """A refusal is an answer: the parcel is asked for again at its own pace."""
    again = now + pause if pause is not None else _next(row, standings.get(row["shipment_id"]), now)
    return {
        "shipment_id": row["shipment_id"],
        "next_track_at": again,
        "tries": row["tries"] + 1,
        "trouble": why,
        "has_news": False,
    }


def _next(row: dict[str, Any], standing: dict[str, Any] | None, now: datetime) -> datetime | None:
    last = max(filter(None, (row["left_at"], standing["last_event_at"] if standing else None)))
    outcome = Outcome(standing["outcome"]) if standing else Outcome.UNKNOWN
    pause = asked_again_in(now - last, outcome, Trouble(standing["trouble"] if standing else ""))
    return None if pause is None else now + pause


def _asked_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(store.ASKED))
    table["next_track_at"] = pd.to_datetime(table["next_track_at"], utc=True)
    return table.astype({"shipment_id": "str", "trouble": "str", "tries": "int64", "has_news": "bool"})

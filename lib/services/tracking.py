"""Tracking: what the platform says of live parcels, asked in the background within its limits, and what codes mean.

Asking changes nothing there, so an unanswered question is simply asked again. The store says who is due, so a restart
goes on where it was. Oldest news first, slower as parcels age, and no more once a parcel's way is over.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from lib.aliexpress.errors import PlatformError, Refused, Unauthorised, Unavailable, trouble
from lib.aliexpress.platform import AbnormalOrder, TrackingEvent
from lib.app import App
from lib.domain.outcomes import (
    Meaning,
    Outcome,
    Trouble,
    asked_again_in,
    code_of_text,
    normal_code,
)
from lib.domain.problems import Problem
from lib.services.asking import UNAUTHORISED_PAUSE_S
from lib.services.worker import Worker
from lib.store import audit
from lib.store import tracking as store

log = logging.getLogger(__name__)

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
#: The list of abnormal orders is read from so long before it was read last: the zone of its filter is UNCONFIRMED.
OVERLAP = timedelta(days=1)
#: So often the list of abnormal orders is read.
ABNORMAL_EVERY = timedelta(hours=1)
#: What a code may be said to mean, by a person.
MEANINGS: tuple[Meaning, ...] = (
    Meaning.PRE_SHIPMENT,
    Meaning.CHINA,
    Meaning.CHINA_PROBLEM,
    Meaning.CHINA_REFUSED,
    Meaning.ABROAD,
    Meaning.ABROAD_PROBLEM,
    Meaning.CUSTOMS,
    Meaning.CUSTOMS_PROBLEM,
    Meaning.COLLECTION,
    Meaning.ATTEMPT_ABROAD,
    Meaning.UNDELIVERABLE_ABROAD,
    Meaning.DELIVERED,
    Meaning.RETURNING,
    Meaning.RETURNED,
    Meaning.DESTROYED,
    Meaning.LOST,
    Meaning.CANCELLED,
    Meaning.NO_NEWS,
)


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


def pull_abnormal(app: App) -> int:
    """Read the platform's lists of abnormal orders; returns of how many parcels something changed.

    Raises PlatformError.
    """
    return sum(_abnormal_of_shop(app, shop_id) for shop_id in app.shops())


def pull_all(app: App, *, on_lot: Callable[[PullReport], None] = lambda report: None) -> PullReport:
    """Ask for every live parcel, and read the lists of abnormal orders: what a person wants who asks for news now."""
    troubles: dict[str, int] = {}
    try:
        changed = pull_abnormal(app)
    except PlatformError as error:
        changed, troubles = 0, {trouble(error): 1}
    report = pull(app, everything=True, on_lot=on_lot)
    return PullReport(**{**vars(report), "abnormal": changed, "troubles": {**report.troubles, **troubles}})


def of_shipment(app: App, shipment_id: str) -> list[dict[str, Any]]:
    """One dict per event of a parcel, the newest first.

    happened_at (UTC), zone, raw_code, meaning (None: nobody knows the code), text, place, status, source, seen_at.
    """
    with app.database.read() as work:
        return store.of_shipment(work, shipment_id)


def standing(app: App) -> dict[str, Any]:
    """How far parcels are followed: shipment_count, heard_count, live_count, troubled_count, oldest_at, newest_at."""
    with app.database.read() as work:
        return store.counts(work)


# -- codes -----------------------------------------------------------------------------------------------


def unknown_codes(app: App) -> pd.DataFrame:
    """One row per code nobody knows, the commonest first, then those somebody gave a meaning.

    Columns: vocabulary, code, meaning, is_mapped, mapped_by, mapped_at, event_count, shipment_count, last_event_at,
    text (an example of what stood beside it).
    """
    with app.database.read() as work:
        return store.unknown_codes(work)


def map_code(app: App, vocabulary: str, code: str, meaning: str | None, *, by: str) -> int:
    """Say what a code means, or (None) take it back; returns of how many parcels the outcome was derived anew.

    Raises Problem: code_unknown (it was never met), meaning_unknown.
    """
    code = normal_code(code)
    if meaning is not None and meaning not in MEANINGS:
        raise Problem("meaning_unknown", meaning=meaning, meanings=", ".join(MEANINGS))
    with app.database.write() as work:
        if not store.code_known(work, vocabulary, code)["met_count"]:
            raise Problem("code_unknown", tracking_code=code)
        touched = store.map_code(work, vocabulary, code, meaning, by=by, at=app.now())
        audit.record(
            work,
            "map_code",
            f"{vocabulary}:{code}",
            by=by,
            at=app.now(),
            meaning=meaning,
            shipments=len(touched),
        )
    return len(touched)


class Tracker(Worker):
    """One thread that asks for parcels when they are due."""

    NAME = "tracking"
    #: Looks at the store at least so often.
    REST_S = 60.0

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._holds: dict[str, datetime] = {}
        self._abnormal_at: datetime | None = None

    @property
    def is_wanted(self) -> bool:
        """Settings may say that nothing is asked."""
        return bool(self._app.settings.tracking_per_minute)

    def turn(self) -> float:
        """Ask for the parcels that are due, by the lot."""
        self._ask()
        return self._rest_s()

    def _ask(self) -> None:
        with self._app.database.read() as work:
            upcoming = store.next_at(work)
        if upcoming == (None, None):
            return  # Nothing is under way: nothing is asked, not even for a list.
        self._look_for_abnormal()
        pull(
            self._app,
            stopping=self._stopping,
            holds=self._holds,
            per_minute=self._app.settings.tracking_per_minute,
        )

    def _look_for_abnormal(self) -> None:
        now = self._app.now()
        if self._abnormal_at is not None and now < self._abnormal_at:
            return
        self._abnormal_at = now + ABNORMAL_EVERY
        try:
            pull_abnormal(self._app)
        except PlatformError as error:
            log.info("the list of abnormal orders could not be read: %s", trouble(error))

    def _rest_s(self) -> float:
        with self._app.database.read() as work:
            next_at, left_at = store.next_at(work)
        moments = [at for at in (next_at, left_at + FIRST_AFTER if left_at else None) if at is not None]
        if not moments:
            return self.REST_S
        return min(max((min(moments) - self._app.now()).total_seconds(), 1.0), self.REST_S)


def rows_of(shipment_id: str, events: Sequence[TrackingEvent]) -> list[dict[str, Any]]:
    """The platform's events of a parcel, oldest first, as the store takes them."""
    return [
        {
            "shipment_id": shipment_id,
            "row_no": place,
            **code_of(one.action_code, one.status, one.text),
            "raw_code": one.action_code,
            "happened_at": one.at,
            "zone": one.zone,
            "text": one.text,
            "place": one.place,
            "status": one.status,
        }
        for place, one in enumerate(events)
    ]


def code_of(action_code: str, status: str, text: str) -> dict[str, str]:
    """By what an event of the platform is looked up: its own code, else its coarse word, else its text."""
    if action_code.strip():
        return {"vocabulary": "cainiao", "code": normal_code(action_code)}
    if status.strip():
        return {"vocabulary": "status", "code": normal_code(status)}
    return {"vocabulary": "text", "code": code_of_text(text)}


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Events as the store takes them."""
    table = pd.DataFrame(rows, columns=list(store.EVENT))
    table["happened_at"] = pd.to_datetime(table["happened_at"], utc=True)
    texts = [name for name in store.EVENT if name not in ("row_no", "happened_at")]
    return table.astype(dict.fromkeys(texts, "str") | {"row_no": "int64"})


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
    return _Answers(events=rows_of(row["shipment_id"], events), answered=[row])


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
        touched = store.take(work, frame(lot.events), source=PLATFORM, seen_at=now)
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


def _abnormal_of_shop(app: App, shop_id: str) -> int:
    started = app.now()
    with app.database.read() as work:
        since = store.abnormal_synced_at(work, shop_id)
    listed = app.platform_of(shop_id).abnormal_orders(
        changed_since=since - OVERLAP if since is not None else None
    )
    rows = [_abnormal(one) for one in listed]
    with app.database.write() as work:
        changed = store.put_abnormal(work, _abnormal_frame(rows), at=started) if rows else []
        store.abnormal_synced(work, shop_id, started)
    return len(changed)


def _abnormal(one: AbnormalOrder) -> dict[str, Any]:
    return {
        "logistics_order_id": one.logistics_order_id,
        "tracking_number": one.tracking_number,
        "order_id": one.order_id,
        "abnormal_code": one.abnormal_code,
        "abnormal_reason": one.abnormal_reason,
        "status_code": one.status_code,
        "status_name": one.status_name,
        "solution_name": one.plan_name,
        "is_insured": one.returns,
        "return_number": one.return_number,
        "decide_by_at": one.decide_by_at,
        "changed_at": one.changed_at,
    }


def _abnormal_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(store.ABNORMAL))
    for name in ("decide_by_at", "changed_at"):
        table[name] = pd.to_datetime(table[name], utc=True)
    texts = [name for name in store.ABNORMAL if name not in ("is_insured", "decide_by_at", "changed_at")]
    return table.astype(dict.fromkeys(texts, "str") | {"is_insured": "bool"})

"""The dispatcher: asks the platform for what is queued, one request a parcel, and never twice.

It works in lanes. A lane takes a few due shipments from the store in one short write (that is the intention),
lets threads ask the platform while nothing is locked, and writes the answers down in lots. All timing is in
the store: whatever line the program dies at, the next start finds a state that says what to do.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from lib.aliexpress.errors import Unavailable
from lib.app import App
from lib.domain.shipments import Shipment, State, Step
from lib.services import asking
from lib.services.asking import FIRST_PAUSE_S, LAST_PAUSE_S, Answer, pause_s
from lib.services.holds import EVERYTHING, WORTH_KEEPING, Hold, Holds
from lib.store import dispatch as store
from lib.store import orders as order_store
from lib.store import shipments as shipment_store

log = logging.getLogger(__name__)

#: A worker that has not answered by then is believed dead; longer than any time-out on the wire.
LEASE = timedelta(minutes=3)
#: A number or a label that has not come for so long is not waited for by a command; the dashboard goes on asking.
STALLED = timedelta(minutes=10)
#: The platform gives at most this many labels in one answer.
LABEL_LOT = 20
#: Answers are written down together that came within so long: a write costs more than an answer.
LOT_S = 0.25
#: How long a thread at work keeps the others of the process from theirs.
SWITCH_S = 0.0005
#: So many requests of a lane in a row that nobody answered: the platform is not well. It is then asked one at a
#: time, with growing pauses; else every parcel of the batch became unconfirmed one after the other.
DOUBTS = 8
NOT_ANSWERING = "not_answering"
#: Reasons whose value stands in the timeline too: who has it, what is missing.
NAMED = {"taken", "address_incomplete"}
#: A clock that runs back by more than this was set; by less, it was merely corrected.
SET_BACK = timedelta(seconds=5)


@dataclass(frozen=True)
class _Task:
    """A request on the wire, or answered and not written down yet: its lane and its shipments."""

    lane: str
    shipment_ids: tuple[str, ...]


class Dispatcher:
    """Works through what the store says is due. One a process."""

    def __init__(self, app: App) -> None:
        self._app = app
        # Of the whole process. A thread whose answer came waited five milliseconds for each one at work before it.
        sys.setswitchinterval(SWITCH_S)
        # Some of them sign, read answers and keep labels while the others are on the wire.
        self._pool = ThreadPoolExecutor(app.settings.threads * 5 // 4, thread_name_prefix="dispatch")
        self._doubts: Counter[str] = Counter()  # Lane → requests in a row that nobody answered.
        self._held_since: datetime | None = None  # Since when nothing is asked, or nothing is written down.
        self._lately = 0  # Answers of the last lot: about as many leave before the next one.
        self._pending: dict[Future[Answer], _Task] = {}
        self._unwritten: list[tuple[_Task, Answer]] = []  # Answers the store has not taken yet.
        self._holds = Holds()
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._lifted = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen_at = app.now()  # The clock at the last turn.
        self._astray: set[Future[Answer]] = set()  # On the wire when the clock was set back.
        self._moved_at = app.now()  # When a shipment last changed its state.
        self.trouble = ""  #: Why nothing is sent just now; "" when all is well.

    def start(self) -> None:
        """Recover what a crash left, and go to work in a thread of its own."""
        self.recover()
        self._thread = threading.Thread(target=self._loop, name="dispatcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop claiming, wait for the requests on the wire, write their answers down."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
        else:
            self._drain()
        self._pool.shutdown()

    def wake(self) -> None:
        """There may be something to do now."""
        self._woken.set()

    def lift(self) -> None:
        """Forget at the next turn what is held: somebody knows better, for example that the quota was raised."""
        self._lifted.set()
        self.wake()

    def recover(self) -> None:
        """What a request may have been on the wire for becomes unconfirmed; nothing is sent before asking."""
        now = self._app.now()
        with self._app.database.write() as work:
            steps = [_interrupted(shipment, now) for shipment in store.interrupted(work)]
            shipment_store.take(work, steps)
            store.unlease(work)
            store.set_back(work, now=now)
            held = store.holds(work, now=now)
        for row in held:
            self._holds.add(Hold(row["lane"], row["until_at"], row["why"]))
        self.trouble = self._holds.why(now)

    def run_until_idle(
        self, batch_id: str | None, *, on_turn: Callable[[], None] = lambda: None, give_up: timedelta
    ) -> None:
        """Work until nothing can be done without a person, or nothing moved for STALLED.

        Raises Unavailable when for `give_up` in a row nothing could be asked or written down at all. One parcel
        whose questions fail is no reason: it waits longer each time, while the others go on.
        """
        self._moved_at = self._app.now()
        self._held_since = self._app.now() if self.trouble else None
        while True:
            self.turn(batch_id)
            on_turn()
            now = self._app.now()
            if self._held_since and now - self._held_since >= give_up:
                self._drain()
                raise Unavailable("unreachable", text=self.trouble)
            with self._app.database.read() as work:
                due = store.next_due(work, now=now, batch_id=batch_id)
            idle = not due or now - self._moved_at >= STALLED
            if idle and not self._pending and not self._unwritten:
                return
            self._rest(self._pause(due, now))

    def turn(self, batch_id: str | None = None) -> None:
        """Write down the answers there are, then claim as much as fits on the wire."""
        now = self._app.now()
        if self._seen_at - now > SET_BACK:
            self._set_back(now)
        self._seen_at = now
        if self._lifted.is_set():
            self._lifted.clear()
            self._holds.clear()
        finished = self._finished()
        self._lately = len(finished)
        self._record(finished)
        try:
            self._claim(now, batch_id)
        except Exception:
            # What is claimed and what is asked are one write each: nothing left without its intention written down.
            log.exception("nothing could be claimed")
            self._not_written(now)

    def _claim(self, now: datetime, batch_id: str | None) -> None:
        if self._astray and not self._unwritten and not self._astray & self._pending.keys():
            self._set_back(now)  # Their answers were dated by the clock as it was.
        if self._holds.of(EVERYTHING, now) is not None:
            return
        # So many that the wire is not idle before the next turn, and no more: what is claimed is no longer paused.
        room = (
            self._app.settings.threads
            + max(3 * self._app.settings.threads, 2 * self._lately)
            - len(self._pending)
        )
        if room < self._app.settings.threads:
            return
        if self.trouble == "unreachable":
            room = 1 - len(self._pending)  # One asks whether somebody is there again; the others wait for it.
        with self._app.database.read() as work:
            due = store.lanes(work, now=now, batch_id=batch_id)
        if due.get("lost"):
            self._recover_lost(now)
        able = {
            lane for lane in due if due[lane] and self._room(lane) > 0 and self._holds.of(lane, now) is None
        }
        for lane, claim in self._lanes(able, due):
            if lane in able and room > 0:
                room -= claim(now, min(room, self._room(lane)), batch_id)
        if self.trouble == "not_written" and not self._unwritten:
            self.trouble, self._held_since = self._holds.why(now), None

    def _lanes(
        self, able: set[str], due: Mapping[str, int]
    ) -> Iterator[tuple[str, Callable[[datetime, int, str | None], int]]]:
        """The lanes in the order in which they are served.

        While parcels are sent, labels are asked for as soon as there is a whole answer of them: there are few such
        calls, and left to the end they would all come at once. Fewer than a whole one wait.
        """
        whole = due.get("unlabelled", 0) // LABEL_LOT
        sends = "queued" in able
        if sends and whole:
            yield "unlabelled", lambda now, room, batch_id: self._label(now, min(room, whole), batch_id)
        yield "queued", self._send
        yield "unconfirmed", self._confirm
        yield "unnumbered", self._number
        if not sends:
            yield "unlabelled", self._label
        yield "undeclared", self._declare
        yield "declare_unconfirmed", self._confirm_declaring

    def _room(self, lane: str) -> int:
        """How many requests of a lane may be added: one at a time while nobody answers them."""
        if self._doubts[lane] < DOUBTS:
            return self._app.settings.threads * 16
        return 1 - sum(task.lane == lane for task in self._pending.values())

    def _recover_lost(self, now: datetime) -> None:
        """A worker that never answered leaves its shipment to be asked about; one that still may, keeps it."""
        busy = {one for task in self._pending.values() for one in task.shipment_ids}
        busy |= {one for task, _ in self._unwritten for one in task.shipment_ids}
        with self._app.database.write() as work:
            lost = [one for one in store.interrupted(work, over_at=now) if one.shipment_id not in busy]
            shipment_store.take(work, [_interrupted(shipment, now) for shipment in lost])

    def _set_back(self, now: datetime) -> None:
        """Moments of a clock that was set back mean nothing any more: look again at everything that waits."""
        log.warning("the clock was set back, or answers came from before it was")
        self._astray = self._pending.keys() - self._astray
        self._holds.clear()
        self._held_since = None
        self._moved_at = now
        with self._app.database.write() as work:
            store.set_back(work, now=now)
            store.forget_holds(work)

    # -- lanes: claim in one short write, ask in threads -------------------------------------------------

    def _send(self, now: datetime, room: int, batch_id: str | None) -> int:
        with self._app.database.write() as work:
            rows = store.due(work, "queued", now=now, lot=room, batch_id=batch_id)
            queued = [shipment_store.shipment(row) for row in rows]
            unfit = store.unfit(work, [one.shipment_id for one in queued], now=now)
            able = [one for one in queued if one.shipment_id not in unfit]
            unable = [one for one in queued if one.shipment_id in unfit]
            shipment_store.take(work, [_unfit(one, *unfit[one.shipment_id], now) for one in unable])
            steps = [shipment.step(State.SENDING, at=now) for shipment in able]
            claimed = shipment_store.take(work, steps)
            if not claimed:
                return 0
            store.lease(work, sorted(claimed), until=now + LEASE, attempted_at=now)
            parcels = store.parcels(work, sorted(claimed))
        for shipment in able:
            if shipment.shipment_id in claimed:
                sending = _moved(shipment, State.SENDING)
                self._ask("queued", [sending], asking.create, sending, parcels[shipment.shipment_id])
        return len(claimed)

    def _confirm(self, now: datetime, room: int, batch_id: str | None) -> int:
        return self._each("unconfirmed", asking.find, now, room, batch_id)

    def _number(self, now: datetime, room: int, batch_id: str | None) -> int:
        return self._each("unnumbered", asking.number, now, room, batch_id)

    def _confirm_declaring(self, now: datetime, room: int, batch_id: str | None) -> int:
        return self._each("declare_unconfirmed", asking.declared, now, room, batch_id)

    def _label(self, now: datetime, room: int, batch_id: str | None) -> int:
        rows = self._lease("unlabelled", now, room * LABEL_LOT, batch_id)
        shipments = [shipment_store.shipment(row) for row in rows]
        lots = _lots(shipments)
        for lot in lots:
            self._ask("unlabelled", lot, asking.labels, lot)
        return len(lots)

    def _declare(self, now: datetime, room: int, batch_id: str | None) -> int:
        with self._app.database.write() as work:
            store.unwish_stopped(work)
            rows = store.due(work, "undeclared", now=now, lot=room, batch_id=batch_id)
            steps = [shipment_store.shipment(row).step(State.DECLARING, at=now) for row in rows]
            claimed = shipment_store.take(work, steps)
            store.lease(work, sorted(claimed), until=now + LEASE, attempted_at=now)
        for row in rows:
            if row["shipment_id"] in claimed:
                declaring = _moved(shipment_store.shipment(row), State.DECLARING)
                self._ask("undeclared", [declaring], asking.declare, declaring, row["everything"])
        return len(claimed)

    def _each(
        self, lane: str, ask: Callable[..., Answer], now: datetime, room: int, batch_id: str | None
    ) -> int:
        rows = self._lease(lane, now, room, batch_id)
        for row in rows:
            shipment = shipment_store.shipment(row)
            self._ask(lane, [shipment], ask, shipment, row)
        return len(rows)

    def _lease(self, lane: str, now: datetime, lot: int, batch_id: str | None) -> list[dict[str, Any]]:
        with self._app.database.write() as work:
            rows = store.due(work, lane, now=now, lot=lot, batch_id=batch_id)
            store.lease(work, [row["shipment_id"] for row in rows], until=now + LEASE)
        return rows

    # -- asking and recording ----------------------------------------------------------------------------

    def _ask(self, lane: str, shipments: list[Shipment], ask: Callable[..., Answer], *details: Any) -> None:
        task = _Task(lane, tuple(shipment.shipment_id for shipment in shipments))
        self._pending[self._pool.submit(ask, self._app, *details)] = task

    def _finished(self) -> list[tuple[_Task, Answer]]:
        done = [future for future in self._pending if future.done()]
        return [self._answer(future) for future in done]

    def _answer(self, future: Future[Answer]) -> tuple[_Task, Answer]:
        task = self._pending.pop(future)
        try:
            return task, future.result()
        except Exception:
            # The shipment stays where it is, leased; after the lease, or a restart, it is asked about.
            log.exception("a request of lane %s failed in an unforeseen way", task.lane)
            return task, Answer(trouble="unforeseen")

    def _record(self, fresh: list[tuple[_Task, Answer]]) -> None:
        """Write a lot of answers down; what the store does not take now is kept for the next turn."""
        self._unwritten += fresh
        if not self._unwritten:
            return
        try:
            self._write(self._unwritten)
        except Exception:
            log.exception("%d answers could not be written down", len(self._unwritten))
            self._write_each()
        else:
            self._unwritten = []

    def _write_each(self) -> None:
        """One answer the store will not take must not keep the others out: its shipment is asked about instead."""
        kept = self._refused_by_store(self._unwritten)
        if len(kept) < len(
            self._unwritten
        ):  # The store takes some: what it still does not take, it never will.
            kept, given_up = [], self._refused_by_store(kept)
            if given_up:
                log.error("%d answers are given up; the platform is asked again", len(given_up))
        else:
            self._not_written(self._app.now())
        self._unwritten = kept

    def _not_written(self, now: datetime) -> None:
        self.trouble, self._held_since = "not_written", self._held_since or now

    def _refused_by_store(self, answered: list[tuple[_Task, Answer]]) -> list[tuple[_Task, Answer]]:
        """Write answers one by one; returns those that were not taken."""
        refused = []
        for one in answered:
            try:
                self._write([one])
            except Exception:
                refused.append(one)
        return refused

    def _write(self, answered: list[tuple[_Task, Answer]]) -> None:
        now = self._app.now()
        answers = [answer for _, answer in answered]
        doubts = self._doubted(answered)
        holds = [hold for task, answer in answered for hold in _held(task, answer)]
        holds += [
            Hold(lane, now + timedelta(seconds=pause_s(count - DOUBTS)), NOT_ANSWERING)
            for lane, count in doubts.items()
            if count >= DOUBTS and count > self._doubts[lane]
        ]
        with self._app.database.write() as work:
            frames = [answer.labels for answer in answers if answer.labels is not None]
            if frames:
                shipment_store.keep_labels(work, pd.concat(frames), at=now)
            moved = shipment_store.take(work, [step for answer in answers for step in answer.steps])
            for answer in answers:
                for shipment_id, again_at in answer.absent:
                    store.absent(work, shipment_id, at=now, again_at=again_at)
                for shop_id, order_id, status in answer.statuses:
                    order_store.set_status(work, shop_id, order_id, status, at=now)
            for hold in holds:
                if hold.until - now > WORTH_KEEPING:
                    store.hold(work, hold.lane, until=hold.until, why=hold.why)
        if any(step.state is not step.from_state for answer in answers for step in answer.steps):
            self._moved_at = now
        log.debug("%d answers, %d shipments moved", len(answers), len(moved))
        self._doubts = doubts
        for hold in holds:
            self._holds.add(hold)
        if any(not answer.trouble and not answer.unanswered for answer in answers):
            self._held_since = None
        elif holds:
            self._held_since = self._held_since or now
        troubles = [answer.trouble for answer in answers if answer.trouble]
        self.trouble = next(iter(troubles), "") or self._holds.why(now)

    def _doubted(self, answered: list[tuple[_Task, Answer]]) -> Counter[str]:
        """Lane → requests in a row that nobody answered, with these."""
        doubts = self._doubts.copy()
        for task, answer in answered:
            doubts[task.lane] = doubts[task.lane] + 1 if answer.unanswered else 0
        return doubts

    def _drain(self) -> None:
        while self._pending:
            wait(list(self._pending))
            self._record(self._finished())
        if self._unwritten:
            # What is lost here was leased: the next start asks the platform about it.
            log.error("%d answers could not be written down before the end", len(self._unwritten))

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                self.turn()
                now = self._app.now()
                with self._app.database.read() as work:
                    due = store.next_due(work, now=now, batch_id=None)
                self._rest(self._pause(due, now))
            except Exception:
                log.exception("the dispatcher stumbled and goes on")
                self._rest(FIRST_PAUSE_S)
        self._drain()

    def _pause(self, due: dict[str, datetime], now: datetime) -> float:
        """Seconds until there may be something to do; answers on the way are waited for separately."""
        if self._unwritten or self.trouble == "not_written":
            return FIRST_PAUSE_S
        moments = []
        for lane, due_at in due.items():
            hold = self._holds.of(lane, now)
            moments.append(max(due_at, hold.until) if hold is not None else due_at)
        if not moments:
            return LAST_PAUSE_S
        return min(max((min(moments) - now).total_seconds(), 0.0), LAST_PAUSE_S)

    def _rest(self, seconds: float) -> None:
        if self._pending:
            # What is left at the end of a batch is looked at more often: the wire would wait for the next turn.
            few = len(self._pending) <= self._app.settings.threads
            wait(list(self._pending), timeout=LOT_S / 4 if few else LOT_S)
            return
        if seconds > 0:
            self._woken.wait(seconds)
        self._woken.clear()


def _lots(shipments: list[Shipment]) -> list[list[Shipment]]:
    """As many labels as the platform gives at once, of one shop each: a token opens one shop."""
    shops = [[one for one in shipments if one.shop_id == shop] for shop in {one.shop_id for one in shipments}]
    return [shop[start : start + LABEL_LOT] for shop in shops for start in range(0, len(shop), LABEL_LOT)]


def _held(task: _Task, answer: Answer) -> list[Hold]:
    """What an answer holds back: everything, its own lane, or nothing."""
    found = [(EVERYTHING, answer.wait_until), (task.lane, answer.lane_until)]
    return [Hold(lane, until, answer.trouble) for lane, until in found if until is not None]


def _interrupted(shipment: Shipment, now: datetime) -> Step:
    unsure = State.UNCONFIRMED if shipment.state is State.SENDING else State.DECLARE_UNCONFIRMED
    return shipment.step(unsure, at=now, note="interrupted")


def _moved(shipment: Shipment, state: State) -> Shipment:
    return replace(shipment, state=state)


def _unfit(shipment: Shipment, code: str, value: str, now: datetime) -> Step:
    """What was queued must not be sent any more: a person is told why, as with a refusal of the platform."""
    note = f"{code} {value}".strip() if code in NAMED else code
    return shipment.step(State.REFUSED, at=now, reason_code=code, reason_text=value, note=note)

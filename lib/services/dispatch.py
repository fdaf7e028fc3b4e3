"""The dispatcher: asks the platform for what is queued, one request a parcel, and never twice.

It works in lanes. A lane takes a few due shipments from the store in one short write (that is the intention),
lets threads ask the platform while nothing is locked, and writes the answers down in lots. All timing is in
the store: whatever line the program dies at, the next start finds a state that says what to do.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from lib.aliexpress.errors import Unavailable
from lib.app import App
from lib.domain.orders import AWAITING
from lib.domain.shipments import Shipment, State, Step
from lib.services import asking
from lib.services.asking import FIRST_PAUSE_S, LAST_PAUSE_S, Answer
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


class Dispatcher:
    """Works through what the store says is due. One a process."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(app.settings.threads, thread_name_prefix="dispatch")
        self._pending: dict[Future[Answer], str] = {}
        self._working: set[str] = set()
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._thread: threading.Thread | None = None
        self._wait_until: datetime | None = None
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

    def recover(self) -> None:
        """What a request may have been on the wire for becomes unconfirmed; nothing is sent before asking."""
        now = self._app.now()
        with self._app.database.write() as work:
            steps = [_interrupted(shipment, now) for shipment in store.interrupted(work)]
            shipment_store.take(work, steps)
            store.unlease(work)

    def run_until_idle(
        self, batch_id: str | None, *, on_turn: Callable[[], None] = lambda: None, give_up: timedelta
    ) -> None:
        """Work until nothing can be done without a person, or nothing moved for STALLED.

        Raises the platform's Unavailable when it could not be reached for `give_up` in a row.
        """
        unreachable_since: datetime | None = None
        self._moved_at = self._app.now()
        while True:
            self.turn(batch_id)
            on_turn()
            now = self._app.now()
            unreachable_since = (unreachable_since or now) if self.trouble else None
            if unreachable_since and now - unreachable_since >= give_up:
                self._drain()
                raise Unavailable("unreachable", text=self.trouble)
            with self._app.database.read() as work:
                due, _ = store.next_due(work, now=now, batch_id=batch_id)
            idle = due is None or now - self._moved_at >= STALLED
            if idle and not self._pending:
                return
            self._rest(self._pause(due, now))

    def turn(self, batch_id: str | None = None) -> None:
        """Write down the answers there are, then claim as much as fits on the wire."""
        self._record(self._finished())
        now = self._app.now()
        if self._wait_until is not None and now < self._wait_until:
            return
        room = self._app.settings.threads * 2 - len(self._pending)
        if room < self._app.settings.threads:
            return  # Enough on the wire; a few answers more are written down together.
        with self._app.database.read() as work:
            due = store.lanes(work, now=now, batch_id=batch_id)
        for lane, claim in (
            ("queued", self._send),
            ("unconfirmed", self._confirm),
            ("unnumbered", self._number),
            ("unlabelled", self._label),
            ("undeclared", self._declare),
            ("declare_unconfirmed", self._confirm_declaring),
        ):
            if room > 0 and due.get(lane):
                room -= claim(now, room, batch_id)

    # -- lanes: claim in one short write, ask in threads -------------------------------------------------

    def _send(self, now: datetime, room: int, batch_id: str | None) -> int:
        with self._app.database.write() as work:
            rows = store.due(work, "queued", now=now, lot=room, batch_id=batch_id)
            able, unable = _still_awaiting(rows)
            shipment_store.take(work, [_no_longer_awaiting(shipment, now) for shipment in unable])
            steps = [shipment.step(State.SENDING, at=now) for shipment in able]
            claimed = shipment_store.take(work, steps)
            if not claimed:
                return 0
            store.lease(work, sorted(claimed), until=now + LEASE, attempted_at=now)
            parcels = store.parcels(work, sorted(claimed))
        for shipment in able:
            if shipment.shipment_id in claimed:
                sending = _moved(shipment, State.SENDING)
                self._ask(asking.create, sending, parcels[shipment.shipment_id])
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
            self._ask(asking.labels, lot)
        return len(lots)

    def _declare(self, now: datetime, room: int, batch_id: str | None) -> int:
        with self._app.database.write() as work:
            rows = store.due(work, "undeclared", now=now, lot=room, batch_id=batch_id)
            steps = [shipment_store.shipment(row).step(State.DECLARING, at=now) for row in rows]
            claimed = shipment_store.take(work, steps)
            store.lease(work, sorted(claimed), until=now + LEASE, attempted_at=now)
        for row in rows:
            if row["shipment_id"] in claimed:
                declaring = _moved(shipment_store.shipment(row), State.DECLARING)
                self._ask(asking.declare, declaring, row["everything"])
        return len(claimed)

    def _each(
        self, lane: str, ask: Callable[..., Answer], now: datetime, room: int, batch_id: str | None
    ) -> int:
        rows = self._lease(lane, now, room, batch_id)
        for row in rows:
            self._ask(ask, shipment_store.shipment(row), row)
        return len(rows)

    def _lease(self, lane: str, now: datetime, lot: int, batch_id: str | None) -> list[dict[str, Any]]:
        with self._app.database.write() as work:
            rows = store.due(work, lane, now=now, lot=lot, batch_id=batch_id)
            store.lease(work, [row["shipment_id"] for row in rows], until=now + LEASE)
        return rows

    # -- asking and recording ----------------------------------------------------------------------------

    def _ask(self, ask: Callable[..., Answer], *details: Any) -> None:
        self._pending[self._pool.submit(ask, self._app, *details)] = ask.__name__

    def _finished(self) -> list[Answer]:
        done = [future for future in self._pending if future.done()]
        return [self._answer(future) for future in done]

    def _answer(self, future: Future[Answer]) -> Answer:
        name = self._pending.pop(future)
        try:
            return future.result()
        except Exception:
            # The shipment stays where it is, leased; after the lease, or a restart, it is asked about again.
            log.exception("%s failed in an unforeseen way", name)
            return Answer(trouble="unforeseen")

    def _record(self, answers: list[Answer]) -> None:
        """One short write for a lot of answers."""
        if not answers:
            return
        now = self._app.now()
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
        if any(step.state is not step.from_state for answer in answers for step in answer.steps):
            self._moved_at = now
        log.debug("%d answers, %d shipments moved", len(answers), len(moved))
        waits = [answer.wait_until for answer in answers if answer.wait_until]
        self._wait_until = max(waits) if waits else None
        self.trouble = next((answer.trouble for answer in answers if answer.trouble), "")

    def _drain(self) -> None:
        while self._pending:
            wait(list(self._pending))
            self._record(self._finished())

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                self.turn()
                now = self._app.now()
                with self._app.database.read() as work:
                    due, _ = store.next_due(work, now=now, batch_id=None)
                self._rest(self._pause(due, now))
            except Exception:
                log.exception("the dispatcher stumbled and goes on")
                self._rest(FIRST_PAUSE_S)
        self._drain()

    def _pause(self, due: datetime | None, now: datetime) -> float:
        """Seconds until there may be something to do; answers on the way are waited for separately."""
        moments = [moment for moment in (due, self._wait_until) if moment is not None]
        if self._wait_until is not None and self._wait_until > now:
            moments = [self._wait_until]
        if not moments:
            return LAST_PAUSE_S
        return min(max((min(moments) - now).total_seconds(), 0.0), LAST_PAUSE_S)

    def _rest(self, seconds: float) -> None:
        if self._pending:
            wait(list(self._pending), timeout=max(0.02, min(seconds, 1.0)), return_when=FIRST_COMPLETED)
            return
        if seconds > 0:
            self._woken.wait(seconds)
        self._woken.clear()


def _lots(shipments: list[Shipment]) -> list[list[Shipment]]:
    """As many labels as the platform gives at once, of one shop each: a token opens one shop."""
    shops = [[one for one in shipments if one.shop_id == shop] for shop in {one.shop_id for one in shipments}]
    return [shop[start : start + LABEL_LOT] for shop in shops for start in range(0, len(shop), LABEL_LOT)]


def _interrupted(shipment: Shipment, now: datetime) -> Step:
    unsure = State.UNCONFIRMED if shipment.state is State.SENDING else State.DECLARE_UNCONFIRMED
    return shipment.step(unsure, at=now, note="interrupted")


def _moved(shipment: Shipment, state: State) -> Shipment:
    return replace(shipment, state=state)


def _still_awaiting(rows: list[dict[str, Any]]) -> tuple[list[Shipment], list[Shipment]]:
    """Split due shipments into those whose order still awaits shipment, and those it no longer does."""
    able = [shipment_store.shipment(row) for row in rows if row["order_status"] in AWAITING]
    unable = [shipment_store.shipment(row) for row in rows if row["order_status"] not in AWAITING]
    return able, unable


def _no_longer_awaiting(shipment: Shipment, now: datetime) -> Step:
    return shipment.step(State.REFUSED, at=now, reason_code="order_status", note="order_status")

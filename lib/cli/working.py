"""Working a batch off at a command line: the dispatcher runs here, and its progress is told."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import FrameType

from lib.app import App
from lib.cli.frame import say
from lib.domain.shipments import State
from lib.services import shipments
from lib.services.dispatch import Dispatcher
from lib.texts import gettext as _
from lib.wording import trouble_sentence

#: A platform that cannot be reached for so long is given up; the batch waits for the next start. Outages of ten
#: minutes happen, and an operator who went for tea wants the batch to go on after one.
GIVE_UP = timedelta(minutes=30)
#: Progress is told at most this often.
TELL = timedelta(seconds=2)


def work(app: App, batch_id: str) -> None:
    """Work until nothing of the batch can be done without a person.

    What an earlier run left half done is asked about first. Raises the platform's Unavailable when it could not
    be reached for GIVE_UP, and KeyboardInterrupt when it was told to stop: what was on the wire is written down.
    """
    dispatcher = Dispatcher(app)
    try:
        with _until_told_to_stop(dispatcher) as stopping:
            dispatcher.recover()
            teller = _Teller(app, batch_id, dispatcher, stopping)
            dispatcher.run_until_idle(batch_id, on_turn=teller.tell, give_up=GIVE_UP)
    finally:
        dispatcher.stop()


@contextmanager
def _until_told_to_stop(dispatcher: Dispatcher) -> Iterator[threading.Event]:
    """Ctrl-C and a polite kill wait for the end of a turn: nothing is torn out of a transaction."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()
        # In a thread: the one that is interrupted here may hold the very lock that waking takes.
        threading.Thread(target=dispatcher.wake, daemon=True).start()

    earlier = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


class _Teller:
    """Tells how far the batch is when that changed, not at every turn."""

    def __init__(self, app: App, batch_id: str, dispatcher: Dispatcher, stopping: threading.Event) -> None:
        self._app, self._batch_id, self._dispatcher = app, batch_id, dispatcher
        self._stopping = stopping
        self._told_at: datetime | None = None
        self._told = ""

    def tell(self) -> None:
        """Say a line if there is something new to say and the last one is a while ago; end when told to stop."""
        if self._stopping.is_set():
            raise KeyboardInterrupt
        now = self._app.now()
        if self._told_at is not None and now - self._told_at < TELL:
            return
        line = self._line()
        if line != self._told:
            self._told_at, self._told = now, line
            say(line)

    def _line(self) -> str:
        if self._dispatcher.trouble:
            return trouble_sentence(self._dispatcher.trouble)
        progress = shipments.progress(self._app, self._batch_id)
        return _(
            "{settled} of {total} settled, {refused} refused, {unconfirmed} unconfirmed, {rate} a minute",
            settled=progress.settled,
            total=progress.total,
            refused=progress.counts.get(State.REFUSED, 0),
            unconfirmed=progress.counts.get(State.UNCONFIRMED, 0),
            rate=f"{progress.per_minute:,.0f}",
        )

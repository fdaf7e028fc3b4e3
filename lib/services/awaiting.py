"""Orders awaiting shipment as the store last knew them: dear to find, and asked for with every click."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pyarrow as pa

from lib.app import App
from lib.store import orders as store
from lib.store.database import Work

#: Deadlines nearer than this are soon.
SOON = timedelta(hours=24)


@contextmanager
def looked(app: App, now: datetime) -> Iterator[Work]:
    """A reading that knows which orders await shipment at this time; found anew once something is written."""

    def find() -> pa.Table:
        with app.database.read() as work:
            return store.awaiting(work)

    known = app.database.kept("orders_awaiting", find)
    with app.database.read() as work:
        store.look(work, known, now=now)
        yield work


def counted(app: App) -> dict[str, int]:
    """How many orders await, are free, in a batch, held, kept out by a finding, overdue, and due soon.

    As of the minute: several parts of a page ask for it.
    """
    now = app.now()

    def find() -> dict[str, int]:
        with looked(app, now) as work:
            return store.counts(work, now=now, soon=SOON)

    return app.database.kept(("orders_counted", now.replace(second=0, microsecond=0)), find)

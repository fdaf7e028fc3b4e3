"""Orders awaiting shipment as the store last knew them: dear to find, and asked for with every click."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pyarrow as pa

from lib.app import App
from lib.store import orders as store
from lib.store.database import Work


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

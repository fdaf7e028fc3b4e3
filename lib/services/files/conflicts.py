"""Orders in a batch of which a file said something else: listed until a person settles them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from lib.services import batches, checks
from lib.store import audit
from lib.store import conflicts as store

if TYPE_CHECKING:
    from lib.app import App


def conflicts(app: App) -> pd.DataFrame:
    """One row per order in a batch and field of which a file says something else, unsettled.

    Columns: conflict_id, order_id, batch_id, field, kept, offered, file, row_no, found_at.
    """
    with app.database.read() as work:
        return store.unsettled(work)


def keep(app: App, conflict_ids: Sequence[str], *, by: str) -> int:
    """What the desk keeps in these fields stands; returns how many that settled."""
    with app.database.write() as work:
        at = app.now()
        settled = store.keep(work, conflict_ids, by=by, at=at)
        for order_id in sorted(set(settled)):
            audit.record(work, "keep_ours", order_id, by=by, at=at)
    return len(settled)


def take_theirs(app: App, conflict_ids: Sequence[str], *, by: str) -> int:
    """What a file or the platform says in these fields is taken, an address whole; returns how many that settled.

    Their orders leave their batches for it, where they were not sent yet: quotes and papers there are of what was
    known before. An order that is under way keeps what it has. What is in an order comes with the next file or sync.
    """
    with app.database.read() as work:
        unsent = store.unsent(work, conflict_ids)
    for batch_id in sorted({row["batch_id"] for row in unsent}):
        ids = [row["shipment_id"] for row in unsent if row["batch_id"] == batch_id]
        batches.take_out(app, batch_id, ids, by=by)
    with app.database.write() as work:
        at = app.now()
        settled = store.take(work, conflict_ids, by=by, at=at)
        for order_id in sorted({row["order_id"] for row in settled}):
            audit.record(work, "take_theirs", order_id, by=by, at=at)
        for shop_id in sorted({row["shop_id"] for row in settled}):
            checks.refresh(work, shop_id, at)
    return len(settled)

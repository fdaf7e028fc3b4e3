"""Orders in a batch of which a file said something else: listed until a person settles them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from lib.store import audit, imports

if TYPE_CHECKING:
    from lib.app import App


def conflicts(app: App) -> pd.DataFrame:
    """One row per order in a batch and field of which a file says something else, unsettled.

    Columns: order_id, batch_id, field, kept, offered, file, row_no, found_at.
    """
    with app.database.read() as work:
        return imports.open_conflicts(work)


def keep_ours(app: App, order_ids: Sequence[str], *, by: str) -> int:
    """What the desk keeps of these orders stands; returns how many fields that settled."""
    with app.database.write() as work:
        at = app.now()
        settled = imports.settle_conflicts(work, order_ids, by=by, at=at)
        for order_id in order_ids if settled else ():
            audit.record(work, "keep_ours", order_id, by=by, at=at)
    return settled

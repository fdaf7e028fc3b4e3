"""What a file or the platform says otherwise of orders in a batch: listed, kept as it is, or taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lib.store.database import Work


def unsettled(work: Work) -> pd.DataFrame:
    """One row per order in a batch and field of which a file said something else, unsettled."""
    return work.frame("conflicts_open")


def keep(work: Work, conflict_ids: Sequence[str], *, by: str, at: datetime) -> list[str]:
    """What the desk keeps in these fields stands; returns the order of each that this settled."""
    with work.ids(conflict_ids):
        return [row["order_id"] for row in work.rows("conflicts_keep", settled_by=by, settled_at=at)]


def unsent(work: Work, conflict_ids: Sequence[str]) -> list[dict[str, Any]]:
    """One dict (batch_id, shipment_id) per shipment not sent yet that has an order of these conflicts."""
    with work.ids(conflict_ids):
        return work.rows("conflicts_unsent")


def take(work: Work, conflict_ids: Sequence[str], *, by: str, at: datetime) -> list[dict[str, Any]]:
    """What was said of orders that no shipment has is taken; returns one dict (shop_id, order_id) per field.

    With a field of a receiver come all of that receiver.
    """
    with work.ids(conflict_ids):
        whole = [row["conflict_id"] for row in work.rows("conflicts_with_receivers")]
    with work.ids(whole):
        work.run("conflicts_taken_orders", settled_at=at)
        work.run("conflicts_taken_receivers", settled_at=at)
        return work.rows("conflicts_taken", settled_by=by, settled_at=at)

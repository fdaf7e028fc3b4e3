"""Findings of the check before shipping, kept per order until its receiver changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from lib.domain.orders import Receiver
from lib.store import orders
from lib.store.database import Work


def unchecked(work: Work, shop_id: str) -> dict[str, Receiver]:
    """The receivers of awaiting orders that changed since they were last checked."""
    rows = work.rows("receivers_unchecked", shop_id=shop_id)
    return {row["order_id"]: orders.receiver(row) for row in rows}


def record(
    work: Work, shop_id: str, order_ids: Sequence[str], findings: pd.DataFrame, *, at: datetime
) -> None:
    """Replace the findings of these orders by these (order_id, code, field, value)."""
    with work.ids(order_ids):
        work.run("findings_forget", shop_id=shop_id)
        work.run("receivers_checked", shop_id=shop_id, checked_at=at)
    with work.table("findings_found", findings):
        work.run("findings_add", shop_id=shop_id)

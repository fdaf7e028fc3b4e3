"""What shipping costs by the day and month parcels were made on the platform."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lib.store.database import Work


def since(
    work: Work, *, today: datetime, month: datetime, last_month: datetime, same_time: datetime
) -> list[dict[str, Any]]:
    """One dict per currency: today_minor, month_minor, month_billed_minor, last_minor, last_so_far_minor.

    The moments are the beginnings of today, of this month and of the last one, and the moment of last month that now
    is of this one.
    """
    return work.rows(
        "spent_since", today_at=today, month_at=month, last_month_at=last_month, same_time_at=same_time
    )

"""Trial prices: who waits for them, and what the platform answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lib.store.database import Work


def want(work: Work, shipment_ids: Sequence[str], *, by: str, at: datetime) -> int:
    """Have undecided shipments asked for; returns how many. One without a weight cannot be."""
    with work.ids(shipment_ids):
        return len(work.rows("trials_want", wanted_by=by, wanted_at=at))


def due(work: Work, *, now: datetime, lot: int, batch_id: str | None = None) -> list[dict[str, Any]]:
    """One dict per shipment to be asked for now, with weight and sizes."""
    return work.rows("trials_due", now_at=now, lot=lot, batch_id=batch_id)


def next_at(work: Work, *, batch_id: str | None = None) -> datetime | None:
    """When the next one that waits may be asked for; None when none waits."""
    found = work.value("trials_next_at", batch_id=batch_id)
    return found if isinstance(found, datetime) else None


def keep(work: Work, answers: pd.DataFrame, offers: pd.DataFrame, *, at: datetime) -> None:
    """Keep `answers` (shipment_id, trouble, next_attempt_at, attempted) and `offers` (as the table trials)."""
    with work.table("answers", answers), work.table("offers", offers):
        work.run("trials_forget")
        work.run("trials_add", fetched_at=at)
        work.run("trials_answer", fetched_at=at)


def hold(work: Work, shop_id: str, until: datetime) -> None:
    """Ask nothing more of a shop before a moment."""
    work.run("trials_hold", shop_id=shop_id, until_at=until)


def of_parcel(work: Work, shipment_id: str) -> list[dict[str, Any]]:
    """One dict per plan offered for a shipment; `fits`: asked with its weight and sizes of now."""
    return work.rows("trials_of_parcel", shipment_id=shipment_id)


def request(work: Work, shipment_id: str) -> dict[str, Any] | None:
    """The request for a shipment's trial prices, or None."""
    return work.row("trial_request_of", shipment_id=shipment_id)


def of_batch(
    work: Work, batch_id: str, *, stale_before: datetime, asked: bool = False, page_size: int | None = None
) -> pd.DataFrame:
    """One row per undecided shipment: its estimate beside the trial price of its plan, the largest gap first."""
    return work.frame(
        "trials_of_batch", batch_id=batch_id, stale_before=stale_before, asked=asked, page_size=page_size
    )


def counted(work: Work, batch_id: str, *, stale_before: datetime) -> list[dict[str, Any]]:
    """One dict per standing and currency of a batch's undecided shipments: how many, and sums of both prices."""
    return work.rows("trials_counted", batch_id=batch_id, stale_before=stale_before)


def seen(work: Work, batch_id: str) -> None:
    """Keep the trial prices that stand beside the estimates with the decisions."""
    work.run("quotes_see_trials", batch_id=batch_id)

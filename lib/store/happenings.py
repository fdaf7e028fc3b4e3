"""What happened, read back: to a shipment, in a batch, by whom."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lib.store.database import Work


def of_shipment(work: Work, shipment_id: str) -> list[dict[str, Any]]:
    """One dict (kind, happened_at, done_by, what, detail) per thing beside its states, oldest first."""
    return work.rows("shipment_happenings", shipment_id=shipment_id)


def timeline(work: Work, batch_id: str) -> pd.DataFrame:
    """One row per line of the timelines of a batch's shipments, in the list's order and the oldest first."""
    return work.frame("batch_timeline", batch_id=batch_id)


def audit_of(work: Work, batch_id: str) -> list[dict[str, Any]]:
    """One dict (done_at, done_by, action, subject, detail) per action on a batch, the newest first."""
    return work.rows("batch_audit", batch_id=batch_id)


def exported(work: Work, batch_id: str) -> pd.DataFrame:
    """One row per shipment of a batch in the list's order, for other programs."""
    return work.frame("batch_export", batch_id=batch_id)


def cost(work: Work, batch_id: str) -> list[dict[str, Any]]:
    """One dict per currency: what the batch's logistics orders cost so far, estimated."""
    return work.rows("batch_cost", batch_id=batch_id)

"""Weights of parcels that were weighed, by a scale or by another program."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from lib.store.database import Work


def matched(work: Work, weights: Mapping[str, int]) -> pd.DataFrame:
    """One row per number: weight_g, the undecided shipment it names (None), match_count and any_count."""
    lines = pd.DataFrame(
        {
            "number": pd.Series(list(weights.keys()), dtype="str"),
            "weight_g": pd.Series(list(weights.values()), dtype="int64"),
        }
    )
    with work.table("weighed", lines):
        return work.frame("weighed_matched")


def set_weights(work: Work, found: pd.DataFrame, *, source: str, by: str, at: datetime) -> list[str]:
    """Give shipments (shipment_id, weight_g) their weight and keep each weighing; returns those that have it now."""
    with work.table("matched", found):
        work.run("weighings_add", source=source, weighed_by=by, weighed_at=at)
        return [row["shipment_id"] for row in work.rows("shipments_weigh", source=source, changed_at=at)]


def of_shipment(work: Work, shipment_id: str) -> list[dict[str, Any]]:
    """One dict per weighing of a shipment, the latest first."""
    return work.rows("weighings_of", shipment_id=shipment_id)

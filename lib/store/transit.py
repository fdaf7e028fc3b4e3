"""How long parcels take, beside what was promised."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from lib.store.database import Work


def days(work: Work, at: datetime) -> pd.DataFrame:
    """One row per plan and country, plan (country ''), and all (plan ''): days and shares, as the macro tells."""
    return work.frame("transit_days", now_at=at)

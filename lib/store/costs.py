"""Costs: the exchange rates that make amounts of several currencies comparable (an assumption, dated)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from lib.store.database import Work


def exchange(work: Work, *, on: date) -> list[dict[str, Any]]:
    """One dict per currency: the latest rate_e6 (millionths of a CNY for 1 unit) until a day, and its rate_on."""
    return work.rows("exchange_rates", until=on)


def in_cny(work: Work, *, on: date) -> pd.DataFrame:
    """One row per plan, country, currency, kind and stage of the fees of what was sent: fee_cny_minor."""
    return work.frame("fees_in_cny", until=on)

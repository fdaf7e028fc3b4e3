"""Costs: the exchange rates that make amounts of several currencies comparable (an assumption, dated)."""

from __future__ import annotations

from datetime import date
from typing import Any

from lib.store.database import Work


def exchange(work: Work, *, on: date) -> list[dict[str, Any]]:
    """One dict per currency: the latest rate_e6 (millionths of a CNY for 1 unit) until a day, and its rate_on."""
    return work.rows("exchange_rates", until=on)

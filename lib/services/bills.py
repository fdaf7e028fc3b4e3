"""Bills: what carriers charged, line by line, and which of it belongs to no shipment here."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lib.app import App
from lib.store import bills as store


def totals(app: App) -> list[dict[str, Any]]:
    """One dict per currency: line_count, unmatched_count, shipment_count, amount_minor, unmatched_minor."""
    with app.database.read() as work:
        return store.totals(work)


def lines(app: App, *, matched: bool | None = None, page_size: int = 1000) -> pd.DataFrame:
    """One row per line of any bill, the newest first, with the order and plan of its shipment."""
    with app.database.read() as work:
        return store.lines(work, matched=matched, page_size=page_size)


def match(app: App) -> None:
    """Look again for shipments with the numbers on the bills: numbers may have come after them."""
    with app.database.write() as work:
        store.match(work, at=app.now())

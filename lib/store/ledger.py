"""The return-fee ledger: rows and totals of one and the same moment."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from lib.store.database import Work


def read(
    work: Work,
    *,
    on: date,
    page_size: int | None = None,
    country: str | None = None,
    plan_id: str | None = None,
    decision: str | None = None,
    month: str | None = None,
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Rows of the ledger (a page of them, or all) and its totals by axis, of one set made once."""
    work.run("ledger_make", counted_on=on)
    totals = work.rows("ledger_totals")
    work.run(
        "ledger_page_make",
        country=country,
        plan_id=plan_id,
        decision=decision,
        month=month,
        page_size=page_size,
    )
    work.run("ledger_page_fees_make")
    rows = work.frame("ledger_rows", counted_on=on)
    for name in ("ledger_page_fees_forget", "ledger_page_forget", "ledger_forget"):
        work.run(name)
    return rows, totals

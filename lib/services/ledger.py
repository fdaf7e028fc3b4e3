"""The return-fee ledger: what return or destroy really cost, parcel by parcel and added up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.money import minor_digits
from lib.files import exports
from lib.store import ledger as store

#: What the ledger is added up by.
AXES = ("month", "country", "plan", "decision")


@dataclass(frozen=True)
class Ledger:
    """Rows and totals of one moment. Every amount named …_cny_minor, and every total, is CNY minor units."""

    rows: pd.DataFrame
    """One row per parcel that paid for return, failed abroad, or comes back; what failed first.

    Columns: shipment_id, order_id, batch_id, plan_id, country, sent_at, month, decision, decided_how,
    decided_by, outcome, outcome_at, is_failed, return_kind ('overseas', 'domestic'), is_returned, is_destroyed;
    fee_, freight_ and recovered_ each with minor, currency, stage ('assumed', 'quoted', 'billed', 'counted')
    and cny_minor; net_cny_minor.
    """
    total: dict[str, Any] | None  #: Of all rows; None without any. As a row of `by`.
    by: dict[str, list[dict[str, Any]]]
    """Axis → one dict per value of it.

    parcel_count, paid_count, failed_count, returned_count, domestic_count, destroyed_count; fee_minor,
    freight_minor (of failed parcels), recovered_minor (from abroad), recovered_domestic_minor, net_minor;
    fee_assumed_minor, freight_quoted_minor, recovered_assumed_minor: how much of these nobody has charged or
    counted yet; unconverted_count: parcels with an amount in a currency without a rate.
    """


def export(app: App, *, kind: str) -> bytes:
    """All rows as a table, csv or xlsx: amounts in whole units of the currency beside them, times in UTC."""
    frame = _read(app, app.now().date()).rows
    for name in ("fee", "freight", "recovered"):
        currency = frame[f"{name}_currency"]
        digits = currency.map(lambda code: minor_digits(code) if isinstance(code, str) else 0)
        frame[f"{name}_minor"] = frame[f"{name}_minor"].astype("Float64") / 10 ** digits.astype("Int64")
        frame[f"{name}_cny_minor"] = frame[f"{name}_cny_minor"].astype("Float64") / 100
    frame["net_cny_minor"] = frame["net_cny_minor"] / 100
    frame = frame.rename(columns=lambda name: name.removesuffix("_minor"))
    return exports.csv(frame) if kind == "csv" else exports.xlsx(frame, "Return fees")


def read(
    app: App,
    *,
    page_size: int | None = None,
    country: str | None = None,
    plan_id: str | None = None,
    decision: str | None = None,
    month: str | None = None,
) -> Ledger:
    """The ledger by the exchange rates of today; the filters choose rows, the totals are of all.

    It is kept until something is written: leave it as it is.
    """
    day, wanted = app.now().date(), (page_size, country, plan_id, decision, month)
    return app.database.kept(("ledger", day, *wanted), lambda: _read(app, day, *wanted))


def _read(
    app: App,
    day: date,
    page_size: int | None = None,
    country: str | None = None,
    plan_id: str | None = None,
    decision: str | None = None,
    month: str | None = None,
) -> Ledger:
    with app.database.read() as work:
        rows, totals = store.read(
            work,
            on=day,
            page_size=page_size,
            country=country,
            plan_id=plan_id,
            decision=decision,
            month=month,
        )
    by = {axis: [row for row in totals if row["axis"] == axis] for axis in AXES}
    return Ledger(rows, next((row for row in totals if row["axis"] == "all"), None), by)

"""Costs: worked out beforehand, one row per parcel, and asked along any two axes; exchange rates (an assumption)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from lib.domain.costs import Axis, View
from lib.store import bills
from lib.store.database import Work

#: A change may be stored a while after the moment it carries: so far back everything is looked at again.
OVERLAP = timedelta(minutes=10)


def exchange(work: Work, *, on: date) -> list[dict[str, Any]]:
    """One dict per currency: the latest rate_e6 (millionths of a CNY for 1 unit) until a day, and its rate_on."""
    return work.rows("exchange_rates", until=on)


def in_cny(work: Work, *, on: date) -> pd.DataFrame:
    """One row per plan, country, currency, kind and stage of the fees of what was sent: fee_cny_minor."""
    return work.frame("fees_in_cny", until=on)


def stamp(work: Work) -> dict[str, Any]:
    """What the store looks like where costs come from: stamp, and rates."""
    return work.rows("costs_stamp")[0]


def refreshed(work: Work) -> dict[str, Any] | None:
    """Up to where the worked-out costs are true: refreshed_at, stamp, rates; None before the first time."""
    return work.row("costs_refreshed")


def refresh(work: Work, *, at: datetime) -> dict[str, Any]:
    """Work out the costs of what changed since the last time; of everything the first time or after other rates.

    Returns the stamp they are of. Does nothing where somebody else just did it.
    """
    before = refreshed(work)
    if before is None:
        bills.match(work, at=at)  # Bills may have been loaded before their matches were kept.
    now = stamp(work)
    if before is not None and (before["stamp"], before["rates"]) == (now["stamp"], now["rates"]):
        return now
    everything = before is None or before["rates"] != now["rates"]
    since = at if before is None else before["refreshed_at"] - OVERLAP
    work.run("cost_touched_make", is_everything=everything, since_at=since)
    work.run("cost_fresh_make")
    for kept in ("parcels", "lines", "differences"):
        work.run(f"costs_forget_{kept}")
        work.run(f"costs_add_{kept}")
    work.run("costs_refreshed_forget")
    work.run("costs_refreshed_keep", refreshed_at=at, **now)
    return now


def cells(work: Work, view: View, *, page_size: int) -> pd.DataFrame:
    """One row per pair of values of the view's axes and one of all (is_total): counts, sums, `quantiles` (P50, P90).

    Of orders only the first `page_size`.
    """
    asked = _asked(view)
    if view.skus:
        return work.frame("costs_cells_of_skus", skus=list(view.skus), **asked)
    if view.rows is not Axis.ORDER and not view.by_sku:
        return work.frame("costs_cells", **asked)
    if view.by_sku:
        rows = work.frame("costs_cells_by_sku", **asked)
    else:
        rows = work.frame("costs_orders", page_size=page_size, **asked | {"column_axis": ""})
    whole = work.frame("costs_cells", **asked | {"row_axis": "", "column_axis": ""})
    return pd.concat([rows, whole[whole["is_total"] & (whole["parcel_count"] > 0)]], ignore_index=True)


def parcels(
    work: Work, view: View, row_value: str | None, column_value: str | None, *, page_size: int
) -> pd.DataFrame:
    """One row per parcel (and SKU, where the view is by SKU) behind a total, the dearest first."""
    behind = {"row_value": row_value, "column_value": column_value, "page_size": page_size}
    if view.by_sku:
        return work.frame("costs_parcels_by_sku", skus=_some(view.skus), **behind, **_asked(view))
    return work.frame("costs_parcels", **behind, **_asked(view))


def facets(work: Work) -> pd.DataFrame:
    """One row per filter and value it can have: facet, value, parcel_count; the most parcels first."""
    return work.frame("costs_facets")


def views(work: Work) -> list[dict[str, Any]]:
    """One dict per saved view: name, query, saved_by, saved_at."""
    return work.rows("cost_views_all")


def save_view(work: Work, name: str, query: str, *, by: str, at: datetime) -> None:
    """Keep a view under a name, in place of one that had it."""
    work.run("cost_view_save", name=name, query=query, saved_by=by, saved_at=at)


def forget_view(work: Work, name: str) -> None:
    """Drop a saved view."""
    work.run("cost_view_forget", name=name)


def _asked(view: View) -> dict[str, Any]:
    return {
        "measure": str(view.measure),
        "basis": str(view.basis),
        "row_axis": str(view.rows),
        "column_axis": str(view.columns),
        "from_on": view.from_on,
        "until_on": view.until_on,
        "countries": _some(view.countries),
        "plans": _some(view.plans),
        "warehouses": _some(view.warehouses),
        "shops": _some(view.shops),
        "bands": _some(view.bands),
    }


def _some(values: tuple[str, ...]) -> list[str] | None:
    return list(values) or None


def landed(work: Work) -> pd.DataFrame:
    """One row per rule and country: parcels it holds for, and what is due where that is known."""
    return work.frame("costs_landed")


def duty_billed(work: Work) -> pd.DataFrame:
    """One row per country: duties and taxes that bills charge us for."""
    return work.frame("costs_duty_billed")

"""Costs: what shipping costs along any two axes, by estimate and by bill, down to the parcels behind a total."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lib.app import App
from lib.domain.costs import Measure, View
from lib.domain.problems import Problem
from lib.files import exports
from lib.store import audit
from lib.store import costs as store
from lib.store import shipments as shipment_store

KEYS = ["plan_id", "country", "currency", "kind", "stage"]
#: So many rows of parcels are shown; a download has all of them.
PAGE_SIZE = 500
#: So many orders are listed, the dearest or worst first; a download has all of them.
ORDERS = 1000
#: So many answers are kept.
ANSWERS = 32
#: More than any total has.
EVERYTHING = 2**40
MAX_NAME = 80
STATISTICS = ("mean", "p50", "p90", "total")
#: A sheet has so many rows below its header.
MOST_ROWS = 1_048_575


@dataclass(frozen=True)
class Costs:
    """What the parcels on the platform cost, as far as it is known."""

    fees: pd.DataFrame
    """One row per plan, country, currency, kind and stage of fee.

    Columns: plan_id, country, currency, kind ('freight', 'return_service'), stage ('estimated': by a rate card,
    'assumed': by the return-fee table), shipment_count, fee_minor (of `currency`), weight_g, fee_cny_minor
    (missing for a currency without a rate).
    """
    exchange_on: date | None  #: The day of the exchange rates used; they are an assumption.


@dataclass(frozen=True)
class Explored:
    """The answer to a view."""

    cells: pd.DataFrame
    """One row per pair of values of the two axes.

    Columns: row_value, column_value ('' where not known yet, or for no axis); parcel_count, order_count,
    delivered_count, billed_count, unknown_count (parcels whose cost is not known; in no amount); weight_g; in minor
    CNY cost_cny (billed where bills charge for carrying, else estimated), estimated_cny, return_cny, billed_cny,
    compensation_cny (≤ 0), revenue_cny, shipping_cny (paid by the buyer), balance_cny; and the view's measure as
    mean, p50, p90, total and value (the statistic asked for): minor CNY, of a share hundredths of a percent; missing
    where nothing is to be divided.
    """
    total: dict[str, Any]  #: The same columns for all of them together: a parcel or an order counts once.
    unconverted: tuple[str, ...]  #: Currencies without a rate: what is in them is in no amount.


def by_plan(app: App) -> Costs:
    """The fees of every parcel that is on the platform, as recorded when its batch was submitted."""
    today = app.now().date()
    with app.database.read() as work:
        fees = shipment_store.costs(work)
        in_cny = store.in_cny(work, on=today)
        rates = store.exchange(work, on=today)
    foreign = set(fees["currency"]) - {"CNY"}
    used = [row["rate_on"] for row in rates if row["currency"] in foreign]
    fees = fees.merge(in_cny, how="left", on=KEYS).astype({"fee_cny_minor": "Int64"})
    return Costs(fees, max(used, default=None))


def exchange_on(app: App) -> date | None:
    """The day of the newest exchange rates that compare currencies today; they are an assumption."""
    with app.database.read() as work:
        return max((row["rate_on"] for row in store.exchange(work, on=app.now().date())), default=None)


def refresh(app: App) -> str:
    """Work out the costs of whatever changed since the last time; returns a stamp of what they are of."""
    global _fresh
    seen = (app.database.opened, app.database.write_count)
    if _fresh is not None and _fresh[0] == seen:
        return _fresh[1]
    with app.database.read() as work:
        now, known = store.stamp(work), store.refreshed(work)
    if known is None or (known["stamp"], known["rates"]) != (now["stamp"], now["rates"]):
        with app.database.write() as work:
            now = store.refresh(work, at=app.now())
        seen = (seen[0], seen[1] + 1)
    stamp = f"{now['stamp']}|{now['rates']}"
    # Somebody else may have written meanwhile: then the numbers differ, and it is looked at again.
    _fresh = (seen, stamp)
    return stamp


def explore(app: App, view: View, *, stamp: str = "", page_size: int = ORDERS) -> Explored:
    """Answer a view over all parcels on the platform; call `refresh` first. Of orders only the first `page_size`.

    With the stamp `refresh` returned, an answer is kept until something changed: a page runs many times.
    """
    key = (app.database.opened, stamp, page_size, view)
    with _answers_guard:
        if stamp and key in _answers:
            _answers.move_to_end(key)
            return _answers[key]
    with app.database.read() as work:
        cells = store.cells(work, view, page_size=page_size)
    found = _explored(cells, view)
    if stamp:
        with _answers_guard:
            _answers[key] = found
            while len(_answers) > ANSWERS:
                _answers.popitem(last=False)
    return found


def parcels(
    app: App,
    view: View,
    row_value: str | None = None,
    column_value: str | None = None,
    *,
    page_size: int = PAGE_SIZE,
) -> pd.DataFrame:
    """One row per parcel behind a total, the dearest first; None names every value of an axis.

    Columns: those of `cost_parcels`, day (by the view's basis), figure (what the measure is of this parcel). A view
    by SKU has one row per parcel and SKU, with the SKU's share.
    """
    with app.database.read() as work:
        return store.parcels(work, view, row_value, column_value, page_size=page_size)


def export_cells(app: App, view: View, form: str) -> bytes:
    """The table behind a view as a file: csv, parquet or xlsx. Amounts in CNY; in Parquet whole minor units."""
    cells = explore(app, view, page_size=EVERYTHING).cells
    renamed = {"row_value": view.rows, "column_value": view.columns or "column_value"}
    kept = cells.drop(columns=[] if view.columns else ["column_value"]).rename(columns=renamed)
    return _file(kept.drop(columns=["value", "priced_g", "revenue_cost_cny", "balance_count"]), form)


def export_parcels(app: App, view: View, row_value: str | None, column_value: str | None, form: str) -> bytes:
    """All parcels behind a total as a file: csv, parquet or xlsx. Raises Problem for more than a workbook holds."""
    rows = parcels(app, view, row_value, column_value, page_size=EVERYTHING)
    if form == "xlsx" and len(rows) > MOST_ROWS:
        raise Problem("too_many_rows", count=f"{len(rows):,}", most=f"{MOST_ROWS:,}")
    inner = ["row_value", "column_value", "figure", "order_place", "order_cost_cny", "is_alone", "part_count"]
    inner += ["postcode", *([] if view.by_sku else ["sku", "quantity"])]
    return _file(rows.drop(columns=inner), form)


def _file(frame: pd.DataFrame, form: str) -> bytes:
    amounts = [name for name in frame.columns if name.endswith("_cny") or name in STATISTICS]
    return exports.table(frame, form, hundredths=amounts)


_fresh: tuple[tuple[str, int], str] | None = None
_answers_guard = threading.Lock()
_answers: OrderedDict[tuple[str, str, int, View], Explored] = OrderedDict()
_facets_guard = threading.Lock()
_facets: tuple[tuple[str, str], dict[str, dict[str, int]]] | None = None


def facets(app: App, stamp: str) -> dict[str, dict[str, int]]:
    """What each filter can be: facet → value → parcels; kept until `refresh` returns another stamp."""
    global _facets
    key = (app.database.opened, stamp)
    with _facets_guard:
        if _facets is None or _facets[0] != key:
            with app.database.read() as work:
                rows = store.facets(work)
            found: dict[str, dict[str, int]] = {}
            for facet, value, count in rows.itertuples(index=False, name=None):
                found.setdefault(facet, {})[value] = int(count)
            _facets = (key, found)
        return _facets[1]


@dataclass(frozen=True)
class Landed:
    """What is due at the destination: information, apart from our own cost."""

    due: pd.DataFrame
    """One row per dated rule and country: rule, country, kind, valid_from, parcel_count it holds for by the day they
    were made, within_count (worth no more than its limit, or of unknown worth), heading_count, amount_minor per
    heading and due_minor of `currency` (missing: not known beforehand)."""
    billed: pd.DataFrame  #: country, parcel_count, duty_cny: what bills prove that we pay; it is in our cost.


def landed(app: App) -> Landed:
    """Duties and taxes by dated rule for all parcels on the platform."""
    with app.database.read() as work:
        return Landed(store.landed(work), store.duty_billed(work))


def export_landed(app: App, form: str) -> bytes:
    """What is due at the destination as a file: csv, parquet or xlsx; amounts in the currency beside them."""
    return exports.table(landed(app).due, form, hundredths=["amount_minor", "due_minor"])


def views(app: App) -> list[dict[str, Any]]:
    """One dict per saved view: name, query (the page's URL query text), saved_by, saved_at."""
    with app.database.read() as work:
        return store.views(work)


def save_view(app: App, name: str, query: str, *, by: str) -> None:
    """Keep a view under a name. Raises Problem for no name, or one too long."""
    name = name.strip()
    if not name or len(name) > MAX_NAME:
        raise Problem("view_name", most=MAX_NAME)
    with app.database.write() as work:
        store.save_view(work, name, query, by=by, at=app.now())
        audit.record(work, "cost_view_save", name, by=by, at=app.now(), query=query)


def forget_view(app: App, name: str, *, by: str) -> None:
    """Drop a saved view."""
    with app.database.write() as work:
        store.forget_view(work, name)
        audit.record(work, "cost_view_forget", name, by=by, at=app.now())


def _explored(cells: pd.DataFrame, view: View) -> Explored:
    quantiles = cells.pop("quantiles")
    unconverted = tuple(sorted(set(cells.pop("unconverted").dropna())))
    counts = [name for name in cells.columns if name not in ("row_value", "column_value", "is_total")]
    cells = cells.astype(dict.fromkeys(counts, "Int64"))
    for place, name in enumerate(("p50", "p90")):
        values = [
            one[place] if isinstance(one, list | np.ndarray) and len(one) else None for one in quantiles
        ]
        cells[name] = pd.array(values, dtype="Int64")
    cells["mean"] = pd.array([_mean(row, view.measure) for row in cells.to_dict("records")], dtype="Int64")
    cells["total"] = cells["balance_cny" if view.measure is Measure.BALANCE else "cost_cny"]
    cells["value"] = cells[str(view.statistic)]
    is_total = cells.pop("is_total").astype(bool)
    [total] = cells[is_total].fillna(dict.fromkeys(counts, 0)).to_dict("records") or [{}]
    return Explored(cells[~is_total].reset_index(drop=True), total, unconverted)


def _mean(row: dict[str, Any], measure: Measure) -> int | None:
    parcels = row["parcel_count"] - row["unknown_count"]
    match measure:
        case Measure.ORDER:
            return _divided(row["cost_cny"], row["order_count"])
        case Measure.KG:
            return _divided(row["cost_cny"], row["priced_g"], times=1000)
        case Measure.SHARE:
            return _divided(row["revenue_cost_cny"], row["revenue_cny"], times=10_000)
        case Measure.BALANCE:
            return _divided(row["balance_cny"], row["balance_count"])
        case Measure.DELIVERED:
            return _divided(row["cost_cny"], row["delivered_count"])
    return _divided(row["cost_cny"], parcels)


def _divided(amount: Any, count: Any, times: int = 1) -> int | None:
    """Rounded half up, away from zero; None for nothing to divide, or to divide by."""
    if pd.isna(amount) or pd.isna(count) or count <= 0:
        return None
    size = (2 * abs(amount) * times + count) // (2 * count)
    return int(size if amount >= 0 else -size)

"""Costs over a year of a million parcels: the explorer's views, what they publish, and what if."""

from __future__ import annotations

import runpy
import statistics
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from benchmarks import history
from benchmarks.measure import Figure, seconds
from benchmarks.quotes import PARCELS
from lib import app as wiring
from lib.app import App
from lib.config import ROOT, Settings
from lib.services import costs, publishing, what_if
from lib.services.what_if import Change
from lib.store import published, reference
from lib.store.database import Database
from lib.store.queries import sql

#: Views as their address has them: every axis, every figure, filtered and not.
VIEWS: tuple[dict[str, Any], ...] = (
    {"rows": "plan"},
    {"rows": "country", "columns": "plan", "show": "heat"},
    {"rows": "month", "columns": "band", "measure": "kg", "stat": "p90"},
    {"rows": "warehouse", "columns": "month", "basis": "handed", "measure": "order"},
    {"rows": "sku", "columns": "country", "measure": "balance"},
    {"rows": "order", "measure": "balance"},
    {"rows": "country", "columns": "shop", "measure": "delivered", "country": ["US", "DE", "FR"]},
)
#: The barest question an analyst would ask of the store's own tables: parcels and their estimated freight.
_BARE = """
select {columns}, count(*), sum(fee.fee_minor){quantiles}
from shipments as shipment
inner join receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
inner join fees as fee
    on fee.shipment_id = shipment.shipment_id and fee.kind = 'freight' and fee.stage = 'estimated'
{more}
group by {columns}
"""
_QUANTILES = ", quantile_disc(fee.fee_minor, [0.5, 0.9])"
#: The same of what is worked out beforehand: one pass over one table.
_FACTS = """
select {columns}, count(*), sum(cost_cny)::bigint, sum(estimated_cny)::bigint, sum(billed_cny)::bigint,
    sum(revenue_cny)::bigint, sum(shipping_cny)::bigint, sum(weight_g)::bigint{quantiles}
from {table}
group by {columns}
"""
_RAW = {
    "plan": "shipment.plan_id",
    "country": "receiver.country",
    "month": "strftime(shipment.created_at, '%Y-%m')",
    "band": "weight_band(shipment.weight_g)",
    "warehouse": "way.warehouse_name",
    "shop": "shipment.shop_id",
    "order": "shipment.order_id",
    "sku": "line.sku",
}
_JOINS = {
    "warehouse": """
inner join batch_plans as way
    on way.batch_id = shipment.batch_id and way.plan_id = shipment.plan_id
""",
    "sku": """
inner join shipment_lines as part
    on part.shipment_id = shipment.shipment_id
inner join order_lines as line
    on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no
""",
}
_COLUMNS = {"plan": "plan_id", "month": "created_month", "shop": "shop_id", "order": "order_id"}


def _explorer() -> Iterator[Figure]:
    """Every view as a person meets it: the server time of the page, beside the question alone."""
    with year(PARCELS) as app:
        made = seconds(lambda: costs.refresh(app))
        page = opened(app, "costs")
        cold, warm, ratio, over_facts = 0.0, 0.0, 0.0, 0.0
        for view in VIEWS:
            bare, facts = _bare(app, view)
            first, again = _turned_to(page, view)
            cold, warm = max(cold, first), max(warm, again)
            ratio, over_facts = max(ratio, first / bare), max(over_facts, again / facts)
            said = " × ".join(str(view[name]) for name in ("rows", "columns", "measure") if name in view)
            yield Figure(f"costs {said}: bare query", bare, "s")
            yield Figure(f"costs {said}: one pass over what is worked out", facts, "s")
            yield Figure(f"costs {said}: page, the first time", first, "s")
            yield Figure(f"costs {said}: page, the median of five runs after", again, "s")
    of = f"any of {len(VIEWS)} views over {PARCELS:,} parcels"
    yield Figure("costs of everything worked out the first time", made, "s")
    yield Figure("the slowest view the first time", cold, "s")
    yield Figure("the page beside one pass over what is worked out, at worst", over_facts, "×")
    yield Figure("explorer", warm, "s", limit=0.3, against=of)
    yield Figure("explorer_ratio", ratio, "×", limit=2, against=f"the bare query; the first run of {of}")


def _turned_to(page: AppTest, view: dict[str, Any]) -> tuple[float, float]:
    """The first run after the address became this view's, and the median of five after it."""
    for name in [*page.query_params]:
        del page.query_params[name]
    for name, value in view.items():
        page.query_params[name] = value
    first = seconds(page.run)
    if page.exception:
        raise RuntimeError(page.exception[0].message)
    return first, statistics.median(seconds(page.run) for _ in range(5))


def _bare(app: App, view: dict[str, Any]) -> tuple[float, float]:
    """The question of the store's own tables, and of what is worked out; the best of two."""
    axes = [str(view[name]) for name in ("rows", "columns") if name in view]
    each = "order" in axes  # Of one order each there are no quantiles.
    bare = _BARE.format(
        columns=", ".join(_RAW[axis] for axis in axes),
        more="".join(_JOINS.get(axis, "") for axis in axes),
        quantiles="" if each else _QUANTILES,
    )
    facts = _FACTS.format(
        columns=", ".join(_COLUMNS.get(axis, axis) for axis in axes),
        table="cost_lines" if "sku" in axes else "cost_parcels",
        quantiles="" if each else ", quantile_disc(cost_cny, [0.5, 0.9])",
    )
    with app.database._cursor() as cursor:
        return (
            min(seconds(lambda: cursor.execute(bare).fetchall()) for _ in range(2)),
            min(seconds(lambda: cursor.execute(facts).fetchall()) for _ in range(2)),
        )


def _publish() -> Iterator[Figure]:
    """All facts published, beside the database's own copy of the same rows."""
    with year(PARCELS) as app, tempfile.TemporaryDirectory() as folder:
        costs.refresh(app)
        took = min(seconds(lambda: publishing.publish(app)) for _ in range(2))
        with app.database._cursor() as cursor:
            for table in published.TABLES:
                cursor.execute(f"create temp table {table}_rows as {sql(f'published_{table}')}")
            bare = min(seconds(lambda: _copy(cursor, Path(folder, uuid.uuid4().hex))) for _ in range(2))
        rows = sum(publishing.publish(app).rows.values())
    yield Figure("rows published", rows, "rows")
    yield Figure(
        "copy … (format parquet, partition_by (year, month)) of the same rows, ready in tables", bare, "s"
    )
    yield Figure("publishing everything", took, "s")
    yield Figure(
        "publish_parquet", took / bare, "×", limit=2, against=f"DuckDB's own copy, {PARCELS:,} parcels"
    )


def _copy(cursor: duckdb.DuckDBPyConnection, folder: Path) -> None:
    folder.mkdir()
    for table in published.TABLES:
        cursor.execute(
            f"copy {table}_rows to '{folder / table}' (format parquet, partition_by (year, month), compression zstd)"
        )


@contextmanager
def year(count: int) -> Iterator[App]:
    """A desk after a year of so many parcels."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "store.duckdb")
        with database.write() as work:
            reference.load(work, Settings().reference)
        history.build(database, count)
        yield App(Settings(data=Path(folder)), database, now=lambda: history.NOW)
        database.close()


def opened(app: App, name: str) -> AppTest:
    """A page of the dashboard, as on the server: framed, and components looked for once."""

    wiring.use(app)
    script_runner._mpa_v1 = lambda path: runpy.run_path(path, run_name="__main__")  # type: ignore[assignment]
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
    page = AppTest.from_file(ROOT / "dashboard.py", default_timeout=120)
    page.session_state["language"] = "en"
    page.switch_page(f"pages/{name}.py")
    return page.run()


def _what_if() -> Iterator[Figure]:
    """Everything that was sent rated again, with what it comes to by plan and country and what flips."""
    change = Change(policy="cheapest", lighter_g=20, currency="USD", rate_e6=7_500_000)
    with year(PARCELS) as app:
        costs.refresh(app)
        took = min(seconds(lambda: what_if.ask(app, change)) for _ in range(3))
        flips = what_if.ask(app, change).total["flip_count"]
    yield Figure("parcels that would go on another plan", flips, "parcels")
    yield Figure(
        "what_if_history", took, "s", limit=1, against=f"a year of {PARCELS:,} parcels, rated both ways"
    )


FIGURES = {"what_if_history": _what_if, "explorer": _explorer, "publish_parquet": _publish}

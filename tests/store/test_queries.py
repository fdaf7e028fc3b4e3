"""Every named query plans against the migrated schema, and somebody calls it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lib.config import Settings
from lib.store import reference
from lib.store.database import MIGRATIONS, derived
from lib.store.queries import named

ROOT = Path(__file__).resolve().parents[2]

#: Tables that Python lends to queries, with their columns; `name type, …` as in a create statement.
LENT = {
    "chosen": "id varchar",
    "taken": "order_id varchar, position bigint",
    "steps": """
        shipment_id varchar, from_state varchar, state varchar, happened_at timestamp, done_by varchar,
        note varchar, next_attempt_at timestamp, drops_wish boolean, logistics_order_id varchar,
        lp_number varchar, tracking_number varchar, reason_code varchar, reason_text varchar, request_id varchar
    """,
    "fetched": "shipment_id varchar, path varchar, sha256 varchar, size_bytes bigint, page_count bigint",
    "findings_found": "order_id varchar, code varchar, field varchar, value varchar",
    "found": """
        role varchar, address_id varchar, position bigint, name varchar, country varchar, province varchar,
        city varchar, street varchar, is_default boolean
    """,
    "told_orders": """
        order_id varchar, status varchar, status_label varchar, ordered_at timestamp, paid_at timestamp,
        ship_by_at timestamp, currency varchar, goods_minor bigint, shipping_minor bigint, total_minor bigint,
        buyer_name varchar, buyer_service varchar, buyer_plan_id varchar, note varchar, is_detailed boolean,
        asked_at timestamp
    """,
    "told_lines": """
        order_id varchar, line_no integer, child_order_id varchar, sku varchar, title varchar, attributes varchar,
        quantity bigint, unit varchar, shipped_quantity bigint
    """,
    "told_receivers": """
        order_id varchar, name varchar, country varchar, province varchar, city varchar, address varchar,
        postcode varchar, phone varchar, mobile varchar, tax_number varchar
    """,
    "seen_orders": """
        order_id varchar, status varchar, modified_at timestamp, is_settled boolean, refused_code varchar
    """,
    "refused": "sheet varchar, row_no bigint, column_name varchar, value varchar, code varchar",
    "file_orders": """
        order_id varchar, status varchar, status_label varchar, ordered_at timestamp, paid_at timestamp,
        ship_by_at timestamp, currency varchar, goods_minor bigint, shipping_minor bigint, total_minor bigint,
        buyer_name varchar, buyer_service varchar, note varchar, row_no bigint
    """,
    "file_lines": """
        order_id varchar, line_no integer, sku varchar, title varchar, attributes varchar, quantity bigint,
        unit varchar
    """,
    "file_receivers": """
        order_id varchar, name varchar, country varchar, country_label varchar, province varchar, city varchar,
        address varchar, postcode varchar, phone varchar, mobile varchar, tax_number varchar
    """,
    "file_products": """
        sku varchar, title varchar, weight_g bigint, length_mm bigint, width_mm bigint, height_mm bigint,
        cargo_class varchar, declared_name_zh varchar, declared_name_en varchar, declared_minor bigint,
        declared_currency varchar, purchase_minor bigint, purchase_currency varchar, hs_code varchar, shelf varchar
    """,
}

#: Parameters that are numbers or flags without a name that says so.
NUMBERS = ("skipped", "lot", "handover_id", "import_id", "next_page")
FLAGS = (
    "with_note",
    "several",
    "on_hold",
    "blocked",
    "partly",
    "placed",
    "locked",
    "pickup_agreed",
)

#: Queries that make a table other queries read, in the order in which they run.
MAKERS = (
    "parcels_of_one", "quotes_make", "orders_incoming", "products_incoming", "sync_incoming",
    "sync_lines_matched", "sync_contradictions",
)  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> Iterator[duckdb.DuckDBPyConnection]:
    """The migrated schema with everything a query may read besides."""
    with duckdb.connect() as connection:
        for path in sorted(MIGRATIONS.glob("*.sql")):
            connection.execute(path.read_text(encoding="utf-8"))
        connection.execute(derived())
        for name, columns in LENT.items():
            connection.execute(f"create temp table {name} ({columns})")
        for name in MAKERS:
            connection.execute(named()[name], values(named()[name]))
        yield connection


@pytest.mark.parametrize("name", sorted(named()))
def test_a_query_plans(schema: duckdb.DuckDBPyConnection, name: str) -> None:
    text = named()[name]
    if text.startswith("drop"):
        pytest.skip("a drop has no plan")
    if name in MAKERS:
        text = re.sub(r"^create temp table \w+ as", "", text)
    with reference_file(schema, name):
        schema.execute(f"explain {text}", values(text))


def test_a_query_says_what_one_row_is() -> None:
    silent = [name for name, text in named().items() if not text.startswith("-- ")]
    assert not silent


def test_every_query_has_a_caller() -> None:
    said: set[str] = set()
    prefixes: set[str] = set()
    for path in ROOT.glob("lib/store/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                prefixes.add(str(node.values[0].value))
    prefixes = {prefix for prefix in prefixes if prefix.endswith("_")}
    unsaid = [name for name in named() if name not in said and not name.startswith(tuple(prefixes))]
    assert not unsaid


@contextmanager
def reference_file(schema: duckdb.DuckDBPyConnection, query: str) -> Iterator[None]:
    """Lend the reference file a query takes in, if it takes one."""
    kind = next((kind for kind, queries in reference.QUERIES.items() if query in queries), None)
    if kind is None:
        yield
        return
    folder = Settings().reference
    schema.register(
        "file", reference.read(next(folder.glob("rates/*.csv" if kind == "rates" else f"{kind}.csv")))
    )
    yield
    schema.unregister("file")


def values(text: str) -> dict[str, Any]:
    """A value of the right type for each parameter of a query, by what its name says."""
    return {name: _value(name) for name in re.findall(r"\$(\w+)", text)}


def _value(name: str) -> Any:
    if name.endswith("_at") or name == "due_before":
        return datetime(2026, 1, 1)  # noqa: DTZ001 (the store keeps UTC without a zone)
    if name.endswith("_on"):
        return date(2026, 1, 1)
    if name in ("shops", "countries", "services", "states"):
        return ["x"]
    if name.endswith(("_g", "_mm", "_count", "_minor", "_size")) or name in NUMBERS:
        return 5
    return True if name in FLAGS else "x"

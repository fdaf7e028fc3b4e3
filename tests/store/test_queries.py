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

#: Chances of plans and countries, as `services.advice` lends them.
CHANCES = """
    plan_id varchar, country varchar, fail_mean double, fail_low double, fail_high double, back_mean double,
    back_low double, back_high double, both_mean double, both_low double, both_high double, sent_count bigint,
    failed_count bigint, basis varchar
"""

#: Tables that Python lends to queries, with their columns; `name type, …` as in a create statement.
LENT = {
    "chosen": "id varchar",
    "awaiting_known": """
        shop_id varchar, order_id varchar, status varchar, partly_shipped boolean, ordered_at timestamp,
        paid_at timestamp, ship_by_at timestamp, overdue boolean, receiver_name varchar, country varchar,
        city varchar, buyer_service varchar, buyer_plan_id varchar, currency varchar, total_minor bigint,
        note varchar, line_count bigint, unit_count bigint, weight_g bigint, cargo_class varchar, hold_reason varchar,
        hold_until_at timestamp, in_batch boolean, batch_id varchar, shipment_state varchar, block_codes varchar[],
        told_codes varchar[]
    """,
    "taken": "order_id varchar, position bigint",
    "steps": """
        shipment_id varchar, from_state varchar, state varchar, happened_at timestamp, done_by varchar,
        note varchar, next_attempt_at timestamp, drops_wish boolean, logistics_order_id varchar,
        lp_number varchar, tracking_number varchar, reason_code varchar, reason_text varchar, request_id varchar,
        found_undeliverable varchar, found_service_code varchar
    """,
    "confirmed": """
        buyer_service varchar, plan_id varchar, kind varchar, shipment_count bigint, fee_cny_minor bigint,
        buyer_days_max bigint, plan_days_max bigint, was_known boolean, ticked boolean
    """,
    "picked": "shipment_id varchar, plan_id varchar",
    "answers": "shipment_id varchar, trouble varchar, next_attempt_at timestamp, attempted bigint",
    "offers": """
        shipment_id varchar, plan_id varchar, currency varchar, price_minor bigint, days_min bigint, days_max bigint,
        weight_g bigint, length_mm bigint, width_mm bigint, height_mm bigint
    """,
    "weighed": "number varchar, weight_g bigint",
    "parts": "line_no integer, quantity bigint",
    "left_out": "order_id varchar, code varchar, value varchar",
    "pages": "print_run_id bigint, page_no bigint, shipment_id varchar",
    "matched": "shipment_id varchar, weight_g bigint",
    "fetched": "shipment_id varchar, path varchar, sha256 varchar, size_bytes bigint, page_count bigint",
    "rules": "code varchar, severity varchar, subject varchar, asks boolean",
    "limits": "name varchar, least bigint, most bigint",
    "country_rules": """
        country varchar, pattern varchar, needs_address boolean, needs_city boolean, needs_province boolean,
        needs_postcode boolean
    """,
    "dial_codes": "calling_code varchar, main_region varchar",
    "dial_regions": """
        region varchar, calling_code varchar, is_main boolean, prefix varchar, pattern varchar, group_count bigint,
        risky varchar, exit_code varchar,
        exit_risky varchar, possible bigint, complete bigint
    """,
    "tax_countries": "country varchar",
    "judged": "kind varchar, country varchar, text varchar, fits boolean",
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
    "told_events": """
        shipment_id varchar, row_no bigint, vocabulary varchar, code varchar, raw_code varchar, happened_at timestamp,
        zone varchar, text varchar, place varchar, status varchar
    """,
    "numbers": "number varchar",
    "asked": "shipment_id varchar, next_track_at timestamp, tries bigint, trouble varchar, has_news boolean",
    "abnormal": """
        logistics_order_id varchar, tracking_number varchar, order_id varchar, abnormal_code varchar,
        abnormal_reason varchar, status_code varchar, status_name varchar, solution_name varchar, is_insured boolean,
        return_number varchar, decide_by_at timestamp, changed_at timestamp
    """,
    "edits": "sku varchar, field varchar, value varchar",
    "pairings": "sku varchar, known_sku varchar, quantity bigint",
    "bands": "min_g bigint, max_g bigint, packaging_g bigint",
    "refused": """
        sheet varchar, row_no bigint, column_name varchar, value varchar, code varchar, identity varchar,
        cells varchar, problem_id varchar
    """,
    "came_in": "identity varchar, problem_id varchar",
    "file_fingerprints": "order_id varchar, row_hash ubigint, moment_at timestamp",
    "file_unchanged": "order_id varchar",
    "file_replaced": "order_id varchar, row_count bigint",
    "file_findings": "order_id varchar, code varchar, field varchar, value varchar",
    "file_orders": """
        order_id varchar, status varchar, status_label varchar, ordered_at timestamp, paid_at timestamp,
        ship_by_at timestamp, currency varchar, goods_minor bigint, shipping_minor bigint, total_minor bigint,
        buyer_name varchar, buyer_service varchar, note varchar, row_no bigint,
        row_count bigint, weighed_g bigint, is_said boolean
    """,
    "file_lines": """
        order_id varchar, line_no integer, sku varchar, title varchar, attributes varchar, quantity bigint,
        unit varchar
    """,
    "file_receivers": """
        order_id varchar, name varchar, country varchar, country_label varchar, province varchar, city varchar,
        address varchar, postcode varchar, phone varchar, mobile varchar, tax_number varchar
    """,
    "file_cards": """
        plan_id varchar, valid_from timestamp, valid_to timestamp, is_dated boolean, currency varchar,
        volumetric_divisor bigint, volumetric_from_mm bigint, source varchar, note varchar, row_count bigint,
        row_no bigint
    """,
    "file_rates": """
        plan_id varchar, valid_from timestamp, country varchar, cargo_class varchar, min_g bigint, max_g bigint,
        per_kg_e4 bigint, item_fee_minor bigint, first_g bigint, first_fee_minor bigint, step_g bigint,
        step_fee_minor bigint, increment_g bigint, min_billable_g bigint, suspended boolean
    """,
    "file_surcharges": """
        plan_id varchar, valid_from timestamp, kind varchar, country varchar, postcode_prefix varchar,
        percent_e2 bigint, amount_minor bigint, per_kg_e4 bigint
    """,
    "file_spot_prices": """
        list_id varchar, service varchar, detail varchar, country varchar, price_minor bigint, per_kg_e4 bigint,
        currency varchar, days_min bigint, days_max bigint, battery boolean, quoted_on timestamp, lacks varchar,
        source varchar, confidence varchar
    """,
    "file_lines_billed": """
        line_key varchar, row_no bigint, number varchar, charged_on timestamp, kind varchar, kind_text varchar,
        billed_g bigint, amount_minor bigint, currency varchar, bill_number varchar, note varchar
    """,
    "chances": CHANCES,
    "past_chances": f"known_on date, {CHANCES}",
    "shown": "age bigint, share double",
    "advised": """
        shipment_id varchar, plan_id varchar, country varchar, advised varchar, basis varchar, value_source varchar,
        value_minor bigint, fee_minor bigint, fail_mean double, fail_low double, fail_high double, back_mean double,
        back_low double, back_high double, gain_minor bigint, gain_low_minor bigint, gain_high_minor bigint,
        break_even double, setting_id bigint
    """,
    "file_products": """
        sku varchar, title varchar, weight_g bigint, length_mm bigint, width_mm bigint, height_mm bigint,
        cargo_class varchar, declared_name_zh varchar, declared_name_en varchar, declared_minor bigint,
        declared_currency varchar, purchase_minor bigint, purchase_currency varchar, hs_code varchar, shelf varchar,
        packaging_g bigint
    """,
}

#: Parameters that are numbers or flags without a name that says so.
NUMBERS = (
    "complaint_id",
    "stop_id",
    "skipped",
    "lot",
    "handover_id",
    "import_id",
    "group_count",
    "next_page",
    "start_no",
    "reprint_no",
    "run_no",
    "from_no",
    "until_no",
    "scale_g",
    "recovery_e4",
    "fail_e4",
    "back_e4",
)
FLAGS = (
    "asked",
    "include_accepted",
    "with_note",
    "several",
    "on_hold",
    "blocked",
    "partly",
    "placed",
    "locked",
    "pickup_agreed",
    "matched",
    "newest",
    "only_open",
    "only_read",
    "divided",
    "is_everything",
    "everything",
)

#: Parameters that are lists of texts.
LISTS = (
    "shops",
    "countries",
    "services",
    "states",
    "held_shops",
    "kinds",
    "plans",
    "warehouses",
    "bands",
    "skus",
)

#: Queries that make a table other queries read, in the order in which they run.
MAKERS = (
    "awaiting_make",
    "parcels_of_days",
    "quotes_make",
    "cheapest_make",
    "rule_decisions",
    "card_quotes_before",
    "card_quotes_after",
    "card_orders",
    "rates_incoming",
    "orders_incoming",
    "orders_differing",
    "products_incoming",
    "due_make",
    "postcode_texts_make",
    "postcode_verdicts_make",
    "phone_readings_make",
    "phone_prefixes_make",
    "phone_verdicts_make",
    "tax_verdicts_make",
    "sync_incoming",
    "sync_lines_matched",
    "sync_contradictions",
    "splits_units",
    "splits_parts",
    "splits_contents",
    "splits_whole",
    "cost_touched_make",
    "bill_owners_make",
    "cost_fresh_make",
    "what_if_kinds",
    "what_if_shapes",
    "what_if_lighter",
    "what_if_before",
    "what_if_after",
    "what_if_made",
    "ledger_make",
    "ledger_page_make",
    "ledger_page_fees_make",
    "board_make",
    "tracking_incoming",
    "tracking_touched",
    "changes_watch",
)


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
        text = re.sub(r"^create temp table (if not exists )?\w+ as", "", text)
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
    if name.endswith("_at") or name in ("due_before", "stale_before"):
        return datetime(2026, 1, 1)  # noqa: DTZ001 (the store keeps UTC without a zone)
    if name.endswith("_on") or name == "active_from":
        return date(2026, 1, 1)
    if name in (
        "shops", "countries", "services", "states", "plans", "warehouses", "bands", "skus", "held_shops", "kinds",
    ):  # fmt: skip
        return ["x"]
    if name.endswith(("_g", "_mm", "_count", "_minor", "_size")) or name in NUMBERS:
        return 5
    return True if name in FLAGS else "x"

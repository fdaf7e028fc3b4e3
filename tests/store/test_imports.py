"""Orders and products of files are taken in as sets; loading twice changes nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from lib.files.orders import OrderTables, read_orders
from lib.files.products import read_products
from lib.store import imports, products
from lib.store.database import Database
from lib.store.imports import Counts
from tests.builders import a_products_cell, an_export_row, write_export

AT = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
COUNTRIES = pd.DataFrame({"name": ["Ireland", "Spain"], "country": ["IE", "ES"]})


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database(None)
    run(database, "insert into service_names values ('AliExpress Standard Shipping', 'CAINIAO_STANDARD')")
    yield database
    database.close()


def run(database: Database, sql: str, *values: object) -> list[dict[str, Any]]:
    """Plain SQL, for what a test has to arrange or to look at."""
    with database._cursor() as cursor:
        return cursor.execute(sql, values).df().to_dict("records")


def order(database: Database, order_id: str) -> dict[str, Any]:
    [found] = run(database, "select * from orders where order_id = ?", order_id)
    return found


def read(tmp_path: Path, *rows: dict[str, str]) -> OrderTables:
    return read_orders(
        write_export(tmp_path / "e.csv", rows), zone="America/Los_Angeles", countries=COUNTRIES
    )


def load(database: Database, tables: OrderTables, at: datetime = AT, import_id: int = 1) -> Counts:
    with database.write() as work:
        return imports.load_orders(work, tables, shop_id="default", import_id=import_id, at=at)


def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    tables = {"orders": "order_id", "order_lines": "order_id, line_no", "receivers": "order_id, version"}
    return {name: run(database, f"select * from {name} order by {key}") for name, key in tables.items()}  # noqa: S608


def a_shipment(database: Database, order_id: str, state: str) -> None:
    run(
        database,
        """insert into shipments (shipment_id, shop_id, batch_id, order_id, position, state, weight_source,
        cargo_class, created_at, changed_at) values ('s-' || $1, 'default', 'b-1', $1, 1, $2, 'sku', 'general',
        timestamp '2026-09-01', timestamp '2026-09-01')""",
        order_id,
        state,
    )


def test_new_orders_are_kept_with_their_lines_and_receivers(database: Database, tmp_path: Path) -> None:
    row = an_export_row(products=a_products_cell(("A", 2), ("B", 1)))
    assert load(database, read(tmp_path, row)) == Counts(1, 0, 0, lines=2)
    kept = order(database, row["订单号"])
    assert (kept["status"], kept["total_minor"], kept["import_id"]) == ("WAIT_SELLER_SEND_GOODS", 5890, 1)
    assert kept["ship_by_at"] == pd.Timestamp("2026-09-05 17:00"), "UTC, without a zone in the store"
    assert kept["buyer_plan_id"] == "CAINIAO_STANDARD"
    lines = run(database, "select sku, quantity, shipped_quantity from order_lines order by line_no")
    assert lines == [
        {"sku": "A", "quantity": 2, "shipped_quantity": 0},
        {"sku": "B", "quantity": 1, "shipped_quantity": 0},
    ]
    assert run(database, "select version, country from receivers") == [
        {"version": "received", "country": "IE"}
    ]


def test_a_service_nobody_knows_is_no_plan(database: Database, tmp_path: Path) -> None:
    row = an_export_row(买家选择物流="Pigeon")
    load(database, read(tmp_path, row))
    assert order(database, row["订单号"])["buyer_plan_id"] is None


def test_loading_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    tables = read(tmp_path, *(an_export_row() for _ in range(5)), an_export_row(订单状态="部分发货"))
    load(database, tables)
    before = everything(database)
    assert load(database, tables, at=LATER, import_id=2) == Counts(0, 0, 6)
    assert everything(database) == before


@pytest.mark.parametrize(
    "change",
    [
        {"订单备注": "please hurry"},
        {"发货期限": "2026-09-07 10:00"},
        {"订单金额": "$60.00"},
        {"收货人名称": "Mary Made-Up"},
        {"邮编": "D04 X4C7"},
        {"收货国家": "Spain"},
        {"products": a_products_cell(("SKU-1", 2))},
        {"products": a_products_cell(("SKU-1", 1), ("SKU-2", 1))},
        {"products": a_products_cell(("SKU-9", 1))},
    ],
)
def test_an_order_that_changed_is_updated_once(
    database: Database, tmp_path: Path, change: dict[str, str]
) -> None:
    row, other = an_export_row(), an_export_row()
    load(database, read(tmp_path, row, other))
    changed = read(tmp_path, an_export_row(**(row | change)), other)
    assert load(database, changed, at=LATER, import_id=2) == Counts(0, 1, 1)
    kept = order(database, row["订单号"])
    assert (kept["changed_at"], kept["import_id"]) == (LATER.replace(tzinfo=None), 2)
    assert kept["loaded_at"] == AT.replace(tzinfo=None)
    assert order(database, other["订单号"])["changed_at"] == AT.replace(tzinfo=None)
    assert load(database, changed, at=LATER, import_id=3) == Counts(0, 0, 2)


def test_a_line_the_order_no_longer_has_goes(database: Database, tmp_path: Path) -> None:
    row = an_export_row(products=a_products_cell(("A", 2), ("B", 1)))
    load(database, read(tmp_path, row))
    shorter = an_export_row(**(row | {"products": a_products_cell(("A", 2))}))
    assert load(database, read(tmp_path, shorter)).updated == 1
    assert run(database, "select sku from order_lines") == [{"sku": "A"}]


def test_what_a_file_does_not_say_is_not_forgotten(database: Database, tmp_path: Path) -> None:
    row = an_export_row(订单备注="please hurry")
    load(database, read(tmp_path, row))
    without = an_export_row(**(row | {"订单备注": "", "发货期限": "", "付款时间": "", "订单状态": ""}))
    before = everything(database)
    assert load(database, read(tmp_path, without), at=LATER) == Counts(0, 0, 1)
    assert everything(database) == before


def test_the_rest_of_an_order_somebody_else_began_to_ship_is_not_known(
    database: Database, tmp_path: Path
) -> None:
    fresh, partly = an_export_row(), an_export_row(订单状态="部分发货")
    load(database, read(tmp_path, fresh, partly))
    rest = "select order_id, shipped_quantity is null as unknown from order_lines order by order_id"
    assert [line["unknown"] for line in run(database, rest)] == [False, True]
    load(database, read(tmp_path, fresh | {"订单状态": "部分发货"}, partly))
    assert [line["unknown"] for line in run(database, rest)] == [True, True]
    run(database, "update order_lines set shipped_quantity = 0")
    load(database, read(tmp_path, fresh | {"订单状态": "部分发货"}, partly))
    assert [line["unknown"] for line in run(database, rest)] == [False, False], "a sync knew better"


def test_an_order_in_a_shipment_keeps_its_lines_and_its_receiver(database: Database, tmp_path: Path) -> None:
    row = an_export_row()
    load(database, read(tmp_path, row))
    a_shipment(database, row["订单号"], "accepted")
    before = everything(database)
    change = {"products": a_products_cell(("SKU-1", 9)), "城市": "Cork", "发货期限": "2026-09-07 10:00"}
    counts = load(database, read(tmp_path, an_export_row(**(row | change))), at=LATER)
    assert counts == Counts(0, 1, 0, kept_apart=(row["订单号"],))
    after = everything(database)
    assert (after["order_lines"], after["receivers"]) == (before["order_lines"], before["receivers"])
    assert order(database, row["订单号"])["ship_by_at"] == pd.Timestamp("2026-09-07 17:00")


def test_an_order_whose_shipment_was_cancelled_follows_the_file_again(
    database: Database, tmp_path: Path
) -> None:
    row = an_export_row()
    load(database, read(tmp_path, row))
    a_shipment(database, row["订单号"], "cancelled")
    assert load(database, read(tmp_path, row | {"城市": "Cork"})) == Counts(0, 1, 0)
    assert run(database, "select city from receivers") == [{"city": "Cork"}]


@pytest.mark.parametrize(
    ("stored", "label", "kept"),
    [
        ("WAIT_BUYER_ACCEPT_GOODS", "等待您发货", "WAIT_BUYER_ACCEPT_GOODS"),
        ("WAIT_BUYER_ACCEPT_GOODS", "部分发货", "WAIT_BUYER_ACCEPT_GOODS"),
        ("SELLER_PART_SEND_GOODS", "等待您发货", "SELLER_PART_SEND_GOODS"),
        ("WAIT_SELLER_SEND_GOODS", "等待买家收货", "WAIT_BUYER_ACCEPT_GOODS"),
        ("WAIT_BUYER_ACCEPT_GOODS", "订单结束", "FINISH"),
        ("WAIT_BUYER_ACCEPT_GOODS", "含纠纷的订单", "IN_ISSUE"),
    ],
)
def test_an_order_declared_from_here_never_falls_back(
    database: Database, tmp_path: Path, stored: str, label: str, kept: str
) -> None:
    row = an_export_row()
    load(database, read(tmp_path, row))
    a_shipment(database, row["订单号"], "declared")
    run(database, "update orders set status = ?", stored)
    load(database, read(tmp_path, row | {"订单状态": label}))
    assert order(database, row["订单号"])["status"] == kept
    assert run(database, "select shipped_quantity from order_lines") == [{"shipped_quantity": 0}]


def test_an_order_nobody_shipped_here_follows_the_file_both_ways(database: Database, tmp_path: Path) -> None:
    row = an_export_row(订单状态="等待买家收货")
    load(database, read(tmp_path, row))
    load(database, read(tmp_path, row | {"订单状态": "等待您发货"}))
    assert order(database, row["订单号"])["status"] == "WAIT_SELLER_SEND_GOODS"


def test_the_plan_a_sync_brought_stays_until_the_buyer_chooses_another(
    database: Database, tmp_path: Path
) -> None:
    row = an_export_row(买家选择物流="Pigeon")
    load(database, read(tmp_path, row))
    run(database, "update orders set buyer_plan_id = 'PIGEON'")
    load(database, read(tmp_path, row | {"订单备注": "x"}))
    assert order(database, row["订单号"])["buyer_plan_id"] == "PIGEON"
    load(database, read(tmp_path, row | {"买家选择物流": "AliExpress Standard Shipping"}))
    assert order(database, row["订单号"])["buyer_plan_id"] == "CAINIAO_STANDARD"


def test_a_correction_by_hand_outlives_the_file(database: Database, tmp_path: Path) -> None:
    row = an_export_row()
    load(database, read(tmp_path, row))
    run(
        database,
        """insert into receivers by name
        select * replace ('corrected' as version, 'Galway' as city) from receivers""",
    )
    load(database, read(tmp_path, row | {"城市": "Cork"}))
    versions = run(database, "select version, city from receivers order by version")
    assert versions == [
        {"version": "corrected", "city": "Galway"},
        {"version": "received", "city": "Cork"},
    ]


def test_an_empty_file_is_no_order(database: Database, tmp_path: Path) -> None:
    assert load(database, read(tmp_path)) == Counts(0, 0, 0)


def test_a_load_that_breaks_half_way_leaves_nothing(database: Database, tmp_path: Path) -> None:
    tables = read(tmp_path, an_export_row(), an_export_row())
    broken = replace(tables, receivers=tables.receivers.assign(country=None))
    with pytest.raises(duckdb.Error):
        load(database, broken)
    assert everything(database) == {"orders": [], "order_lines": [], "receivers": []}


def test_what_was_read_is_on_record_with_its_refused_rows(database: Database, tmp_path: Path) -> None:
    tables = read(tmp_path, an_export_row(), an_export_row(订单号=""), an_export_row(收货国家="?"))
    for name in ("first.csv", "second.csv"):
        with database.write() as work:
            imports.record(
                work,
                imports.next_id(work),
                tables.problems,
                file=name,
                layout=tables.layout,
                sha256="0" * 64,
                read=3,
                loaded=1,
                updated=0,
                unchanged=0,
                by="ann",
                at=AT,
            )
    with database.read() as work:
        kept = imports.imports(work)
        assert list(kept["file"]) == ["second.csv", "first.csv"]
        assert list(kept["refused_count"]) == [2, 2]
        assert list(kept["loaded_at"]) == [AT, AT]
        second = int(kept["import_id"][0])
        refused = imports.problems(work, import_id=second)
        assert list(zip(refused["row_no"], refused["column_name"], refused["code"], strict=True)) == [
            (3, "订单号", "order_number_blank"),
            (4, "收货国家", "country_unknown"),
        ]
        assert len(imports.problems(work)) == 4
        assert len(imports.problems(work, page_size=3, skipped=2)) == 2
        assert imports.problem_counts(work, import_id=second)[0]["row_count"] == 1


def product_file(tmp_path: Path, *rows: tuple[str, ...]) -> Path:
    headers = ("SKU", "商品名称", "重量(g)", "货物类型", "货位")
    table = [dict(zip(headers, row, strict=False)) for row in rows]
    return write_export(tmp_path / "products.csv", table, headers)


def load_products(database: Database, tmp_path: Path, *rows: tuple[str, ...], at: datetime = AT) -> Counts:
    with database.write() as work:
        return products.load_products(work, read_products(product_file(tmp_path, *rows)), at=at)


def test_products_are_loaded_updated_and_left_alone(database: Database, tmp_path: Path) -> None:
    assert load_products(database, tmp_path, ("A", "Cup", "5"), ("B", "Lamp", "", "带电")) == Counts(2, 0, 0)
    rows = [("A", "Cup", "6"), ("B", "Lamp", "", "带电"), ("C", "Dish", "7")]
    assert load_products(database, tmp_path, *rows, at=LATER) == Counts(1, 1, 1)
    with database.read() as work:
        kept = products.page(work, None, page_size=100, skipped=0).set_index("sku")
    assert kept["weight_g"].fillna(0).to_dict() == {"A": 6, "B": 0, "C": 7}
    assert kept["cargo_class"].to_dict() == {"A": "general", "B": "battery", "C": "general"}
    assert kept["changed_at"].to_dict() == {"A": LATER, "B": AT, "C": LATER}


def test_a_blank_cell_does_not_erase_what_is_known_of_a_product(database: Database, tmp_path: Path) -> None:
    load_products(database, tmp_path, ("A", "Cup", "5", "带电", "R-1"))
    assert load_products(database, tmp_path, ("A",), at=LATER) == Counts(0, 0, 1)
    with database.read() as work:
        [kept] = products.page(work, None, page_size=100, skipped=0).to_dict("records")
    assert (kept["title"], kept["weight_g"], kept["cargo_class"], kept["shelf"]) == (
        "Cup",
        5,
        "battery",
        "R-1",
    )

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
from lib.store import conflicts, imports, products
from lib.store.database import Database
from lib.store.imports import Counts
from tests.builders import a_products_cell, an_export_row, write_export
from tests.conftest import Once, copied, thrown_away

AT = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
COUNTRIES = pd.DataFrame({"name": ["Ireland", "Spain"], "country": ["IE", "ES"]})


@pytest.fixture(scope="module")
def migrated(once: Once) -> Path:
    """A store with nothing in it but the name of a service."""

    def make(path: Path) -> None:
        database = Database(path)
        run(database, "insert into service_names values ('AliExpress Standard Shipping', 'CAINIAO_STANDARD')")
        database.close()

    return once("migrated.duckdb", make)


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    database = copied(migrated, tmp_path)
    yield database
    thrown_away(database)


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
    assert load(database, read(tmp_path, row)) == Counts(1, 0, 0, lines=2, orders=1)
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


def test_an_order_in_a_batch_keeps_everything_and_what_differs_is_named(
    database: Database, tmp_path: Path
) -> None:
    row = an_export_row()
    load(database, read(tmp_path, row))
    a_shipment(database, row["订单号"], "accepted")
    before = everything(database)
    change = {"products": a_products_cell(("SKU-1", 9)), "城市": "Cork", "发货期限": "2026-09-07 10:00"}
    changed = read(tmp_path, an_export_row(**(row | change | {"订单状态": "买家申请取消"})))
    counts = load(database, changed, at=LATER)
    assert (counts.loaded, counts.updated, counts.unchanged) == (0, 0, 1)
    assert {(row["field"], row["kept"], row["offered"]) for row in counts.conflicts} == {
        ("city", "Dublin", "Cork"),
        ("contents", "SKU-1 × 1", "SKU-1 × 9"),
        ("ship_by_at", "2026-09-05 17:00 UTC", "2026-09-07 17:00 UTC"),
        ("status", "WAIT_SELLER_SEND_GOODS", "IN_CANCEL"),
    }
    assert everything(database) == before


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


def test_a_state_the_platform_has_left_does_not_come_back_by_an_older_file(
    database: Database, tmp_path: Path
) -> None:
    row = an_export_row(订单状态="等待买家收货")
    load(database, read(tmp_path, row))
    older = row | {"订单状态": "等待您发货", "城市": "Cork", "订单备注": "first known here"}
    counts = load(database, read(tmp_path, older))
    [named] = counts.older
    assert (named["order_id"], named["fields"]) == (row["订单号"], "city, status")
    kept = order(database, row["订单号"])
    assert (kept["status"], kept["note"]) == ("WAIT_BUYER_ACCEPT_GOODS", "first known here")
    assert run(database, "select city from receivers") == [{"city": "Dublin"}]


def test_a_file_that_knows_of_earlier_moments_only_is_older(database: Database, tmp_path: Path) -> None:
    row, later = an_export_row(城市="Cork"), an_export_row(付款时间="2026.08.31 09:00")
    load(database, read(tmp_path, row, later))
    assert load(database, read(tmp_path, row | {"城市": "Dublin"})).older
    assert run(database, "select city from receivers where city = 'Cork'")
    cancelled = load(database, read(tmp_path, row | {"订单状态": "买家申请取消"}))
    assert [one["fields"] for one in cancelled.older] == ["status"]
    sent = load(database, read(tmp_path, row | {"订单状态": "等待买家收货", "城市": "Dublin"}))
    assert (sent.updated, sent.older) == (1, ()), "a state further on is newer, whatever the times say"


def test_an_older_file_is_believed_when_a_person_says_it_is_the_newest(
    database: Database, tmp_path: Path
) -> None:
    row, later = an_export_row(城市="Cork"), an_export_row(付款时间="2026.08.31 09:00")
    load(database, read(tmp_path, row, later))
    tables = read(tmp_path, row | {"城市": "Dublin"})
    with database.write() as work:
        counts = imports.load_orders(work, tables, shop_id="default", import_id=2, at=LATER, newest=True)
    assert (counts.updated, counts.older) == (1, ())


def test_a_file_that_confirms_an_order_makes_it_known_as_of_later(database: Database, tmp_path: Path) -> None:
    row = an_export_row()
    load(database, read(tmp_path, row))
    assert load(database, read(tmp_path, row, an_export_row(付款时间="2026.08.31 09:00"))).unchanged == 1
    middle = an_export_row(付款时间="2026.08.30 20:00")
    assert load(database, read(tmp_path, row | {"城市": "Cork"}, middle)).older


def test_a_moment_still_to_come_makes_no_file_newer(database: Database, tmp_path: Path) -> None:
    swapped = an_export_row(付款时间="2031.08.30 11:05")
    load(database, read(tmp_path, an_export_row(), swapped))
    row = an_export_row(付款时间="2026.08.31 09:00")
    load(database, read(tmp_path, row))
    assert load(database, read(tmp_path, row | {"城市": "Cork"})).updated == 1


def test_a_file_without_addresses_leaves_them(database: Database, tmp_path: Path) -> None:
    row = an_export_row()
    load(database, read(tmp_path, row))
    blank = dict.fromkeys(("收货人名称", "州/省", "城市", "地址", "邮编", "联系电话", "手机"), "")
    assert load(database, read(tmp_path, row | blank | {"收货国家": "Spain"})) == Counts(0, 0, 1)
    assert run(database, "select city, country from receivers") == [{"city": "Dublin", "country": "IE"}]


def test_an_address_comes_in_where_there_is_none_even_from_an_older_file(
    database: Database, tmp_path: Path
) -> None:
    row = an_export_row()
    blank = dict.fromkeys(("收货人名称", "州/省", "城市", "地址", "邮编", "联系电话", "手机"), "")
    load(database, read(tmp_path, row | blank, an_export_row(付款时间="2026.08.31 09:00")))
    assert load(database, read(tmp_path, row)).updated == 1
    assert run(database, "select city from receivers where order_id = ?", row["订单号"]) == [
        {"city": "Dublin"}
    ]


def test_a_contradiction_is_listed_once_until_it_is_settled(database: Database, tmp_path: Path) -> None:
    row = an_export_row()
    load(database, read(tmp_path, row))
    a_shipment(database, row["订单号"], "draft")
    changed = read(tmp_path, row | {"城市": "Cork"})
    for import_id in (2, 3):
        assert len(load(database, changed, import_id=import_id).conflicts) == 1
    ids = [one["conflict_id"] for one in run(database, "select conflict_id from open_conflicts")]
    with database.write() as work:
        assert conflicts.keep(work, ids, by="ann", at=AT) == [row["订单号"]]
    load(database, changed, import_id=4)
    assert run(database, "select settled_how from order_conflicts") == [{"settled_how": "kept"}]


def test_a_contradiction_ends_when_the_file_says_again_what_is_kept(
    database: Database, tmp_path: Path
) -> None:
    row = an_export_row()
    load(database, read(tmp_path, row))
    a_shipment(database, row["订单号"], "draft")
    load(database, read(tmp_path, row | {"城市": "Cork"}), import_id=2)
    load(database, read(tmp_path, row), import_id=3)
    assert run(database, "select settled_how from order_conflicts") == [{"settled_how": "agreed"}]


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


@pytest.mark.parametrize("place", ["orders", "receivers"])
def test_an_order_that_would_stand_twice_is_not_kept_at_all(
    database: Database, tmp_path: Path, place: str
) -> None:
    load(database, read(tmp_path, an_export_row()))
    before = everything(database)
    tables = read(tmp_path, an_export_row(), an_export_row())
    frame = getattr(tables, place)
    broken = replace(tables, **{place: pd.concat([frame, frame.tail(1)], ignore_index=True)})
    with pytest.raises(duckdb.Error, match=f"would stand twice among the {place}"):
        load(database, broken, import_id=2)
    assert everything(database) == before


def test_what_was_read_is_on_record_with_its_refused_rows(database: Database, tmp_path: Path) -> None:
    tables = read(tmp_path, an_export_row(), an_export_row(订单号=""), an_export_row(收货国家="?"))
    refused = tables.problems.assign(cells=["[1]", "[2]"], problem_id="")
    came_in = pd.DataFrame({"identity": tables.orders["order_id"], "problem_id": ""})
    for name in ("first.csv", "second.csv"):
        with database.write() as work:
            imports.record(
                work,
                imports.next_id(work),
                refused,
                came_in,
                file=name,
                kind="orders",
                layout=tables.layout,
                sha256="0" * 64,
                sheet="",
                dialect="",
                zone="",
                header="[]",
                ignored="[]",
                missing="[]",
                read_count=3,
                loaded_count=1,
                updated_count=0,
                unchanged_count=0,
                refused_count=2,
                conflict_count=0,
                older_count=0,
                as_of_at=None,
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
        assert imports.open_problem_count(work) == 2, "the same rows, refused again, wait once"
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

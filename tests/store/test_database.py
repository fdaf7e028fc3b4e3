"""The store's file: what is derived is this program's own, whichever program wrote the file."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import duckdb
import pandas as pd

from lib.store.database import MIGRATIONS, Database
from tests.builders import made_sku


def test_views_of_an_earlier_program_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    Database(path).close()
    with duckdb.connect(str(path)) as earlier:
        earlier.execute("create or replace view live_shipments as select 1 as old")
        earlier.execute("update migrations set name = 'derived-earlier' where name like 'derived-%'")
    Database(path).close()
    with duckdb.connect(str(path)) as now:
        columns = [name for name, *_ in now.execute("describe live_shipments").fetchall()]
        names = now.execute("select name from migrations where name like 'derived-%'").fetchall()
    assert "shipment_id" in columns
    assert len(names) == 1
    assert names != [("derived-earlier",)]


def test_orders_of_an_earlier_program_come_along_when_their_keys_go(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    kept = {
        "orders": "insert into orders (shop_id, order_id, status, status_label, currency, loaded_at, changed_at, "
        "weighed_g) values ('a', '8200', 'FINISH', '', 'USD', now(), now(), 250)",
        "receivers": "insert into receivers values ('a', '8200', 'received', 'Vera Made-Up', 'IE', 'Ireland', '', "
        "'Cork', '1 Made-Up Lane', 'T12', '', '', '', null, now())",
        "findings": "insert into findings values ('a', '8200', 'phone_blank', 'phone', '', '')",
        "receiver_checks": "insert into receiver_checks values ('a', '8200', now())",
    }
    with duckdb.connect(str(path)) as earlier:
        earlier.execute("create table migrations (name varchar primary key)")
        for script in sorted(MIGRATIONS.glob("*.sql")):
            if script.stem < "0036":
                earlier.execute(script.read_text(encoding="utf-8"))
                earlier.execute("insert into migrations values (?)", [script.stem])
        earlier.execute(";".join(kept.values()))
        before = {name: earlier.execute(f"from {name}").df() for name in kept}
    Database(path).close()
    with duckdb.connect(str(path)) as now:
        for name, rows in before.items():
            assert len(rows) == 1
            kept_now = now.execute(f"from {name}").df()
            pd.testing.assert_frame_equal(kept_now[list(rows.columns)], rows)  # Others came later.
        keys = now.execute(
            "select table_name from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
        )
        assert not {*kept} & {name for (name,) in keys.fetchall()}


def test_writing_much_leaves_the_memory_as_it_was(tmp_path: Path) -> None:
    database = Database(tmp_path / "store.duckdb")

    def limit() -> str:
        with database.read() as work:
            return str(work._cursor.execute("select current_setting('memory_limit')").fetchone())

    usual = limit()
    with database.write_much(1_000):
        assert limit() != usual
    assert limit() == usual
    with suppress(ZeroDivisionError), database.write_much(1_000):
        raise ZeroDivisionError
    assert limit() == usual
    database.close()


def test_an_answer_that_lasts_holds_although_something_was_written() -> None:
    database, found = Database(None), iter(range(100))
    past = [database.kept("past", lambda: next(found), lasts=timedelta(hours=1)) for _ in range(2)]
    with database.write():
        pass
    assert database.kept("past", lambda: next(found), lasts=timedelta(hours=1)) == past[0] == past[1]
    moment = database.kept("moment", lambda: next(found), lasts=timedelta(microseconds=1))
    with database.write():
        pass
    assert database.kept("moment", lambda: next(found), lasts=timedelta(microseconds=1)) == moment + 1


def test_one_look_asks_once_though_others_write_and_sees_what_it_writes_itself() -> None:
    database, asked = Database(None), []

    def find() -> int:
        asked.append(1)
        return len(asked)

    def write() -> None:
        with database.write():
            pass

    with database.one_look():
        assert database.kept("all", find) == 1
        other = threading.Thread(target=write)
        other.start()
        other.join()
        assert database.kept("all", find) == 1, "others' writes are for the next look"
        write()
        assert database.kept("all", find) == 2, "its own are for this one"
    write()
    assert database.kept("all", find) == 3
    database.close()


def test_what_was_found_is_kept_until_something_is_written() -> None:
    database, found = Database(None), iter(range(100))
    assert [database.kept("a", lambda: next(found)) for _ in range(3)] == [0, 0, 0]
    assert database.kept("b", lambda: next(found)) == 1, "another question"
    with database.write():
        pass
    assert database.kept("a", lambda: next(found)) == 2

    def written_meanwhile() -> int:
        with database.write():
            return next(found)

    assert database.kept("c", written_meanwhile) == 3
    assert database.kept("c", lambda: next(found)) == 4, "it may have been read before what was written"
    for key in range(20):
        database.kept(key, lambda: next(found))
    assert database.kept("c", lambda: next(found)) == 25, "the oldest are forgotten"


def test_goods_of_an_earlier_program_that_had_no_sku_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    line = "insert into order_lines values ('default', ?, 1, null, ?, ?, ?, 1, 'piece', 0)"
    with duckdb.connect(str(path)) as earlier:
        earlier.execute("create table migrations (name varchar primary key)")
        for script in sorted(MIGRATIONS.glob("*.sql")):
            if script.stem < "0037":
                earlier.execute(script.read_text(encoding="utf-8"))
                earlier.execute("insert into migrations values (?)", [script.stem])
        for row in (
            ("1", "", "Hat", "Red"), ("2", "", "Sofa", ""), ("3", "SKU-1", "Hat", "Red"), ("4", "", "", ""),
        ):  # fmt: skip
            earlier.execute(line, row)
        earlier.execute(
            "insert into products by name select '' as sku, '' as title, 'general' as cargo_class, 70 as weight_g, "
            "now()::timestamp as changed_at"
        )
        earlier.execute(
            "insert into shipments by name select 'S-1' as shipment_id, 'default' as shop_id, 'B' as batch_id, "
            "'1' as order_id, 1 as position, 'draft' as state, 'general' as cargo_class, 'sku' as weight_source, "
            "now()::timestamp as created_at, now()::timestamp as changed_at"
        )
        earlier.execute(
            "insert into shipment_lines by name select 'S-1' as shipment_id, 'default' as shop_id, '1' as order_id, "
            "1 as line_no, 1 as quantity"
        )
    Database(path).close()
    with duckdb.connect(str(path)) as now:
        skus = [sku for (sku,) in now.execute("select sku from order_lines order by order_id").fetchall()]
        products = now.execute("select sku, weight_g from products").fetchall()
    hat = made_sku("Hat", "Red")
    assert skus == [hat, made_sku("Sofa", ""), "SKU-1", ""]
    assert products == [(hat, 70)], "what was said of the blank SKU stays with the parcel that is made by it"

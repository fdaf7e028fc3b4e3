"""Files are loaded as a whole or not at all, and every row of them is accounted for."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count as count_from
from pathlib import Path

import pytest

from lib.app import App
from lib.config import Settings
from lib.domain.problems import Problem
from lib.files import sheets
from lib.services import files
from lib.services.files import FileReport, LoadReport, loading
from lib.store.database import Database
from tests.builders import (
    DIANXIAOMI_HEADERS,
    LINGXING_HEADERS,
    MABANG_HEADERS,
    a_bill_line,
    a_dianxiaomi_row,
    a_lingxing_row,
    a_mabang_row,
    a_product,
    a_products_cell,
    a_rate,
    an_export_row,
    write_bill,
    write_export,
    write_products,
    write_rates,
)

Write = Callable[[Path, Sequence[Mapping[str, str]]], Path]

#: Each form a file has with numbers in it: what one row of it is, and what writes such rows.
WRITTEN: dict[str, tuple[Callable[[], dict[str, str]], Write]] = {
    "seller_center": (an_export_row, write_export),
    "dianxiaomi": (a_dianxiaomi_row, partial(write_export, headers=DIANXIAOMI_HEADERS)),
    "mabang": (a_mabang_row, partial(write_export, headers=MABANG_HEADERS)),
    "lingxing": (a_lingxing_row, partial(write_export, headers=LINGXING_HEADERS)),
    "products": (lambda: a_product(f"SKU-{next(_numbers)}"), write_products),
    "rates": (a_rate, write_rates),
    "bills": (lambda: a_bill_line(f"LP{next(_numbers)}"), write_bill),
}
_numbers = count_from(1)


@pytest.fixture
def app(store: Database, tmp_path: Path) -> App:
    """A shop without a platform: loading a file never needs one."""
    return App(Settings(data=tmp_path / "data"), store, now=lambda: datetime(2026, 8, 31, 8, 0, tzinfo=UTC))


def load(app: App, *paths: Path, kind: str | None = None) -> LoadReport:
    report = files.load(app, paths, kind=kind, by="ann")
    for file in report.files:
        assert file.read == file.loaded + file.updated + file.unchanged + file.refused
    return report


def count(app: App, table: str) -> int:
    with app.database._cursor() as cursor:
        return int(cursor.table(table).count("*").fetchall()[0][0])


def test_an_order_export_is_loaded_and_reported(app: App, tmp_path: Path) -> None:
    good = an_export_row(products=a_products_cell(("SKU-1", 1), ("SKU-2", 3)))
    rows = [good, an_export_row(收货国家="Channel Islands"), good, an_export_row(订单号="8.12E+15")]
    report = load(app, write_export(tmp_path / "orders.xlsx", rows))
    [file] = report.files
    assert file == FileReport(
        "orders.xlsx",
        "seller_center",
        read=4,
        loaded=1,
        unchanged=1,
        refused=2,
        kind="orders",
        import_id=file.import_id,
        sheet="Sheet1",
        zone="America/Los_Angeles",
        unread=("负责人(业务员)", "收货地址"),
    )
    assert (report.orders, report.order_lines, report.all_well) == (1, 2, False)
    assert [(p.file, p.sheet, p.row, p.column, p.value, p.code) for p in report.problems] == [
        ("orders.xlsx", "Sheet1", 3, "收货国家", "Channel Islands", "country_unknown"),
        ("orders.xlsx", "Sheet1", 5, "订单号", "8.12E+15", "order_number_damaged"),
    ]
    assert (count(app, "orders"), count(app, "order_lines"), count(app, "problem_rows")) == (1, 2, 2)


def test_loading_again_changes_nothing_and_says_so(app: App, tmp_path: Path) -> None:
    path = write_export(tmp_path / "orders.csv", [an_export_row() for _ in range(5)])
    load(app, path)
    again = load(app, path)
    assert (again.files[0].unchanged, again.orders, again.order_lines, again.all_well) == (5, 0, 0, True)
    assert list(files.imported(app)["unchanged_count"]) == [5, 0]


def test_what_a_file_is_its_headers_say(app: App, tmp_path: Path) -> None:
    orders = write_export(tmp_path / "a.xlsx", [an_export_row()])
    products = write_products(tmp_path / "b.xlsx", [a_product("SKU-1"), a_product("SKU-2")])
    report = load(app, products, orders)
    assert [(file.layout, file.loaded) for file in report.files] == [("products", 2), ("seller_center", 1)]
    assert (report.orders, count(app, "products")) == (1, 2)


def test_a_file_of_another_kind_than_asked_for_loads_nothing(app: App, tmp_path: Path) -> None:
    report = load(app, write_products(tmp_path / "b.xlsx"), kind="orders")
    [file] = report.files
    assert (file.error_code, file.error_args["nearest"]) == ("unknown_layout", "lingxing")
    assert (count(app, "products"), count(app, "imports")) == (0, 1)
    assert files.imported(app, only_read=True).empty


def test_a_kind_that_does_not_exist_is_wrong_use(app: App) -> None:
    with pytest.raises(Problem) as caught:
        files.load(app, [], kind="poems", by="ann")
    assert caught.value.code == "unknown_kind"


def test_a_file_that_cannot_be_read_does_not_stop_the_others(app: App, tmp_path: Path) -> None:
    (tmp_path / "label.pdf").write_bytes(b"%PDF-1.7")
    good = write_export(tmp_path / "orders.csv", [an_export_row()])
    report = load(app, tmp_path / "label.pdf", tmp_path / "gone.xlsx", good)
    assert [file.error_code for file in report.files] == ["not_a_sheet", "file_missing", None]
    assert (report.orders, report.all_well) == (1, False)


def test_a_file_that_cannot_be_read_is_kept_with_its_reason_and_is_no_load(app: App, tmp_path: Path) -> None:
    (tmp_path / "label.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "notes.csv").write_text("SKU,Carton\nA,1\n")
    report = load(app, tmp_path / "label.pdf", tmp_path / "notes.csv", tmp_path / "gone.xlsx")
    assert [file.import_id for file in report.files] == [1, 2, None], "a file that is not there is none"
    kept = files.imported(app).to_dict("records")
    assert [(one["file"], one["error_code"], one["read_count"]) for one in kept] == [
        ("notes.csv", "unknown_layout", 0),
        ("label.pdf", "not_a_sheet", 0),
    ]
    assert kept[0]["error_args"]["missing"] == report.files[1].error_args["missing"]
    assert (kept[0]["loaded_by"], len(kept[0]["sha256"])) == ("ann", 64)
    assert files.imported(app, only_read=True).empty


def test_a_file_with_a_name_of_another_encoding_is_loaded_or_refused_like_any_other(
    app: App, tmp_path: Path
) -> None:
    """As archives made on Chinese Windows leave them on other systems."""
    written = write_export(tmp_path / "orders.csv", [an_export_row()])
    orders, label = (tmp_path / os.fsdecode(name.encode("gbk")) for name in ("订单.csv", "面单.pdf"))
    written.rename(orders)
    label.write_bytes(b"%PDF-1.7")
    report = load(app, orders, label)
    assert [(file.file, file.loaded, file.error_code) for file in report.files] == [
        ("订单.csv", 1, None),
        ("面单.pdf", 0, "not_a_sheet"),
    ]


def test_an_upload_is_known_by_the_name_it_came_with(app: App, tmp_path: Path) -> None:
    content = write_export(tmp_path / "x.csv", [an_export_row()]).read_bytes()
    report = files.load_upload(app, "../../订单.csv", content, by="ann")
    assert (report.files[0].file, report.orders) == ("../../订单.csv", 1)
    assert [path.parent for path in tmp_path.rglob("*.csv") if path.name != "x.csv"] == [
        app.sandbox_folder / "seeds"
    ]


def test_what_takes_its_time_says_which_step_it_is_at(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export(tmp_path / "orders.csv", [an_export_row(), an_export_row()])
    told: list[tuple[str, str, int]] = []
    files.load(app, [export], by="tester", on_step=lambda *step: told.append(step))
    assert told == [], "what takes a moment does not"
    monkeypatch.setattr(loading, "LONG_BYTES", 1)
    monkeypatch.setattr(loading, "LONG_ROWS", 2)
    files.load(app, [export], by="tester", on_step=lambda *step: told.append(step))
    assert told == [
        ("orders.csv", "reading", 0), ("orders.csv", "understanding", 2), ("orders.csv", "storing", 2),
    ]  # fmt: skip


def test_the_sandbox_gets_to_know_the_orders_once(app: App, tmp_path: Path) -> None:
    path = write_export(tmp_path / "orders.csv", [an_export_row()])
    load(app, path)
    load(app, path)
    [kept] = (app.sandbox_folder / "seeds").iterdir()
    assert kept.read_bytes() == path.read_bytes()


def test_a_receiver_is_checked_as_soon_as_it_is_loaded(app: App, tmp_path: Path) -> None:
    row = an_export_row(联系电话="", 手机="")
    load(app, write_export(tmp_path / "orders.csv", [row, an_export_row()]))
    with app.database._cursor() as cursor:
        found = cursor.execute("select order_id, code from findings").fetchall()
    assert found == [(row["订单号"], "missing_phone")]


def test_a_doubtful_row_is_loaded_and_named(app: App, tmp_path: Path) -> None:
    report = load(app, write_export(tmp_path / "orders.csv", [an_export_row(下单时间="2026.11.04 10:05")]))
    assert [(doubt.row, doubt.code) for doubt in report.warnings] == [(2, "times_out_of_order")]
    assert (report.orders, report.all_well) == (1, True)


def test_an_order_in_a_shipment_that_the_file_changes_is_named(app: App, tmp_path: Path) -> None:
    row = an_export_row()
    load(app, write_export(tmp_path / "orders.csv", [an_export_row(), row]))
    _in_a_batch(app, row["订单号"])
    report = load(app, write_export(tmp_path / "orders.csv", [an_export_row(), row | {"城市": "Cork"}]))
    assert [(doubt.row, doubt.value, doubt.code) for doubt in report.warnings] == [
        (3, row["订单号"], "in_shipment")
    ]
    [conflict] = report.conflicts
    assert (conflict.order_id, conflict.batch_id, conflict.row) == (row["订单号"], "b-1", 3)
    assert (conflict.field, conflict.kept, conflict.offered) == ("city", "Dublin", "Cork")
    assert (report.files[0].conflicts, report.all_well) == (1, False)


def test_what_an_older_looking_file_says_otherwise_is_named_with_both_values_until_a_person_believes_it(
    app: App, tmp_path: Path
) -> None:
    """An export of fewer orders cannot be told from one made before: so a person is asked."""
    placed, free, last = an_export_row(), an_export_row(), an_export_row(付款时间="2026.08.31 00:20")
    load(app, write_export(tmp_path / "full.csv", [placed, free, last]))
    _in_a_batch(app, placed["订单号"])
    moved = {"城市": "Cork", "发货期限": "2026-12-30 10:00"}
    filtered = write_export(tmp_path / "filtered.csv", [placed | moved, free | moved])
    report = load(app, filtered)
    assert (report.files[0].unchanged, report.files[0].older, report.conflicts) == (2, 2, ())
    assert [(one.order_id, one.batch_id, one.field) for one in report.older] == [
        (placed["订单号"], "b-1", "city"),
        (placed["订单号"], "b-1", "ship_by_at"),
        (free["订单号"], "", "city"),
        (free["订单号"], "", "ship_by_at"),
    ]
    assert (report.older[0].kept, report.older[0].offered, report.older[0].row) == ("Dublin", "Cork", 2)
    assert not report.all_well

    believed = files.load(app, [filtered], wishes=files.Wishes(newest=True), by="ann")
    assert (believed.files[0].updated, believed.files[0].older, believed.older) == (1, 0, ())
    assert [(one.order_id, one.field) for one in believed.conflicts] == [
        (placed["订单号"], "city"),
        (placed["订单号"], "ship_by_at"),
    ]
    with app.database._cursor() as cursor:
        cities = dict(cursor.execute("select order_id, city from receivers").fetchall())
    assert (cities[placed["订单号"]], cities[free["订单号"]]) == ("Dublin", "Cork")


def _in_a_batch(app: App, order_id: str) -> None:
    with app.database._cursor() as cursor:
        cursor.execute(
            """insert into shipments (shipment_id, shop_id, batch_id, order_id, position, state, weight_source,
            cargo_class, created_at, changed_at) values ('s-1', 'default', 'b-1', ?, 1, 'draft', 'sku',
            'general', timestamp '2026-09-01', timestamp '2026-09-01')""",
            [order_id],
        )


def test_the_sample_is_loaded_as_if_it_were_of_today(store: Database, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    app = App(Settings(data=tmp_path / "data"), store, now=lambda: now)
    report = files.load_sample(app, by="ann")
    assert [file.layout for file in report.files] == ["products", "seller_center"]
    assert report.orders > 1000
    assert report.order_lines > report.orders
    assert report.files[1].shifted_days > 0 or now < datetime(2026, 9, 2, tzinfo=UTC)
    with app.database._cursor() as cursor:
        [(newest,)] = cursor.execute("select max(paid_at) from orders").fetchall()
    assert now - timedelta(days=1) < newest.replace(tzinfo=UTC) <= now
    assert files.load_sample(app, by="ann").orders == 0


def test_refused_rows_can_be_downloaded_without_running_anything(app: App, tmp_path: Path) -> None:
    load(app, write_export(tmp_path / "orders.csv", [an_export_row(收货国家="=SUM(A1)")]))
    refused = files.refused(app)
    assert files.refused_counts(app) == [
        {"code": "country_unknown", "column_name": "收货国家", "row_count": 1}
    ]
    refused = refused[["file", "row_no", "value", "code"]]
    (tmp_path / "refused.xlsx").write_bytes(files.as_xlsx(refused))
    [sheet] = sheets.read(tmp_path / "refused.xlsx")
    assert "=SUM(A1)" in set(sheet.rows.iloc[0])
    assert b",'=SUM(A1)," in files.as_csv(refused)


def test_a_load_is_in_the_audit_without_anybodys_name_or_address(app: App, tmp_path: Path) -> None:
    load(app, write_export(tmp_path / "orders.csv", [an_export_row()]))
    with app.database._cursor() as cursor:
        [(action, subject, by, detail)] = cursor.execute(
            "select action, subject, done_by, detail from audit"
        ).fetchall()
    assert (action, subject, by) == ("load", "orders.csv", "ann")
    assert "Vera" not in detail
    assert '"loaded": 1' in detail


@pytest.mark.parametrize("number", ["353851234567", "99999999999999", "-123456789012.3456789"])
@pytest.mark.parametrize("kind", WRITTEN)
def test_a_number_beyond_all_measure_is_a_cell_that_cannot_be_read(
    app: App, tmp_path: Path, kind: str, number: str
) -> None:
    """In every column in turn, which also puts numbers where none belong."""
    row, write = WRITTEN[kind]
    columns = [name for name in row() if name not in ("订单号", "平台单号", "SKU", "plan")]
    rows = [row() | {column: number} for column in columns]
    report = load(app, write(tmp_path / "huge.csv", rows))
    assert report.files[0].error_code is None
    assert report.files[0].read >= len(set(columns))

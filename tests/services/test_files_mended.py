"""Refused rows go out as they stood, come back mended, and are closed; contradictions are kept and named."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from lib.app import App
from lib.config import Settings
from lib.domain.problems import Problem
from lib.services import files, orders
from lib.services.files import Options, TableMapping, Wishes
from lib.store.database import Database
from lib.wording import mending_columns
from tests.builders import (
    DIANXIAOMI_HEADERS,
    FOREIGN_HEADERS,
    PRODUCTS_HEADER,
    a_dianxiaomi_row,
    a_foreign_row,
    a_product,
    a_products_cell,
    an_export_row,
    write_export,
    write_products,
)
from tests.conftest import Desk

#: Texts a spreadsheet would run, were they written as they are.
FORMULAS = ("=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1")


@pytest.fixture
def app(store: Database, tmp_path: Path) -> App:
    return App(Settings(data=tmp_path / "data"), store, now=lambda: datetime(2026, 8, 31, 8, 0, tzinfo=UTC))


def load(app: App, path: Path, **wishes: object) -> files.LoadReport:
    report = files.load(app, [path], by="ann", wishes=Wishes(**wishes))  # type: ignore[arg-type]
    [file] = report.files
    assert file.error_code is None, file.error_args
    assert file.read == file.loaded + file.updated + file.unchanged + file.refused
    return report


def refused_rows(app: App, report: files.LoadReport) -> pd.DataFrame:
    return files.to_mend(app, report.files[0].import_id or 0, mending_columns())


def audit_count(app: App) -> int:
    with app.database._cursor() as cursor:
        return int(cursor.table("audit").count("*").fetchall()[0][0])


WRITERS: list[tuple[Callable[[pd.DataFrame], bytes], str]] = [
    (files.as_xlsx, "back.xlsx"),
    (files.as_csv, "back.csv"),
]


@pytest.mark.parametrize(("write", "name"), WRITERS)
def test_refused_rows_go_out_as_they_stood_and_the_mended_file_closes_them(
    app: App, tmp_path: Path, write: Callable[[pd.DataFrame], bytes], name: str
) -> None:
    unknown = an_export_row(收货国家="Channel Islands", 收货人名称="=1+1", 负责人="unread")
    headers = [*unknown]
    rows = [an_export_row(), unknown, an_export_row(订单号="")]
    out = refused_rows(app, load(app, write_export(tmp_path / "orders.xlsx", rows, headers)))
    assert list(out.columns) == [*headers, "Shipdesk #", "Shipdesk: What is wrong", "Shipdesk: What to do"]
    assert list(out["收货人名称"]) == ["=1+1", "Vera Made-Up"]
    mended = out.assign(收货国家="Ireland", 订单号=["8100000000000999", "8100000000000998"])
    (tmp_path / name).write_bytes(write(mended))
    report = load(app, tmp_path / name)
    [file] = report.files
    assert (file.loaded, file.refused, file.mended) == (2, 0, 2)
    assert not any("shipdesk" in header.lower() for header in file.ignored)
    assert files.open_count(app) == 0
    closed = files.refused(app)
    assert set(closed["closed_how"]) == {"mended"}
    assert set(closed["closed_by"]) == {"ann"}
    assert closed["closed_at"].notna().all()
    with app.database._cursor() as cursor:
        names = cursor.execute("select name from receivers where name like '%=%'").fetchall()
    assert names == [("=1+1",)], "what guards a text in a file is not part of it"


def test_a_row_that_comes_back_unmended_waits_once_under_its_new_file(app: App, tmp_path: Path) -> None:
    out = refused_rows(app, load(app, write_export(tmp_path / "o.xlsx", [an_export_row(订单号="")])))
    (tmp_path / "back.xlsx").write_bytes(files.as_xlsx(out))
    assert load(app, tmp_path / "back.xlsx").files[0].repeated == 1
    assert files.open_count(app) == 1
    assert set(files.refused(app)["closed_how"].dropna()) == {"repeated"}


def test_an_order_that_comes_in_by_any_file_closes_its_refused_rows(app: App, tmp_path: Path) -> None:
    row = a_dianxiaomi_row()
    bad = [row, row | {"SKU": "SKU-2", "产品数量": "many"}]
    load(app, write_export(tmp_path / "bad.xlsx", bad, DIANXIAOMI_HEADERS))
    assert files.open_count(app) == 2
    report = load(app, write_export(tmp_path / "good.csv", [an_export_row(订单号=row["订单号"])]))
    assert (report.files[0].mended, files.open_count(app)) == (2, 0)


def test_a_mended_product_closes_its_row_by_its_sku(app: App, tmp_path: Path) -> None:
    load(app, write_products(tmp_path / "p.xlsx", [a_product("A", **{"重量(g)": "heavy"})]))
    assert files.open_count(app) == 1
    load(app, write_export(tmp_path / "o.csv", [an_export_row(订单号="1" * 16)]))
    assert files.open_count(app) == 1, "an order is no product"
    assert load(app, write_products(tmp_path / "p2.xlsx", [a_product("A")])).files[0].mended == 1


def test_rows_may_be_put_aside(app: App, tmp_path: Path) -> None:
    report = load(app, write_export(tmp_path / "o.csv", [an_export_row(订单号="")]))
    import_id = report.files[0].import_id or 0
    assert files.dismiss(app, import_id, by="ben") == 1
    assert (files.open_count(app), len(refused_rows(app, report))) == (0, 0)
    assert list(files.refused(app)["closed_by"]) == ["ben"]


def test_a_file_nobody_read_has_no_rows_to_mend(app: App) -> None:
    with pytest.raises(Problem) as caught:
        files.to_mend(app, 4711, mending_columns())
    assert caught.value.code == "import_unknown"


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_goes_back_to_a_sheet_as_a_formula(app: App, tmp_path: Path, text: str) -> None:
    headers = ["订单号", PRODUCTS_HEADER, "收货国家", f"{text.strip()}*"]
    row = an_export_row(订单号="", 收货国家="Nowhere") | {headers[3]: text}
    path = write_export(tmp_path / "o.xlsx", [row], headers)
    out = refused_rows(app, load(app, path))
    book = openpyxl.load_workbook(io.BytesIO(files.as_xlsx(out)))
    cells = [cell for line in book.worksheets[0].iter_rows() for cell in line if cell.value is not None]
    assert cells
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).endswith(text.strip()) for cell in cells)
    lines = list(csv.reader(io.StringIO(files.as_csv(out).decode("utf-8-sig"), newline="")))
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_loading_again_is_no_news_to_the_audit(app: App, tmp_path: Path) -> None:
    path = write_export(tmp_path / "o.csv", [an_export_row(), an_export_row(订单号="")])
    load(app, path)
    before = audit_count(app)
    report = load(app, path)
    assert (report.files[0].unchanged, report.files[0].repeated) == (1, 1)
    assert audit_count(app) == before
    assert len(files.imported(app)) == 2
    assert list(files.imported(app)["open_count"]) == [1, 0]


def test_a_newer_export_changes_orders_nobody_ships_and_only_names_those_in_a_batch(
    empty_desk: Desk, tmp_path: Path
) -> None:
    free, placed = an_export_row(), an_export_row()
    empty_desk.load([free, placed])
    empty_desk.draft([placed["订单号"]])
    news = {"城市": "Cork", "发货期限": "2026-09-09 10:00", "订单状态": "买家申请取消"}
    later = an_export_row(付款时间="2026.08.31 10:00")
    path = write_export(tmp_path / "newer.xlsx", [free | news, placed | news, later])
    report = files.load(empty_desk.app, [path], by="ann")
    [file] = report.files
    assert (file.loaded, file.updated, file.unchanged, file.conflicts) == (1, 1, 1, 3)
    assert {(one.order_id, one.field) for one in report.conflicts} == {
        (placed["订单号"], "city"),
        (placed["订单号"], "ship_by_at"),
        (placed["订单号"], "status"),
    }
    with empty_desk.app.database._cursor() as cursor:
        kept = dict(cursor.execute("select order_id, status from orders").fetchall())
        cities = dict(cursor.execute("select order_id, city from receivers").fetchall())
    assert (kept[free["订单号"]], cities[free["订单号"]]) == ("IN_CANCEL", "Cork")
    assert (kept[placed["订单号"]], cities[placed["订单号"]]) == ("WAIT_SELLER_SEND_GOODS", "Dublin")
    assert len(files.conflicts(empty_desk.app)) == 3
    first, *others = files.conflicts(empty_desk.app)["conflict_id"]
    assert files.keep(empty_desk.app, [first], by="ann") == 1
    assert list(files.conflicts(empty_desk.app)["conflict_id"]) == others, "one by one"
    assert files.keep(empty_desk.app, others, by="ann") == 2
    assert files.conflicts(empty_desk.app).empty


def test_what_a_file_says_of_orders_in_a_batch_is_taken_where_they_were_not_sent(
    empty_desk: Desk, tmp_path: Path
) -> None:
    draft, sent = an_export_row(), an_export_row()
    empty_desk.load([draft, sent])
    leaving = empty_desk.draft([sent["订单号"]])
    empty_desk.submit(leaving)
    empty_desk.work(leaving)
    batch_id = empty_desk.draft([draft["订单号"]])
    news = {"城市": "Cork", "发货期限": "2026-09-09 10:00", "订单备注": "ring twice"}
    path = write_export(tmp_path / "newer.xlsx", [draft | news, sent | news])
    files.load(empty_desk.app, [path], by="ann")
    offered = files.conflicts(empty_desk.app)
    assert set(offered["order_id"]) == {draft["订单号"], sent["订单号"]}
    of_draft = offered[offered["order_id"] == draft["订单号"]]
    assert files.take_theirs(empty_desk.app, list(offered["conflict_id"]), by="ann") == len(of_draft)
    taken, kept = (orders.detail(empty_desk.app, one["订单号"]) for one in (draft, sent))
    assert taken["receivers"]["received"].city == "Cork"
    assert taken["ship_by_at"].strftime("%Y-%m-%d %H:%M") == of_draft.set_index("field")["offered"][
        "ship_by_at"
    ].removesuffix(" UTC")
    assert kept["receivers"]["received"].city == "Dublin"
    assert empty_desk.states(batch_id) == {}
    assert set(files.conflicts(empty_desk.app)["order_id"]) == {sent["订单号"]}
    again = files.load(empty_desk.app, [path], by="ann").files[0]
    assert again.updated == 0, "what was taken is what the file says"
    assert empty_desk.draft([draft["订单号"]])


def test_an_order_the_buyer_cancelled_in_a_newer_file_is_not_sent(empty_desk: Desk, tmp_path: Path) -> None:
    row = an_export_row()
    empty_desk.load([row])
    batch_id = empty_desk.draft()
    path = write_export(tmp_path / "newer.xlsx", [row | {"订单状态": "买家申请取消"}])
    files.load(empty_desk.app, [path], by="ann")
    empty_desk.submit(batch_id)
    empty_desk.work(batch_id)
    assert empty_desk.states(batch_id) == {"refused": 1}
    assert empty_desk.logistics_orders() == []


def test_an_order_with_what_a_file_could_not_say_is_loaded_and_kept_out_of_batches(
    empty_desk: Desk,
) -> None:
    odd = {
        "deadline_unreadable": an_export_row(发货期限="soon"),
        "country_blank": an_export_row(收货国家=""),
    }
    good = an_export_row(订单金额="see invoice")
    empty_desk.load([*odd.values(), good])
    with empty_desk.app.database._cursor() as cursor:
        found = cursor.execute("select code, order_id from load_blocks order by code desc").fetchall()
    assert dict(found) == {code: row["订单号"] for code, row in odd.items()}
    assert empty_desk.app.database is not None
    batch_id = empty_desk.draft([*empty_desk.order_ids()])
    with empty_desk.app.database._cursor() as cursor:
        placed = cursor.execute("select order_id from shipments where batch_id = ?", [batch_id]).fetchall()
    assert placed == [(good["订单号"],)]


MAPPED = {
    "order_id": "Order ref", "paid_at": "Placed", "receiver": "Ship to", "country": "Land", "address": "Street",
    "city": "Town", "postcode": "ZIP", "mobile": "Tel", "sku": "Item", "quantity": "Pcs", "total": "Paid",
}  # fmt: skip


def test_a_foreign_table_is_guessed_at_previewed_saved_and_known_the_next_time(
    app: App, tmp_path: Path
) -> None:
    rows = [a_foreign_row() for _ in range(30)]
    rows[2]["Pcs"] = "?"
    path = write_export(tmp_path / "shop b.csv", rows, FOREIGN_HEADERS)
    [unknown] = files.load(app, [path], by="ann").files
    assert unknown.error_code == "unknown_layout"
    [table] = files.open_table("shop b.csv", path.read_bytes())
    proposed = files.propose(table)
    assert proposed.kind == "orders"
    assert proposed.columns == {name: header for name, header in MAPPED.items() if name != "mobile"} | {
        "phone": "Tel"
    }
    assert proposed.options.date_order == "dmy"
    preview = files.preview(app, table, proposed)
    assert (len(preview.rows), preview.loadable, preview.refused) == (20, 19, 1)
    assert list(preview.rows["code"][:3]) == ["", "", "line_unreadable"]
    files.save_mapping(
        app, TableMapping("shop b", "orders", proposed.headers, MAPPED, proposed.options), by="ann"
    )
    report = load(app, path)
    assert (report.files[0].layout, report.files[0].loaded) == ("mapping:shop b", 29)
    assert load(app, path, mapping="shop b").files[0].unchanged == 29
    [seed] = (app.sandbox_folder / "seeds").iterdir()
    assert seed.suffix == ".xlsx", "the sandbox gets a file that it can read"
    files.forget_mapping(app, "shop b", by="ann")
    with pytest.raises(Problem) as caught:
        files.load(app, [path], by="ann", wishes=Wishes(mapping="shop b"))
    assert caught.value.code == "unknown_mapping"


def test_a_products_table_of_another_form_is_mapped_too(app: App, tmp_path: Path) -> None:
    path = write_export(tmp_path / "p.csv", [{"Code": "A", "Grams": "5"}], ["Code", "Grams"])
    files.save_mapping(
        app,
        TableMapping("weights", "products", ("Code", "Grams"), {"sku": "Code", "weight_g": "Grams"}),
        by="ann",
    )
    assert load(app, path).files[0].layout == "mapping:weights"


def test_a_mapping_must_say_what_an_order_needs(app: App) -> None:
    for mapping, code in [
        (TableMapping("x", "orders", ("A",), {"order_id": "A"}), "mapping_lacks"),
        (TableMapping("x", "orders", ("A", "B"), {"order_id": "A", "sku": "B"}), "mapping_lacks"),
        (TableMapping(" ", "orders", ("A",), MAPPED), "mapping_needs_name"),
        (TableMapping("mabang", "orders", ("A",), MAPPED), "mapping_name_taken"),
    ]:
        with pytest.raises(Problem) as caught:
            files.save_mapping(app, mapping, by="ann")
        assert caught.value.code == code


def test_a_file_without_the_columns_of_its_mapping_is_refused_with_their_names(
    app: App, tmp_path: Path
) -> None:
    files.save_mapping(app, TableMapping("shop b", "orders", FOREIGN_HEADERS, MAPPED, Options()), by="ann")
    path = write_export(tmp_path / "other.csv", [{"Order ref": "1"}], ["Order ref", "Pcs"])
    [file] = files.load(app, [path], by="ann", wishes=Wishes(mapping="shop b")).files
    assert file.error_code == "mapping_misfit"
    assert "Item" in file.error_args["missing"]


def test_weights_are_read_in_the_unit_that_was_said(app: App, tmp_path: Path) -> None:
    path = write_export(tmp_path / "d.xlsx", [a_dianxiaomi_row(称重重量="0.25")], DIANXIAOMI_HEADERS)
    assert load(app, path, weight_unit="kg").files[0].weight_unit == "kg"
    with app.database._cursor() as cursor:
        assert cursor.execute("select weighed_g from orders").fetchall() == [(250,)]
    with pytest.raises(Problem) as caught:
        files.load(app, [path], by="ann", wishes=Wishes(weight_unit="stone"))
    assert caught.value.code == "unknown_unit"


def test_one_order_in_two_layouts_is_one_order(app: App, tmp_path: Path) -> None:
    row = an_export_row(products=a_products_cell(("SKU-1", 1)))
    load(app, write_export(tmp_path / "o.xlsx", [row]))
    again = a_dianxiaomi_row(订单号=row["订单号"])
    report = load(app, write_export(tmp_path / "d.xlsx", [again], DIANXIAOMI_HEADERS))
    assert (report.orders, report.files[0].loaded) == (0, 0)

"""The Files page: what was read, what was refused and why."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from lib.app import App
from lib.config import Settings
from lib.domain.orders import OrderFilter
from lib.services import files, orders
from lib.services.files import loading
from lib.store import shops
from lib.store.database import Database
from tests.builders import FOREIGN_HEADERS, a_foreign_row, an_export_row, write_export
from tests.conftest import Desk
from tests.pages.conftest import Open, text_of


def upload(page: AppTest, *named: tuple[str, bytes]) -> AppTest:
    page.file_uploader(key="files_upload_0").set_value([(name, content, "") for name, content in named])
    page.run()
    page.button(key="files_load").click().run()
    return page


def table(page: AppTest, column: str) -> list[dict[str, object]]:
    """The rows of the first table that has this column."""
    return next(one.value for one in page.dataframe if column in one.value).to_dict("records")


def test_before_the_first_file_the_page_points_to_the_sample(open_page: Open, store: Database) -> None:
    page = open_page(App(Settings(), store), "files")
    assert not page.exception
    assert "No file was read yet" in page.info[0].value


def test_the_sample_loads_and_says_how_far_its_dates_were_moved(open_page: Open, store: Database) -> None:
    app = App(Settings(), store, now=lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))
    app.rehearse_with = lambda *_, **__: None  # type: ignore[method-assign]  # No sandbox is needed for this.
    page = open_page(app, "files")
    page.button(key="files_sample").click().run(timeout=60)
    assert not page.exception
    [products, exported] = table(page, "read")
    assert products["refused"] == 0
    assert exported["read"] == exported["loaded"] + exported["unchanged"] + exported["refused"]
    assert "were moved by 83 days" in text_of(page)
    assert "6 rows were refused" in text_of(page)
    assert len(table(page, "problem")) == 6
    assert orders.counts(app)["free"] > 900


def test_an_upload_is_loaded_and_its_bad_row_is_explained(
    open_page: Open, empty_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    bar = DeltaGenerator.progress
    monkeypatch.setattr(
        DeltaGenerator, "progress", lambda at, share, text="": (said.append(text), bar(at, share, text))[1]
    )
    monkeypatch.setattr(loading, "LONG_ROWS", 2)  # As if two rows took their time.
    good, bad = an_export_row(), an_export_row(收货国家="=Channel Islands")
    export = write_export(empty_desk.folder / "mine.xlsx", [good, bad])
    page = upload(open_page(empty_desk.app, "files"), ("mine *one*.xlsx", export.read_bytes()))
    assert not page.exception
    assert any("understanding 2 rows" in text for text in said)
    assert any("storing and checking 2 rows" in text for text in said)
    [report] = table(page, "read")
    assert (report["file"], report["loaded"], report["refused"]) == ("mine *one*.xlsx", 1, 1)
    [row] = table(page, "problem")
    assert (row["row_no"], row["column_name"], row["value"]) == (3, "收货国家", "=Channel Islands")
    assert "not in the table of country names" in str(row["problem"])
    assert "Write the country" in str(row["mending"])
    assert "1 new order is loaded" in text_of(page)


def test_a_file_of_no_known_layout_loads_nothing_and_says_why(open_page: Open, empty_desk: Desk) -> None:
    page = upload(open_page(empty_desk.app, "files"), ("notes.csv", b"a,b\n1,2\n"), ("x.xlsx", b"no sheet"))
    assert not page.exception
    assert ["notes" in one.value or "x" in one.value for one in page.error] == [True, True]
    assert "no layout that is known" in page.error[0].value


def test_a_file_that_could_not_be_read_stays_in_the_list_with_its_reason(
    open_page: Open, store: Database
) -> None:
    app = App(Settings(), store)
    files.load_upload(app, "a *b*.csv", b"%PDF-1.7", by="ann")
    assert "There are no orders yet" in text_of(open_page(app, "orders")), "it is no load"
    page = open_page(app, "files")
    [row] = table(page, "why")
    assert row["file"] == "a *b*.csv"
    assert "This is no spreadsheet" in str(row["why"])
    page.session_state["files_imports"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    assert not page.exception
    assert "This is no spreadsheet" in page.error[0].value


def a_foreign_upload(page: AppTest, folder: Path) -> AppTest:
    rows = [a_foreign_row(**{"Ship to": "**Vera** <b>x</b>"}) for _ in range(3)]
    content = write_export(folder / "shop b.csv", rows, FOREIGN_HEADERS).read_bytes()
    return upload(page, ("shop b.csv", content))


def test_a_table_of_another_form_is_mapped_previewed_loaded_and_remembered(
    open_page: Open, empty_desk: Desk
) -> None:
    page = a_foreign_upload(open_page(empty_desk.app, "files"), empty_desk.folder)
    assert not page.exception
    assert "no layout that is known" in page.error[0].value
    assert "Which column is what in shop b\\.csv?" in text_of(page)
    assert page.selectbox(key="mapping_orders_order_id_1").value == "Order ref"
    assert [row["name"] for row in table(page, "contents")] == ["**Vera** <b>x</b>"] * 3
    page.selectbox(key="mapping_orders_quantity_1").select_index(0).run()
    assert "Still to be chosen: Quantity" in text_of(page)
    assert page.button(key="mapping_load").disabled
    page.selectbox(key="mapping_orders_quantity_1").set_value("Pcs").run()
    page.text_input(key="mapping_name_1").set_value("my shop").run()
    page.button(key="mapping_load").click().run()
    assert not page.exception
    [report] = table(page, "read")
    assert (report["layout"], report["loaded"]) == ("Mapping “my shop”", 3)
    assert "mapping_load" not in [button.key for button in page.button]
    assert [mapping.name for mapping in files.taught(empty_desk.app)] == ["my shop"]
    page.button(key="mapping_forget_0").click().run()
    assert files.taught(empty_desk.app) == []


@pytest.fixture
def two_shops(empty_desk: Desk) -> App:
    with empty_desk.app.database.write() as work:
        shops.keep(work, "second", "Shop **two**")
    return empty_desk.app


def shops_of_orders(app: App) -> list[str]:
    return orders.pending(app, OrderFilter()).orders["shop_id"].tolist()


def test_which_shops_files_they_are_is_asked_only_where_there_are_several(
    open_page: Open, empty_desk: Desk
) -> None:
    page = open_page(empty_desk.app, "files")
    assert "files_shop" not in [box.key for box in page.selectbox]


def test_files_are_loaded_for_the_shop_that_was_chosen(
    open_page: Open, two_shops: App, tmp_path: Path
) -> None:
    page = open_page(two_shops, "files")
    assert page.selectbox(key="files_shop").options == ["the first shop", "Shop **two**"]
    page.selectbox(key="files_shop").set_value("second")
    export = write_export(tmp_path / "mine.csv", [an_export_row(), an_export_row()])
    upload(page, ("mine.csv", export.read_bytes()))
    assert not page.exception
    assert shops_of_orders(two_shops) == ["second"] * 2
    kept = [path.parent.name for path in two_shops.sandbox_folder.rglob("*.csv")]
    assert kept == ["second"], "its orders are rehearsed as this shop's"


def test_a_mapped_table_is_loaded_for_the_shop_that_was_chosen(
    open_page: Open, two_shops: App, tmp_path: Path
) -> None:
    page = open_page(two_shops, "files")
    page.selectbox(key="files_shop").set_value("second")
    a_foreign_upload(page, tmp_path)
    page.selectbox(key="mapping_orders_quantity_1").set_value("Pcs").run()
    page.button(key="mapping_load").click().run()
    assert not page.exception
    assert shops_of_orders(two_shops) == ["second"] * 3


def test_a_table_of_products_is_mapped_by_the_same_screen(open_page: Open, empty_desk: Desk) -> None:
    page = open_page(empty_desk.app, "files")
    page.file_uploader(key="files_upload_0").set_value([("w.csv", b"Code,Grams\nA,5\n", "")])
    page.run()
    page.button(key="files_choose").click().run()
    page.segmented_control(key="mapping_kind_1").set_value("products").run()
    page.selectbox(key="mapping_products_sku_1").set_value("Code").run()
    page.selectbox(key="mapping_products_weight_g_1").set_value("Grams").run()
    assert not page.exception
    assert [row["sku"] for row in table(page, "sku")] == ["A"]
    page.button(key="mapping_load").click().run()
    assert table(page, "read")[0]["loaded"] == 1


def test_a_file_that_is_no_sheet_says_so_on_the_mapping_screen(open_page: Open, empty_desk: Desk) -> None:
    page = open_page(empty_desk.app, "files")
    page.file_uploader(key="files_upload_0").set_value([("x.csv", b"%PDF-1.7", "")])
    page.run()
    page.button(key="files_choose").click().run()
    assert not page.exception
    assert "no spreadsheet" in page.error[0].value
    page.button(key="mapping_close").click().run()
    assert not page.error


def test_refused_rows_can_be_put_aside_and_the_overview_counts_the_open_ones(
    open_page: Open, empty_desk: Desk
) -> None:
    empty_desk.load([an_export_row(), an_export_row(订单号="")])
    assert "1 row of files set aside" in text_of(open_page(empty_desk.app, "overview"))
    page = open_page(empty_desk.app, "files")
    page.session_state["files_imports"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    page.button(key="files_dismiss").click().run()
    assert not page.exception
    assert "1 row is put aside" in text_of(page)
    assert "row of files set aside" not in text_of(open_page(empty_desk.app, "overview"))


def test_contradictions_are_listed_with_both_values_until_they_are_settled(
    open_page: Open, desk: Desk
) -> None:
    order_id = desk.order_ids()[0]
    batch_id = desk.draft([order_id])
    row = an_export_row(订单号=order_id, 城市="**Cork**")
    page = upload(
        open_page(desk.app, "files"), ("a.xlsx", write_export(desk.folder / "a.xlsx", [row]).read_bytes())
    )
    [shown] = table(page, "kept")
    assert (shown["order_id"], shown["batch_id"], shown["what"]) == (order_id, batch_id, "City")
    assert (shown["kept"], shown["offered"]) == ("Dublin", "**Cork**")
    page = open_page(desk.app, "files")
    assert "1 order in a batch is different in a file" in text_of(page)
    page.button(key="files_keep_ours").click().run()
    assert not page.exception
    assert "different in a file" not in text_of(page)


def test_one_contradiction_is_settled_by_what_the_file_says(open_page: Open, desk: Desk) -> None:
    order_id = desk.order_ids()[0]
    desk.draft([order_id])
    row = an_export_row(订单号=order_id, 城市="Cork", 地址="2 Quay", 发货期限="2026-12-30 10:00")
    files.load(desk.app, [write_export(desk.folder / "a.xlsx", [row])], by="tester")
    page = open_page(desk.app, "files")
    fields = [one["field"] for one in table(page, "kept")]
    ticks = {"selection": {"rows": [fields.index("city")], "columns": [], "cells": []}}
    page.session_state["files_open_conflicts"] = ticks
    page.run()
    assert page.button(key="files_take_theirs").label == "Take what is there, for the one ticked"
    page.button(key="files_take_theirs").click().run()
    assert not page.exception
    assert "2 differences are settled" in page.success[0].value, "an address is taken whole"
    receiver = orders.detail(desk.app, order_id)["receivers"]["received"]
    assert (receiver.city, receiver.address) == ("Cork", "2 Quay")
    assert list(files.conflicts(desk.app)["field"]) == ["ship_by_at"]


def test_an_earlier_file_shows_its_refused_rows(open_page: Open, empty_desk: Desk) -> None:
    empty_desk.load([an_export_row(), an_export_row(订单号="")])
    page = open_page(empty_desk.app, "files")
    page.session_state["files_imports"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    [row] = table(page, "problem")
    assert row["problem"] == "The order number is blank."
    assert files.refused_counts(empty_desk.app)[0]["row_count"] == 1


def test_a_row_worth_a_look_is_said_to_be_loaded(open_page: Open, desk: Desk) -> None:
    order_id = desk.order_ids()[0]
    desk.draft([order_id])
    changed = write_export(
        desk.folder / "again.xlsx", [an_export_row(订单号=order_id, 城市="Cork")]
    ).read_bytes()
    page = upload(open_page(desk.app, "files"), ("again.xlsx", changed))
    assert "1 row was loaded and deserves a look" in text_of(page)


def test_an_older_looking_upload_is_asked_about_and_loaded_again_as_the_newest(
    open_page: Open, empty_desk: Desk
) -> None:
    row, last = an_export_row(), an_export_row(付款时间="2026.08.31 09:00")
    empty_desk.load([row, last])
    content = write_export(empty_desk.folder / "part.xlsx", [row | {"城市": "**Cork**"}]).read_bytes()
    page = upload(open_page(empty_desk.app, "files"), ("part.xlsx", content), ("x.xlsx", b"no sheet"))
    assert not page.exception
    assert "Of 1 order a newer file or a sync said something else" in page.warning[0].value
    [shown] = table(page, "kept")
    assert (shown["order_id"], shown["what"]) == (row["订单号"], "City")
    assert (shown["kept"], shown["offered"]) == ("Dublin", "**Cork**")
    assert "收货地址" in text_of(page), "a column that is known and not used"
    page.button(key="files_newest_again").click().run()
    assert not page.exception
    [report] = table(page, "read")
    assert (report["file"], report["updated"]) == ("part.xlsx", 1)
    assert "files_newest_again" not in [button.key for button in page.button]
    assert orders.detail(empty_desk.app, row["订单号"])["receivers"]["received"].city == "**Cork**"


def test_a_person_says_under_options_that_all_orders_await_shipment(
    open_page: Open, store: Database, tmp_path: Path
) -> None:
    app = App(Settings(data=tmp_path, platform_url="http://127.0.0.1:1"), store)
    export = write_export(tmp_path / "mine.csv", [an_export_row(订单状态="new words")])
    page = upload(open_page(app, "files"), ("mine.csv", export.read_bytes()))
    [doubt] = table(page, "problem")
    assert "All orders in it await shipment" in str(doubt["mending"])
    assert orders.counts(app)["awaiting"] == 0
    page = open_page(app, "files")
    page.checkbox(key="files_awaiting").check()
    page = upload(page, ("mine.csv", export.read_bytes()))
    assert not page.exception
    assert "1 order without a known status awaits shipment, as was said" in text_of(page)
    assert orders.counts(app)["awaiting"] == 1


def test_a_bill_of_another_form_is_mapped_by_the_same_screen(open_page: Open, empty_desk: Desk) -> None:
    bill = b"AWB,Invoice date,Net\nRX100000001CN,2026-11-20,12.34\n"
    page = upload(open_page(empty_desk.app, "files"), ("dhl.csv", bill))
    assert page.segmented_control(key="mapping_kind_1").value == "bills"
    assert "1 row would be refused" in page.warning[0].value
    page.selectbox(key="mapping_currency_1").set_value("CNY").run()
    assert not page.exception
    [row] = table(page, "number")
    assert (row["number"], row["charged_on"], row["amount"]) == ("RX100000001CN", "2026-11-20", "12.34 CNY")
    page.button(key="mapping_load").click().run()
    assert not page.exception
    [report] = table(page, "read")
    assert (report["layout"], report["loaded"]) == ("Mapping “dhl”", 1)


def test_a_rate_card_of_another_form_is_mapped_by_the_same_screen(open_page: Open, empty_desk: Desk) -> None:
    card = b"Country,From,To,Rate\nIE,0,0.1,70\nIE,0.1,2,60\n"
    page = upload(open_page(empty_desk.app, "files"), ("list.csv", card))
    assert page.segmented_control(key="mapping_kind_1").value == "rates"
    assert "Still to be chosen: Plan, Currency" in text_of(page)
    page.selectbox(key="mapping_plan_1").set_value("CPAM").run()
    page.selectbox(key="mapping_currency_1").set_value("CNY").run()
    assert not page.exception
    assert "Without a column for “Fee per parcel”, nothing of the kind is charged" in text_of(page)
    assert [row["tier"] for row in table(page, "tier")] == ["1–100 g", "101–2000 g"]
    page.button(key="mapping_load").click().run()
    assert not page.exception
    assert table(page, "read")[0]["loaded"] == 2


STATED_HEADERS = (*FOREIGN_HEADERS, "State", "Weight")


def mapped_again(page: AppTest, name: str, rows: list[dict[str, str]], folder: Path) -> AppTest:
    """Choose the columns of a table, and load it by them."""
    content = write_export(folder / name, rows, STATED_HEADERS).read_bytes()
    round_ = page.session_state["files_round"]
    page.file_uploader(key=f"files_upload_{round_}").set_value([(name, content, "")])
    page.run()
    page.button(key="files_choose").click().run()
    return page


def test_what_the_form_says_of_a_file_holds_on_the_mapping_screen_too(
    open_page: Open, empty_desk: Desk, tmp_path: Path
) -> None:
    app = empty_desk.app
    row = a_foreign_row() | {"State": "to do", "Weight": "0.25"}
    later = a_foreign_row(Placed="02/09/2026 10:05") | {"State": "to do", "Weight": "0.5"}
    page = open_page(app, "files")
    page.selectbox(key="files_weight_unit").set_value("kg")
    page.checkbox(key="files_awaiting").set_value(True)
    mapped_again(page, "a.csv", [row, later], tmp_path)
    assert not page.exception
    assert page.selectbox(key="mapping_unit_kg_1").value == "kg"
    assert {one["status"] for one in table(page, "contents")} == {"Awaiting shipment"}, "in the preview"
    page.button(key="mapping_load").click().run()
    assert not page.exception
    kept = orders.pending(app, OrderFilter()).orders.set_index("order_id")
    assert kept["weight_g"].to_dict() == {row["Order ref"]: 250, later["Order ref"]: 500}

    moved = row | {"Town": "Cork"}
    mapped_again(page, "b.csv", [moved], tmp_path)
    page.button(key="mapping_load").click().run()
    assert "a newer file or a sync said something else" in text_of(page)
    page.button(key="files_newest_again").click().run()
    assert table(page, "read")[0]["updated"] == 1, "it can be loaded again from there"

    page.checkbox(key="files_newest").set_value(True)
    mapped_again(page, "c.csv", [moved | {"Town": "Sligo"}], tmp_path)
    page.button(key="mapping_load").click().run()
    assert not page.exception
    assert table(page, "read")[0]["updated"] == 1

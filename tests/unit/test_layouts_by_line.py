"""Exports whose rows are product lines or parcels become orders, and every row of them is accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from lib.files import layouts, sheets
from lib.files.layouts import Options, TableMapping
from lib.files.orders import OrderTables, as_export, parse, read_orders
from tests.builders import (
    DIANXIAOMI_HEADERS,
    FOREIGN_HEADERS,
    LINGXING_HEADERS,
    MABANG_HEADERS,
    a_dianxiaomi_row,
    a_foreign_row,
    a_lingxing_row,
    a_mabang_row,
    write_export,
)

ZONE = "Asia/Shanghai"
COUNTRIES = pd.DataFrame({"name": ["Ireland", "俄罗斯", "Russian Federation"], "country": ["IE", "RU", "RU"]})
Rows = Sequence[dict[str, str]]


def read(tmp_path: Path, headers: Sequence[str], rows: Rows, name: str = "export.xlsx") -> OrderTables:
    return accounted(
        read_orders(write_export(tmp_path / name, rows, headers), zone=ZONE, countries=COUNTRIES), rows
    )


def accounted(tables: OrderTables, rows: Rows) -> OrderTables:
    taken = int(tables.orders["row_count"].sum()) + tables.repeated + tables.replaced
    assert tables.read == len(rows) == taken + len(tables.problems), "every row is counted once"
    return tables


def goods(tables: OrderTables) -> list[tuple[str, int]]:
    return list(tables.lines[["sku", "quantity"]].itertuples(index=False, name=None))


def codes(frame: pd.DataFrame) -> list[tuple[int, str]]:
    return list(frame[["row_no", "code"]].itertuples(index=False, name=None))


def dianxiaomi(tmp_path: Path, *rows: dict[str, str]) -> OrderTables:
    return read(tmp_path, DIANXIAOMI_HEADERS, rows)


def mabang(tmp_path: Path, *rows: dict[str, str]) -> OrderTables:
    return read(tmp_path, MABANG_HEADERS, rows)


def test_lines_of_an_order_become_one_order_whose_amount_counts_once(tmp_path: Path) -> None:
    row = a_dianxiaomi_row()
    tables = dianxiaomi(tmp_path, row, row | {"SKU": "SKU-2", "产品数量": "3.0"}, a_dianxiaomi_row())
    assert tables.layout == "dianxiaomi"
    assert list(tables.orders["total_minor"]) == [5890, 5890]
    assert list(tables.orders["row_count"]) == [2, 1]
    assert goods(tables)[:2] == [("SKU-1", 1), ("SKU-2", 3)]
    order, receiver = tables.orders.iloc[0], tables.receivers.iloc[0]
    assert (order["order_id"], order["status"]) == (row["订单号"], "WAIT_SELLER_SEND_GOODS")
    assert order["paid_at"] == pd.Timestamp("2026-08-30 03:05", tz="UTC")
    assert (receiver["country"], receiver["address"]) == ("IE", "1 Sample Street Flat 2")
    assert tables.ignored == ()


def test_the_columns_of_an_export_may_stand_in_any_order_and_many_may_lack(tmp_path: Path) -> None:
    headers = ["产品数量", "SKU", "国家二字码", "自定义列", "订单号"]
    row = a_dianxiaomi_row()
    tables = read(tmp_path, headers, [row], "export.csv")
    assert list(tables.orders["order_id"]) == [row["订单号"]]
    assert tables.ignored == ("自定义列",)
    assert {"订单金额", "收货人城市"} <= set(tables.missing)
    assert list(tables.orders["status"]) == ["UNKNOWN"], "not taken for shippable"


def test_a_country_may_come_as_letters_a_name_or_a_chinese_name(tmp_path: Path) -> None:
    rows = [
        a_dianxiaomi_row(国家二字码="", 收货人国家="Ireland"),
        a_dianxiaomi_row(国家二字码="", 中文国家名="俄罗斯"),
        a_dianxiaomi_row(国家二字码="RU", 收货人国家="Ireland"),
    ]
    tables = read(tmp_path, [*DIANXIAOMI_HEADERS, "收货人国家", "中文国家名"], rows)
    assert list(tables.receivers["country"]) == ["IE", "RU", "RU"]


def test_an_order_of_which_one_line_cannot_be_read_is_refused_with_all_its_rows(tmp_path: Path) -> None:
    row = a_dianxiaomi_row()
    tables = dianxiaomi(
        tmp_path, row, row | {"产品数量": "two"}, a_dianxiaomi_row(), a_dianxiaomi_row(订单号="")
    )
    assert codes(tables.problems) == [
        (2, "line_unreadable"),
        (3, "line_unreadable"),
        (5, "order_number_blank"),
    ]
    assert list(tables.problems["identity"]) == [row["订单号"], row["订单号"], ""]
    assert list(tables.problems["column_name"]) == ["产品数量", "产品数量", "订单号"]
    assert list(tables.problems["value"]) == ["1", "two", ""]


def test_a_line_that_stands_twice_word_for_word_counts_once_and_is_named(tmp_path: Path) -> None:
    row = a_dianxiaomi_row()
    tables = dianxiaomi(tmp_path, row, row)
    assert (goods(tables), tables.repeated) == ([("SKU-1", 1)], 1)
    assert codes(tables.warnings) == [(2, "row_repeated")]


def test_rows_of_an_order_with_different_amounts_leave_it_unknown(tmp_path: Path) -> None:
    row = a_dianxiaomi_row()
    tables = dianxiaomi(tmp_path, row, row | {"SKU": "SKU-2", "订单金额": "1.00"})
    assert tables.orders["total_minor"].isna().all()
    assert codes(tables.warnings) == [(2, "amounts_differ")]


def test_a_row_that_takes_goods_back_is_refused_alone_and_its_order_stays(tmp_path: Path) -> None:
    row, other = a_dianxiaomi_row(), a_dianxiaomi_row()
    tables = dianxiaomi(
        tmp_path,
        row,
        row | {"产品数量": "-1"},
        row | {"订单金额": "-58.90"},
        row | {"订单金额": "-58.90"},
        other | {"订单金额": "-5"},
    )
    assert codes(tables.problems) == [(place, "row_cancelled") for place in (3, 4, 5, 6)]
    assert list(tables.problems["column_name"]) == ["产品数量", "订单金额", "订单金额", "订单金额"]
    assert list(tables.problems["value"]) == ["-1", "USD -58.90", "USD -58.90", "USD -5"]
    assert (goods(tables), list(tables.orders["total_minor"])) == ([("SKU-1", 1)], [5890])
    assert codes(tables.warnings) == [(2, "cancelled_elsewhere")]


def test_pieces_below_zero_in_one_cell_are_a_cancellation(tmp_path: Path) -> None:
    tables = mabang(tmp_path, a_mabang_row(**{"库存sku*数量": "SKU-1*-2"}))
    assert codes(tables.problems) == [(2, "row_cancelled")]
    assert list(tables.problems["column_name"]) == ["库存sku*数量"]


def test_charges_among_the_lines_of_an_order_are_left_out_and_named(tmp_path: Path) -> None:
    row, other = a_dianxiaomi_row(), a_dianxiaomi_row()
    tables = dianxiaomi(tmp_path, row, row | {"SKU": "POST", "产品数量": "one"}, other | {"SKU": "运费"})
    assert goods(tables) == [("SKU-1", 1)]
    assert list(tables.orders["row_count"]) == [2]
    assert codes(tables.warnings) == [(2, "line_no_goods")]
    assert (tables.warnings["column_name"].tolist(), tables.warnings["value"].tolist()) == (["SKU"], ["POST"])
    assert codes(tables.problems) == [(4, "products_no_goods")]
    assert (tables.problems["column_name"].tolist(), tables.problems["value"].tolist()) == (
        ["产品数量"],
        ["1"],
    )


@pytest.mark.parametrize(
    ("written", "unit", "grams"),
    [
        ("250", "g", 250),
        ("0.25", "kg", 250),
        ("250g", "kg", 250),
        ("0.25 KG", "g", 250),
        ("heavy", "g", None),
    ],
)
def test_weights_have_the_unit_that_is_said_unless_the_cell_says_its_own(
    tmp_path: Path, written: str, unit: str, grams: int | None
) -> None:
    path = write_export(tmp_path / "e.xlsx", [a_dianxiaomi_row(称重重量=written)], DIANXIAOMI_HEADERS)
    found = layouts.find(sheets.read(path))
    layout = replace(found.layout, options=Options(weight_unit=unit))
    tables = parse(layouts.matched(found.sheet, layout), zone=ZONE, countries=COUNTRIES)
    [weight] = tables.orders["weighed_g"]
    assert tables.weight_unit == unit
    assert pd.isna(weight) if grams is None else weight == grams


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("SKU-1*2", [("SKU-1", 2)]),
        ("SKU-1*2;SKU-2*1", [("SKU-1", 2), ("SKU-2", 1)]),
        ("SKU-1*2\nSKU-2 * 1", [("SKU-1", 2), ("SKU-2", 1)]),
        ("RED CUP*1 A*B×3", [("RED CUP", 1), ("A*B", 3)]),
        ("K(1*2)*3，SKU-2*1,", [("K(1*2)", 3), ("SKU-2", 1)]),
    ],
)
def test_several_sku_times_quantity_in_one_cell_are_several_lines(
    tmp_path: Path, cell: str, expected: list[tuple[str, int]]
) -> None:
    tables = mabang(tmp_path, a_mabang_row(**{"库存sku*数量": cell}))
    assert (tables.layout, goods(tables)) == ("mabang", expected)


@pytest.mark.parametrize("cell", ["BOX2", "SKU-1*", "SKU-1*2;SKU-2", "SKU-1*0"])
def test_a_cell_that_is_not_all_sku_times_quantity_is_refused_and_never_guessed_at(
    tmp_path: Path, cell: str
) -> None:
    tables = mabang(tmp_path, a_mabang_row(**{"库存sku*数量": cell}), a_mabang_row())
    assert codes(tables.problems) == [(2, "line_unreadable")]
    assert list(tables.problems["column_name"]) == ["库存sku*数量"]


def test_of_two_currencies_the_original_one_is_read(tmp_path: Path) -> None:
    [order] = mabang(tmp_path, a_mabang_row(原始币种="EUR")).orders.to_dict("records")
    assert (order["total_minor"], order["currency"], order["weighed_g"]) == (5890, "EUR", 250)


def test_an_order_that_was_split_is_one_order_with_the_goods_of_all_its_parcels(tmp_path: Path) -> None:
    row = a_mabang_row(是否拆分订单="是")
    tables = mabang(tmp_path, row, row | {"库存sku*数量": "SKU-3*1"})
    assert list(tables.orders["row_count"]) == [2]
    assert goods(tables) == [("SKU-1", 2), ("SKU-2", 1), ("SKU-3", 1)]


def test_a_parcel_that_was_sent_again_adds_nothing_to_its_order(tmp_path: Path) -> None:
    row = a_mabang_row()
    tables = mabang(tmp_path, row, row | {"是否重发订单": "是"})
    assert goods(tables) == [("SKU-1", 2), ("SKU-2", 1)]
    assert codes(tables.warnings) == [(2, "row_resent")]


def test_an_order_merged_with_others_is_marked_for_its_goods_may_be_anothers(tmp_path: Path) -> None:
    tables = mabang(tmp_path, a_mabang_row(是否合并订单="是"))
    assert list(tables.findings["code"]) == ["goods_merged"]


def test_parcels_of_one_order_share_its_number_without_what_counts_them(tmp_path: Path) -> None:
    row = a_lingxing_row(平台单号="8100000000000017-1")
    rows = [row, row | {"平台单号": "8100000000000017-2", "SKU": "SKU-2"}]
    tables = read(tmp_path, LINGXING_HEADERS, rows)
    assert tables.layout == "lingxing"
    assert list(tables.orders["order_id"]) == ["8100000000000017"]
    assert goods(tables) == [("SKU-1", 1), ("SKU-2", 1)]
    assert list(tables.waybills["number"]) == ["LX123456789CN"]
    assert list(tables.findings["code"]) == ["country_blank"]


FOREIGN = TableMapping(
    "shop b",
    "orders",
    FOREIGN_HEADERS,
    {
        "order_id": "Order ref", "paid_at": "Placed", "receiver": "Ship to", "country": "Land", "address": "Street",
        "city": "Town", "postcode": "ZIP", "mobile": "Tel", "sku": "Item", "quantity": "Pcs", "total": "Paid",
    },
    Options(date_order="dmy", status="WAIT_SELLER_SEND_GOODS"),
)  # fmt: skip


def test_a_table_of_any_form_is_read_as_a_person_mapped_it(tmp_path: Path) -> None:
    row = a_foreign_row()
    rows = [row, row | {"Item": "SKU-2"}, a_foreign_row(Pcs="")]
    path = write_export(tmp_path / "shop-b.csv", rows, FOREIGN_HEADERS)
    found = layouts.find(sheets.read(path), taught=[FOREIGN])
    tables = accounted(parse(found, zone=ZONE, countries=COUNTRIES), rows)
    [order] = tables.orders.to_dict("records")
    assert (tables.layout, order["order_id"]) == ("mapping:shop b", row["Order ref"])
    assert (order["total_minor"], order["currency"], order["status"]) == (
        5890,
        "EUR",
        "WAIT_SELLER_SEND_GOODS",
    )
    assert order["paid_at"] == pd.Timestamp("2026-08-30 02:05", tz="UTC")
    assert codes(tables.problems) == [(4, "line_unreadable")]


def test_a_mapping_is_known_again_by_its_columns_and_its_own_header_comes_first(tmp_path: Path) -> None:
    sheet = sheets.Sheet("f.csv", "", (*FOREIGN_HEADERS, "Remark"), pd.DataFrame(columns=range(12)))
    found = layouts.recognise(sheet, taught=[FOREIGN])
    assert (found.layout.name, found.ignored) == ("mapping:shop b", ("Remark",))
    own = TableMapping("mine", "products", ("SKU", "重量(g)"), {"sku": "SKU", "weight_g": "重量(g)"})
    known = sheets.Sheet("p.csv", "", ("SKU", "重量(g)"), pd.DataFrame(columns=range(2)))
    assert layouts.recognise(known, taught=[own]).layout.name == "mapping:mine"
    wider = sheets.Sheet("p.csv", "", ("SKU", "重量(g)", "货位"), pd.DataFrame(columns=range(3)))
    assert layouts.recognise(wider, taught=[own]).layout is layouts.PRODUCTS


def test_what_was_read_can_be_written_as_the_marketplace_would_export_it(tmp_path: Path) -> None:
    row = a_dianxiaomi_row()
    tables = dianxiaomi(tmp_path, row, row | {"SKU": "SKU-2", "产品数量": "3"})
    export = as_export(tables).fillna("").astype(str)
    path = write_export(tmp_path / "again.xlsx", export.to_dict("records"), list(export.columns))
    again = read_orders(path, zone=ZONE, countries=COUNTRIES)
    assert goods(again) == goods(tables)
    assert list(again.orders["paid_at"]) == list(tables.orders["paid_at"])
    assert list(again.receivers["country"]) == ["IE"]

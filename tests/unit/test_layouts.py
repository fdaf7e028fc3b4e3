"""Layouts are told by header texts, and order rows are read or refused one by one."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from lib.files import layouts, sheets
from lib.files.orders import OrderTables, days_to_recent, moved, read_orders
from lib.files.products import ProductTables, read_products
from tests.builders import (
    EXPORT_HEADERS,
    PRODUCTS_HEADER,
    a_products_cell,
    an_export_row,
    write_export,
)

ZONE = "America/Los_Angeles"
COUNTRIES = pd.DataFrame(
    {
        "name": ["Ireland", "EIRE", "Russian Federation", "Côte d'Ivoire", "Namibia"],
        "country": ["IE", "IE", "RU", "CI", "NA"],
    }
)

#: The oldest export: no status, no dates, no deadline; an e-mail column.
OLDEST_HEADERS = (
    "订单号",
    "买家邮箱",
    "产品总金额",
    "物流费用",
    "订单金额",
    "产品信息_（双击单元格展开所有产品信息！）",
    "订单备注",
    "收货地址",
    "收货人名称",
    "收货国家",
    "州/省",
    "城市",
    "地址",
    "邮编",
    "联系电话",
    "手机",
    "买家选择物流",
)


def read(tmp_path: Path, *rows: dict[str, str], zone: str = ZONE, name: str = "export.xlsx") -> OrderTables:
    tables = read_orders(write_export(tmp_path / name, rows), zone=zone, countries=COUNTRIES)
    accounted = len(tables.orders) + tables.repeated + tables.replaced + len(tables.problems)
    assert tables.read == len(rows) == accounted, "every row is an order, a repetition or a problem"
    return tables


def a_sheet(*header: str) -> sheets.Sheet:
    return sheets.Sheet("file.csv", "", header, pd.DataFrame(columns=range(len(header))))


def only_problem(tables: OrderTables | ProductTables) -> tuple[int, str, str, str]:
    [problem] = tables.problems.to_dict("records")
    return problem["row_no"], problem["column_name"], problem["value"], problem["code"]


@pytest.mark.parametrize(
    "header",
    [
        PRODUCTS_HEADER,
        "产品信息_（双击单元格展开所有产品信息！）",
        "产品信息\r\n(双击单元格展开所有产品信息!)",
        "\ufeff 产品信息\u00a0",
    ],
)
def test_the_products_header_is_known_in_all_its_forms(header: str) -> None:
    found = layouts.recognise(a_sheet("收货国家", header, "订单号"))
    assert found.layout is layouts.SELLER_CENTER
    assert (found.columns["products"], found.columns["order_id"]) == (1, 2)


def test_full_width_forms_and_blanks_in_headers_do_not_matter() -> None:
    found = layouts.recognise(a_sheet("ＳＫＵ", " 重量（g） ", "申报价值 ( usd )"))
    assert found.layout is layouts.PRODUCTS
    assert found.columns == {"sku": 0, "weight_g": 1, "declared_value": 2}


def test_unknown_columns_are_named_and_so_are_missing_ones() -> None:
    found = layouts.recognise(
        a_sheet("订单号", "店铺编号", PRODUCTS_HEADER, "收货国家", "收货地址", "业务员\n名")
    )
    assert found.ignored == ("店铺编号", "业务员 名")
    assert found.unread == ("收货地址",), "it belongs to the layout, and nothing reads it"
    assert "发货期限" in found.missing
    assert "订单业务模式" not in found.missing, "only some generations have it"


def test_a_sheet_of_another_kind_names_the_nearest_layout_and_what_lacks() -> None:
    with pytest.raises(sheets.NotReadable) as caught:
        layouts.recognise(a_sheet("订单号", "收货国家", "城市", "", "Some\nthing"))
    assert caught.value.code == "unknown_layout"
    assert caught.value.details["nearest"] == "seller_center"
    assert caught.value.details["missing"] == ["产品信息"]
    assert caught.value.details["headers"] == ["订单号", "收货国家", "城市", "Some thing"]


def test_a_kind_that_was_asked_for_is_not_found_in_another_kind_of_file() -> None:
    with pytest.raises(sheets.NotReadable) as caught:
        layouts.recognise(a_sheet("sku", "weight_g"), "orders")
    assert caught.value.code == "unknown_layout"


def test_the_sheet_that_is_known_is_found_among_others() -> None:
    known = a_sheet("sku", "weight_g")
    assert layouts.find([a_sheet("notes"), known]).sheet is known


@pytest.mark.parametrize("name", ["export.xlsx", "export.csv"])
def test_a_good_row_is_an_order_with_its_lines_and_receiver(tmp_path: Path, name: str) -> None:
    row = an_export_row(
        订单号="8100000000000001",
        产品总金额="$1,058.90",
        物流费用="3.5",
        订单金额="$1,062.40",
        订单备注="=SUM(A1) please",
        products=a_products_cell(("SKU-1", 2), ("SKU(2)", 1), unit="lot"),
    )
    tables = read(tmp_path, row, name=name)
    [order] = tables.orders.to_dict("records")
    assert order["order_id"] == "8100000000000001"
    assert order["status"] == "WAIT_SELLER_SEND_GOODS"
    assert order["paid_at"] == datetime(2026, 8, 30, 18, 5, tzinfo=UTC)
    assert order["ship_by_at"] == datetime(2026, 9, 5, 17, 0, tzinfo=UTC)
    assert (order["goods_minor"], order["shipping_minor"], order["total_minor"]) == (105890, 350, 106240)
    assert (order["currency"], order["note"], order["row_no"]) == ("USD", "=SUM(A1) please", 2)
    assert tables.lines[["line_no", "sku", "quantity", "unit"]].to_dict("list") == {
        "line_no": [1, 2],
        "sku": ["SKU-1", "SKU(2)"],
        "quantity": [2, 1],
        "unit": ["lot", "lot"],
    }
    [receiver] = tables.receivers.to_dict("records")
    assert (receiver["country"], receiver["country_label"], receiver["postcode"]) == (
        "IE",
        "Ireland",
        "D02 AF30",
    )


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    row = an_export_row()
    path = write_export(tmp_path / "export.xlsx", [row], sorted(EXPORT_HEADERS, reverse=True))
    tables = read_orders(path, zone=ZONE, countries=COUNTRIES)
    assert list(tables.orders["order_id"]) == [row["订单号"]]
    assert tables.missing == ()


def test_the_oldest_export_is_read_and_an_order_without_a_status_is_not_taken_for_shippable(
    tmp_path: Path,
) -> None:
    row = an_export_row() | {"买家邮箱": "vera@example.org"}
    row["产品信息_（双击单元格展开所有产品信息！）"] = row[PRODUCTS_HEADER]
    path = write_export(tmp_path / "old.csv", [row], OLDEST_HEADERS)
    tables = read_orders(path, zone=ZONE, countries=COUNTRIES)
    [order] = tables.orders.to_dict("records")
    assert order["status"] == "UNKNOWN"
    assert pd.isna(order["ship_by_at"])
    assert {"订单状态", "发货期限"} <= set(tables.missing)
    assert tables.ignored == ()


def test_orders_that_the_platform_ships_itself_are_read_and_marked(tmp_path: Path) -> None:
    rows = [
        an_export_row(订单业务模式="半托管仓发订单"),
        an_export_row(订单业务模式="非半托管订单", 实际发货单号="CAINIAO_STANDARD_X:LX1CN"),
    ]
    headers = [header for header in EXPORT_HEADERS if not header.startswith("实际")]
    path = write_export(tmp_path / "new.xlsx", rows, [*headers, "订单业务模式", "实际发货单号"])
    tables = read_orders(path, zone=ZONE, countries=COUNTRIES)
    assert list(tables.orders["order_id"]) == [row["订单号"] for row in rows]
    [marked] = tables.findings.to_dict("records")
    assert (marked["order_id"], marked["code"]) == (rows[0]["订单号"], "platform_ships")
    assert list(tables.waybills["service"]) == ["CAINIAO_STANDARD_X"]


def test_what_guards_an_order_number_is_taken_off(tmp_path: Path) -> None:
    written = {
        "`8100000000000017": "8100000000000017",
        "'8100000000000118": "8100000000000118",
        "\t8100000000000219": "8100000000000219",
        "8100000000000321.0": "8100000000000321",
        '="8100000000000422"': "8100000000000422",
    }
    tables = read(tmp_path, *(an_export_row(订单号=one) for one in written), name="export.csv")
    assert list(tables.orders.sort_values("row_no")["order_id"]) == list(written.values())


def test_a_faulty_row_is_refused_and_its_neighbours_are_not(tmp_path: Path) -> None:
    faults = [
        ("订单号", "", "order_number_blank"),
        ("订单号", "8.12346E+15", "order_number_damaged"),
        ("订单号", "8E15", "order_number_damaged"),
        ("订单号", "C536379", "order_number_cancelled"),
        ("订单号", "X536379", "order_number_not_digits"),
        ("订单号", "0", "order_number_zero"),
        ("订单号", "8100000000000017.5", "order_number_not_digits"),
        ("收货国家", "Channel Islands", "country_unknown"),
        (PRODUCTS_HEADER, "", "products_blank"),
        (PRODUCTS_HEADER, "two cups", "products_unreadable"),
    ]
    good = [an_export_row() for _ in range(len(faults) + 1)]
    rows = [good[0]]
    for (header, value, _code), neighbour in zip(faults, good[1:], strict=True):
        rows += [an_export_row(**{header: value}), neighbour]
    tables = read(tmp_path, *rows)
    assert sorted(tables.orders["order_id"]) == [row["订单号"] for row in good]
    told = tables.problems.sort_values("row_no")
    assert told[["row_no", "column_name", "value", "code"]].to_numpy().tolist() == [
        [3 + 2 * place, " ".join(header.split()), value, code]
        for place, (header, value, code) in enumerate(faults)
    ]
    assert (
        set(tables.lines["order_id"]) == set(tables.receivers["order_id"]) == set(tables.orders["order_id"])
    )


def test_an_order_with_a_cell_that_cannot_be_read_is_loaded_without_it_and_named(tmp_path: Path) -> None:
    doubts = [
        ("收货国家", "", "country_blank", None),
        ("订单金额", "Invoiced Separately", "amount_unreadable", "total_minor"),
        ("订单金额", "58,90", "amount_unreadable", "total_minor"),
        ("订单金额", "58.905", "amount_unreadable", "total_minor"),
        ("付款时间", "30/08/2026 11:05", "paid_time_unreadable", "paid_at"),
        ("发货期限", "2026-13-05", "deadline_unreadable", "ship_by_at"),
    ]
    rows = [an_export_row(), *(an_export_row(**{header: value}) for header, value, _code, _lost in doubts)]
    tables = read(tmp_path, *rows)
    orders = tables.orders.sort_values("row_no")
    assert list(orders["order_id"]) == [row["订单号"] for row in rows]
    told = tables.warnings.sort_values("row_no")
    assert told[["row_no", "column_name", "value", "code"]].to_numpy().tolist() == [
        [3 + place, header, value, code] for place, (header, value, code, _lost) in enumerate(doubts)
    ]
    found = tables.findings.sort_values("order_id")
    assert found[["order_id", "code"]].to_numpy().tolist() == [
        [row["订单号"], code] for row, (_header, _value, code, _lost) in zip(rows[1:], doubts, strict=True)
    ]
    for column in ("total_minor", "paid_at", "ship_by_at"):
        lost = [False, *(column == one for _header, _value, _code, one in doubts)]
        assert list(orders[column].isna()) == lost


def test_a_row_with_several_faults_is_one_problem(tmp_path: Path) -> None:
    tables = read(tmp_path, an_export_row(订单号="", 收货国家="Nowhere", 订单金额="?"))
    assert only_problem(tables)[3] == "order_number_blank"


def test_an_order_number_stored_as_a_number_that_lost_digits_is_refused(tmp_path: Path) -> None:
    row: dict[str, object] = {**an_export_row(), "订单号": 812345678901234567}
    tables = read_orders(write_export(tmp_path / "e.xlsx", [row]), zone=ZONE, countries=COUNTRIES)
    assert only_problem(tables)[3] == "order_number_damaged"


def test_order_numbers_a_spreadsheet_rounded_are_all_refused(tmp_path: Path) -> None:
    rounded = [an_export_row(订单号=f"81{place:013d}0") for place in range(10)]
    assert set(read(tmp_path, *rounded).problems["code"]) == {"order_number_rounded"}
    others = [an_export_row(订单号=f"810000000000001{place}") for place in range(1, 4)]
    tables = read(tmp_path, *rounded, *others[:2])
    assert (len(tables.problems), len(tables.orders)) == (10, 2), "those that end otherwise are taken"
    assert read(tmp_path, *rounded, *others).problems.empty, "with fewer than four in five nobody can tell"


def test_amounts_are_read_exactly(tmp_path: Path) -> None:
    amounts = [
        ("$58.90", 5890, "USD"),
        ("58.9", 5890, "USD"),
        ("0", 0, "USD"),
        ("US $1,058.90", 105890, "USD"),
        ("US$ 1,234,567.00", 123456700, "USD"),
        ("€12.5", 1250, "EUR"),
        ("12.50 EUR", 1250, "EUR"),
        ("￥99", 9900, "CNY"),
        ("JPY 1,200", 1200, "JPY"),
    ]
    orders = read(
        tmp_path, *(an_export_row(订单金额=written) for written, _minor, _currency in amounts)
    ).orders
    assert orders.sort_values("row_no")[["total_minor", "currency"]].to_numpy().tolist() == [
        [minor, currency] for _written, minor, currency in amounts
    ]


def test_a_sentence_in_an_optional_amount_is_not_known_and_never_zero(tmp_path: Path) -> None:
    [order] = read(tmp_path, an_export_row(物流费用="Invoiced Separately", 产品总金额="")).orders.to_dict(
        "records"
    )
    assert pd.isna(order["shipping_minor"])
    assert pd.isna(order["goods_minor"])


def test_times_are_read_in_the_zone_of_the_shop(tmp_path: Path) -> None:
    times = [
        ("2026.08.30 11:05", "2026-08-30 18:05"),
        ("2026-08-30 11:05:00", "2026-08-30 18:05"),
        ("2026/8/30 9:05", "2026-08-30 16:05"),
        ("2026-12-30", "2026-12-30 08:00"),
        # The hour comes twice when summer time ends: the first one is the safe reading of a deadline.
        ("2026-11-01 01:30", "2026-11-01 08:30"),
        # And this one never comes when it begins.
        ("2026-03-08 02:30", "2026-03-08 10:00"),
    ]
    rows = [an_export_row(发货期限=written, 下单时间="", 付款时间="") for written, _utc in times]
    tables = read(tmp_path, *rows)
    due = tables.orders.sort_values("row_no")["ship_by_at"]
    assert list(due) == [pd.Timestamp(utc, tz="UTC") for _written, utc in times]
    assert tables.orders["paid_at"].isna().all()


def test_a_deadline_without_a_time_is_the_start_of_that_day_there(tmp_path: Path) -> None:
    tables = read(tmp_path, an_export_row(发货期限="2026-09-05"), zone="Asia/Shanghai")
    assert list(tables.orders["ship_by_at"]) == [pd.Timestamp("2026-09-04 16:00", tz="UTC")]


def test_an_order_time_that_cannot_be_read_is_just_not_known(tmp_path: Path) -> None:
    assert read(tmp_path, an_export_row(下单时间="Date Not Captured")).orders["ordered_at"].isna().all()


def test_times_that_contradict_each_other_are_flagged(tmp_path: Path) -> None:
    tables = read(tmp_path, an_export_row(), an_export_row(下单时间="2026.11.04 10:05"))
    [doubt] = tables.warnings.to_dict("records")
    assert (doubt["row_no"], doubt["code"]) == (3, "times_out_of_order")


def test_an_unknown_status_is_loaded_as_unknown_with_its_label(tmp_path: Path) -> None:
    tables = read(tmp_path, an_export_row(订单状态="部分发货"), an_export_row(订单状态="正在飞"))
    assert list(tables.orders["status"]) == ["SELLER_PART_SEND_GOODS", "UNKNOWN"]
    assert list(tables.orders["status_label"]) == ["部分发货", "正在飞"]


def test_countries_resolve_by_their_names_and_codes(tmp_path: Path) -> None:
    countries = {"EIRE": "IE", " ireland ": "IE", "Co\u0302te d'Ivoire": "CI", "RU": "RU", "NA": "NA"}
    receivers = read(tmp_path, *(an_export_row(收货国家=written) for written in countries)).receivers
    assert list(receivers.sort_values("order_id")["country"]) == list(countries.values())


def test_the_later_row_of_an_order_stands(tmp_path: Path) -> None:
    first = an_export_row(订单备注="first")
    tables = read(tmp_path, first, first | {"订单备注": "last"})
    assert (tables.repeated, tables.replaced) == (0, 1)
    assert list(tables.orders["note"]) == ["last"]
    assert list(tables.orders["row_no"]) == [3]
    assert len(tables.lines) == len(tables.receivers) == 1


def test_a_row_that_repeats_another_is_no_second_order(tmp_path: Path) -> None:
    row = an_export_row()
    tables = read(tmp_path, row, an_export_row(), row)
    assert (len(tables.orders), tables.repeated, tables.replaced) == (2, 1, 0)


def test_waybills_are_cut_at_the_last_colon(tmp_path: Path) -> None:
    cells = [
        ("", []),
        ("ePacket:LX123456789CN", [("ePacket", "LX123456789CN")]),
        ("AliExpress: Saver:LX1", [("AliExpress: Saver", "LX1")]),
        ("A:LX1\nB:LX2", [("A", "LX1"), ("B", "LX2")]),
        ("A:LX1,B b:LX2", [("A", "LX1"), ("B b", "LX2")]),
        ("LX1", [("", "LX1")]),
    ]
    rows = [an_export_row(**{"实际发货物流:运单号": cell}) for cell, _pairs in cells]
    told = read(tmp_path, *rows).waybills
    for row, (_cell, pairs) in zip(rows, cells, strict=True):
        mine = told.loc[told["order_id"] == row["订单号"], ["service", "number"]]
        assert list(mine.itertuples(index=False, name=None)) == pairs


def test_an_export_without_orders_is_read_as_none_with_the_same_types(tmp_path: Path) -> None:
    empty, full = read(tmp_path), read(tmp_path, an_export_row())
    for name in ("orders", "lines", "receivers", "waybills", "problems"):
        assert getattr(empty, name).empty
        assert getattr(empty, name).dtypes.to_dict() == getattr(full, name).dtypes.to_dict()


def test_the_newest_payment_is_moved_into_the_last_day(tmp_path: Path) -> None:
    tables = read(tmp_path, an_export_row(付款时间="2026.08.29 11:05"), an_export_row())
    for now, days in [
        ("2026-08-30 19:00", 0),
        ("2026-08-20 00:00", 0),
        ("2026-08-31 18:04", 0),
        ("2026-08-31 18:05", 1),
        ("2026-11-24 02:00", 85),
    ]:
        moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
        assert days_to_recent(tables, moment) == days
        later = moved(tables, days)
        assert days_to_recent(later, moment) == 0
        assert list(later.orders["ship_by_at"] - tables.orders["ship_by_at"]) == [pd.Timedelta(days=days)] * 2


PRODUCT_HEADERS = (
    "SKU",
    "商品名称",
    "重量(g)",
    "长(mm)",
    "货物类型",
    "申报价值(USD)",
    "采购成本(CNY)",
    "海关编码",
)


def products(tmp_path: Path, *rows: tuple[object, ...]) -> ProductTables:
    table = [dict(zip(PRODUCT_HEADERS, row, strict=False)) for row in rows]
    tables = read_products(write_export(tmp_path / "products.xlsx", table, PRODUCT_HEADERS))
    assert tables.read == len(rows) == len(tables.products) + tables.repeated + len(tables.problems)
    return tables


def test_a_product_row_is_a_sku_with_what_is_known_of_it(tmp_path: Path) -> None:
    tables = products(tmp_path, ("A-1", "Cup", 120.2, "95.0", "带电", "$1.90", 3, 84713000), ("B",))
    first, second = tables.products.to_dict("records")
    assert (first["weight_g"], first["length_mm"], first["cargo_class"]) == (121, 95, "battery")
    assert (first["declared_minor"], first["declared_currency"]) == (190, "USD")
    assert (first["purchase_minor"], first["hs_code"]) == (300, "84713000")
    assert pd.isna(second["weight_g"])
    assert pd.isna(second["cargo_class"])
    assert tables.missing == ("宽(mm)", "高(mm)", "中文报关名", "英文报关名", "货位")


def test_a_product_row_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    faults: list[tuple[tuple[object, ...], tuple[str, str, str]]] = [
        (("", "Cup", 1), ("SKU", "", "sku_blank")),
        (("A", "Cup", "heavy"), ("重量(g)", "heavy", "number_unreadable")),
        (("B", "Cup", 0), ("重量(g)", "0", "weight_not_positive")),
        (("C", "Cup", -5), ("重量(g)", "-5", "weight_not_positive")),
        (("D", "Cup", "1,2"), ("重量(g)", "1,2", "number_unreadable")),
        (("E", "Cup", 5, 0), ("长(mm)", "0", "number_not_positive")),
        (("F", "Cup", 5, "", "液体"), ("货物类型", "液体", "cargo_class_unknown")),
    ]
    tables = products(tmp_path, *(row for row, _problem in faults), ("OTHER", "Cup", 5))
    assert tables.problems.sort_values("row_no")[
        ["row_no", "column_name", "value", "code"]
    ].to_numpy().tolist() == [[row_no, *problem] for row_no, (_row, problem) in enumerate(faults, 2)]
    assert list(tables.products["sku"]) == ["OTHER"]


def test_a_sku_that_stands_twice_is_refused_only_when_the_rows_differ(tmp_path: Path) -> None:
    tables = products(tmp_path, ("A", "Cup", 5), ("A", "Cup", "5.0"), ("A", "Cup", 6))
    assert tables.repeated == 1
    assert only_problem(tables) == (4, "SKU", "A", "sku_twice")
    assert list(tables.products["weight_g"]) == [5]


def test_a_product_table_may_have_english_headers(tmp_path: Path) -> None:
    path = write_export(
        tmp_path / "p.csv",
        [{"sku": "A", "weight_g": "5", "cargo_class": "general", "declared_value_usd": "2"}],
        ["sku", "title", "weight_g", "cargo_class", "declared_value_usd"],
    )
    [product] = read_products(path).products.to_dict("records")
    assert (product["weight_g"], product["cargo_class"], product["declared_minor"]) == (5, "general", 200)


@pytest.mark.parametrize(
    ("goods", "shipping", "off", "total", "told"),
    [
        ("$50.00", "$8.90", "", "$58.90", None),
        ("$50.00", "$8.90", "$3.00", "$55.90", None),
        ("50", "0", "-3", "47.02", None),  # Rounding.
        ("$50.00", "$8.90", "", "$60.00", "58.90 / 60.00 USD"),
        ("$1,050.00", "$8.90", "$3", "$1,058.90", "1055.90 / 1058.90 USD"),
        ("JPY 1,200", "JPY 0", "", "JPY 1,250", "1200 / 1250 JPY"),
        ("€50", "$8.90", "", "€70", None),  # Two currencies are not added.
        ("€50", "€8.90", "$3", "€70", None),
        ("$50.00", "", "", "$60.00", None),
    ],
)
def test_a_total_that_goods_and_shipping_less_the_discount_do_not_make_is_told(
    tmp_path: Path, goods: str, shipping: str, off: str, total: str, told: str | None
) -> None:
    row = an_export_row(产品总金额=goods, 物流费用=shipping, 满立减=off, 订单金额=total)
    tables = read(tmp_path, row)
    found = tables.findings[tables.findings["code"] == "total_differs"]
    assert found["value"].tolist() == ([told] if told else [])
    assert ("total_differs" in set(tables.warnings["code"])) is bool(told)


def test_without_a_column_for_the_discount_no_total_is_doubted(tmp_path: Path) -> None:
    row = an_export_row(产品总金额="$50.00", 物流费用="$8.90", 订单金额="$50.00")
    path = write_export(tmp_path / "e.csv", [row], [name for name in EXPORT_HEADERS if name != "满立减"])
    assert read_orders(path, zone=ZONE, countries=COUNTRIES).findings.empty

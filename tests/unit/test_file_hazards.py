"""What has happened to sellers' files before they come here: one test for each thing."""

import random
from math import comb
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
import xlwt

from lib.files import exports, sheets
from lib.files.orders import OrderTables, read_orders
from tests.builders import (
    EXPORT_HEADERS,
    LINGXING_HEADERS,
    a_lingxing_row,
    a_products_cell,
    an_export_row,
    write_export,
)

ZONE = "Asia/Shanghai"
COUNTRIES = pd.DataFrame({"name": ["Ireland", "Russian Federation"], "country": ["IE", "RU"]})


def read(path: Path) -> OrderTables:
    tables = read_orders(path, zone=ZONE, countries=COUNTRIES)
    taken = int(tables.orders["row_count"].sum()) + tables.repeated + tables.replaced
    assert tables.read == taken + len(tables.problems), "every row is counted once"
    return tables


def of_rows(tmp_path: Path, *rows: dict[str, str]) -> OrderTables:
    return read(write_export(tmp_path / "export.xlsx", rows))


def as_text(*rows: dict[str, str], line_end: str = "\r\n") -> str:
    quoted = [EXPORT_HEADERS, *([row.get(name, "") for name in EXPORT_HEADERS] for row in rows)]
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in quoted]
    return line_end.join(lines) + line_end


def saved(tmp_path: Path, content: bytes, name: str = "export.csv") -> Path:
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


def numbers(tables: OrderTables) -> list[str]:
    return tables.orders["order_id"].tolist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    row = an_export_row(订单备注="请尽快发货,谢谢")
    assert read(saved(tmp_path, as_text(row).encode(encoding))).orders["note"].tolist() == ["请尽快发货,谢谢"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, line_end: str) -> None:
    rows = [an_export_row(订单号=str(8200000000000000 + place)) for place in range(1, 4)]
    assert len(numbers(read(saved(tmp_path, as_text(*rows, line_end=line_end).encode())))) == 3


def test_tab_separated_text_named_csv(tmp_path: Path) -> None:
    row = an_export_row()
    text = "\r\n".join(
        "\t".join('"' + cell.replace('"', '""') + '"' for cell in cells)
        for cells in (EXPORT_HEADERS, [row.get(name, "") for name in EXPORT_HEADERS])
    )
    assert numbers(read(saved(tmp_path, text.encode()))) == [row["订单号"]]


def test_tens_of_thousands_of_blank_rows_after_the_data(tmp_path: Path) -> None:
    blank = ("," * (len(EXPORT_HEADERS) - 1) + "\r\n") * 100_000
    tables = read(saved(tmp_path, (as_text(an_export_row()) + blank).encode()))
    assert (tables.read, len(tables.orders)) == (1, 1)


def test_order_numbers_in_scientific_notation(tmp_path: Path) -> None:
    tables = of_rows(tmp_path, an_export_row(订单号="8.12346E+15"), an_export_row())
    assert tables.problems["code"].tolist() == ["order_number_damaged"]
    assert len(tables.orders) == 1


def test_order_numbers_that_lost_digits(tmp_path: Path) -> None:
    rows = [an_export_row(订单号=f"820000000000{place:03d}0") for place in range(12)]
    assert set(of_rows(tmp_path, *rows).problems["code"]) == {"order_number_rounded"}


def test_order_numbers_kept_as_numbers_that_lost_digits_are_never_guessed(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {**an_export_row(), "订单号": number}
        for number in (
            8123456789012340,
            8123456789012350,
            8123456789012360,
            8123456789012361,
            812345678901230,
        )
    ]
    tables = read(write_export(tmp_path / "export.xlsx", rows))
    assert tables.problems["code"].tolist() == ["order_number_damaged"] * 3
    assert tables.problems["value"].iloc[0] == "8.12345678901234E+15"
    assert numbers(tables) == ["8123456789012361", "812345678901230"], "exact ones and shorter ones are taken"


def test_of_order_numbers_in_text_of_which_nearly_all_lost_digits_the_others_are_taken(
    tmp_path: Path,
) -> None:
    rows = [an_export_row(订单号=f"82000000000{place:04d}0") for place in range(14)]
    sound = an_export_row(订单号="8200000000009917")
    tables = read(saved(tmp_path, as_text(*rows, sound).encode()))
    assert tables.problems["code"].tolist() == ["order_number_rounded"] * 14
    assert numbers(tables) == ["8200000000009917"]


def test_a_file_of_twenty_sound_order_numbers_is_untouched(tmp_path: Path) -> None:
    drawn = random.Random(7).sample(range(8 * 10**15, 9 * 10**15), 17)
    sound = [str(number) for number in drawn] + ["8200000000000010", "8200000000000020", "8200000000000030"]
    rows = [an_export_row(订单号=number) for number in sound]
    assert sorted(numbers(read(saved(tmp_path, as_text(*rows).encode())))) == sorted(sound)


def test_three_order_numbers_of_which_all_end_in_zero_are_too_few_to_tell(tmp_path: Path) -> None:
    rows = [an_export_row(订单号=f"820000000000123{place}0") for place in range(3)]
    assert of_rows(tmp_path, *rows).problems.empty


def test_an_order_number_of_one_zero_is_none(tmp_path: Path) -> None:
    tables = of_rows(tmp_path, an_export_row(订单号="0"))
    assert tables.problems["code"].tolist() == ["order_number_zero"]


def test_order_numbers_with_a_point_and_a_zero(tmp_path: Path) -> None:
    assert numbers(of_rows(tmp_path, an_export_row(订单号="8120001234567890.0"))) == ["8120001234567890"]


def test_dates_of_another_locale(tmp_path: Path) -> None:
    row = an_export_row(下单时间="2026-11-04 10:00", 付款时间="2026-04-11 10:05")
    assert "times_out_of_order" in of_rows(tmp_path, row).findings["code"].tolist()


def test_every_time_is_compared_with_all_that_came_before(tmp_path: Path) -> None:
    cases = [
        ({"下单时间": "2026-11-04 10:00", "付款时间": "", "发货时间": "2026-04-11 10:00"}, "shipped_at"),
        ({"付款时间": "", "确认收货时间": "2026-08-29 10:00"}, "received_at"),
        ({"付款时间": "2026-04-11 10:05"}, "paid_at"),
        ({"发货期限": "2011-04-14"}, "ship_by_at"),
        ({"下单时间": "", "发货期限": "2026-08-30 11:00"}, "ship_by_at"),
    ]
    rows = [an_export_row(**cells) for cells, _field in cases]
    found = of_rows(tmp_path, *rows).findings.sort_values("order_id")
    assert found[["order_id", "code", "field"]].to_numpy().tolist() == [
        [row["订单号"], "times_out_of_order", field] for row, (_cells, field) in zip(rows, cases, strict=True)
    ]


def test_a_date_without_a_time_is_not_before_an_hour_of_that_day(tmp_path: Path) -> None:
    columns = ["付款时间", "发货时间", "确认收货时间", "发货期限"]
    rows = [an_export_row(**{"付款时间": "", column: "2026-08-30"}) for column in columns]
    tables = of_rows(tmp_path, *rows)
    assert len(tables.orders) == len(columns)
    assert tables.findings.empty


def test_numbers_that_are_sentences(tmp_path: Path) -> None:
    fields = {"产品总金额": "goods", "物流费用": "shipping", "订单金额": "total"}
    sentences = ["Invoiced Separately", "See order 8123", "N/A"]
    cases = [(column, sentence) for column in fields for sentence in sentences]
    rows = [an_export_row(**{column: sentence}) for column, sentence in cases]
    tables = of_rows(tmp_path, *rows)
    orders = tables.orders.set_index("order_id")
    told = tables.findings[tables.findings["code"] == "amount_unreadable"].sort_values("order_id")
    for row, (column, _sentence) in zip(rows, cases, strict=True):
        amounts = orders.loc[row["订单号"], [f"{field}_minor" for field in fields.values()]]
        unknown = [field for field, amount in zip(fields.values(), amounts, strict=True) if pd.isna(amount)]
        assert unknown == [fields[column]], "not known, and never 0"
    assert told[["order_id", "field", "value"]].to_numpy().tolist() == [
        [row["订单号"], fields[column], sentence] for row, (column, sentence) in zip(rows, cases, strict=True)
    ]


def test_a_cancellation_written_as_a_row_is_no_order(tmp_path: Path) -> None:
    cells = ["$-11.00", "-$11.00", "-11", "US $-11.00", "-11.00 USD", "−11", "($11.00)", "11.00-", "-0.50"]
    cases = [(column, cell) for column in ("产品总金额", "订单金额") for cell in cells]
    tables = of_rows(tmp_path, *(an_export_row(**{column: cell}) for column, cell in cases))
    told = tables.problems.sort_values("row_no")
    assert told[["code", "column_name", "value", "identity"]].to_numpy().tolist() == [
        ["row_cancelled", column, cell, ""] for column, cell in cases
    ]
    assert tables.orders.empty


def test_what_only_has_a_dash_is_no_cancellation(tmp_path: Path) -> None:
    cells = ["-", "N/A - see 5", "2026-5", "-0.00", "order -5"]
    tables = of_rows(tmp_path, *(an_export_row(订单金额=cell) for cell in cells))
    assert tables.findings["code"].tolist() == ["amount_unreadable"] * len(cells)
    assert sorted(tables.findings["value"]) == sorted(cells)


def test_a_cancellation_never_takes_the_place_of_its_order(tmp_path: Path) -> None:
    good = an_export_row()
    rows = [good, good | {"订单金额": "$-58.90"}, an_export_row(), good | {"订单号": "C" + good["订单号"]}]
    tables = of_rows(tmp_path, *rows)
    assert tables.problems[["row_no", "code"]].to_numpy().tolist() == [
        [3, "row_cancelled"],
        [5, "order_number_cancelled"],
    ]
    assert tables.orders["total_minor"].tolist() == [5890, 5890]
    assert tables.findings.to_numpy().tolist() == [
        [good["订单号"], "cancelled_elsewhere", "order_id", "3, 5"]
    ]


def test_a_quantity_below_zero_is_a_cancellation(tmp_path: Path) -> None:
    cell = a_products_cell(("SKU-1", 2)).replace("数量:2", "数量:-2")
    tables = of_rows(tmp_path, an_export_row(**{EXPORT_HEADERS[10]: cell}))
    assert tables.problems["code"].tolist() == ["row_cancelled"]


@pytest.mark.parametrize("word", ["POST", "Bank Charges", "邮费", "MANUAL"])
def test_charges_among_products_are_left_out_and_named(tmp_path: Path, word: str) -> None:
    cell = a_products_cell(("A", 2), (word, 1), ("M", 1)).replace(f"Title of {word}", "Manual")
    row = an_export_row(**{EXPORT_HEADERS[10]: cell})
    tables = of_rows(
        tmp_path,
        row,
        an_export_row(
            **{EXPORT_HEADERS[10]: a_products_cell((word, 1)).replace(f"Title of {word}", "Manual")}
        ),
    )
    assert tables.lines["sku"].tolist() == ["A", "M"], "a size of one letter is a product"
    assert tables.findings.to_numpy().tolist() == [[row["订单号"], "line_no_goods", "products", word]]
    assert tables.problems[["row_no", "code"]].to_numpy().tolist() == [[3, "products_no_goods"]]


def test_a_code_that_may_be_a_size_is_a_charge_when_its_title_says_so(tmp_path: Path) -> None:
    cell = a_products_cell(("M", 1), ("DOT", 1), ("B", 1)).replace("Title of DOT", "DOTCOM POSTAGE")
    tables = of_rows(tmp_path, an_export_row(**{EXPORT_HEADERS[10]: cell}))
    assert tables.lines[["line_no", "sku"]].to_numpy().tolist() == [[1, "M"], [3, "B"]]


def test_dates_that_are_sentences(tmp_path: Path) -> None:
    tables = of_rows(tmp_path, an_export_row(付款时间="Date Not Captured"))
    assert tables.orders["paid_at"].isna().all()
    assert "paid_time_unreadable" in tables.findings["code"].tolist()


def test_cancellations_as_prefixed_numbers(tmp_path: Path) -> None:
    tables = of_rows(tmp_path, an_export_row(订单号="C8120001234567890"), an_export_row())
    assert tables.problems["code"].tolist() == ["order_number_cancelled"]
    assert len(tables.orders) == 1


def test_cancellations_as_negative_rows(tmp_path: Path) -> None:
    row = a_lingxing_row()
    path = write_export(tmp_path / "export.xlsx", [row | {"数量": "-1"}], LINGXING_HEADERS)
    assert read(path).problems["code"].tolist() == ["row_cancelled"]


def test_exact_duplicates(tmp_path: Path) -> None:
    row = an_export_row()
    tables = of_rows(tmp_path, row, row, row)
    assert (len(tables.orders), tables.repeated, tables.replaced) == (1, 2, 0)


def test_an_order_exported_twice_in_one_file(tmp_path: Path) -> None:
    row = an_export_row(订单备注="old")
    tables = of_rows(tmp_path, row, row | {"订单备注": "new"})
    assert (tables.orders["note"].tolist(), tables.replaced) == (["new"], 1)


def test_postcodes_as_floats(tmp_path: Path) -> None:
    assert of_rows(tmp_path, an_export_row(邮编="725.0")).receivers["postcode"].tolist() == ["725"]


def test_trailing_blanks_tabs_and_non_breaking_spaces(tmp_path: Path) -> None:
    tables = of_rows(tmp_path, an_export_row(收货人名称="\u00a0Made\u00a0Up\t ", 邮编="\t00725 "))
    assert tables.receivers[["name", "postcode"]].to_numpy().tolist() == [["Made Up", "00725"]]


def test_texts_that_a_spreadsheet_would_run(tmp_path: Path) -> None:
    tables = of_rows(tmp_path, an_export_row(订单备注="=1+1"))
    assert tables.orders["note"].tolist() == ["=1+1"]
    assert b"'=1+1" in exports.csv(tables.orders[["note"]])


def test_merged_cells(tmp_path: Path) -> None:
    first = a_lingxing_row(MSKU="A-1", SKU="A-1", 数量="1")
    second = a_lingxing_row(MSKU="B-2", SKU="B-2", 数量="2")
    other = a_lingxing_row(平台单号="8129999999999999", MSKU="C-3", SKU="C-3", 数量="3")
    place = LINGXING_HEADERS.index("平台单号")
    path = tmp_path / "merged.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("sheet1")
        sheet.write_row(0, 0, LINGXING_HEADERS)
        for row_no, row in enumerate((first, second, other), 1):
            for column, name in enumerate(LINGXING_HEADERS):
                if column != place or row_no == 3:
                    sheet.write_string(row_no, column, row.get(name, ""))
        sheet.merge_range(1, place, 2, place, first["平台单号"])
    tables = read(path)
    assert tables.problems.empty
    assert tables.orders["row_count"].tolist() == [2, 1], "filled inside the merge, and not below it"


def test_sheets_that_do_not_begin_at_a1(tmp_path: Path) -> None:
    row = an_export_row()
    path = tmp_path / "shifted.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Sheet1")
        for column, name in enumerate(EXPORT_HEADERS, 2):
            sheet.write_string(4, column, name)
            sheet.write_string(5, column, row.get(name, ""))
            sheet.write_string(6, column, {**row, "订单号": "8.1E+15"}.get(name, ""))
    tables = read(path)
    assert numbers(tables) == [row["订单号"]]
    assert tables.problems["row_no"].tolist() == [7], "rows are counted as a person sees them"


def test_old_workbooks_of_the_seller_center(tmp_path: Path) -> None:
    row = an_export_row(products=a_products_cell(("SKU-1", 1), ("SKU-2", 3)))
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    for column, name in enumerate(EXPORT_HEADERS):
        sheet.write(0, column, name)
        sheet.write(1, column, row.get(name, ""))
    book.save(str(tmp_path / "export.xls"))
    tables = read(tmp_path / "export.xls")
    assert tables.lines[["sku", "quantity"]].to_numpy().tolist() == [["SKU-1", 1], ["SKU-2", 3]]


def test_several_products_in_one_cell(tmp_path: Path) -> None:
    cell = (
        "【1】Cup [blue] (2:1) 【new】\n(产品属性:Color:Red、Size:M)\n(商家编码:A:1(b))\n(产品数量:2 piece)\n"
        "【2】Plate\n(商家编码:P-7)\n(产品数量:1 lot)"
    )
    tables = of_rows(tmp_path, an_export_row(products=cell))
    assert tables.lines[["sku", "quantity"]].to_numpy().tolist() == [["A:1(b)", 2], ["P-7", 1]]


def test_files_cut_off_in_the_middle(tmp_path: Path) -> None:
    whole = write_export(tmp_path / "export.xlsx", [an_export_row()]).read_bytes()
    with pytest.raises(sheets.NotReadable):
        read(saved(tmp_path, whole[: len(whole) // 2], "cut.xlsx"))


def test_a_date_of_another_millennium_is_not_known(tmp_path: Path) -> None:
    names = {"付款时间": "paid_at", "下单时间": "ordered_at", "发货期限": "ship_by_at"}
    rows = {column: an_export_row(**{column: "9999.12.31 23:59"}) for column in names}
    orders = of_rows(tmp_path, *rows.values()).orders.set_index("order_id")
    for column, name in names.items():
        known = orders.loc[rows[column]["订单号"], list(names.values())].notna()
        assert known.to_dict() == {one: one != name for one in names.values()}


@pytest.mark.parametrize(
    ("zeros", "others", "digits", "verdict"),
    [
        (3, 0, 16, "taken"),  # 1 sound file in 1,000
        (4, 0, 16, "doubtful"),  # 1 in 10,000
        (5, 0, 16, "doubtful"),
        (6, 0, 16, "refused"),  # 1 in 1,000,000
        (4, 1, 16, "doubtful"),
        (3, 1, 16, "taken"),
        (8, 2, 16, "refused"),
        (7, 3, 16, "taken"),
        (1, 0, 17, "taken"),
        (2, 0, 17, "doubtful"),  # Two digits each are 0.
        (3, 0, 17, "refused"),
    ],
)
def test_how_sure_it_is_that_numbers_in_text_lost_digits_decides_what_becomes_of_them(
    tmp_path: Path, zeros: int, others: int, digits: int, verdict: str
) -> None:
    lost = "0" * (digits - 15)
    rows = [an_export_row(订单号=f"8200000000{place:04d}7{lost}") for place in range(zeros)]
    rows += [an_export_row(订单号=f"8200000000{place:04d}7{'3' * len(lost)}") for place in range(others)]
    tables = read(saved(tmp_path, as_text(*rows).encode()))
    refused = {"refused": zeros}.get(verdict, 0)
    assert tables.problems["code"].tolist() == ["order_number_rounded"] * refused
    doubtful = {"doubtful": zeros}.get(verdict, 0)
    assert tables.findings["code"].tolist() == ["order_number_doubtful"] * doubtful
    assert tables.warnings["code"].tolist() == ["order_number_doubtful"] * doubtful
    assert len(tables.orders) == zeros + others - refused


def test_a_long_number_that_ends_in_zero_and_not_before_was_not_rounded(tmp_path: Path) -> None:
    rows = [an_export_row(订单号=f"820000000000{place:04d}10") for place in range(10)]
    assert len(read(saved(tmp_path, as_text(*rows).encode())).orders) == 10


@pytest.mark.parametrize("count", range(4, 13))
def test_a_sound_file_of_few_numbers_is_refused_once_in_a_million_at_most(tmp_path: Path, count: int) -> None:
    chance = 0.0
    for zeros in range(count // 2, count + 1):
        endings = ["0"] * zeros + ["5"] * (count - zeros)
        rows = [an_export_row(订单号=f"8200000000{place:05d}{end}") for place, end in enumerate(endings)]
        if not read(saved(tmp_path, as_text(*rows).encode())).problems.empty:
            chance += comb(count, zeros) * 0.1**zeros * 0.9 ** (count - zeros)
    assert chance <= 1e-6 * (1 + 1e-9)

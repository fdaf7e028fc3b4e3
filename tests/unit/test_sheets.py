"""Spreadsheets and text files are read as a person sees them."""

import base64
import io
import zipfile
import zlib
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from lib.files import sheets, workbook

#: A BIFF8 workbook of three rows, made once: order numbers as text and as a number, postcodes 00725 and 725.
SMALL_XLS = (
    "eNrtWE1oE0EU/maTbX5s06SmhVYooWCrtYdEse3Bmqpo8WCJBquooKlZsDSkJRRBD7Zac5JCwZPipdKLl6iXquhBL+JBqOhB"
    "EIRUL4InwaKHJuubl01Maw8NaFGZb5k3b97MNzu7b97M7rya92Vn7jctYAV2w4a86UJVmU1QchULXlC9aUq1mDspmQr/FFxO"
    "cmSVjsc1Lx3Sh9LfC9Bwz/6MJPCB0imMon8kaQTWEXt5DDEhx9BDUuAWWTxo5FHVsTzLciPLu9zyCctetkyx7KG2WXEC8+H+"
    "9m5rFh/XWrjOA9nvA+a8Y0sI9XghZ/H4tCi01bEnNRRL/J0VzfZqzIL81mckjVQskYWfHDiLRTMAfC1G6tOAsq+vXYDs35fb"
    "HavYr2t2YALmGZ7gaZqQi7ZCEEbPGcZYaAkR6V1ONojb145Gv0XtEJ1G21RuYO4ksTLTDeMUwd2hYBlCXcQ4mDISsWRcB4LB"
    "ru07KY+OxoaSbrmIc9B7lwV9DQdDNck4aln3cUh4aVlfuvPl9aHBSPg0WyZ4oS9sB5vlE8DEZckgsodrbCXZzoxtLK9wr5tY"
    "b2Lpp4lMeWuk3lIOTHKbq1zbSvfZwXgTbivTt5Ce/nz4YXP6Y3gr6Zm+hYv+zNvwDFpoe4oTX16T6BAd4uYNiUfhYi6speM9"
    "y8ZflhGn5rXGblp7Xi1ycLPqY1koybcjSiXNeleSLVZhC2bbrPaC2fZSSbJ1i62tYNs0D9t8ON+b6fz0fNc+ySl4R3rtkiZL"
    "soeBDbRpa3WYk81pCfwJNxQUFBQUFBQUFBTKznQ062NdfpLq1u+AwzrXyVHKq2OS/xZHMELXGP2Y7keS8hQuVDR/GqCLYl9i"
    "jZzieaHEMbp7CsMY5HEMVzx/6XdOlD/Pmone3xdCld4/X8k4//D9fwDEodeO"
)

TEXT = '订单号,国家,备注\r\n81,法国,"two\nlines, and a ""quote"""\r\n82,,\r\n'
ROWS = [("81", "法国", 'two\nlines, and a "quote"'), ("82", None, None)]


def written(tmp_path: Path, content: bytes, name: str = "export.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def cells(sheet: sheets.Sheet) -> list[tuple[str | None, ...]]:
    return [
        tuple(None if pd.isna(cell) else cell for cell in row)
        for row in sheet.rows.itertuples(index=False, name=None)
    ]


def a_workbook(tmp_path: Path, rows: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(str(tmp_path / "book.xlsx")) as book:
        sheet = book.add_worksheet("Orders")
        dates = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for place, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(place, column, value, dates)
                else:
                    sheet.write(place, column, value)
    return tmp_path / "book.xlsx"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_text_is_read_in_the_encodings_sellers_save(tmp_path: Path, encoding: str) -> None:
    [sheet] = sheets.read(written(tmp_path, TEXT.encode(encoding)))
    assert sheet.header == ("订单号", "国家", "备注")
    assert cells(sheet) == ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_text_is_read_with_any_delimiter_and_line_end(tmp_path: Path, delimiter: str, line_end: str) -> None:
    text = TEXT.replace("two\n", "two~").replace(", ", "~~").replace(",", delimiter).replace("\r\n", line_end)
    text = text.replace("~~", ", ").replace("two~", "two\n")
    [sheet] = sheets.read(written(tmp_path, text.encode("utf-8")))
    assert cells(sheet) == ROWS


def test_what_a_file_is_shows_in_its_content_not_its_name(tmp_path: Path) -> None:
    [sheet] = sheets.read(written(tmp_path, TEXT.encode("utf-8"), "export.xls"))
    assert cells(sheet) == ROWS


def test_rows_of_different_lengths_are_all_kept(tmp_path: Path) -> None:
    [sheet] = sheets.read(written(tmp_path, b'a,b\n1\n1,2,3\n4,5" x\n'))
    assert cells(sheet) == [("1", None, None), ("1", "2", "3"), ("4", '5" x', None)]


def test_a_quote_never_closed_is_refused_rather_than_swallowing_rows(tmp_path: Path) -> None:
    with pytest.raises(sheets.NotReadable) as caught:
        sheets.read(written(tmp_path, b'a,b\n1,"x\n2,3\n4,5\n'))
    assert caught.value.code == "unclosed_quote"


def test_blank_rows_are_not_rows_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    text = "a,b\n1,2\n,\n \t, \n3,4\n" + ",\n" * 30_000
    [sheet] = sheets.read(written(tmp_path, text.encode("utf-8")))
    assert cells(sheet) == [("1", "2"), ("3", "4")]
    assert list(sheet.rows.index) == [2, 5]


def test_a_workbook_gives_numbers_and_dates_as_a_person_sees_them(tmp_path: Path) -> None:
    path = a_workbook(
        tmp_path,
        [
            ["id", "money", "time", "day", "flag"],
            [
                8100000000000017,
                58.9,
                datetime.fromisoformat("2026-08-30 10:20"),
                datetime.fromisoformat("2026-09-05"),
                True,
            ],
            [812345678901234567, 0.1 + 0.2, "", "", ""],
        ],
    )
    [sheet] = sheets.read(path)
    assert sheet.name == "Orders"
    assert cells(sheet) == [
        ("8100000000000017", "58.9", "2026-08-30 10:20:00", "2026-09-05", "TRUE"),
        ("8.12345678901235E+17", "0.3", None, None, None),
    ]


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    content = zlib.decompress(base64.b64decode("".join(SMALL_XLS)))
    [sheet] = sheets.read(written(tmp_path, content, "订单.xls"))
    assert sheet.header == ("订单号", "收货国家", "邮编")
    assert cells(sheet) == [
        ("8100000000000017", "Ireland", "00725"),
        ("8100000000000118", "Spain", "725"),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", None),
        (" 00725 ", " 00725 "),
        (725.0, "725"),
        (2.0**53 - 1, "9007199254740991"),
        (2.0**53, "9.00719925474099E+15"),
        (-3.5, "-3.5"),
        (date(2026, 9, 5), "2026-09-05"),
        (datetime.fromisoformat("2026-09-05 10:19:59.999999"), "2026-09-05 10:20:00"),
        (False, "FALSE"),
    ],
)
def test_a_cell_is_a_text(value: object, text: str | None) -> None:
    assert workbook.cell_text(value) == text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf \r\n\r\n", "empty_file"),
        (b",,\n,,\n", "empty_file"),
        (b"%PDF-1.7 ...", "not_a_sheet"),
        (b"\xef\xbb\xbf<!DOCTYPE html><table>", "not_a_sheet"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not_a_sheet"),
        (b"PK\x03\x04 and nothing of a workbook", "not_a_sheet"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600, "not_a_sheet"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "password_protected",
        ),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_with_a_code(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(sheets.NotReadable) as caught:
        sheets.read(written(tmp_path, content))
    assert (caught.value.code, caught.value.file) == (code, "export.csv")


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_workbook(tmp_path, [["a"], [1]])
    monkeypatch.setattr(sheets, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(sheets.NotReadable) as caught:
        sheets.read(path)
    assert caught.value.code == "too_large"
    assert caught.value.details["limit"] == 1000


def test_a_workbook_cut_off_or_claiming_more_than_memory_does_not_take_us_down(tmp_path: Path) -> None:
    content = zlib.decompress(base64.b64decode("".join(SMALL_XLS)))
    for length in (9, 600, 2000, len(content) - 700):
        with pytest.raises(sheets.NotReadable) as caught:
            sheets.read(written(tmp_path, content[:length], "cut.xls"))
        assert caught.value.code in ("damaged", "not_a_sheet")
    with xlsxwriter.Workbook(str(tmp_path / "far.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "SKU")
        sheet.write_string(1_048_575, 16_383, "touched by accident")
    with pytest.raises(sheets.NotReadable) as caught:
        sheets.read(tmp_path / "far.xlsx")
    assert caught.value.code == "damaged"


def test_a_workbook_without_anything_in_it_is_empty(tmp_path: Path) -> None:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept) as book:
        book.add_worksheet()
    with pytest.raises(sheets.NotReadable) as caught:
        sheets.read(written(tmp_path, kept.getvalue(), "empty.xlsx"))
    assert caught.value.code == "empty_file"


def test_a_workbook_whose_parts_are_named_in_gbk_is_read(tmp_path: Path) -> None:
    path = with_gbk_names(a_workbook(tmp_path, [["订单号", "SKU"], ["81", "A"]]))
    [sheet] = sheets.read(path)
    assert (sheet.file, sheet.name, sheet.header) == ("book.xlsx", "Orders", ("订单号", "SKU"))
    assert cells(sheet) == [("81", "A")]
    content = path.read_bytes()
    for length in range(len(content) - 300, len(content), 40):
        with pytest.raises(sheets.NotReadable):
            sheets.read(written(tmp_path, content[:length], "cut.xlsx"))
    for place in range(
        0, len(content), len(content) // 12
    ):  # Damaged, and perhaps read all the same; never anything else.
        with suppress(sheets.NotReadable):
            sheets.read(written(tmp_path, content[:place] + b"\xff" * 5 + content[place + 5 :], "hurt.xlsx"))


def with_gbk_names(path: Path) -> Path:
    """The workbook, its sheet's part called 工作表1.xml in the bytes in which Chinese Windows writes that."""
    stands_for = "WORKSH"  # As many bytes as those.
    kept = io.BytesIO()
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as renamed:
        for part in book.infolist():
            content = book.read(part).replace(b"sheet1.xml", "工作表1.xml".encode())
            renamed.writestr(part.filename.replace("sheet1", f"{stands_for}1"), content)
    path.write_bytes(kept.getvalue().replace(stands_for.encode(), "工作表".encode("gbk")))
    return path

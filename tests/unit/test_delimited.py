"""Text files: how one is written is told by its bytes, and every record is counted twice before it is believed."""

import csv
import io
import random
from pathlib import Path

import pytest

from lib.files import delimited, sheets
from lib.files.rows import Cutter
from tests.unit.test_sheets import cells, written

LINE_ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}


def a_text(line_end: str, inner: str, rows: int = 500) -> str:
    """Records with commas, quotes and line ends inside cells, some of them blank."""
    dice = random.Random(7)
    table = [["id", "text", "more"]]
    for place in range(rows):
        table.append(
            [str(place), dice.choice(["", 'a "b", c', f"x{inner}y", f'"{inner}"']), dice.choice(["", "z"])]
        )
    sink = io.StringIO()
    csv.writer(sink, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(table)
    return sink.getvalue()


@pytest.mark.parametrize("inner", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", LINE_ENDS)
def test_every_record_is_there_whatever_ends_lines_outside_and_inside_cells(
    tmp_path: Path, name: str, inner: str
) -> None:
    text = a_text(LINE_ENDS[name], inner)
    [sheet] = sheets.read(written(tmp_path, text.encode("utf-8")))
    expected = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert cells(sheet) == [tuple(cell or None for cell in row) for row in expected]
    assert sheet.dialect is not None
    assert (sheet.dialect.line_end, sheet.dialect.delimiter) == (name, ",")


@pytest.mark.parametrize("name", LINE_ENDS)
def test_records_are_counted_without_a_reader_across_chunks(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = a_text(LINE_ENDS[name], "\n").encode("utf-8")
    path = written(tmp_path, content)
    for size in (2, 3, 7, 64, len(content)):
        monkeypatch.setattr(delimited, "_CHUNK", size)
        with path.open("rb") as stream:
            part = delimited._Slice(stream.fileno(), 0, len(content))
            count = delimited._count(part, ",")
            is_utf8 = delimited._is_utf8(delimited._Slice(stream.fileno(), 0, len(content)))
        assert (count.records, count.is_regular, count.is_closed, is_utf8) == (501, True, True, True)


def test_a_reader_that_loses_records_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = delimited._fast

    def loses(stream: io.RawIOBase, delimiter: str, before: int = 0) -> Cutter | None:
        found = honest(stream, delimiter, before)
        assert found is not None
        found.seen -= 1
        return found

    monkeypatch.setattr(delimited, "_fast", loses)
    text = a_text("\r\n", "\n")
    path = written(tmp_path, text.encode("utf-8"))
    [sheet] = sheets.read(path)
    assert len(sheet) == 500, "Python's own reader took over"
    with monkeypatch.context() as pieces:
        pieces.setattr(delimited, "_PIECE", len(text) // 3)
        pieces.setattr(delimited, "_fast", lambda *said: loses(*said) if said[2] == 0 else honest(*said))
        assert len(sheets.read(path)[0]) == 500, (
            "a record lost in one piece of a large file is missed as well"
        )
    monkeypatch.setattr(delimited, "_careful", lambda stream, delimiter, _closed: loses(stream, delimiter))
    with pytest.raises(sheets.NotReadable) as caught:
        sheets.read(written(tmp_path, text.encode("utf-8")))
    assert (caught.value.code, caught.value.details) == ("rows_uncertain", {"counted": 501, "read": 500})


#: What a large file may be like; each is cut in its middle.
LARGE = {
    **{name: a_text(end, "\n") for name, end in LINE_ENDS.items()},
    "lines in cells": a_text("\n", "\n" * 40),
    "blank half": "\n" * 6_000 + a_text("\n", "\n", 100),
    "shorter rows below": a_text("\n", "\n") + "1,2\n" * 3_000,
    "longer rows below": a_text("\n", "\n") + "1,2,3,4\n" * 3_000,
    "a quote nobody meant": a_text("\n", "\n") + '1,5" screen,x\n' * 2 + "1,2,3\n" * 3_000,
    "letters": a_text("\n", "，不要发票\n"),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_file_is_the_same_in_pieces(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = LARGE[name]
    path = written(tmp_path, text.encode("utf-8"))
    [whole] = sheets.read(path)
    monkeypatch.setattr(delimited.os, "cpu_count", lambda: 4)
    for size in (len(text) // 5, len(text) // 3, 999):
        monkeypatch.setattr(delimited, "_PIECE", size)
        with path.open("rb") as stream:
            cuts = delimited._cuts(stream.fileno(), 0, path.stat().st_size)
        assert (len(cuts) > 2) == (name != "CR"), "only line feeds are cut at"
        [in_pieces] = sheets.read(path)
        assert in_pieces.header == whole.header
        assert in_pieces.rows.equals(whole.rows), "rows and their numbers"
        assert in_pieces.dialect == whole.dialect
        lasts = [whole.rows.index[place] for place in (-1, 0, len(whole) // 2)]
        assert in_pieces.content.frame(lasts).equals(whole.content.frame(lasts)), (
            "single rows by their numbers"
        )


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "UTF-8, comma, LF"),
        ("utf-8-sig", "UTF-8 BOM, comma, LF"),
        ("gbk", "GB18030, comma, LF"),
        ("gb18030", "GB18030, comma, LF"),
        ("utf-16", "UTF-16-LE BOM, comma, LF"),
        ("utf-16-be", "UTF-16-BE, comma, LF"),
    ],
)
def test_the_dialect_of_a_text_is_told(tmp_path: Path, encoding: str, told: str) -> None:
    text = "订单号,国家,备注\n81,法国,请尽快发货\n82,Spain,plain English text in this row\n"
    [sheet] = sheets.read(written(tmp_path, text.encode(encoding)))
    assert str(sheet.dialect) == told
    assert cells(sheet)[0] == ("81", "法国", "请尽快发货")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_western_letters_are_not_taken_for_chinese(tmp_path: Path, encoding: str) -> None:
    text = "sku,title\nA,Côte d'Ivoire\nB,São José – naïve\n".replace(
        "–", "-" if encoding == "latin-1" else "–"
    )
    [sheet] = sheets.read(written(tmp_path, text.encode(encoding)))
    assert sheet.dialect is not None
    assert sheet.dialect.encoding == "cp1252"
    assert cells(sheet)[0] == ("A", "Côte d'Ivoire")
    assert str(cells(sheet)[1][1]).startswith("São José")


def test_letters_of_another_encoding_far_below_are_found(tmp_path: Path) -> None:
    text = "sku,title\n" + "A-1,plain title of a product\n" * 60_000 + "B,雨伞\n"
    [sheet] = sheets.read(written(tmp_path, text.encode("gbk")))
    assert cells(sheet)[-1] == ("B", "雨伞")


@pytest.mark.parametrize("damage", [b"\xff", b"\xb6\xa9"])
def test_two_encodings_in_one_file_are_refused_with_the_row(tmp_path: Path, damage: bytes) -> None:
    content = (
        "订单号,备注\n81,请尽快发货，谢谢您的订单\n82,第二行也有很多的汉字在里面\n83,".encode()
        + damage
        + b"\n"
    )
    with pytest.raises(sheets.NotReadable) as caught:
        sheets.read(written(tmp_path, content))
    assert (caught.value.code, caught.value.details) == ("bytes_damaged", {"row": 4})


def test_a_first_line_that_names_the_separator_is_obeyed(tmp_path: Path) -> None:
    [sheet] = sheets.read(written(tmp_path, b"sep=;\r\na;b,c\r\n1;2,3\r\n"))
    assert (sheet.header, cells(sheet)) == (("a", "b,c"), [("1", "2,3")])


def test_a_quote_that_swallows_a_row_is_refused_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(sheets.NotReadable) as caught:
        sheets.read(written(tmp_path, b'a,b\n1,2\n2,"x\n3,"y\n4,z\n'))
    assert (caught.value.code, caught.value.details) == ("unclosed_quote", {"row": 3})


def test_quotes_inside_cells_stand_as_they_are(tmp_path: Path) -> None:
    [sheet] = sheets.read(written(tmp_path, b'a,b\n1,5" pipe\n"2"nd,"x"\n3,4\n'))
    assert cells(sheet) == [("1", '5" pipe'), ("2nd", "x"), ("3", "4")]


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [
        ("MAX_COLUMNS", 2, "too_wide"),
        ("MAX_RECORDS", 2, "too_many_rows"),
        ("MAX_CELL_CHARACTERS", 5, "cell_too_long"),
    ],
)
def test_what_is_beyond_a_limit_is_refused_with_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, code: str
) -> None:
    monkeypatch.setattr(delimited, limit, value)
    before = csv.field_size_limit(delimited.MAX_CELL_CHARACTERS)
    try:
        with pytest.raises(sheets.NotReadable) as caught:
            sheets.read(written(tmp_path, b"a,b,c\n1,2,3\n4,5,long text\n"))
    finally:
        csv.field_size_limit(before)
    assert (caught.value.code, caught.value.details["limit"]) == (code, value)


def test_a_tail_of_a_hundred_thousand_blank_rows_is_no_rows(tmp_path: Path) -> None:
    for tail in (",\r\n" * 100_000, "\r\n" * 100_000, ' ,"\u00a0"\r\n' * 100_000):
        [sheet] = sheets.read(written(tmp_path, ("a,b\r\n1,2\r\n" + tail).encode("utf-8")))
        assert cells(sheet) == [("1", "2")]


def test_a_packed_sheet_gives_single_rows_by_their_numbers(tmp_path: Path) -> None:
    [sheet] = sheets.read(written(tmp_path, b"a,b\n1,2\n,\n3,4\n5,6\n"))
    assert sheet.content.frame([5, 2]).to_dict("split")["data"] == [["5", "6"], ["1", "2"]]


def test_letters_of_a_long_plain_line_are_not_searched_again_from_each_of_them() -> None:
    line = b"a" * 400_000 + b"\n"
    assert delimited._legacy(io.BytesIO(line * 2 + "\u8ba2\u5355\u53f7".encode("gb18030"))) == "gb18030"

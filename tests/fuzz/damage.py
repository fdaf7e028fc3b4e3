"""Files that went wrong: whole ones in every format, and what spreadsheet programs, disks and people do to them.

`damaged(number)` is always the same file for the same number, so that one that breaks something can be made again.
"""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter
import xlwt

from tests.builders import EXPORT_HEADERS, PRODUCT_HEADERS, a_product, a_products_cell, an_export_row

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"

Table = list[list[str]]
KINDS = ("csv", "csv", "csv", "tsv", "csv", "xlsx", "xls", "ods")
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "gbk", "latin-1", "cp1252", "utf-16", "utf-16-be", "utf-8")
LINE_ENDS = ("\n", "\r\n", "\r")
CELLS = (
    "=HYPERLINK(\"http://example.org\",\"x\")", "+1", "-1", "@SUM(A1)", "8.12346E+15", "C536379", "-5", "N/A",
    "Invoiced Separately", "725.0", "2011-04-14", "\u00a0", "\t", "\ufeff", "\ud7ff", "\x00", "\x01", "\"", "\"\"",
    "'", "【1】", "(产品数量:1 piece)", "【99999999999】x\n(产品数量:99999999999 piece)", "9" * 400, "1e999", "NaN",
    "\r", "\n\n", ",", ";", "a\nb\nc", "💥", "e\u0301" * 50, "0000-00-00", "9999.12.31 23:59", "2026.02.30 10:00",
    "$1,2,3", "$-5", "1.005", "US $9999999999999999999.99", "٣٤", "名" * 3000, "<b>x</b>", "**x**",
)  # fmt: skip


@dataclass(frozen=True)
class Damaged:
    """A file that went wrong, under the name it came with."""

    name: str
    content: bytes
    history: str  #: What was done to it.


def damaged(number: int) -> Damaged:
    """The file of this number."""
    dice = random.Random(number)
    kind = dice.choice(KINDS)
    table = [list(row) for row in dice.choice(_tables())]
    done: list[str] = [kind]
    for _time in range(dice.choice((0, 1, 1, 2, 3))):
        change = dice.choice(TABLE_CHANGES)
        if not table[0]:
            break  # No column is left to change.
        table = change(table, dice)
        done.append(change.__name__)
    if dice.random() < 0.08:
        kind, done = "xlsx", ["sample"]
        content = (SAMPLES / dice.choice(("orders.xlsx", "products.xlsx"))).read_bytes()
    else:
        content = WRITERS[kind](table, dice)
    for _time in range(dice.choice((0, 1, 1, 1, 2, 4))):
        change_bytes = dice.choice(BYTE_CHANGES if kind in ("csv", "tsv", "xls") else ZIP_CHANGES)
        content = change_bytes(content, dice)
        done.append(change_bytes.__name__)
    ending = kind if dice.random() < 0.8 else dice.choice(("xlsx", "xls", "csv", "txt", "pdf", "zip", ""))
    return Damaged(f"export-{number}.{ending}", content, " ".join(done))


@cache
def _tables() -> tuple[tuple[tuple[str, ...], ...], ...]:
    orders = [
        an_export_row(products=a_products_cell(*[(f"SKU-{n}", n) for n in range(1, 2 + place % 3)]))
        for place in range(12)
    ]
    products = [a_product(f"SKU-{n}") for n in range(12)]
    return (
        (EXPORT_HEADERS, *(tuple(row.values()) for row in orders)),
        (EXPORT_HEADERS, *(tuple(row.values()) for row in orders[:2])),
        (PRODUCT_HEADERS, *(tuple(row.values()) for row in products)),
    )


# What happens to tables.


def shuffle_columns(table: Table, dice: random.Random) -> Table:
    order = dice.sample(range(len(table[0])), len(table[0]))
    return [[row[place] if place < len(row) else "" for place in order] for row in table]


def rename_header(table: Table, dice: random.Random) -> Table:
    place = dice.randrange(len(table[0]))
    table[0][place] = dice.choice(["", "订单号", "SKU", f" {table[0][place]}\n", dice.choice(CELLS)])
    return table


def drop_column(table: Table, dice: random.Random) -> Table:
    place = dice.randrange(len(table[0]))
    return [row[:place] + row[place + 1 :] for row in table] if len(table[0]) > 1 else table


def double_column(table: Table, dice: random.Random) -> Table:
    place = dice.randrange(len(table[0]))
    return [[*row, row[place] if place < len(row) else ""] for row in table]


def odd_cells(table: Table, dice: random.Random) -> Table:
    for _time in range(dice.randint(1, 30)):
        row = dice.choice(table)
        if row:
            row[dice.randrange(len(row))] = dice.choice(CELLS)
    return table


def ragged_rows(table: Table, dice: random.Random) -> Table:
    return [row[: dice.randint(0, len(row))] + [""] * dice.choice((0, 0, 3)) for row in table]


def blank_rows(table: Table, dice: random.Random) -> Table:
    width = dice.choice((0, 1, len(table[0])))
    blank = [[dice.choice(("", " ", "\u00a0"))] * width for _row in range(dice.choice((1, 50, 400)))]
    place = dice.randint(0, len(table))
    return [*table[:place], *blank, *table[place:]]


def repeat_rows(table: Table, dice: random.Random) -> Table:
    return table + [list(row) for row in dice.choices(table, k=dice.randint(1, 20))]


def no_header(table: Table, dice: random.Random) -> Table:
    return table[1:] or table


def title_above(table: Table, dice: random.Random) -> Table:
    return [[dice.choice(("Orders of August", "订单号", ""))], *table]


def very_wide(table: Table, dice: random.Random) -> Table:
    width = dice.choice((200, 255, 2500)) if dice.random() < 0.3 else 60
    return [
        [*row, *["x"] * (width - len(row))][:255] if width < 300 else [*row, *["x"] * width] for row in table
    ]


def long_cell(table: Table, dice: random.Random) -> Table:
    size = 10 * 1024**2 if dice.random() < 0.05 else 40_000
    table[-1][dice.randrange(len(table[-1]) or 1) if table[-1] else slice(0, 0)] = (  # type: ignore[index]
        dice.choice(("x", "【1】x\n", '"', "名")) * (size // 4)
    )
    return table


TABLE_CHANGES: tuple[Callable[[Table, random.Random], Table], ...] = (
    shuffle_columns, rename_header, rename_header, drop_column, double_column, odd_cells, odd_cells, odd_cells,
    ragged_rows, blank_rows, repeat_rows, no_header, title_above, very_wide, long_cell,
)  # fmt: skip


# How a table is written.


def _text(table: Table, dice: random.Random, delimiter: str) -> bytes:
    sink = io.StringIO()
    ends = dice.choice(LINE_ENDS)
    quoting = dice.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(sink, delimiter=delimiter, lineterminator=ends, quoting=quoting).writerows(table)
    text = sink.getvalue() if dice.random() < 0.9 else sink.getvalue().replace('"', "")
    if dice.random() < 0.1:
        text = text.rstrip("\r\n")
    return text.encode(dice.choice(ENCODINGS), dice.choice(("replace", "ignore")))


def _csv(table: Table, dice: random.Random) -> bytes:
    return _text(table, dice, dice.choice((",", ",", ";", "|")))


def _tsv(table: Table, dice: random.Random) -> bytes:
    return _text(table, dice, "\t")


def _xlsx(table: Table, dice: random.Random) -> bytes:
    sink = io.BytesIO()
    runs = dice.random() < 0.3
    with xlsxwriter.Workbook(
        sink,
        {"in_memory": True, "strings_to_formulas": runs, "strings_to_urls": False, "nan_inf_to_errors": True},
    ) as book:
        sheet = book.add_worksheet(dice.choice(("Sheet1", "订单")))
        down, right = dice.choice(((0, 0), (0, 0), (2, 1)))
        for place, row in enumerate(table):
            for column, cell in enumerate(row[:16000]):
                written = (
                    float(cell[:300]) if dice.random() < 0.5 and cell[:300].isdecimal() else cell[:32767]
                )
                sheet.write(place + down, column + right, written)
        if dice.random() < 0.3 and len(table) > 3:
            sheet.merge_range(1 + down, right, 2 + down, right, table[1][0][:100] if table[1] else "x")
        if dice.random() < 0.05:
            sheet.write(dice.choice((1_048_575, 70_000)), dice.choice((16_383, 900)), "touched by accident")
        if dice.random() < 0.2:
            book.add_worksheet("more").write(0, 0, "x")
    return sink.getvalue()


def _xls(table: Table, dice: random.Random) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    for place, row in enumerate(table[:65000]):
        for column, cell in enumerate(row[:256]):
            if cell:
                sheet.write(place, column, int(cell) if cell.isdecimal() and len(cell) < 16 else cell[:32767])
    if dice.random() < 0.2 and len(table) > 3 and table[1]:
        below = max(70, min(len(table), 65_000))
        sheet.merge(below, below + 2, 0, 0)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _ods(table: Table, dice: random.Random) -> bytes:
    def cell(text: str) -> str:
        seen = "".join(letter for letter in text if letter >= " " and letter not in "\ufffe\uffff")
        paragraphs = f"<text:p>{escape(seen)}</text:p>"
        return f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>'

    repeated = dice.choice((1, 1, 1_000_000))
    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in table)
    tail = f'<table:table-row table:number-rows-repeated="{repeated}"><table:table-cell/></table:table-row>'
    content = (
        '<?xml version="1.0"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{rows}{tail}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return _zipped(
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()}
    )


WRITERS: dict[str, Callable[[Table, random.Random], bytes]] = {
    "csv": _csv,
    "tsv": _tsv,
    "xlsx": _xlsx,
    "xls": _xls,
    "ods": _ods,
}


# What happens to bytes.


def cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randint(0, len(content))]


def lose_a_part(content: bytes, dice: random.Random) -> bytes:
    start = dice.randint(0, len(content))
    return content[:start] + content[start + dice.choice((1, 2, 17, 512)) :]


def repeat_a_part(content: bytes, dice: random.Random) -> bytes:
    start = dice.randint(0, len(content))
    part = content[start : start + dice.choice((1, 40, 2000))]
    return content[:start] + part * dice.choice((2, 3)) + content[start:]


def flip_bytes(content: bytes, dice: random.Random) -> bytes:
    changed = bytearray(content)
    for _time in range(dice.choice((1, 3, 20, 200)) if changed else 0):
        changed[dice.randrange(len(changed))] = dice.choice((0, 10, 13, 34, 44, 255, dice.randrange(256)))
    return bytes(changed)


def stray_quote(content: bytes, dice: random.Random) -> bytes:
    for _time in range(dice.choice((1, 1, 2, 3))):
        place = dice.randint(0, len(content))
        content = content[:place] + b'"' + content[place:]
    return content


def other_line_ends(content: bytes, dice: random.Random) -> bytes:
    old, new = dice.sample((b"\n", b"\r\n", b"\r", b""), 2)
    return content.replace(old or b"\n", new)


def decoded_wrongly(content: bytes, dice: random.Random) -> bytes:
    first, second = dice.choices(("utf-8", "gb18030", "latin-1", "cp1252", "utf-16"), k=2)
    return content.decode(first, "replace").encode(second, "replace")


def two_encodings(content: bytes, dice: random.Random) -> bytes:
    return content + content.decode("utf-8", "replace").encode(dice.choice(ENCODINGS), "replace")


def zeros(content: bytes, dice: random.Random) -> bytes:
    place = dice.randint(0, len(content))
    return content[:place] + b"\x00" * dice.choice((1, 600)) + content[place:]


def a_mark_in_front(content: bytes, dice: random.Random) -> bytes:
    return dice.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"sep=;\r\n", b"\r\n\r\n")) + content


BYTE_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    cut, lose_a_part, repeat_a_part, flip_bytes, stray_quote, stray_quote, other_line_ends, decoded_wrongly,
    two_encodings, zeros, a_mark_in_front,
)  # fmt: skip


def _zipped(parts: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return sink.getvalue()


def _parts(content: bytes) -> dict[str, bytes] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except Exception:
        return None


def damage_inside(content: bytes, dice: random.Random) -> bytes:
    """Damage an entry before it is packed: the checksums of the archive stay right."""
    parts = _parts(content)
    if not parts or max(map(len, parts.values())) > 8 * 1024**2:
        return cut(content, dice)
    name = dice.choice(list(parts))
    parts[name] = dice.choice(BYTE_CHANGES)(parts[name], dice)
    return _zipped(parts)


def lose_an_entry(content: bytes, dice: random.Random) -> bytes:
    parts = _parts(content)
    if not parts or max(map(len, parts.values())) > 8 * 1024**2:
        return cut(content, dice)
    parts.pop(dice.choice(list(parts)))
    return _zipped(parts)


def bomb(content: bytes, dice: random.Random) -> bytes:
    """An entry that unpacks to very much more than it is."""
    parts = _parts(content)
    if not parts or max(map(len, parts.values())) > 8 * 1024**2:
        return cut(content, dice)
    sheets = [name for name in parts if "sheet" in name.lower() and name.endswith(".xml")] or list(parts)
    name = dice.choice(sheets)
    size = 200 * 1024**2 if dice.random() < 0.02 else 2 * 1024**2
    filler = dice.choice(
        (b" ", b"<row/>", b"<c/>", b"\x00", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    )
    middle = len(parts[name]) // 2
    parts[name] = parts[name][:middle] + filler * (size // len(filler)) + parts[name][middle:]
    return _zipped(parts)


ZIP_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    cut, flip_bytes, lose_a_part, damage_inside, damage_inside, damage_inside, lose_an_entry, bomb,
)  # fmt: skip

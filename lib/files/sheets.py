"""Spreadsheets and their text cousins, read as a person sees them: every cell a text or nothing."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from lib.files import workbook

#: What is taken in. A workbook is unpacked in memory, so what it unpacks to counts as well.
MAX_BYTES = 2 * 1024**3
MAX_WORKBOOK_BYTES = 200 * 1024**2
MAX_UNPACKED_BYTES = 4 * 1024**3

_DELIMITERS = ",\t;|"
# pyarrow guesses the type of every column it is not told about; order numbers are text.
_ALL_TEXT = {f"f{place}": pa.string() for place in range(1000)}
_BLANK = " \t\r\n\x0b\x0c\u00a0\u3000\ufeff\u200b"
_OLE, _ZIP = bytes.fromhex("d0cf11e0a1b11ae1"), b"PK\x03\x04"


class NotReadable(Exception):
    """A file, or a part of one, that cannot be read. `code` names the sentence, `details` fill it."""

    def __init__(self, code: str, file: str, **details: object) -> None:
        super().__init__(f"{file}: {code} {details or ''}".strip())
        self.code, self.file, self.details = code, file, details


@dataclass(frozen=True)
class Sheet:
    """One sheet with a header. `rows` has a column per header and place (0, 1, …) and one row per filled row.

    The index of `rows` is the row's number in the sheet as a person counts it, from 1; in a text file, the
    record's number. Blank rows are left out and not counted. Cells are text; an empty one is null.
    """

    file: str
    name: str
    header: tuple[str, ...]
    rows: pd.DataFrame


def read(path: Path) -> list[Sheet]:
    """Read every sheet of a file that has a header; the kind of file is told by its content, not its name.

    Takes .xlsx, .xlsm, .xlsb, .ods, .xls, and text with commas, tabs, semicolons or bars in UTF-8, UTF-16 or
    GB18030 (or, failing those, ISO-8859-1). Raises NotReadable: empty_file, not_a_sheet, password_protected,
    damaged, unclosed_quote, too_large.
    """
    size, head = path.stat().st_size, _head(path)
    is_workbook = head.startswith((_OLE, _ZIP))
    _check_size(path, MAX_WORKBOOK_BYTES if is_workbook else MAX_BYTES, size)
    tables = _workbook(path, head) if is_workbook else {"": _text_table(path)}
    sheets = [sheet for name, table in tables.items() if (sheet := _sheet(path.name, name, table))]
    if not sheets:
        raise NotReadable("empty_file", path.name)
    return sheets


def tidy(text: str) -> str:
    """The text without blanks at its ends: spaces, tabs, line ends, no-break and zero-width spaces."""
    return text.strip(_BLANK)


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(8)


def _check_size(path: Path, limit: int, size: int) -> None:
    if size > limit:
        raise NotReadable("too_large", path.name, size=size, limit=limit)


def _workbook(path: Path, head: bytes) -> dict[str, pd.DataFrame]:
    if head.startswith(_ZIP):
        _check_size(path, MAX_UNPACKED_BYTES, _unpacked(path))
    elif "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise NotReadable("password_protected", path.name)
    try:
        return {name: pd.DataFrame(_series(found)) for name, found in workbook.read(path).items()}
    except workbook.Unreadable as error:
        raise NotReadable(error.code, path.name) from error


def _unpacked(path: Path) -> int:
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise NotReadable("not_a_sheet", path.name) from error


def _series(columns: Iterable[Sequence[str | None]]) -> dict[int, pd.Series]:
    return {place: pd.Series(column, dtype="str") for place, column in enumerate(columns)}


def _text_table(path: Path) -> pd.DataFrame:
    content = path.read_bytes()
    text_start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text_start.startswith((b"<!doctype", b"<html", b"<?xml", b"%pdf")):
        raise NotReadable("not_a_sheet", path.name)
    content = _utf8(content, path.name)
    if not content.strip():
        raise NotReadable("empty_file", path.name)
    delimiter = _delimiter(content)
    try:
        # An odd quote may swallow the rest of the file without anybody noticing.
        return (
            _fast_table(content, delimiter)
            if content.count(b'"') % 2 == 0
            else _slow_table(content, delimiter)
        )
    except pa.ArrowInvalid:
        return _slow_table(content, delimiter)
    except csv.Error as error:
        raise NotReadable("unclosed_quote", path.name) from error


def _utf8(content: bytes, file: str) -> bytes:
    """The content as UTF-8 without its byte order mark."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16").encode("utf-8")
    if b"\x00" in content:
        raise NotReadable("not_a_sheet", file)
    content = content.removeprefix(b"\xef\xbb\xbf")
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return content if encoding == "utf-8" else text.encode("utf-8")
    return content.decode("iso-8859-1").encode("utf-8")


def _delimiter(content: bytes) -> str:
    """The separator that stands most often in the first record, outside quotes."""
    quoted, counts = False, dict.fromkeys(_DELIMITERS, 0)
    for character in content[:65536].decode("utf-8", errors="replace").lstrip(_BLANK):
        if character == '"':
            quoted = not quoted
        elif not quoted and character in counts:
            counts[character] += 1
        elif not quoted and character in "\r\n":
            break
    return max(_DELIMITERS, key=lambda delimiter: counts[delimiter])


def _fast_table(content: bytes, delimiter: str) -> pd.DataFrame:
    table = pyarrow.csv.read_csv(
        pa.BufferReader(content),
        read_options=pyarrow.csv.ReadOptions(autogenerate_column_names=True, block_size=16 * 1024**2),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=_ALL_TEXT, strings_can_be_null=True, null_values=[""]
        ),
    )
    return table.to_pandas()


def _slow_table(content: bytes, delimiter: str) -> pd.DataFrame:
    """Takes rows of different lengths and quotes in the middle of cells; an unclosed one is a csv.Error."""
    csv.field_size_limit(16 * 1024**2)
    text = content.decode("utf-8")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    width = max(map(len, rows), default=0)
    return pd.DataFrame(_series(zip(*([*row, *[None] * (width - len(row))] for row in rows), strict=True)))


def _sheet(file: str, name: str, table: pd.DataFrame) -> Sheet | None:
    """The table cut into header and filled rows, or None when it has no header."""
    table = table.set_axis(range(table.shape[1]), axis=1)
    table.index = pd.RangeIndex(1, len(table) + 1)
    table = table[_filled(table)]
    if table.empty:
        return None
    header = tuple("" if pd.isna(text) else tidy(text) for text in table.iloc[0])
    return Sheet(file, name, header, table.iloc[1:])


def _filled(table: pd.DataFrame) -> pd.Series:
    """Which rows hold anything; a column is looked at only where those before it were blank."""
    filled = pd.Series(False, index=table.index)
    for place in table.columns:
        rest = table.loc[~filled, place]
        if rest.empty:
            break
        filled[rest.index] = rest.fillna("").str.strip(_BLANK) != ""
    return filled

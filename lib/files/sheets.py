"""Spreadsheets and their text cousins, read as a person sees them: every cell a text or nothing."""

from __future__ import annotations

import mmap
import zipfile
from pathlib import Path

import pandas as pd

from lib.files import archives, delimited, rows, workbook
from lib.files.delimited import Dialect
from lib.files.rows import BLANK, Cutter, Rows

#: What is taken in. A workbook is unpacked in memory, so what it unpacks to counts as well.
MAX_BYTES = 2 * 1024**3
MAX_WORKBOOK_BYTES = 200 * 1024**2
MAX_UNPACKED_BYTES = 2 * 1024**3

_OLE, _ZIP = bytes.fromhex("d0cf11e0a1b11ae1"), b"PK\x03\x04"


class NotReadable(Exception):
    """A file, or a part of one, that cannot be read. `code` names the sentence, `details` fill it."""

    def __init__(self, code: str, file: str, **details: object) -> None:
        super().__init__(f"{file}: {code} {details or ''}".strip())
        self.code, self.file, self.details = code, file, details


class Sheet:
    """One sheet with a header. Blank rows are left out and not counted; the cells are texts, an empty one is null."""

    def __init__(
        self,
        file: str,
        name: str,
        header: tuple[str, ...],
        content: Rows | pd.DataFrame,
        dialect: Dialect | None = None,
    ) -> None:
        """`content` may be a frame whose index is row numbers and whose columns are places."""
        self.file, self.name, self.header = file, name, header
        self.content = content if isinstance(content, Rows) else rows.packed(content)
        self.dialect = dialect  #: How the text file is written; None for a workbook.

    def __len__(self) -> int:
        return len(self.content)

    def forget(self) -> None:
        """Let go of the cells, once everything is taken from them: a large sheet's are hundreds of megabytes."""
        self.content = Rows(self.content.width, ())

    def head(self, count: int) -> pd.DataFrame:
        """The first rows, as `rows` has them."""
        return self.content.head(count)

    @property
    def rows(self) -> pd.DataFrame:
        """A column per header and place (0, 1, …), and one row per filled row, unpacked at every call.

        The index is the row's number in the sheet as a person counts it, from 1; in a text file, the record's.
        """
        return self.content.frame()


def read(path: Path) -> list[Sheet]:
    """Read every sheet of a file that has a header; the kind of file is told by its content, not its name.

    Takes .xlsx, .xlsm, .xlsb, .ods, .xls, and text with commas, tabs, semicolons or bars in UTF-8, UTF-16,
    GB18030 or the Western code page. Raises NotReadable with a code of UNREADABLE in lib/wording/files.py.
    """
    size, head = path.stat().st_size, _head(path)
    is_workbook = head.startswith((_OLE, _ZIP))
    _check_size(path, MAX_WORKBOOK_BYTES if is_workbook else MAX_BYTES, size)
    try:
        sheets = _workbook(path, head) if is_workbook else _text(path)
    except (workbook.Unreadable, delimited.Unreadable) as error:
        raise NotReadable(error.code, path.name, **error.details) from error
    if not sheets:
        raise NotReadable("empty_file", path.name)
    return sheets


def tidy(text: str) -> str:
    """The text without blanks at its ends: spaces, tabs, line ends, no-break and zero-width spaces."""
    return text.strip(BLANK)


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(8)


def _check_size(path: Path, limit: int, size: int) -> None:
    if size > limit:
        raise NotReadable("too_large", path.name, size=size, limit=limit)


def _text(path: Path) -> list[Sheet]:
    cutter, dialect = delimited.read(path)
    return [sheet for sheet in [_sheet(path, "", cutter, dialect)] if sheet is not None]


def _workbook(path: Path, head: bytes) -> list[Sheet]:
    if not head.startswith(_ZIP):
        if _holds(path, "EncryptedPackage".encode("utf-16-le")):
            raise NotReadable("password_protected", path.name)
        return _sheets(path, path)
    _check_size(path, MAX_UNPACKED_BYTES, _unpacked(path))
    with archives.readable(path) as archive:
        return _sheets(path, archive)


def _sheets(path: Path, content: Path) -> list[Sheet]:
    """The sheets of a workbook that is called `path`; its `content` may be a copy."""
    found = [_sheet(path, name, cutter) for name, cutter in workbook.read(content)]
    return [sheet for sheet in found if sheet is not None]


def _holds(path: Path, content: bytes) -> bool:
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        return mapped.find(content) >= 0


def _unpacked(path: Path) -> int:
    try:
        return archives.unpacked(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise NotReadable("not_a_sheet", path.name) from error


def _sheet(path: Path, name: str, cutter: Cutter, dialect: Dialect | None = None) -> Sheet | None:
    """What was taken of a sheet, or None when it has no header."""
    return None if cutter.header is None else Sheet(path.name, name, cutter.header, cutter.rows(), dialect)

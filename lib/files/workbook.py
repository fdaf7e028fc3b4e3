"""Workbooks read in a process of their own, for a damaged one can take the reader down with it.

The reader of .xls and .xlsx stops its whole process when a file claims more cells than there is memory for, and
one far cell that somebody touched is such a claim. Run as a script with a path, this prints the sheets it finds,
some thousands of rows at a time.
"""

from __future__ import annotations

import gc
import marshal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

#: Memory a workbook may take to read, and the time: some seconds, and more for a larger file.
MAX_MEMORY_BYTES = 3 * 1024**3
MAX_SECONDS, SECONDS_PER_MB = 9, 3
#: What a sheet may have; blank columns and rows inside it count, for they take memory all the same.
MAX_COLUMNS = 2_000
MAX_CELLS = 50_000_000
MAX_CELL_CHARACTERS = 1024**2
MAX_SHEETS = 100

#: From here on a spreadsheet's numbers skip whole numbers: an order number kept as one has lost digits.
EXACT_BELOW = 2**53
#: A spreadsheet program keeps 15 digits of a number: a longer one that ends in 0 has very likely been through one.
KEPT_DIGITS = 15

#: So many rows are told at a time: the one process takes them over while the other reads the next.
_ROWS = 2_500
_REFUSED = 3
#: A message is its length in so many bytes, and then itself.
_LENGTH_BYTES = 8

Columns = list[tuple[str | None, ...]]


class Unreadable(Exception):
    """Why a workbook cannot be read: a code of UNREADABLE in lib/wording/files.py, with its details."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code, self.details = code, details


def read(path: Path) -> Iterator[tuple[str, Any]]:
    """Each sheet's name and a Cutter that has taken its cells, from A1 on. Raises Unreadable.

    Rows are taken over while the other process still reads, so the sheets come before it is known that all went
    well: whoever asks takes all of them or none.
    """
    command = [sys.executable, "-I", __file__, str(path)]
    seconds = MAX_SECONDS + SECONDS_PER_MB * path.stat().st_size // 1024**2
    late = threading.Event()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None

        def end() -> None:
            late.set()
            child.kill()

        clock = threading.Timer(seconds, end)
        clock.daemon = True
        clock.start()
        try:
            yield from _told(child.stdout)
        except (EOFError, ValueError, TypeError) as error:
            if late.is_set():
                raise Unreadable("too_slow", limit=seconds) from error
            # Out of memory, or a fault of the reader on a damaged file: nobody can tell them apart.
            raise Unreadable("damaged", limit=MAX_MEMORY_BYTES) from error
        finally:
            clock.cancel()
            child.kill()


def _told(stream: IO[bytes]) -> Iterator[tuple[str, Any]]:
    import pyarrow as pa

    from lib.files.rows import Cutter

    cutter, name = Cutter(), ""
    while True:
        match _heard(stream):
            case ("rows", columns):
                cutter.take([pa.array(column, pa.string()) for column in columns])
            case ("sheet", found):
                cutter, name = Cutter(), found
            case ("end",):
                yield name, cutter
            case ("refused", code, details):
                raise Unreadable(code, **details)
            case _:
                return


def _heard(stream: IO[bytes]) -> Any:
    """The next message of the other process. Raises EOFError, ValueError or TypeError when it ended in the middle."""
    length = int.from_bytes(stream.read(_LENGTH_BYTES), "big")
    return marshal.loads(stream.read(length))


def cell_text(value: object) -> str | None:
    """A spreadsheet cell as the text a person sees.

    Whole numbers lose their `.0`; numbers that can no longer be exact, or have more than 15 digits and a 0 in the
    place of the last, take the form `8.12E+15`, which nobody takes for an order number; dates are ISO text, without a
    time when it is midnight.
    """
    match value:
        case None | "":
            return None
        case str():
            return value
        case bool():
            return str(value).upper()
        case int() | float():
            return _number_text(value)
        case datetime():
            return _datetime_text(value)
        case date() | time():
            return value.isoformat()
    return str(value)


def _number_text(value: int | float) -> str | None:
    if value != value or value in (float("inf"), float("-inf")):
        return None
    if abs(value) >= EXACT_BELOW or (abs(value) >= 10**KEPT_DIGITS and value % 10 == 0):
        mantissa, _, exponent = f"{value:.14E}".partition("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    return str(int(value)) if value == int(value) else f"{value:.15g}"


def _datetime_text(value: datetime) -> str:
    # A sheet keeps times as fractions of a day: 10:20 may come back as 10:19:59.999999.
    try:
        seconds = (value + timedelta(milliseconds=500)).replace(microsecond=0)
    except OverflowError:
        seconds = value.replace(microsecond=0)
    return str(seconds) if seconds.time() != time.min else seconds.date().isoformat()


def _column(cells: Sequence[object]) -> tuple[str | None, ...]:
    """Mostly texts; what is none, and what is blank, becomes one."""
    kinds = set(map(type, cells))
    if kinds == {str} and "" not in cells:
        return tuple(cells)  # type: ignore[arg-type]
    if kinds == {str}:
        return tuple([cell or None for cell in cells])  # type: ignore[misc]
    return tuple(map(cell_text, cells))


def _sheet(sheet: CalamineSheet) -> Iterator[Columns]:
    """The sheet's cells from A1 on, column by column, some thousands of rows at a time."""
    if sheet.start is None:
        return
    height, width = sheet.total_height, sheet.total_width
    if width > MAX_COLUMNS:
        raise Unreadable("too_wide", limit=MAX_COLUMNS, columns=width)
    if height * width > MAX_CELLS:
        raise Unreadable("too_many_cells", limit=MAX_CELLS, cells=height * width)
    filler = _Filler(sheet)
    rows = iter(_from_first_row(sheet))
    place = 0
    while chunk := list(islice(rows, _ROWS)):
        columns = [_column(column) for column in zip(*chunk, strict=True)]
        if any(max(map(len, filter(None, column)), default=0) > MAX_CELL_CHARACTERS for column in columns):
            raise Unreadable("cell_too_long", limit=MAX_CELL_CHARACTERS, row=place + 1)
        yield filler.fill(columns, place)
        place += len(chunk)


def _from_first_row(sheet: CalamineSheet) -> Iterator[list[object]]:
    """Rows from A1 on; the reader itself gives the blank rows above what is filled, not the columns beside it."""
    assert sheet.start is not None
    margin: list[object] = [""] * sheet.start[1]
    for row in sheet.iter_rows():
        yield [*margin, *row]


class _Filler:
    """Gives every row of a vertically merged cell its value, inside the merge only.

    A merge that begins in the first filled row is a header over several rows, and stays as it is.
    """

    def __init__(self, sheet: CalamineSheet) -> None:
        first = sheet.start[0] if sheet.start else 0
        self._merges = sorted(
            (top, bottom, left)
            for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ()
            if bottom > top > first
        )
        self._values: dict[tuple[int, int], str | None] = {}

    def fill(self, columns: Columns, place: int) -> Columns:
        """The rows from `place` on, filled."""
        if not self._merges:
            return columns
        height = len(columns[0]) if columns else 0
        lists = [list(column) for column in columns]
        for top, bottom, left in self._merges:
            if bottom < place or top >= place + height or left >= len(lists):
                continue
            if top >= place:
                self._values[top, left] = lists[left][top - place]
            value = self._values.get((top, left))
            for row in range(max(top + 1, place), min(bottom, place + height - 1) + 1):
                if lists[left][row - place] is None:
                    lists[left][row - place] = value
        return [tuple(column) for column in lists]


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main(path: str) -> int:
    def tell(*message: Any) -> None:
        # Texts and numbers alone, as they stand: to look for those that come again would take longer than reading.
        content = marshal.dumps(message, 2)
        sys.stdout.buffer.write(len(content).to_bytes(_LENGTH_BYTES, "big"))
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()

    _limit_memory()
    gc.disable()
    try:
        book = CalamineWorkbook.from_path(path)
        names = [one.name for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        for name in names[:MAX_SHEETS]:
            tell("sheet", name)
            for columns in _sheet(book.get_sheet_by_name(name)):
                tell("rows", columns)
            tell("end")
    except Unreadable as error:
        tell("refused", error.code, error.details)
        return _REFUSED
    except PasswordError:
        tell("refused", "password_protected", {})
        return _REFUSED
    except CalamineError:
        tell("refused", "not_a_sheet", {})
        return _REFUSED
    tell("done")
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1]))

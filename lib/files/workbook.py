"""Workbooks read in a process of their own, for a damaged one can take the reader down with it.

The reader of .xls and .xlsx stops its whole process when a file claims more cells than there is memory for, and
one far cell that somebody touched is such a claim. Run as a script with a path, this prints the sheets it finds.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

#: Memory a workbook may take to read, and the time.
MAX_MEMORY_BYTES = 8 * 1024**3
MAX_SECONDS = 600

#: From here on a spreadsheet's numbers skip whole numbers: an order number kept as one has lost digits.
EXACT_BELOW = 2**53

_NO_SHEET, _LOCKED = 3, 4

Columns = list[tuple[str | None, ...]]


class Unreadable(Exception):
    """Why a workbook cannot be read: not_a_sheet, password_protected, damaged."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(path: Path) -> dict[str, Columns]:
    """Each sheet's cells as texts, column by column, from cell A1 on. Raises Unreadable."""
    command = [sys.executable, "-I", __file__, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=MAX_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unreadable("damaged") from error
    if done.returncode:
        codes = {_NO_SHEET: "not_a_sheet", _LOCKED: "password_protected"}
        raise Unreadable(codes.get(done.returncode, "damaged"))
    found: dict[str, Columns] = pickle.loads(done.stdout)
    return found


def cell_text(value: object) -> str | None:
    """A spreadsheet cell as the text a person sees.

    Whole numbers lose their `.0`; numbers that can no longer be exact keep the form `8.12E+17`, which nobody
    takes for an order number; dates are ISO text, without a time when it is midnight.
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
    if abs(value) >= EXACT_BELOW:
        mantissa, _, exponent = f"{value:.14E}".partition("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    return str(int(value)) if value == int(value) else f"{value:.15g}"


def _datetime_text(value: datetime) -> str:
    # A sheet keeps times as fractions of a day: 10:20 may come back as 10:19:59.999999.
    seconds = (value + timedelta(milliseconds=500)).replace(microsecond=0)
    return str(seconds) if seconds.time() != time.min else seconds.date().isoformat()


def _columns(rows: list[list[object]]) -> Columns:
    return [tuple(map(cell_text, column)) for column in zip(*rows, strict=True)]


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main(path: str) -> int:
    _limit_memory()
    try:
        book = CalamineWorkbook.from_path(path)
        found = {
            name: _columns(book.get_sheet_by_name(name).to_python(skip_empty_area=False))  # type: ignore[arg-type]
            for name in book.sheet_names
        }
    except PasswordError:
        return _LOCKED
    except CalamineError:
        return _NO_SHEET
    pickle.dump(found, sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1]))

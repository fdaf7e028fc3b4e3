"""Tables out to spreadsheets: what was a text stays one, whatever it starts with."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import xlsxwriter

#: A cell that starts so is a formula to a spreadsheet that opens a text file.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

#: What one cell of a workbook holds at most.
MAX_CELL = 32_767

_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_xlsx(
    target: Path | BinaryIO,
    frame: pd.DataFrame,
    sheet: str = "Sheet1",
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> None:
    """Write a frame as a workbook of one sheet. Numbers stay numbers; texts and times are written as texts.

    `on_progress`: told how many cells of how many are written.
    """
    where = str(target) if isinstance(target, Path) else target
    with xlsxwriter.Workbook(where, _AS_TEXT) as book:
        page = book.add_worksheet(sheet)
        bold = book.add_format({"bold": True})
        for place, name in enumerate(frame.columns):
            page.write_string(0, place, str(name), bold)
            for row, value in enumerate(frame[name].tolist(), start=1):
                if pd.isna(value):
                    continue
                if isinstance(value, int | float) and not isinstance(value, bool):
                    page.write_number(row, place, value)
                else:
                    page.write_string(row, place, _text(value)[:MAX_CELL])
            on_progress((place + 1) * len(frame), frame.size)
        page.freeze_panes(1, 0)


def xlsx(
    frame: pd.DataFrame,
    sheet: str = "Sheet1",
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> bytes:
    """The workbook `write_xlsx` writes."""
    kept = io.BytesIO()
    write_xlsx(kept, frame, sheet, on_progress)
    return kept.getvalue()


def csv(frame: pd.DataFrame) -> bytes:
    """The frame as UTF-8 text with a byte order mark; texts a spreadsheet would run get a `'` before them."""
    safe = pd.DataFrame(
        {_guarded(str(name)): [_guarded(value) for value in frame[name].tolist()] for name in frame.columns},
        dtype="object",
    )
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def table(frame: pd.DataFrame, form: str, *, hundredths: Sequence[str] = ()) -> bytes:
    """A frame as csv, parquet or xlsx. Columns `hundredths` are minor units: kept in Parquet, else divided."""
    if form == "parquet":
        return parquet(frame)
    shown = frame.assign(**{name: frame[name].astype("Float64") / 100 for name in hundredths})
    return csv(shown) if form == "csv" else xlsx(shown)


def parquet(frame: pd.DataFrame) -> bytes:
    """The frame as a Parquet file, its types as they are."""
    kept = io.BytesIO()
    frame.to_parquet(kept, index=False)
    return kept.getvalue()


def _text(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S %Z}".strip() if isinstance(value, datetime) else str(value)


def _guarded(value: object) -> object:
    if isinstance(value, datetime) and not pd.isna(value):
        return _text(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value

"""Whose file a sheet is, told by the texts of its headers and never by their places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from lib.files.layouts.known import LAYOUTS
from lib.files.layouts.layout import Layout
from lib.files.sheets import NotReadable, Sheet, tidy


@dataclass(frozen=True)
class Recognised:
    """A sheet whose layout is known."""

    sheet: Sheet
    layout: Layout
    columns: Mapping[str, int]  #: Our name → the column's place in `sheet.rows`.
    ignored: tuple[str, ...]  #: Headers nothing reads, as they stand in the file.
    missing: tuple[str, ...]  #: Columns of the layout that the file does not have, by their usual headers.

    def header(self, column: str) -> str:
        """The header a column of ours has in this file, in one line."""
        return " ".join(self.sheet.header[self.columns[column]].split())

    def table(self) -> pd.DataFrame:
        """One row per filled row: `row_no` and every column of the layout as text, absent ones null."""
        rows = self.sheet.rows
        absent = pd.Series(None, index=rows.index, dtype="str")
        cells = {
            name: rows[self.columns[name]] if name in self.columns else absent for name in self.layout.columns
        }
        return pd.DataFrame({"row_no": rows.index, **cells}).reset_index(drop=True)


def recognise(sheet: Sheet, kind: str | None = None) -> Recognised:
    """Tell a sheet's layout by its headers. Raises NotReadable("unknown_layout") with the nearest one."""
    candidates = [_matched(sheet, layout) for layout in LAYOUTS if kind in (None, layout.kind)]
    known = [found for found in candidates if found.layout.required <= found.columns.keys()]
    if known:
        return max(known, key=_likeness)
    nearest = max(candidates, key=_likeness)
    lacking = nearest.layout.required - nearest.columns.keys()
    raise NotReadable(
        "unknown_layout",
        sheet.file,
        sheet=sheet.name,
        headers=[" ".join(text.split()) for text in sheet.header if text],
        nearest=nearest.layout.name,
        missing=[_shown(nearest.layout, name) for name in nearest.layout.columns if name in lacking],
    )


def find(sheets: Sequence[Sheet], kind: str | None = None) -> Recognised:
    """The first sheet of a workbook whose layout is known. Raises NotReadable of its first sheet."""
    first_error: NotReadable | None = None
    for sheet in sheets:
        try:
            return recognise(sheet, kind)
        except NotReadable as error:
            first_error = first_error or error
    assert first_error is not None, "a file that was read has a sheet"
    raise first_error


def normal(header: str) -> str:
    """A header as it is compared: full-width forms folded, lower case, no blanks or line breaks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", tidy(header))).casefold()


def _matched(sheet: Sheet, layout: Layout) -> Recognised:
    places: dict[str, int] = {}
    for place, header in enumerate(sheet.header):
        name = _column(layout, normal(header))
        if name is not None:
            places.setdefault(name, place)
    used, unread = set(places.values()), {normal(text) for text in layout.unread}
    ignored = tuple(
        " ".join(text.split())
        for place, text in enumerate(sheet.header)
        if text and place not in used and normal(text) not in unread
    )
    missing = tuple(
        _shown(layout, name) for name in layout.columns if name not in places and name not in layout.rare
    )
    return Recognised(sheet, layout, places, ignored, missing)


def _column(layout: Layout, header: str) -> str | None:
    for name, texts in layout.columns.items():
        for text in map(normal, texts):
            if header == text or (text.endswith("*") and header.startswith(text[:-1])):
                return name
    return None


def _likeness(found: Recognised) -> float:
    return len(found.columns) / len(found.layout.columns)


def _shown(layout: Layout, column: str) -> str:
    return layout.columns[column][0].rstrip("*")

"""Whose file a sheet is, told by the texts of its headers and never by their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lib.files.layouts.headers import means, normal
from lib.files.layouts.known import LAYOUTS
from lib.files.layouts.layout import Layout
from lib.files.layouts.mapped import TableMapping
from lib.files.rows import ROW_NO
from lib.files.sheets import NotReadable, Sheet, tidy

#: Columns a download of refused rows has besides those of the file; nothing reads them but the first.
OURS = "shipdesk"
ROW_HEADER = "Shipdesk #"

#: Kinds that sellers keep in one workbook, a sheet each.
_TOGETHER = frozenset({"products", "packaging"})

#: A text that a spreadsheet would run gets a ' before it when it is written down as text.
_GUARD = r"^'([=+\-@\t\r])"


@dataclass(frozen=True)
class Recognised:
    """A sheet whose layout is known."""

    sheet: Sheet
    layout: Layout
    columns: Mapping[str, int]  #: Our name → the column's place in `sheet.rows`.
    #: Headers the layout does not know and nothing reads, as they stand in the file.
    ignored: tuple[str, ...]
    missing: tuple[str, ...]  #: Columns of the layout that the file does not have, by their usual headers.
    unread: tuple[str, ...] = ()  #: Headers that belong to the layout and that nothing reads.

    def header(self, column: str) -> str:
        """The header a column of ours has in this file, in one line."""
        return " ".join(self.sheet.header[self.columns[column]].split())

    def stream(self) -> pa.RecordBatchReader:
        """One row per filled row: `row_no` and every column of the layout as text, absent ones null. Runs once."""
        names = list(self.layout.columns)
        schema = pa.schema([(ROW_NO, pa.int64()), *((name, pa.string()) for name in names)])

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in self.sheet.content.batches():
                absent = pa.nulls(batch.num_rows, pa.string())
                cells = [
                    self._bare(batch.column(self.columns[name] + 1)) if name in self.columns else absent
                    for name in names
                ]
                yield pa.RecordBatch.from_arrays([batch[ROW_NO], *cells], schema=schema)

        return pa.RecordBatchReader.from_batches(schema, batches())

    def column(self, name: str, row_nos: Sequence[int]) -> pd.Series:
        """What stands in a column of ours in these rows, by their numbers."""
        return self.sheet.content.frame(row_nos)[self.columns[name]]

    def original(self, row_nos: Sequence[int]) -> pd.DataFrame:
        """These rows as they stand in the file, by their numbers, without what a download added to them."""
        return self.sheet.content.frame(row_nos)[self._own()]

    def original_header(self) -> tuple[str, ...]:
        """The headers of `original`."""
        return tuple(self.sheet.header[place] for place in self._own())

    def problem_ids(self) -> pd.Series:
        """By row number, the number of the refused row that a row was mended from; empty for other files."""
        place = next(
            (place for place, text in enumerate(self.sheet.header) if normal(text) == normal(ROW_HEADER)),
            None,
        )
        if place is None:
            return pd.Series(dtype="str")
        return self.sheet.rows[place].dropna().map(tidy)

    def _own(self) -> list[int]:
        """The places of the file's own columns."""
        return [place for place, text in enumerate(self.sheet.header) if not is_ours(text)]

    def _bare(self, cells: pa.Array) -> pa.Array:
        """In a file that we wrote, texts without the guard that they were written with."""
        if not any(is_ours(text) for text in self.sheet.header):
            return cells
        return pc.replace_substring_regex(cells, pattern=_GUARD, replacement=r"\1")


def recognise(sheet: Sheet, kind: str | None = None, taught: Sequence[TableMapping] = ()) -> Recognised:
    """Tell a sheet's layout by its headers. Raises NotReadable("unknown_layout") with the nearest one.

    A mapping that was made for this very header comes first, then the layouts known here, then a mapping whose
    columns are all there.
    """
    wanted = [mapping for mapping in taught if kind in (None, mapping.kind)]
    own = {normal(text) for text in sheet.header if text and not is_ours(text)}
    for mapping in wanted:
        if {normal(text) for text in mapping.headers if text} == own:
            return matched(sheet, mapping.layout())
    candidates = [matched(sheet, layout) for layout in LAYOUTS if kind in (None, layout.kind)]
    by_hand = [matched(sheet, mapping.layout()) for mapping in wanted]
    for choices in (candidates, by_hand):
        known = [found for found in choices if found.layout.fits(found.columns)]
        if known:
            return max(known, key=lambda found: len(found.columns))
    if not candidates:
        candidates = [matched(sheet, layout) for layout in LAYOUTS]
    nearest = max(candidates, key=_likeness)
    lacking = [*(nearest.layout.required - nearest.columns.keys())] or [*nearest.layout.one_of]
    raise NotReadable(
        "unknown_layout",
        sheet.file,
        sheet=sheet.name,
        headers=[" ".join(text.split()) for text in sheet.header if text],
        nearest=nearest.layout.name,
        kind=nearest.layout.kind,
        asked=kind or "",
        missing=[_shown(nearest.layout, name) for name in nearest.layout.columns if name in lacking],
    )


def find(sheets: Sequence[Sheet], kind: str | None = None, taught: Sequence[TableMapping] = ()) -> Recognised:
    """The first sheet of a workbook whose layout is known. Raises NotReadable of its first sheet."""
    return _first(sheets, lambda sheet: recognise(sheet, kind, taught))


def beside(sheets: Sequence[Sheet], found: Recognised) -> list[Recognised]:
    """The other sheets of a workbook that belong to this one: packaging rules beside products, or the reverse."""
    rest = [sheet for sheet in sheets if sheet is not found.sheet]
    others: list[Recognised] = []
    if rest and found.layout.kind in _TOGETHER:
        for kind in _TOGETHER - {found.layout.kind}:
            with suppress(NotReadable):
                others.append(find(rest, kind))
    return others


def by_mapping(sheets: Sequence[Sheet], mapping: TableMapping) -> Recognised:
    """The first sheet of a workbook that has the columns of a mapping. Raises NotReadable("mapping_misfit")."""
    return _first(sheets, lambda sheet: _as_mapped(sheet, mapping))


def is_ours(header: str) -> bool:
    """Whether a download of refused rows added this column."""
    return normal(header).startswith((f"{OURS}:", normal(ROW_HEADER)))


def matched(sheet: Sheet, layout: Layout) -> Recognised:
    """The sheet's columns as a layout's, whether or not it is of this layout."""
    places: dict[str, int] = {}
    for place, header in enumerate(sheet.header):
        name = layout.names.first(normal(header))
        if name is not None and not is_ours(header):
            places.setdefault(name, place)
    places |= _later_names(sheet, layout, places)
    used = set(places.values())
    rest = [
        text for place, text in enumerate(sheet.header) if text and place not in used and not is_ours(text)
    ]
    unread = [text for text in rest if layout.passed_over.first(normal(text)) is not None]
    known = set(unread)
    ignored = [text for text in rest if text not in known]
    missing = tuple(
        _shown(layout, name)
        for name, texts in layout.columns.items()
        if texts and name not in places and name not in layout.rare
    )
    return Recognised(sheet, layout, places, _in_one_line(ignored), missing, _in_one_line(unread))


def _first(sheets: Sequence[Sheet], tell: Callable[[Sheet], Recognised]) -> Recognised:
    first_error: NotReadable | None = None
    for sheet in sheets:
        try:
            return tell(sheet)
        except NotReadable as error:
            first_error = first_error or error
    assert first_error is not None, "a file that was read has a sheet"
    raise first_error


def _as_mapped(sheet: Sheet, mapping: TableMapping) -> Recognised:
    found = matched(sheet, mapping.layout())
    missing = [mapping.columns[name] for name in found.layout.required - found.columns.keys()]
    if missing:
        raise NotReadable("mapping_misfit", sheet.file, name=mapping.name, missing=sorted(missing))
    return found


def _later_names(sheet: Sheet, layout: Layout, places: Mapping[str, int]) -> dict[str, int]:
    """Where a file has several headers of one column, the one the layout names first is it."""
    headers = [normal(text) for text in sheet.header]
    return {
        name: next(
            (
                place
                for same in (str.__eq__, means)
                for text in layout.columns[name]
                for place, header in enumerate(headers)
                if same(header, normal(text))
            ),
            places[name],
        )
        for name in places
    }


def _in_one_line(headers: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(text.split()) for text in headers)


def _likeness(found: Recognised) -> float:
    named = sum(1 for texts in found.layout.columns.values() if texts)
    return len(found.columns) / max(named, 1)


def _shown(layout: Layout, column: str) -> str:
    return layout.columns[column][0].rstrip("*")

"""Tables of shipping notices: which rows are one notice, and which pieces a part is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lib.domain.problems import Problem
from lib.files import sheets
from lib.files.layouts.headers import normal

ALL_WORDS, PART_WORDS = {"all", "全部", "全部发货", ""}, {"part", "部分", "部分发货"}
#: Headers, as `normal` writes them, of the two columns that say what a part is; they stand after the first four.
ITEMS = {
    "line",
    "lineno",
    "lineno.",
    "sku",
    "lineorsku",
    "行",
    "行号",
    "商品编码",
    "sku编码",
    "行号或sku",
    "货号",
}
PIECES = {"pieces", "quantity", "qty", "pcs", "数量", "件数", "发货数量", "发货件数"}


@dataclass
class Row:
    """One notice of a table: of one row, or of the rows of one parcel."""

    order_id: str
    service_key: str
    tracking_number: str
    how: str  #: all or part, as it was written.
    parts: list[tuple[str, str]] = field(default_factory=list)  #: Line number or SKU, and pieces, as written.
    row_nos: list[int] = field(default_factory=list)  #: As a spreadsheet counts.

    @property
    def everything(self) -> bool:
        """Whether all that is left goes out."""
        return self.how.lower() in ALL_WORDS

    def check(self) -> None:
        """Raises Problem: notice_order_number, notice_how, notice_all_pieces."""
        if not self.order_id.isdigit():
            raise Problem("notice_order_number", order_id=self.order_id)
        if self.how.lower() not in ALL_WORDS | PART_WORDS:
            raise Problem("notice_how", how=self.how)
        if self.everything and self.parts:
            raise Problem("notice_all_pieces")

    def quantities(self, lines: Sequence[Mapping[str, Any]]) -> dict[int, int]:
        """Line → pieces, of the order's lines with what is left of each; a SKU on several lines takes the first ones.

        Raises Problem: notice_pieces (no number), notice_item (no line of the order).
        """
        wanted: dict[int, int] = {}
        for item, written in self.parts:
            if not (written.isascii() and written.isdigit() and int(written) > 0):
                raise Problem("notice_pieces", pieces=written)
            for line, pieces in _dealt(item, int(written), lines, wanted):
                wanted[line] = wanted.get(line, 0) + pieces
        return wanted


def read(path: Path) -> list[Row]:
    """The notices of a table, in its order. Rows with pieces of the same order, carrier and number are one notice.

    Raises sheets.NotReadable.
    """
    found: list[Row] = []
    parcels: dict[tuple[str, ...], Row] = {}
    for sheet in sheets.read(path):
        item_at, pieces_at = _place(sheet.header, ITEMS), _place(sheet.header, PIECES)
        for row_no, *given in sheet.rows.itertuples(name=None):
            cells = [cell.strip() if isinstance(cell, str) else "" for cell in given] + [""] * 4
            pieces = cells[pieces_at] if pieces_at else ""
            order_id, service_key, tracking_number, how = cells[:4]
            row = Row(order_id, service_key, tracking_number, how)
            key = (order_id, service_key, tracking_number, how.lower())
            if pieces:
                row = parcels.setdefault(key, row)
                row.parts.append((cells[item_at] if item_at else "", pieces.removesuffix(".0")))
            if not row.row_nos:
                found.append(row)
            row.row_nos.append(row_no)
    return found


def _place(header: Sequence[str], names: set[str]) -> int | None:
    return next((at for at, text in enumerate(header) if at > 3 and normal(text or "") in names), None)


def _dealt(
    item: str, pieces: int, lines: Sequence[Mapping[str, Any]], wanted: Mapping[int, int]
) -> Iterator[tuple[int, int]]:
    """The pieces by line; what is too many for all of them falls to the last one, and is refused there."""
    at = _lines(item, lines)
    for row in at[:-1]:
        taken = min(max(row["left_quantity"] - wanted.get(row["line_no"], 0), 0), pieces)
        pieces -= taken
        if taken:
            yield row["line_no"], taken
    if pieces:
        yield at[-1]["line_no"], pieces


def _lines(item: str, lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The lines meant: by SKU, else by number; the only line needs no name. Raises Problem('notice_item')."""
    found = [row for row in lines if item and str(row["sku"] or "").casefold() == item.casefold()]
    if not found:
        found = [row for row in lines if str(row["line_no"]) == item.removesuffix(".0")]
    if not found and not item and len(lines) == 1:
        found = list(lines)
    if not found:
        raise Problem("notice_item", item=item)
    return found

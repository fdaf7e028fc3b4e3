"""Papers that go with labels: the head page of a run, the pick list, the hand-over sheet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from lib.files.drawing import draw, fitted, width, wrapped
from lib.files.labels import PAPERS

A4 = (210 * mm, 297 * mm)
MARGIN, ROW, LINE = 12 * mm, 6 * mm, 4.5 * mm
SIZE = 9


@dataclass(frozen=True)
class Column:
    """A column of a list: its heading, its width in mm, and whether it holds numbers."""

    heading: str
    width_mm: float
    number: bool = False


def head(paper: str, title: str, lines: Sequence[str]) -> bytes:
    """One page of a paper: what the run that follows is."""
    sheet = PAPERS[paper]
    wide, high = sheet.width_mm * mm, sheet.height_mm * mm
    drawn = io.BytesIO()
    canvas = Canvas(drawn, pagesize=(wide, high), pageCompression=1)
    canvas.setLineWidth(2)
    canvas.rect(4 * mm, 4 * mm, wide - 8 * mm, high - 8 * mm)
    draw(canvas, 8 * mm, high - 18 * mm, fitted(title, 18, wide - 16 * mm), 18, bold=True)
    for place, line in enumerate(lines):
        draw(canvas, 8 * mm, high - 30 * mm - place * 7 * mm, fitted(line, 11, wide - 16 * mm), 11)
    canvas.save()
    return drawn.getvalue()


def leaf(paper: str, title: str, blocks: Sequence[Sequence[str]]) -> bytes:
    """Pages of a paper: a title over blocks of lines, each kept together; long lines go on below."""
    sheet = PAPERS[paper]
    wide, high = sheet.width_mm * mm, sheet.height_mm * mm
    room, least = wide - 16 * mm, 10 * mm
    drawn = io.BytesIO()
    canvas = Canvas(drawn, pagesize=(wide, high), pageCompression=1)
    heading = wrapped(title, 14, room)
    y = 0.0
    for block in blocks:
        lines = [part for line in block for part in wrapped(line, SIZE, room)]
        if y - len(lines) * LINE < least:
            if y:
                canvas.showPage()
            y = high - 14 * mm
            for part in heading:
                draw(canvas, 8 * mm, y, part, 14, bold=True)
                y -= 7 * mm
        for part in lines:
            draw(canvas, 8 * mm, y, part, SIZE)
            y -= LINE
        y -= LINE / 2
    canvas.save()
    return drawn.getvalue()


def table(
    title: str,
    lines: Sequence[str],
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    foot: Sequence[str],
) -> bytes:
    """A list on A4 sheets: title and lines above, a heading on each sheet, sheets numbered, `foot` at its end."""
    drawn = io.BytesIO()
    canvas = Canvas(drawn, pagesize=A4, pageCompression=1)
    sheet = _Sheet(canvas, title, columns)
    for line in lines:
        sheet.line(line)
    sheet.headings()
    for row in rows:
        sheet.row(row)
    for line in foot:
        sheet.line(line)
    sheet.end()
    return drawn.getvalue()


class _Sheet:
    """The sheet being written on; a new one begins where it is full."""

    def __init__(self, canvas: Canvas, title: str, columns: Sequence[Column]) -> None:
        self.canvas, self.title, self.columns = canvas, title, columns
        self.number, self.headed = 0, False
        self._begin()

    def _begin(self) -> None:
        self.number += 1
        self.y = A4[1] - MARGIN - 4 * mm
        draw(self.canvas, MARGIN, self.y, fitted(self.title, 14, A4[0] - 2 * MARGIN - 20 * mm), 14, bold=True)
        self.canvas.setFont("Helvetica", SIZE)
        self.canvas.drawRightString(A4[0] - MARGIN, self.y, str(self.number))
        self.y -= 8 * mm

    def line(self, text: str) -> None:
        self._room()
        draw(self.canvas, MARGIN, self.y, fitted(text, 10, A4[0] - 2 * MARGIN), 10)
        self.y -= ROW

    def headings(self) -> None:
        self._cells([column.heading for column in self.columns], bold=True)
        self.canvas.line(MARGIN, self.y + ROW - 2 * mm, A4[0] - MARGIN, self.y + ROW - 2 * mm)
        self.headed = True

    def row(self, cells: Sequence[object]) -> None:
        if self._room() and self.headed:
            self.headings()
        self._cells(["" if cell is None else str(cell) for cell in cells])

    def _cells(self, cells: Sequence[str], *, bold: bool = False) -> None:
        left = MARGIN
        for column, cell in zip(self.columns, cells, strict=True):
            room = column.width_mm * mm
            text = fitted(cell, SIZE, room - 2 * mm)
            shift = room - 3 * mm - width(text, SIZE) if column.number else 0
            draw(self.canvas, left + shift, self.y, text, SIZE, bold=bold)
            left += room
        self.y -= ROW

    def _room(self) -> bool:
        """Begin another sheet when this one is full; whether it did."""
        if self.y > MARGIN + ROW:
            return False
        self.canvas.showPage()
        self._begin()
        return True

    def end(self) -> None:
        self.canvas.save()

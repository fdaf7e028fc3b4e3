"""Label PDFs: taken apart, checked, and put together for printing."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pikepdf
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    StreamObject,
)

#: Printing points in a millimetre.
MM = 72 / 25.4

#: Sizes closer than this are the same paper: labels called 100 × 150 are 4 × 6 inches in truth, or a point less.
TOLERANCE_MM = 2.5

START_POSITIONS = range(4)


@dataclass(frozen=True)
class Paper:
    """A sheet to print on, and how many labels go on it (columns × rows). Sizes in mm."""

    width_mm: float
    height_mm: float
    columns: int = 1
    rows: int = 1


PAPERS = {"100x150": Paper(100, 150), "a6": Paper(105, 148), "a4": Paper(210, 297, columns=2, rows=2)}


class NotALabel(ValueError):
    """Bytes that are no PDF with pages that can be printed."""


def check(pdf: bytes) -> int:
    """How many pages the PDF has. Raises NotALabel when it is none, is cut off, or is locked."""
    return len(_reader(pdf).pages)


def split(pdf: bytes) -> list[bytes]:
    """One PDF of one page for each page, in order. Raises NotALabel."""
    # qpdf takes a tenth of the time that copying page by page in Python does; labels come hundreds a minute.
    try:
        with pikepdf.open(io.BytesIO(pdf)) as whole:
            if whole.is_encrypted or not whole.pages:
                raise NotALabel("locked" if whole.is_encrypted else "no pages")
            return [_single(page) for page in whole.pages]
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotALabel(str(error)) from error


def join(paths: Sequence[Path], *, paper: str = "100x150", start: int = 0) -> bytes:
    """One PDF of these labels in this order, every page of each.

    `paper` is 100x150, a6 (one label a page) or a4 (four a page; the first page begins at position `start`,
    0–3 from top left over top right to bottom right, so that a sheet begun before is used up). A label of
    another size is scaled to fit, never cut. Raises NotALabel and ValueError for a paper or start unknown.
    """
    kept = io.BytesIO()
    write_joined(kept, paths, paper=paper, start=start)
    return kept.getvalue()


@dataclass(frozen=True)
class Run:
    """Labels that are printed one after the other, behind a head page if there is one."""

    paths: Sequence[Path]
    head: bytes | None = None  #: A PDF of one page of the same paper.
    start: int = 0


def join_runs(runs: Sequence[Run], *, paper: str) -> bytes:
    """One PDF of several runs; as `join`, each run begins on a sheet of its own."""
    writer = PdfWriter()
    for run in runs:
        if run.head is not None:
            writer.add_page(_reader(run.head).pages[0])
        _add(writer, run.paths, paper, run.start)
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def concatenate(pdfs: Sequence[bytes]) -> bytes:
    """PDFs one after the other, pages as they are."""
    writer, kept = PdfWriter(), io.BytesIO()
    for pdf in pdfs:
        for page in _reader(pdf).pages:
            writer.add_page(page)
    writer.write(kept)
    return kept.getvalue()


def write_joined(target: BinaryIO, paths: Sequence[Path], *, paper: str = "100x150", start: int = 0) -> None:
    """As join, into an open file."""
    writer = PdfWriter()
    _add(writer, paths, paper, start)
    writer.write(target)


def _add(writer: PdfWriter, paths: Sequence[Path], paper: str, start: int) -> None:
    if paper not in PAPERS:
        raise ValueError(f"{paper} is not one of {', '.join(PAPERS)}")
    if start not in START_POSITIONS:
        raise ValueError(f"start {start} is not 0 to 3")
    sheet = PAPERS[paper]
    pages = (page for path in paths for page in _reader(path.read_bytes()).pages)
    if sheet.columns * sheet.rows == 1:
        for page in pages:
            _add_alone(writer, page, sheet)
    else:
        _add_shared(writer, pages, sheet, start)


def _reader(pdf: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(pdf), strict=False)
        if reader.is_encrypted or not reader.pages:
            raise NotALabel("locked" if reader.is_encrypted else "no pages")
        return reader
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotALabel(str(error)) from error


def _single(page: pikepdf.Page) -> bytes:
    kept = io.BytesIO()
    with pikepdf.new() as alone:
        alone.pages.append(page)
        alone.save(kept)
    return kept.getvalue()


def _add_alone(writer: PdfWriter, page: PageObject, sheet: Paper) -> None:
    """The label on a sheet of its own: as it is when it has the sheet's size, scaled to fit otherwise."""
    wide, high = _size_mm(page)
    if max(abs(wide - sheet.width_mm), abs(high - sheet.height_mm)) <= TOLERANCE_MM:
        writer.add_page(page)
    else:
        _Sheet(writer, sheet).draw(page, 0)


def _add_shared(writer: PdfWriter, pages: Iterable[PageObject], sheet: Paper, start: int) -> None:
    per_sheet = sheet.columns * sheet.rows
    current = None
    for number, page in enumerate(pages, start=start):
        if current is None or number % per_sheet == 0:
            current = _Sheet(writer, sheet)
        current.draw(page, number % per_sheet)


class _Sheet:
    """A page being filled. A label is drawn as a form: its content is neither parsed nor changed."""

    def __init__(self, writer: PdfWriter, paper: Paper) -> None:
        self.writer, self.paper = writer, paper
        self.page = writer.add_blank_page(paper.width_mm * MM, paper.height_mm * MM)
        self.forms = DictionaryObject()
        self.content = DecodedStreamObject()
        self.page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): self.forms})
        self.page[NameObject("/Contents")] = writer._add_object(self.content)

    def draw(self, page: PageObject, position: int) -> None:
        """Draw a label in the middle of its place, as large as fits there but never enlarged."""
        name = f"/Label{position}"
        self.forms[NameObject(name)] = self.writer._add_object(_form(page, self.writer))
        matrix = " ".join(f"{number:.6f}" for number in self._matrix(page, position))
        self.content.set_data(self.content.get_data() + f"q {matrix} cm {name} Do Q\n".encode())

    def _matrix(self, page: PageObject, position: int) -> tuple[float, ...]:
        cell_wide = self.paper.width_mm * MM / self.paper.columns
        cell_high = self.paper.height_mm * MM / self.paper.rows
        row, column = divmod(position, self.paper.columns)
        wide, high = (length * MM for length in _size_mm(page))
        scale = min(cell_wide / wide, cell_high / high, 1.0)
        left = cell_wide * column + (cell_wide - wide * scale) / 2
        bottom = cell_high * (self.paper.rows - 1 - row) + (cell_high - high * scale) / 2
        return _upright(page).scale(scale).translate(left, bottom).ctm


def _form(page: PageObject, writer: PdfWriter) -> StreamObject:
    """The label as a form: what the page draws, with what it draws that with."""
    drawing = DecodedStreamObject()
    drawing.set_data(_drawing(page))
    form = drawing.flate_encode()
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject(FloatObject(number) for number in page.cropbox)
    resources = page.get("/Resources")
    if resources is not None:
        form[NameObject("/Resources")] = resources.get_object().clone(writer)
    return form


def _drawing(page: PageObject) -> bytes:
    contents = page.get("/Contents")
    contents = contents.get_object() if contents is not None else None
    if contents is None:
        return b""
    if isinstance(contents, ArrayObject):
        return b"\n".join(part.get_object().get_data() for part in contents)
    return contents.get_data()


def _upright(page: PageObject) -> Transformation:
    """What moves the page's visible part, turned as the page is to be shown, to the origin."""
    box = page.cropbox
    wide, high = float(box.width), float(box.height)
    moved = Transformation().translate(-float(box.left), -float(box.bottom))
    turn = page.rotation % 360
    back = {0: (0, 0), 90: (0, wide), 180: (wide, high), 270: (high, 0)}[turn]
    return moved.rotate(-turn).translate(*back)


def _size_mm(page: PageObject) -> tuple[float, float]:
    """Width and height as shown."""
    wide, high = float(page.cropbox.width) / MM, float(page.cropbox.height) / MM
    return (high, wide) if page.rotation % 180 else (wide, high)

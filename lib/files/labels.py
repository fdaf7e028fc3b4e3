"""Label PDFs: taken apart, checked, and put together for printing."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Matrix, Object, Page, Pdf

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
    with _opened(pdf) as whole:
        return len(whole.pages)


def split(pdf: bytes) -> list[bytes]:
    """One PDF of one page for each page, in order. Raises NotALabel."""
    with _opened(pdf) as whole:
        return [_single(page) for page in whole.pages]


@dataclass(frozen=True)
class Run:
    """Labels that are printed one after the other, behind a head page if there is one."""

    paths: Sequence[Path]
    head: bytes | None = None  #: A PDF of one page of the same paper.
    start: int = 0


def join(paths: Sequence[Path], *, paper: str = "100x150", start: int = 0) -> bytes:
    """One PDF of these labels in this order, every page of each.

    `paper` is 100x150, a6 (one label a page) or a4 (four a page; the first page begins at position `start`,
    0–3 from top left over top right to bottom right, so that a sheet begun before is used up). A label of
    another size is scaled to fit, never cut. Raises NotALabel and ValueError for a paper or start unknown.
    """
    return join_runs([Run(paths, start=start)], paper=paper)


def join_runs(
    runs: Sequence[Run], *, paper: str, on_label: Callable[[int], None] = lambda _done: None
) -> bytes:
    """One PDF of several runs; as `join`, each run begins on a sheet of its own.

    `on_label`: told after each label how many are in it.
    """
    kept = io.BytesIO()
    write_joined(kept, runs, paper=paper, on_label=on_label)
    return kept.getvalue()


def concatenate(pdfs: Sequence[bytes]) -> bytes:
    """PDFs one after the other, pages as they are."""
    kept = io.BytesIO()
    with pikepdf.new() as whole:
        for pdf in pdfs:
            with _opened(pdf) as one:
                whole.pages.extend(one.pages)
        whole.save(kept)
    return kept.getvalue()


def write_joined(
    target: BinaryIO,
    runs: Sequence[Run],
    *,
    paper: str = "100x150",
    on_label: Callable[[int], None] = lambda _done: None,
) -> None:
    """As join_runs, into an open file."""
    if paper not in PAPERS:
        raise ValueError(f"{paper} is not one of {', '.join(PAPERS)}")
    done = itertools.count(1)
    with pikepdf.new() as whole:
        for run in runs:
            if run.start not in START_POSITIONS:
                raise ValueError(f"start {run.start} is not 0 to 3")
            if run.head is not None:
                with _opened(run.head) as head:
                    whole.pages.append(head.pages[0])
            _add(whole, run.paths, PAPERS[paper], run.start, lambda: on_label(next(done)))
        whole.save(target)


def _add(whole: Pdf, paths: Iterable[Path], paper: Paper, start: int, added: Callable[[], None]) -> None:
    """Labels on sheets of their own, or several to a sheet."""
    per_sheet = paper.columns * paper.rows
    sheet, place = _Sheet(whole, paper), start
    for path in paths:
        with _opened(path.read_bytes()) as label:
            for page in label.pages:
                if per_sheet == 1 and _fits(page, paper):
                    whole.pages.append(page)
                    continue
                sheet.draw(page, place % per_sheet)
                place += 1
                if place % per_sheet == 0:
                    sheet = sheet.done()
        added()
    sheet.done()


@contextmanager
def _opened(pdf: bytes) -> Iterator[Pdf]:
    try:
        with pikepdf.open(io.BytesIO(pdf)) as whole:
            if whole.is_encrypted or not whole.pages:
                raise NotALabel("locked" if whole.is_encrypted else "no pages")
            yield whole
    except (
        pikepdf.PdfError,
        pikepdf.PasswordError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        raise NotALabel(str(error)) from error


def _single(page: Page) -> bytes:
    kept = io.BytesIO()
    with pikepdf.new() as alone:
        alone.pages.append(page)
        alone.save(kept)
    return kept.getvalue()


class _Sheet:
    """A page being filled. A label is drawn as a form: its content is neither parsed nor changed."""

    def __init__(self, whole: Pdf, paper: Paper) -> None:
        self.whole, self.paper = whole, paper
        self.forms: dict[str, Object] = {}
        self.content = b""

    def draw(self, page: Page, position: int) -> None:
        """Draw a label in the middle of its place, as large as fits there but never enlarged."""
        form = self.whole.copy_foreign(page.as_form_xobject(handle_transformations=False))
        form.BBox = Array(page.cropbox.as_list())
        name = f"/Label{position}"
        self.forms[name] = form
        self.content += b"q %s cm %s Do Q\n" % (self._matrix(page, position).encode(), name.encode())

    def done(self) -> _Sheet:
        """Put the sheet into the file, unless nothing was drawn on it; returns the next one."""
        if self.forms:
            size = (self.paper.width_mm * MM, self.paper.height_mm * MM)
            page = self.whole.add_blank_page(page_size=size)
            page.Resources = Dictionary(XObject=Dictionary(self.forms))
            page.Contents = self.whole.make_stream(self.content)
        return _Sheet(self.whole, self.paper)

    def _matrix(self, page: Page, position: int) -> Matrix:
        cell_wide = self.paper.width_mm * MM / self.paper.columns
        cell_high = self.paper.height_mm * MM / self.paper.rows
        row, column = divmod(position, self.paper.columns)
        wide, high = (length * MM for length in _size_mm(page))
        scale = min(cell_wide / wide, cell_high / high, 1.0)
        left = cell_wide * column + (cell_wide - wide * scale) / 2
        bottom = cell_high * (self.paper.rows - 1 - row) + (cell_high - high * scale) / 2
        return _upright(page) @ Matrix(scale, 0, 0, scale, left, bottom)


def _fits(page: Page, paper: Paper) -> bool:
    """Whether the label has the paper's size: then it stays as it is."""
    wide, high = _size_mm(page)
    return max(abs(wide - paper.width_mm), abs(high - paper.height_mm)) <= TOLERANCE_MM


def _upright(page: Page) -> Matrix:
    """What moves the page's visible part, turned as the page is to be shown, to the origin."""
    left, bottom, right, top = (float(edge) for edge in page.cropbox)
    wide, high, turn = right - left, top - bottom, page.rotation % 360
    back = {0: (0.0, 0.0), 90: (0.0, wide), 180: (wide, high), 270: (high, 0.0)}[turn]
    moved, turned = Matrix(1, 0, 0, 1, -left, -bottom), Matrix().rotated(-turn)
    return moved @ turned @ Matrix(1, 0, 0, 1, *back)


def _size_mm(page: Page) -> tuple[float, float]:
    """Width and height as shown."""
    left, bottom, right, top = (float(edge) for edge in page.cropbox)
    wide, high = (right - left) / MM, (top - bottom) / MM
    return (high, wide) if page.rotation % 180 else (wide, high)

"""Label PDFs are split, checked and put together without losing, cutting or turning one."""

import io
import re
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.lib.units import mm
from reportlab.pdfgen import canvas

from lib.files import labels


def a_label(*texts: str, size_mm: tuple[float, float] = (100, 150), rotation: int = 0) -> bytes:
    """A PDF with a page for each text, drawn 10 mm from its left and bottom edge."""
    drawn = io.BytesIO()
    page = canvas.Canvas(drawn, pagesize=(size_mm[0] * mm, size_mm[1] * mm))
    for text in texts:
        page.setPageRotation(rotation)
        page.drawString(10 * mm, 10 * mm, text)
        page.showPage()
    page.save()
    return drawn.getvalue()


def saved(tmp_path: Path, *pdfs: bytes) -> list[Path]:
    paths = [tmp_path / f"{place}.pdf" for place in range(len(pdfs))]
    for path, pdf in zip(paths, pdfs, strict=True):
        path.write_bytes(pdf)
    return paths


def pages(pdf: bytes) -> list[list[str]]:
    """The labels on each page, in the order they are drawn."""
    return [re.findall(r"L-\d+", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def places(pdf: bytes, page: int = 0) -> dict[str, tuple[int, int]]:
    """Where each label's text begins on a page, in mm from its left and bottom edge."""
    found = {}
    read = PdfReader(io.BytesIO(pdf)).pages[page]
    drawn = read["/Contents"].get_object().get_data().decode()
    for matrix, form in re.findall(r"q ([-\d. ]+) cm (/\w+) Do Q", drawn):
        text = re.search(rb"L-\d+", read["/Resources"]["/XObject"][form].get_data())
        assert text is not None
        a, b, c, d, e, f = map(float, matrix.split())
        x = y = 10 * mm
        found[text[0].decode()] = (round((a * x + c * y + e) / mm), round((b * x + d * y + f) / mm))
    return found


def size_mm(pdf: bytes, page: int = 0) -> tuple[int, int]:
    box = PdfReader(io.BytesIO(pdf)).pages[page].cropbox
    return round(float(box.width) / mm), round(float(box.height) / mm)


def numbered(count: int) -> list[bytes]:
    return [a_label(f"L-{number}") for number in range(count)]


def test_a_pdf_of_several_labels_splits_into_one_each() -> None:
    single = labels.split(a_label("L-1", "L-2", "L-3"))
    assert [pages(pdf) for pdf in single] == [[["L-1"]], [["L-2"]], [["L-3"]]]
    assert [labels.check(pdf) for pdf in single] == [1, 1, 1]


def test_a_page_split_off_does_not_carry_the_others_with_it() -> None:
    whole = a_label(*(f"L-{number} " + "x" * 500 for number in range(50)))
    assert len(labels.split(whole)[0]) < len(whole) / 5


@pytest.mark.parametrize("pdf", [b"", b"<html>busy</html>", b"%PDF-1.4\n", a_label("L-1")[:300]])
def test_what_is_no_whole_pdf_is_no_label(pdf: bytes) -> None:
    with pytest.raises(labels.NotALabel):
        labels.check(pdf)


def test_a_locked_pdf_is_no_label() -> None:
    writer, kept = PdfWriter(io.BytesIO(a_label("L-1"))), io.BytesIO()
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(kept)
    with pytest.raises(labels.NotALabel):
        labels.check(kept.getvalue())


@pytest.mark.parametrize(("paper", "size"), [("100x150", (100, 150)), ("a6", (105, 148))])
def test_label_paper_takes_one_label_a_page_in_the_lists_order(
    tmp_path: Path, paper: str, size: tuple[int, int]
) -> None:
    paths = saved(tmp_path, *numbered(7))
    joined = labels.join([paths[5], *paths], paper=paper)
    assert pages(joined) == [["L-5"], *([f"L-{number}"] for number in range(7))]
    assert {size_mm(joined, page) for page in range(8)} == {size}


def test_every_page_of_a_label_is_printed(tmp_path: Path) -> None:
    joined = labels.join(saved(tmp_path, a_label("L-1", "L-2"), a_label("L-3")))
    assert pages(joined) == [["L-1"], ["L-2"], ["L-3"]]


def test_a_label_of_the_papers_size_is_left_as_it_is(tmp_path: Path) -> None:
    joined = labels.join(saved(tmp_path, a_label("L-1", size_mm=(101.6, 152.4))))
    assert size_mm(joined) == (102, 152)
    assert pages(joined) == [["L-1"]]
    assert places(joined) == {}, "nothing is drawn anew"


def test_a_larger_label_is_scaled_to_fit_and_a_smaller_one_is_not_enlarged(tmp_path: Path) -> None:
    paths = saved(tmp_path, a_label("L-1", size_mm=(200, 300)), a_label("L-2", size_mm=(60, 50)))
    joined = labels.join(paths)
    assert [size_mm(joined, page) for page in (0, 1)] == [(100, 150), (100, 150)]
    assert places(joined, 0) == {"L-1": (5, 5)}
    assert places(joined, 1) == {"L-2": (20 + 10, 50 + 10)}


def test_a4_takes_four_labels_from_top_left_to_bottom_right(tmp_path: Path) -> None:
    joined = labels.join(saved(tmp_path, *numbered(6)), paper="a4")
    assert pages(joined) == [["L-0", "L-1", "L-2", "L-3"], ["L-4", "L-5"]]
    assert size_mm(joined) == (210, 297)
    across, up = zip(*(places(joined)[f"L-{number}"] for number in range(4)), strict=True)
    assert across[0] == across[2] < 105 < across[1] == across[3]
    assert up[2] == up[3] < 148 < up[0] == up[1]


@pytest.mark.parametrize(
    ("start", "wanted"),
    [
        (0, [["L-0", "L-1", "L-2", "L-3"], ["L-4"]]),
        (1, [["L-0", "L-1", "L-2"], ["L-3", "L-4"]]),
        (3, [["L-0"], ["L-1", "L-2", "L-3", "L-4"]]),
    ],
)
def test_a_sheet_begun_before_is_used_up(tmp_path: Path, start: int, wanted: list[list[str]]) -> None:
    joined = labels.join(saved(tmp_path, *numbered(5)), paper="a4", start=start)
    assert pages(joined) == wanted
    begun = labels.join(saved(tmp_path, a_label("L-0")), paper="a4", start=start)
    full = labels.join(saved(tmp_path, *numbered(4)), paper="a4")
    assert places(begun)["L-0"] == places(full)[f"L-{start}"]


@pytest.mark.parametrize(
    ("rotation", "wanted"),
    # Shown, every page is 100 × 150; turned clockwise, the lower left corner goes to the upper left and so on.
    [(0, (10, 10)), (90, (10, 140)), (180, (90, 140)), (270, (90, 10))],
)
def test_a_turned_label_is_printed_as_it_is_shown(
    tmp_path: Path, rotation: int, wanted: tuple[int, int]
) -> None:
    scale = 148.5 / 150
    left, bottom = (105 - 100 * scale) / 2, 148.5
    joined = labels.join(saved(tmp_path, a_label("L-1", rotation=rotation)), paper="a4")
    across, up = places(joined)["L-1"]
    assert abs(across - (left + wanted[0] * scale)) <= 1
    assert abs(up - (bottom + wanted[1] * scale)) <= 1


def test_a_label_drawn_in_several_pieces_keeps_them_all(tmp_path: Path) -> None:
    writer, kept = PdfWriter(io.BytesIO(a_label("L-1"))), io.BytesIO()
    writer.pages[0].merge_page(PdfReader(io.BytesIO(a_label("L-2"))).pages[0])
    writer.write(kept)
    assert sorted(pages(labels.join(saved(tmp_path, kept.getvalue()), paper="a4"))[0]) == ["L-1", "L-2"]


def test_no_labels_make_a_pdf_without_pages() -> None:
    assert pages(labels.join([], paper="a4")) == []


@pytest.mark.parametrize(("paper", "start"), [("a3", 0), ("a4", 4), ("a4", -1)])
def test_a_paper_or_a_start_that_does_not_exist_is_wrong_use(paper: str, start: int) -> None:
    with pytest.raises(ValueError, match="is not"):
        labels.join([], paper=paper, start=start)

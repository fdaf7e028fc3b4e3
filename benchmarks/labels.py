"""Printing labels: four to a sheet, beside pypdf merely appending the same files one to the other."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from benchmarks.measure import Figure, seconds
from lib.files import labels

COUNT, MANY = 1_000, 10_000
#: The process that joins MANY labels may need this much memory.
LIMIT_MB = 400


def labels_a4() -> Iterator[Figure]:
    """COUNT labels into one A4 file, and the memory that MANY need."""
    with tempfile.TemporaryDirectory() as folder:
        paths = _files(Path(folder), COUNT)
        appended = min(seconds(lambda: _append(paths)) for _ in range(3))
        joined = min(seconds(lambda: labels.join(paths, paper="a4", start=1)) for _ in range(3))
        yield Figure(
            f"{COUNT:,} labels into one A4 four-up file",
            joined / appended,
            "×",
            limit=1.5,
            against=f"pypdf appending the same {COUNT:,} files ({appended:.2f} s)",
        )
        paths += [paths[place % COUNT] for place in range(MANY - COUNT)]
        listed = Path(folder) / "paths.txt"
        listed.write_text("\n".join(map(str, paths)))
        for paper in ("a4", "100x150"):
            told = subprocess.run(
                [sys.executable, "-m", "benchmarks.labels", str(listed), paper],
                capture_output=True,
                check=True,
                text=True,
            )
            yield Figure(f"… memory for {MANY:,} labels on {paper}", float(told.stdout), "MB", limit=LIMIT_MB)


FIGURES = {"labels_a4": labels_a4}


def _files(folder: Path, count: int) -> list[Path]:
    """Labels as the platform makes them: an address, a barcode, what customs are told."""
    paths = []
    for place in range(count):
        drawn = io.BytesIO()
        canvas = Canvas(drawn, pagesize=(100 * mm, 150 * mm), pageCompression=1)
        for row in range(24):
            canvas.drawString(
                6 * mm, (140 - row * 5) * mm, f"Line {row} of label {place}, as long as a street"
            )
        Code128(f"LX{place:09}CN", barHeight=18 * mm, barWidth=0.42 * mm).drawOn(canvas, 6 * mm, 6 * mm)
        canvas.save()
        paths.append(folder / f"{place}.pdf")
        paths[-1].write_bytes(drawn.getvalue())
    return paths


def _append(paths: list[Path]) -> None:
    writer = PdfWriter()
    for path in paths:
        writer.add_page(PdfReader(io.BytesIO(path.read_bytes())).pages[0])
    writer.write(io.BytesIO())


def _join_and_tell(listed: Path, paper: str) -> None:
    paths = [Path(line) for line in listed.read_text().splitlines()]
    with (listed.parent / f"{paper}.pdf").open("wb") as target:
        labels.write_joined(target, [labels.Run(paths)], paper=paper)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    _join_and_tell(Path(sys.argv[1]), sys.argv[2])

"""Whatever a file became, loading it says what it could not use: no traceback, no hang, no row unaccounted for.

A few hundred files here; `make fuzz` runs ten thousand (SHIPDESK_FUZZ says how many).
"""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.app import App
from lib.config import Settings
from lib.files import delimited, sheets
from lib.services import files
from lib.store import reference
from lib.store.database import Database
from lib.wording.files import UNREADABLE, unreadable_sentence
from tests.builders import EXPORT_HEADERS, PRODUCT_HEADERS
from tests.fuzz.damage import CELLS, Damaged, damaged

COUNT = int(os.environ.get("SHIPDESK_FUZZ", "200"))
#: The tests of pytest's workers start elsewhere each, all of them together once.
FIRST = int(os.environ.get("SHIPDESK_FUZZ_FIRST", "0"))
#: Each file here has less than 12 MB; the largest of them must be through by then.
MAX_SECONDS = 10
MAX_MEMORY_KB = 1_500_000
LOT = 50


class Hangs(BaseException):
    """A file took longer than any of its size may."""


@pytest.fixture(scope="module")
def desk() -> Iterator[App]:
    """A shop without a platform, that starts empty."""
    database = Database(None)
    with tempfile.TemporaryDirectory() as folder:
        live = Settings(data=Path(folder), platform_url="http://127.0.0.1:1")
        with database.write() as work:
            reference.load(work, live.reference)
        yield App(live, database, now=lambda: datetime(2026, 8, 31, 8, 0, tzinfo=UTC))
    database.close()


@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, LOT))
def test_no_damaged_file_breaks_loading_or_loses_a_row(desk: App, tmp_path: Path, first: int) -> None:
    failures = []
    for number in range(first, min(first + LOT, FIRST + COUNT)):
        try:
            _loads(desk, tmp_path, damaged(number))
        except AssertionError as failure:
            failures.append(str(failure))
    assert not failures, "\n".join(failures)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MAX_MEMORY_KB


@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, LOT * 10))
def test_a_damaged_text_is_the_same_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    """Large files are read in pieces; small ones have to come out the same."""
    monkeypatch.setattr(delimited.os, "cpu_count", lambda: 4)
    cut = 0
    for number in range(first, min(first + LOT * 10, FIRST + COUNT)):
        file = damaged(number)
        if file.history.split()[0] not in ("csv", "tsv"):
            continue
        path = tmp_path / "export"
        path.write_bytes(file.content)
        told = []
        for size in (len(file.content) + 1, 300):
            monkeypatch.setattr(delimited, "_PIECE", size)
            told.append(_told(path))
        with path.open("rb") as stream:
            cut += len(delimited._cuts(stream.fileno(), 0, len(file.content))) > 2
        assert told[0] == told[1], f"{file.name} ({file.history})"
    assert cut > 10


def _told(path: Path) -> object:
    try:
        [sheet] = sheets.read(path)
    except sheets.NotReadable as error:
        return error.code, error.details
    return sheet.header, sheet.dialect, sheet.rows.fillna("").to_dict("split")


_cells = st.one_of(st.sampled_from(CELLS), st.text(max_size=30), st.just(""))
_headers = st.lists(
    st.one_of(st.sampled_from([*EXPORT_HEADERS, *PRODUCT_HEADERS]), _cells), min_size=1, max_size=30
)
_rows = st.lists(st.lists(_cells, max_size=31), max_size=6)


@settings(
    max_examples=max(COUNT // 5, 20), deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(
    headers=_headers,
    rows=_rows,
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "latin-1"]),
    quotes=st.booleans(),
)
def test_no_text_whatsoever_breaks_loading(
    desk: App,
    headers: list[str],
    rows: list[list[str]],
    delimiter: str,
    line_end: str,
    encoding: str,
    quotes: bool,
) -> None:
    written = [
        ['"' + cell.replace('"', '""') + '"' if quotes else cell for cell in row] for row in (headers, *rows)
    ]
    text = line_end.join(delimiter.join(row) for row in written)
    with tempfile.TemporaryDirectory() as folder:
        _loads(desk, Path(folder), Damaged("export.csv", text.encode(encoding, "replace"), "hypothesis"))


def _loads(desk: App, folder: Path, file: Damaged) -> None:
    path = folder / file.name.replace("/", "_")
    path.write_bytes(file.content)
    try:
        with _in_time(MAX_SECONDS):
            report = files.load(desk, [path], by="ann")
    except BaseException as error:
        raise AssertionError(f"{file.name} ({file.history}): {type(error).__name__}: {error}") from error
    finally:
        path.unlink()
    [told] = report.files
    assert told.read == told.loaded + told.updated + told.unchanged + told.refused, file
    assert len(report.problems) == told.refused
    if told.error_code is not None:
        assert told.error_code in UNREADABLE, f"{file.name} ({file.history}): {told.error_code}"
        assert "{" not in unreadable_sentence(told.error_code, **told.error_args).replace("{}", "")


@contextmanager
def _in_time(seconds: int) -> Iterator[None]:
    """Give up on what is inside when it takes longer, and die with a traceback when even that does not help."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Hangs(f"more than {seconds} s")

    before = signal.signal(signal.SIGPROF, ring)
    # Of this process's own time, so that a busy machine is no hang; what waits for ever is met by the other clock.
    signal.setitimer(signal.ITIMER_PROF, seconds)
    faulthandler.dump_traceback_later(seconds * 30, exit=True)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGPROF, before)

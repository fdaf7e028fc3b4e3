"""What it costs to know what became of a million parcels: deriving every outcome anew, and the board."""

from __future__ import annotations

import os
import runpy
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from benchmarks.measure import Figure, seconds
from lib import app as wiring
from lib.app import App
from lib.config import ROOT, Settings
from lib.services import board
from lib.store import reference, tracking
from lib.store.database import Database, Work

PARCELS = 1_000_000
EVENTS = 12
SCRIPT = Path(__file__).parent / "sql" / "tracking.sql"
COUNTED = "select shipment_id, count(*), max(happened_at) from tracking_events group by shipment_id"


def _derive() -> Iterator[Figure]:
    """Every outcome from scratch, against the plainest grouping of the same events; both are kept in a table."""
    with _store() as database:
        with database.rehearse() as work:
            plain = _best(lambda: _run(work, f"create or replace temp table counted as {COUNTED}"))
            derived = _best(lambda: tracking.derive_all(work))
        told = f"{PARCELS:,} parcels with {EVENTS} events each"
        yield Figure("counting events and the last of them", plain, "s", against=f"{told}, processor time")
        yield Figure("deriving all outcomes from scratch", derived, "s", against=f"{told}, processor time")
        yield Figure("outcomes_derive", derived / plain, "×", limit=4.0, against=f"counting, {told}")


def _board() -> Iterator[Figure]:
    """The board of failing parcels, by itself and as a page."""
    with _store() as database:
        with database.write() as work:
            tracking.derive_all(work)
        app = App(Settings(data=Path(tempfile.gettempdir())), database)
        found = board.read(app)
        alone = statistics.median(seconds(lambda: board.read(app)) for _ in range(5))
        told = f"{found.count:,} failing of {PARCELS:,} parcels"
        yield Figure("reading the board", alone, "s", against=told)
        wiring.use(app)
        try:
            # As on the server: the dashboard frames the page, and components are looked for once, not at every run.
            script_runner._mpa_v1 = lambda path: runpy.run_path(path, run_name="__main__")  # type: ignore[assignment]
            manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
            page = AppTest.from_file(ROOT / "dashboard.py", default_timeout=120)
            page.session_state["language"] = "en"
            page.switch_page("pages/outcomes.py")
            page.run()
            if page.exception:
                raise RuntimeError(page.exception[0].message)
            took = statistics.median(seconds(page.run) for _ in range(5))
        finally:
            wiring.use(None)
        yield Figure("page_outcomes", took, "s", limit=0.5, against=f"the Outcomes page over {told}")


@contextmanager
def _store() -> Iterator[Database]:
    """A store of a year's parcels and what was said of them, on disk."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "store.duckdb")
        with database.write() as work:
            reference.load(work, Settings().reference)
            now = datetime.now(UTC).replace(tzinfo=None)
            work._cursor.execute("set variable parcel_count = $1", [PARCELS])
            work._cursor.execute("set variable now_at = $1", [now])
            work._cursor.execute(SCRIPT.read_text(encoding="utf-8"))
        yield database
        database.close()


def _run(work: Work, text: str) -> None:
    work._cursor.execute(text)


def _best(work: Callable[[], object]) -> float:
    """Processor time of the best of three runs: others use this machine too."""
    return min(_processor_s(work) for _ in range(3))


def _processor_s(work: Callable[[], object]) -> float:
    before = os.times()
    work()
    after = os.times()
    return (after.user + after.system) - (before.user + before.system)


FIGURES = {"outcomes_derive": _derive, "page_outcomes": _board}

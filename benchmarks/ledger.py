"""What it costs to reckon with a million parcels: the ledger of return fees, and what advice rests on."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Figure, seconds
from lib.app import App
from lib.config import Settings
from lib.services import advice, ledger, transit
from lib.store import reference
from lib.store.database import Database

PARCELS = 1_000_000
#: As many rows as the page shows.
ROWS = 500
SCRIPT = Path(__file__).parent / "sql" / "ledger.sql"


def run() -> Iterator[Figure]:
    """Time what the views of Outcomes ask for, each the median of five."""
    with _store() as app:
        found = ledger.read(app, page_size=ROWS)
        assert found.total is not None
        told = f"{found.total['parcel_count']:,} rows of {PARCELS:,} parcels"
        took = _median(lambda: ledger.read(app, page_size=ROWS))
        yield Figure("ledger", took, "s", limit=0.5, against=told)

        def anew() -> None:
            with app.database.write():
                pass  # Something was written: what is kept is old.
            ledger.read(app, page_size=ROWS)

        yield Figure("… after something was written", _median(anew), "s", against=told)
        told = f"{PARCELS:,} parcels"
        yield Figure(
            "chances of every plan and country", _median(lambda: advice.lanes(app)), "s", against=told
        )
        yield Figure(
            "transit days of every plan and country", _median(lambda: transit.days(app)), "s", against=told
        )
        yield Figure("backtest", seconds(lambda: advice.backtest(app)), "s", against=told)


def _median(work: Callable[[], object]) -> float:
    work()
    return statistics.median(seconds(work) for _ in range(5))


@contextmanager
def _store() -> Iterator[App]:
    """A store of a year's parcels, on disk."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        database = Database(settings.database_path)
        with database.write() as work:
            reference.load(work, settings.reference)
            work._cursor.execute("set variable parcel_count = $1", [PARCELS])
            work._cursor.execute("set variable now_at = $1", [datetime.now(UTC).replace(tzinfo=None)])
            work._cursor.execute(SCRIPT.read_text(encoding="utf-8"))
        yield App(settings, database)
        database.close()


FIGURES = {"ledger": run}

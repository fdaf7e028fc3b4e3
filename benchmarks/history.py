"""A simulated year of parcels, made by SQL in one place: for benchmarks, tests and the example of the notebook."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from lib.app import App
from lib.config import Settings
from lib.services import publishing
from lib.store import bills, reference
from lib.store.database import Database, Work

SCRIPT = Path(__file__).parent / "sql" / "history.sql"
#: The year is over.
NOW = datetime(2027, 1, 2, 8, tzinfo=UTC)


def build(database: Database, count: int) -> None:
    """Make the year 2026 of a shop that sent so many parcels in it; the same rows every time."""
    with database.write() as work:
        _run(work, count)
        bills.match(work, at=NOW)


def _run(work: Work, count: int) -> None:
    cursor: duckdb.DuckDBPyConnection = work._cursor
    for statement in cursor.extract_statements(SCRIPT.read_text(encoding="utf-8")):
        values = {"count": count} if "count" in statement.named_parameters else None
        cursor.execute(statement, values)


def example(folder: Path, count: int = 20_000) -> Path:
    """Publish the simulated year below a folder, for who has published nothing yet; returns where."""
    settings = Settings(data=folder, publish="")
    database = Database(settings.database_path)
    with database.write() as work:
        reference.load(work, settings.reference)
    build(database, count)
    publishing.publish(App(settings, database, now=lambda: NOW))
    database.close()
    return Path(settings.published_url)

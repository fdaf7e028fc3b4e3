"""The DuckDB file: one process, many readers, one writer at a time."""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar

import duckdb
import pandas as pd
import pyarrow as pa

from lib.store import times
from lib.store.queries import sql

SQL = Path(__file__).parent / "sql"
MIGRATIONS = SQL / "migrations"
DERIVED = SQL / "derived"
#: What the store may keep in memory while a large file is taken in, which is in memory itself: of each row, and at
#: least. A million orders are checked with half of that.
BYTES_BESIDE_A_ROW = 800
LEAST_MB = 400
#: So many answers are kept until something is written, or for as long as they last.
MOST_KEPT = 12
_T = TypeVar("_T")
_FORGET_DERIVED = "delete from migrations where name like 'derived-%';"


class DatabaseHeld(Exception):
    """Another process has the file open. `holder` is what DuckDB says of it."""

    def __init__(self, path: str, holder: str) -> None:
        super().__init__(f"{path} is held by {holder}")
        self.path, self.holder = path, holder


@dataclass(frozen=True)
class _Kept(Generic[_T]):
    """An answer, how often the store had been written to before it was read, and how long it holds in any case."""

    answer: _T
    written: int
    until_s: float


class Work:
    """One piece of work on a cursor of its own. Store functions take it first and never commit."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def run(self, name: str, /, **values: Any) -> None:
        """Run a named query for its effect."""
        self._cursor.execute(sql(name), _stored(values))

    def rows(self, name: str, /, **values: Any) -> list[dict[str, Any]]:
        """Run a named query; one dict a row, times aware UTC."""
        self._cursor.execute(sql(name), _stored(values))
        columns = [column[0] for column in self._cursor.description or []]
        return [
            {key: times.from_store(value) if isinstance(value, datetime) else value for key, value in pairs}
            for pairs in (zip(columns, row, strict=True) for row in self._cursor.fetchall())
        ]

    def row(self, name: str, /, **values: Any) -> dict[str, Any] | None:
        """The first row of a named query, or None."""
        return next(iter(self.rows(name, **values)), None)

    def value(self, name: str, /, **values: Any) -> Any:
        """The first column of the first row."""
        row = self.row(name, **values)
        return None if row is None else next(iter(row.values()))

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        """Run a named query; a frame whose times are aware UTC."""
        frame = self._cursor.execute(sql(name), _stored(values)).df()
        for column in frame.select_dtypes("datetime").columns:
            frame[column] = frame[column].dt.tz_localize("UTC")
        return frame

    def arrow(self, name: str, /, **values: Any) -> pa.Table:
        """Run a named query; a table of many rows that nothing here looks at, its times as they are stored."""
        return self._cursor.sql(sql(name), params=_stored(values)).to_arrow_table()

    def parquet(self, name: str, folder: Path, *, partition_by: Sequence[str]) -> int:
        """Write the rows of a named query without parameters as Hive-partitioned Parquet; returns how many."""
        place = str(folder).replace("'", "''")
        keys = ", ".join(partition_by)
        written = self._cursor.execute(
            f"copy ({sql(name)}) to '{place}' (format parquet, partition_by ({keys}), compression zstd)"
        ).fetchone()
        return int(written[0]) if written else 0

    @contextmanager
    def table(self, name: str, rows: pd.DataFrame | pa.Table) -> Iterator[None]:
        """Lend a frame to the queries inside, under a name: whole sets go in at once, never row by row.

        A few rows many times a second are better made as an Arrow table by themselves; its times are UTC without
        a zone.
        """
        # As an Arrow table, its texts are read where they are; of a frame each one is looked at by Python.
        if isinstance(rows, pd.DataFrame):
            rows = pa.Table.from_pandas(_naive(rows), preserve_index=False)
        self._cursor.register(name, rows)
        try:
            yield
        except BaseException:
            # In an aborted transaction this fails too, and would hide what went wrong first.
            with suppress(duckdb.Error):
                self._cursor.unregister(name)
            raise
        self._cursor.unregister(name)

    @contextmanager
    def ids(self, values: Sequence[str], name: str = "chosen", column: str = "id") -> Iterator[None]:
        """Lend a list of ids as a one-column table."""
        with self.table(name, pa.table({column: pa.array(list(values), pa.string())})):
            yield


class Database:
    """The store of one Shipdesk process.

    `Database(None)` is in memory (tests). Raises DatabaseHeld when another process has the file.
    """

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = duckdb.connect(str(path) if path else ":memory:")
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise DatabaseHeld(str(path), _holder(str(error))) from error
            raise
        self._writing = threading.Lock()
        #: Names this opening of the file, and how many transactions wrote since: the same numbers, the same rows.
        self.opened, self.write_count = uuid.uuid4().hex, 0
        self._kept: OrderedDict[Hashable, _Kept[Any]] = OrderedDict()
        self._keeping = threading.Lock()
        self._looking = threading.local()
        self._connection.execute("set timezone = 'UTC'")
        self._migrate()
        self._derive()

    @contextmanager
    def read(self) -> Iterator[Work]:
        """One consistent view, however many queries."""
        with self._cursor() as cursor:
            cursor.execute("begin transaction")
            try:
                yield Work(cursor)
            finally:
                cursor.execute("rollback")

    @contextmanager
    def write(self) -> Iterator[Work]:
        """All of it, or none of it. Writers wait for each other; never wait on the network in here."""
        with self._writing, self._cursor() as cursor:
            cursor.execute("begin transaction")
            try:
                yield Work(cursor)
            except BaseException:
                cursor.execute("rollback")
                raise
            cursor.execute("commit")
            self.write_count += 1
            self._looking.since = None

    def kept(self, key: Hashable, find: Callable[[], _T], *, lasts: timedelta = timedelta(0)) -> _T:
        """What `find` reads of the store, read again only once something was written since.

        For answers that are dear and asked for again with every click. `key` names everything else the answer hangs
        on, the day included. Figures about the whole past change slowly: for as long as such an answer `lasts` it
        holds although something was written. Whoever gets an answer leaves it as it is: others get the same one.
        """
        # Counted before it is read: what is written meanwhile makes it old, never a stale answer new.
        written, now_s = self.write_count, time.monotonic()
        since: int | None = getattr(self._looking, "since", None)
        with self._keeping:
            before: _Kept[_T] | None = self._kept.get(key)
        if before is not None:
            holds = before.written >= (written if since is None else since)
            if holds or now_s < before.until_s:
                return before.answer
        found = find()
        with self._keeping:
            self._kept[key] = _Kept(found, written, now_s + lasts.total_seconds())
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found

    @contextmanager
    def one_look(self) -> Iterator[None]:
        """What this thread asks for in here is read once, however much others write meanwhile; its own writes count.

        For a page that asks for the same thing in several places while a batch is being sent.
        """
        self._looking.since = self.write_count
        try:
            yield
        finally:
            self._looking.since = None

    @contextmanager
    def write_much(self, row_count: int) -> Iterator[Work]:
        """As write, for so many rows that the store had better keep little in memory beside them."""
        megabytes = max(LEAST_MB, row_count * BYTES_BESIDE_A_ROW // 1_000_000)
        # Below what is in use just now the limit is refused, and nothing is lost but memory.
        with suppress(duckdb.Error):
            self._connection.execute(f"set memory_limit = '{megabytes}MB'")
        try:
            with self.write() as work:
                yield work
        finally:
            self._connection.execute("reset memory_limit")

    @contextmanager
    def rehearse(self) -> Iterator[Work]:
        """As write, and then none of it: to see what a change would do before it is made."""
        with self._writing, self._cursor() as cursor:
            cursor.execute("begin transaction")
            try:
                yield Work(cursor)
            finally:
                cursor.execute("rollback")

    def close(self) -> None:
        """Close the file once the running writer is done."""
        with self._writing:
            self._connection.close()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def _migrate(self) -> None:
        """Apply what is not applied yet, each migration in its own transaction."""
        connection = self._connection
        connection.execute("create table if not exists migrations (name varchar primary key)")
        done = {name for (name,) in connection.execute("select name from migrations").fetchall()}
        for path in sorted(MIGRATIONS.glob("*.sql")):
            if path.stem not in done:
                self._apply(path.read_text(encoding="utf-8"), path.stem)

    def _derive(self) -> None:
        """Replace the views and macros with this program's own, when they are another's."""
        text = derived()
        name = f"derived-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        newest = self._connection.execute(
            "select name from migrations where name like 'derived-%'"
        ).fetchone()
        if newest != (name,):
            self._apply("\n".join((_FORGET_DERIVED, text)), name)

    def _apply(self, script: str, name: str) -> None:
        """Run a script and note its name, both or neither."""
        connection = self._connection
        connection.execute("begin transaction")
        try:
            connection.execute(script)
            connection.execute("insert into migrations values ($name)", {"name": name})
        except BaseException:
            connection.execute("rollback")
            raise
        connection.execute("commit")


def derived() -> str:
    """All views and macros, in the order in which they build on each other."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(DERIVED.glob("*.sql")))


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: times.to_store(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _naive(frame: pd.DataFrame) -> pd.DataFrame:
    aware = frame.select_dtypes("datetimetz").columns
    return frame.assign(**{name: frame[name].dt.tz_convert("UTC").dt.tz_localize(None) for name in aware})


def _holder(message: str) -> str:
    """The part of DuckDB's message that names the other process: "/usr/bin/python3.11 (PID 4242)"."""
    _, found, rest = message.partition("lock is held in ")
    return rest.split(". ")[0].strip() if found else "another process"

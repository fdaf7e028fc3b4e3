"""A database in memory that reads a sheet: a million rows are one piece of SQL, not a loop."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from lib.files.layouts import Recognised

FOLDER = Path(__file__).parent / "sql"

#: A sheet of fewer rows is read sooner than an instance of DuckDB is started.
FEW_ROWS = 5_000
#: How many rows stream by is not known before: what a sheet is joined with is always the smaller side, and its rows
#: keep their order. What expressions have in common is dear to look for, and would be worked out for rows that need
#: none of it.
_PLANS = "set disabled_optimizers = 'build_side_probe_side, common_subexpressions'"
#: The texts of a frame have long offsets; those of a table would be copied into such.
_TEXTS = "set arrow_large_buffer_size = true"

#: What a sheet may take in memory while it is read; what is more waits on disk.
MEMORY = "250MB"

_PROBLEM = ("sheet", "row_no", "column_name", "value", "code")
#: What a refused row has besides: of which order or SKU it is, and the cells that stood there.
_REFUSED = (*_PROBLEM, "identity")


@contextmanager
def reading(
    found: Recognised,
    *scripts: str,
    rows: str = "sheet",
    streams: bool = False,
    context: str = "",
    stream: pa.RecordBatchReader | None = None,
    **lent: pd.DataFrame | pa.Table,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Run each `sql/<script>.sql` over the sheet, called `rows`; the tables they make can be taken with `frame`.

    When the sheet streams by it is never in memory as a whole, and the scripts may select from it once only; `stream`
    has a part of its rows. `context` is the variable of that name.
    """
    headers = {name: found.header(name) for name in found.columns}
    with _engine(len(found.sheet) < FEW_ROWS) as engine:
        engine.execute("set variable context = $1", [context])
        engine.register(rows if streams else "stream", stream or found.stream())
        if not streams:
            engine.execute("create temp table sheet as from stream")
        engine.register("headers", pairs("column_name", "header", headers))
        for name, table in lent.items():
            engine.register(name, table)
        for script in scripts:
            engine.execute((FOLDER / f"{script}.sql").read_text(encoding="utf-8"))
        yield engine


def frame(engine: duckdb.DuckDBPyConnection, table: str, whole: tuple[str, ...] = ()) -> pd.DataFrame:
    """A table with the same types whether it is empty, full, or has gaps: str, Int64 for `whole`, naive times.

    The texts stay where they are: they are lent to the frame, and by `Work.table` to the store, without a copy.
    """
    taken: pa.Table = engine.table(table).to_arrow_table()
    frame = taken.drop_columns(list(whole)).to_pandas(date_as_object=False)
    places = {name: place for place, name in enumerate(taken.column_names)}
    for name in sorted(whole, key=places.__getitem__):
        numbers = taken[name].to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        frame.insert(places[name], name, numbers.astype("Int64"))
    return frame


def refused(engine: duckdb.DuckDBPyConnection, sheet: str) -> pd.DataFrame:
    """One row per refused row of the sheet: sheet, row_no, column_name, value, code, identity."""
    return _said(engine, "problems", sheet, _REFUSED)


def warnings(engine: duckdb.DuckDBPyConnection, sheet: str) -> pd.DataFrame:
    """One row per doubt about a row that is taken all the same: sheet, row_no, column_name, value, code."""
    return _said(engine, "warnings", sheet, _PROBLEM)


def pairs(key: str, value: str, texts: Mapping[str, str]) -> pd.DataFrame:
    """A dict of texts as a table of two columns."""
    return pd.DataFrame(list(texts.items()), columns=[key, value], dtype="str")


def cells(rows: pd.DataFrame) -> list[str]:
    """Each row as a JSON list of its cells."""
    if rows.empty:
        return []
    with _shared().cursor() as engine:
        engine.register("taken", rows.set_axis([f"c{place}" for place in range(rows.shape[1])], axis=1))
        found = engine.execute((FOLDER / "cells.sql").read_text(encoding="utf-8")).fetchall()
    return [text for (text,) in found]


@contextmanager
def _engine(few: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with tables and macros of its own; small sheets share an instance: starting one takes longer."""
    if few:
        with _shared().cursor() as engine:
            yield engine
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": folder}) as engine,
    ):
        _set_up(engine)
        yield engine


def _set_up(instance: duckdb.DuckDBPyConnection) -> None:
    instance.execute(_PLANS)
    instance.execute(_TEXTS)


@cache
def _shared() -> duckdb.DuckDBPyConnection:
    # DuckDB makes this folder when it needs it, and takes it away again.
    folder = Path(tempfile.gettempdir()) / f"shipdesk-rows-{os.getpid()}"
    instance = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(folder)})
    _set_up(instance)
    return instance


def _said(engine: duckdb.DuckDBPyConnection, table: str, sheet: str, columns: Sequence[str]) -> pd.DataFrame:
    rows = frame(engine, table)
    rows = rows.assign(
        sheet=pd.Series(sheet, index=rows.index, dtype="str"), column_name=rows["column_name"].fillna("")
    )
    return rows[list(columns)]

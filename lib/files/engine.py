"""A database in memory that reads a sheet: a million rows are one piece of SQL, not a loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd

from lib.files.layouts import Recognised

FOLDER = Path(__file__).parent / "sql"

_PROBLEM = ("sheet", "row_no", "column_name", "value", "code")


@contextmanager
def reading(found: Recognised, script: str, **lent: pd.DataFrame) -> Iterator[duckdb.DuckDBPyConnection]:
    """Run `sql/<script>.sql` over the sheet; the tables it makes can be taken with `frame`."""
    headers = {name: found.header(name) for name in found.columns}
    with duckdb.connect() as engine:
        engine.register("sheet", found.table())
        engine.register("headers", pairs("column_name", "header", headers))
        for name, table in lent.items():
            engine.register(name, table)
        engine.execute((FOLDER / f"{script}.sql").read_text(encoding="utf-8"))
        yield engine


def frame(engine: duckdb.DuckDBPyConnection, table: str, whole: tuple[str, ...] = ()) -> pd.DataFrame:
    """A table with the same types whether it is empty, full, or has gaps: str, Int64 for `whole`, naive times."""
    taken = engine.table(table).df()
    texts = taken.select_dtypes(["object", "str"]).columns
    return taken.astype(dict.fromkeys(texts, "str") | dict.fromkeys(whole, "Int64"))


def problems(engine: duckdb.DuckDBPyConnection, table: str, sheet: str) -> pd.DataFrame:
    """One row per row of the sheet with something wrong: sheet, row_no, column_name, value, code."""
    rows = frame(engine, table)
    return rows.assign(sheet=pd.Series(sheet, index=rows.index, dtype="str"))[list(_PROBLEM)]


def pairs(key: str, value: str, texts: Mapping[str, str]) -> pd.DataFrame:
    """A dict of texts as a table of two columns."""
    return pd.DataFrame(list(texts.items()), columns=[key, value], dtype="str")

"""Files in: a million order lines of text, the same rows again, and an old workbook, against what reads them bare.

Loading is the whole of it, from the file to a committed database: what `python -m lib load` does. Checking the
receivers that came in is timed apart, for it is a subject of its own.
"""

from __future__ import annotations

import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import xlwt
from python_calamine import CalamineWorkbook

from benchmarks.measure import Figure, seconds
from lib.app import App
from lib.config import Settings
from lib.files import sheets
from lib.services import checks, files

SQL = Path(__file__).parent / "sql" / "exports.sql"

#: Orders have 1.6 lines on average: these are the million lines.
MILLION_LINES = 625_000
REPEATED = 100_000
OLD_WORKBOOK = 20_000


def _million(folder: Path) -> Iterator[Figure]:
    path = _export(folder / "million.csv", MILLION_LINES)
    before = _bare(path, folder)
    [load] = _loads(path, folder, 1)
    bare = (before + _bare(path, folder)) / 2
    wall = load["seconds"] - load["checking"]
    yield Figure("1,000,000 order lines: DuckDB's bare read_csv into a file", bare, "s")
    yield Figure("1,000,000 order lines: loaded, without checking receivers", wall, "s")
    yield Figure("load_csv", wall / bare, "×", 4, against="DuckDB's bare read_csv of the same lines")
    yield Figure("… with checking receivers", load["seconds"] / bare, "×")
    yield Figure("… processor time of the load, without checking", load["processor"], "s")
    yield Figure("… peak memory of the process", load["peak_mb"], "MB", 1536)


def _again(folder: Path) -> Iterator[Figure]:
    path = _export(folder / "again.csv", REPEATED)
    first, again = _loads(path, folder, 2)
    assert again["unchanged"] == REPEATED, again
    yield Figure("100,000 rows: first load", first["seconds"], "s")
    share = again["seconds"] / first["seconds"]
    yield Figure("load_again", share, "×", 1 / 3, against="the first load of the same 100,000 rows")
    plain = (again["seconds"] - again["checking"]) / (first["seconds"] - first["checking"])
    yield Figure("… the same without checking receivers", plain, "×")


def _old_workbook(folder: Path) -> Iterator[Figure]:
    path = _xls(folder / "old.xls", OLD_WORKBOOK)

    def bare() -> None:
        for name in (book := CalamineWorkbook.from_path(path)).sheet_names:
            book.get_sheet_by_name(name).to_python()

    pairs = [(seconds(bare), seconds(lambda: sheets.read(path))) for _time in range(5)]
    yield Figure("20,000 rows of .xls: python-calamine alone", statistics.median(p[0] for p in pairs), "s")
    share = statistics.median(p[1] / p[0] for p in pairs)
    yield Figure("load_xls", share, "×", 2, against="python-calamine alone reading the same 20,000 rows")
    [load] = _loads(path, folder, 1)
    wall = (load["seconds"] - load["checking"]) / statistics.median(p[0] for p in pairs)
    yield Figure("… loaded, without checking receivers, of that", wall, "×")


def _export(path: Path, order_count: int) -> Path:
    with _exported(order_count) as engine:
        engine.execute(f"copy (from order_export) to '{path}' (header, delimiter ',')")
    return path


def _exported(order_count: int) -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect()
    engine.execute("set variable order_count = $1", [order_count])
    engine.execute(SQL.read_text(encoding="utf-8"))
    return engine


def _xls(path: Path, order_count: int) -> Path:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    with _exported(order_count) as engine:
        rows = engine.execute("from order_export")
        headers = [column[0] for column in rows.description or ()]
        for place, row in enumerate([headers, *rows.fetchall()]):
            for column, cell in enumerate(row):
                if cell != "":
                    sheet.write(place, column, cell)
    book.save(str(path))
    return path


def _bare(path: Path, folder: Path) -> float:
    """What DuckDB takes to put the text into a table of a file, every cell as it stands."""
    kept = folder / "bare.duckdb"
    kept.unlink(missing_ok=True)
    started = time.perf_counter()
    with duckdb.connect(str(kept)) as engine:
        engine.execute(
            "create table export as from read_csv($1, all_varchar = true, strict_mode = false)", [str(path)]
        )
    return time.perf_counter() - started


def _loads(path: Path, folder: Path, times: int) -> list[dict[str, Any]]:
    """Load a file so many times in a process of its own, whose peak memory is its own as well."""
    with tempfile.TemporaryDirectory(dir=folder) as data:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.files", str(path), data, str(times)],
            capture_output=True,
            check=True,
            text=True,
        )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _load(path: Path, data: Path, times: int) -> None:
    app = App.open(Settings(data=data))
    checking, checked = 0.0, 0.0
    refresh = checks.refresh

    def timed(*arguments: Any) -> None:
        nonlocal checking, checked
        before = time.process_time()
        checking += seconds(lambda: refresh(*arguments))
        checked += time.process_time() - before

    checks.refresh = timed  # type: ignore[assignment]
    for _time in range(times):
        checking, checked, processor, started = 0.0, 0.0, time.process_time(), time.perf_counter()
        [file] = files.load(app, [path], by="benchmark").files
        told = {
            "unchanged": file.unchanged,
            "seconds": time.perf_counter() - started,
            "checking": checking,
            "processor": time.process_time() - processor - checked,
            "peak_mb": _peak_mb(),
        }
        print(json.dumps(told), flush=True)
    app.close()


def _peak_mb() -> float:
    """Of this process alone: what `resource` tells of a process begins with the peak of the one that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
    return int(peak) / 1024


def _in_folder(work: Callable[[Path], Iterator[Figure]]) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        yield from work(Path(folder))


#: Each figure as soon as it is known.
FIGURES = {
    "load_csv": partial(_in_folder, _million),
    "load_again": partial(_in_folder, _again),
    "load_xls": partial(_in_folder, _old_workbook),
}

if __name__ == "__main__":
    _load(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))

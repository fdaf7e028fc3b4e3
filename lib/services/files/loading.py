"""Files come in: read, taken in within one transaction, and accounted for row by row."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lib.domain.problems import Problem
from lib.files import exports, layouts, sheets
from lib.services.files.kinds import Incoming
from lib.services.files.registry import KINDS
from lib.services.files.reports import FileReport, LoadReport, row_problems
from lib.store import audit, imports
from lib.store.database import Work

if TYPE_CHECKING:
    from lib.app import App


def load(app: App, paths: Sequence[Path], *, kind: str | None = None, by: str) -> LoadReport:
    """Load files; what each one is, its headers say, unless `kind` (a name of KINDS) does.

    One transaction a file. A file that cannot be read loads nothing and leaves its code in the report; the
    others are loaded all the same. Raises Problem("unknown_kind").
    """
    return _load(app, [(path, path.name) for path in paths], kind=kind, by=by)


def load_upload(app: App, name: str, content: bytes, *, kind: str | None = None, by: str) -> LoadReport:
    """As load, for one file that came through the browser."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        return _load(app, [(path, name)], kind=kind, by=by)


def load_sample(app: App, *, by: str) -> LoadReport:
    """Load the sample that comes with the program, its dates moved on by whole days so that it is of today."""
    paths = sorted(app.settings.samples.glob("*.xlsx"), key=lambda path: path.stem != "products")
    return _load(app, [(path, path.name) for path in paths], kind=None, by=by, recent=True)


def imported(app: App, *, page_size: int = 200, skipped: int = 0) -> pd.DataFrame:
    """One row per file ever read, newest first, with its counts."""
    with app.database.read() as work:
        return imports.imports(work, page_size=page_size, skipped=skipped)


def refused(
    app: App, *, import_id: int | None = None, page_size: int = 1000, skipped: int = 0
) -> pd.DataFrame:
    """One row per refused row of one import, or of all: file, sheet, row_no, column_name, value, code."""
    with app.database.read() as work:
        return imports.problems(work, import_id=import_id, page_size=page_size, skipped=skipped)


def refused_counts(app: App, *, import_id: int | None = None) -> list[dict[str, Any]]:
    """One dict (code, column_name, row_count) per thing that was wrong, the commonest first."""
    with app.database.read() as work:
        return imports.problem_counts(work, import_id=import_id)


def as_xlsx(frame: pd.DataFrame, sheet: str = "Sheet1") -> bytes:
    """A table to download as a workbook; no text of it becomes a formula."""
    return exports.xlsx(frame, sheet)


def as_csv(frame: pd.DataFrame) -> bytes:
    """A table to download as text; no text of it becomes a formula."""
    return exports.csv(frame)


def _load(
    app: App, files: Sequence[tuple[Path, str]], *, kind: str | None, by: str, recent: bool = False
) -> LoadReport:
    if kind not in (None, *KINDS):
        raise Problem("unknown_kind", kind=kind, kinds=", ".join(KINDS))
    report = LoadReport()
    for path, name in files:
        try:
            found = layouts.find(sheets.read(path), kind)
            file = Incoming(path, name, _sha256(path), by, app.now(), recent)
        except sheets.NotReadable as error:
            refusal = FileReport(name, error_code=error.code, error_args=dict(error.details))
            report += LoadReport((refusal,))
        except OSError as error:
            refusal = FileReport(name, error_code="file_missing", error_args={"why": error.strerror or ""})
            report += LoadReport((refusal,))
        else:
            report += _take(app, found, file)
    return report


def _take(app: App, found: layouts.Recognised, file: Incoming) -> LoadReport:
    """Read a sheet by its kind's reader and take it in: all of it in one transaction, or nothing."""
    kind = KINDS[found.layout.kind]
    tables = kind.read(app, found, file)
    with app.database.write() as work:
        import_id = imports.next_id(work)
        taken = kind.take(work, tables, file, import_id)
        report = FileReport(
            file.name,
            tables.layout,
            tables.read,
            taken.loaded,
            taken.updated,
            taken.unchanged,
            len(tables.problems),
            ignored=tables.ignored,
            missing=tables.missing,
            **kind.remarks(tables),
        )
        _record(work, report, import_id, tables.problems, file)
    kind.after(app, tables, file)
    return LoadReport(
        (report,),
        taken.orders,
        taken.order_lines,
        row_problems(file.name, tables.problems),
        () if taken.warnings is None else row_problems(file.name, taken.warnings),
    )


def _record(work: Work, report: FileReport, import_id: int, refused: pd.DataFrame, file: Incoming) -> None:
    """Keep what became of the file, in the transaction that loaded it."""
    counts = {"read": report.read, "loaded": report.loaded, "updated": report.updated}
    counts["unchanged"] = report.unchanged
    imports.record(
        work,
        import_id,
        refused,
        file=report.file,
        layout=report.layout,
        sha256=file.digest,
        **counts,
        by=file.by,
        at=file.at,
    )
    detail = counts | {
        "layout": report.layout,
        "refused": report.refused,
        "shifted_days": report.shifted_days,
    }
    audit.record(work, "load", report.file, by=file.by, at=file.at, **detail)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

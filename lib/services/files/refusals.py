"""Refused rows (异常行): what is wrong with each, and a file to mend them in and load again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from lib.domain.problems import Problem
from lib.files import exports, layouts
from lib.store import audit, imports

if TYPE_CHECKING:
    from lib.app import App


def refused(
    app: App,
    *,
    import_id: int | None = None,
    only_open: bool = False,
    page_size: int = 1000,
    skipped: int = 0,
) -> pd.DataFrame:
    """One row per refused row of one import, or of all: problem_id, file, sheet, row_no, column_name, value, code,
    and closed_at, closed_by, closed_how of those that are closed."""
    with app.database.read() as work:
        return imports.problems(
            work, import_id=import_id, only_open=only_open, page_size=page_size, skipped=skipped
        )


def refused_counts(app: App, *, import_id: int | None = None) -> list[dict[str, Any]]:
    """One dict (code, column_name, row_count) per thing that is wrong with open rows, the commonest first."""
    with app.database.read() as work:
        return imports.problem_counts(work, import_id=import_id)


def open_count(app: App) -> int:
    """How many refused rows nobody has mended or put aside."""
    with app.database.read() as work:
        return imports.open_problem_count(work)


def dismiss(app: App, import_id: int, *, by: str) -> int:
    """Put the open refused rows of an import aside; returns how many."""
    with app.database.write() as work:
        at = app.now()
        count = imports.dismiss_problems(work, import_id, by=by, at=at)
        if count:
            audit.record(work, "dismiss_rows", str(import_id), by=by, at=at, count=count)
    return count


def to_mend(app: App, import_id: int, said: Sequence[tuple[str, Callable[[str], str]]]) -> pd.DataFrame:
    """The open refused rows of an import as they stood in the file, with columns that say what to mend.

    `said` has a title and what makes a sentence of a row's code, for each such column. The columns that are added
    begin with layouts.OURS, and reading the file again does not mind them; the first has the row's number, by which
    the mended row closes the refused one. Raises Problem("import_unknown").
    """
    with app.database.read() as work:
        found = imports.one(work, import_id)
        rows = imports.problems(work, import_id=import_id, only_open=True, page_size=10_000_000)
    if found is None:
        raise Problem("import_unknown", import_id=import_id)
    header = _distinct(json.loads(found["header"]))
    cells = pd.DataFrame([json.loads(text) for text in rows["cells"]], dtype="object")
    own = cells.reindex(columns=range(len(header))).set_axis(header, axis=1)
    added = {layouts.ROW_HEADER: rows["problem_id"]} | {
        f"Shipdesk: {title}": rows["code"].map(sentence) for title, sentence in said
    }
    return pd.concat([own.reset_index(drop=True), pd.DataFrame(added).reset_index(drop=True)], axis=1)


def as_xlsx(frame: pd.DataFrame, sheet: str = "Sheet1") -> bytes:
    """A table to download as a workbook; no text of it becomes a formula."""
    return exports.xlsx(frame, sheet)


def as_csv(frame: pd.DataFrame) -> bytes:
    """A table to download as text; no text of it becomes a formula."""
    return exports.csv(frame)


def _distinct(headers: Sequence[str]) -> list[str]:
    """The headers, repeated ones kept apart by blanks, which nobody minds when it is read again."""
    seen: dict[str, int] = {}
    distinct = []
    for header in headers:
        seen[header] = seen.get(header, -1) + 1
        distinct.append(header + " " * seen[header])
    return distinct

"""Files come in: read, taken in within one transaction, and accounted for row by row."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lib.domain.orders import OrderStatus
from lib.domain.problems import Problem
from lib.files import engine, layouts, memory, sheets
from lib.services.files import mappings
from lib.services.files.kinds import DEFAULT_SHOP, MANY_ROWS, Incoming, Taken
from lib.services.files.registry import KINDS
from lib.services.files.reports import Conflict, FileReport, LoadReport, row_problems
from lib.store import audit, imports
from lib.store import shops as shop_store
from lib.store.database import Work

if TYPE_CHECKING:
    from lib.app import App


#: Told how many orders the sandbox is about to take in: for very many of them that takes a minute.
Told = Callable[[int], None]

#: What is done with a file, one after the other.
STEPS = ("reading", "understanding", "storing")
#: Told which file is at which of STEPS, and how many rows it has (0: not known yet), before what takes longer than a
#: moment.
Followed = Callable[[str, str, int], None]
#: A step takes that long from so many bytes or rows on.
LONG_BYTES, LONG_ROWS = 10 * 1024**2, 20_000


def _unheard(_file: str, _step: str, _rows: int) -> None:
    """Nobody follows."""


@dataclass(frozen=True)
class Wishes:
    """What a person says of files besides their names."""

    kind: str | None = None  #: What they hold, a name of KINDS; None: their headers say.
    mapping: str | None = None  #: The saved mapping to read them with; None: the layout their headers tell.
    sheet: str | None = None  #: The one sheet of workbooks to read; None: those whose headers are known.
    weight_unit: str | None = None  #: The unit of their weights; None: their layout's usual one.
    newest: bool = False  #: They are newer than what was loaded before, whatever they look like.
    shop_id: str | None = None  #: Whose orders they hold; None: the first shop's.
    awaiting: bool = False  #: All orders in them await shipment whose status is missing or unknown.


def load(
    app: App,
    paths: Sequence[Path],
    *,
    by: str,
    kind: str | None = None,
    wishes: Wishes | None = None,
    rehearsing: Told = lambda _: None,
    on_step: Followed = _unheard,
) -> LoadReport:
    """Load files; what each one is, its headers say, unless `kind` (a name of KINDS) or `wishes` do.

    One transaction a file, or a sheet: packaging rules may stand beside products in a workbook, and both have a
    report then. A file that cannot be read loads nothing and leaves its code in the report; the others are loaded all
    the same. Raises Problem: unknown_kind, unknown_mapping, unknown_unit, shop_unknown.
    """
    return _load(
        app, [(path, _readable(path.name)) for path in paths], wishes or Wishes(kind),
        by=by, rehearsing=rehearsing, on_step=on_step,
    )  # fmt: skip


def load_upload(
    app: App,
    name: str,
    content: bytes,
    *,
    by: str,
    kind: str | None = None,
    wishes: Wishes | None = None,
    rehearsing: Told = lambda _: None,
    on_step: Followed = _unheard,
) -> LoadReport:
    """As load, for one file that came through the browser."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        return _load(
            app, [(path, name)], wishes or Wishes(kind), by=by, rehearsing=rehearsing, on_step=on_step
        )


def load_sample(app: App, *, by: str) -> LoadReport:
    """Load the sample that comes with the program, its dates moved on by whole days so that it is of today."""
    paths = sorted(app.settings.samples.glob("*.xlsx"), key=lambda path: path.stem != "products")
    return _load(app, [(path, path.name) for path in paths], Wishes(), by=by, recent=True)


def imported(app: App, *, page_size: int = 200, skipped: int = 0, only_read: bool = False) -> pd.DataFrame:
    """One row per file that came in, newest first, with its counts and `open_count`: refused rows still open.

    A file that could not be read has counts of 0, its `error_code`, and what its sentence names in `error_args`, a
    dict; `only_read` leaves such files out.
    """
    with app.database.read() as work:
        found = imports.imports(work, page_size=page_size, skipped=skipped, only_read=only_read)
    return found.assign(error_args=[json.loads(args or "{}") for args in found["error_args"]])


def shops(app: App) -> dict[str, str]:
    """Shop → its name, the first one first: whose files may be loaded."""
    with app.database.read() as work:
        return {row["shop_id"]: row["name"] for row in shop_store.known(work)}


def _readable(name: str) -> str:
    """A file's name as text: Chinese archives leave names in GBK, which are no text where names are UTF-8."""
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeError):
            return os.fsencode(name).decode(encoding)
    return os.fsencode(name).decode("utf-8", "replace")


def _load(
    app: App,
    files: Sequence[tuple[Path, str]],
    wishes: Wishes,
    *,
    by: str,
    recent: bool = False,
    rehearsing: Told = lambda _: None,
    on_step: Followed = _unheard,
) -> LoadReport:
    if wishes.kind not in (None, *KINDS):
        raise Problem("unknown_kind", kind=wishes.kind, kinds=", ".join(KINDS))
    if wishes.weight_unit not in (None, *layouts.WEIGHT_UNITS):
        raise Problem("unknown_unit", unit=wishes.weight_unit, units=", ".join(layouts.WEIGHT_UNITS))
    shop_id = _shop(app, wishes.shop_id)
    chosen = mappings.get(app, wishes.mapping) if wishes.mapping else None
    taught = mappings.taught(app)
    report = LoadReport()
    for path, name in files:
        try:
            if path.stat().st_size >= LONG_BYTES:
                on_step(name, "reading", 0)
            with ThreadPoolExecutor(1) as beside:
                digest = beside.submit(_sha256, path)
                read = _of(sheets.read(path), wishes.sheet)
            found = layouts.by_mapping(read, chosen) if chosen else layouts.find(read, wishes.kind, taught)
            file = Incoming(path, name, digest.result(), by, app.now(), recent, shop_id, wishes.newest)
        except sheets.NotReadable as error:
            report += LoadReport((_not_read(app, error, name, digest, wishes.kind or "", by),))
        except OSError as error:
            refusal = FileReport(name, error_code="file_missing", error_args={"why": error.strerror or ""})
            report += LoadReport((refusal,))
        else:
            others = layouts.beside(read, found) if wishes.kind is None and chosen is None else []
            for one in (found, *others):
                followed = on_step if len(one.sheet) >= LONG_ROWS else _unheard
                report += _take(app, as_said(one, wishes), file, rehearsing, followed)
    return report


def _of(read: list[sheets.Sheet], name: str | None) -> list[sheets.Sheet]:
    """The sheet that was named, or all where none was."""
    if name is None:
        return read
    named = [sheet for sheet in read if sheet.name == name]
    if not named:
        raise sheets.NotReadable(
            "sheet_missing", read[0].file, sheet=name, sheets=[sheet.name for sheet in read]
        )
    return named


def _not_read(
    app: App, error: sheets.NotReadable, name: str, digest: Future[str], kind: str, by: str
) -> FileReport:
    """Keep that a file could not be read. Of its headers only those are kept that its sentence names."""
    args = dict(error.details)
    kept = {key: value for key, value in args.items() if key != "headers"}
    with app.database.write() as work:
        import_id = imports.record_not_read(
            work,
            file=name,
            kind=kind,
            sha256="" if digest.exception() else digest.result(),
            error_code=error.code,
            error_args=json.dumps(kept, ensure_ascii=False, default=str),
            by=by,
            at=app.now(),
        )
    return FileReport(name, kind=kind, import_id=import_id, error_code=error.code, error_args=args)


def _shop(app: App, wanted: str | None) -> str:
    """The shop whose files these are: the first one, or one that is known here."""
    if wanted is None:
        return DEFAULT_SHOP
    with app.database.read() as work:
        known = {row["shop_id"] for row in shop_store.known(work)}
    if wanted not in known:
        raise Problem("shop_unknown", shop_id=wanted)
    return wanted


def as_said(found: layouts.Recognised, wishes: Wishes) -> layouts.Recognised:
    """The same sheet, with what a person said of its weights and its orders."""
    options = found.layout.options
    if wishes.weight_unit is not None and found.layout.kind == "orders":  # Intervals of rates have their own.
        options = replace(options, weight_unit=wishes.weight_unit)
    if wishes.awaiting:
        options = replace(options, status=str(OrderStatus.AWAITING_SHIPMENT))
    return replace(found, layout=replace(found.layout, options=options))


def _take(
    app: App, found: layouts.Recognised, file: Incoming, rehearsing: Told, on_step: Followed
) -> LoadReport:
    """Read a sheet by its kind's reader and take it in: all of it in one transaction, or nothing."""
    kind, many = KINDS[found.layout.kind], len(found.sheet) > MANY_ROWS
    if many:
        memory.give_back()
    on_step(file.name, "understanding", len(found.sheet))
    tables = kind.read(app, found, file)
    refused, numbers = _as_they_stood(found, tables.problems), found.problem_ids()
    found.sheet.forget()
    if many:
        memory.give_back()
    on_step(file.name, "storing", tables.read)
    database = app.database
    with database.write_much(tables.read) if many else database.write() as work:
        import_id = imports.next_id(work)
        taken = kind.take(work, tables, file, import_id)
        report = FileReport(
            file.name,
            tables.layout,
            tables.read,
            taken.loaded,
            taken.updated,
            taken.unchanged,
            len(refused),
            kind=kind.name,
            import_id=import_id,
            sheet=found.sheet.name,
            dialect=str(found.sheet.dialect or ""),
            ignored=tables.ignored,
            unread=found.unread,
            missing=tables.missing,
            conflicts=len(taken.conflicts),
            older=taken.older,
            **kind.remarks(tables),
        )
        report = _record(work, report, found, refused, _came_in(numbers, refused, taken), taken, file)
    if kind.name == "orders" and app.settings.sandbox:
        rehearsing(report.read)
    kind.after(app, tables, file)
    return LoadReport(
        (report,),
        taken.orders,
        taken.order_lines,
        row_problems(file.name, refused),
        () if taken.warnings is None else row_problems(file.name, taken.warnings),
        tuple(_conflict(file.name, row) for row in taken.conflicts),
        tuple(_conflict(file.name, row) for row in taken.older_fields),
    )


def _as_they_stood(found: layouts.Recognised, problems: pd.DataFrame) -> pd.DataFrame:
    """The refused rows with the cells that stood there, and the number under which one was refused before."""
    return problems.assign(
        identity=problems.get("identity", ""),
        cells=pd.Series(
            engine.cells(found.original(problems["row_no"].tolist())), index=problems.index, dtype="str"
        ),
        problem_id=found.problem_ids().reindex(problems["row_no"], fill_value="").to_numpy(),
    )


def _record(
    work: Work,
    report: FileReport,
    found: layouts.Recognised,
    refused: pd.DataFrame,
    came_in: pd.DataFrame,
    taken: Taken,
    file: Incoming,
) -> FileReport:
    """Keep what became of the file, in the transaction that loaded it, and close what it mends."""
    mended, repeated = imports.record(
        work,
        report.import_id or 0,
        refused,
        came_in,
        file=report.file,
        kind=report.kind,
        by=file.by,
        at=file.at,
        layout=report.layout,
        sha256=file.digest,
        sheet=report.sheet,
        dialect=report.dialect,
        zone=report.zone,
        header=_json(found.original_header()),
        ignored=_json(report.ignored),
        unread=_json(report.unread),
        missing=_json(report.missing),
        read_count=report.read,
        loaded_count=report.loaded,
        updated_count=report.updated,
        unchanged_count=report.unchanged,
        refused_count=report.refused,
        conflict_count=report.conflicts,
        older_count=report.older,
        as_of_at=taken.as_of,
    )
    report = replace(report, mended=mended, repeated=repeated)
    if report.loaded or report.updated or mended or report.refused > repeated:
        names = ("layout", "read", "loaded", "updated", "unchanged", "refused", "mended", "shifted_days")
        detail = {name: getattr(report, name) for name in names}
        audit.record(work, "load", report.file, by=file.by, at=file.at, **detail)
    return report


def _came_in(by_number: pd.Series, refused: pd.DataFrame, taken: Taken) -> pd.DataFrame:
    """One row per row that was taken and may have been refused before: identity, problem_id."""
    mended = by_number[~by_number.index.isin(refused["row_no"])]
    identities = pd.Series(taken.identities, dtype="str")
    return pd.DataFrame(
        {
            "identity": pd.concat([identities, pd.Series("", index=mended.index)], ignore_index=True),
            "problem_id": pd.concat([pd.Series("", index=identities.index), mended], ignore_index=True),
        },
        dtype="str",
    )


def _conflict(file: str, row: dict[str, Any]) -> Conflict:
    return Conflict(
        file, row["row_no"], row["order_id"], row["batch_id"], row["field"], row["kept"], row["offered"]
    )


def _json(values: Sequence[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

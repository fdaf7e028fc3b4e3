"""Files in and out: orders and products from a seller's sheets, and what was refused of them."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lib.domain.problems import Problem
from lib.files import exports, layouts, orders, packaging, products, sheets
from lib.services import checks
from lib.services import products as product_service
from lib.store import audit, imports
from lib.store import products as product_store
from lib.store.database import Work

if TYPE_CHECKING:
    from lib.app import App

KINDS = ("orders", "products", "packaging")
DEFAULT_SHOP = "default"


@dataclass(frozen=True)
class FileReport:
    """What became of one file: read = loaded + updated + unchanged + refused, or why nothing was read."""

    file: str
    layout: str = ""
    read: int = 0
    loaded: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    shifted_days: int = 0  #: How far the sample's dates were moved, so that its orders are of today.
    zone: str = ""  #: The zone assumed for the times in the file; '' where it has none.
    ignored: tuple[str, ...] = ()  #: Headers nothing reads.
    missing: tuple[str, ...] = ()  #: Headers the layout has and the file has not.
    error_code: str | None = None  #: Why the file could not be read; nothing of it was loaded.
    error_args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RowProblem:
    """A row that was refused, or that is doubtful: where it is, what stands there, and what is wrong."""

    file: str
    sheet: str
    row: int
    column: str  #: Header as it stands in the file.
    value: str
    code: str


@dataclass(frozen=True)
class LoadReport:
    """What became of some files. `orders` and `order_lines` count what is new in the store."""

    files: tuple[FileReport, ...] = ()
    orders: int = 0
    order_lines: int = 0
    problems: tuple[RowProblem, ...] = ()  #: Refused rows.
    warnings: tuple[RowProblem, ...] = ()  #: Rows that were loaded and deserve a look.

    @property
    def all_well(self) -> bool:
        """Whether every file was read and no row refused."""
        return not self.problems and all(file.error_code is None for file in self.files)

    def __add__(self, other: LoadReport) -> LoadReport:
        return LoadReport(
            self.files + other.files,
            self.orders + other.orders,
            self.order_lines + other.order_lines,
            self.problems + other.problems,
            self.warnings + other.warnings,
        )


def load(app: App, paths: Sequence[Path], *, kind: str | None = None, by: str) -> LoadReport:
    """Load files of orders or products; what each one is, its headers say, unless `kind` does.

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
        except sheets.NotReadable as error:
            refusal = FileReport(name, error_code=error.code, error_args=dict(error.details))
            report += LoadReport((refusal,))
            continue
        except OSError as error:
            refusal = FileReport(name, error_code="file_missing", error_args={"why": error.strerror or ""})
            report += LoadReport((refusal,))
            continue
        digest = _sha256(path)
        if found.layout.kind == "orders":
            report += _load_orders(app, found, name, digest, by=by, recent=recent)
            app.rehearse_with(path, f"{digest[:16]}{Path(name).suffix.lower()}")
        elif found.layout.kind == "packaging":
            report += _load_packaging(app, found, name, digest, by=by)
        else:
            report += _load_products(app, found, name, digest, by=by)
    return report


def _load_orders(
    app: App, found: layouts.Recognised, name: str, digest: str, *, by: str, recent: bool
) -> LoadReport:
    at = app.now()
    with app.database.read() as work:
        zone, countries = imports.file_zone(work, DEFAULT_SHOP), imports.countries(work)
    tables = orders.parse(found, zone=zone, countries=countries)
    days = orders.days_to_recent(tables, at) if recent else 0
    if days:
        tables = orders.moved(tables, pd.Timedelta(days=days))
    with app.database.write() as work:
        import_id = imports.next_id(work)
        counts = imports.load_orders(work, tables, shop_id=DEFAULT_SHOP, import_id=import_id, at=at)
        checks.refresh(work, DEFAULT_SHOP, at)
        report = FileReport(
            name,
            tables.layout,
            tables.read,
            counts.loaded,
            counts.updated + tables.replaced,
            counts.unchanged + tables.repeated,
            len(tables.problems),
            shifted_days=days,
            zone=zone,
            ignored=tables.ignored,
            missing=tables.missing,
        )
        _record(work, report, import_id, tables.problems, digest, by=by, at=at)
    doubts = pd.concat([tables.warnings, _kept_apart(tables, counts.kept_apart)])
    return LoadReport(
        (report,),
        counts.loaded,
        counts.lines,
        _row_problems(name, tables.problems),
        _row_problems(name, doubts),
    )


def _load_products(app: App, found: layouts.Recognised, name: str, digest: str, *, by: str) -> LoadReport:
    at = app.now()
    tables = products.parse(found)
    with app.database.write() as work:
        counts = product_store.load_products(work, tables, at=at)
        product_service.after_load(work, by=by, at=at)
        report = FileReport(
            name,
            tables.layout,
            tables.read,
            counts.loaded,
            counts.updated,
            counts.unchanged + tables.repeated,
            len(tables.problems),
            ignored=tables.ignored,
            missing=tables.missing,
        )
        _record(work, report, imports.next_id(work), tables.problems, digest, by=by, at=at)
    return LoadReport((report,), problems=_row_problems(name, tables.problems))


def _load_packaging(app: App, found: layouts.Recognised, name: str, digest: str, *, by: str) -> LoadReport:
    """Bands replace those there are; with one row that cannot be taken all stay as they are."""
    at = app.now()
    tables = packaging.parse(found)
    with app.database.write() as work:
        kept = {(row.min_g, row.max_g, row.packaging_g) for row in product_store.packaging(work).itertuples()}
        starts = {band[0] for band in kept}
        bands = list(tables.bands.itertuples(index=False, name=None))
        if bands:
            product_store.set_packaging(work, tables.bands)
            product_service.after_load(work, by=by, at=at)
        unchanged = sum(band in kept for band in bands)
        loaded = sum(band[0] not in starts for band in bands)
        report = FileReport(
            name,
            tables.layout,
            tables.read,
            loaded,
            len(bands) - loaded - unchanged,
            unchanged,
            len(tables.problems),
            ignored=tables.ignored,
            missing=tables.missing,
        )
        _record(work, report, imports.next_id(work), tables.problems, digest, by=by, at=at)
    return LoadReport((report,), problems=_row_problems(name, tables.problems))


def _record(
    work: Work,
    report: FileReport,
    import_id: int,
    refused: pd.DataFrame,
    digest: str,
    *,
    by: str,
    at: datetime,
) -> None:
    """Keep what became of the file, in the transaction that loaded it."""
    counts = {"read": report.read, "loaded": report.loaded, "updated": report.updated}
    counts["unchanged"] = report.unchanged
    imports.record(
        work,
        import_id,
        refused,
        file=report.file,
        layout=report.layout,
        sha256=digest,
        **counts,
        by=by,
        at=at,
    )
    detail = counts | {
        "layout": report.layout,
        "refused": report.refused,
        "shifted_days": report.shifted_days,
    }
    audit.record(work, "load", report.file, by=by, at=at, **detail)


def _kept_apart(tables: orders.OrderTables, order_ids: Sequence[str]) -> pd.DataFrame:
    """Orders in a shipment of which the file says something else than the desk keeps."""
    rows = tables.orders.loc[tables.orders["order_id"].isin(order_ids), ["row_no", "order_id"]]
    return rows.rename(columns={"order_id": "value"}).assign(
        sheet=tables.sheet, column_name="", code="in_shipment"
    )


def _row_problems(file: str, rows: pd.DataFrame) -> tuple[RowProblem, ...]:
    places = rows[["sheet", "row_no", "column_name", "value", "code"]].itertuples(index=False, name=None)
    return tuple(RowProblem(file, *place) for place in places)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

"""Files in, orders looked at: load, mappings, orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from lib.app import App
from lib.cli import shown
from lib.cli.choosing import as_filter, filters
from lib.cli.frame import Answer, command, say
from lib.domain.checks import Finding
from lib.services import files, orders
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording import (
    column_label,
    finding_label,
    kind_label,
    layout_label,
    loading_step,
    mending_columns,
    row_mending,
    row_problem,
    unreadable_sentence,
)

#: Refused rows and the like that are printed for people; all of them are in the JSON.
MOST_LINES = 20


@command("load")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--as", "kind", type=click.Choice(list(files.KINDS)), help="What the files hold.")
@click.option("--mapping", metavar="NAME", help="Read them with a mapping saved on the Files page.")
@click.option(
    "--sheet", metavar="NAME", help="The one sheet of workbooks to read; without it those that are known."
)
@click.option("--shop", "shop_id", metavar="ID", help="Whose orders they hold; the first shop's without it.")
@click.option("--weight-unit", type=click.Choice(list(files.WEIGHT_UNITS)), help="The unit of their weights.")
@click.option(
    "--newest", is_flag=True, help="They are newer than what was loaded before, whatever they look like."
)
@click.option(
    "--awaiting",
    is_flag=True,
    help="All orders in them await shipment whose status is missing or unknown.",
)
@click.option(
    "--refused",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write refused rows to OUT, to mend (.xlsx, .csv).",
)
@click.option("--sample", is_flag=True, help="Load the sample that comes with the program.")
def load(app: App, paths: tuple[Path, ...], sample: bool, refused: Path | None, **said: Any) -> Answer:
    """Load order exports, product tables, rate cards and bills; loading a file twice changes nothing.

    Rate cards are refused whole when one row is wrong, and wait for `rates activate`.
    """
    if sample == bool(paths):
        raise click.UsageError(_("Name files to load, or --sample."))
    by = app.settings.operator
    report = (
        files.load_sample(app, by=by)
        if sample
        else files.load(app, paths, wishes=files.Wishes(**said), by=by, on_step=_tell)
    )
    if refused:
        _write_refused(app, report, refused)
    document = {
        "files": [_file(file) for file in report.files],
        "orders": report.orders,
        "order_lines": report.order_lines,
        "problems": [_row(problem) for problem in report.problems],
        "warnings": [_row(problem) for problem in report.warnings],
        "conflicts": [vars(conflict) for conflict in report.conflicts],
        "older": [vars(difference) for difference in report.older],
    }
    return Answer(document, _load_lines(report), report.all_well)


def _tell(file: str, step: str, rows: int) -> None:
    say(loading_step(file, step, rows))


@command("mappings")
@click.option("--forget", metavar="NAME", help="Forget this mapping; what was loaded with it stays.")
def mappings(app: App, forget: str | None) -> Answer:
    """List the tables of other forms that the desk was taught to read, or forget one."""
    if forget is not None:
        files.forget_mapping(app, forget, by=app.settings.operator)
    known = files.taught(app)
    document = [
        {
            "name": mapping.name,
            "kind": mapping.kind,
            "columns": dict(mapping.columns),
            "options": vars(mapping.options),
        }
        for mapping in known
    ]
    header = [_("Name"), _("Holds"), _("Columns")]
    rows = [(one.name, kind_label(one.kind), _(", ").join(one.columns.values())) for one in known]
    return Answer(document, shown.table(header, rows))


@command("orders")
@filters
@click.option("--limit", type=click.IntRange(min=1), help="List at most so many.")
def orders_command(app: App, limit: int | None, **chosen: Any) -> Answer:
    """List the orders awaiting shipment, soonest deadline first."""
    page = orders.pending(app, as_filter(**chosen), page_size=limit or 1_000_000)
    listed = shown.records(page.orders)
    if limit and page.totals["order_count"] > limit:
        say(_("{count} more orders match.", count=page.totals["order_count"] - limit))
    return Answer(listed, _order_lines(listed, app.now()))


def _file(file: files.FileReport) -> dict[str, Any]:
    document = {
        "file": file.file,
        "layout": file.layout,
        "read": file.read,
        "loaded": file.loaded,
        "updated": file.updated,
        "unchanged": file.unchanged,
        "refused": file.refused,
        "kind": file.kind,
        "import_id": file.import_id,
        "sheet": file.sheet,
        "dialect": file.dialect,
        "shifted_days": file.shifted_days,
        "zone": file.zone,
        "weight_unit": file.weight_unit,
        "awaiting": file.awaiting,
        "conflicts": file.conflicts,
        "older": file.older,
        "mended": file.mended,
        "repeated": file.repeated,
        "ignored": list(file.ignored),
        "unread": list(file.unread),
        "missing": list(file.missing),
    }
    if file.error_code:
        document |= {
            "error": unreadable_sentence(file.error_code, **file.error_args),
            "error_code": file.error_code,
        }
    return document


def _row(problem: files.RowProblem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "sheet": problem.sheet,
        "row": int(problem.row),
        "column": problem.column,
        "value": problem.value,
        "reason": row_problem(problem.code),
        "mending": row_mending(problem.code),
        "code": problem.code,
    }


def _write_refused(app: App, report: files.LoadReport, target: Path) -> None:
    """One file of refused rows per file that has some; from the second one on with its number behind the name."""
    found = [file for file in report.files if file.refused and file.import_id is not None]
    for place, file in enumerate(found):
        path = target if not place else target.with_stem(f"{target.stem}-{place + 1}")
        rows = files.to_mend(app, file.import_id or 0, mending_columns())
        path.write_bytes(files.as_csv(rows) if path.suffix.lower() == ".csv" else files.as_xlsx(rows))
        say(_("{count} refused rows of {file} are in {path}.", count=len(rows), file=file.file, path=path))


def _load_lines(report: files.LoadReport) -> Iterator[str]:
    for file in report.files:
        if file.error_code:
            yield f"{file.file}: {unreadable_sentence(file.error_code, **file.error_args)}"
            continue
        yield _(
            "{file} ({layout}): {read} rows read, {loaded} loaded, {updated} updated, {unchanged} unchanged, "
            "{refused} refused.",
            file=file.file,
            layout=layout_label(file.layout),
            read=file.read,
            loaded=file.loaded,
            updated=file.updated,
            unchanged=file.unchanged,
            refused=file.refused,
        )
        yield from _how_read(file)
        if file.shifted_days:
            yield _("Its dates were moved on by {days} days, to be of today.", days=file.shifted_days)
    yield from _row_lines(_("Refused:"), report.problems)
    yield from _row_lines(_("Loaded, but look at:"), report.warnings)
    yield from _conflict_lines(
        _("Orders in a batch of which the file says something else; nothing was changed:"), report.conflicts
    )
    yield from _conflict_lines(
        _(
            "Orders of which a newer file or a sync said something else; nothing of them was changed. If this file "
            "is the newest, load it again with --newest:"
        ),
        report.older,
    )


def _how_read(file: files.FileReport) -> Iterator[str]:
    """What was assumed of a file, and what of it nobody read."""
    if file.missing:
        yield _("  columns it lacks: {columns}", columns=_(", ").join(file.missing))
    if file.ignored:
        yield _("  columns not used: {columns}", columns=_(", ").join(file.ignored))
    if file.unread:
        yield _("  columns that are known and not used: {columns}", columns=_(", ").join(file.unread))
    if file.weight_unit:
        yield _("  weights were read as {unit}", unit=file.weight_unit)
    if file.awaiting:
        yield _("  {count} orders without a known status await shipment, as was said", count=file.awaiting)
    if file.mended:
        yield _("  {count} rows that were refused before came in now", count=file.mended)


def _conflict_lines(title: str, conflicts: Sequence[files.Conflict]) -> Iterator[str]:
    """Which fields of which orders, without what stands in them: it may be personal."""
    by_order: dict[tuple[str, str], list[str]] = {}
    for one in conflicts:
        by_order.setdefault((one.order_id, one.batch_id), []).append(column_label(one.field))
    if by_order:
        yield title
    for (order_id, batch_id), fields in list(by_order.items())[:MOST_LINES]:
        named = _(", ").join(fields)
        if batch_id:
            yield _(
                "  {order_id} in {batch_id}: {fields}", order_id=order_id, batch_id=batch_id, fields=named
            )
        else:
            yield _("  {order_id}, in no batch: {fields}", order_id=order_id, fields=named)
    if len(by_order) > MOST_LINES:
        yield _("  … and {count} more.", count=len(by_order) - MOST_LINES)


def _row_lines(title: str, problems: Sequence[files.RowProblem]) -> Iterator[str]:
    if problems:
        yield title
    for problem in problems[:MOST_LINES]:
        yield _(
            "  {file}, row {row}, {column}: {problem} {mending}",
            file=problem.file,
            row=problem.row,
            column=_where(problem),
            problem=row_problem(problem.code),
            mending=row_mending(problem.code),
        )
    if len(problems) > MOST_LINES:
        yield _("  … and {count} more.", count=len(problems) - MOST_LINES)


def _where(problem: files.RowProblem) -> str:
    """The column, and a status that is not known: it names nobody."""
    column = problem.column or "–"
    is_status = problem.code == Finding.STATUS_UNKNOWN and problem.value
    return f"{column} “{problem.value}”" if is_status else column


def _order_lines(listed: list[dict[str, Any]], now: datetime) -> Iterator[str]:
    header = [
        _("Order"),
        _("Left"),
        _("Country"),
        _("Weight"),
        _("Value"),
        _("Buyer's service"),
        _("Remarks"),
    ]
    rows = (
        (
            order["order_id"],
            _left(order["ship_by_at"], now),
            order["country"],
            shown.weight(order["weight_g"]),
            shown.money(order["total_minor"], order["currency"]),
            order["buyer_service"],
            _remarks(order),
        )
        for order in listed
    )
    yield from shown.table(header, rows)
    yield ngettext("{count} order", "{count} orders", len(listed))


def _left(ship_by_at: str | None, now: datetime) -> str:
    """Whole hours until the deadline; negative when it has passed."""
    if ship_by_at is None:
        return "–"
    return f"{(datetime.fromisoformat(ship_by_at) - now).total_seconds() / 3600:,.0f} h"


def _remarks(order: dict[str, Any]) -> str:
    remarks = [finding_label(code) for code in order["block_codes"]]
    if order["hold_reason"]:
        remarks.insert(0, finding_label("held"))
    if order["in_batch"] and order["batch_id"]:
        remarks.insert(0, order["batch_id"])
    return _(", ").join(remarks)


COMMANDS = (load, mappings, orders_command)

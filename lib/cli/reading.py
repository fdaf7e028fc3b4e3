"""Orders in and looked at: load, sync, orders, quote."""

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
from lib.domain.plans import Cargo, Obstacle, Part
from lib.domain.shipments import Decision
from lib.services import files, orders, plans
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording import (
    column_label,
    finding_label,
    kind_label,
    layout_label,
    mending_columns,
    obstacle_label,
    part_label,
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
@click.option("--weight-unit", type=click.Choice(list(files.WEIGHT_UNITS)), help="The unit of their weights.")
@click.option(
    "--newest", is_flag=True, help="They are newer than what was loaded before, whatever they look like."
)
@click.option(
    "--refused",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write refused rows to OUT, to mend (.xlsx, .csv).",
)
@click.option("--sample", is_flag=True, help="Load the sample that comes with the program.")
def load(app: App, paths: tuple[Path, ...], sample: bool, refused: Path | None, **said: Any) -> Answer:
    """Load order exports and product tables; loading a file twice changes nothing."""
    if sample == bool(paths):
        raise click.UsageError("Name files to load, or --sample.")
    by = app.settings.operator
    report = (
        files.load_sample(app, by=by)
        if sample
        else files.load(app, paths, wishes=files.Wishes(**said), by=by)
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
    }
    return Answer(document, _load_lines(report), report.all_well)


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


@command("sync")
def sync(app: App) -> Answer:
    """Ask the platform what changed of the orders awaiting shipment."""
    found = orders.sync(app, by=app.settings.operator)
    line = _(
        "The platform has {asked} orders awaiting shipment; {changed} changed here, {unknown} are not loaded here.",
        asked=found["asked"],
        changed=found["changed"],
        unknown=found["unknown_here"],
    )
    return Answer(found, [line])


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


@command("quote")
@click.argument("order_id", required=False)
@click.option("--country", metavar="XX", help="ISO country code of a parcel without an order.")
@click.option("--weight-g", type=click.IntRange(min=1), help="Its weight in grams.")
@click.option("--cargo", type=click.Choice([str(cargo) for cargo in Cargo]), default=str(Cargo.GENERAL))
@click.option("--size-mm", type=(int, int, int), metavar="L W H", help="Its sizes in millimetres.")
@click.option(
    "--undeliverable",
    type=click.Choice([str(decision) for decision in Decision]),
    default=str(Decision.DESTROY),
    help="return adds the return-service fee as a part.",
)
def quote(
    app: App,
    order_id: str | None,
    country: str | None,
    weight_g: int | None,
    cargo: str,
    size_mm: tuple[int, int, int] | None,
    undeliverable: str,
) -> Answer:
    """Say what every plan costs for an order or a parcel, taken apart, or why it cannot carry it."""
    if order_id and not (country or weight_g):
        quotes = plans.quote_order(app, order_id)
    elif country and weight_g and not order_id:
        quotes = plans.quote_parcel(
            app, country=country, weight_g=weight_g, cargo_class=Cargo(cargo), sizes_mm=size_mm
        )
    else:
        raise click.UsageError("Name an order, or --country and --weight-g.")
    document = [_quote(one, undeliverable == Decision.RETURN) for one in quotes]
    return Answer(document, _quote_lines(document))


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
        "conflicts": file.conflicts,
        "older": file.older,
        "mended": file.mended,
        "ignored": list(file.ignored),
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
    yield from _conflict_lines(report.conflicts)


def _how_read(file: files.FileReport) -> Iterator[str]:
    """What was assumed of a file, and what of it nobody read."""
    if file.missing:
        yield _("  columns it lacks: {columns}", columns=_(", ").join(file.missing))
    if file.ignored:
        yield _("  columns not used: {columns}", columns=_(", ").join(file.ignored))
    if file.weight_unit:
        yield _("  weights were read as {unit}", unit=file.weight_unit)
    if file.mended:
        yield _("  {count} rows that were refused before came in now", count=file.mended)


def _conflict_lines(conflicts: Sequence[files.Conflict]) -> Iterator[str]:
    """Which fields of which orders, without what stands in them: it may be personal."""
    by_order: dict[tuple[str, str], list[str]] = {}
    for one in conflicts:
        by_order.setdefault((one.order_id, one.batch_id), []).append(column_label(one.field))
    if by_order:
        yield _("Orders in a batch of which the file says something else; nothing was changed:")
    for (order_id, batch_id), fields in list(by_order.items())[:MOST_LINES]:
        yield _(
            "  {order_id} in {batch_id}: {fields}",
            order_id=order_id,
            batch_id=batch_id,
            fields=_(", ").join(fields),
        )
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
            column=problem.column or "–",
            problem=row_problem(problem.code),
            mending=row_mending(problem.code),
        )
    if len(problems) > MOST_LINES:
        yield _("  … and {count} more.", count=len(problems) - MOST_LINES)


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


def _quote(quote: plans.Quote, returns: bool) -> dict[str, Any]:
    parts = [{"part": str(part), "fee_minor": minor} for part, minor in quote.parts]
    fee_minor = quote.fee_minor
    # An amount of another currency is not added up; it stands beside it.
    returns = returns and quote.return_fee_minor is not None and quote.return_fee_currency == quote.currency
    if returns and fee_minor is not None and quote.return_fee_minor is not None:
        parts.append({"part": str(Part.RETURN_SERVICE), "fee_minor": quote.return_fee_minor})
        fee_minor += quote.return_fee_minor
    return {
        "plan_id": quote.plan_id,
        "name": shown.plan_name(quote.name_en, quote.name_zh),
        "eligible": quote.eligible,
        "reasons": [obstacle_label(one) for one in quote.obstacles],
        "reason_codes": [str(one.name).lower() for one in Obstacle if one in quote.obstacles],
        "fee_minor": fee_minor,
        "currency": quote.currency,
        "parts": parts,
        "days_min": quote.days_min,
        "days_max": quote.days_max,
        "fee_cny_minor": quote.fee_cny_minor,
        "chargeable_g": quote.chargeable_g,
        "card_id": quote.card_id,
        "return_supported": quote.return_supported,
        "return_fee_minor": quote.return_fee_minor,
        "return_fee_currency": quote.return_fee_currency,
    }


def _quote_lines(quotes: list[dict[str, Any]]) -> Iterator[str]:
    header = [_("Plan"), _("Name"), _("Fee"), _("Days"), _("Charged for"), _("Parts, or why not")]
    yield from shown.table(header, (_quote_row(quote) for quote in quotes))


def _quote_row(quote: dict[str, Any]) -> tuple[object, ...]:
    if not quote["eligible"]:
        return (quote["plan_id"], quote["name"], "–", "–", "–", _("; ").join(quote["reasons"]))
    parts = [
        f"{part_label(part['part'])} {shown.money(part['fee_minor'], quote['currency'])}"
        for part in quote["parts"]
    ]
    return (
        quote["plan_id"],
        quote["name"],
        shown.money(quote["fee_minor"], quote["currency"]),
        shown.days(quote["days_min"], quote["days_max"]),
        shown.weight(quote["chargeable_g"]),
        " + ".join(parts),
    )


COMMANDS = (load, mappings, sync, orders_command, quote)

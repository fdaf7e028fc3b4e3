"""Orders in and looked at: load, orders, quote."""

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
    finding_label,
    layout_label,
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
@click.option(
    "--as", "kind", type=click.Choice(["orders", "products", "rates", "bills"]), help="What the files hold."
)
@click.option("--sample", is_flag=True, help="Load the sample that comes with the program.")
def load(app: App, paths: tuple[Path, ...], kind: str | None, sample: bool) -> Answer:
    """Load order exports and product tables; loading a file twice changes nothing."""
    if sample == bool(paths):
        raise click.UsageError("Name files to load, or --sample.")
    by = app.settings.operator
    report = files.load_sample(app, by=by) if sample else files.load(app, paths, kind=kind, by=by)
    document = {
        "files": [_file(file) for file in report.files],
        "orders": report.orders,
        "order_lines": report.order_lines,
        "problems": [_row(problem) for problem in report.problems],
        "warnings": [_row(problem) for problem in report.warnings],
    }
    return Answer(document, _load_lines(report), report.all_well)


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
        "shifted_days": file.shifted_days,
        "zone": file.zone,
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
        if file.shifted_days:
            yield _("Its dates were moved on by {days} days, to be of today.", days=file.shifted_days)
    yield from _row_lines(_("Refused:"), report.problems)
    yield from _row_lines(_("Loaded, but look at:"), report.warnings)


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


COMMANDS = (load, orders_command, quote)

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
from lib.domain.money import Money, NotMoney
from lib.domain.plans import Cargo, Channel, Obstacle, Part
from lib.domain.shipments import Decision
from lib.services import files, orders, plans
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording import (
    due_label,
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
    """Load order exports, product tables, rate cards and bills; loading a file twice changes nothing.

    Rate cards are refused whole when one row is wrong, and wait for `rates activate`.
    """
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
@click.option("--postcode", help="Its postcode, for surcharges of remote areas.")
@click.option("--value", "declared", metavar="AMOUNT CURRENCY", nargs=2, help="What it is worth.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Quote by the rate cards of this day.")
@click.option("--elsewhere", is_flag=True, help="Lines published for other marketplaces, to compare with.")
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
    postcode: str | None,
    declared: tuple[str, str] | None,
    on: datetime | None,
    elsewhere: bool,
    undeliverable: str,
) -> Answer:
    """Say what every plan costs for an order or a parcel, taken apart, or why it cannot carry it.

    What is due at the destination by dated rules (landed) stands apart and is never part of a fee.
    """
    if order_id and not (country or weight_g or on or elsewhere):
        quotes = plans.quote_order(app, order_id)
        landed = plans.landed_of_order(app, order_id)
    elif country and weight_g and not order_id:
        worth, day = _worth(declared), on.date() if on else None
        quotes = plans.quote_parcel(
            app,
            country=country,
            weight_g=weight_g,
            cargo_class=Cargo(cargo),
            sizes_mm=size_mm,
            postcode=postcode,
            declared=worth,
            on=day,
            sold=Channel.ELSEWHERE if elsewhere else Channel.ONLINE,
        )
        landed = plans.landed_of_parcel(app, country=country, declared=worth, on=day)
    else:
        raise click.UsageError("Name an order, or --country and --weight-g.")
    due = [_landed(one) for one in landed]
    document = [_quote(one, undeliverable == Decision.RETURN) | {"landed": due} for one in quotes]
    return Answer(document, [*_quote_lines(document), *_landed_lines(due)])


def _worth(declared: tuple[str, str] | None) -> Money | None:
    if declared is None:
        return None
    try:
        return Money.parse(declared[0], declared[1].upper())
    except NotMoney as error:
        raise click.UsageError(
            f"{declared[0]} {declared[1]} is no amount; write --value 12.50 USD."
        ) from error


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
        "card_from": shown.plain(quote.card_from),
        "card_source": quote.card_source,
        "card_note": quote.card_note,
        "return_supported": quote.return_supported,
        "return_fee_minor": quote.return_fee_minor,
        "return_fee_currency": quote.return_fee_currency,
    }


def _quote_lines(quotes: list[dict[str, Any]]) -> Iterator[str]:
    header = [
        _("Plan"),
        _("Name"),
        _("Fee"),
        _("Days"),
        _("Charged for"),
        _("Rate card of"),
        _("Parts, or why not"),
    ]
    yield from shown.table(header, (_quote_row(quote) for quote in quotes))


def _quote_row(quote: dict[str, Any]) -> tuple[object, ...]:
    if not quote["eligible"]:
        why = _("; ").join(quote["reasons"])
        return (quote["plan_id"], quote["name"], "–", "–", "–", quote["card_from"] or "–", why)
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
        quote["card_from"],
        " + ".join(parts),
    )


def _landed(due: plans.Landed) -> dict[str, Any]:
    return {
        "rule": due.rule,
        "kind": str(due.kind),
        "since": due.since.isoformat(),
        "amount_minor": due.amount_minor,
        "currency": due.currency,
        "heading_count": due.heading_count,
        "within_limit": due.within_limit,
        "limit_minor": due.limit_minor,
        "limit_currency": due.limit_currency,
    }


def _landed_lines(due: list[dict[str, Any]]) -> Iterator[str]:
    if due:
        yield _("Due at the destination, in no fee above:")
    for one in due:
        yield _(
            "  {what}, since {since} ({rule}): {amount}; limit {limit}",
            what=due_label(one["kind"]),
            since=one["since"],
            rule=one["rule"],
            amount=shown.money(one["amount_minor"], one["currency"]),
            limit=shown.money(one["limit_minor"], one["limit_currency"]),
        )


COMMANDS = (load, sync, orders_command, quote)

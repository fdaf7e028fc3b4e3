"""The pages' figures: outcomes, fees, costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from lib.app import App
from lib.cli import advice, shown
from lib.cli.frame import Answer, command, say
from lib.domain.costs import Axis, Basis, Measure, View
from lib.services import costs, ledger
from lib.texts import gettext as _
from lib.texts import later
from lib.wording import costs as words

KINDS = {
    "freight": later("Freight"),
    "item": later("Item fee"),
    "fuel": later("Fuel surcharge"),
    "remote_area": later("Remote-area surcharge"),
    "return_service": later("Return-service fee"),
    "duty": later("Duties and taxes"),
    "compensation": later("Compensation"),
    "other": later("Other"),
}
STAGES = {
    "estimated": later("estimated by rate card"),
    "assumed": later("assumed"),
    "actual": later("billed"),
}


#: What costs can be added up by.
AXES = [str(one) for one in Axis if one]


@command("fees")
@click.option(
    "--by",
    type=click.Choice([*ledger.AXES, "parcel"]),
    help="The ledger of return-service fees instead: what was paid, failed, came back, and was recovered.",
)
def fees_command(app: App, by: str | None) -> Answer:
    """Say what is charged in all, by kind of fee, stage and currency; with --by, what return really cost."""
    if by:
        return advice.ledger_answer(app, by)
    fees = costs.by_plan(app).fees
    keys = ["kind", "stage", "currency"]
    rows = shown.records(fees.groupby(keys, as_index=False)[["shipment_count", "fee_minor"]].sum())
    header = [_("Fee"), _("Stage"), _("Parcels"), _("Total")]
    lines = shown.table(header, ((*_kind(row), row["shipment_count"], _total(row)) for row in rows))
    return Answer(rows, lines)


@command("costs")
@click.option("--by", "rows", type=click.Choice(AXES), help="What to add up by.")
@click.option("--and", "columns", type=click.Choice(AXES), default=None, help="A second one.")
@click.option(
    "--figure",
    type=click.Choice([str(one) for one in Measure]),
    default="parcel",
    show_default=True,
    help="Mean, P50 and P90 of what.",
)
@click.option(
    "--day",
    "basis",
    type=click.Choice([str(one) for one in Basis]),
    default="created",
    show_default=True,
    help="What months and days are of.",
)
@click.option("--from", "from_on", type=click.DateTime(["%Y-%m-%d"]), help="The first day.")
@click.option("--until", "until_on", type=click.DateTime(["%Y-%m-%d"]), help="The last day.")
@click.option("--country", "countries", multiple=True, help="Only to these.")
@click.option("--plan", "plans", multiple=True, help="Only on these.")
@click.option("--sku", "skus", multiple=True, help="Only shares of these.")
def costs_command(
    app: App,
    rows: str | None,
    columns: str | None,
    figure: str,
    basis: str,
    from_on: datetime | None,
    until_on: datetime | None,
    countries: tuple[str, ...],
    plans: tuple[str, ...],
    skus: tuple[str, ...],
) -> Answer:
    """Say what shipping costs: fees by plan and country; with --by along any two axes, as the page does."""
    if rows is not None:
        view = View(
            rows=Axis(rows),
            columns=Axis.NONE if columns in (None, rows) else Axis(columns),
            measure=Measure(figure),
            basis=Basis(basis),
            from_on=from_on and from_on.date(),
            until_on=until_on and until_on.date(),
            countries=tuple(one.upper() for one in countries),
            plans=plans,
            skus=skus,
        )
        return _explored(app, view)
    found = costs.by_plan(app)
    if found.exchange_on:
        say(_("Amounts in CNY by the exchange rates of {date}, an assumption.", date=found.exchange_on))
    records = shown.records(found.fees)
    return Answer(records, _cost_lines(records))


def _explored(app: App, view: View) -> Answer:
    costs.refresh(app)
    found = costs.explore(app, view)
    cells = shown.records(
        found.cells.drop(columns=["value", "priced_g", "revenue_cost_cny", "balance_count"])
    )
    kept = ("parcel_count", "order_count", "unknown_count", "cost_cny", "balance_cny", "mean", "p50", "p90")
    total = {name: shown.plain(found.total[name]) for name in kept if name in found.total}
    document = {
        "by": str(view.rows),
        "and": str(view.columns),
        "figure": str(view.measure),
        "day": str(view.basis),
        "cells": cells,
        "total": total,
    }
    said = _(
        "Amounts in CNY; estimates where no bill charges yet. Months and days are {basis}, in UTC.",
        basis=words.basis_label(view.basis),
    )
    say(said)
    header = [
        words.axis_name(view.rows, view.basis),
        words.axis_name(view.columns, view.basis) if view.columns else "",
        _("Parcels"),
        _("Cost in CNY"),
        words.measure_label(view.measure),
        "P50",
        "P90",
    ]
    lines = shown.table(
        header,
        (
            (
                row["row_value"] or words.nothing_label(view.rows),
                row["column_value"],
                row["parcel_count"],
                shown.money(row["cost_cny"], "CNY"),
                *(_hundredths(row[name]) for name in ("mean", "p50", "p90")),
            )
            for row in cells
        ),
    )
    return Answer(document, lines)


def _hundredths(value: int | None) -> str:
    return "–" if value is None else f"{value / 100:,.2f}"


def _cost_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    header = [
        _("Plan"),
        _("Country"),
        _("Fee"),
        _("Stage"),
        _("Parcels"),
        _("Weight"),
        _("Total"),
        _("In CNY"),
    ]
    yield from shown.table(
        header,
        (
            (
                row["plan_id"],
                row["country"],
                *_kind(row),
                row["shipment_count"],
                shown.weight(row["weight_g"]),
                _total(row),
                shown.money(row["fee_cny_minor"], "CNY"),
            )
            for row in rows
        ),
    )


def _kind(row: dict[str, Any]) -> tuple[str, str]:
    kind, stage = row["kind"], row["stage"]
    return _(KINDS[kind]) if kind in KINDS else kind, _(STAGES[stage]) if stage in STAGES else stage


def _total(row: dict[str, Any]) -> str:
    return shown.money(row["fee_minor"], row["currency"])


COMMANDS = (fees_command, costs_command)

"""The pages' figures: outcomes, fees, costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from lib.app import App
from lib.cli import advice, shown
from lib.cli.frame import Answer, command, say
from lib.services import costs, ledger
from lib.texts import gettext as _
from lib.texts import later

KINDS = {
    "freight": later("Freight"),
    "item": later("Item fee"),
    "fuel": later("Fuel surcharge"),
    "remote_area": later("Remote-area surcharge"),
    "return_service": later("Return-service fee"),
    "duty": later("Duties and taxes"),
    "other": later("Other"),
}
STAGES = {
    "estimated": later("estimated by rate card"),
    "assumed": later("assumed"),
    "actual": later("billed"),
}


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
def costs_command(app: App) -> Answer:
    """Say what shipping costs, by plan and country."""
    found = costs.by_plan(app)
    if found.exchange_on:
        say(_("Amounts in CNY by the exchange rates of {date}, an assumption.", date=found.exchange_on))
    rows = shown.records(found.fees)
    return Answer(rows, _cost_lines(rows))


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

"""Weights from a scale, and tier edges, at a command line."""

from __future__ import annotations

from pathlib import Path

import click

from lib.app import App
from lib.cli import shown
from lib.cli.frame import Answer, command
from lib.services import tiers, weights
from lib.texts import gettext as _
from lib.wording.weights import edge_sentence, weighed_sentences


@command("weigh")
@click.argument("number", required=False)
@click.argument("grams", type=int, required=False)
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A table of numbers and grams.",
)
def weigh(app: App, number: str | None, grams: int | None, path: Path | None) -> Answer:
    """Give a parcel, named by any of its numbers, the weight of the scale; or many, from a table."""
    if (path is None) == (number is None or grams is None):
        raise click.UsageError(_("Name a parcel and its grams, or --file."))
    given = weights.read_file(path) if path else {str(number): int(grams or 0)}
    done = weights.weigh(app, given, by=app.settings.operator)
    document = {
        "shipments": done.shipment_ids,
        "planless": done.planless,
        "unknown": done.unknown,
        "ambiguous": done.ambiguous,
        "late": done.late,
    }
    lines = weighed_sentences(
        len(done.shipment_ids), len(done.planless), done.unknown, done.ambiguous, done.late
    )
    return Answer(document, lines, not (done.unknown or done.ambiguous or done.late or done.planless))


@command("edges")
@click.argument("batch_id")
@click.option(
    "--within-g",
    type=click.IntRange(1, 1000),
    default=tiers.WITHIN_G,
    show_default=True,
    help="So many grams from the edge of a tier at most.",
)
def edges(app: App, batch_id: str, within_g: int) -> Answer:
    """List parcels that a few grams lighter or heavier would cost less on their plan; changes nothing."""
    rows = shown.records(tiers.edges(app, batch_id, within_g=within_g))
    header = [_("Order"), _("Plan"), _("Weight"), _("Fee"), _("Saves"), _("What to do")]
    lines = shown.table(
        header,
        (
            (
                row["order_id"],
                row["plan_id"],
                shown.weight(row["weight_g"]),
                shown.money(row["fee_minor"], row["currency"]),
                shown.money(row["saved_minor"], row["currency"]),
                edge_sentence(row["grams"], row["edge_g"]),
            )
            for row in rows
        ),
    )
    return Answer(rows, lines)


COMMANDS = (weigh,)

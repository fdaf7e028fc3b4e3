"""Printing at a command line: labels in any order and in runs, pages again, the pick list; the stop list."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from lib.app import App
from lib.cli import naming, shown
from lib.cli.frame import Answer, command, say
from lib.domain.printing import ParcelKind, PrintOrder, PrintSettings
from lib.domain.problems import Problem
from lib.domain.shipments import DEAD, State
from lib.services import batches, presets, printing, shipments, stop_list
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording import cancellations_unasked, handover_label, paper_words, stop_sentence, where_printed

PAPERS = ("100x150", "a6", "a4")
OUTPUT = click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="PDF to write."
)


@command("labels")
@click.argument("batch_ids", nargs=-1, metavar="[BATCH_ID...]")
@OUTPUT
@naming.numbers
@click.option(
    "--new",
    is_flag=True,
    help="Only labels that stood in no print run yet; without a batch those of all batches.",
)
@click.option(
    "--paper",
    type=click.Choice(PAPERS),
    help="100x150 mm, A6 (105 × 148 mm), or four on A4; without it as the batch's preset says, else 100x150.",
)
@click.option(
    "--order",
    type=click.Choice([*map(str, PrintOrder)]),
    help="The order of the pages; without it as the batch's preset says, else the list's.",
)
@click.option(
    "--start", type=click.IntRange(1, 4), default=1, show_default=True,
    help="First free place of the first A4 sheet, from top left to bottom right.",
)  # fmt: skip
@click.option(
    "--runs",
    "run_size",
    type=click.IntRange(min=0),
    help="Labels a run, each behind a head page; 0: no runs. Without it as the batch's preset says, else 0.",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([*map(str, ParcelKind)]),
    help="Only such parcels; repeatable.",
)
@click.option(
    "--divide", is_flag=True, help="Kinds of parcels one after the other, none in a run with another."
)
@click.option("--run", "run_no", type=int, help="Print pages of this run again; `batch runs` lists them.")
@click.option("--pages", help="Which of its pages, for example 411-430 or 7; all without it.")
def labels(
    app: App,
    batch_ids: tuple[str, ...],
    output: Path,
    only: tuple[str, ...],
    left_out: tuple[str, ...],
    new: bool,
    paper: str | None,
    order: str | None,
    start: int,
    run_size: int | None,
    kinds: tuple[str, ...],
    divide: bool,
    run_no: int | None,
    pages: str | None,
) -> Answer:
    """Print the labels of the batches into one PDF, or with --run and --pages some pages of a run again.

    With --only or --except it is one batch, and numbers may stand one after the other behind them.

    \b
    For example:
      batch labels ID -o labels.pdf --paper a4 --start 3
      batch labels ID -o one.pdf --only LA200000054CN
      batch labels --new -o new.pdf --order pick --runs 300 --divide
      batch labels ID -o again.pdf --run 12 --pages 411-430
    """
    by = app.settings.operator
    batch_ids, everything = _wanted(app, batch_ids, only, left_out, new=new)
    preset = presets.of_batch(app, batch_ids[0]) if len(batch_ids) == 1 else None
    paper = paper or (preset.paper if preset else PAPERS[0])
    order = order or (preset.print_order if preset else PrintOrder.LIST)
    if run_size is None and preset:
        run_size = preset.run_size
    ask_for_stopped(app, *batch_ids, within=stop_list.FRESH)
    if run_no is not None:
        first, last = _span(pages)
        printed = printing.reprint(app, run_no, first, last, by=by, words=paper_words, start=start - 1)
    else:
        wanted = tuple(map(ParcelKind, kinds)) or tuple(ParcelKind)
        settings = PrintSettings(paper, PrintOrder(order), start - 1, run_size or None, wanted, divide)
        printed = printing.print_labels(
            app, everything, settings, by=by, words=paper_words, name=_(", ").join(batch_ids)
        )
    output.write_bytes(printed.pdf)
    say(ngettext("{count} label in {file}", "{count} labels in {file}", printed.labels, file=output))
    rows = [row for batch_id in batch_ids for row in _rows(app, batch_id)]
    refused = {row["shipment_id"] for row in rows if row["state"] == State.REFUSED}
    waiting = [one for one in printed.missing if one not in refused]
    if waiting:
        say(_("Without a label yet: {shipments}", shipments=_(", ").join(waiting)))
    for batch_id in batch_ids:
        say_stopped(app, batch_id)
    document = {
        "batch_id": batch_ids[0] if len(batch_ids) == 1 else list(batch_ids),
        "counts": dict(Counter(row["state"] for row in rows)),
        "labels": printed.labels,
        "file": str(output),
        "paper": paper,
        "runs": printed.runs,
        "without_label": waiting,
        "stopped": printed.stopped,
        "shipments": rows,
    }
    return Answer(document, [str(output)], not waiting and not printed.stopped)


def _wanted(
    app: App, batch_ids: tuple[str, ...], only: tuple[str, ...], left_out: tuple[str, ...], *, new: bool
) -> tuple[tuple[str, ...], list[str]]:
    """The batches, and which of their shipments are printed."""
    if only or left_out:
        if not batch_ids:
            raise click.UsageError(_("Name the batch the parcels are of."))
        batch_id, *more = batch_ids
        alive = [state for state in State if state not in DEAD]
        batch_ids = (batch_id,)
        everything = naming.ids(app, batch_id, alive, more, only, left_out) or []
    else:
        batch_ids = tuple(dict.fromkeys(batch_ids))
        everything = [one for batch_id in batch_ids for one in printing.of_batch(app, batch_id)]
    if not new:
        if not batch_ids:
            raise click.UsageError(_("Name a batch, or --new for what was never printed."))
        return batch_ids, everything
    unprinted = printing.unprinted(app)
    if not batch_ids:
        return tuple(dict.fromkeys(row["batch_id"] for row in unprinted)), [
            row["shipment_id"] for row in unprinted
        ]
    fresh = {row["shipment_id"] for row in unprinted}
    return batch_ids, [one for one in everything if one in fresh]


@command("sheet")
@click.argument("batch_id")
@OUTPUT
@naming.some
@click.option("--courier", default="", help="Domestic courier, printed on the sheet.")
@click.option("--courier-number", default="", help="Its tracking number.")
def sheet(app: App, batch_id: str, output: Path, courier: str, courier_number: str, **names: Any) -> Answer:
    """Write the sheet a driver signs (交接单): the batch's ready parcels, weights in g, totals by warehouse.

    Print it before `batch handover`, with the same --only or --except.
    """
    chosen = naming.ids(app, batch_id, [State.READY], **names)
    if chosen is None:
        chosen = shipments.choose(app, batch_id, [State.READY])
    ask_for_stopped(app, batch_id)
    stopped = {one.shipment_id for one in stop_list.stopped(app, batch_id)}
    leaving = [one for one in chosen if one not in stopped]
    if not leaving:
        raise Problem("nothing_ready", batch_id=batch_id)
    line = f"{courier} {courier_number}".strip()
    title = paper_words("handover_title", batch_id=batch_id)
    pdf = printing.handover_sheet(app, leaving, title=title, lines=[line] if line else [], words=paper_words)
    output.write_bytes(pdf)
    say_stopped(app, batch_id)
    return Answer({"batch_id": batch_id, "file": str(output), "shipments": leaving}, [str(output)])


@command("handovers")
@click.argument("batch_id")
def handovers(app: App, batch_id: str) -> Answer:
    """List what of the batch left before: pieces, weight in g, courier, when, who."""
    rows = [shown.record(row) for row in shipments.handovers(app, batch_id)]
    header = [
        _("When"), _("Who"), _("Parcels"), _("Weight"), _("On the scale"), _("Hand-over"), _("Warehouse"),
        _("Courier"),
    ]  # fmt: skip
    lines = shown.table(
        header,
        (
            (
                shown.minute(row["done_at"]),
                row["done_by"],
                row["pieces"],
                shown.weight(row["weight_g"]),
                shown.weight(row["scale_g"]),
                _(", ").join(map(handover_label, (row["mode"] or "–").split(","))),
                row["warehouse_name"] or "–",
                f"{row['courier'] or ''} {row['courier_number'] or ''}".strip() or "–",
            )
            for row in rows
        ),
    )
    return Answer(rows, lines)


@command("picklist")
@click.argument("runs", nargs=-1, required=True, type=int, metavar="RUN...")
@OUTPUT
def picklist(app: App, runs: tuple[int, ...], output: Path) -> Answer:
    """List what print runs need from the shelves: SKUs summed by shelf, one list a run."""
    output.write_bytes(printing.pick_list(app, runs, words=paper_words))
    document = {"file": str(output), "runs": {str(run): printing.picks(app, run) for run in runs}}
    return Answer(document, [str(output)])


@command("runs")
@click.argument("batch_id")
def runs_command(app: App, batch_id: str) -> Answer:
    """List the batch's print runs, the newest first."""
    rows = [shown.record(row) for row in printing.runs(app, batch_id)]
    header = [_("Print run"), _("Labels"), _("Paper"), _("Reprint of"), _("Who"), _("When")]
    names = ("print_run_id", "label_count", "paper", "reprint_of", "printed_by")
    lines = shown.table(
        header, ([*(row[name] for name in names), shown.minute(row["printed_at"])] for row in rows)
    )
    return Answer(rows, lines)


@command("stopped")
@click.argument("batch_id", required=False)
def stopped(app: App, batch_id: str | None) -> Answer:
    """List parcels that must not leave (the buyer cancelled, a dispute, another address), with run and page."""
    found = stop_list.stopped(app, batch_id)
    document = [
        {
            "shipment_id": one.shipment_id,
            "batch_id": one.batch_id,
            "order_id": one.order_id,
            "tracking_number": one.tracking_number,
            "state": one.state,
            "run": one.run,
            "page": one.page,
            "why": stop_sentence(one.reasons),
        }
        for one in found
    ]
    return Answer(document, _lines(found))


@command("let-go")
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@click.option("--reason", required=True, help="Why it may leave all the same.")
def let_go(app: App, numbers: tuple[str, ...], reason: str) -> Answer:
    """Hand parcels over all the same: take them off the stop list with a reason, named by any of their numbers."""
    named = [shipments.of_number(app, number) for number in dict.fromkeys(numbers)]
    there = {one.shipment_id for one in stop_list.stopped(app)}
    others = [one for one in named if one not in there]
    count = stop_list.let_go(app, named, reason=reason, by=app.settings.operator)
    if others:
        say(_("Not on the stop list: {shipments}", shipments=_(", ").join(others)))
    line = ngettext("{count} may leave.", "{count} may leave.", count)
    return Answer({"let_go": count, "not_stopped": others}, [line], not others)


def ask_for_stopped(app: App, *batch_ids: str, within: timedelta = timedelta(0)) -> None:
    """Ask the platform what of these batches must not leave; say on standard error when it could not be asked."""
    shops = {batches.get(app, batch_id)["shop_id"] for batch_id in batch_ids}
    unasked = [shop_id for shop_id in sorted(shops) if stop_list.refresh(app, shop_id, within=within)]
    if unasked:
        say(cancellations_unasked())


def say_stopped(app: App, batch_id: str) -> None:
    """Name on standard error what of a batch must not leave."""
    for line in _lines(stop_list.stopped(app, batch_id)):
        say(line)


def _lines(found: list[stop_list.Stopped]) -> list[str]:
    return [
        _(
            "Stopped: {shipment} {number} ({where}): {why}",
            shipment=one.shipment_id,
            number=one.tracking_number or "–",
            where=where_printed(one.run, one.page, one.sheet, one.place),
            why=stop_sentence(one.reasons),
        )
        for one in found
    ]


def _rows(app: App, batch_id: str) -> list[dict[str, Any]]:
    return shown.records(shipments.listing(app, batch_id))


def _span(pages: str | None) -> tuple[int, int]:
    """`411-430`, `5`, or nothing: all of them."""
    if not pages:
        return 1, 1_000_000
    first, _dash, last = pages.partition("-")
    if not first.strip().isdecimal() or not (last or first).strip().isdecimal():
        raise click.BadParameter(_("Pages are written like 411-430."), param_hint="--pages")
    return int(first), int(last or first)


COMMANDS = (labels, picklist, runs_command, sheet, handovers, stopped, let_go)

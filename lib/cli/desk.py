"""A batch's finer work at a command line: presets, splits, notices, exports, who did what."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from lib.app import App
from lib.cli import shown
from lib.cli.choosing import as_filter, filters
from lib.cli.deciding import POLICIES
from lib.cli.frame import Answer, Commands, command, say
from lib.domain.printing import RUN_SIZE, PrintOrder
from lib.domain.shipments import Choice, HandoverMode
from lib.services import happenings, notices, partly, plans, presets, shipments
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording import (
    action_label,
    finding_label,
    finding_sentence,
    notice_state_label,
    refusal_sentence,
    timeline_words,
    who_label,
)


@command("split")
@click.argument("number")
@click.option(
    "--take", "parts", multiple=True, required=True, metavar="LINE=PIECES", help="What moves; repeatable."
)
def split(app: App, number: str, parts: tuple[str, ...]) -> Answer:
    """Move lines of a draft into a parcel of its own; prints its id. `batch parcel` lists the lines.

    \b
    For example, one piece of line 1 and two of line 3:
      batch split B260830-1-00002 --take 1=1 --take 3=2
    """
    shipment_id = shipments.of_number(app, number)
    new_id = partly.split(app, shipment_id, _parts(parts), by=app.settings.operator)
    return Answer({"shipment_id": shipment_id, "new_shipment_id": new_id}, [new_id])


@command("export")
@click.argument("batch_id")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A .csv or .xlsx file.",
)
@click.option(
    "--timeline", is_flag=True, help="What happened to each, line by line, instead of one row each."
)
def export(app: App, batch_id: str, output: Path, timeline: bool) -> Answer:
    """Write the batch's shipments as a table; no cell is ever run as a formula."""
    kind = output.suffix.lower().removeprefix(".")
    if kind not in ("csv", "xlsx"):
        raise click.BadParameter(_("The file's name ends in .csv or .xlsx."), param_hint="--output")
    if timeline:
        names = {
            row["plan_id"]: shown.plan_name(row["name_en"], row["name_zh"]) for row in plans.all_plans(app)
        }
        said = partial(timeline_words, plan_names=names)
        output.write_bytes(happenings.timeline(app, batch_id, kind=kind, words=said))
    else:
        output.write_bytes(happenings.export(app, batch_id, kind=kind))
    return Answer({"file": str(output)}, [str(output)])


@command("log")
@click.argument("batch_id")
def log(app: App, batch_id: str) -> Answer:
    """Say who did what to the batch, the newest first."""
    rows = happenings.audit_of(app, batch_id)
    document = [row | {"done_at": row["done_at"].isoformat()} for row in rows]
    header = [_("When"), _("Who"), _("What"), _("Of"), _("Details")]
    lines = shown.table(
        header,
        (
            (
                f"{row['done_at']:%Y-%m-%d %H:%M:%S} UTC",
                who_label(row["done_by"]),
                action_label(row["action"]),
                row["subject"],
                row["detail"],
            )
            for row in rows
        ),
    )
    return Answer(document, lines)


@click.group("notice", cls=Commands)
def notice() -> None:
    """Tell the platform of parcels by hand: a shipping notice, another number, the end of a partly shipped order."""


@command("fill")
@click.argument("order_id")
@click.option("--carrier", required=True, help="Carrier key, as `notice carriers` lists it, or OTHER.")
@click.option("--number", required=True, help="Tracking number.")
@click.option("--website", default="", help="Tracking page of another carrier.")
@click.option(
    "--take",
    "parts",
    multiple=True,
    metavar="LINE=PIECES",
    help="A part, as `notice show` numbers the lines; without it all that is left. Repeatable.",
)
def fill(app: App, order_id: str, carrier: str, number: str, website: str, parts: tuple[str, ...]) -> Answer:
    """Declare a parcel that went out some other way: all that is left of an order, or a part.

    \b
    For example:
      notice fill 8100000000000017 --carrier CPAM --number LX123456789CN --take 2=1
    """
    told = notices.fill_in(
        app, order_id, service_key=carrier, tracking_number=number, everything=not parts,
        quantities=_parts(parts), tracking_website=website, by=app.settings.operator,
    )  # fmt: skip
    return _told([told])


@command("file")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def file(app: App, path: Path) -> Answer:
    """Declare what a table says: order, carrier key, number, all or part.

    A part needs two more columns with headers: the line's number or its SKU ("line" or "SKU"), and "pieces"; a row
    per line. A part without pieces is refused: all of it would be left to ship again.
    """
    return _told(notices.from_file(app, path, by=app.settings.operator))


@command("change")
@click.argument("order_id")
@click.option("--old", required=True, help="The number that was declared.")
@click.option("--carrier", required=True, help="Carrier key.")
@click.option("--number", required=True, help="The number that is right.")
def change(app: App, order_id: str, old: str, carrier: str, number: str) -> Answer:
    """Put another number in the place of a declared one."""
    return _told(
        [
            notices.change(
                app,
                order_id,
                old_number=old,
                service_key=carrier,
                tracking_number=number,
                by=app.settings.operator,
            )
        ]
    )


@command("finish")
@click.argument("order_id")
@click.option("--yes", "sure", is_flag=True, help="Do it without asking, as scripts and --json must.")
def finish(app: App, order_id: str, sure: bool) -> Answer:
    """Confirm that all of a partly shipped order is shipped; what is left stays unshipped. Says what, and asks."""
    _say_unshipped(app, order_id)
    if not sure and not _asked():
        raise click.UsageError(
            _("It was not confirmed, so nothing was told. Answer y at a terminal; elsewhere say --yes.")
        )
    return _told([notices.finish(app, order_id, by=app.settings.operator)])


@command("show")
@click.argument("order_id")
def show(app: App, order_id: str) -> Answer:
    """Show what of an order is left to ship, line by line in pieces, and what people told the platform of it."""
    lines, told = notices.left(app, order_id), notices.of_order(app, order_id)
    document = {
        "order_id": order_id,
        "lines": [shown.record(row) for row in lines],
        "notices": [shown.record(row) for row in told],
        "standing": [{"number": number, "carrier": key} for number, key in notices.numbers(app, order_id)],
    }
    return Answer(document, [*_left_lines(lines), *_notice_lines(told)])


def _left_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    header = [_("Line"), "SKU", _("Product"), _("Pieces"), _("Left to ship"), _("In parcels here")]
    names = ("line_no", "sku", "title", "quantity", "left_quantity", "under_way")
    yield from shown.table(header, ([row[name] for name in names] for row in rows))


def _notice_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    header = [_("When"), _("Who"), _("Tracking number"), _("Carrier"), _("State")]
    yield from shown.table(
        header,
        (
            (
                f"{row['made_at']:%Y-%m-%d %H:%M} UTC",
                row["made_by"],
                row["tracking_number"],
                row["service_key"],
                notice_state_label(row["state"]),
            )
            for row in rows
        ),
    )


@command("carriers")
@click.option("--shop", "shop_id", metavar="ID", help="As this shop is told; the first one without it.")
def carriers(app: App, shop_id: str | None) -> Answer:
    """List the carrier keys the platform takes for a notice, by name; OTHER is one of your own."""
    found = notices.carriers(app, shop_id or app.shops()[0])
    rows = [{"service_key": one.service_key, "name": one.name} for one in found]
    return Answer(
        rows, shown.table([_("Carrier key"), _("Name")], ((one["service_key"], one["name"]) for one in rows))
    )


@command("settle")
def settle(app: App) -> Answer:
    """Ask what became of notices the platform did not answer; the dashboard does so by itself."""
    return _told(notices.settle(app))


@click.group("presets", cls=Commands)
def preset_group() -> None:
    """Presets: a morning's decisions under a name."""


@command("list")
def preset_list(app: App) -> Answer:
    """List the presets."""
    known = presets.all_presets(app)
    document = [
        asdict(one) | {"saved_at": one.saved_at.isoformat() if one.saved_at else None} for one in known
    ]
    header = [_("Name"), _("Policy"), _("Hand-over"), _("Undeliverable"), _("Paper"), _("Saved by")]
    return Answer(
        document,
        shown.table(
            header,
            ((one.name, one.policy, one.mode, one.undeliverable, one.paper, one.saved_by) for one in known),
        ),
    )


@command("save")
@click.argument("name")
@click.option(
    "--batch",
    "batch_id",
    metavar="BATCH_ID",
    help="As this batch was made and sent; nothing else counts then.",
)
@filters
@click.option(
    "--policy",
    type=click.Choice(list(POLICIES)),
    default="cheapest",
    show_default=True,
    help="How each parcel gets its plan.",
)
@click.option(
    "--handover",
    "mode",
    type=click.Choice(["pickup", "self-post", "self-send"]),
    help="As the sender's city allows without it.",
)
@click.option(
    "--undeliverable", type=click.Choice([*map(str, Choice)]), help="Asked for each time without it."
)
@click.option(
    "--paper",
    type=click.Choice(("100x150", "a6", "a4")),
    default="100x150",
    show_default=True,
    help="Of labels: 100 × 150 mm, A6, or four on A4.",
)
@click.option(
    "--order-pages",
    "order",
    type=click.Choice([*map(str, PrintOrder)]),
    default="list",
    show_default=True,
    help="Of labels.",
)
@click.option(
    "--runs",
    "run_size",
    type=click.IntRange(min=0),
    default=RUN_SIZE,
    show_default=True,
    help="Labels a run, each behind a head page; 0: no runs.",
)
def preset_save(
    app: App, name: str, batch_id: str | None, policy: str, mode: str | None, undeliverable: str | None, paper: str,
    order: str, run_size: int, **chosen: Any,
) -> Answer:  # fmt: skip
    """Save a preset, with the filters of `orders`, or as a batch was made and sent.

    \b
    For example:
      presets save morning --country RU --undeliverable destroy --paper a4
      presets save morning --batch B260830-1
    """
    if batch_id is not None:
        presets.save_batch(app, batch_id, name, by=app.settings.operator)
        return Answer({"name": name}, [name])
    preset = presets.Preset(
        name=name,
        filter=as_filter(**chosen),
        policy=POLICIES[policy],
        mode=HandoverMode(mode.replace("-", "_")) if mode else None,
        undeliverable=Choice(undeliverable) if undeliverable else None,
        paper=paper,
        print_order=PrintOrder(order),
        run_size=run_size or None,
    )
    presets.save(app, preset, by=app.settings.operator)
    return Answer({"name": name}, [name])


@command("run")
@click.argument("name", required=False)
def preset_run(app: App, name: str | None) -> Answer:
    """Make a draft by a preset, or without a name the same as the last batch; nothing is agreed to or sent."""
    preset = presets.get(app, name) if name else presets.last(app)
    if preset is None:
        raise click.UsageError(_("No batch was submitted yet: name a preset."))
    made = presets.run(app, preset, by=app.settings.operator)
    document = {
        "batch_id": made.batch_id,
        "shipments": len(made.order_ids),
        "excluded": [
            {
                "order_id": one.order_id,
                "code": one.code,
                "value": one.value,
                "reason": finding_sentence(one.code, value=one.value),
            }
            for one in made.excluded
        ],
    }
    say(ngettext("{count} shipment in the draft", "{count} shipments in the draft", len(made.order_ids)))
    for code, count in Counter(one.code for one in made.excluded).most_common():
        say(_("  left out: {count} × {why}", count=count, why=finding_label(code)))
    return Answer(document, [made.batch_id] if made.batch_id else [], bool(made.batch_id))


@command("forget")
@click.argument("name")
def preset_forget(app: App, name: str) -> Answer:
    """Remove a preset; batches made by it stay as they are."""
    presets.forget(app, presets.get(app, name).name, by=app.settings.operator)
    return Answer({"name": name}, [name])


def _parts(texts: tuple[str, ...]) -> dict[int, int]:
    """`2=1` twice or more: line → pieces."""
    found = {}
    for text in texts:
        line, _equals, pieces = text.partition("=")
        if not line.strip().isdecimal() or not pieces.strip().isdecimal():
            raise click.BadParameter(_("Written like 2=1: line 2, one piece."), param_hint="--take")
        found[int(line)] = int(pieces)
    return found


def _say_unshipped(app: App, order_id: str) -> None:
    unshipped = notices.unshipped(app, order_id)
    if not unshipped:
        say(_("Nothing of the order stays unshipped."))
        return
    say(_("These stay unshipped, and the order can hold no further parcel:"))
    for row in unshipped:
        say(f"{row['left_quantity']} × {row['sku'] or row['title']}")


def _asked() -> bool:
    """Whether a person at a terminal says yes; nobody is asked where nobody can answer."""
    as_json = click.get_current_context().params["as_json"]
    if as_json or not sys.stdin.isatty():
        return False
    return click.confirm(_("Is all shipped?"), err=True)


def _line(told: notices.Told) -> str:
    row = _("row {row}, ", row=told.row_no) if told.row_no else ""
    why = refusal_sentence(told.reason_code, told.reason_text, told.details)
    return f"{row}{told.order_id}: {notice_state_label(told.state)} {why}".strip()


def _told(told: list[notices.Told]) -> Answer:
    lines = [_line(one) for one in told]
    return Answer([asdict(one) for one in told], lines, all(one.state == notices.DONE for one in told))


for one in (show, carriers, fill, file, change, finish, settle):
    notice.add_command(one)
for one in (preset_list, preset_save, preset_run, preset_forget):
    preset_group.add_command(one)
#: Of `batch`.
BATCH = (split, export, log)
#: Of their own.
GROUPS = (notice, preset_group)

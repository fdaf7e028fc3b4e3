"""What became of parcels, at a command line: outcomes, failing ones, tracking and its codes, returns checked in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from lib.app import App
from lib.cli import shown
from lib.cli.frame import Answer, Commands, command, say
from lib.domain.money import Money, NotMoney
from lib.domain.outcomes import ComplaintKind, Condition, Failing
from lib.services import board, tracking
from lib.texts import gettext as _
from lib.wording import (
    clock_label,
    decision_label,
    failing_label,
    meaning_label,
    outcome_label,
    remedies_sentence,
)

#: Failing parcels that are listed at most, unless asked for more.
LISTED = 1000


@command("outcomes")
@click.option("--failing", is_flag=True, help="The parcels that fail now, with what can be done.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([*map(str, Failing)]),
    help="Only these; with --failing.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=LISTED, show_default=True, help="List at most so many."
)
@click.option("--clocks", is_flag=True, help="What runs out within a week.")
def outcomes(app: App, failing: bool, kinds: tuple[str, ...], limit: int, clocks: bool) -> Answer:
    """Say what became of parcels, by plan and by what was decided for those that cannot be delivered."""
    if clocks:
        return _clocks(app)
    if failing or kinds:
        return _failing(app, [Failing(one) for one in kinds] or None, limit)
    standing = tracking.standing(app)
    rows = shown.records(board.by_plan(app))
    if rows:
        say(
            _(
                "{heard} of {all} parcels were heard of; the oldest live news are of {when}.",
                heard=standing["heard_count"],
                all=standing["shipment_count"],
                when=standing["oldest_at"] or "–",
            )
        )
    header = [
        _("Plan"),
        _("If undeliverable"),
        _("Outcome"),
        _("Parcels"),
        _("By silence"),
        _("Return-service fee"),
    ]
    lines = shown.table(
        header,
        (
            (
                row["plan_id"],
                decision_label(row["undeliverable"] or "–"),
                outcome_label(row["outcome"]),
                row["shipment_count"],
                row["assumed_count"],
                shown.money(row["return_fee_minor"], row["currency"]),
            )
            for row in rows
        ),
    )
    return Answer(rows, lines)


@click.group("tracking", cls=Commands)
def tracking_group() -> None:
    """News of parcels: ask for them, read them, say what unknown codes mean; complaints and returns."""


@command("pull")
@click.option("--due", is_flag=True, help="Only those that are due, as the dashboard does by itself.")
def pull(app: App, due: bool) -> Answer:
    """Ask the platform for every live parcel."""
    report = tracking.pull(app, on_lot=tell) if due else tracking.pull_all(app, on_lot=tell)
    return Answer(document(report), list(lines_of(report)), report.all_well)


@command("show")
@click.argument("number")
def show(app: App, number: str) -> Answer:
    """Say all that is known of one parcel, by any of its numbers."""
    shipment_id = board.find(app, number)
    known = board.of_shipment(app, shipment_id)
    outcome = shown.record(known.outcome or {})
    told: dict[str, Any] = {
        "shipment_id": shipment_id,
        "outcome": outcome,
        "events": [shown.record(one) for one in known.events],
        "case": shown.record(known.case or {}) or None,
        "complaints": [shown.record(one) for one in known.complaints],
        "checkin": shown.record(known.checkin or {}) or None,
        "abnormal": shown.record(known.abnormal or {}) or None,
    }
    said = outcome_label(outcome["outcome"]) if outcome else "–"
    header = [_("When"), _("Code"), _("What it means"), _("What was said"), _("Told by")]
    rows = (
        (
            f"{one['happened_at']:%Y-%m-%d %H:%M}" if one["happened_at"] else "–",
            one["raw_code"],
            meaning_label(one["meaning"]) if one["meaning"] else _("unknown code"),
            one["text"],
            one["source"],
        )
        for one in known.events
    )
    return Answer(told, [f"{shipment_id}: {said}", *shown.table(header, rows)])


@command("codes")
def codes(app: App) -> Answer:
    """List codes nobody knows, and those somebody gave a meaning."""
    rows = shown.records(tracking.unknown_codes(app))
    header = [_("Vocabulary"), _("Code"), _("Events"), _("Parcels"), _("Means"), _("What stood beside it")]
    lines = shown.table(
        header,
        (
            (
                row["vocabulary"],
                row["code"],
                row["event_count"],
                row["shipment_count"],
                meaning_label(row["meaning"]) if row["meaning"] else "–",
                row["text"],
            )
            for row in rows
        ),
    )
    return Answer(rows, lines)


@command("map")
@click.argument("vocabulary")
@click.argument("code")
@click.argument("meaning", required=False, type=click.Choice([*map(str, tracking.MEANINGS)]))
def map_code(app: App, vocabulary: str, code: str, meaning: str | None) -> Answer:
    """Say what a code means; without MEANING take it back. Outcomes are derived anew at once."""
    count = tracking.map_code(app, vocabulary, code, meaning, by=app.settings.operator)
    told = {"vocabulary": vocabulary, "code": code, "meaning": meaning, "shipments": count}
    return Answer(told, [_("The outcomes of {count} parcels were derived anew.", count=count)])


@command("check-in")
@click.argument("numbers", nargs=-1, required=True)
@click.option(
    "--condition", type=click.Choice([*map(str, Condition)]), required=True, help="How they arrived."
)
@click.option(
    "--restocked", default="0", show_default=True, help="What goes back to the shelf, of each, as 12.50."
)
@click.option("--currency", default="CNY", show_default=True, help="Of what goes back to the shelf.")
@click.option("--received", type=click.DateTime(["%Y-%m-%d"]), help="The day it came; today without it.")
@click.option("--note", default="", help="What to note.")
def check_in(
    app: App,
    numbers: tuple[str, ...],
    condition: str,
    restocked: str,
    currency: str,
    received: datetime | None,
    note: str,
) -> Answer:
    """Keep that parcels came back."""
    try:
        worth = Money.parse(restocked, currency)
    except NotMoney:
        raise click.BadParameter(_("An amount such as 12.50, or 0."), param_hint="--restocked") from None
    ids = [board.find(app, number) for number in numbers]
    at = received.replace(hour=12, tzinfo=app.now().tzinfo) if received else None
    if at is not None and at.date() == app.now().date():
        at = None
    count = board.check_in(
        app,
        ids,
        condition=Condition(condition),
        restocked_minor=worth.minor,
        currency=currency,
        received_at=at,
        note=note,
        by=app.settings.operator,
    )
    return Answer({"shipments": ids}, [_("{count} parcels are checked in.", count=count)])


@command("complain")
@click.argument("numbers", nargs=-1, required=True)
@click.option("--about", type=click.Choice([*map(str, ComplaintKind)]), required=True, help="What about.")
@click.option("--complaint", default="", help="The carrier's number of the complaint.")
@click.option("--note", default="", help="What to note.")
def complain(app: App, numbers: tuple[str, ...], about: str, complaint: str, note: str) -> Answer:
    """Keep that complaints were made; they are made in the platform's back office."""
    ids = [board.find(app, number) for number in numbers]
    kind = ComplaintKind(about)
    count = board.complain(app, ids, kind, number=complaint, note=note, by=app.settings.operator)
    return Answer({"shipments": ids}, [_("A complaint is noted for {count} parcels.", count=count)])


@command("note")
@click.argument("numbers", nargs=-1, required=True)
@click.option("--owner", help="Who looks after them.")
@click.option("--text", "note", help="What to note.")
@click.option("--aside", is_flag=True, help="Put them aside until something new is said of them.")
def note(app: App, numbers: tuple[str, ...], owner: str | None, note: str | None, aside: bool) -> Answer:
    """Say who looks after failing parcels, note something, or put them aside."""
    ids = [board.find(app, number) for number in numbers]
    by = app.settings.operator
    if owner is not None or note is not None:
        board.look_after(app, ids, owner=owner, note=note, by=by)
    if aside:
        board.put_aside(app, ids, by=by)
    return Answer({"shipments": ids}, ids)


@command("days")
@click.argument("name", required=False)
@click.argument("count", required=False, type=int)
def days(app: App, name: str | None, count: int | None) -> Answer:
    """List after how many days silence speaks and clocks run out, or set one: NAME COUNT."""
    if (name is None) != (count is None):
        raise click.UsageError(_("Give a name and a number of days, or neither."))
    if name is not None and count is not None:
        board.set_days(app, name, count, by=app.settings.operator)
    rows = [shown.record(row) for row in board.days(app)]
    header = [_("Name"), _("Days"), _("Assumed")]
    lines = shown.table(
        header,
        (
            (row["name"], row["days"], _("yes") if row["is_assumed"] and not row["changed_by"] else _("no"))
            for row in rows
        ),
    )
    return Answer(rows, lines)


def tell(report: tracking.PullReport) -> None:
    """How far asking is."""
    say(_("{asked} parcels asked for, {events} new events", asked=report.asked, events=report.events))


def document(report: tracking.PullReport) -> dict[str, Any]:
    """What asking brought, as JSON has it."""
    names = ("asked", "answered", "failed", "events", "news", "abnormal", "troubles")
    return {name: getattr(report, name) for name in names}


def lines_of(report: tracking.PullReport) -> Iterator[str]:
    """The same for people."""
    yield _(
        "{answered} of {asked} parcels answered: {events} new events of {news}; {abnormal} abnormal orders changed.",
        answered=report.answered,
        asked=report.asked,
        events=report.events,
        news=report.news,
        abnormal=report.abnormal,
    )
    for code, count in report.troubles.items():
        yield _("  {count} × {why}", count=count, why=code)


def _failing(app: App, kinds: list[Failing] | None, limit: int) -> Answer:
    found = board.read(app, kinds=kinds, page_size=limit)
    rows = shown.records(found.rows)
    if found.match_count > len(rows):
        say(_("{count} of {all} are listed; --limit lists more.", count=len(rows), all=found.match_count))
    header = [
        _("Shipment"), _("Order"), _("Tracking number"), _("What is the matter"), _("Since"), _("What can be done"),
        _("Looked after by"),
    ]  # fmt: skip
    lines = shown.table(
        header,
        (
            (
                row["shipment_id"],
                row["order_id"],
                row["tracking_number"] or "–",
                failing_label(row["kind"]),
                (row["since_at"] or "–")[:10],
                remedies_sentence(row["remedies"]) or "–",
                row["owner"] or "–",
            )
            for row in rows
        ),
    )
    return Answer(rows, lines)


def _clocks(app: App) -> Answer:
    rows = [shown.record(row) for row in board.read(app, page_size=1).clocks]
    header = [_("Shipment"), _("Order"), _("What runs out"), _("At")]
    lines = shown.table(
        header,
        (
            (row["shipment_id"], row["order_id"], clock_label(row["clock"]), row["runs_out_at"][:16])
            for row in rows
        ),
    )
    return Answer(rows, lines)


for one in (pull, show, codes, map_code, check_in, complain, note, days):
    tracking_group.add_command(one)
COMMANDS = (outcomes, tracking_group)

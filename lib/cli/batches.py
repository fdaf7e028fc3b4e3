"""The batch at a command line: new, send, labels, handover, declare, and what lies between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import click

from lib.app import App
from lib.cli import advice as advice_cli
from lib.cli import advising, deciding, desk, mending, naming, parcels, preparing, printing, shown
from lib.cli.choosing import as_filter, filters
from lib.cli.deciding import POLICIES
from lib.cli.frame import Answer, Commands, command, say
from lib.cli.weighing import edges
from lib.cli.working import work
from lib.domain.shipments import DEAD, State
from lib.services import batches, happenings, orders, plans, shipments
from lib.services import mending as mending_service
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording import (
    cancellations_unasked,
    finding_label,
    finding_sentence,
    gone_sentence,
    reason_mending,
    reason_sentence,
    state_label,
)

#: Parcels that a line names.
MOST_NAMES = 20


@click.group("batch", cls=Commands)
def batch() -> None:
    """Make a batch, send it, print it, hand it over, declare it."""


@command("new")
@click.argument("order_ids", nargs=-1, metavar="[ORDER_ID...]")
@filters
@click.option(
    "--limit", type=click.IntRange(min=1), help="At most so many shipments; excluded orders do not count."
)
@click.option("--policy", type=click.Choice(list(POLICIES)), help="How each shipment gets its plan.")
def new(app: App, order_ids: tuple[str, ...], limit: int | None, policy: str | None, **chosen: Any) -> Answer:
    """Make a draft batch of the named orders, or of those that match and are in no batch yet; prints its id."""
    wanted = as_filter(**chosen | {"free": True if chosen["free"] is None else chosen["free"]})
    ids = list(dict.fromkeys(order_ids)) or orders.matching_ids(app, wanted)
    made = batches.create(
        app, ids, by=app.settings.operator, policy=POLICIES[policy] if policy else None, limit=limit
    )
    document = {
        "batch_id": made.batch_id,
        "shipments": len(made.order_ids),
        "excluded": [
            {
                "order_id": one.order_id,
                "reason": finding_sentence(one.code, value=one.value),
                "code": one.code,
            }
            for one in made.excluded
        ],
    }
    full = limit is not None and len(made.order_ids) == limit
    say(ngettext("{count} shipment in the draft", "{count} shipments in the draft", len(made.order_ids)))
    for code, count in Counter(one.code for one in made.excluded).most_common():
        say(_("  left out: {count} × {why}", count=count, why=finding_label(code)))
    lines = [made.batch_id] if made.batch_id else []
    return Answer(document, lines, bool(made.batch_id) and (full or not made.excluded))


@command("list")
def listing(app: App) -> Answer:
    """List the batches, newest first."""
    rows = shown.records(batches.all_batches(app))
    header = [
        _("Batch"),
        _("Made by"),
        _("Submitted"),
        _("Shipments"),
        _("Refused"),
        _("Ready"),
        _("Declared"),
    ]
    counts = ("shipment_count", "refused_count", "ready_count", "declared_count")
    lines = shown.table(
        header,
        (
            [
                row["batch_id"],
                row["created_by"],
                shown.minute(row["submitted_at"]),
                *(row[name] for name in counts),
            ]
            for row in rows
        ),
    )
    return Answer(rows, lines)


@command("send")
@click.argument("batch_id")
@naming.some
@preparing.decisions
@click.option(
    "--agree",
    is_flag=True,
    help="Accept the agreement, plans that differ from the buyers' choice, and that apply-pickup is agreed.",
)
def send(
    app: App,
    batch_id: str,
    agree: bool,
    more: tuple[str, ...],
    only: tuple[str, ...],
    left_out: tuple[str, ...],
    **said: Any,
) -> Answer:
    """Submit the batch and work until nothing can be done without a person; started again, it goes on.

    With --only or --except only some of its drafts are submitted. `batch prepare` decides the same without sending.

    \b
    For example:
      batch send ID --undeliverable destroy --handover self-post --agree
    """
    by = app.settings.operator
    done: dict[str, Any] = {"submitted": 0, "confirmed": 0, "warnings": [], "kept_back": []}
    chosen = naming.ids(app, batch_id, [State.DRAFT], more, only, left_out)
    if not batches.get(app, batch_id)["submitted_at"] or _count(app, batch_id, State.DRAFT):
        said["warehouse_agreed"] = said["warehouse_agreed"] or agree
        done |= preparing.decide(app, batch_id, preparing.Decisions(**said))
        if agree:
            done["confirmed"] = _confirm(app, batch_id)
        printing.ask_for_stopped(app, batch_id)
        done["dropped"] = batches.drop_gone(app, batch_id, by=by)
        if done["dropped"]:
            say(gone_sentence(done["dropped"]))
        done["kept_back"] = preparing.kept_back(app, shown.records(shipments.listing(app, batch_id)))
        preparing.say_kept_back(done["kept_back"])
        done["submitted"] = shipments.submit(app, batch_id, agreed=agree, by=by, shipment_ids=chosen)
    work(app, batch_id)
    return _outcome(app, batch_id, done)


@command("show")
@click.argument("batch_id")
def show(app: App, batch_id: str) -> Answer:
    """Show where the batch's shipments stand, what they cost so far (estimated), who agreed, and what is late."""
    document = _document(app, batch_id)
    progress = shipments.progress(app, batch_id)
    document |= {
        "paused": progress.paused,
        "settled": progress.settled,
        "total": progress.total,
        "cost": [shown.record(row) for row in happenings.cost(app, batch_id)],
        "agreements": [shown.record(row) for row in shipments.agreements(app, batch_id)],
        "late": [vars(one) | {"state": str(one.state)} for one in shipments.late(app, batch_id)],
    }
    return Answer(document, [*_lines(document), *_more(document)])


def _more(document: dict[str, Any]) -> Iterator[str]:
    for row in document["cost"]:
        yield _("cost so far {fee}, estimated", fee=shown.money(row["fee_minor"], row["currency"]))
        if row["return_fee_minor"]:
            fee = shown.money(row["return_fee_minor"], row["return_fee_currency"])
            yield _("{fee} return service, assumed", fee=fee)
    for one in document["agreements"]:
        yield _(
            "{agreement} (wording of {version}) accepted by {who} on {when}",
            agreement=one["title"],
            version=one["version"],
            who=one["agreed_by"],
            when=shown.minute(one["agreed_at"]),
        )
    if document["paused"]:
        yield _("This batch is paused: nothing more of it is sent.")
    if document["late"]:
        yield _("Late: {shipments}", shipments=_(", ").join(one["shipment_id"] for one in document["late"]))


@command("retry")
@click.argument("batch_id")
@naming.some
@click.option("--agree", is_flag=True, help="Accept plans that differ from the buyers' choice.")
def retry(app: App, batch_id: str, agree: bool, **names: Any) -> Answer:
    """Send refused shipments again, and work until nothing can be done without a person."""
    chosen = naming.ids(app, batch_id, [State.REFUSED], **names)
    confirmed = _confirm(app, batch_id) if agree else 0
    again = mending_service.Again()
    if _count(app, batch_id, State.REFUSED):
        again = mending_service.send_again(app, batch_id, by=app.settings.operator, shipment_ids=chosen)
    if again.unasked:
        say(cancellations_unasked())
    if again.gone:
        say(gone_sentence(again.gone))
    work(app, batch_id)
    done = {"retried": again.count, "dropped": list(again.gone), "confirmed": confirmed}
    return _outcome(app, batch_id, done)


@command("pause")
@click.argument("batch_id")
def pause(app: App, batch_id: str) -> Answer:
    """Send nothing more of the batch until it is resumed."""
    shipments.pause(app, batch_id, by=app.settings.operator)
    return Answer(
        _document(app, batch_id, paused=True), [_("Batch {batch_id} is paused.", batch_id=batch_id)]
    )


@command("resume")
@click.argument("batch_id")
def resume(app: App, batch_id: str) -> Answer:
    """Let a paused batch go on, with the next `batch send`."""
    shipments.resume(app, batch_id, by=app.settings.operator)
    line = _("Batch {batch_id} may go on: send it again, or open the dashboard.", batch_id=batch_id)
    return Answer(_document(app, batch_id, paused=False), [line])


@command("handover")
@click.argument("batch_id")
@naming.some
@click.option("--courier", help="Domestic courier.")
@click.option("--courier-number", help="Its tracking number.")
@click.option("--weight-g", type=click.IntRange(min=1), help="What the scale said of all of it.")
def handover_command(
    app: App,
    batch_id: str,
    courier: str | None,
    courier_number: str | None,
    weight_g: int | None,
    **names: Any,
) -> Answer:
    """Record that the batch's ready parcels left the desk: all, only the named ones, or all but those."""
    chosen = naming.ids(app, batch_id, [State.READY], **names)
    printing.ask_for_stopped(app, batch_id)
    moved, stayed = shipments.hand_over(
        app, batch_id, by=app.settings.operator, shipment_ids=chosen, courier=courier, number=courier_number,
        scale_g=weight_g,
    )  # fmt: skip
    printing.say_stopped(app, batch_id)
    lines = [ngettext("{count} parcel handed over", "{count} parcels handed over", moved)]
    if stayed:
        lines.append(_("Stayed: {shipments}", shipments=_some(stayed)))
    return Answer(_document(app, batch_id, handed_over=moved, stayed=stayed), lines)


@command("declare")
@click.argument("batch_id")
@naming.some
def declare(app: App, batch_id: str, **names: Any) -> Answer:
    """Declare what of the batch was handed over, and work until that is done: buyers are told their numbers."""
    chosen = naming.ids(app, batch_id, [State.HANDED_OVER], **names)
    wanted = shipments.declare(app, batch_id, by=app.settings.operator, shipment_ids=chosen)
    printing.say_stopped(app, batch_id)
    work(app, batch_id)
    return _outcome(app, batch_id, {"declaring": wanted})


@command("discard")
@click.argument("batch_id")
def discard(app: App, batch_id: str) -> Answer:
    """Give up a draft that was never submitted: all its orders are free again."""
    count = batches.discard(app, batch_id, by=app.settings.operator)
    line = ngettext("{count} order is free again.", "{count} orders are free again.", count)
    return Answer({"batch_id": batch_id, "freed": count}, [line])


def _confirm(app: App, batch_id: str) -> int:
    """Confirm the plans that differ from the buyers' choice, naming how many of each."""
    pairs = plans.mismatches(app, batch_id)
    count = sum(pair.shipment_count for pair in pairs)
    if not count:
        return 0
    say(
        ngettext(
            "Confirmed: {count} shipment goes on another plan than the buyer chose",
            "Confirmed: {count} shipments go on another plan than the buyer chose",
            count,
        )
    )
    for line in preparing.differing_lines(
        [vars(pair) | {"shipments": pair.shipment_count} for pair in pairs]
    ):
        say(line)
    return plans.confirm(app, batch_id, count, by=app.settings.operator)


def _count(app: App, batch_id: str, state: State) -> int:
    return shipments.progress(app, batch_id).counts.get(state, 0)


def _outcome(app: App, batch_id: str, done: dict[str, Any]) -> Answer:
    """How the batch stands after work: all went well when nothing was refused and nothing is left to send."""
    document = _document(app, batch_id, **done)
    counts: dict[str, int] = document["counts"]
    refused = [row for row in document["shipments"] if row["reason"] and row["state"] not in DEAD]
    for row in refused:
        say(f"{row['shipment_id']} ({row['order_id']}): {row['reason']} {reason_mending(row['reason_code'])}")
    if counts.get(State.QUEUED):
        say(_("Batch {batch_id} is paused; {count} wait.", batch_id=batch_id, count=counts[State.QUEUED]))
    left = counts.get(State.QUEUED, 0) + counts.get(State.DRAFT, 0) + counts.get(State.REFUSED, 0)
    return Answer(document, [_summary(counts)], not refused and not left)


def _document(app: App, batch_id: str, **done: Any) -> dict[str, Any]:
    rows = shown.records(shipments.listing(app, batch_id))
    rows.sort(key=lambda row: not row["reason_code"])  # What needs a person first, then the list's order.
    for row in rows:
        row["reason"] = reason_sentence(row["reason_code"], row["reason_text"]) or None
    counts = Counter(row["state"] for row in rows)
    return {"batch_id": batch_id, "counts": dict(counts), "shipments": rows} | done


def _lines(document: dict[str, Any]) -> Iterator[str]:
    header = [_("Shipment"), _("Order"), _("Plan"), _("State"), _("Tracking number"), _("Fee"), _("Remark")]
    rows: Sequence[dict[str, Any]] = document["shipments"]
    yield from shown.table(
        header,
        (
            (
                row["shipment_id"],
                row["order_id"],
                row["plan_id"],
                state_label(row["state"]),
                row["tracking_number"],
                shown.money(row["fee_minor"], row["currency"]),
                mending.remark(row),
            )
            for row in rows
        ),
    )
    yield _summary(document["counts"])


def _some(names: Sequence[str]) -> str:
    """The first of many names, and how many more there are; all of them are in the JSON."""
    shown_names = _(", ").join(names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    return _("{names} and {count} more", names=shown_names, count=f"{more:,}") if more > 0 else shown_names


def _summary(counts: dict[str, int]) -> str:
    return _(", ").join(f"{count:,} × {state_label(state)}" for state, count in counts.items())


for one in (
    new,
    deciding.choose,
    edges,
    *advising.COMMANDS,
    advice_cli.advice_command,
    listing,
    preparing.prepare,
    send,
    show,
    retry,
    mending.refused,
    mending.mend,
    mending.cancel,
    pause,
    resume,
    *printing.COMMANDS,
    *desk.BATCH,
    handover_command,
    declare,
    discard,
    *parcels.COMMANDS,
):
    batch.add_command(one)

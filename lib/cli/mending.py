"""Refused parcels at a command line: retry, mend, cancel; and what of an adopted order is not what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from lib.app import App
from lib.cli import naming
from lib.cli.frame import Answer, command, say
from lib.domain.shipments import State
from lib.services import batches, mending
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording import adopted_sentence, reason_mending, reason_sentence


@command("refused")
@click.argument("batch_id")
def refused(app: App, batch_id: str) -> Answer:
    """List what was refused by reason, plan and country, the largest group first, with what mends it."""
    found = mending.groups(app, batch_id)
    document = [
        {
            "reason_code": one.reason_code,
            "reason": reason_sentence(one.reason_code, one.reason_text),
            "plan_id": one.plan_id,
            "country": one.country,
            "count": len(one.shipment_ids),
            "shipments": list(one.shipment_ids),
        }
        for one in found
    ]
    lines = [group_line(one) for one in found] or [_("Nothing is refused.")]
    return Answer(document, lines, not found)


@command("mend")
@click.argument("batch_id")
@naming.some
@click.option("--plan", "plan_id", required=True, help="The plan they are to go on.")
@click.option("--reason", "reason_code", help="Those refused with this code, as `batch refused` names it.")
@click.option("--country", metavar="XX", help="Those to this country.")
def mend(
    app: App,
    batch_id: str,
    plan_id: str,
    reason_code: str | None,
    country: str | None,
    **names: Any,
) -> Answer:
    """Choose another plan for refused parcels: the named ones, those of a reason or a country, or all.

    Numbers right behind the batch are those of --only. `batch retry` sends them again, with --agree where the plan is
    another than the buyer chose.
    """
    chosen = naming.ids(app, batch_id, [State.REFUSED], **names, bare=True)
    if chosen is not None and (reason_code or country):
        raise click.UsageError(_("Name parcels, or a reason and a country, not both."))
    done = mending.choose_plan(
        app,
        batch_id,
        plan_id,
        by=app.settings.operator,
        reason_code=reason_code,
        country=country,
        shipment_ids=chosen,
    )
    if done.kept_ids:
        say(_("{plan} cannot carry: {shipments}", plan=plan_id, shipments=_(", ").join(done.kept_ids)))
    line = ngettext(
        "{count} refused parcel goes on {plan} when it is sent again.",
        "{count} refused parcels go on {plan} when they are sent again.",
        len(done.moved_ids),
        plan=plan_id,
    )
    document = {"batch_id": batch_id, "moved": list(done.moved_ids), "kept": list(done.kept_ids)}
    return Answer(document, [line], not done.kept_ids)


@command("cancel")
@click.argument("batch_id")
@naming.some
def cancel(app: App, batch_id: str, **names: Any) -> Answer:
    """Take out what is not sent yet: the named parcels, or all that are queued. Their orders are free again.

    Numbers right behind the batch are those of --only; with them drafts and refused parcels can be taken out too.
    """
    by = app.settings.operator
    named, _staying = naming.split(**names, bare=True)
    chosen = naming.ids(app, batch_id, batches.REMOVABLE if named else [State.QUEUED], **names, bare=True)
    if chosen is not None:
        count = batches.take_out(app, batch_id, chosen, by=by)
    else:
        count = batches.cancel_unsent(app, batch_id, by=by)
    line = ngettext(
        "{count} taken out; its order is free again.",
        "{count} taken out; their orders are free again.",
        count,
    )
    return Answer({"batch_id": batch_id, "cancelled": count}, [line], count > 0)


def group_line(group: mending.Group) -> str:
    """\"37 × the plan is not available, CPAM to Brazil: choose another plan\"."""
    return _(
        "{count} × {plan} to {country} ({code}): {why} {mend}",
        count=len(group.shipment_ids),
        plan=group.plan_id or "–",
        country=group.country or "–",
        code=group.reason_code or "–",
        why=reason_sentence(group.reason_code, group.reason_text),
        mend=reason_mending(group.reason_code),
    )


def remark(row: Mapping[str, Any]) -> str:
    """What a row of a batch's list says beside its state: why it was refused, or what of it is not as asked."""
    return row["reason"] or adopted_sentence(
        row["undeliverable"], row["found_undeliverable"], row["found_service_code"]
    )

"""Plans stopped by hand, at a command line: stop, stops, lift, move."""

from __future__ import annotations

from datetime import datetime

import click

from lib.app import App
from lib.cli import ruling, shown
from lib.cli.frame import Answer, Commands, command
from lib.services import stops
from lib.texts import gettext as _


@click.group("plans", cls=Commands)
def plans_group() -> None:
    """Stop a plan, and move what stands on it; rules that choose plans."""


@command("stop")
@click.argument("plan_id")
@click.option("--reason", required=True, help="Why; others see it.")
@click.option("--country", default="", metavar="XX", help="Only to this country; without it to all.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="First day; today without it.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; until it is lifted without it.")
def stop(
    app: App, plan_id: str, reason: str, country: str, since: datetime | None, until: datetime | None
) -> Answer:
    """Stop a plan: it leaves quotes at once."""
    stop_id = stops.stop(
        app,
        plan_id,
        reason=reason,
        country=country,
        from_on=since.date() if since else None,
        until_on=until.date() if until else None,
        by=app.settings.operator,
    )
    count = len(stops.shipments(app, stop_id))
    line = _("Stop {stop_id}: {count} parcels stand on it and can be moved.", stop_id=stop_id, count=count)
    return Answer({"stop_id": stop_id, "shipments": count}, [line])


@command("stops")
def listing(app: App) -> Answer:
    """List the stops that are not over."""
    rows = [shown.record(row) for row in stops.current(app)]
    header = [_("Stop"), _("Plan"), _("Country"), _("From"), _("Until, included"), _("Reason"), _("Parcels")]
    names = ("stop_id", "plan_id", "country", "from_on", "until_on", "reason", "shipment_count")
    return Answer(rows, shown.table(header, ([row[name] for name in names] for row in rows)))


@command("lift")
@click.argument("stop_id", type=int)
def lift(app: App, stop_id: int) -> Answer:
    """Let the plan carry again."""
    stops.lift(app, stop_id, by=app.settings.operator)
    return Answer({"stop_id": stop_id}, [_("Stop {stop_id} is lifted.", stop_id=stop_id)])


@command("move")
@click.argument("stop_id", type=int)
@click.argument("plan_id")
def move(app: App, stop_id: int, plan_id: str) -> Answer:
    """Move everything that stands on the stopped plan to PLAN_ID; what the platform has is voided first."""
    moved = stops.move_all(app, stop_id, plan_id, by=app.settings.operator)
    document = {
        "chosen": moved.chosen,
        "voided": moved.voided,
        "left": moved.left,
        "batch_ids": moved.batch_ids,
    }
    line = _(
        "{count} parcels stand on the other plan now, in {batches}; {voided} were voided first.",
        count=moved.chosen,
        batches=_(", ").join(moved.batch_ids) or "–",
        voided=moved.voided,
    )
    return Answer(document, [line], not moved.left)


for one in (stop, listing, lift, move, *ruling.COMMANDS):
    plans_group.add_command(one)

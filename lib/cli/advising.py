"""What to look at before a draft is sent, at a command line: the comparison, trial prices, orders better split."""

from __future__ import annotations

import time
from typing import Any

import click

from lib.app import App
from lib.cli import shown
from lib.cli.frame import Answer, command, say
from lib.domain.plans import Obstacle
from lib.services import plans, splits, trials
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording import obstacle_label
from lib.wording.trials import trial_sentence

#: A ban of the platform is waited out for so long; what is left is asked for by the next run, or the dashboard.
PATIENCE_S = 120.0


@command("compare")
@click.argument("batch_id")
def compare(app: App, batch_id: str) -> Answer:
    """Compare every plan over a draft: what it carries and costs, and how many parcels each reason keeps from it."""
    found = plans.compare(app, batch_id)
    rows = [_plan(row) for row in shown.records(found.plans)]
    document = {
        "plans": rows,
        "frontier": plans.frontier(found.plans),
        "places": shown.records(found.places),
    }
    header = [
        _("Plan"),
        _("Can carry"),
        _("Total in CNY"),
        _("Days"),
        _("The buyer's own"),
        _("Why not the others"),
    ]
    lines = shown.table(
        header,
        (
            (
                row["plan_id"],
                row["carried_count"],
                shown.money(row["fee_cny_minor"], "CNY") if row["carried_count"] else "–",
                shown.days(row["days_min"], row["days_max"]),
                row["matching_count"],
                _("; ").join(
                    f"{count:,} × {obstacle_label(Obstacle[name.upper()])}"
                    for name, count in row["excluded"].items()
                ),
            )
            for row in rows
        ),
    )
    return Answer(document, lines)


def _plan(row: dict[str, Any]) -> dict[str, Any]:
    """The counts of obstacles as one object; none that keeps nothing out."""
    counts = {str(one.name).lower(): row.pop(f"{str(one.name).lower()}_count") for one in Obstacle}
    return row | {"excluded": {name: count for name, count in counts.items() if count}}


@command("trials")
@click.argument("batch_id")
@click.option("--ask", is_flag=True, help="Ask the platform for those without a fresh one first.")
@click.option("--shipment", "shipment_ids", multiple=True, help="With --ask: only for this one; repeatable.")
def trials_command(app: App, batch_id: str, ask: bool, shipment_ids: tuple[str, ...]) -> Answer:
    """Show the platform's trial prices beside our own card's; --ask fetches them within its rate limit."""
    if ask:
        trials.want(app, batch_id, by=app.settings.operator, shipment_ids=list(shipment_ids) or None)
        _fetch(app, batch_id)
    rows = shown.records(trials.of_batch(app, batch_id))
    header = [_("Order"), _("Plan"), _("Fee"), _("Trial price"), _("Difference"), _("Asked"), _("Trial")]
    lines = shown.table(
        header,
        (
            (
                row["order_id"],
                row["plan_id"],
                shown.money(row["fee_minor"], row["currency"]),
                shown.money(row["trial_minor"], row["trial_currency"]),
                shown.money(row["difference_minor"], row["currency"]),
                row["fetched_at"],
                trial_sentence(row["standing"], row["trouble"] or ""),
            )
            for row in rows
        ),
    )
    return Answer(rows, lines)


def _fetch(app: App, batch_id: str) -> None:
    ends = time.monotonic() + PATIENCE_S
    count = trials.fetch(app, batch_id)
    while (due := trials.next_at(app, batch_id)) is not None:
        pause = max((due - app.now()).total_seconds(), 0.05)
        if time.monotonic() + pause > ends:
            say(_("The platform lets nobody ask until {when}. Ask again then.", when=due.isoformat()))
            break
        time.sleep(pause)
        count += trials.fetch(app, batch_id)
    say(ngettext("{count} parcel was asked for", "{count} parcels were asked for", count))


@command("splits")
@click.argument("batch_id")
def splits_command(app: App, batch_id: str) -> Answer:
    """List orders that cost less in several parcels, and receivers of several orders; changes nothing."""
    rows = shown.records(splits.advise(app, batch_id))
    shared = splits.shared_receivers(app, batch_id)
    header = [_("Shipment"), _("Order"), _("Parcels"), _("In one parcel"), _("In several"), _("Saves")]
    lines = shown.table(
        header,
        (
            (
                row["shipment_id"],
                row["order_id"],
                row["parcel_count"],
                shown.money(row["whole_cny_minor"], "CNY"),
                shown.money(row["split_cny_minor"], "CNY"),
                shown.money(row["saved_cny_minor"], "CNY"),
            )
            for row in rows
        ),
    )
    return Answer({"splits": rows, "shared_receivers": shared}, lines)


@command("accept-split")
@click.argument("batch_id")
@click.argument("shipment_id")
def accept_split(app: App, batch_id: str, shipment_id: str) -> Answer:
    """Split a draft as advised; its parcels are drafts of the same batch."""
    parcels = splits.accept(app, batch_id, shipment_id, by=app.settings.operator)
    return Answer({"shipments": parcels}, parcels)


COMMANDS = (compare, trials_command, splits_command, accept_split)

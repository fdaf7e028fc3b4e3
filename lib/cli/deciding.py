"""Choosing plans for a draft at a command line: by a policy, or exactly under limits across the batch."""

from __future__ import annotations

from typing import Any

import click

from lib.app import App
from lib.cli import naming
from lib.cli.frame import Answer, command, say
from lib.domain.limits import Goal, Limits, Quota
from lib.domain.money import Money, NotMoney
from lib.domain.plans import Policy
from lib.domain.shipments import State
from lib.services import limits, plans, shipments
from lib.services.optimise import Clash
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording.limits import chosen_sentence, clash_sentence, limit_label

POLICIES = {str(policy).replace("_", "-"): policy for policy in Policy}


@command("choose")
@click.argument("batch_id")
@naming.some
@click.option("--policy", type=click.Choice(list(POLICIES)), help="Each parcel by itself.")
@click.option(
    "--plan", "plan_id", metavar="PLAN", help="This plan, for all or for those of --only or --except."
)
@click.option(
    "--goal", type=click.Choice([str(goal) for goal in Goal]), help="The whole, under these limits:"
)
@click.option("--budget", metavar="CNY", help="At most this in all.")
@click.option("--days", type=click.IntRange(min=1), help="Promised within so many days.")
@click.option("--differing", type=click.FloatRange(0, 100), help="Percent that may differ from the buyers'.")
@click.option("--most", type=(str, int), multiple=True, metavar="PLAN[+PLAN] N", help="At most N on them.")
@click.option("--least", type=(str, int), multiple=True, metavar="PLAN[+PLAN] N", help="At least N on them.")
def choose(
    app: App,
    batch_id: str,
    policy: str | None,
    plan_id: str | None,
    goal: str | None,
    budget: str | None,
    days: int | None,
    differing: float | None,
    most: tuple[tuple[str, int], ...],
    least: tuple[tuple[str, int], ...],
    **names: Any,
) -> Answer:
    """Choose the plans of a draft, by a policy, by one plan for chosen parcels, or exactly under limits.

    Parcels that got a plan with --plan and --only or --except keep it, whatever a policy or limits say later.

    \b
    For example:
      batch choose ID --policy cheapest
      batch choose ID --plan CPAM --only 8100000000000017
      batch choose ID --goal fastest --budget 5000 --most CPAM+UPSE 100
    """
    by = app.settings.operator
    if [policy, plan_id, goal].count(None) != 2:
        raise click.UsageError(_("Name one of --policy, --plan, or --goal with its limits."))
    chosen = naming.ids(app, batch_id, [State.DRAFT], **names)
    if plan_id is not None:
        return _one_plan(app, batch_id, plan_id, chosen)
    if chosen is not None:
        raise click.UsageError(
            _("--only and --except go with --plan; a policy and limits look at the whole draft.")
        )
    if policy is not None:
        count = plans.choose_by_policy(app, batch_id, POLICIES[policy], by=by)
        said = ngettext("{count} parcel got its plan.", "{count} parcels got their plan.", count)
        return Answer({"batch_id": batch_id, "shipments": count}, [said])
    given = Limits(
        budget_minor=None if budget is None else _cny(budget),
        quotas=(
            *(Quota(tuple(on.split("+")), most=count) for on, count in most),
            *(Quota(tuple(on.split("+")), least=count) for on, count in least),
        ),
        differing_e4=None if differing is None else round(differing * 100),
        days_max=days,
    )
    wanted = Goal(goal or Goal.CHEAPEST)
    try:
        found = limits.choose(app, batch_id, given, by=by, goal=wanted)
    except Clash as clash:
        named = [limit_label(one) for one in clash.limits]
        return Answer({"batch_id": batch_id, "clash": named}, [clash_sentence(clash.limits)], False)
    except TimeoutError:
        said = _("No choice was found in time. Loosen a limit; nothing was changed.")
        return Answer({"batch_id": batch_id, "error": said}, [said], False)
    binding = [one.limit for one in found.binding]
    document = {
        "batch_id": batch_id,
        "shipments": found.shipment_count,
        "without_plan": found.uncarried_count,
        "fee_cny_minor": found.fee_cny_minor,
        "gap": found.gap,
        "goal": str(wanted),
        "binding": [
            {"limit": limit_label(one.limit), "saves_per_unit": round(one.price, 4)} for one in found.binding
        ],
    }
    said = chosen_sentence(found.shipment_count, found.fee_cny_minor, found.gap, binding, wanted)
    return Answer(document, [said], not found.uncarried_count)


def _one_plan(app: App, batch_id: str, plan_id: str, chosen: list[str] | None) -> Answer:
    """One plan for chosen parcels; those it cannot carry keep what they had, and are named."""
    plans.choose_plan(app, batch_id, plan_id, by=app.settings.operator, shipment_ids=chosen)
    rows = shipments.listing(app, batch_id)
    rows = rows[(rows["state"] == State.DRAFT) & (rows["shipment_id"].isin(chosen or rows["shipment_id"]))]
    kept = rows[rows["plan_id"] != plan_id]["shipment_id"].tolist()
    if kept:
        say(_("{plan} cannot carry: {shipments}", plan=plan_id, shipments=_(", ").join(kept)))
    count = len(rows) - len(kept)
    said = ngettext("{count} parcel got its plan.", "{count} parcels got their plan.", count)
    return Answer({"batch_id": batch_id, "shipments": count, "kept": kept}, [said], not kept)


def _cny(text: str) -> int:
    try:
        return Money.parse(text, "CNY").minor
    except NotMoney as error:
        raise click.UsageError(
            _("{text} is no amount; write it as {example}.", text=text, example="--budget 1234.50")
        ) from error

"""Choosing plans for a draft at a command line: by a policy, or exactly under limits across the batch."""

from __future__ import annotations

import click

from lib.app import App
from lib.cli.frame import Answer, command
from lib.domain.limits import Goal, Limits, Quota
from lib.domain.money import Money, NotMoney
from lib.domain.plans import Policy
from lib.services import limits, plans
from lib.services.optimise import Clash
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording.limits import chosen_sentence, clash_sentence, limit_label

POLICIES = {str(policy).replace("_", "-"): policy for policy in Policy}


@command("choose")
@click.argument("batch_id")
@click.option("--policy", type=click.Choice(list(POLICIES)), help="Each parcel by itself.")
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
    goal: str | None,
    budget: str | None,
    days: int | None,
    differing: float | None,
    most: tuple[tuple[str, int], ...],
    least: tuple[tuple[str, int], ...],
) -> Answer:
    """Choose the plans of a draft; parcels locked to a plan keep it."""
    by = app.settings.operator
    if (policy is None) == (goal is None):
        raise click.UsageError("Name either --policy, or --goal with its limits.")
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


def _cny(text: str) -> int:
    try:
        return Money.parse(text, "CNY").minor
    except NotMoney as error:
        raise click.UsageError(f"{text} is no amount; write --budget 1234.50.") from error

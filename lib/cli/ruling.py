"""The list of rules that choose plans, at a command line: rules, rule-add, rule-first, rule-remove, dry-run."""

from __future__ import annotations

import click

from lib.app import App
from lib.cli import shown
from lib.cli.frame import Answer, command
from lib.domain.money import Money, NotMoney
from lib.domain.plans import Cargo
from lib.services import rules
from lib.texts import gettext as _
from lib.wording.rules import rule_sentence


@command("rules")
def listing(app: App) -> Answer:
    """List the rules in the order in which they are tried."""
    found = rules.every(app)
    header = [_("Rule"), _("If"), _("Plan")]
    lines = shown.table(header, ((one["rule_id"], rule_sentence(one), one["plan_id"]) for one in found))
    return Answer([shown.record(one) for one in found], lines)


@command("rule-add")
@click.argument("plan_id")
@click.option("--country", "countries", multiple=True, metavar="XX", help="ISO country code; repeatable.")
@click.option("--min-g", type=click.IntRange(min=1), help="Not lighter, in grams.")
@click.option("--max-g", type=click.IntRange(min=1), help="Not heavier, in grams.")
@click.option("--min-value", nargs=2, metavar="AMOUNT CURRENCY", help="Worth at least, as 12.50 USD.")
@click.option("--max-value", nargs=2, metavar="AMOUNT CURRENCY", help="Worth at most, as 12.50 USD.")
@click.option(
    "--cargo", type=click.Choice([str(cargo) for cargo in Cargo]), default=None, help="Kind of goods."
)
@click.option("--sku", default="", help="This SKU is in it.")
@click.option("--service", default="", help="The service the buyer chose, as orders name it.")
def add(
    app: App,
    plan_id: str,
    countries: tuple[str, ...],
    min_g: int | None,
    max_g: int | None,
    min_value: tuple[str, str] | None,
    max_value: tuple[str, str] | None,
    cargo: str | None,
    sku: str,
    service: str,
) -> Answer:
    """Add a rule behind all others: a parcel that meets every condition goes on PLAN_ID."""
    rule_id = rules.add(
        app,
        plan_id,
        by=app.settings.operator,
        countries=countries,
        min_g=min_g,
        max_g=max_g,
        least=_worth(min_value),
        most=_worth(max_value),
        cargo_class=cargo or "",
        sku=sku,
        buyer_service=service,
    )
    return Answer({"rule_id": rule_id}, [_("Rule {rule_id} is kept.", rule_id=rule_id)])


@command("rule-first")
@click.argument("rule_id", type=int)
def first(app: App, rule_id: int) -> Answer:
    """Try a rule before all others."""
    rules.put_first(app, rule_id, by=app.settings.operator)
    return Answer({"rule_id": rule_id}, [_("Rule {rule_id} is tried first.", rule_id=rule_id)])


@command("rule-remove")
@click.argument("rule_id", type=int)
def remove(app: App, rule_id: int) -> Answer:
    """Try a rule no more."""
    rules.remove(app, rule_id, by=app.settings.operator)
    return Answer({"rule_id": rule_id}, [_("Rule {rule_id} is removed.", rule_id=rule_id)])


@command("dry-run")
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=rules.DAYS,
    show_default=True,
    help="Orders of so many days.",
)
def dry_run(app: App, days: int) -> Answer:
    """Say which rule would decide each order of the last days; changes nothing."""
    rows = shown.records(rules.dry_run(app, days=days))
    header = [_("Order"), _("Rule"), _("Plan"), _("Can carry it"), _("Fee"), _("Went on")]
    lines = shown.table(
        header,
        (
            (
                row["order_id"],
                row["rule_id"],
                row["plan_id"],
                _("yes") if row["is_carried"] else _("no"),
                shown.money(row["fee_cny_minor"], "CNY"),
                row["was_plan_id"],
            )
            for row in rows
        ),
    )
    return Answer(rows, lines)


def _worth(given: tuple[str, str] | None) -> Money | None:
    if given is None:
        return None
    try:
        return Money.parse(given[0], given[1].upper())
    except NotMoney as error:
        raise click.UsageError(
            _("{text} is no amount; write it as {example}.", text=" ".join(given), example="12.50 USD")
        ) from error


COMMANDS = (listing, add, first, remove, dry_run)

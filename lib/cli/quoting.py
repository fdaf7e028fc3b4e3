"""What plans cost for an order or a parcel, taken apart, and what is due besides: quote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from lib.app import App
from lib.cli import shown
from lib.cli.frame import Answer, command
from lib.domain.money import Money, NotMoney
from lib.domain.plans import Cargo, Channel, Obstacle, Part
from lib.domain.shipments import Decision
from lib.services import plans
from lib.texts import gettext as _
from lib.wording import due_label, obstacle_label, part_label


@command("quote")
@click.argument("order_id", required=False)
@click.option("--country", metavar="XX", help="ISO country code of a parcel without an order.")
@click.option("--weight-g", type=click.IntRange(min=1), help="Its weight in grams.")
@click.option(
    "--cargo",
    type=click.Choice([str(cargo) for cargo in Cargo]),
    default=str(Cargo.GENERAL),
    show_default=True,
    help="Kind of goods.",
)
@click.option("--size-mm", type=(int, int, int), metavar="L W H", help="Its sizes in millimetres.")
@click.option("--postcode", help="Its postcode, for surcharges of remote areas.")
@click.option("--value", "declared", metavar="AMOUNT CURRENCY", nargs=2, help="What it is worth.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Quote by the rate cards of this day.")
@click.option("--elsewhere", is_flag=True, help="Lines published for other marketplaces, to compare with.")
@click.option(
    "--undeliverable",
    type=click.Choice([str(decision) for decision in Decision]),
    default=str(Decision.DESTROY),
    show_default=True,
    help="return adds the return-service fee as a part.",
)
def quote(
    app: App,
    order_id: str | None,
    country: str | None,
    weight_g: int | None,
    cargo: str,
    size_mm: tuple[int, int, int] | None,
    postcode: str | None,
    declared: tuple[str, str] | None,
    on: datetime | None,
    elsewhere: bool,
    undeliverable: str,
) -> Answer:
    """Say what every plan costs for an order or a parcel, taken apart, or why it cannot carry it.

    What is due at the destination by dated rules (landed) stands apart and is never part of a fee.
    """
    if order_id and not (country or weight_g or on or elsewhere):
        quotes = plans.quote_order(app, order_id)
        landed = plans.landed_of_order(app, order_id)
    elif country and weight_g and not order_id:
        worth, day = _worth(declared), on.date() if on else None
        quotes = plans.quote_parcel(
            app,
            country=country,
            weight_g=weight_g,
            cargo_class=Cargo(cargo),
            sizes_mm=size_mm,
            postcode=postcode,
            declared=worth,
            on=day,
            sold=Channel.ELSEWHERE if elsewhere else Channel.ONLINE,
        )
        landed = plans.landed_of_parcel(app, country=country, declared=worth, on=day)
    else:
        raise click.UsageError(_("Name an order, or --country and --weight-g."))
    due = [_landed(one) for one in landed]
    document = [_quote(one, undeliverable == Decision.RETURN) | {"landed": due} for one in quotes]
    return Answer(document, [*_quote_lines(document), *_landed_lines(due)])


def _worth(declared: tuple[str, str] | None) -> Money | None:
    if declared is None:
        return None
    try:
        return Money.parse(declared[0], declared[1].upper())
    except NotMoney as error:
        raise click.UsageError(
            _(
                "{text} is no amount; write it as {example}.",
                text=" ".join(declared),
                example="--value 12.50 USD",
            )
        ) from error


def _quote(quote: plans.Quote, returns: bool) -> dict[str, Any]:
    parts = [{"part": str(part), "fee_minor": minor} for part, minor in quote.parts]
    fee_minor = quote.fee_minor
    # An amount of another currency is not added up; it stands beside it.
    returns = returns and quote.return_fee_minor is not None and quote.return_fee_currency == quote.currency
    if returns and fee_minor is not None and quote.return_fee_minor is not None:
        parts.append({"part": str(Part.RETURN_SERVICE), "fee_minor": quote.return_fee_minor})
        fee_minor += quote.return_fee_minor
    return {
        "plan_id": quote.plan_id,
        "name": shown.plan_name(quote.name_en, quote.name_zh),
        "eligible": quote.eligible,
        "reasons": [obstacle_label(one) for one in quote.obstacles],
        "reason_codes": [str(one.name).lower() for one in Obstacle if one in quote.obstacles],
        "fee_minor": fee_minor,
        "currency": quote.currency,
        "parts": parts,
        "days_min": quote.days_min,
        "days_max": quote.days_max,
        "fee_cny_minor": quote.fee_cny_minor,
        "chargeable_g": quote.chargeable_g,
        "card_id": quote.card_id,
        "card_from": shown.plain(quote.card_from),
        "card_source": quote.card_source,
        "card_note": quote.card_note,
        "tracked": quote.tracked,
        "is_buyers": quote.is_buyers,
        "over_buyers_cny_minor": quote.over_buyers_cny_minor,
        "over_buyers_days": quote.over_buyers_days,
        "return_supported": quote.return_supported,
        "return_fee_minor": quote.return_fee_minor,
        "return_fee_currency": quote.return_fee_currency,
    }


def _quote_lines(quotes: list[dict[str, Any]]) -> Iterator[str]:
    header = [
        _("Plan"),
        _("Name"),
        _("Fee"),
        _("Days"),
        _("Charged for"),
        _("Rate card of"),
        _("Parts, or why not"),
    ]
    yield from shown.table(header, (_quote_row(quote) for quote in quotes))


def _quote_row(quote: dict[str, Any]) -> tuple[object, ...]:
    if not quote["eligible"]:
        why = _("; ").join(quote["reasons"])
        return (quote["plan_id"], quote["name"], "–", "–", "–", quote["card_from"] or "–", why)
    parts = [
        f"{part_label(part['part'])} {shown.money(part['fee_minor'], quote['currency'])}"
        for part in quote["parts"]
    ]
    return (
        quote["plan_id"],
        quote["name"],
        shown.money(quote["fee_minor"], quote["currency"]),
        shown.days(quote["days_min"], quote["days_max"]),
        shown.weight(quote["chargeable_g"]),
        quote["card_from"],
        " + ".join(parts),
    )


def _landed(due: plans.Landed) -> dict[str, Any]:
    return {
        "rule": due.rule,
        "kind": str(due.kind),
        "since": due.since.isoformat(),
        "amount_minor": due.amount_minor,
        "currency": due.currency,
        "heading_count": due.heading_count,
        "within_limit": due.within_limit,
        "limit_minor": due.limit_minor,
        "limit_currency": due.limit_currency,
    }


def _landed_lines(due: list[dict[str, Any]]) -> Iterator[str]:
    if due:
        yield _("Due at the destination, in no fee above:")
    for one in due:
        yield _(
            "  {what}, since {since} ({rule}): {amount}; limit {limit}",
            what=due_label(one["kind"]),
            since=one["since"],
            rule=one["rule"],
            amount=shown.money(one["amount_minor"], one["currency"]),
            limit=shown.money(one["limit_minor"], one["limit_currency"]),
        )


COMMANDS = (quote,)

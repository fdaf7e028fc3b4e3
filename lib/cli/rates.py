"""Rate cards and bills at a command line: what there is, what a new card would change, from when it holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from lib.app import App
from lib.cli import shown
from lib.cli.frame import Answer, Commands, command, say
from lib.services import bills, files
from lib.services import rates as service
from lib.texts import gettext as _
from lib.wording import card_note, card_state_label

#: So many changed orders and destinations are printed for people; all of them are in the JSON.
MOST_LINES = 20

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("rates", cls=Commands)
def rates() -> None:
    """Rate cards in versions: load them with `load --as rates`, look at what they change, activate them."""


@command("list")
def list_(app: App) -> Answer:
    """List the rate cards, by plan, the newest first."""
    rows = [shown.record(row) for row in service.cards(app)]
    header = [_("Card"), _("Plan"), _("State"), _("From"), _("To"), _("Currency"), _("Countries"), _("Note")]
    table = shown.table(
        header,
        (
            (
                row["card_id"],
                row["plan_id"],
                card_state_label(row["state"]),
                row["active_from"] or row["valid_from"],
                row["active_to"] or row["valid_to"],
                row["currency"],
                row["country_count"],
                card_note(row["note"]),
            )
            for row in rows
        ),
    )
    return Answer(rows, table)


@command("preview")
@click.argument("card_id")
@click.option("--on", type=DAY, help="The day from which it would be active.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the changed orders as .xlsx.")
def preview(app: App, card_id: str, on: datetime | None, output: Path | None) -> Answer:
    """Say what a card would change: prices by country, and the orders of the last 90 days."""
    found = service.preview(app, card_id, on=on.date() if on else None)
    if output:
        output.write_bytes(files.as_xlsx(found.orders))
        say(_("Written: {path}", path=output))
    document = {
        "card_id": card_id,
        "plan_id": found.card["plan_id"],
        "active_from": found.active_from.isoformat(),
        "prices": shown.record(found.places_total),
        "countries": shown.records(found.places),
        "orders": shown.record(found.orders_total) | {"difference_cny_minor": found.difference_cny_minor},
        "changed_orders": shown.records(found.orders),
    }
    return Answer(document, _preview_lines(document))


@command("activate")
@click.argument("card_id")
@click.option("--on", type=DAY, help="From which day on; today, or its first day if that is later.")
def activate(app: App, card_id: str, on: datetime | None) -> Answer:
    """Make quotes by a card from a day on; the card before it ends there."""
    day = service.activate(app, card_id, on=on.date() if on else None, by=app.settings.operator)
    line = _("Quotes are made by {card_id} from {day} on.", card_id=card_id, day=day)
    return Answer({"card_id": card_id, "active_from": day.isoformat()}, [line])


@command("discard")
@click.argument("card_id")
def discard(app: App, card_id: str) -> Answer:
    """Drop a card that was loaded and never activated."""
    service.discard(app, card_id, by=app.settings.operator)
    return Answer({"card_id": card_id}, [_("Rate card {card_id} is dropped.", card_id=card_id)])


@command("elsewhere")
@click.option("--country", metavar="XX", help="ISO country code.")
def elsewhere(app: App, country: str | None) -> Answer:
    """List published prices that lack what a parcel could be quoted by; they are in no quote."""
    rows = shown.records(service.spot_prices(app, country=country.upper() if country else None))
    header = [_("List"), _("Service"), _("Detail"), _("Country"), _("Price"), _("Days"), _("Of")]
    table = shown.table(
        header,
        (
            (
                row["list_id"],
                row["service"],
                row["detail"],
                row["country"],
                shown.money(row["price_minor"], row["currency"]),
                shown.days(row["days_min"], row["days_max"]),
                row["quoted_on"],
            )
            for row in rows
        ),
    )
    return Answer(rows, table)


@command("bills")
def bills_command(app: App) -> Answer:
    """Say what carriers billed, and what of it belongs to no shipment here; numbers are looked for again."""
    bills.match(app)
    totals = [shown.record(row) for row in bills.totals(app)]
    loose = shown.records(bills.lines(app, matched=False, page_size=100_000))
    header = [_("Currency"), _("Lines"), _("Shipments"), _("Total"), _("Unmatched"), _("Unmatched total")]
    table = shown.table(
        header,
        (
            (
                row["currency"],
                row["line_count"],
                row["shipment_count"],
                shown.money(row["amount_minor"], row["currency"]),
                row["unmatched_count"],
                shown.money(row["unmatched_minor"], row["currency"]),
            )
            for row in totals
        ),
    )
    return Answer({"totals": totals, "unmatched": loose}, table)


def _preview_lines(found: dict[str, Any]) -> Iterator[str]:
    prices, orders = found["prices"], found["orders"]
    yield _(
        "{card_id} from {day} on: {changed} of {count} prices change (mean {mean}, median {median}); "
        "{added} are new, {lost} are gone.",
        card_id=found["card_id"],
        day=found["active_from"],
        changed=prices["changed_count"],
        count=prices["price_count"],
        mean=_percent(prices["mean_percent"]),
        median=_percent(prices["median_percent"]),
        added=prices["added_count"],
        lost=prices["lost_count"],
    )
    header = [
        _("Country"),
        _("Goods"),
        _("Weights"),
        _("Mean"),
        _("Median"),
        _("Least"),
        _("Most"),
        _("New"),
        _("Gone"),
    ]
    yield from shown.table(
        header,
        (
            (
                row["country"],
                row["cargo_class"],
                row["weight_count"],
                *(_percent(row[f"{kind}_percent"]) for kind in ("mean", "median", "least", "most")),
                row["added_count"],
                row["lost_count"],
            )
            for row in found["countries"][:MOST_LINES]
            if row["changed_count"] or row["added_count"] or row["lost_count"]
        ),
    )
    yield _(
        "Orders of the last {days} days: {changed} of {count} parcels would have cost something else, {plans} of "
        "them on another plan, {lost} would have had no plan; {difference} in all.",
        days=service.PREVIEW_DAYS,
        changed=orders["changed_count"],
        count=orders["parcel_count"],
        plans=orders["plan_count"],
        lost=orders["lost_count"],
        difference=shown.money(orders["difference_cny_minor"], "CNY"),
    )
    header = [_("Order"), _("Country"), _("Weight"), _("Plan"), _("Fee"), _("New plan"), _("New fee")]
    yield from shown.table(
        header,
        (
            (
                row["order_id"],
                row["country"],
                shown.weight(row["weight_g"]),
                row["plan_before"],
                shown.money(row["before_minor"], row["before_currency"]),
                row["plan_after"],
                shown.money(row["after_minor"], row["after_currency"]),
            )
            for row in found["changed_orders"][:MOST_LINES]
        ),
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:+.1f} %"


for one in (list_, preview, activate, discard, elsewhere):
    rates.add_command(one)

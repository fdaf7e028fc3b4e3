"""Holding orders back at a command line, and letting them go on: hold, release."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from lib.app import App
from lib.cli.choosing import as_filter, filters
from lib.cli.frame import Answer, command
from lib.domain.orders import OrderFilter
from lib.services import orders
from lib.texts import gettext as _
from lib.texts import ngettext


@command("hold")
@click.argument("order_ids", nargs=-1, metavar="[ORDER_ID...]")
@filters
@click.option("--reason", required=True, help="Why they wait.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Until the start of this day, UTC; until released without it.",
)
def hold(app: App, order_ids: tuple[str, ...], reason: str, until: datetime | None, **chosen: Any) -> Answer:
    """Put orders on hold (搁置): the named ones, or those that match the filters. They stay out of new batches.

    \b
    For example:
      hold 8100000000000017 --reason "buyer asked to wait" --until 2026-09-10
    """
    ids = _ids(app, order_ids, chosen)
    at = until.replace(tzinfo=UTC) if until else None
    count = orders.hold(app, ids, reason=reason, until=at, by=app.settings.operator)
    line = ngettext("{count} order is on hold.", "{count} orders are on hold.", count)
    return Answer({"held": count, "orders": ids}, [line])


@command("release")
@click.argument("order_ids", nargs=-1, metavar="[ORDER_ID...]")
@filters
def release(app: App, order_ids: tuple[str, ...], **chosen: Any) -> Answer:
    """End the hold of orders: of the named ones, or of those that match the filters (--held for all)."""
    ids = _ids(app, order_ids, chosen)
    count = orders.release(app, ids, by=app.settings.operator)
    line = ngettext("{count} order is free again.", "{count} orders are free again.", count)
    return Answer({"released": count, "orders": ids}, [line])


def _ids(app: App, order_ids: tuple[str, ...], chosen: dict[str, Any]) -> list[str]:
    wanted = as_filter(**chosen)
    if bool(order_ids) == (wanted != OrderFilter()):
        raise click.UsageError(_("Name orders, or filters that say which are meant, not both."))
    if order_ids:
        return orders.known(app, list(dict.fromkeys(order_ids)))
    return orders.matching_ids(app, wanted)


COMMANDS = (hold, release)

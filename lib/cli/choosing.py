"""Options that several commands share: the Orders page's filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from lib.domain.orders import OrderFilter
from lib.texts import gettext as _

Act = TypeVar("Act", bound=Callable[..., Any])


class Hours(click.ParamType):
    """A span in hours: `24h`, `2d`, or a plain number of hours."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a span. A span that cannot be read is wrong use."""
        found = re.fullmatch(r"(\d{1,4})\s*([hd]?)", str(value).strip().lower())
        if not found:
            self.fail(_("“{value}” is no span of time. Write 24h or 2d.", value=value), param, ctx)
        return int(found.group(1)) * (24 if found.group(2) == "d" else 1)


_FILTERS = (
    click.option("--country", "countries", multiple=True, metavar="XX", help="ISO country code; repeatable."),
    click.option("--shop", "shops", multiple=True, metavar="SHOP", help="Shop; repeatable."),
    click.option("--service", "services", multiple=True, metavar="NAME", help="Buyer's service; repeatable."),
    click.option(
        "--due-within", "due_within_h", type=Hours(), metavar="24h", help="Deadline within, or passed."
    ),
    click.option("--overdue/--not-overdue", "overdue", default=None, help="The deadline has passed, or not."),
    click.option(
        "--with-note/--without-note", "with_note", default=None, help="The buyer left a note, or not."
    ),
    click.option(
        "--several/--single", "several", default=None, help="Several products in the order, or one."
    ),
    click.option("--held/--not-held", "on_hold", default=None, help="On hold, or not."),
    click.option(
        "--blocked/--not-blocked", "blocked", default=None, help="Kept out of batches by a finding."
    ),
    click.option("--partly/--whole", "partly", default=None, help="Partly shipped already, or not at all."),
    click.option("--free/--in-batch", "free", default=None, help="Not in a batch yet, or all of it in one."),
    click.option("--order", "wanted", metavar="TEXT", help="Part of an order number."),
)


def filters(act: Act) -> Act:
    """Add the filters to a command; they arrive as `chosen`, made of them by `as_filter`."""
    for option in reversed(_FILTERS):
        act = option(act)
    return act


def as_filter(
    countries: tuple[str, ...],
    shops: tuple[str, ...],
    services: tuple[str, ...],
    free: bool | None,
    **others: Any,
) -> OrderFilter:
    """The filter these options mean."""
    return OrderFilter(
        shops=shops or None,
        countries=tuple(country.upper() for country in countries) or None,
        services=services or None,
        placed=None if free is None else not free,
        **others,
    )

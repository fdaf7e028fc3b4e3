"""Which parcels of a batch a command is meant for: all it can be done with, only the named ones, or all but those."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

import click

from lib.app import App
from lib.domain.shipments import State
from lib.services import shipments
from lib.texts import gettext as _

Act = TypeVar("Act", bound=Callable[..., Any])
#: Numbers one after the other behind an option arrive as further arguments.
_MORE = click.argument("more", nargs=-1, metavar="")

_NUMBERS = (
    click.option(
        "--only",
        multiple=True,
        metavar="NUMBER...",
        help="Only these parcels, by tracking, LP, logistics order, order or shipment number; any number of them.",
    ),
    click.option(
        "--except",
        "left_out",
        multiple=True,
        metavar="NUMBER...",
        help="All but these; named as with --only.",
    ),
)


def some(act: Act) -> Act:
    """Add --only and --except behind the batch's id; they arrive as `more`, `only`, `left_out`, read by `split`."""
    return _MORE(numbers(act))


def numbers(act: Act) -> Act:
    """The options alone, for a command that has arguments of its own."""
    for option in reversed(_NUMBERS):
        act = option(act)
    return act


def split(
    more: Collection[str], only: Collection[str], left_out: Collection[str], *, bare: bool = False
) -> tuple[list[str], list[str]]:
    """The numbers to do it with, and those to leave out; one of them is empty.

    Numbers may stand one after the other behind the option (--except A B), or with commas. `bare`: without an option
    they are those it is done with.
    """
    if only and left_out:
        raise click.UsageError(_("Name parcels with either --only or --except."))
    if more and not (only or left_out or bare):
        raise click.UsageError(_("Numbers stand behind --only or --except."))
    named = [number for text in (*only, *left_out, *more) for number in text.replace(",", " ").split()]
    if (only or left_out) and not named:
        raise click.UsageError(_("Behind --only or --except stands at least one number."))
    return ([], named) if left_out else (named, [])


def ids(
    app: App,
    batch_id: str,
    states: Collection[State],
    more: Collection[str],
    only: Collection[str],
    left_out: Collection[str],
    *,
    bare: bool = False,
) -> list[str] | None:
    """The shipments that are meant; None: all there are in these states."""
    named, staying = split(more, only, left_out, bare=bare)
    if not named and not staying:
        return None
    return shipments.choose(app, batch_id, states, only=named, left_out=staying)

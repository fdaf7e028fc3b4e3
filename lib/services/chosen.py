"""What was chosen from a list that others change meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lib.domain.problems import Problem

#: Of many, so many are named.
NAMED = 8


def still(chosen: Sequence[str], there: Iterable[str]) -> tuple[list[str], list[str]]:
    """The chosen that are there by now, and those that are not. Raises Problem('chosen_gone') when none is."""
    now = set(there)
    left, gone = [one for one in chosen if one in now], [one for one in chosen if one not in now]
    if gone and not left:
        raise Problem("chosen_gone", names=", ".join(gone[:NAMED]) + (" …" if len(gone) > NAMED else ""))
    return left, gone

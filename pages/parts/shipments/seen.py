"""What a person saw when clicking: an action is of that alone, whatever came into the list or left it since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lib.domain.shipments import State
from lib.services import chosen as service
from lib.services import shipments
from lib.ui import actions, formats, tables
from lib.ui.context import app


def still(chosen: Sequence[str], there: Iterable[str]) -> list[str]:
    """Those of the chosen that are there by now; the others are named. Raises Problem('chosen_gone') when none is."""
    left, gone = service.still(chosen, there)
    if gone:
        actions.notice("warning", formats.plain(tables.gone_sentence(gone)))
    return left


def still_in(batch_id: str, chosen: Sequence[str], state: State) -> list[str]:
    """As `still`, of shipments of a batch that were shown in a state."""
    rows = shipments.listing(app(), batch_id)
    return still(chosen, rows.loc[rows["state"] == state, "shipment_id"])

"""Why a parcel is on the stop list, and where it lies in the printed pile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording.findings import conflict_label
from lib.wording.labels import status_label


def stop_sentence(reasons: Iterable[tuple[str, str]]) -> str:
    """What is wrong with it, in one line."""
    return _("; ").join(_reason(kind, value) for kind, value in reasons)


def where_printed(run: int | None, page: int | None, sheet: int | None, place: int | None) -> str:
    """`run 12, page 5`, or `run 12, sheet 2, place 3` where four labels share a sheet; a dash for never."""
    if run is None:
        return "–"
    if place is None:
        return _("run {run}, page {page}", run=run, page=page)
    return _("run {run}, sheet {sheet}, place {place}", run=run, sheet=sheet, place=place)


def _reason(kind: str, value: str) -> str:
    if kind == "status":
        return _("the order is “{status}” on the platform", status=status_label(value))
    if value == "corrected":
        return _("the receiver was corrected after the label was made")
    fields = _(", ").join(conflict_label(field) for field in value.split(","))
    return _("the receiver changed on the platform: {fields}", fields=fields)


def gone_sentence(order_ids: Sequence[str]) -> str:
    """Said of orders that left a draft when it was submitted, because nobody awaits them any more."""
    return ngettext(
        "{count} order awaits no shipment any more and left the batch: {names}.",
        "{count} orders await no shipment any more and left the batch: {names}.",
        len(order_ids),
        names=_(", ").join(order_ids),
    )


def cancellations_unasked() -> str:
    """Said when something leaves although the platform could not be asked first."""
    return _("The platform could not be asked for cancellations just now; the last sync holds.")

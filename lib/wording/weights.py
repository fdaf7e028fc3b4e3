"""Weighing and tier edges in words."""

from __future__ import annotations

from lib.texts import gettext as _
from lib.texts import ngettext


def edge_sentence(grams: int, edge_g: int) -> str:
    """What may honestly be done at a tier edge. The declared weight is always the true one."""
    if grams < 0:
        return _("Pack {grams} g lighter, to {edge} g; then weigh it", grams=-grams, edge=edge_g)
    return _("Pack {grams} g sturdier, to {edge} g; then weigh it", grams=grams, edge=edge_g)


def weighed_sentences(
    changed: int, planless: int, unknown: list[str], ambiguous: list[str], late: list[str]
) -> list[str]:
    """What became of weights that were given."""
    said = [
        ngettext(
            "{count} parcel has the weight of the scale.",
            "{count} parcels have the weight of the scale.",
            changed,
        )
    ]
    if planless:
        said.append(_("{count} need another plan: theirs cannot carry them at this weight.", count=planless))
    if unknown:
        said.append(_("Name no parcel here: {numbers}.", numbers=_(", ").join(unknown)))
    if ambiguous:
        said.append(_("Have several parcels, name the shipment: {numbers}.", numbers=_(", ").join(ambiguous)))
    if late:
        said.append(_("Sent already, and weighed by the carrier now: {numbers}.", numbers=_(", ").join(late)))
    return said

"""Trial prices in words."""

from __future__ import annotations

from lib.texts import gettext as _
from lib.texts import later
from lib.wording.errors import NOT_LET_IN, trouble_sentence
from lib.wording.shipments import reason_sentence

#: Where a parcel stands with the platform's trial price → what it is called.
STANDINGS = {
    "fresh": later("with a trial price"),
    "stale": later("stale trial price"),
    "waiting": later("waiting for the platform"),
    "troubled": later("not answered"),
    "unoffered": later("not offered by the platform"),
    "planless": later("asked, without a plan yet"),
    "missing": later("never asked"),
}
_SENTENCES = {
    "fresh": later("Asked with this weight within a day"),
    "stale": later("Stale: asked more than a day ago, or with another weight or size"),
    "waiting": later("On its way"),
    "troubled": later("The platform gave none"),
    "unoffered": later("The platform does not offer this plan for the order"),
    "planless": later("Asked; no plan is chosen for it yet"),
    "missing": later("The platform was not asked yet"),
}


def standing_label(standing: str) -> str:
    """Where parcels stand, to be counted."""
    return _(STANDINGS[standing])


def trial_sentence(standing: str, why: str) -> str:
    """The same in full, with what went wrong."""
    said = _(_SENTENCES[standing])
    code, _blank, words = why.partition(" ")
    if not code:
        return said
    away = standing == "waiting" or code in NOT_LET_IN or code in ("unreachable", "daily_quota")
    return f"{said}: {trouble_sentence(code) if away else reason_sentence(code, words)}"

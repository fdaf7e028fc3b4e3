"""A rule that chooses plans, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lib.domain.money import Money
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording.labels import cargo_label


def reach_sentence(said: Mapping[int, str], reach: Sequence[tuple[int, int, int]], chosen: int) -> str:
    """What came of choosing by rules: (rule, parcels it decides, those its plan can carry) for each rule."""
    head = ngettext("{count} parcel got its plan.", "{count} parcels got their plan.", chosen)
    if not reach:
        return " ".join([head, _("There is no rule yet: add one under “Rules that choose plans”.")])
    told = [
        _(
            "rule {rule_id} ({conditions}): {count}",
            rule_id=rule_id,
            conditions=said[rule_id],
            count=f"{decided:,}",
        )
        + (
            _(", of which its plan cannot carry {count}", count=f"{decided - able:,}")
            if able < decided
            else ""
        )
        for rule_id, decided, able in reach
    ]
    return " ".join(
        [head, _("Parcels of this batch that each rule decides: {what}.", what=_("; ").join(told))]
    )


def rule_sentence(rule: Mapping[str, Any]) -> str:
    """What a rule asks for; which plan it gives stands beside it."""
    said = []
    if rule["countries"]:
        said.append(_("to {countries}", countries=rule["countries"].replace(",", _(", "))))
    if rule["min_g"] is not None:
        said.append(_("from {grams} g", grams=rule["min_g"]))
    if rule["max_g"] is not None:
        said.append(_("up to {grams} g", grams=rule["max_g"]))
    if rule["min_value_minor"] is not None:
        said.append(
            _("worth {amount} or more", amount=Money(rule["min_value_minor"], rule["value_currency"]))
        )
    if rule["max_value_minor"] is not None:
        said.append(
            _("worth {amount} or less", amount=Money(rule["max_value_minor"], rule["value_currency"]))
        )
    if rule["cargo_class"]:
        said.append(cargo_label(rule["cargo_class"]))
    if rule["sku"]:
        said.append(_("with SKU {sku}", sku=rule["sku"]))
    if rule["buyer_service"]:
        said.append(_("buyer chose {service}", service=rule["buyer_service"]))
    return _("; ").join(said) or _("every parcel")

"""Plans other than the buyers chose: seen by pair, and confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.plans import PairKind
from lib.services import plans
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import pair_kind_label

#: In which order kinds are shown: what buyers lose by comes first.
ORDER = (PairKind.DOWNGRADE, PairKind.UNKNOWN, PairKind.SAME_TIER, PairKind.UPGRADE)


@dataclass(frozen=True)
class Next:
    """What a person may do with the confirmation, in one click."""

    label: str
    act: Callable[[], Any]
    done: Callable[[Any], str]  #: What is said of what it returned.


def confirm(batch_id: str, batch: Mapping[str, Any], *, and_then: Next | None = None) -> int:
    """Choices that differ from the buyers' own need one confirmation; returns how many differ."""
    pairs = plans.mismatches(app(), batch_id)
    differing = sum(pair.shipment_count for pair in pairs)
    if not differing:
        return 0
    st.subheader(_("Other plans than the buyers chose"))
    confirmed = batch["confirmed_at"] is not None
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    for kind in ORDER:
        if of_kind := [pair for pair in pairs if pair.kind is kind]:
            # Folded, so that ticks and the button stand on one screen; what buyers lose by is open.
            with st.expander(_kind(kind, of_kind), expanded=kind is PairKind.DOWNGRADE):
                _pairs(kind, of_kind, names)
    ticked = set() if confirmed else _ticks(batch_id, pairs)
    if confirmed:
        st.success(
            ngettext(
                "Confirmed by {who} on {when}: {count} parcel goes on another plan.",
                "Confirmed by {who} on {when}: {count} parcels go on another plan.",
                batch["confirmed_count"],
                who=formats.plain(batch["confirmed_by"]),
                when=formats.moment(batch["confirmed_at"]),
            )
        )
        return differing
    missing = [pair for pair in pairs if pair.needs_tick and pair.kind not in ticked]
    with st.container(horizontal=True):
        _buttons(batch_id, differing, ticked, lacks_ticks=bool(missing), and_then=and_then)
    return differing


def _buttons(
    batch_id: str, differing: int, ticked: set[PairKind], *, lacks_ticks: bool, and_then: Next | None
) -> None:
    hint = _("Tick what is new or slower first.") if lacks_ticks else None
    if and_then is not None:
        actions.button(
            and_then.label,
            _confirm_then,
            batch_id,
            differing,
            ticked,
            and_then.act,
            key="plans_confirm_then",
            done=and_then.done,
            primary=not lacks_ticks,
            disabled=lacks_ticks,
            help=hint,
        )
    actions.button(
        ngettext(
            "Confirm: {count} parcel goes on another plan than its buyer chose",
            "Confirm: {count} parcels go on another plan than their buyers chose",
            differing,
        ),
        plans.confirm,
        app(),
        batch_id,
        differing,
        by=actions.by(),
        ticked=ticked,
        key="plans_confirm",
        primary=not lacks_ticks and and_then is None,
        disabled=lacks_ticks,
        help=hint,
    )


def _confirm_then(batch_id: str, differing: int, ticked: set[PairKind], act: Callable[[], Any]) -> Any:
    plans.confirm(app(), batch_id, differing, by=actions.by(), ticked=ticked)
    return act()


def _kind(kind: PairKind, pairs: list[plans.Pair]) -> str:
    """The heading of a kind: how many, what they cost, and how much of it the shop never confirmed before."""
    return formats.plain(
        _(
            "{kind}: {count} parcels, {cost}; {new} of {pairs} pairs are new",
            kind=pair_kind_label(kind),
            count=f"{sum(pair.shipment_count for pair in pairs):,}",
            cost=formats.money(sum(pair.fee_cny_minor for pair in pairs), "CNY"),
            new=sum(not pair.known for pair in pairs),
            pairs=len(pairs),
        )
    )


def _ticks(batch_id: str, pairs: list[plans.Pair]) -> set[PairKind]:
    """One tick for what buyers get less by, and one for all other new pairs; returns the kinds they stand for."""
    lower = [pair for pair in pairs if pair.kind is PairKind.DOWNGRADE]
    others = [pair for pair in pairs if pair.kind is not PairKind.DOWNGRADE and pair.needs_tick]
    ticked: set[PairKind] = set()
    for name, of_tick in (("downgrade", lower), ("new", others)):
        if not of_tick:
            continue
        # Another choice asks anew: the tick belongs to what was seen.
        seen = hash(tuple((pair.buyer_service, pair.plan_id, pair.shipment_count) for pair in of_tick))
        count = sum(pair.shipment_count for pair in of_tick)
        said = (
            ngettext(
                "{count} parcel goes slower or with less than its buyer chose",
                "{count} parcels go slower or with less than their buyers chose",
                count,
            )
            if name == "downgrade"
            else ngettext(
                "{count} parcel goes by a pair the shop never confirmed, none of them a downgrade",
                "{count} parcels go by pairs the shop never confirmed, none of them a downgrade",
                count,
            )
        )
        with st.container(key=f"plans_tick_{name}"):
            if st.checkbox(said, key=f"plans_tick_{name}_{batch_id}_{seen}"):
                ticked |= {pair.kind for pair in of_tick}
    return ticked


def _pairs(kind: PairKind, pairs: list[plans.Pair], names: Mapping[str, str]) -> None:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    tables.show(
        pd.DataFrame(
            {
                "buyers": [pair.buyer_service or _("not known") for pair in pairs],
                "plan": [names[pair.plan_id] for pair in pairs],
                "count": [pair.shipment_count for pair in pairs],
                "fee": [formats.whole(pair.fee_cny_minor) for pair in pairs],
                "buyers_days": [formats.days(None, pair.buyer_days_max) for pair in pairs],
                "plan_days": [formats.days(None, pair.plan_days_max) for pair in pairs],
                "known": [pair.known for pair in pairs],
            }
        ),
        {
            "buyers": text(_("The buyer's service"), width="medium"),
            "plan": text(_("Chosen plan"), width="medium"),
            "count": number(_("Parcels"), format="localized"),
            "fee": tables.amount(_("Cost in CNY")),
            "buyers_days": text(_("The buyer's: at most")),
            "plan_days": text(_("Chosen: at most")),
            "known": st.column_config.CheckboxColumn(
                _("Confirmed before"), help=_("The shop confirmed the same pair for an earlier batch.")
            ),
        },
        key=f"plans_pairs_{kind}",
        height="auto" if len(pairs) > 8 else "content",
    )

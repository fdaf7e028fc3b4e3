"""Plans other than the buyers chose: seen by pair, and confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from lib.services import plans
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import pair_kind_label


def confirm(batch_id: str, batch: Mapping[str, Any]) -> int:
    """Choices that differ from the buyers' own need one confirmation; returns how many differ."""
    pairs = plans.mismatches(app(), batch_id)
    differing = sum(pair.shipment_count for pair in pairs)
    if not differing:
        return 0
    st.subheader(_("Other plans than the buyers chose"))
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    tables.show(
        pd.DataFrame(
            {
                "buyers": [pair.buyer_service or _("not known") for pair in pairs],
                "plan": [names[pair.plan_id] for pair in pairs],
                "kind": [pair_kind_label(pair.kind) for pair in pairs],
                "count": [pair.shipment_count for pair in pairs],
                "fee": [pair.fee_cny_minor / 100 for pair in pairs],
                "buyers_days": [formats.days(None, pair.buyer_days_max) for pair in pairs],
                "plan_days": [formats.days(None, pair.plan_days_max) for pair in pairs],
            }
        ),
        {
            "buyers": st.column_config.TextColumn(_("The buyer's service"), width="medium"),
            "plan": st.column_config.TextColumn(_("Chosen plan"), width="medium"),
            "kind": st.column_config.TextColumn(_("Means")),
            "count": st.column_config.NumberColumn(_("Parcels"), format="localized"),
            "fee": st.column_config.NumberColumn(_("Cost in CNY"), format="%.2f"),
            "buyers_days": st.column_config.TextColumn(_("The buyer's: at most")),
            "plan_days": st.column_config.TextColumn(_("Chosen: at most")),
        },
        key="plans_pairs",
        height="auto" if len(pairs) > 8 else "content",
    )
    if batch["confirmed_at"] is not None:
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
        key="plans_confirm",
        primary=True,
    )
    return differing

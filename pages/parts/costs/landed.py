"""What is due at the destination: information, apart from our own cost."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from lib.services import costs
from lib.texts import gettext as _
from lib.ui import downloads, formats, tables
from lib.ui.context import app
from lib.wording.costs import landed_kind, landed_rule


def show(facets: Mapping[str, Mapping[str, int]], stamp: str) -> None:
    """Duties and taxes by dated rule, and what bills prove that we pay of them."""
    found = costs.landed(app())
    st.text(
        _(
            "By the rules of the day each parcel was made. The buyer or the platform pays this: it is in none of our "
            "costs, unless a bill charges us for it."
        )
    )
    if found.due.empty:
        st.info(_("No parcel went to a country with such a rule."))
    else:
        text, number = st.column_config.TextColumn, st.column_config.NumberColumn
        rows = found.due
        tables.show(
            rows.assign(
                rule=formats.words(rows["rule"], landed_rule),
                kind=formats.words(rows["kind"], landed_kind),
                country=formats.words(rows["country"], formats.country),
                each=formats.amounts(rows["amount_minor"], rows["currency"]),
                due=formats.amounts(rows["due_minor"], rows["currency"]),
            ),
            {
                "rule": text(_("Rule"), width=260, pinned=True),
                "country": text(_("Country")),
                "valid_from": st.column_config.DateColumn(_("In force since")),
                "kind": text(_("What is due"), width=230),
                "parcel_count": number(_("Parcels"), format="localized"),
                "within_count": number(_("Within its limit"), format="localized"),
                "heading_count": number(_("Tariff headings"), format="localized"),
                "each": text(_("Per heading"), alignment="right"),
                "due": text(_("Due"), alignment="right"),
            },
            key="landed_due",
        )
        downloads.buttons(partial(costs.export_landed, app()), key="landed", name="duties-and-taxes")
        st.caption(
            _(
                "Goods without a customs code count as one heading; parcels whose worth is not known count as within "
                "the limit. A dash is an amount that nobody knows beforehand."
            )
        )
    st.subheader(_("Duties that bills charge us for"))
    if found.billed.empty:
        st.info(_("No bill charges us for duties or taxes."))
        return
    tables.show(
        found.billed.assign(
            country=formats.words(found.billed["country"], formats.country),
            duty=formats.whole(found.billed["duty_cny"]),
        ),
        {
            "country": st.column_config.TextColumn(_("Country")),
            "parcel_count": st.column_config.NumberColumn(_("Parcels"), format="localized"),
            "duty": tables.amount(_("Billed in CNY")),
        },
        key="landed_billed",
        height="content",
    )
    st.caption(_("These amounts are in our cost: a bill proves that we pay them."))

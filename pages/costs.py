"""Costs: what shipping costs, what was billed, what it could have cost, and what is due at the destination."""

from __future__ import annotations

import streamlit as st

from lib.services import costs
from lib.texts import gettext as _
from lib.ui.context import app
from pages.parts import nothing
from pages.parts.costs import bills, explorer, landed, published, what_if

st.title(_("Costs"))
stamp = costs.refresh(app())
PARTS = {
    "explore": (_("Explore"), explorer.show),
    "bills": (_("Quoted and billed"), bills.show),
    "what_if": (_("What if"), what_if.show),
    "landed": (_("Duties and taxes"), landed.show),
    "published": (_("Published data"), published.show),
}


def turned() -> None:
    """Another part of the page goes into the URL."""
    st.query_params["part"] = st.session_state["costs_part"]


asked = st.query_params.get("part", "explore")
asked = asked if asked in PARTS else "explore"
if st.session_state.get("costs_part") != asked:
    st.session_state["costs_part"] = asked
st.segmented_control(
    _("Part"),
    list(PARTS),
    required=True,
    format_func=lambda one: PARTS[one][0],
    key="costs_part",
    on_change=turned,
    label_visibility="collapsed",
)
facets = costs.facets(app(), stamp)
if facets:
    PARTS[asked][1](facets, stamp)
else:
    nothing.sent(_("Nothing was sent yet, so nothing was charged."))

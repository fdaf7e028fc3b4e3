"""Outcomes: what became of parcels, what to do about those that fail, and what was decided about them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib.texts import gettext as _
from lib.texts import later
from pages.parts.outcomes import assumed, backtest, board, codes, decided, ledger, promise

#: View → how it is called. A new one is a part with a `show`, and a row here and below.
VIEWS = {
    "board": later("Failing parcels"),
    "decisions": later("Decisions"),
    "ledger": later("Return fees"),
    "backtest": later("Was it worth it"),
    "advice": later("What advice rests on"),
    "promise": later("Promise and truth"),
    "codes": later("Unknown codes"),
}
#: View → what shows it.
SHOWN: dict[str, Callable[[], None]] = {
    "board": board.show,
    "decisions": decided.show,
    "ledger": ledger.show,
    "backtest": backtest.show,
    "advice": assumed.show,
    "promise": promise.show,
    "codes": codes.show,
}


def choose() -> str:
    """The view a person chose, or a link names."""
    asked = st.query_params.get("view", "")
    return str(
        st.segmented_control(
            _("Outcomes"),
            list(VIEWS),
            default=asked if asked in VIEWS else "board",
            required=True,
            format_func=lambda one: _(VIEWS[one]),
            key="outcomes_view",
            label_visibility="collapsed",
        )
    )


st.title(_("Outcomes"))
SHOWN[choose()]()

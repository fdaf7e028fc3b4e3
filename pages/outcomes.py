"""Outcomes: what became of parcels, what to do about those that fail, and what was decided about them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib.texts import gettext as _
from lib.texts import later
from pages.parts import assumed, backtest, board, codes, decided, ledger, promise

#: View → how it is called, and what shows it. A new one is a part with a `show`, and a row here.
VIEWS: dict[str, tuple[str, Callable[[], None]]] = {
    "board": (later("Failing parcels"), board.show),
    "decisions": (later("Decisions"), decided.show),
    "ledger": (later("Return fees"), ledger.show),
    "backtest": (later("Was it worth it"), backtest.show),
    "advice": (later("What advice rests on"), assumed.show),
    "promise": (later("Promise and truth"), promise.show),
    "codes": (later("Unknown codes"), codes.show),
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
            format_func=lambda one: _(VIEWS[one][0]),
            key="outcomes_view",
            label_visibility="collapsed",
        )
    )


st.title(_("Outcomes"))
VIEWS[choose()][1]()

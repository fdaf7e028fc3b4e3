"""Products and packaging (商品与包材): what SKUs weigh, which ones orders wait for, pairs, packaging."""

from __future__ import annotations

import streamlit as st

from lib.services import products
from lib.texts import gettext as _
from lib.texts import later
from lib.ui import actions
from lib.ui.context import app
from pages.parts.products import grid, needed, packaging, pairs

#: View → its title, and what shows it. The view is in the URL, so that other pages can link to it.
VIEWS = {
    "needed": (later("Needs weight"), needed.show),
    "all": (later("Products"), grid.show),
    "pairs": (later("Pairs"), pairs.show),
    "packaging": (later("Packaging"), packaging.show),
}
KEY = "products_view"


def main() -> None:
    actions.arrive()
    st.title(_("Products and packaging"))
    counts = products.needed_counts(app())
    view = st.query_params.get("view", "")
    if view not in VIEWS:
        view = "needed" if counts["sku_count"] else "all"
    if st.session_state.get(KEY) != view:
        st.session_state[KEY] = view
    st.segmented_control(
        _("View"),
        list(VIEWS),
        required=True,
        format_func=lambda name: _title(name, counts["sku_count"]),
        key=KEY,
        on_change=_changed,
        label_visibility="collapsed",
    )
    VIEWS[view][1]()


def _title(view: str, needed_count: int) -> str:
    title, _show = VIEWS[view]
    title = _(title)
    return f"{title} · {needed_count:,}" if view == "needed" else title


def _changed() -> None:
    st.query_params["view"] = str(st.session_state[KEY])
    st.query_params.pop("page", None)


main()

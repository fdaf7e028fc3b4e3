"""Packaging (包材): what it adds to contents of a weight."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.services import products
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions
from lib.ui.context import app
from pages.parts.products import editing

PENDING = "products_bands_pending"
COLUMNS = ["min_g", "max_g", "packaging_g"]


def show() -> None:
    """The weight bands, to be edited as a whole."""
    st.write(
        _(
            "A parcel weighs its units and the packaging of the band its contents are in. A product that has "
            "packaging of its own in the product table goes before the band."
        )
    )
    st.caption(_("The bands that come with the program are an assumption: replace them by what yours weigh."))
    key = editing.grid_key("bands")
    number = st.column_config.NumberColumn
    bands = products.packaging(app())[COLUMNS]
    edited = st.data_editor(
        bands.astype("Int64"),
        column_config={
            "min_g": number(_("Contents from (g)"), min_value=0, step=1, format="localized"),
            "max_g": number(_("Contents to (g)"), min_value=1, step=1, format="localized"),
            "packaging_g": number(_("Packaging (g)"), min_value=0, step=1, format="localized"),
        },
        hide_index=True,
        key=key,
        num_rows="dynamic",
        width=520,
        height="content",
    )
    changed = not edited.reset_index(drop=True).equals(bands.astype("Int64").reset_index(drop=True))
    pending: list[products.Repriced] | None = st.session_state.get(PENDING)
    if pending and changed:
        st.warning(
            ngettext(
                "Not saved yet: this changes the price of {count} parcel in a draft.",
                "Not saved yet: this changes the price of {count} parcels in drafts.",
                sum(one.moves_price for one in pending),
            )
        )
        editing.show_repriced(pending, "products_bands_repriced")
    st.button(
        _("Save all the same") if pending and changed else _("Save the bands"),
        key="products_bands_save", type="primary", disabled=not changed, on_click=_save,
        args=(edited, bool(pending)), icon=":material/save:",
    )  # fmt: skip


def _save(bands: pd.DataFrame, confirmed: bool) -> None:
    if not confirmed:
        seen = actions.run(products.preview_packaging, (app(), bands), {})
        if seen is None:
            return
        if any(one.moves_price for one in seen):
            st.session_state[PENDING] = seen
            return
    saved = actions.run(
        products.save_packaging, (app(), bands), {"by": actions.by()}, _("The packaging is saved.")
    )
    if saved is not None:
        st.session_state.pop(PENDING, None)
        st.session_state[editing.ROUND] = st.session_state.get(editing.ROUND, 0) + 1

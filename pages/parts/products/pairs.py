"""Paired SKUs (SKU 配对): this one is that known one × n; remembered, changed, undone."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.domain.products import Pairing
from lib.services import products
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from pages.parts.products import editing

TABLE, NO_GOODS = "products_pairs", "products_no_goods"


def show() -> None:
    """All pairs; a new one, or another one for a SKU that is paired already."""
    editing.show_results()
    found = products.pairs(app())
    with st.form("products_pair", border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(_("This SKU"), key="products_pair_sku", width=220)
            st.text_input(_("is this known one"), key="products_pair_known", width=220)
            st.number_input(
                _("so many times"), key="products_pair_quantity", min_value=1, value=1, step=1, width=130
            )
            st.form_submit_button(_("Pair"), key="products_pair_save", on_click=_pair, type="primary")
        st.caption(_("Pairing a SKU again replaces its pair."))
    if found.empty:
        st.info(_("No SKU is paired."))
    else:
        _pairs(found)
    _no_goods()


def _pairs(found: pd.DataFrame) -> None:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns = {
        "sku": text("SKU"),
        "paired_quantity": number("×", width=50),
        "paired_sku": text(_("Known SKU")),
        "known_title": text(_("Product"), width="large"),
        "weight_g": number(_("Weight (g)"), format="localized"),
        "paired_by": text(_("By")),
        "at": text(_("When")),
    }
    shown = found.assign(at=[formats.moment(at) for at in found["paired_at"]])
    ticked = tables.choose(shown, columns, by="sku", key=TABLE)
    actions.button(
        ngettext("Undo {count} pair", "Undo {count} pairs", len(ticked)) if ticked else _("Undo pairs"),
        _unpair, ticked, key="products_unpair", done=_unpaired, clears=TABLE, disabled=not ticked,
        icon=":material/link_off:",
    )  # fmt: skip


def _no_goods() -> None:
    """What somebody said to be no goods, and the way back."""
    found = products.no_goods(app())
    if found.empty:
        return
    st.subheader(_("No goods"))
    st.caption(_("In no parcel, as somebody said. One that gets a weight is goods again."))
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns = {
        "sku": text("SKU"),
        "title": text(_("Product"), width="large"),
        "order_count": number(_("Orders"), width=80, format="localized"),
        "said_by": text(_("By")),
        "at": text(_("When")),
    }
    shown = found.assign(at=[formats.moment(at) for at in found["said_at"]])
    ticked = tables.choose(shown, columns, by="sku", key=NO_GOODS)
    actions.button(
        ngettext("{count} SKU is goods after all", "{count} SKUs are goods after all", len(ticked))
        if ticked
        else _("They are goods after all"),
        _goods_again, ticked, key="products_goods_again", done=_goods_said, clears=NO_GOODS, disabled=not ticked,
        icon=":material/undo:",
    )  # fmt: skip


def _goods_again(skus: list[str]) -> list[str]:
    return products.goods_again(app(), skus, by=actions.by())


def _goods_said(skus: list[str]) -> str:
    return ngettext("{count} SKU needs a weight again.", "{count} SKUs need a weight again.", len(skus))


def _pair() -> None:
    sku = str(st.session_state.get("products_pair_sku") or "").strip()
    known = str(st.session_state.get("products_pair_known") or "").strip()
    quantity = int(st.session_state.get("products_pair_quantity") or 1)
    editing.save([], [Pairing(sku, known, quantity)])


def _unpair(skus: list[str]) -> list[str]:
    return products.unpair(app(), skus, by=actions.by())


def _unpaired(skus: list[str]) -> str:
    return ngettext("{count} pair is undone.", "{count} pairs are undone.", len(skus))

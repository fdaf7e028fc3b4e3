"""The product table as a grid: search, pages, and only the changed cells are written."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lib.domain.products import FIELDS, Edit
from lib.services import products
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui.context import app
from pages.parts.products import editing

SEARCH, PAGE, SHOWN = "products_search", "products_page", "products_shown"


def show() -> None:
    """Search, a page of the table to edit, a new product."""
    editing.show_results()
    _fill(SEARCH, st.query_params.get("sku", ""))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            _("Search"), key=SEARCH, on_change=_searched, icon=":material/search:", width=320,
            placeholder=_("SKU, name, shelf, or paired SKU"),
        )  # fmt: skip
        with st.popover(_("New product"), icon=":material/add:"):
            _new()
        st.page_link("pages/files.py", label=_("Load a product table"), icon=":material/upload_file:")
    wanted = st.query_params.get("sku", "")
    number = st.query_params.get("page", "1")
    found = products.listing(app(), wanted, page=int(number) if number.isdecimal() else 1)
    if not found.product_count:
        st.info(
            _("No product has this text. Search for another one, or clear the search.")
            if wanted
            else _("The product table is empty. Load one of yours, or add products here.")
        )
        return
    _grid(found)


def _grid(found: products.Page) -> None:
    rows = found.products
    key = editing.grid_key(f"grid_{found.page}_{st.query_params.get('sku', '')}", rows["sku"].tolist())
    shown = editing.shown(rows).assign(
        pair=[
            "" if sku is None or sku != sku else f"{int(count)} × {sku}"
            for sku, count in zip(rows["paired_sku"], rows["paired_quantity"], strict=True)
        ]
    )
    st.session_state[SHOWN] = rows["sku"].tolist()
    st.caption(
        ngettext("{count} product.", "{count} products.", found.product_count)
        + " "
        + _("Weights are of one unit as it is sold. An empty cell takes away what stood there.")
    )
    columns = _columns(any(shown["pair"]))
    st.data_editor(
        shown,
        column_config=columns,
        column_order=list(columns),
        hide_index=True,
        key=key,
        num_rows="fixed",
        height=560 if len(rows) > 14 else "content",
        placeholder="",
    )
    changed = len(editing.edits(key, st.session_state[SHOWN]))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            ngettext("Save {count} cell", "Save {count} cells", changed) if changed else _("Save"),
            key="products_save", type="primary", disabled=not changed, on_click=_save, args=(key,),
            icon=":material/save:",
        )  # fmt: skip
        if found.page_count > 1:
            _fill(PAGE, found.page)
            st.pagination(found.page_count, key=PAGE, on_change=_turned)


def _columns(has_pairs: bool) -> dict[str, Any]:
    text = st.column_config.TextColumn
    widths: dict[str, Any] = {
        "title": "medium",
        "declared_name_zh": 130,
        "declared_name_en": 150,
        "declared_minor": 120,
    }
    columns: dict[str, Any] = {"sku": text("SKU", disabled=True, pinned=True, width=130)}
    if has_pairs:
        columns["pair"] = text(_("Paired"), disabled=True, width=120)
    order = ["weight_g", *(name for name in FIELDS if name not in ("weight_g", "title")), "title"]
    return columns | {field: editing.column(field, widths.get(field, 105)) for field in order}


def _save(key: str) -> None:
    editing.save(editing.edits(key, st.session_state.get(SHOWN, [])))


def _new() -> None:
    with st.form("products_new", border=False, clear_on_submit=True):
        st.text_input("SKU", key="products_new_sku", max_chars=100)
        st.number_input(_("Weight (g)"), key="products_new_weight", value=None, min_value=1, step=1)
        st.form_submit_button(_("Add"), key="products_new_add", on_click=_add, type="primary")


def _add() -> None:
    sku = str(st.session_state.get("products_new_sku") or "").strip()
    editing.save([Edit(sku, "weight_g", st.session_state.get("products_new_weight"))])
    if editing.FAULTS not in st.session_state:
        st.query_params["sku"] = sku
        st.query_params.pop("page", None)


def _searched() -> None:
    wanted = str(st.session_state[SEARCH] or "").strip()
    if wanted:
        st.query_params["sku"] = wanted
    else:
        st.query_params.pop("sku", None)
    st.query_params.pop("page", None)


def _turned() -> None:
    st.query_params["page"] = str(st.session_state[PAGE])


def _fill(key: str, value: object) -> None:
    if st.session_state.get(key) != value:
        st.session_state[key] = value

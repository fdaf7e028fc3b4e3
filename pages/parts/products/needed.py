"""SKUs that keep orders back: pasted, typed in place, or paired; then their orders can be shipped at once."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.products import Edit, Pairing, is_made
from lib.services import products
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, order_card
from lib.ui.context import app
from lib.wording import made_skus
from pages.parts.products import editing

PASTE = "products_paste"
SHOWN = "products_needed_skus"
SUGGESTED = "products_needed_suggested"
NO_GOODS = "products_needed_no_goods"


def show() -> None:
    """What is needed, most orders first."""
    editing.show_results()
    rows = products.needed(app())
    if rows.empty:
        st.success(_("Every SKU that awaits shipment has a weight and a declaration."))
        st.page_link("pages/orders.py", label=_("Choose orders"), icon=":material/receipt_long:")
        return
    st.write(
        ngettext(
            "{count} order waits for the weight or declaration of these SKUs.",
            "{count} orders wait for the weight or declaration of these SKUs.",
            products.needed_counts(app())["order_count"],
        )
    )
    _paste()
    _grid(rows)
    _no_goods(rows["sku"].tolist())


def _paste() -> None:
    """Rows copied from a table: the quickest way for many SKUs."""
    with st.form("products_paste_form", border=True):
        st.text_area(
            _("Paste rows from your own table"),
            key=PASTE,
            height=105,
            placeholder=_(
                "SKU, weight in g, Chinese name, English name, value in USD, kind of goods, HS code: one SKU a line. "
                "Headers of the product table are understood too."
            ),
        )
        st.form_submit_button(
            _("Save what was pasted"), key="products_paste_save", on_click=_save_pasted, type="primary",
            icon=":material/content_paste:",
        )  # fmt: skip


def _save_pasted() -> None:
    text = str(st.session_state.get(PASTE) or "")
    found = actions.run(products.pasted, (text,), {})
    if found is None:
        return
    edits, faults = found
    if faults:
        editing.refuse(faults)
        return
    editing.save(edits)
    if editing.FAULTS not in st.session_state and editing.PENDING not in st.session_state:
        st.session_state[PASTE] = ""


def _grid(rows: pd.DataFrame) -> None:
    key = editing.grid_key("needed", rows["sku"].tolist())
    now = app().now()
    shown = editing.shown(rows).assign(
        left=[order_card.time_left(at, now) for at in rows["ship_by_at"]],
        lacks=[_lacks(row) for row in rows.to_dict("records")],
        pair_sku=pd.Series("", index=rows.index, dtype="str"),
        pair_quantity=pd.Series(pd.NA, index=rows.index, dtype="Int64"),
        take=False,
        suggestion=[
            "" if pd.isna(sku) else f"{count} × {sku}"
            for sku, count in zip(rows["known_sku"], rows["known_quantity"], strict=True)
        ],
    )
    st.session_state[SHOWN] = rows["sku"].tolist()
    st.session_state[SUGGESTED] = {
        row["sku"]: (row["known_sku"], int(row["known_quantity"]))
        for row in rows.to_dict("records")
        if not pd.isna(row["known_sku"])
    }
    st.caption(
        _(
            "Or type into the table, paste into its cells, or pair a SKU with a known one: nothing is paired unless "
            "you say so."
        )
    )
    if rows["sku"].map(is_made).any():
        st.caption(made_skus())
    st.data_editor(
        shown,
        column_config=_columns(any(shown["suggestion"])),
        column_order=list(_columns(any(shown["suggestion"]))),
        hide_index=True,
        key=key,
        num_rows="fixed",
        height="auto" if len(rows) > 12 else "content",
        placeholder="",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Save the table"), key="products_needed_save", type="primary", on_click=_save, args=(key,),
            icon=":material/save:",
        )  # fmt: skip
        st.page_link("pages/files.py", label=_("Load a product table"), icon=":material/upload_file:")


def _columns(has_suggestions: bool) -> dict[str, Any]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "sku": text("SKU", disabled=True, pinned=True, width=150),
        "order_count": number(_("Orders"), disabled=True, width=65, format="localized"),
        "unit_count": number(_("Units"), disabled=True, width=60, format="localized"),
        "lacks": text(_("Lacks"), disabled=True, width=190),
        "weight_g": editing.column("weight_g", 110),
    }
    if has_suggestions:
        columns |= {
            "suggestion": text(
                _("Looks like"), disabled=True, width=140, help=_("A known SKU whose text is like it.")
            ),
            "take": st.column_config.CheckboxColumn(
                _("Pair so"), width=95, help=_("Tick to pair it as suggested.")
            ),
        }
    columns |= {
        "pair_sku": text(_("Pair with"), width=120, help=_("A known SKU; this one is so many of it.")),
        "pair_quantity": number("×", width=60, min_value=1, step=1),
        "declared_name_zh": editing.column("declared_name_zh", 130),
        "declared_name_en": editing.column("declared_name_en", 130),
        "declared_minor": editing.column("declared_minor", 115),
        "cargo_class": editing.column("cargo_class", 120),
        "hs_code": editing.column("hs_code", 90),
        "left": text(_("Time left"), disabled=True, width=110),
        "title": text(_("Product"), disabled=True, width="medium"),
    }
    return columns


def _lacks(row: dict[str, Any]) -> str:
    parts = [
        (row["lacks_weight"], _("weight")),
        (row["lacks_declaration"], _("declaration")),
        (row["lacks_hs"], _("HS code")),
    ]
    return _(", ").join(word for lacks, word in parts if lacks)


def _save(key: str) -> None:
    skus: list[str] = st.session_state.get(SHOWN, [])
    changed = editing.edits(key, skus)
    editing.save(_typed(changed), _pairings(key, skus))


def _no_goods(skus: list[str]) -> None:
    """Postage and the like among the SKUs that are asked a weight for: said once, and remembered."""
    with st.container(border=True):
        st.write(
            _(
                "Postage, a price difference and the like are no goods: in no parcel, and no order waits for them."
            )
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.multiselect(
                _("SKUs that are no goods"), skus, key=NO_GOODS, width=420, placeholder=_("Choose SKUs")
            )
            st.button(
                ngettext("{count} SKU is no goods", "{count} SKUs are no goods", len(chosen))
                if chosen
                else _("They are no goods"),
                key="products_no_goods_say", on_click=_say_no_goods, disabled=not chosen,
                icon=":material/money_off:", help=_("Remembered, and undone under Pairs."),
            )  # fmt: skip


def _say_no_goods() -> None:
    editing.no_goods(list(st.session_state.get(NO_GOODS) or []))
    st.session_state[NO_GOODS] = []


def _typed(changed: list[Edit]) -> list[Edit]:
    return [one for one in changed if one.field != "title"]


def _pairings(key: str, skus: list[str]) -> list[Pairing]:
    suggested: dict[str, tuple[str, int]] = st.session_state.get(SUGGESTED, {})
    found = []
    for row, cells in (st.session_state.get(key) or {}).get("edited_rows", {}).items():
        sku = skus[int(row)]
        known, count = str(cells.get("pair_sku") or "").strip(), cells.get("pair_quantity")
        if known:
            found.append(Pairing(sku, known, 1 if count is None else int(count)))
        elif cells.get("take") and sku in suggested:
            known, most_likely = suggested[sku]
            found.append(Pairing(sku, known, most_likely if count is None else int(count)))
    return found


def link() -> None:
    """From another page: how many SKUs need weight, as a link; nothing when none does."""
    counts = products.needed_counts(app())
    if counts["sku_count"]:
        st.page_link(
            "pages/products.py",
            label=formats.plain(
                ngettext("{count} SKU needs weight", "{count} SKUs need weight", counts["sku_count"])
            ),
            icon=":material/scale:",
            query_params={"view": "needed"},
        )

"""Cells of products as a grid shows and takes them, and what saving them does, seen before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.plans import Cargo
from lib.domain.products import FIELDS, Edit, Fault, Kind, Pairing
from lib.services import batches, products
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import cargo_label, fault_sentence, product_column

#: Edits that move prices of drafts, waiting for a person's word.
PENDING = "products_pending"
FAULTS = "products_faults"
FREED = "products_freed"
#: Raised to begin with a fresh grid: an editor is emptied by being another one.
ROUND = "products_round"
#: Faults named on the screen.
NAMED = 20


def column(field: str, width: Any = None, *, disabled: bool = False) -> Any:
    """How a field stands in a grid."""
    label, one = product_column(field), FIELDS[field]
    match one.kind:
        case Kind.WHOLE:
            return st.column_config.NumberColumn(label, width=width, format="localized", disabled=disabled)
        case Kind.MONEY:
            return tables.amount(label, width=width, disabled=disabled)
        case Kind.CARGO:
            return st.column_config.SelectboxColumn(
                label, options=[str(cargo) for cargo in Cargo], width=width,
                format_func=lambda cargo: cargo_label(str(cargo)),
                disabled=disabled,
            )  # fmt: skip
    return st.column_config.TextColumn(label, width=width, disabled=disabled)


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of products as a grid shows them: amounts in whole units, whole numbers with gaps."""
    named = {
        field: formats.whole(rows[field], str(one.currency))
        if one.kind is Kind.MONEY
        else rows[field].astype("Int64")
        if one.kind is Kind.WHOLE
        else rows[field].astype("str").fillna("")
        for field, one in FIELDS.items()
        if field in rows
    }
    return rows.assign(**named)


def edits(key: str, skus: Sequence[str]) -> list[Edit]:
    """The cells a person changed in the grid with this key; `skus` are the rows as they were shown."""
    state = st.session_state.get(key) or {}
    return [
        Edit(skus[int(row)], str(field), value)
        for row, cells in state.get("edited_rows", {}).items()
        if int(row) < len(skus)
        for field, value in cells.items()
        if field in FIELDS
    ]


def grid_key(name: str, rows: Sequence[str] = ()) -> str:
    """The key of a grid that is empty of edits after each save and with other rows in it; names what is lost."""
    key, lost = turned(st.session_state, name, list(rows))
    if lost:
        said = _(
            "Other rows stand in the table by now. What was typed and not saved is to be typed again: {skus}.",
            skus=formats.some(lost),
        )
        st.warning(formats.plain(said))
    return key


def turned(state: Any, name: str, rows: list[str]) -> tuple[str, list[str]]:
    """The key of a grid with these rows, and the rows it had whose edits were not saved.

    An editor keeps what was typed by positions, and goes by the number of rows alone: with another row in it, what
    was typed would be of its neighbour.
    """
    kept, saved = f"products_{name}_rows", state.get(ROUND, 0)
    before: tuple[int, int, list[str]] = state.get(kept) or (saved, 0, rows)
    turn, lost = (before[1] if before[0] == saved else 0), []
    if before[0] == saved and before[2] != rows:
        typed = (state.get(f"products_{name}_{saved}_{turn}") or {}).get("edited_rows", {})
        lost = [before[2][int(place)] for place in typed if int(place) < len(before[2])]
        turn += 1
    state[kept] = (saved, turn, rows)
    return f"products_{name}_{saved}_{turn}", lost


def save(changed: Sequence[Edit], pairings: Sequence[Pairing] = (), *, confirmed: bool = False) -> None:
    """In a callback: save, or first show what it does to drafts somebody decided on already."""
    st.session_state.pop(PENDING, None)
    st.session_state.pop(FAULTS, None)
    st.session_state.pop(FREED, None)
    if not changed and not pairings:
        actions.notice("info", _("Nothing was changed."))
        return
    if not confirmed:
        seen = actions.run(products.preview, (app(), changed, pairings), {})
        if seen is None:
            return
        if seen.faults:
            st.session_state[FAULTS] = seen.faults
            return
        if seen.moves_prices:
            st.session_state[PENDING] = (list(changed), list(pairings), seen)
            return
    saved = actions.run(products.save, (app(), changed, pairings), {"by": actions.by()}, _done)
    if saved is None:
        return
    if saved.faults:
        st.session_state[FAULTS] = saved.faults
        return
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    if saved.freed:
        st.session_state[FREED] = saved.freed


def no_goods(skus: Sequence[str]) -> None:
    """In a callback: remember that these SKUs are no goods."""
    saved = actions.run(products.say_no_goods, (app(), skus), {"by": actions.by()}, _no_goods_said)
    if saved is not None:
        st.session_state[FREED] = saved.freed


def _no_goods_said(saved: products.Saved) -> str:
    return ngettext(
        "{count} SKU is no goods from now on.", "{count} SKUs are no goods from now on.", len(saved.skus)
    )


def refuse(faults: Sequence[Fault]) -> None:
    """In a callback: nothing is saved, because of these."""
    st.session_state[FAULTS] = tuple(faults)


def show_results() -> None:
    """What the last save could not take, what waits for a word, and which orders it freed."""
    faults: tuple[Fault, ...] = st.session_state.get(FAULTS, ())
    if faults:
        lines = "\n".join(f"- {formats.plain(fault_sentence(one))}" for one in faults[:NAMED])
        more = len(faults) - NAMED
        rest = "\n" + _("… and {count} more", count=f"{more:,}") if more > 0 else ""
        st.error(_("Nothing was saved. Correct these cells:") + "\n" + lines + rest)
    if PENDING in st.session_state:
        _show_pending(*st.session_state[PENDING])
    freed: tuple[str, ...] = st.session_state.get(FREED, ())
    if freed:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.write(
                ngettext(
                    "{count} order can be shipped now.", "{count} orders can be shipped now.", len(freed)
                )
            )
            actions.button(
                ngettext("Put {count} order into a batch", "Put {count} orders into a batch", len(freed)),
                _new_batch, freed, key="products_batch", done=_batch_made, clears=FREED, primary=True,
                icon=":material/add_box:",
            )  # fmt: skip


def show_repriced(repriced: Sequence[products.Repriced], key: str) -> None:
    """Drafts whose weight or price moves, before and after."""
    moved = [one for one in repriced if one.moves_price or one.weight_g != one.old_weight_g]
    frame = pd.DataFrame(
        {
            "batch": [f"/plans?batch={one.batch_id}" for one in moved],
            "order_id": [one.order_id for one in moved],
            "weight": [
                f"{formats.weight(one.old_weight_g)} → {formats.weight(one.weight_g)}" for one in moved
            ],
            "fee": [_fee(one) for one in moved],
        }
    )
    text = st.column_config.TextColumn
    columns = {
        "batch": st.column_config.LinkColumn(_("Batch"), display_text=r"batch=(.+)$"),
        "order_id": text(_("Order number")),
        "weight": text(_("Weight")),
        "fee": text(_("Fee"), width="large"),
    }
    tables.show(frame, columns, key=key, height="auto" if len(frame) > 8 else "content")


def _fee(one: products.Repriced) -> str:
    if one.plan_id is None:
        return _("no plan chosen yet")
    old = formats.money(one.old_fee_minor, one.currency)
    if one.fee_minor is None:
        return _("{old} → its plan cannot carry it; it needs another one", old=old)
    return f"{old} → {formats.money(one.fee_minor, one.currency)}"


def _show_pending(changed: list[Edit], pairings: list[Pairing], seen: products.Saved) -> None:
    moved = [one for one in seen.repriced if one.moves_price]
    with st.container(border=True, key="products_pending_box"):
        st.warning(
            ngettext(
                "Not saved yet: this changes the price of {count} parcel in a draft.",
                "Not saved yet: this changes the price of {count} parcels in drafts.",
                len(moved),
            )
        )
        show_repriced(seen.repriced, "products_repriced")
        with st.container(horizontal=True):
            st.button(
                _("Save all the same"), key="products_confirm", type="primary", on_click=save,
                args=(changed, pairings), kwargs={"confirmed": True},
            )  # fmt: skip
            st.button(_("Do not save"), key="products_cancel", on_click=_cancel)


def _cancel() -> None:
    st.session_state.pop(PENDING, None)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def _done(saved: products.Saved) -> str:
    if saved.faults:
        return ""
    parts = []
    if saved.cells:
        parts.append(ngettext("{count} cell saved.", "{count} cells saved.", saved.cells))
    if saved.pairs:
        parts.append(ngettext("{count} pair remembered.", "{count} pairs remembered.", saved.pairs))
    if saved.repriced:
        parts.append(
            ngettext("{count} draft weighed anew.", "{count} drafts weighed anew.", len(saved.repriced))
        )
    return " ".join(parts) or _("Nothing was changed.")


def _new_batch(order_ids: Sequence[str]) -> batches.Created:
    return batches.create(app(), list(order_ids), by=actions.by())


def _batch_made(made: batches.Created) -> str:
    if made.batch_id is None:
        actions.notice("warning", _("No batch was made: none of these orders can go into one."))
        return ""
    actions.go("pages/plans.py", batch=made.batch_id)
    return ngettext(
        "Draft batch {batch} has {count} order.",
        "Draft batch {batch} has {count} orders.",
        len(made.order_ids),
        batch=made.batch_id,
    )

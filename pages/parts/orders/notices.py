"""What a partly shipped order (部分发货) offers: a shipping notice, the end, or another parcel online."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.orders import OrderStatus
from lib.services import batches, notices
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import SAYABLE, error_sentence, notice_state_label, refusal_sentence


def show(order: Mapping[str, Any]) -> None:
    """The three buttons of the platform's own page, and what people told of the order so far."""
    order_id, shop_id = str(order["order_id"]), str(order["shop_id"])
    if order["status"] == OrderStatus.PARTLY_SHIPPED:
        _buttons(order_id, shop_id)
    _told(order_id, shop_id)


def _buttons(order_id: str, shop_id: str) -> None:
    rows = notices.left(app(), order_id)
    left = sum(max(row["left_quantity"], 0) for row in rows)
    with st.container(horizontal=True, key="orders_partly_shipped"):
        with st.popover(_("Fill in the shipping notice"), icon=":material/edit_document:"):
            _notice(order_id, shop_id, rows)
        with st.popover(_("All shipped"), icon=":material/task_alt:"):
            _finish(order_id)
        actions.button(
            ngettext("Online shipping: {count} piece left", "Online shipping: {count} pieces left", left),
            _ship,
            order_id,
            key="orders_online",
            disabled=not left,
            icon=":material/local_shipping:",
        )


def _notice(order_id: str, shop_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    known = _carriers(shop_id)
    if known is None:
        return
    with st.form(f"orders_notice_{order_id}", border=False):
        st.selectbox(
            _("Carrier"), [*known, "OTHER"], format_func=lambda key: known.get(key, _("Other, of your own")),
            key="orders_notice_carrier",
        )  # fmt: skip
        st.text_input(_("Tracking number"), key="orders_notice_number", max_chars=35)
        st.text_input(_("Tracking page, for another carrier"), key="orders_notice_website")
        st.radio(
            _("What goes out"), ["part", "all"], key="orders_notice_how", horizontal=True,
            format_func=lambda one: _("A part of it") if one == "part" else _("All that is left"),
        )  # fmt: skip
        for row in rows:
            if row["left_quantity"] > 0:
                name = formats.plain(row["sku"] or row["title"])
                st.number_input(
                    _("{sku}: of {count} left", sku=name, count=row["left_quantity"]),
                    min_value=0, max_value=int(row["left_quantity"]), value=0,
                    key=f"orders_notice_{order_id}_{row['line_no']}",
                )  # fmt: skip
        st.form_submit_button(
            _("Tell the platform"),
            key="orders_notice_tell",
            on_click=_tell,
            args=(order_id, rows),
            type="primary",
        )
    file = st.file_uploader(
        _("Or a table: order, carrier key, number, all or part"),
        type=["csv", "xlsx", "xls"],
        key="orders_notice_file",
    )
    st.caption(
        _(
            "A part needs two more columns, “line” or “SKU”, and “pieces”, with a row per line. A part without its "
            "pieces is refused."
        )
    )
    if file is not None:
        st.button(
            _("Tell what the table says"), key="orders_notice_file_tell", on_click=_tell_file,
            args=(file.name, file.getvalue()),
        )  # fmt: skip


def _tell(order_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    state = st.session_state
    parts = {
        row["line_no"]: int(state.get(f"orders_notice_{order_id}_{row['line_no']}") or 0)
        for row in rows
        if row["left_quantity"] > 0
    }
    everything = state["orders_notice_how"] == "all"
    _say(
        actions.run(
            notices.fill_in,
            (app(), order_id),
            {
                "service_key": state["orders_notice_carrier"],
                "tracking_number": str(state["orders_notice_number"] or ""),
                "everything": everything,
                "quantities": None if everything else parts,
                "tracking_website": str(state["orders_notice_website"] or ""),
                "by": actions.by(),
            },
        )
    )


def _tell_file(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        for one in actions.run(notices.from_file, (app(), path), {"by": actions.by()}) or []:
            _say(one)


def _finish(order_id: str) -> None:
    try:
        open_rows = notices.unshipped(app(), order_id)
    except SAYABLE as error:
        st.warning(formats.plain(error_sentence(error)))
        return
    if open_rows:
        st.warning(_("These stay unshipped, and the order can hold no further parcel:"))
        for row in open_rows:
            st.text(f"{row['left_quantity']} × {row['sku'] or row['title']}")
    else:
        st.text(_("Nothing of the order stays unshipped."))
    actions.button(
        _("Confirm: all is shipped"),
        _finished,
        order_id,
        key="orders_finish",
        primary=True,
        icon=":material/task_alt:",
    )


def _finished(order_id: str) -> None:
    _say(notices.finish(app(), order_id, by=actions.by()))


def _ship(order_id: str) -> None:
    made = batches.create(app(), [order_id], by=actions.by())
    if made.batch_id:
        actions.go("pages/plans.py", batch=made.batch_id)
    else:
        actions.notice("warning", _("No batch was made: none of these orders can go into one."))


def _carriers(shop_id: str) -> dict[str, str] | None:
    """Carrier key → name; None: it was said why they are not known."""
    try:
        return {one.service_key: one.name for one in notices.carriers(app(), shop_id)}
    except SAYABLE as error:
        st.error(formats.plain(error_sentence(error)))
        return None


def _told(order_id: str, shop_id: str) -> None:
    told = notices.of_order(app(), order_id)
    if not told:
        return
    text = st.column_config.TextColumn
    tables.show(
        pd.DataFrame(
            {
                "when": [formats.moment(one["made_at"]) for one in told],
                "who": [one["made_by"] for one in told],
                "number": [one["tracking_number"] for one in told],
                "carrier": [one["service_key"] for one in told],
                "state": [notice_state_label(one["state"]) for one in told],
            }
        ),
        {
            "when": text(_("When")),
            "who": text(_("Who")),
            "number": text(_("Tracking number")),
            "carrier": text(_("Carrier")),
            "state": text(_("State")),
        },
        key="orders_notices",
        height="content",
    )
    standing = notices.numbers(app(), order_id)
    known = _carriers(shop_id) if standing else None
    if known is None:
        return
    with st.container(horizontal=True, key="orders_numbers"):
        for number, service in standing:
            with st.popover(_("Change {number}", number=formats.plain(number)), icon=":material/edit:"):
                _change(order_id, number, service, known)


def _change(order_id: str, number: str, service: str, known: Mapping[str, str]) -> None:
    """Another number or carrier in the place of one told by hand; one of the seller's own stays among the choices."""
    keys = [*known, *(key for key in dict.fromkeys(("OTHER", service)) if key not in known)]
    key = f"orders_change_{order_id}_{number}"
    with st.form(key, border=False):
        st.selectbox(
            _("Carrier"), keys, index=keys.index(service), key=f"{key}_carrier",
            format_func=lambda one: known.get(one, _("Other, of your own")),
        )  # fmt: skip
        st.text_input(_("The number that is right"), value=number, key=f"{key}_number", max_chars=35)
        st.form_submit_button(
            _("Change it on the platform"), key=f"{key}_tell", on_click=_changed, args=(order_id, number, key),
            type="primary",
        )  # fmt: skip


def _changed(order_id: str, number: str, key: str) -> None:
    given = {
        "old_number": number,
        "service_key": st.session_state[f"{key}_carrier"],
        "tracking_number": str(st.session_state[f"{key}_number"] or ""),
        "by": actions.by(),
    }
    _say(actions.run(notices.change, (app(), order_id), given))


def _say(told: notices.Told | None) -> None:
    """How telling ended, at the top of the next run."""
    if told is None:
        return
    if told.state == notices.DONE:
        actions.notice("success", _("The platform knows it now: order {order_id}.", order_id=told.order_id))
    elif told.state == notices.UNCONFIRMED:
        actions.notice(
            "warning", _("No answer came for order {order_id}; it is read back.", order_id=told.order_id)
        )
    else:
        why = refusal_sentence(told.reason_code, told.reason_text, told.details)
        where = _("row {row}, ", row=told.row_no) if told.row_no else ""
        actions.notice("error", formats.plain(f"{where}{told.order_id}: {why}"))

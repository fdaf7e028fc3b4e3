"""The check before shipping (发货前检查): every finding with its orders; mended one after the other, or accepted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.checks import Subject, rule
from lib.domain.orders import Receiver
from lib.services import checks, orders
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, downloads, formats, order_card, receivers, tables
from lib.ui.context import app
from lib.wording import (
    SAYABLE,
    error_sentence,
    finding_label,
    finding_sentence,
    severity_label,
    source_sentence,
)
from pages.parts.products import needed

GROUPS, TABLE = "checks_groups", "checks_orders"
#: Orders of one finding on the screen at once.
SHOWN = 500


def main() -> None:
    actions.arrive()
    st.title(_("Check before shipping"))
    groups = [one for one in checks.groups(app()) if one["order_count"] or one["accepted_count"]]
    chosen = st.query_params.get("finding")
    if not groups:
        _nothing()
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.write(_summary())
        needed.link()
    _groups(groups)
    group = next((one for one in groups if one["code"] == chosen), None)
    if group is not None:
        _orders(group)


def _nothing() -> None:
    if orders.counts(app())["awaiting"]:
        st.success(_("Nothing is wrong with the orders that await shipment."))
        st.page_link("pages/orders.py", label=_("Choose orders"), icon=":material/receipt_long:")
    else:
        st.info(_("No order awaits shipment. Load an order export, and it is checked at once."))
        st.page_link("pages/files.py", label=_("Load files"), icon=":material/upload_file:")


def _summary() -> str:
    counts = orders.counts(app())
    return _(
        "{blocked} of {awaiting} orders are kept back; the others can be shipped.",
        blocked=f"{counts['blocked']:,}",
        awaiting=f"{counts['awaiting']:,}",
    )


def _groups(groups: list[dict[str, Any]]) -> None:
    """One line per finding; the chosen one is in the URL."""
    chosen = st.query_params.get("finding")
    places = [place for place, one in enumerate(groups) if one["code"] == chosen]
    st.session_state[GROUPS] = {"selection": {"rows": places, "columns": [], "cells": []}}
    frame = pd.DataFrame(groups).assign(
        finding=[finding_label(one["code"]) for one in groups],
        kind=[severity_label(one["severity"]) for one in groups],
        effect=[_effect(one) for one in groups],
    )
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns = {
        "finding": text(_("Finding"), width="medium"),
        "order_count": number(_("Orders"), width=80, format="localized"),
        "blocked_count": number(_("Kept back"), width=90, format="localized"),
        "accepted_count": number(_("Accepted warnings"), format="localized"),
        "kind": text(_("Kind"), width=80),
        "effect": text(_("What it does"), width="large"),
    }
    st.session_state["checks_codes"] = [one["code"] for one in groups]
    st.dataframe(
        frame,
        column_order=list(columns),
        column_config=columns,
        hide_index=True,
        key=GROUPS,
        height="content" if len(groups) <= 12 else 460,
        on_select=_choose,
        selection_mode="single-row",
    )


def _effect(group: Mapping[str, Any]) -> str:
    one = rule(group["code"])
    if group["severity"] == "error":
        return _("Keeps its orders back until it is mended.")
    return (
        _("Keeps its orders back until somebody accepts it.")
        if one.asks
        else _("Is told; keeps nothing back.")
    )


def _choose() -> None:
    rows = st.session_state[GROUPS]["selection"]["rows"]
    codes: list[str] = st.session_state.get("checks_codes", [])
    st.query_params.pop("order", None)
    if rows and rows[0] < len(codes):
        st.query_params["finding"] = codes[rows[0]]
    else:
        st.query_params.pop("finding", None)
    actions.clear(TABLE)


def _orders(group: Mapping[str, Any]) -> None:
    code = str(group["code"])
    st.subheader(
        finding_label(code) + " · " + ngettext("{count} order", "{count} orders", group["order_count"]),
        anchor=False,
    )
    subject = rule(code).subject
    if subject is Subject.ORDER:
        query = {"view": "blocked"} if group["blocked_count"] else {"view": "all", "hours": "0"}
        st.page_link(
            "pages/orders.py",
            label=_("Show them on the orders page"),
            icon=":material/receipt_long:",
            query_params=query,
        )
    if subject is Subject.FILE:
        st.page_link("pages/files.py", label=_("Load files"), icon=":material/upload_file:")
    shows_accepted = bool(group["accepted_count"]) and st.toggle(
        _("Show accepted ones too"), key="checks_accepted"
    )
    rows = checks.orders_with(app(), code, include_accepted=shows_accepted, page_size=SHOWN)
    if rows.empty:
        return
    if subject is Subject.RECEIVER:
        _mend(code, rows)
    elif subject is Subject.PRODUCT:
        st.page_link(
            "pages/products.py", label=_("Mend them on the page Products"), icon=":material/scale:",
            query_params={"view": "needed" if code in ("unknown_sku", "missing_weight") else "all"},
        )  # fmt: skip
    ticked = _table(code, rows)
    downloads.buttons(partial(_export, code), key="checks", name=f"check-{code}")
    if rule(code).acceptable:
        _accepting(code, group, rows, ticked)


def _mend(code: str, rows: pd.DataFrame) -> None:
    """The order that is open: the first one by itself, the next one after each correction."""
    ids = list(dict.fromkeys(rows["order_id"]))
    opened = st.query_params.get("order")
    order_id = str(opened if opened in ids else ids[0])
    try:
        order = orders.detail(app(), order_id)
    except SAYABLE as error:
        st.warning(error_sentence(error))
        return
    with st.container(border=True, key="checks_mend"):
        for one in order["findings"]:
            if one["code"] != "taken":
                (st.error if one["severity"] == "error" else st.warning)(
                    formats.plain(finding_sentence(one["code"], one["field"], one["value"]))
                )
        order_card.source(order["findings"])
        receivers.form(
            order_id,
            order["receivers"],
            lambda which, receiver: _correct(code, which, receiver),
            key="checks_receiver",
            first=_wrong_fields(order["findings"]),
        )


def _wrong_fields(found: list[dict[str, Any]]) -> set[str]:
    """The receiver's fields that something is wrong with; a phone may be either of two."""
    fields = {str(one["field"]) for one in found if one["subject"] == Subject.RECEIVER}
    beside = {"phone": {"mobile"}, "receiver": {"name", "address"}}
    return fields.union(*(beside.get(field, set()) for field in fields))


def _correct(code: str, order_id: str, receiver: Receiver) -> None:
    """Keep the correction; the next order with the finding opens by itself."""
    wrong = actions.run(orders.correct_receiver, (app(), order_id, receiver), {"by": actions.by()})
    if wrong is None:
        return
    if any(str(found) == code for found, _field, _value in wrong):
        st.query_params["order"] = order_id
        actions.notice("warning", _("Saved. Something is still wrong with the receiver; see below."))
        return
    following = checks.following(app(), code, order_id)
    if following:
        st.query_params["order"] = following
    else:
        st.query_params.pop("order", None)
    actions.notice("success", _("The receiver of order {order_id} is corrected.", order_id=order_id))


def _table(code: str, rows: pd.DataFrame) -> tables.Ticked:
    now = app().now()
    shown = rows.assign(
        order=[f"/orders?view=all&open={order_id}" for order_id in rows["order_id"]],
        left=[order_card.time_left(at, now) for at in rows["ship_by_at"]],
        land=formats.words(rows["country"], formats.country),
        what=[
            finding_sentence(code, field, value)
            for field, value in zip(rows["field"], rows["value"], strict=True)
        ],
        known_from=[
            source_sentence(file, None if pd.isna(row_no) else int(row_no), is_synced=is_synced)
            for file, row_no, is_synced in zip(rows["file"], rows["row_no"], rows["is_synced"], strict=True)
        ],
        batch=[
            order_card.batch_link(*pair)
            for pair in zip(rows["batch_id"], rows["shipment_state"], strict=True)
        ],
        accepted=[
            "" if by is None or by != by else f"{by}, {formats.moment(at)}"
            for by, at in zip(rows["accepted_by"], rows["accepted_at"], strict=True)
        ],
    )
    text, link = st.column_config.TextColumn, st.column_config.LinkColumn
    columns: dict[str, Any] = {
        "order": link(_("Order number"), display_text=r"open=(.+)$", width=160),
        "left": text(_("Time left"), width=150),
        "land": text(_("Country"), width=140),
        "what": text(_("What is wrong, and what to do"), width="large"),
        "known_from": text(_("From"), width=200, help=_("The file and the row in it, or the platform.")),
    }
    if shown["batch"].notna().any():
        columns["batch"] = link(_("Batch"), display_text=r"batch=(.+)$", width=120)
    if any(shown["accepted"]):
        columns["accepted"] = text(_("Accepted by"), width="medium")
    return tables.choose(shown, columns, by="order_id", key=TABLE)


def _export(code: str, form: str) -> bytes:
    titles = {
        "order_id": _("Order number"),
        "ship_by_at": _("Ship by (UTC)"),
        "country": _("Country"),
        "field": _("Field"),
        "value": _("Value"),
        "sentence": _("What is wrong, and what to do"),
        "file": _("File"),
        "sheet": _("Sheet"),
        "row_no": _("Row"),
    }
    return checks.export(app(), code, form, say=finding_sentence, titles=titles)


def _accepting(code: str, group: Mapping[str, Any], rows: pd.DataFrame, ticked: tables.Ticked) -> None:
    count = len(ticked) or (0 if ticked.gone else group["order_count"])
    chosen = list(ticked) or None
    with st.container(horizontal=True, vertical_alignment="center"):
        actions.button(
            ngettext("Accept it for {count} order", "Accept it for {count} orders", count),
            _accept, code, chosen, key="checks_accept", done=_accepted, clears=TABLE, disabled=not count,
            primary=True, icon=":material/done_all:",
            help=_("It is recorded who accepted what, and when. A changed receiver or value asks again."),
        )  # fmt: skip
        done = set(rows.loc[rows["accepted_by"].notna(), "order_id"]) & set(ticked)
        if done:
            actions.button(
                ngettext("Take {count} acceptance back", "Take {count} acceptances back", len(done)),
                checks.take_back, app(), code, sorted(done), by=actions.by(), key="checks_take_back", clears=TABLE,
                icon=":material/undo:", done=_taken_back,
            )  # fmt: skip


def _accept(code: str, order_ids: list[str] | None) -> int:
    return checks.accept(app(), code, order_ids, by=actions.by())


def _accepted(count: int) -> str:
    return ngettext("Accepted for {count} order.", "Accepted for {count} orders.", count)


def _taken_back(count: int) -> str:
    return ngettext("Taken back for {count} order.", "Taken back for {count} orders.", count)


main()

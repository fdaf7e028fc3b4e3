"""Splitting a draft (部分发货): which lines, and how many of each, go in a parcel of their own."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.services import shipments, splitting
from lib.texts import gettext as _
from lib.ui import actions, formats, tables
from lib.ui.context import app


def show(rows: pd.DataFrame) -> None:
    """`rows`: the drafts of `shipments.listing`."""
    with st.expander(_("Split a parcel: partial shipment"), icon=":material/call_split:"):
        text = st.column_config.TextColumn
        ticked = tables.choose(
            rows.assign(
                land=formats.words(rows["country"], formats.country),
                weight=[formats.weight(one) for one in rows["weight_g"]],
            ),
            {
                "shipment_id": text(_("Shipment")),
                "order_id": text(_("Order")),
                "land": text(_("Country")),
                "weight": text(_("Weight")),
            },
            by="shipment_id",
            key="shipments_split",
            single=True,
            height="content" if len(rows) <= 5 else 215,
        )
        if ticked:
            _form(ticked[0])


def _form(shipment_id: str) -> None:
    lines = shipments.detail(app(), shipment_id)["contents"]
    if sum(line["quantity"] for line in lines) < 2:
        st.text(_("There is one piece in it: nothing to split."))
        return
    with st.form(f"shipments_split_{shipment_id}", border=True):
        for line in lines:
            st.number_input(
                _(
                    "{sku}: of {count} into the new parcel",
                    sku=formats.plain(line["sku"] or line["title"]),
                    count=line["quantity"],
                ),
                min_value=0,
                max_value=int(line["quantity"]),
                value=0,
                key=f"shipments_split_{shipment_id}_{line['line_no']}",
            )
        st.form_submit_button(
            _("Split"),
            on_click=_split,
            args=(shipment_id, [line["line_no"] for line in lines]),
            type="primary",
        )


def _split(shipment_id: str, line_numbers: list[int]) -> None:
    parts = {line: int(st.session_state[f"shipments_split_{shipment_id}_{line}"]) for line in line_numbers}
    actions.run(
        splitting.split,
        (app(), shipment_id, parts),
        {"by": actions.by()},
        lambda new: _("{new} is a parcel of its own now.", new=formats.plain(new)),
        "shipments_split",
    )

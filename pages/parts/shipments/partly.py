"""Splitting a draft (部分发货): which lines, and how many of each, go in a parcel of their own."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lib.services import partly, shipments
from lib.texts import gettext as _
from lib.ui import actions, formats, tables
from lib.ui.context import app


def show(rows: pd.DataFrame) -> None:
    """`rows`: the drafts of `shipments.listing`."""
    alone = str(rows["shipment_id"].iloc[0]) if len(rows) == 1 else None
    with st.expander(
        _("Split a parcel: partial shipment"),
        icon=":material/call_split:",
        expanded=alone is not None and _pieces(alone) > 1,
    ):
        if alone is not None:
            _form(alone)  # There is nothing to choose from.
            return
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


def _pieces(shipment_id: str) -> int:
    return sum(line["quantity"] for line in shipments.detail(app(), shipment_id)["contents"])


def _halves(quantities: Sequence[int]) -> list[int]:
    """What of each line goes into the new parcel unless a person says otherwise: about half of all the pieces."""
    left = sum(quantities) // 2
    halves = []
    for quantity in quantities:
        halves.append(min(quantity, left))
        left -= halves[-1]
    return halves


def _form(shipment_id: str) -> None:
    lines = shipments.detail(app(), shipment_id)["contents"]
    if sum(line["quantity"] for line in lines) < 2:
        st.text(_("There is one piece in it: nothing to split."))
        return
    halves = _halves([line["quantity"] for line in lines])
    with st.form(f"shipments_split_{shipment_id}", border=True):
        for line, half in zip(lines, halves, strict=True):
            st.number_input(
                _(
                    "{sku}: of {count} into the new parcel",
                    sku=formats.plain(line["sku"] or line["title"]),
                    count=line["quantity"],
                ),
                min_value=0,
                max_value=int(line["quantity"]),
                value=half,
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
        partly.split,
        (app(), shipment_id, parts),
        {"by": actions.by()},
        lambda new: _("{new} is a parcel of its own now.", new=formats.plain(new)),
        "shipments_split",
    )

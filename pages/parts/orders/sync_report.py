"""What a sync did that a person asked for, as the report of a file has it: every order read is counted once."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lib.services import files, sync
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import tables
from lib.ui.context import app
from lib.wording import row_mending, row_problem, shop_label, sync_trouble

KEPT = "orders_sync_report"
COUNTS = ("read", "loaded", "updated", "unchanged", "refused")


def keep(reports: Sequence[sync.SyncReport]) -> None:
    """To be shown until it is put away, or the next sync is through."""
    st.session_state[KEPT] = tuple(reports)


def show() -> None:
    """The report that is kept, if any."""
    reports: Sequence[sync.SyncReport] = st.session_state.get(KEPT, ())
    if not reports:
        return
    with st.expander(_("What the sync did"), expanded=True, icon=":material/sync:"):
        _counts(reports)
        for report in reports:
            if not report.complete:
                st.warning(sync_trouble("incomplete", ""))
        conflicts = [order_id for report in reports for order_id in report.conflicts]
        if conflicts:
            st.warning(
                ngettext(
                    "{count} order in a shipment is another one on the platform by now; look at it before it leaves:",
                    "{count} orders in a shipment are other ones on the platform by now; look at them before they "
                    "leave:",
                    len(conflicts),
                )
            )
            tables.show(
                pd.DataFrame({"order_id": conflicts}),
                {"order_id": _("Order number")},
                key="orders_sync_other",
            )
        _refused(reports)
        st.button(_("Put away"), key="orders_sync_away", on_click=_put_away, icon=":material/close:")


def _counts(reports: Sequence[sync.SyncReport]) -> None:
    labels = [_("Orders read"), _("Loaded"), _("Updated"), _("Unchanged"), _("Orders refused")]
    for column, name, label in zip(st.columns(len(COUNTS)), COUNTS, labels, strict=True):
        column.metric(label, f"{sum(getattr(report, name) for report in reports):,}", border=True)
    st.caption(_("Orders read = loaded + updated + unchanged + refused."))
    if len(reports) > 1:
        names = files.shops(app())
        frame = pd.DataFrame([{name: getattr(report, name) for name in COUNTS} for report in reports]).assign(
            shop=[shop_label(report.shop_id, names.get(report.shop_id, report.shop_id)) for report in reports]
        )
        number = st.column_config.NumberColumn
        counted = {
            name: number(label, format="localized") for name, label in zip(COUNTS, labels, strict=True)
        }
        tables.show(
            frame, {"shop": st.column_config.TextColumn(_("Shop"))} | counted, key="orders_sync_shops"
        )


def _refused(reports: Sequence[sync.SyncReport]) -> None:
    refused = [one for report in reports for one in report.problems]
    if not refused:
        return
    said = pd.DataFrame(
        {
            "order_id": [one.order_id for one in refused],
            "value": [one.value for one in refused],
            "problem": [row_problem(one.code) for one in refused],
            "mending": [row_mending(one.code) for one in refused],
        }
    )
    columns = {
        "order_id": _("Order number"), "value": _("What stands there"), "problem": _("What is wrong"),
        "mending": _("What to do"),
    }  # fmt: skip
    tables.show(said, columns, key="orders_sync_refused")


def _put_away() -> None:
    st.session_state.pop(KEPT, None)

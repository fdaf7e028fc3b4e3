"""What happened in a batch: its cost so far, tables for other programs, and who did what."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from lib.services import happenings, plans
from lib.texts import gettext as _
from lib.ui import downloads, formats, tables
from lib.ui.context import app
from lib.wording import action_label, timeline_words, who_label

#: The timelines of so many parcels take about a second.
MANY = 2_000
#: What tables to take along are written as, and what a browser calls that.
KINDS = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}


def cost_so_far(batch_id: str) -> str:
    """Freight and return fees of what has its logistics order by now; empty without any."""
    rows = happenings.cost(app(), batch_id)
    if not rows:
        return ""
    freight = formats.totals({row["currency"]: row["fee_minor"] for row in rows})
    returns: dict[str, int] = {}
    for row in rows:
        if row["return_fee_minor"]:
            currency = row["return_fee_currency"]
            returns[currency] = returns.get(currency, 0) + row["return_fee_minor"]
    said = _("cost so far {fee}, estimated", fee=freight)
    return (
        said
        if not returns
        else said + " + " + _("{fee} return service, assumed", fee=formats.totals(returns))
    )


def _timelines(batch_id: str, kind: str, tell: downloads.Tell) -> bytes:
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    words = partial(timeline_words, plan_names=names)
    return happenings.timeline(app(), batch_id, kind=kind, words=words, on_progress=tell)


def show(batch_id: str, parcels: int) -> None:
    """Tables to take along, and the audit. `parcels`: how many the batch has."""
    st.subheader(_("What happened"))
    with st.container(horizontal=True):
        for kind, mime in KINDS.items():
            st.download_button(
                _("Shipments as {kind}", kind=kind.upper()),
                downloads.spoken(partial(happenings.export, app(), batch_id, kind=kind)),
                file_name=f"shipments-{batch_id}.{kind}",
                mime=mime,
                key=f"shipments_export_{kind}",
                on_click="ignore",
                icon=":material/table_view:",
            )
        for kind, mime in KINDS.items():
            st.download_button(
                _("Timelines as {kind}", kind=kind.upper()),
                downloads.counted(partial(_timelines, batch_id, kind), key="shipments_timelines"),
                file_name=f"timelines-{batch_id}.{kind}",
                mime=mime,
                key=f"shipments_timelines_{kind}",
                on_click="ignore",
                icon=":material/timeline:",
            )
    if parcels >= MANY:
        downloads.progress("shipments_timelines")
    rows = happenings.audit_of(app(), batch_id)
    with st.expander(
        _("Who did what: {count} actions", count=f"{len(rows):,}"), icon=":material/history_edu:"
    ):
        text = st.column_config.TextColumn
        tables.show(
            pd.DataFrame(
                {
                    "when": [formats.second(row["done_at"]) for row in rows],
                    "who": [who_label(row["done_by"]) for row in rows],
                    "what": [action_label(row["action"]) for row in rows],
                    "subject": [row["subject"] for row in rows],
                    "more": [row["detail"] for row in rows],
                }
            ),
            {
                "when": text(_("When")),
                "who": text(_("Who")),
                "what": text(_("What")),
                "subject": text(_("Of")),
                "more": text(_("Details"), width="large"),
            },
            key="shipments_audit",
        )

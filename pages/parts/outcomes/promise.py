"""Promise against truth: how long parcels really take, by plan and country."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.services import plans, transit
from lib.texts import gettext as _
from lib.ui import charts, formats, tables
from lib.ui.context import app
from lib.wording import advice as words
from pages.parts import nothing

#: So many bars fit on a screen; the table has the rest.
BARS = 12


def show() -> None:
    """The plans beside each other, then one plan's countries."""
    found = transit.days(app())
    if found.empty:
        nothing.sent(_("No parcel was handed over yet."))
        return
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    by_plan = found[(found["country"] == "") & (found["plan_id"] != "")]
    by_plan = by_plan.sort_values("parcel_count", ascending=False, ignore_index=True)
    st.subheader(_("Plans"))
    charts.bars(
        by_plan.head(BARS).assign(
            name=by_plan["plan_id"].map(names),
            **{one: by_plan[one].astype("Float64") for one in ("days_p50", "days_p85", "promised_most")},
        ),
        name="name",
        values=["days_p50", "days_p85", "promised_most"],
        labels=[_("Half arrived within"), _("85 of 100 arrived within"), _("Promised at most")],
        value_label=_("Days"),
        key="outcomes_promise_chart",
        alt=_("Days within which parcels arrived, by plan, beside what was promised."),
        stacked=False,
    )
    _table(by_plan.assign(name=by_plan["plan_id"].map(names)), _("Plan"), key="outcomes_promise_plans")
    st.caption(
        _(
            "Days from hand-over to delivery; a begun day counts. Parcels under way, and those that failed or "
            "were lost, count as long as they have been (Kaplan–Meier), so a dash means: not reached yet. "
            "Late: of the parcels whose promised days are over, those not delivered within them."
        )
    )
    st.subheader(_("Countries of a plan"))
    plan_id = st.selectbox(
        _("Plan"),
        by_plan["plan_id"].tolist(),
        format_func=lambda one: names.get(one, one),
        key="outcomes_promise_plan",
    )
    lands = found[(found["plan_id"] == plan_id) & (found["country"] != "")]
    _table(
        lands.assign(name=formats.words(lands["country"], formats.country)),
        _("Country"),
        key="outcomes_promise_countries",
    )


def _table(rows: pd.DataFrame, label: str, *, key: str) -> None:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    tables.show(
        rows.assign(
            promised=[
                formats.days(*(None if pd.isna(one) else int(one) for one in pair))
                for pair in zip(rows["promised_least"], rows["promised_most"], strict=True)
            ],
            late=[
                words.percent(late / due if due else None)
                for late, due in zip(rows["late_count"], rows["due_count"], strict=True)
            ],
        ),
        {
            "name": text(label, width="medium"),
            "parcel_count": number(_("Parcels"), format="localized"),
            "delivered_count": number(_("Delivered"), format="localized"),
            "days_p50": number(_("Days, 50 of 100")),
            "days_p85": number(_("Days, 85 of 100")),
            "days_p95": number(_("Days, 95 of 100")),
            "promised": text(_("Promised at most")),
            "late": text(_("Late"), alignment="right"),
            "due_count": number(_("Promise over"), format="localized"),
        },
        key=key,
    )

"""What was decided about parcels that cannot be delivered, and what return costs."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.domain.shipments import Decision
from lib.services import outcomes, plans
from lib.texts import gettext as _
from lib.ui import charts, figures, formats, tables
from lib.ui.context import app
from lib.wording import decision_label
from pages.parts import nothing


def show() -> None:
    """What was decided for what was sent."""
    by_plan = outcomes.decisions(app())
    if by_plan.empty:
        nothing.sent(_("Nothing was sent yet."))
    else:
        _by_plan(by_plan)


def _by_plan(by_plan: pd.DataFrame) -> None:
    """Totals, then each plan, as bars and as the numbers behind them."""
    fees = outcomes.fees_by_currency(by_plan)
    sent = by_plan.groupby("undeliverable")["shipment_count"].sum()
    figures.row(
        [
            (_("Parcels sent"), f"{int(by_plan['shipment_count'].sum()):,}"),
            *((decision_label(one), f"{int(sent.get(str(one), 0)):,}") for one in Decision),
            (_("Return-service fees, assumed"), formats.totals(fees)),
        ],
        key="outcomes_figures",
    )
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    counts = by_plan.pivot_table(
        index="plan_id",
        columns="undeliverable",
        values="shipment_count",
        aggfunc="sum",
        fill_value=0,
        sort=False,
    ).reindex(columns=[str(one) for one in Decision], fill_value=0)
    charts.bars(
        counts.assign(name=counts.index.map(names)),
        name="name",
        values=list(counts.columns),
        labels=[decision_label(one) for one in counts.columns],
        value_label=_("Parcels"),
        key="outcomes_chart",
        alt=_("Parcels sent by plan and by what becomes of them when they cannot be delivered."),
    )
    text = st.column_config.TextColumn
    tables.show(
        by_plan.assign(
            name=by_plan["plan_id"].map(names),
            decision=formats.words(by_plan["undeliverable"], decision_label),
            fee=formats.amounts(by_plan["return_fee_minor"], by_plan["currency"]),
        ),
        {
            "name": text(_("Plan"), width="medium"),
            "decision": text(_("If it cannot be delivered")),
            "shipment_count": st.column_config.NumberColumn(_("Parcels"), format="localized"),
            "fee": text(_("Return-service fees, assumed"), alignment="right"),
        },
        key="outcomes_table",
    )
    st.caption(
        _(
            "Return-service fees are an assumption: no carrier publishes them. The table of return fees is "
            "yours to edit."
        )
    )

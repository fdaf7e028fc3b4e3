"""Costs: what shipping was estimated to cost, by plan and by country."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.services import costs, plans
from lib.services.costs import Costs
from lib.texts import gettext as _
from lib.texts import later
from lib.ui import charts, figures, formats, tables
from lib.ui.context import app

#: What the fees can be added up by, and how that is called.
AXES = {"plan_id": later("By plan"), "country": later("By country")}
#: So many bars fit on a screen; the table below has the rest.
BARS = 12


def show(found: Costs) -> None:
    """Totals, then what was chosen to add up by: bars, and the numbers behind them."""
    # What is billed stands beside what was estimated, never in one sum with it.
    fees, billed = (found.fees[found.fees["stage"].eq("actual") == actual] for actual in (False, True))
    freight = fees[fees["kind"] == "freight"]
    parcels, weight_g = int(freight["shipment_count"].sum()), int(freight["weight_g"].sum())
    cny = int(freight["fee_cny_minor"].sum())
    figures.row(
        [
            (_("Parcels"), f"{parcels:,}"),
            (_("Freight, estimated"), _totals(freight)),
            (_("Freight in CNY"), formats.money(cny, "CNY")),
            (_("Mean per parcel"), formats.money(round(cny / parcels), "CNY") if parcels else "–"),
            (_("Mean per kg"), formats.money(round(cny * 1000 / weight_g), "CNY") if weight_g else "–"),
            (_("Return service, assumed"), _totals(fees[fees["kind"] == "return_service"])),
            *([(_("Billed"), _totals(billed))] if len(billed) else []),
        ],
        key="costs_figures",
    )
    axis = st.segmented_control(
        _("Add up"),
        list(AXES),
        default="plan_id",
        required=True,
        format_func=lambda one: _(AXES[one]),
        key="costs_axis",
        label_visibility="collapsed",
    )
    rows = _added_up(fees, str(axis))
    charts.bars(
        rows.head(BARS),
        name="name",
        values=["freight", "return_service"],
        labels=[_("Freight, estimated"), _("Return service, assumed")],
        value_label=_("CNY"),
        key="costs_chart",
        alt=_("Estimated fees in CNY, the dearest first."),
    )
    number = st.column_config.NumberColumn
    tables.show(
        rows,
        {
            "name": st.column_config.TextColumn(
                _("Plan") if axis == "plan_id" else _("Country"), width="medium"
            ),
            "parcels": number(_("Parcels"), format="localized"),
            "weight_kg": number(_("Weight in kg"), format="%.1f"),
            "charged": st.column_config.TextColumn(_("Freight, estimated"), alignment="right"),
            "freight": tables.amount(_("Freight in CNY")),
            "per_parcel": tables.amount(_("CNY per parcel")),
            "per_kg": tables.amount(_("CNY per kg")),
            "return_service": tables.amount(_("Return service in CNY, assumed")),
        },
        key="costs_table",
    )
    if found.exchange_on is not None:
        st.caption(formats.in_cny(found.exchange_on))
    unknown = sorted(set(fees.loc[fees["fee_cny_minor"].isna(), "currency"]))
    if unknown:
        st.warning(
            _(
                "Not in the CNY amounts, because no rate is known: {currencies}.",
                currencies=", ".join(unknown),
            )
        )
    st.caption(
        _(
            "Estimated: by the rate card, as decided when the batch was submitted. Assumed: by the return-fee table. "
            "Billed: what loaded bills charge for these parcels."
        )
    )


def _totals(fees: pd.DataFrame) -> str:
    by_currency = fees.groupby("currency")["fee_minor"].sum()
    return formats.totals({str(code): int(minor) for code, minor in by_currency.items()})


def _added_up(fees: pd.DataFrame, axis: str) -> pd.DataFrame:
    """One row per plan or country, dearest first; amounts in CNY but `charged`, which has every currency."""
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    rows = []
    for value, group in fees.groupby(axis):
        freight = group[group["kind"] == "freight"]
        cny, parcels = float(freight["fee_cny_minor"].sum()) / 100, int(freight["shipment_count"].sum())
        weight_kg = float(freight["weight_g"].sum()) / 1000
        returned = group.loc[group["kind"] == "return_service", "fee_cny_minor"].sum()
        rows.append(
            {
                "name": names.get(str(value), str(value))
                if axis == "plan_id"
                else formats.country(str(value)),
                "parcels": parcels,
                "weight_kg": weight_kg,
                "charged": _totals(freight),
                "freight": cny,
                "per_parcel": cny / parcels if parcels else None,
                "per_kg": cny / weight_kg if weight_kg else None,
                "return_service": float(returned) / 100,
            }
        )
    return pd.DataFrame(rows).sort_values("freight", ascending=False, ignore_index=True)


st.title(_("Costs"))
found = costs.by_plan(app())
if found.fees.empty:
    st.info(_("Nothing was sent yet, so nothing was charged."))
    st.page_link("pages/shipments.py", label=_("Open shipments"), icon=":material/local_shipping:")
else:
    show(found)

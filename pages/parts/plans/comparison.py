"""The plans of a draft drawn: cost against days, and which is the cheapest where."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lib.services import plans
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import charts, formats

#: Countries on the map; with more of them no cell can be read.
MOST_COUNTRIES = 20


def show_chart(by_plan: pd.DataFrame) -> None:
    """What a parcel costs on average against the latest day promised, all over the same parcels."""
    able = by_plan[by_plan["carried_count"] > 0]
    alike = able.dropna(subset="alike_cny_minor")
    if not alike.empty:
        dots = alike.assign(
            name=[formats.plan(row) for row in alike.to_dict("records")],
            mean_cny=(formats.whole(alike["alike_cny_minor"]) / alike["alike_count"]).round(2),
            days_max=alike["days_max"].astype("int64"),
        )
        charts.scatter(
            dots,
            line=dots.set_index("plan_id").loc[plans.frontier(by_plan)],
            line_label=_("Nothing is both faster and cheaper"),
            x="days_max",
            y="mean_cny",
            size="carried_count",
            name="name",
            labels=(_("Latest day promised"), _("Mean per parcel in CNY"), _("Parcels it can carry")),
            key="plans_chart",
            alt=_("Mean cost per parcel against the latest day promised, one dot per plan."),
        )
        count = int(alike["alike_count"].iloc[0])
        st.caption(
            ngettext(
                "All over the same parcels: the {count} that each of these plans can carry. No plan on the line is "
                "beaten in both cost and days.",
                "All over the same parcels: the {count} that each of these plans can carry. No plan on the line is "
                "beaten in both cost and days.",
                count,
            )
        )
    else:
        st.text(_("No plan with promised days can carry any of these parcels."))
    out = able[able["alike_cny_minor"].isna()]
    for said, rows in (
        (
            _("They carry too few of the same parcels to be compared: {plans}."),
            out[out["days_max"].notna()],
        ),
        (_("Without promised days, so not in the chart: {plans}."), out[out["days_max"].isna()]),
    ):
        if not rows.empty:
            named = _(", ").join(formats.plan(row) for row in rows.to_dict("records"))
            st.caption(said.format(plans=formats.plain(named)))


def show_map(places: pd.DataFrame, by_plan: pd.DataFrame) -> None:
    """The cheapest plan per country and weight band, darker where a parcel costs more."""
    if places.empty:
        st.text(_("No parcel has a known weight yet."))
        return
    names = {row["plan_id"]: formats.plan(row) for row in by_plan.to_dict("records")}
    countries = places["country"].unique()
    shown = places[places["country"].isin(countries[:MOST_COUNTRIES])]
    bands = sorted(shown["band_from_g"].unique())
    ordered = pd.concat([shown[shown["band_from_g"] == band] for band in bands])
    rows = ordered.to_dict("records")
    charts.heat_map(
        ordered.assign(
            place=[formats.country(row["country"]) for row in rows],
            band=[_band(row) for row in rows],
            mean_cny=formats.whole(ordered["mean_cny_minor"]),
            said=[names.get(row["plan_id"], _("No plan can carry it")) for row in rows],
            told=[_told(row, names) for row in rows],
        ),
        row="place",
        column="band",
        value="mean_cny",
        text="said",
        detail="told",
        value_label=_("Mean in CNY"),
        key="plans_map",
        alt=_("The plan that is the cheapest for most parcels of a country and weight band."),
    )
    if len(countries) > MOST_COUNTRIES:
        st.caption(
            _(
                "The {count} countries with the most parcels, of {total}.",
                count=MOST_COUNTRIES,
                total=len(countries),
            )
        )


def _band(row: dict[Any, Any]) -> str:
    if pd.isna(row["band_to_g"]):
        return _("over {weight} g", weight=f"{int(row['band_from_g']) - 1:,}")
    return _(
        "{least} to {most} g", least=f"{int(row['band_from_g']):,}", most=f"{int(row['band_to_g']) - 1:,}"
    )


def _told(row: dict[Any, Any], names: dict[Any, str]) -> str:
    if row["plan_id"] not in names:
        return _("{count} parcels that no plan can carry", count=f"{row['parcel_count']:,}")
    return _(
        "{plan}: the cheapest for {count} of {total} parcels, at {mean} on average",
        plan=names[row["plan_id"]],
        count=f"{row['plan_count']:,}",
        total=f"{row['parcel_count']:,}",
        mean=formats.money(int(row["mean_cny_minor"]), "CNY"),
    )

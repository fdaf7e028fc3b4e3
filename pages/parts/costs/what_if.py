"""What if: everything that was sent, rated again by another card, policy, packaging or exchange rate."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from lib.domain.problems import Problem
from lib.services import plans, rates, what_if
from lib.services.what_if import Answer, Change
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import charts, downloads, figures, formats, tables
from lib.ui.context import app
from lib.wording import error_sentence
from lib.wording.costs import what_if_policy

BARS = 12


def show(facets: Mapping[str, Mapping[str, int]], stamp: str) -> None:
    """What would be otherwise, and what that comes to."""
    change = _change(facets)
    try:
        found = what_if.ask(app(), change)
    except Problem as error:
        st.error(formats.plain(error_sentence(error)))
        return
    _totals(found)
    if not found.total["rated_count"]:
        st.info(_("No parcel can be rated both ways: there is no fee to compare."))
        return
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    _by_plan(found, names)
    _by_country(found, change)
    _flips(found, change, names)


def _change(facets: Mapping[str, Mapping[str, int]]) -> Change:
    """The question, in widgets that the address fills."""
    cards = {row["card_id"]: row for row in rates.cards(app())}
    known = what_if.rate_today(app())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        card_id = st.selectbox(
            _("Another rate card"),
            list(cards),
            index=None,
            format_func=lambda one: (
                f"{cards[one]['plan_id']} · {cards[one]['valid_from']} · {cards[one]['source']}"
            ),
            key="what_if_card",
            placeholder=_("Cards of today"),
            width=320,
        )
        policy = st.selectbox(
            _("Plans chosen"),
            list(what_if.POLICIES),
            format_func=what_if_policy,
            key="what_if_policy",
            width=240,
        )
        lighter = st.number_input(
            _("Packaging lighter by, g"),
            0,
            what_if.MOST_LIGHTER_G,
            0,
            step=5,
            key="what_if_lighter",
            width=160,
        )
        currency = st.selectbox(
            _("Another rate of"),
            sorted(known),
            index=None,
            key="what_if_currency",
            placeholder=_("None"),
            width=120,
        )
        rate = st.number_input(
            _("CNY for one"),
            min_value=0.0001,
            value=float(known[currency]) if currency else 1.0,
            format="%.4f",
            key=f"what_if_rate_{currency}",
            disabled=not currency,
            width=140,
        )
        countries = st.multiselect(
            _("Country"),
            list(facets.get("country", {})),
            format_func=formats.country,
            key="what_if_countries",
            placeholder=_("Any"),
            width=220,
        )
    return Change(
        card_id=card_id,
        policy=str(policy),
        lighter_g=int(lighter),
        currency=currency,
        rate_e6=round(rate * 1_000_000) if currency else None,
        countries=tuple(countries),
    )


def _totals(found: Answer) -> None:
    total = found.total
    difference = total["after_cny"] - total["before_cny"]
    figures.row(
        [
            (_("Parcels rated both ways"), f"{total['rated_count']:,}"),
            (_("Freight today"), formats.money(total["before_cny"], "CNY")),
            (_("Freight so"), formats.money(total["after_cny"], "CNY")),
            (_("Difference"), formats.money(difference, "CNY")),
            (_("On another plan"), f"{total['flip_count']:,}"),
        ],
        key="what_if_figures",
    )
    said = [
        _(
            "Everything that was sent, rated by the cards of today: on the plan it went on, and as asked above. "
            "Estimated by rate cards; in CNY by today's exchange rates, an assumption."
        )
    ]
    if total["unrated_count"]:
        said.append(
            ngettext(
                "{count} parcel is left out: no card of today covers the plan it went on.",
                "{count} parcels are left out: no card of today covers the plan they went on.",
                total["unrated_count"],
            )
        )
    if total["planless_count"]:
        said.append(
            ngettext(
                "{count} parcel is left out: no plan would carry it.",
                "{count} parcels are left out: no plan would carry them.",
                total["planless_count"],
            )
        )
    st.caption(" ".join(said))


def _by_plan(found: Answer, names: Mapping[str, str]) -> None:
    rows = _differences(found.by_plan)
    tables.show(
        rows.assign(plan=rows["plan_id"].map(names), after=rows["after_plan"].map(names)),
        {
            "plan": st.column_config.TextColumn(_("Went on"), width="medium", pinned=True),
            "after": st.column_config.TextColumn(_("Would go on"), width="medium"),
            **_amounts(),
        },
        key="what_if_plans",
        height=tables.fitting(rows, 300),
    )


def _by_country(found: Answer, change: Change) -> None:
    rows = _differences(found.by_country)
    rows = rows.assign(name=[formats.country(one) for one in rows["country"]])
    if (rows["difference"] == 0).all():
        st.info(_("Nothing would cost more or less."))
    else:
        charts.bars(
            rows.head(BARS),
            name="name",
            values=["difference"],
            labels=[_("Difference")],
            value_label="CNY",
            key="what_if_chart",
            alt=_("What freight would cost more or less in CNY, by country."),
        )
    tables.show(
        rows,
        {
            "name": st.column_config.TextColumn(_("Country"), width="medium", pinned=True),
            "flip_count": st.column_config.NumberColumn(_("On another plan"), format="localized"),
            **_amounts(),
        },
        key="what_if_countries_table",
        height=tables.fitting(rows, 280),
    )
    downloads.buttons(
        partial(what_if.export_countries, app(), change), key="what_if_by_country", name="what-if-countries"
    )


def _flips(found: Answer, change: Change, names: Mapping[str, str]) -> None:
    rows = found.flips
    if rows.empty:
        st.text(_("No order would go on another plan."))
        return
    st.subheader(_("Orders that would go on another plan"))
    tables.show(
        _differences(rows).assign(plan=rows["plan_id"].map(names), after=rows["after_plan"].map(names)),
        {
            "order_id": st.column_config.TextColumn(_("Order"), pinned=True),
            "shipment_id": _("Shipment"),
            "country": _("Country"),
            "weight_g": tables.grams(_("Weight")),
            "plan": _("Went on"),
            "after": _("Would go on"),
            "before": tables.amount(_("Freight today, CNY")),
            "now": tables.amount(_("Freight so, CNY")),
            "difference": tables.amount(_("Difference in CNY")),
        },
        key="what_if_flips",
        height=tables.fitting(rows, 300),
    )
    st.caption(
        _(
            "{shown} of {count} are listed, the largest difference first; the download has all.",
            shown=f"{len(rows):,}",
            count=f"{found.total['flip_count']:,}",
        )
    )
    downloads.buttons(partial(what_if.export_flips, app(), change), key="what_if", name="what-if")


def _differences(rows: pd.DataFrame) -> pd.DataFrame:
    before, after = formats.whole(rows["before_cny"]), formats.whole(rows["after_cny"])
    return rows.assign(before=before, now=after, difference=after - before)


def _amounts() -> dict[str, object]:
    return {
        "parcel_count": st.column_config.NumberColumn(_("Parcels"), format="localized"),
        "before": tables.amount(_("Freight today, CNY")),
        "now": tables.amount(_("Freight so, CNY")),
        "difference": tables.amount(_("Difference in CNY")),
    }

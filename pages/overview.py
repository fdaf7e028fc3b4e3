"""What needs a person today, the most urgent first."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from lib.services import files, overview, spending
from lib.texts import gettext as _
from lib.ui import actions, figures, formats
from lib.ui.context import app
from pages.parts.overview import attention
from pages.parts.presets import presets

#: How often the page looks whether a sync is done.
PULSE = "10s"


def main() -> None:
    actions.arrive()
    st.title(_("Overview"))
    day = overview.today(app())
    st.fragment(_follow, run_every=PULSE)(day.synced_at)
    if day.untouched:
        _first_steps()
        return
    presets.buttons(key="overview")
    if not attention.show(day):
        st.success(_("Nothing needs you now. Load a newer export, or sync from the platform."))
        st.page_link("pages/orders.py", label=_("Open the orders"), icon=":material/receipt_long:")
    _spent()


def _follow(seen: datetime | None) -> None:
    """As of when the orders are; once a sync is done the whole page follows by itself."""
    now_at = overview.synced_at(app())
    if now_at != seen:
        st.rerun()
    if seen is not None:
        st.caption(_("Orders as the platform had them at {at}.", at=formats.plain(formats.clock(seen))))


def _first_steps() -> None:
    st.write(_("Three steps from an order export to printed labels:"))
    one, two, three = st.columns(3)
    with one.container(border=True, height="stretch"):
        st.subheader(_("1 · Load orders"))
        st.write(
            _("Try the sample: some 1,200 made-up buyers of a real shop's goods. Or load an export of yours.")
        )
        actions.button(
            _("Load the sample"),
            _load_sample,
            key="overview_sample",
            done=_loaded,
            primary=True,
            icon=":material/download:",
        )
        st.page_link("pages/files.py", label=_("Load your own export"), icon=":material/upload_file:")
    with two.container(border=True, height="stretch"):
        st.subheader(_("2 · Choose orders"))
        st.write(
            _("Filter and tick the orders to ship today, as many as you like, and make a batch of them.")
        )
        st.page_link("pages/orders.py", label=_("Orders"), icon=":material/receipt_long:")
    with three.container(border=True, height="stretch"):
        st.subheader(_("3 · Ship the batch"))
        st.write(_("Compare every logistics plan, decide, send, print the labels, hand over and declare."))
        st.page_link("pages/plans.py", label=_("Plans"), icon=":material/alt_route:")


def _load_sample() -> files.LoadReport:
    with st.spinner(_("Loading the sample…")):
        return files.load_sample(app(), by=actions.by())


def _loaded(report: files.LoadReport) -> str:
    return _(
        "The sample is loaded: {orders} orders. {refused} rows were refused on purpose; Files shows why.",
        orders=f"{report.orders:,}",
        refused=f"{len(report.problems):,}",
    )


def _spent() -> None:
    """Today's and this month's cost, with last month's beside it."""
    spent = spending.spent(app(), formats.zone())
    if spent.nothing:
        return
    figures.row(
        [
            (_("Shipping, today"), formats.totals(spent.today)),
            (_("This month so far"), formats.totals(spent.month)),
            (_("Last month until this day"), formats.totals(spent.last_so_far)),
            (_("Last month"), formats.totals(spent.last_month)),
        ],
        key="overview_spent",
    )
    billed = formats.plain(formats.totals(spent.month_billed))
    st.caption(
        _(
            "As billed, else as estimated; billed of this month: {billed}. Days and months are those of {zone}.",
            billed=billed,
            zone=formats.plain(formats.zone().key),
        )
    )


main()

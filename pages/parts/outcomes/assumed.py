"""What the advice rests on: the shop's own chances by plan and country, and what is assumed, the seller's to set."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.services import advice, plans
from lib.texts import gettext as _
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import advice as words
from pages.parts import nothing


def show() -> None:
    """The assumptions as a form, then the chances."""
    st.caption(
        _(
            "Return is an insurance: its fee is paid on every parcel, and pays where chance of failing × "
            "chance of arriving back × what the goods then bring is more than the fee. “As advised” on the "
            "page Shipments decides so, parcel by parcel."
        )
    )
    _form()
    _chances()


def _form() -> None:
    known = advice.assumptions(app())
    st.subheader(_("Assumptions"))
    with st.form("outcomes_assumptions"):
        left, right = st.columns(2, vertical_alignment="bottom")
        left.number_input(
            _("A returned parcel brings of its worth, in % (assumed)"),
            0.0,
            100.0,
            known.recovery_e4 / 100,
            1.0,
            key="outcomes_recovery",
            help=_("Its worth is what its goods cost to buy, else what the buyer paid for them."),
        )
        right.number_input(
            _("Taking it back costs, CNY (assumed)"),
            0.0,
            10_000.0,
            formats.whole(known.handling_minor),
            0.5,
            key="outcomes_handling",
        )
        left, right = st.columns(2, vertical_alignment="bottom")
        left.number_input(
            _("Parcels that fail abroad, % (believed beforehand)"),
            0.01,
            50.0,
            known.failing.share * 100,
            0.5,
            key="outcomes_fails",
        )
        right.number_input(
            _("… and so many parcels that belief is worth"),
            1,
            10_000,
            round(known.failing.weight),
            key="outcomes_fails_worth",
        )
        left, right = st.columns(2, vertical_alignment="bottom")
        left.number_input(
            _("Failed ones that arrive back, % (believed beforehand)"),
            1.0,
            99.0,
            known.returning.share * 100,
            1.0,
            key="outcomes_arrives",
        )
        right.number_input(
            _("… and so many failed parcels that belief is worth"),
            1,
            10_000,
            round(known.returning.weight),
            key="outcomes_arrives_worth",
        )
        st.form_submit_button(_("Keep"), on_click=_keep, type="primary", key="outcomes_assume")
    if known.set_by and known.set_at:
        st.caption(
            formats.plain(_("Set by {who}, {when}.", who=known.set_by, when=formats.moment(known.set_at)))
        )
    else:
        st.caption(
            _("Nobody set these yet: they come with the program, and no carrier publishes any of them.")
        )


def _keep() -> None:
    state = st.session_state
    actions.run(
        advice.assume,
        (app(),),
        {
            "recovery_e4": round(state["outcomes_recovery"] * 100),
            "handling_minor": round(state["outcomes_handling"] * 100),
            "fail_e4": round(state["outcomes_fails"] * 100),
            "fail_parcels": int(state["outcomes_fails_worth"]),
            "back_e4": round(state["outcomes_arrives"] * 100),
            "back_parcels": int(state["outcomes_arrives_worth"]),
            "by": actions.by(),
        },
        _("The advice rests on these from now on."),
    )


def _chances() -> None:
    found = advice.lanes(app())
    st.subheader(_("Chances by plan and country"))
    if found.empty:
        nothing.sent(_("Nothing was sent yet."))
        return
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    tables.show(
        found.assign(
            plan=found["plan_id"].map(names),
            land=formats.words(found["country"], formats.country),
            fails=_ranges(found, "fail"),
            back=_ranges(found, "back"),
            on=formats.words(found["basis"], words.basis_label),
        ),
        {
            "plan": text(_("Plan"), width="medium"),
            "land": text(_("Country")),
            "sent_count": number(_("Sent"), format="localized"),
            "failed_count": number(_("Failed abroad"), format="localized"),
            "fails": text(_("Chance of failing")),
            "back": text(_("Chance of arriving back")),
            "on": text(_("Rests on")),
        },
        key="outcomes_chances",
    )
    st.caption(
        _(
            "Ranges hold the truth with 90 %. A country leans on its plan, a plan on the shop, the shop on "
            "what is believed beforehand: the more, the fewer parcels it has. A young parcel counts by the "
            "share of failures, or of returns, that shows by its age."
        )
    )


def _ranges(found: pd.DataFrame, name: str) -> list[str]:
    columns = (found[f"{name}_{part}"] for part in ("mean", "low", "high"))
    return [words.percents(*map(float, row)) for row in zip(*columns, strict=True)]

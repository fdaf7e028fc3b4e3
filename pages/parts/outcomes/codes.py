"""Tracking codes nobody knows: how many events have them, and what a person says they mean."""

from __future__ import annotations

import streamlit as st

from lib.services import tracking
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import meaning_label


def show() -> None:
    """Unknown codes first, then those somebody gave a meaning."""
    known = tracking.unknown_codes(app())
    st.caption(
        _(
            "An unknown code changes no outcome until somebody says what it means. What is said here counts at once, "
            "for all parcels that have the code, and can be taken back."
        )
    )
    if known.empty:
        st.success(_("Every code that came in is known."))
        return
    ids = known["vocabulary"] + " " + known["code"]
    ticked = tables.choose(
        known.assign(
            id=ids,
            shown=known["code"].where(known["code"] != "", _("(no code)")),
            means=formats.words(known["meaning"].fillna(""), lambda one: meaning_label(one) if one else "–"),
            last=[formats.moment(at) for at in known["last_event_at"]],
        ),
        {
            "shown": st.column_config.TextColumn(_("Code")),
            "vocabulary": st.column_config.TextColumn(_("Vocabulary"), width="small"),
            "event_count": st.column_config.NumberColumn(_("Events"), format="localized"),
            "shipment_count": st.column_config.NumberColumn(_("Parcels"), format="localized"),
            "text": st.column_config.TextColumn(_("What stood beside it"), width="large"),
            "last": st.column_config.TextColumn(_("Last seen")),
            "means": st.column_config.TextColumn(_("Means")),
            "mapped_by": st.column_config.TextColumn(_("Said by")),
        },
        by="id",
        key="outcomes_codes",
        single=True,
    )
    if ticked:
        _mapping(*ticked[0].split(" ", 1))


def _mapping(vocabulary: str, code: str) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        meaning = st.selectbox(
            _("{code} means", code=code or _("(no code)")),
            list(tracking.MEANINGS),
            index=None,
            format_func=meaning_label,
            placeholder=_("Choose a meaning"),
            key="outcomes_meaning",
            width=320,
        )
        actions.button(
            _("Say so"),
            tracking.map_code,
            app(),
            vocabulary,
            code,
            meaning,
            by=actions.by(),
            key="outcomes_map",
            primary=True,
            disabled=meaning is None,
            clears=("outcomes_codes", "outcomes_meaning"),
            done=_derived,
        )
        actions.button(
            _("Take it back"),
            tracking.map_code,
            app(),
            vocabulary,
            code,
            None,
            by=actions.by(),
            key="outcomes_unmap",
            clears="outcomes_codes",
            done=_derived,
        )


def _derived(count: int) -> str:
    return ngettext(
        "The outcome of {count} parcel was derived anew.",
        "The outcomes of {count} parcels were derived anew.",
        count,
    )

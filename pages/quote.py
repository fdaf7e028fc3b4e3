"""Quick quote: what every plan costs for a parcel that belongs to no order, taken apart."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.money import Money
from lib.domain.plans import Cargo
from lib.services import costs, plans
from lib.texts import gettext as _
from lib.ui import formats, tables
from lib.ui.context import app
from lib.wording import SAYABLE, cargo_label, error_sentence, obstacles_sentence
from pages.parts.plans.parcel_plans import parts, say_due

#: What parcels are worth in; CNY first, as fees are.
CURRENCIES = ("USD", "CNY", "EUR")


def ask() -> dict[str, Any] | None:
    """The parcel, typed in; None until its country and weight are known."""
    known = plans.destinations(app())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        country = st.selectbox(
            _("Country"),
            known,
            index=None,
            format_func=formats.country,
            placeholder=_("Type a name or a code"),
            key="quote_country",
            width=230,
        )
        weight = st.number_input(
            _("Weight, g"), min_value=1, max_value=100_000, value=None, step=10, key="quote_weight", width=130
        )
        cargo = st.selectbox(_("Goods"), list(Cargo), format_func=cargo_label, key="quote_cargo", width=170)
        postcode = st.text_input(_("Postcode"), key="quote_postcode", width=130, max_chars=20)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sides = [
            st.number_input(label, min_value=1, max_value=10_000, value=None, step=10, key=key, width=130)
            for label, key in (
                (_("Length, mm"), "quote_length"),
                (_("Width, mm"), "quote_width"),
                (_("Height, mm"), "quote_height"),
            )
        ]
        worth = st.number_input(
            _("Declared value"), min_value=0.01, max_value=100_000.0, value=None, key="quote_value", width=150
        )
        currency = st.selectbox(_("Its currency"), CURRENCIES, key="quote_currency", width=110)
    if country is None or weight is None:
        st.info(_("Choose a country and type a weight: every plan is quoted at once, and nothing is kept."))
        return None
    if any(sides) and not all(sides):
        st.warning(_("Sizes count only when all three are given."))
    return {
        "country": country,
        "weight_g": int(weight),
        "cargo_class": cargo or Cargo.GENERAL,
        "postcode": postcode.strip() or None,
        "sizes_mm": tuple(int(side) for side in sides if side) if all(sides) else None,
        "declared": Money.parse(f"{worth:.2f}", currency) if worth else None,
    }


def answer(parcel: dict[str, Any]) -> None:
    """Every plan, the cheapest first; what cannot carry it says why."""
    try:
        quotes = plans.quote_parcel(app(), **parcel)
        due = plans.landed_of_parcel(app(), country=parcel["country"], declared=parcel["declared"])
    except SAYABLE as error:
        st.error(formats.plain(error_sentence(error)))
        return
    able = [one for one in quotes if one.eligible]
    text = st.column_config.TextColumn
    if able:
        tables.show(
            pd.DataFrame(
                {
                    "name": [_name(one) for one in able],
                    "fee": [formats.money(one.fee_minor, one.currency) for one in able],
                    "fee_cny": [
                        None if one.fee_cny_minor is None else formats.whole(one.fee_cny_minor)
                        for one in able
                    ],
                    "parts": [parts(one) for one in able],
                    "chargeable": [formats.weight(one.chargeable_g) for one in able],
                    "days": [formats.days(one.days_min, one.days_max) for one in able],
                    "tracked": [one.tracked for one in able],
                    "return_fee": [
                        formats.money(one.return_fee_minor, one.return_fee_currency) for one in able
                    ],
                    "card": [formats.day(one.card_from) for one in able],
                    "note": [one.card_note or "" for one in able],
                }
            ),
            {
                "name": text(_("Plan"), width="medium", pinned=True),
                "fee": text(_("Fee, estimated"), alignment="right"),
                "fee_cny": tables.amount(_("In CNY")),
                "parts": text(_("Fee taken apart"), width="medium"),
                "chargeable": text(_("Chargeable weight")),
                "days": text(_("Promised")),
                "tracked": st.column_config.CheckboxColumn(_("Tracked")),
                "return_fee": text(
                    _("Return-service fee, assumed"), help=_("Only when return is chosen; not in the fee.")
                ),
                "card": text(_("Rates of"), help=_("The day the rate card is of.")),
                "note": text(_("What the card lacks"), width="medium"),
            },
            key="quote_plans",
            height="content",
        )
        st.caption(formats.in_cny(costs.exchange_on(app())))
    else:
        st.warning(_("No plan can carry this parcel."))
    say_due(due)
    unable = [one for one in quotes if not one.eligible]
    if unable:
        with st.expander(_("Why not the other {count} plans", count=len(unable)), expanded=not able):
            tables.show(
                pd.DataFrame(
                    {
                        "name": [_name(one) for one in unable],
                        "why_not": [obstacles_sentence(one.obstacles) for one in unable],
                        "card": [formats.day(one.card_from) for one in unable],
                    }
                ),
                {
                    "name": text(_("Plan"), width="medium"),
                    "why_not": text(_("Why not"), width="large"),
                    "card": text(_("Rates of")),
                },
                key="quote_unable",
                height="content",
            )


def _name(quote: plans.Quote) -> str:
    return formats.plan({"name_en": quote.name_en, "name_zh": quote.name_zh})


st.title(_("Quick quote"))
wanted = ask()
if wanted is not None:
    answer(wanted)

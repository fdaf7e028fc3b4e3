"""One rate card: its days, its prices and surcharges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lib.services import rates
from lib.texts import gettext as _
from lib.ui import downloads, figures, formats, tables
from lib.ui.context import app
from lib.wording import SAYABLE, card_note, card_state_label, cargo_label, error_sentence, part_label
from pages.parts.rates import preview


def show(card_id: str) -> None:
    """One card: its days, its prices, and before it is active what it would change."""
    try:
        found = rates.card(app(), card_id)
    except SAYABLE as error:
        st.error(error_sentence(error))
        st.page_link("pages/rates.py", label=_("All rate cards"), icon=":material/arrow_back:")
        return
    card = found.card
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("pages/rates.py", label=_("All rate cards"), icon=":material/arrow_back:")
        st.download_button(
            _("Download this card"), downloads.spoken(lambda: rates.sheet(app(), card_id)),
            file_name=f"{card_id}.xlsx", key="rates_download", icon=":material/download:", on_click="ignore",
            help=_("As a table that can be changed and loaded as a new version."),
        )  # fmt: skip
    st.subheader(formats.plain(f"{formats.plan(card)} · {card_id}"))
    figures.row(
        [
            (_("State"), card_state_label(card["state"])),
            (_("From"), formats.day(card["active_from"] or card["valid_from"])),
            (_("To"), formats.day(card["active_to"] or card["valid_to"])),
            (_("Currency"), card["currency"]),
            (_("Countries"), f"{card['country_count']:,}"),
            (_("Suspended"), f"{card['suspended_count']:,}"),
            *([(_("Volumetric weight"), _volume(card))] if card["volumetric_divisor"] else []),
        ],
        key="rates_facts",
    )
    if card["note"]:
        st.caption(formats.plain(card_note(card["note"])))
    st.caption(_origin(card))
    if card["active_from"] is None:
        changes, prices = st.tabs([_("What it changes"), _("Prices")])
        with changes:
            preview.show(card)
        with prices:
            show_prices(found)
    else:
        show_prices(found)


def show_prices(found: rates.Card) -> None:
    """The prices of one destination, and the card's surcharges."""
    countries = sorted(found.rates["country"].unique(), key=formats.country)
    country = st.selectbox(
        _("Destination"), [None, *countries],
        format_func=lambda code: _("All destinations") if code is None else formats.country(code),
        key="rates_country",
    )  # fmt: skip
    currency = str(found.card["currency"])
    shown = found.rates if country is None else found.rates[found.rates["country"] == country]
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "name": text(_("Country"), width="medium"),
        "goods": text(_("Goods")),
        "min_g": number(_("From g"), format="localized"),
        "max_g": number(_("To g"), format="localized"),
        "per_kg": number(_("Per kg"), format="%.4f"),
        "item_fee": tables.amount(_("Item fee")),
        "first_g": number(_("First g"), format="localized"),
        "first_fee": tables.amount(_("First weight")),
        "step_g": number(_("Each further g"), format="localized"),
        "step_fee": tables.amount(_("Additional weight")),
        "increment_g": number(_("Charged by g"), format="localized"),
        "min_billable_g": number(_("At least g"), format="localized"),
        "suspended": st.column_config.CheckboxColumn(_("Suspended")),
    }
    if found.rates["first_g"].isna().all():
        for name in ("first_g", "first_fee", "step_g", "step_fee"):
            del columns[name]
    tables.show(
        shown.head(5000).assign(
            name=[formats.country(code) for code in shown["country"].head(5000)],
            goods=formats.words(shown["cargo_class"], cargo_label),
            per_kg=shown["per_kg_e4"] / 10_000,
            item_fee=formats.whole(shown["item_fee_minor"], currency),
            first_fee=formats.whole(shown["first_fee_minor"], currency),
            step_fee=formats.whole(shown["step_fee_minor"], currency),
        ),
        columns,
        key="rates_prices",
    )
    if found.surcharges.empty:
        st.caption(_("No surcharge is in this card: none is published. A new version can bring some."))
        return
    st.subheader(_("Surcharges"))
    extras = found.surcharges
    tables.show(
        extras.assign(
            what=formats.words(extras["kind"], part_label),
            name=[formats.country(code) if code else _("All destinations") for code in extras["country"]],
            percent=extras["percent_e2"] / 100,
            amount=formats.whole(extras["amount_minor"], currency),
            per_kg=extras["per_kg_e4"] / 10_000,
        ),
        {
            "what": text(_("Surcharge")),
            "name": text(_("Country")),
            "postcode_prefix": text(_("Postcodes beginning")),
            "percent": number(_("Percent of the freight"), format="%.2f"),
            "amount": tables.amount(_("Per parcel")),
            "per_kg": number(_("Per kg"), format="%.4f"),
        },
        key="rates_surcharges",
    )


def _volume(card: Mapping[str, Any]) -> str:
    """`L × W × H / 6,000 from 400 mm`: cm³ per kg, for parcels with a side of that length."""
    rule = f"L × W × H / {card['volumetric_divisor']:,}"
    side = card["volumetric_from_mm"]
    return _("{rule} from {side} mm", rule=rule, side=side) if side else rule


def _origin(card: Mapping[str, Any]) -> str:
    if card["loaded_at"]:
        said = _(
            "Loaded from {file} by {who}, {at}.",
            file=formats.plain(card["file"]),
            who=formats.plain(card["loaded_by"]),
            at=formats.plain(formats.moment(card["loaded_at"])),
        )
    else:
        said = _("Came with the program; source {source}.", source=formats.plain(card["source"]))
    if card["activated_at"]:
        said += " " + _(
            "Activated by {who}, {at}.",
            who=formats.plain(card["activated_by"]),
            at=formats.plain(formats.moment(card["activated_at"])),
        )
    return said

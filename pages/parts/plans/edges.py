"""Parcels at the edge of a tier, and weights from the scale."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from lib.services import tiers, weights
from lib.texts import gettext as _
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording.weights import edge_sentence, weighed_sentences


def show(batch_id: str, names: Mapping[str, str]) -> None:
    """What a few grams of packaging would save; looked for when asked."""
    if not st.toggle(_("Show parcels at the edge of a cheaper tier"), key="plans_edges"):
        return
    found = tiers.edges(app(), batch_id)
    if found.empty:
        st.info(_("No parcel costs less within {grams} g of what it weighs.", grams=tiers.WITHIN_G))
        return
    best = found.groupby("shipment_id")["saved_cny_minor"].max()
    st.text(
        _(
            "{count} parcels would cost {saved} less in all. Only packaging may change: what is declared is what the "
            "scale says.",
            count=f"{len(best):,}",
            saved=formats.money(int(best.sum()), "CNY"),
        )
    )
    text = st.column_config.TextColumn
    tables.show(
        pd.DataFrame(
            {
                "order_id": found["order_id"],
                "country": formats.words(found["country"], formats.country),
                "plan": found["plan_id"].map(names),
                "weight_g": found["weight_g"],
                "fee": formats.amounts(found["fee_minor"], found["currency"]),
                "saved": formats.amounts(found["saved_minor"], found["currency"]),
                "packaging_g": found["packaging_g"],
                "action": [
                    edge_sentence(grams, edge)
                    for grams, edge in zip(found["grams"].tolist(), found["edge_g"].tolist(), strict=True)
                ],
            }
        ),
        {
            "order_id": text(_("Order"), pinned=True),
            "country": text(_("Country")),
            "plan": text(_("Plan")),
            "weight_g": tables.grams(_("Weight")),
            "packaging_g": tables.grams(_("Packaging")),
            "fee": text(_("Fee, estimated"), alignment="right"),
            "saved": text(_("Saves"), alignment="right"),
            "action": text(_("What to do"), width="large"),
        },
        key="plans_edges_table",
    )


def weigh(shipment_id: str, clears: tuple[str, ...]) -> None:
    """The weight of the scale for one parcel."""
    with (
        st.form(f"plans_weigh_form_{shipment_id}", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        st.number_input(
            _("Weight on the scale, g"),
            min_value=1,
            max_value=weights.MOST_G,
            value=None,
            step=1,
            key=f"plans_weigh_{shipment_id}",
            width=220,
        )
        st.form_submit_button(
            _("Use this weight"),
            key="plans_weigh_button",
            on_click=_weigh,
            args=(shipment_id, clears),
            help=_(
                "It replaces the weight computed of products and packaging, and is kept with who weighed it."
            ),
        )


def _weigh(shipment_id: str, clears: tuple[str, ...]) -> None:
    grams = st.session_state.get(f"plans_weigh_{shipment_id}")
    if grams is None:
        actions.notice("warning", _("Type the grams that the scale shows, then use them."))
        return
    actions.run(
        weights.weigh,
        (app(), {shipment_id: int(grams)}),
        {"by": actions.by()},
        lambda done: " ".join(
            weighed_sentences(
                len(done.shipment_ids), len(done.planless), done.unknown, done.ambiguous, done.late
            )
        ),
        clears,
    )

"""Orders that cost less in several parcels, and several orders to one receiver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from lib.services import splits
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from pages.parts.plans.choice import TABLES


def show(batch_id: str, names: Mapping[str, str]) -> None:
    """Looked for when asked; accepted one by one."""
    if not st.toggle(_("Show orders that cost less in several parcels"), key="plans_splits"):
        return
    found = splits.advise(app(), batch_id)
    if found.empty:
        st.info(_("No order over a limit, or of several tariff headings, costs less in several parcels."))
    else:
        _advice(batch_id, found, names)
    _shared(splits.shared_receivers(app(), batch_id))


def _advice(batch_id: str, found: pd.DataFrame, names: Mapping[str, str]) -> None:
    text = st.column_config.TextColumn
    ticked = tables.choose(
        pd.DataFrame(
            {
                "shipment_id": found["shipment_id"],
                "order_id": found["order_id"],
                "country": formats.words(found["country"], formats.country),
                "weight_g": found["weight_g"],
                "whole": formats.amounts(found["whole_cny_minor"], ["CNY"] * len(found)),
                "parcels": [_parcels(row, names) for row in found.to_dict("records")],
                "split": formats.amounts(found["split_cny_minor"], ["CNY"] * len(found)),
                "landed": formats.amounts(
                    found["split_landed_cny_minor"] - found["whole_landed_cny_minor"], ["CNY"] * len(found)
                ),
                "saved": formats.amounts(found["saved_cny_minor"], ["CNY"] * len(found)),
            }
        ),
        {
            "order_id": text(_("Order"), pinned=True),
            "country": text(_("Country")),
            "weight_g": tables.grams(_("Weight")),
            "saved": text(_("Saves"), alignment="right"),
            "whole": text(_("In one parcel"), alignment="right"),
            "split": text(_("In several"), alignment="right"),
            "landed": text(
                _("More duty"),
                alignment="right",
                help=_("A flat duty per tariff heading is due for each parcel the heading is in."),
            ),
            "parcels": text(_("Parcels"), width="large"),
        },
        by="shipment_id",
        key="plans_splits_table",
        single=True,
    )
    actions.button(
        _("Split this order so") if ticked else _("Tick an order to split it"),
        splits.accept,
        app(),
        batch_id,
        ticked[0] if ticked else "",
        by=actions.by(),
        key="plans_split",
        disabled=not ticked,
        done=lambda parcels: ngettext(
            "The order goes in {count} parcel now.", "The order goes in {count} parcels now.", len(parcels)
        ),
        clears=("plans_splits_table", *TABLES),
        help=_("Its pieces are dealt out to drafts of this batch, each on the plan named here."),
    )


def _parcels(row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    pairs = zip(list(row["weights_g"]), list(row["plan_ids"]), strict=True)
    return " + ".join(f"{formats.weight(grams)} {names.get(plan, plan)}" for grams, plan in pairs)


def _shared(found: list[dict[str, Any]]) -> None:
    if not found:
        return
    st.text(
        ngettext(
            "{count} receiver has several orders here. They cannot share a parcel: a logistics order belongs to "
            "one trade order.",
            "{count} receivers have several orders here. They cannot share a parcel: a logistics order belongs to "
            "one trade order.",
            len(found),
        )
    )
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    tables.show(
        pd.DataFrame(found).assign(land=lambda rows: formats.words(rows["country"], formats.country)),
        {
            "land": text(_("Country")),
            "order_count": number(_("Orders"), format="localized"),
            "order_ids": text(_("Which"), width="large"),
            "weight_g": tables.grams(_("Together")),
        },
        key="plans_shared_receivers",
    )

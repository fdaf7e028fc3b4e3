"""Batches to pick from: each a link that carries its id in the URL."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import formats

PAGE_SIZE = 20


def links(batches: pd.DataFrame, page: str, *, key: str) -> None:
    """One line per batch of `services.batches.all_batches`: a link to `page`, and where its parcels stand."""
    page_count = -(-len(batches) // PAGE_SIZE)
    shown = st.pagination(page_count, key=f"{key}_page") if page_count > 1 else 1
    for row in batches.iloc[(shown - 1) * PAGE_SIZE : shown * PAGE_SIZE].to_dict("records"):
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_{row['batch_id']}"):
            st.page_link(
                page,
                label=row["batch_id"],
                icon=":material/inventory_2:",
                query_params={"batch": row["batch_id"]},
            )
            st.text(" · ".join(standing(row)))


def standing(row: dict) -> Sequence[str]:
    """Where a batch's parcels stand, in a few words, and who made it when."""
    counts = [
        (row["draft_count"], _("draft")),
        (row["refused_count"], _("refused")),
        (row["unconfirmed_count"], _("unconfirmed")),
        (row["under_way_count"], _("under way")),
        (row["ready_count"], _("ready")),
        (row["handed_over_count"], _("handed over")),
        (row["declared_count"], _("declared")),
    ]
    return [
        ngettext("{count} parcel", "{count} parcels", row["shipment_count"]),
        *(f"{count:,} {word}" for count, word in counts if count),
        *([_("paused")] if not pd.isna(row["paused_at"]) else []),
        formats.moment(row["created_at"]),
        str(row["created_by"]),
    ]

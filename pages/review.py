"""The review of a draft that a preset made: what goes, what stays out and why, what it costs; submit stands on it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import streamlit as st

from lib.domain.shipments import State
from lib.services import batches, presets, shipments
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats
from lib.ui.context import app
from lib.wording import SAYABLE, error_sentence, finding_label, finding_sentence
from pages.parts.plans import mismatch
from pages.parts.presets import presets as preset_parts
from pages.parts.shipments import draft

#: Orders of one reason named; the rest is counted.
NAMED = 30


def main() -> None:
    st.title(_("Review"))
    batch_id = st.query_params.get("batch")
    if batch_id is None:
        st.info(_("Run a preset: its draft is reviewed here."))
        st.page_link("pages/presets.py", label=_("Presets"), icon=":material/bookmarks:")
        return
    try:
        batch = batches.get(app(), batch_id)
        rows = shipments.listing(app(), batch_id)
    except SAYABLE as error:
        st.error(formats.plain(error_sentence(error)))
        return
    drafts = rows[rows["state"] == State.DRAFT]
    if drafts.empty or batch["submitted_at"] is not None:  # What was kept back stands there below the others.
        actions.go("pages/shipments.py", batch=batch_id)
        st.rerun()
    head(batch, len(drafts))
    show_excluded(batch_id)
    mismatch.confirm(batch_id, batch)
    draft.show(batches.get(app(), batch_id), drafts)


def head(batch: dict[str, Any], ready: int) -> None:
    """Which batch, by which preset, saved by whom."""
    batch_id = str(batch["batch_id"])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(_("Batch {batch_id}", batch_id=batch_id))
        st.badge(ngettext("{count} parcel ready", "{count} parcels ready", ready), color="green")
        st.page_link(
            "pages/plans.py", label=_("Plans of this batch"), icon=":material/alt_route:",
            query_params={"batch": batch_id},
        )  # fmt: skip
    preset = presets.of_batch(app(), batch_id)
    if preset is not None:
        said = preset_parts.said(preset)
        st.caption(_("By “{preset}”: {said}", preset=formats.plain(preset.name), said=said))


def show_excluded(batch_id: str) -> None:
    """What stayed out, by reason."""
    out = presets.excluded(app(), batch_id)
    if not out:
        st.text(_("Every order that matches is in it."))
        return
    count = len({row["order_id"] for row in out})
    reasons: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in out:
        reasons[row["code"]].append(row)
    with st.expander(
        ngettext("{count} order stayed out:", "{count} orders stayed out:", count)
        + " "
        + ", ".join(f"{finding_label(code)} · {len(rows):,}" for code, rows in reasons.items()),
        icon=":material/do_not_disturb_on:",
    ):
        for rows in reasons.values():
            for row in rows[:NAMED]:
                st.text(f"{row['order_id']}: {finding_sentence(row['code'], value=row['value'])}")
            if len(rows) > NAMED:
                st.caption(_("… and {count} more", count=f"{len(rows) - NAMED:,}"))


main()

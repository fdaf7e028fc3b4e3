"""Shipments of a batch: a draft to be decided and submitted, or a submitted one to be finished."""

from __future__ import annotations

import streamlit as st

from lib.domain.shipments import State
from lib.services import batches, shipments
from lib.texts import gettext as _
from lib.ui import batches as batch_lists
from lib.ui import formats
from lib.ui.context import app
from lib.wording import SAYABLE, error_sentence
from pages.parts.shipments import draft, printing, running


def show_batches() -> None:
    """Without a batch in the URL: all of them, newest first."""
    known = batches.all_batches(app())
    if known.empty:
        st.info(_("There is no batch yet. Choose orders and make one of them."))
        st.page_link("pages/orders.py", label=_("Choose orders"), icon=":material/receipt_long:")
        return
    printing.show_new()
    batch_lists.links(known, "pages/shipments.py", key="shipments_batches")


def show_batch(batch_id: str) -> None:
    """The draft's form, or how the submitted batch stands."""
    try:
        batch = batches.get(app(), batch_id)
        rows = shipments.listing(app(), batch_id)
    except SAYABLE as error:
        st.error(formats.plain(error_sentence(error)))
        show_batches()
        return
    rows = rows[rows["state"] != State.CANCELLED]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(_("Batch {batch_id}", batch_id=batch_id))
        st.page_link("pages/shipments.py", label=_("Other batches"), icon=":material/list:")
        if batch["submitted_at"] is None and not rows.empty:
            st.page_link(
                "pages/plans.py",
                label=_("Plans of this batch"),
                icon=":material/alt_route:",
                query_params={"batch": batch_id},
            )
    drafts = rows[rows["state"] == State.DRAFT]
    if not drafts.empty:
        if batch["submitted_at"] is not None and len(drafts) < len(rows):
            running.show(batch, rows[rows["state"] != State.DRAFT])  # The check kept some of them back.
        draft.show(batch, drafts)
    elif rows.empty:
        st.info(_("Nothing is left in this batch. Choose orders and make a new one."))
        st.page_link("pages/orders.py", label=_("Choose orders"), icon=":material/receipt_long:")
    else:
        running.show(batch, rows)


st.title(_("Shipments"))
if "batch" in st.query_params:
    show_batch(st.query_params["batch"])
else:
    show_batches()

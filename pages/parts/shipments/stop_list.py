"""The stop list (拦截): parcels that must not leave, where they lie, and what a person does about them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lib.domain.shipments import State
from lib.services import shipments, stop_list
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import state_label, stop_sentence, where_printed
from pages.parts.shipments.seen import still


def show(stopped: Sequence[stop_list.Stopped], *, key: str) -> None:
    """The list to tick from; voiding or letting go needs a reason."""
    text = st.column_config.TextColumn
    frame = pd.DataFrame(
        {
            "id": [one.shipment_id for one in stopped],
            "shipment": [f"/shipment?shipment={one.shipment_id}" for one in stopped],
            "printed": [where_printed(one.run, one.page, one.sheet, one.place) for one in stopped],
            "tracking_number": [one.tracking_number for one in stopped],
            "order_id": [one.order_id for one in stopped],
            "why": [stop_sentence(one.reasons) for one in stopped],
            "state": [state_label(one.state) for one in stopped],
        }
    )
    ticked = tables.choose(
        frame,
        {
            "shipment": st.column_config.LinkColumn(_("Shipment"), display_text=r"shipment=(.+)$"),
            "printed": text(_("In the pile")),
            "tracking_number": text(_("Tracking number")),
            "order_id": text(_("Order number")),
            "why": text(_("Why it must not leave"), width="large"),
            "state": text(_("State"), width="small"),
        },
        by="id",
        key=key,
        height="content" if len(frame) <= 6 else 250,
    )
    chosen = ticked.or_all(frame["id"])
    here = [
        one.shipment_id for one in stopped if one.shipment_id in chosen and one.state != State.HANDED_OVER
    ]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reason = st.text_input(_("Reason"), key=f"{key}_reason", max_chars=200, width=320)
        st.button(
            ngettext("Void {count}", "Void {count}", len(here)),
            key=f"{key}_void",
            on_click=_void,
            args=(here, f"{key}_reason", key),
            disabled=not here,
            icon=":material/block:",
            help=_("Take it out of the pile first. Its order's quantities are free again."),
        )
        actions.button(
            ngettext("Let {count} go all the same", "Let {count} go all the same", len(chosen)),
            _let_go,
            chosen,
            str(reason or ""),
            key=f"{key}_go",
            disabled=not chosen,
            clears=(key, f"{key}_reason"),
            done=lambda n: ngettext("{count} may leave.", "{count} may leave.", n),
        )


def of_batch(batch_id: str) -> None:
    """The batch's part of the list, when there is any."""
    stopped = stop_list.stopped(app(), batch_id)
    if not stopped:
        return
    st.error(
        ngettext(
            "{count} parcel must not leave: take it out of the pile.",
            "{count} parcels must not leave: take them out of the pile.",
            len(stopped),
        ),
        icon=":material/front_hand:",
    )
    show(stopped, key="shipments_stopped")


def _let_go(shipment_ids: Sequence[str], reason: str) -> int:
    stopped = still(shipment_ids, (one.shipment_id for one in stop_list.stopped(app())))
    return stop_list.let_go(app(), stopped, reason=reason, by=actions.by())


def _void(shipment_ids: Sequence[str], reason_key: str, key: str) -> None:
    reason = str(st.session_state.get(reason_key) or "").strip() or _("on the stop list")
    done = [
        actions.run(shipments.void, (app(), one), {"reason": reason, "by": actions.by()})
        for one in shipment_ids
    ]
    voided = [one for one in done if one]
    if voided:
        actions.notice(
            "success",
            formats.plain(
                ngettext(
                    "{count} is voided. Never hand it over with its label.",
                    "{count} are voided. Never hand them over with their labels.",
                    len(voided),
                )
            ),
        )
        actions.clear(key)
        actions.clear(reason_key)

"""A parcel that weighs something else at packing: void it, quote it anew, send it again, correct its SKU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lib.domain.shipments import IN_WORK, State
from lib.services import background, batches, products, repacking, shipments, stop_list
from lib.services.shipments import AGREEMENT
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats
from lib.ui.context import app
from lib.wording import cancellations_unasked

#: How often a parcel under way is looked at.
PULSE = "1s"


def show(shipment: Mapping[str, Any]) -> None:
    """What can be done about the parcel's weight, where it stands now."""
    if shipment["state"] in repacking.REPACKABLE:
        _weigh(str(shipment["shipment_id"]))
    elif shipment["state"] == State.DRAFT:
        _made_anew(shipment)
    if shipment["state"] in IN_WORK:
        st.fragment(_follow, run_every=PULSE)(str(shipment["shipment_id"]), str(shipment["state"]))


def _weigh(shipment_id: str) -> None:
    with st.form("shipment_repack", border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.number_input(
                _("It weighs something else at packing, g"), min_value=1, value=None, step=1,
                key="shipment_weight", width=260,
            )  # fmt: skip
            st.form_submit_button(
                _("Void it, and quote it anew"),
                key="shipment_repack_button",
                on_click=_repack,
                args=(shipment_id,),
                icon=":material/scale:",
            )
        st.caption(
            _(
                "No call cancels the logistics order on the platform: do not hand the parcel over with this label. "
                "Another one is made in its place, as it was decided; nothing is sent before you say so."
            )
        )


def _repack(shipment_id: str) -> None:
    weight_g = st.session_state.get("shipment_weight")
    if weight_g is None:
        actions.notice("warning", _("Type what the scale says first."))
        return
    new_id = actions.run(
        repacking.repack,
        (app(), shipment_id, int(weight_g)),
        {"by": actions.by()},
        _("The shipment is voided. Never hand this parcel over with its label."),
    )
    if new_id is not None:
        actions.go("pages/shipment.py", shipment=new_id)


def _made_anew(shipment: Mapping[str, Any]) -> None:
    """The quote of the new weight beside the old one's, and the way on."""
    shipment_id = str(shipment["shipment_id"])
    old_id = repacking.instead_of(app(), shipment_id)
    if old_id is None:
        return
    old = shipments.detail(app(), old_id)
    with st.container(border=True):
        st.text(
            _(
                "In the place of {shipment_id}: {old_weight} → {weight}, {old_fee} → {fee}.",
                shipment_id=old_id,
                old_weight=formats.weight(old["weight_g"]),
                weight=formats.weight(shipment["weight_g"]),
                old_fee=formats.money(old["fee_minor"], old["currency"]),
                fee=_fee(shipment),
            )
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            if shipment["plan_id"] is None:
                st.warning(
                    _("Its plan cannot carry that: choose another one, then submit it with its batch.")
                )
            else:
                actions.button(
                    _("I accept {agreement}: send it again", agreement=AGREEMENT),
                    _send,
                    shipment_id,
                    key="shipment_send_again",
                    primary=True,
                    icon=":material/send:",
                )
            st.page_link(
                "pages/plans.py", label=_("Compare plans for it"), icon=":material/alt_route:",
                query_params={"batch": str(shipment["batch_id"])},
            )  # fmt: skip
            _sku(shipment_id)


def _fee(shipment: Mapping[str, Any]) -> str:
    if shipment["fee_minor"] is None:
        return "–"
    return formats.money(shipment["fee_minor"], shipment["currency"])


def _sku(shipment_id: str) -> None:
    """The scale's word on the SKU, when it differs from the product table's."""
    unit = repacking.unit(app(), shipment_id)
    if unit is None:
        return
    actions.button(
        _(
            "{sku} weighs {measured}, not {stored}: correct it",
            sku=formats.plain(unit.sku),
            measured=formats.weight(unit.measured_g),
            stored=formats.weight(unit.stored_g),
        ),
        repacking.correct,
        app(),
        shipment_id,
        by=actions.by(),
        key="shipment_correct_sku",
        done=_corrected,
        icon=":material/inventory:",
    )


def _corrected(saved: products.Saved) -> str:
    said = _("The product table has the weight of {sku}.", sku=formats.plain(", ".join(saved.skus)))
    if not saved.repriced:
        return said
    drafts = ngettext("{count} draft weighed anew.", "{count} drafts weighed anew.", len(saved.repriced))
    return f"{said} {drafts}"


def _send(shipment_id: str) -> None:
    batch_id = str(shipments.detail(app(), shipment_id)["batch_id"])
    if stop_list.refresh(app(), str(batches.get(app(), batch_id)["shop_id"])):
        actions.notice("warning", cancellations_unasked())
    shipments.submit(app(), batch_id, agreed=True, by=actions.by(), shipment_ids=[shipment_id])
    background.wake()


def _follow(shipment_id: str, state: str) -> None:
    """Show the page anew once the parcel is somewhere else."""
    if shipments.detail(app(), shipment_id)["state"] != state:
        st.rerun()

"""Return or destroy: for the batch, for one of its plans, or for single parcels."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.shipments import Decision
from lib.services import handover, shipments
from lib.services.handover import PlanHandover
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import SAYABLE, decision_label


def by_plan(batch_id: str, plans: Sequence[PlanHandover], rows: pd.DataFrame) -> None:
    """Exceptions from the batch's decision; a plan without return says so and cannot be ticked."""
    own = [one for one in plans if one.undeliverable]
    with st.expander(
        _("Decide by plan or by parcel"),
        icon=":material/tune:",
        expanded=bool(own),
        key="shipments_exceptions",
    ):
        for one in plans:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(f"{formats.plan(vars(one))} · {one.shipment_count:,}", width=330)
                if not one.return_supported:
                    st.caption(_("offers no return: destroyed"))
                    continue
                key = f"shipments_undeliverable_{batch_id}_{one.plan_id}"
                st.session_state[key] = one.undeliverable
                st.segmented_control(
                    formats.plan(vars(one)), list(Decision), format_func=decision_label, key=key,
                    on_change=_by_plan, args=(batch_id, one.plan_id, key), label_visibility="collapsed",
                )  # fmt: skip
        _by_parcel(batch_id, rows, {one.plan_id for one in plans if not one.return_supported})


def _by_parcel(batch_id: str, rows: pd.DataFrame, without_return: Collection[str]) -> None:
    text = st.column_config.TextColumn
    ticked = tables.choose(
        rows.assign(decided=[decision_label(one or "–") for one in rows["undeliverable"]]),
        {
            "order_id": text(_("Order")),
            "plan_id": text(_("Plan")),
            "country": text(_("Country")),
            "decided": text(_("If it cannot be delivered")),
        },
        by="shipment_id",
        key="shipments_own_undeliverable",
        height="content" if len(rows) <= 5 else 215,
    )
    unable = int((rows["shipment_id"].isin(ticked) & rows["plan_id"].isin(without_return)).sum())
    why = (
        ngettext(
            "{count} of those ticked goes on a plan that offers no return: it is destroyed.",
            "{count} of those ticked go on plans that offer no return: they are destroyed.",
            unable,
        )
        if unable
        else ""
    )
    with st.container(horizontal=True):
        for decision in (*Decision, None):
            barred = decision == Decision.RETURN and bool(why)
            actions.button(
                ngettext("{what} for {count}", "{what} for {count}", len(ticked), what=_word(decision)),
                shipments.decide_undeliverable,
                app(),
                batch_id,
                decision,
                by=actions.by(),
                shipment_ids=ticked,
                key=f"shipments_own_{decision or 'none'}",
                disabled=not ticked or barred,
                help=why if barred else None,
                clears="shipments_own_undeliverable",
            )
    if why:
        st.caption(why)


def _word(decision: Decision | None) -> str:
    return decision_label(decision) if decision else _("As its plan or the batch")


def _by_plan(batch_id: str, plan_id: str, key: str) -> None:
    value = st.session_state[key]
    actions.run(
        shipments.decide_undeliverable,
        (app(), batch_id, Decision(value) if value else None),
        {"by": actions.by(), "plan_id": plan_id},
    )


def refund(batch: Mapping[str, Any], returning: int) -> None:
    """Where what comes back is sent; needed as soon as anything returns."""
    if not returning:
        return
    batch_id = str(batch["batch_id"])
    try:
        known = {
            row["address_id"]: row
            for row in handover.addresses(app(), batch["shop_id"])
            if row["role"] == "refund"
        }
    except SAYABLE:
        known = {}
    if not known:
        st.error(_("Parcels that come back need a refund address; the platform has none for this shop."))
        return
    key, chosen = f"shipments_refund_{batch_id}", batch["refund_address_id"]
    st.session_state[key] = chosen if chosen in known else next(iter(known))
    st.selectbox(
        _("Refund address: where returned parcels go"),
        list(known),
        format_func=lambda one: " · ".join(
            str(known[one][part]) for part in ("name", "province", "city", "street") if known[one][part]
        ),
        key=key,
        on_change=_refund,
        args=(batch_id, key),
    )


def _refund(batch_id: str, key: str) -> None:
    actions.run(handover.choose_refund, (app(), batch_id, str(st.session_state[key])), {"by": actions.by()})

"""How each plan's parcels reach a warehouse (交货方式), in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from lib.domain.shipments import HandoverMode
from lib.services import batches, handover
from lib.services.handover import PlanHandover
from lib.texts import gettext as _
from lib.ui import actions, formats
from lib.ui.context import app
from lib.wording import SAYABLE, error_sentence, handover_label

#: Widths of the table's columns.
WIDTHS = (4, 3, 5, 5, 7)


def show_handover(batch: Mapping[str, Any]) -> list[PlanHandover]:
    """How each plan's parcels reach the warehouse; returns what is decided."""
    batch_id = str(batch["batch_id"])
    st.subheader(_("2 · Hand-over"))
    by_plan = prepared(batch)
    if not by_plan:
        st.info(_("No parcel has a plan yet."))
        st.page_link(
            "pages/plans.py",
            label=_("Choose plans"),
            icon=":material/alt_route:",
            query_params={"batch": batch_id},
        )
        return []
    show_sender(batches.get(app(), batch_id))
    show_table(batch, by_plan)
    st.caption(
        _("Where a pickup is offered, and the warehouses before the platform names them, are assumptions.")
    )
    if any(one.mode is HandoverMode.SELF_POST for one in by_plan):
        st.caption(_("The courier and its number are asked for when the parcels are handed over."))
    return by_plan


def prepared(batch: Mapping[str, Any]) -> list[PlanHandover]:
    """Every plan with its warehouse; the platform is asked once for what is not known, again on request."""
    batch_id = str(batch["batch_id"])
    by_plan = handover.of_batch(app(), batch_id)
    lacking = sorted(one.plan_id for one in by_plan if one.mode is None or one.service_code is None)
    if not lacking and batch["sender_address_id"]:
        return by_plan
    asked = [batch_id, *lacking]
    if by_plan and st.session_state.get("shipments_asked") != asked:
        st.session_state["shipments_asked"] = asked
        try:
            with st.spinner(_("The platform is asked for addresses and warehouses…"), show_time=True):
                by_plan = handover.prepare(app(), batch_id)
            st.session_state.pop("shipments_trouble", None)
        except SAYABLE as error:
            st.session_state["shipments_trouble"] = error_sentence(error)
    trouble = st.session_state.get("shipments_trouble")
    if trouble:
        st.error(formats.plain(trouble))
    unoffered = [formats.plan(vars(one)) for one in by_plan if one.service_code is None]
    if unoffered and not trouble:
        st.warning(
            _(
                "The platform does not offer {plans} for these orders now. Choose another plan for them.",
                plans=formats.plain(_(", ").join(unoffered)),
            )
        )
    if trouble or unoffered:
        st.button(
            _("Ask the platform again"),
            key="shipments_ask_again",
            on_click=_ask_again,
            icon=":material/refresh:",
        )
    return by_plan


def _ask_again() -> None:
    st.session_state.pop("shipments_asked", None)


def show_sender(batch: Mapping[str, Any]) -> None:
    """The seller's address the parcels leave from."""
    batch_id = str(batch["batch_id"])
    try:
        known = handover.addresses(app(), str(batch["shop_id"]))
    except SAYABLE:
        return  # Said above already, where the platform was asked.
    senders = {row["address_id"]: row for row in known if row["role"] == "sender"}
    if not senders:
        return
    chosen, key = batch["sender_address_id"], f"shipments_sender_{batch_id}"
    st.session_state[key] = chosen if chosen in senders else next(iter(senders))
    st.selectbox(
        _("Sender address"),
        list(senders),
        format_func=lambda one: _address(senders[one]),
        key=key,
        on_change=_choose_sender,
        args=(batch_id, key),
        help=_("Its city decides whether parcels can be collected."),
    )


def _address(row: Mapping[str, Any]) -> str:
    return " · ".join(str(row[part]) for part in ("name", "province", "city", "street") if row[part])


def _choose_sender(batch_id: str, key: str) -> None:
    actions.run(handover.choose_sender, (app(), batch_id, str(st.session_state[key])), {"by": actions.by()})


def show_table(batch: Mapping[str, Any], by_plan: Sequence[PlanHandover]) -> None:
    """One row per group of shop, sender and plan: pieces, weight, how they get to which warehouse."""
    heads = (_("Plan"), _("Parcels"), _("Hand-over"), _("Warehouse"), "")
    for column, head in zip(st.columns(WIDTHS), heads, strict=True):
        column.caption(head)
    for one in by_plan:
        _row(batch, one)


def _row(batch: Mapping[str, Any], one: PlanHandover) -> None:
    batch_id = str(batch["batch_id"])
    key = f"shipments_mode_{batch_id}_{one.plan_id}"
    modes = [mode for mode in HandoverMode if _offered(mode, one)]
    with st.container(key=f"shipments_plan_{one.plan_id}"):
        plan, pieces, mode, where, apply = st.columns(WIDTHS, vertical_alignment="center")
        plan.text(formats.plan(vars(one)))
        pieces.text(f"{one.shipment_count:,} · {formats.weight(one.weight_g)}")
        if one.mode is not None:
            st.session_state[key] = one.mode
        mode.selectbox(
            _("Hand-over"),
            modes,
            format_func=handover_label,
            key=key,
            on_change=_choose_mode,
            args=(batch_id, one.plan_id, key),
            label_visibility="collapsed",
        )
        where.text(_warehouse(one))
        if not one.covered:
            with apply.popover(_("Apply for pickup")):
                _apply(batch_id, one)


def _offered(mode: HandoverMode, one: PlanHandover) -> bool:
    """A pickup is offered in coverage; one to apply for has its own button."""
    if mode is HandoverMode.PICKUP:
        return one.covered
    return mode is not HandoverMode.APPLY_PICKUP or one.mode is mode


def _apply(batch_id: str, one: PlanHandover) -> None:
    """Outside coverage: which warehouse, with whom it was agreed, and that it was."""
    key = f"shipments_apply_{batch_id}_{one.plan_id}"
    st.text(one.warehouse_name or "–")
    st.warning(
        _(
            "Outside coverage a warehouse collects only what it agreed to: talk to it first, or it "
            "may refuse the parcels (拒单)."
        )
    )
    st.text_input(_("Contact at the warehouse"), value=one.pickup_contact, key=f"{key}_contact", max_chars=80)
    st.text_input(_("Phone number of the contact"), value=one.pickup_phone, key=f"{key}_phone", max_chars=30)
    agreed = st.checkbox(_("The warehouse agreed to collect these parcels"), key=f"{key}_agreed")
    actions.button(
        _("Apply for pickup of {count}", count=f"{one.shipment_count:,}"),
        _applied,
        batch_id,
        one.plan_id,
        key,
        by=actions.by(),
        key=key,
        disabled=not agreed,
    )


def _applied(batch_id: str, plan_id: str, key: str, *, by: str) -> None:
    """What stands in the boxes counts: they may have been filled by the very click, after the page was made."""
    state = st.session_state
    handover.choose_mode(
        app(),
        batch_id,
        HandoverMode.APPLY_PICKUP,
        by=by,
        plan_id=plan_id,
        agreed_with_warehouse=bool(state.get(f"{key}_agreed")),
        contact=str(state.get(f"{key}_contact") or ""),
        phone=str(state.get(f"{key}_phone") or ""),
    )


def _warehouse(one: PlanHandover) -> str:
    name, address = one.warehouse_name or "–", one.warehouse_address
    match one.mode:
        case HandoverMode.PICKUP:
            return _("Collected by {warehouse}", warehouse=name)
        case HandoverMode.APPLY_PICKUP:
            said = _("{warehouse} collects, as agreed with it", warehouse=name)
            whom = " · ".join(filter(None, (one.pickup_contact, one.pickup_phone)))
            return f"{said} ({whom})" if whom else said
        case None:
            return "–"
    return _("To {warehouse}: {address}", warehouse=name, address=address or "–")


def _choose_mode(batch_id: str, plan_id: str, key: str) -> None:
    named = {"by": actions.by(), "plan_id": plan_id}
    actions.run(handover.choose_mode, (app(), batch_id, HandoverMode(st.session_state[key])), named)

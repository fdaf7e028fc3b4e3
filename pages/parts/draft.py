"""A draft batch before it is sent: receivers, hand-over, undeliverable parcels, agreement, submit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.orders import Receiver
from lib.domain.shipments import Decision, HandoverMode
from lib.services import background, batches, checks, handover, orders, plans, shipments
from lib.services.handover import PlanHandover
from lib.services.shipments import AGREEMENT, ReturnCost
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, figures, formats, receivers, tables
from lib.ui.context import app
from lib.wording import SAYABLE, decision_label, error_sentence, finding_sentence, handover_label


def show(batch: Mapping[str, Any], rows: pd.DataFrame) -> None:
    """The form in the order of the platform's own page. `rows`: the drafts of `shipments.listing`."""
    batch_id = str(batch["batch_id"])
    kept_back = show_receivers(rows)
    going = rows[~rows["order_id"].isin(kept_back)]
    by_plan = show_handover(batch)
    batch = batches.get(app(), batch_id)  # Preparing the hand-over may have filled in its addresses.
    cost = show_undeliverable(batch, by_plan)
    agreed = show_agreement(batch_id)
    missing = _missing(batch, going, by_plan, agreed=agreed)
    show_submit(batch, going, by_plan, cost, missing, agreed=agreed)


def show_receivers(rows: pd.DataFrame) -> set[str]:
    """What the check before shipping finds; any receiver can be corrected. Returns the orders it keeps back."""
    st.subheader(_("1 · Receivers"))
    found: dict[str, list[str]] = {}
    kept_back: set[str] = set()
    for one in checks.of_orders(app(), rows["order_id"].tolist()):
        if one["code"] not in ("taken", "unknown_rest"):  # Taken by this batch itself.
            if one["blocks"]:
                kept_back.add(one["order_id"])
            found.setdefault(one["order_id"], []).append(
                finding_sentence(one["code"], one["field"], one["value"])
            )
    if found:
        st.warning(
            ngettext(
                "{count} order deserves a look before it is sent. Tick it to correct its receiver.",
                "{count} orders deserve a look before they are sent. Tick one to correct its receiver.",
                len(found),
            )
        )
        if kept_back:
            st.text(
                ngettext(
                    "{count} order stays in the draft when the others go, until that is mended or accepted.",
                    "{count} orders stay in the draft when the others go, until that is mended or accepted.",
                    len(kept_back),
                )
            )
        st.page_link(
            "pages/checks.py", label=_("See them by finding, accept warnings"), icon=":material/fact_check:"
        )
        doubtful = rows[rows["order_id"].isin(found)]
        choose_receiver(
            doubtful.assign(finding=[" ".join(found[order_id]) for order_id in doubtful["order_id"]]),
            key="shipments_findings",
        )
    else:
        st.text(
            ngettext(
                "The receiver passed the check before shipping.",
                "All {count} receivers passed the check before shipping.",
                len(rows),
            )
        )
    with st.expander(_("Correct another receiver"), icon=":material/edit_location:"):
        choose_receiver(rows, key="shipments_receivers")
    return kept_back


def choose_receiver(rows: pd.DataFrame, *, key: str) -> None:
    """A table of receivers; a ticked one opens as a form."""
    text = st.column_config.TextColumn
    columns = {"order_id": text(_("Order")), "receiver_name": text(_("Receiver")), "land": text(_("Country"))}
    if "finding" in rows:
        columns["finding"] = text(_("What to look at"), width="large")
    ticked = tables.choose(
        rows.assign(land=formats.words(rows["country"], formats.country)),
        columns,
        by="order_id",
        key=key,
        single=True,
        height="content" if len(rows) <= 5 else 215,
    )
    if ticked:
        receivers.form(ticked[0], orders.detail(app(), ticked[0])["receivers"], correct, key=f"{key}_form")


def correct(order_id: str, receiver: Receiver) -> None:
    """Keep a corrected receiver, and say what is still wrong with it."""
    wrong = actions.run(
        orders.correct_receiver,
        (app(), order_id, receiver),
        {"by": actions.by()},
        _("The correction of order {order_id} is kept; what came in is kept too.", order_id=order_id),
    )
    for code, field, value in wrong or []:
        actions.notice("warning", formats.plain(finding_sentence(code, field, value)))


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
    for one in by_plan:
        show_plan(batch_id, one)
    st.caption(
        _("Where a pickup is offered, and the warehouses before the platform names them, are assumptions.")
    )
    if any(one.mode is HandoverMode.SELF_POST for one in by_plan):
        show_courier(batch)
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
        known = handover.addresses(app())
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


def show_plan(batch_id: str, one: PlanHandover) -> None:
    """One plan's parcels: how many, how heavy, how and where to."""
    mode_key = _mode_key(batch_id, one)
    agreed_key = f"shipments_agreed_{batch_id}_{one.plan_id}"
    with st.container(border=True, key=f"shipments_plan_{one.plan_id}", gap="small"):
        modes = [mode for mode in HandoverMode if mode is not HandoverMode.PICKUP or one.covered]
        pending = _pending(batch_id, one)
        if one.mode is not None and not pending:
            st.session_state[mode_key] = one.mode
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(width=250, gap=None):
                st.text(formats.plan(vars(one)))
                st.caption(
                    ngettext("{count} parcel", "{count} parcels", one.shipment_count)
                    + " · "
                    + formats.weight(one.weight_g)
                )
            st.selectbox(
                _("Hand-over"),
                modes,
                format_func=handover_label,
                key=mode_key,
                on_change=_choose_mode,
                args=(batch_id, one.plan_id, mode_key),
                label_visibility="collapsed",
                width=180,
            )
            st.text(_warehouse(one))
        if pending:
            st.warning(
                _(
                    "Outside coverage a warehouse collects only what it agreed to: talk to it first, or it "
                    "may refuse the parcels (拒单)."
                )
            )
            st.checkbox(
                _("The warehouse agreed to collect these parcels"),
                key=agreed_key,
                on_change=_agree_pickup,
                args=(batch_id, one.plan_id, agreed_key),
            )


def _mode_key(batch_id: str, one: PlanHandover) -> str:
    return f"shipments_mode_{batch_id}_{one.plan_id}"


def _pending(batch_id: str, one: PlanHandover) -> bool:
    """Whether a pickup was picked that the warehouse has not agreed to yet: nothing is changed until then."""
    wanted = st.session_state.get(_mode_key(batch_id, one))
    return wanted == HandoverMode.APPLY_PICKUP and one.mode is not HandoverMode.APPLY_PICKUP


def _warehouse(one: PlanHandover) -> str:
    name, address = one.warehouse_name or "–", one.warehouse_address
    match one.mode:
        case HandoverMode.PICKUP:
            return _("Collected by {warehouse}", warehouse=name)
        case HandoverMode.APPLY_PICKUP:
            return _("{warehouse} collects, as agreed with it", warehouse=name)
        case None:
            return "–"
    return _("To {warehouse}: {address}", warehouse=name, address=address or "–")


def _choose_mode(batch_id: str, plan_id: str, key: str) -> None:
    mode = HandoverMode(st.session_state[key])
    if mode is not HandoverMode.APPLY_PICKUP:
        actions.run(handover.choose_mode, (app(), batch_id, mode), {"by": actions.by(), "plan_id": plan_id})


def _agree_pickup(batch_id: str, plan_id: str, key: str) -> None:
    if st.session_state[key]:
        named = {"by": actions.by(), "plan_id": plan_id, "agreed_with_warehouse": True}
        actions.run(handover.choose_mode, (app(), batch_id, HandoverMode.APPLY_PICKUP), named)


def show_courier(batch: Mapping[str, Any]) -> None:
    """The domestic courier of what is sent by post; it may be named later, or never."""
    batch_id = str(batch["batch_id"])
    keys = (f"shipments_courier_{batch_id}", f"shipments_courier_number_{batch_id}")
    with st.container(horizontal=True):
        st.text_input(
            _("Domestic courier (optional)"),
            value=batch["courier"] or "",
            key=keys[0],
            on_change=_choose_courier,
            args=(batch_id, keys),
            max_chars=60,
        )
        st.text_input(
            _("Its tracking number (optional)"),
            value=batch["courier_number"] or "",
            key=keys[1],
            on_change=_choose_courier,
            args=(batch_id, keys),
            max_chars=32,
        )
    if not batch["courier_number"]:
        st.caption(_("Without them the parcels go as “other” with the number {batch_id}.", batch_id=batch_id))


def _choose_courier(batch_id: str, keys: tuple[str, str]) -> None:
    courier, number = (str(st.session_state[key] or "").strip() for key in keys)
    actions.run(handover.choose_courier, (app(), batch_id, courier, number), {"by": actions.by()})


def show_undeliverable(batch: Mapping[str, Any], by_plan: Sequence[PlanHandover]) -> ReturnCost:
    """Return or destroy: nobody decides that for the operator, so nothing is chosen beforehand."""
    batch_id = str(batch["batch_id"])
    st.subheader(_("3 · Parcels that cannot be delivered"))
    cost = shipments.return_cost(app(), batch_id)
    key = f"shipments_undeliverable_{batch_id}"
    if batch["undeliverable"]:
        st.session_state[key] = Decision(batch["undeliverable"])
    st.radio(
        _("What becomes of a parcel that cannot be delivered abroad?"),
        list(Decision),
        index=None,
        format_func=decision_label,
        captions=[_return_caption(cost), _("No fee. The goods are gone.")],
        key=key,
        on_change=_decide,
        args=(batch_id, key),
    )
    st.caption(_("This cannot be changed once the logistics orders are created."))
    destroyed = [one for one in by_plan if not one.return_supported]
    if destroyed:
        st.text(
            ngettext(
                "{count} parcel goes on plans that offer no return and is destroyed whatever you choose: {plans}.",
                "{count} parcels go on plans that offer no return and are destroyed whatever you choose: {plans}.",
                cost.destroyed_count,
                plans=_(", ").join(
                    _("{plan} ({count})", plan=formats.plan(vars(one)), count=f"{one.shipment_count:,}")
                    for one in destroyed
                ),
            )
        )
    return cost


def _return_caption(cost: ReturnCost) -> str:
    if not cost.returning_count:
        return _("A fixed fee on every parcel now, no return freight later. No plan of this batch offers it.")
    per_parcel = " + ".join(
        formats.money(least, currency)
        if least == highest
        else f"{formats.money(least, currency)} – {formats.money(highest, currency)}"
        for currency, (least, highest) in sorted(cost.per_parcel.items())
    )
    return _(
        "A fixed fee on every parcel now, no return freight later: {fee} a parcel, {total} for {count} parcels "
        "(fees assumed by the return-fee table).",
        fee=formats.plain(per_parcel),
        total=formats.plain(formats.totals(cost.fees)),
        count=f"{cost.returning_count:,}",
    )


def _decide(batch_id: str, key: str) -> None:
    decision = Decision(st.session_state[key])
    actions.run(shipments.decide_undeliverable, (app(), batch_id, decision), {"by": actions.by()})


def show_agreement(batch_id: str) -> bool:
    """The platform's agreement; returns whether it is accepted."""
    st.subheader(_("4 · Agreement"))
    return st.checkbox(
        _("I have read and accept {agreement}", agreement=AGREEMENT), key=f"shipments_agreement_{batch_id}"
    )


def _missing(
    batch: Mapping[str, Any], rows: pd.DataFrame, by_plan: Sequence[PlanHandover], *, agreed: bool
) -> list[str]:
    """What a person still has to decide; `shipments.submit` refuses the same."""
    planless = int(rows["plan_id"].isna().sum())
    differing = sum(pair.shipment_count for pair in plans.mismatches(app(), batch["batch_id"]))
    open_points = [
        (rows.empty, _("the check before shipping keeps every order back")),
        (planless > 0, _("{count} parcels have no plan", count=f"{planless:,}")),
        (
            differing > 0 and batch["confirmed_at"] is None,
            _("{count} plans that differ from the buyers' are not confirmed", count=f"{differing:,}"),
        ),
        (
            any(one.mode is None or one.service_code is None for one in by_plan)
            or not batch["sender_address_id"],
            _("the hand-over is not decided"),
        ),
        (
            any(_pending(batch["batch_id"], one) for one in by_plan),
            _("a pickup that is applied for is not agreed with its warehouse"),
        ),
        (batch["undeliverable"] is None, _("return or destroy is not decided")),
        (not agreed, _("the agreement is not accepted")),
    ]
    return [text for is_open, text in open_points if is_open]


def show_submit(
    batch: Mapping[str, Any],
    rows: pd.DataFrame,
    by_plan: Sequence[PlanHandover],
    cost: ReturnCost,
    missing: Sequence[str],
    *,
    agreed: bool,
) -> None:
    """What will be sent and what it costs, then the button."""
    st.subheader(_("5 · Submit"))
    batch_id = str(batch["batch_id"])
    returns = batch["undeliverable"] == Decision.RETURN
    fees = rows.dropna(subset="fee_minor").groupby("currency")["fee_minor"].sum()
    figures.row(
        [
            (_("Parcels"), f"{len(rows):,}"),
            (_("Freight, estimated"), formats.totals({str(code): int(fee) for code, fee in fees.items()})),
            (_("Return-service fees, assumed"), formats.totals(cost.fees) if returns else "–"),
        ],
        key="shipments_figures",
    )
    modes: dict[str, int] = {}
    for one in by_plan:
        if one.mode is not None:
            modes[handover_label(one.mode)] = modes.get(handover_label(one.mode), 0) + one.shipment_count
    if modes:
        st.text(
            _(
                "Hand-over: {modes}",
                modes=_(", ").join(f"{count:,} × {mode}" for mode, count in modes.items()),
            )
        )
    if missing:
        st.info(_("Before this can be submitted: {what}.", what=formats.plain(_("; ").join(missing))))
        if any(one is None for one in rows["plan_id"]) or batch["confirmed_at"] is None:
            st.page_link(
                "pages/plans.py",
                label=_("Plans of this batch"),
                icon=":material/alt_route:",
                query_params={"batch": batch_id},
            )
    actions.button(
        ngettext("Submit {count} shipment", "Submit {count} shipments", len(rows)),
        _submit,
        batch_id,
        agreed=agreed,
        by=actions.by(),
        key="shipments_submit",
        primary=True,
        disabled=bool(missing),
        icon=":material/send:",
        done=lambda n: ngettext(
            "{count} shipment is queued for sending.", "{count} shipments are queued for sending.", n
        ),
    )


def _submit(batch_id: str, *, agreed: bool, by: str) -> int:
    count = shipments.submit(app(), batch_id, agreed=agreed, by=by)
    background.wake()
    return count

"""A draft batch before it is sent: receivers, hand-over, undeliverable parcels, agreement, submit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.orders import Receiver
from lib.domain.shipments import Choice, Decision
from lib.services import advice as advice_service
from lib.services import background, batches, checks, orders, plans, shipments, stop_list
from lib.services.handover import PlanHandover
from lib.services.shipments import AGREEMENT, ReturnCost
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, figures, formats, receivers, tables
from lib.ui.context import app
from lib.wording import (
    cancellations_unasked,
    decision_label,
    finding_sentence,
    gone_sentence,
    handover_label,
    no_return_sentence,
)
from pages.parts.shipments import advice, handing, partly, undeliverable


def show(batch: Mapping[str, Any], rows: pd.DataFrame) -> None:
    """The form in the order of the platform's own page. `rows`: the drafts of `shipments.listing`."""
    batch_id = str(batch["batch_id"])
    kept_back = show_receivers(rows)
    partly.show(rows)
    going = rows[~rows["order_id"].isin(kept_back)]
    by_plan = handing.show_handover(batch)
    batch = batches.get(app(), batch_id)  # Preparing the hand-over may have filled in its addresses.
    show_undeliverable(batch, by_plan, going)
    agreed = show_agreement(batch_id)
    missing = _missing(batch, going, by_plan, agreed=agreed)
    show_submit(batch, going, by_plan, missing, agreed=agreed)


def show_receivers(rows: pd.DataFrame) -> set[str]:
    """What the check before shipping finds; any receiver can be corrected. Returns the orders it keeps back."""
    st.subheader(_("1 · Receivers"))
    found: dict[str, list[str]] = {}
    kept_back: set[str] = set()
    for one in checks.of_drafts(app(), rows["order_id"].tolist()):
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


def show_undeliverable(batch: Mapping[str, Any], by_plan: Sequence[PlanHandover], rows: pd.DataFrame) -> None:
    """Return or destroy: nobody decides that for the operator, so nothing is chosen beforehand."""
    batch_id = str(batch["batch_id"])
    st.subheader(_("3 · Parcels that cannot be delivered"))
    cost = shipments.return_cost(app(), batch_id)
    key = f"shipments_undeliverable_{batch_id}"
    if batch["undeliverable"]:
        st.session_state[key] = Choice(batch["undeliverable"])
    advised = advice_service.of_batch(app(), batch_id)
    st.radio(
        _("What becomes of a parcel that cannot be delivered abroad?"),
        list(Choice),
        index=None,
        format_func=decision_label,
        captions=[_return_caption(cost), _("No fee. The goods are gone."), advice.caption(advised)],
        key=key,
        on_change=_decide,
        args=(batch_id, key),
    )
    st.caption(
        _("This cannot be changed once the logistics orders are created.")
        + " "
        + formats.plain(advice.rests_on(advised))
    )
    advice.show(advised, rows)
    destroyed = [one for one in by_plan if not one.return_supported]
    if destroyed:
        st.text(no_return_sentence([(formats.plan(vars(one)), one.shipment_count) for one in destroyed]))
    undeliverable.by_plan(batch_id, by_plan, rows)
    undeliverable.refund(batch, int((rows["undeliverable"] == Decision.RETURN).sum()))


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
    decision = Choice(st.session_state[key])
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
        (bool(rows["undeliverable"].isna().any()), _("return or destroy is not decided")),
        (not agreed, _("the agreement is not accepted")),
    ]
    return [text for is_open, text in open_points if is_open]


def show_submit(
    batch: Mapping[str, Any],
    rows: pd.DataFrame,
    by_plan: Sequence[PlanHandover],
    missing: Sequence[str],
    *,
    agreed: bool,
) -> None:
    """What will be sent and what it costs, then the button."""
    st.subheader(_("5 · Submit"))
    batch_id = str(batch["batch_id"])
    returning = rows[rows["undeliverable"] == Decision.RETURN].dropna(subset="return_fee_minor")
    returned = returning.groupby("return_fee_currency")["return_fee_minor"].sum()
    fees = rows.dropna(subset="fee_minor").groupby("currency")["fee_minor"].sum()
    figures.row(
        [
            (_("Parcels"), f"{len(rows):,}"),
            (_("Freight, estimated"), formats.totals({str(code): int(fee) for code, fee in fees.items()})),
            (
                _("Return-service fees, assumed"),
                formats.totals({str(code): int(fee) for code, fee in returned.items()}),
            ),
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
        rows["shipment_id"].tolist(),
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


def _submit(batch_id: str, seen: Sequence[str], *, agreed: bool, by: str) -> int:
    """`seen`: the drafts that were shown; what came into the batch since is not sent by this."""
    failed = stop_list.refresh(app(), str(batches.get(app(), batch_id)["shop_id"]))
    if failed:
        actions.notice("warning", cancellations_unasked())
    gone = batches.drop_gone(app(), batch_id, by=by)
    if gone:
        actions.notice("warning", formats.plain(gone_sentence(gone)))
    count = shipments.submit(app(), batch_id, agreed=agreed, by=by, shipment_ids=seen)
    background.wake()
    return count

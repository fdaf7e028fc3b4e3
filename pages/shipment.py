"""One shipment (物流订单详情): its numbers, fee, receiver, contents, label and history; voiding it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.orders import Receiver
from lib.domain.plans import Part
from lib.domain.shipments import State
from lib.services import notices, plans, printing, shipments, stop_list
from lib.texts import gettext as _
from lib.ui import actions, downloads, figures, formats, tables
from lib.ui.context import app
from lib.wording import (
    SAYABLE,
    adopted_sentence,
    cargo_label,
    decision_label,
    error_sentence,
    notice_state_label,
    part_label,
    problem_sentence,
    reason_mending,
    reason_sentence,
    state_label,
    timeline_words,
    weight_source_label,
    who_label,
)
from pages.parts.outcomes import outcome
from pages.parts.shipments import repacking

#: States in which a person may still withdraw it.
VOIDABLE = (State.ACCEPTED, State.READY)


def show(shipment_id: str) -> None:
    """Everything known of one shipment."""
    try:
        shipment = shipments.detail(app(), shipment_id)
    except SAYABLE as error:
        st.error(formats.plain(error_sentence(error)))
        link_to_list()
        return
    head(shipment)
    repacking.show(shipment)
    left, right = st.columns([3, 2], gap="large")
    with left:
        show_fee(shipment)
    with right:
        show_receiver(shipment["receivers"])
        show_label(shipment)
    show_contents(shipment["contents"])
    outcome.show(shipment_id)
    show_timeline(shipment["timeline"], shipment["happenings"])
    show_number(shipment)
    show_void(shipment)


def link_to_list() -> None:
    """Where shipments are found."""
    st.page_link("pages/shipments.py", label=_("All batches"), icon=":material/local_shipping:")


def head(shipment: Mapping[str, Any]) -> None:
    """Its numbers and where it stands."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(_("Shipment {shipment_id}", shipment_id=shipment["shipment_id"]))
        st.page_link(
            "pages/shipments.py",
            label=_("Batch {batch_id}", batch_id=shipment["batch_id"]),
            icon=":material/inventory_2:",
            query_params={"batch": shipment["batch_id"]},
        )
    figures.row(
        [
            (_("State"), state_label(shipment["state"])),
            (_("LP number"), shipment["lp_number"] or "–"),
            (_("International tracking number"), shipment["tracking_number"] or "–"),
            (_("Logistics order"), shipment["logistics_order_id"] or "–"),
            (_("Order"), shipment["order_id"]),
        ],
        key="shipment_figures",
    )
    differs = adopted_sentence(
        shipment["undeliverable"], shipment["found_undeliverable"], shipment["found_service_code"]
    )
    if differs:
        st.warning(formats.plain(differs))
    if shipment["reason_code"]:
        why = reason_sentence(shipment["reason_code"], shipment["reason_text"])
        st.error(formats.plain(f"{why} {reason_mending(shipment['reason_code'])}"))


def show_fee(shipment: Mapping[str, Any]) -> None:
    """Plan and fee as they were decided on, and what becomes of it when it cannot be delivered."""
    st.subheader(_("Plan and fee"))
    if shipment["fee_minor"] is None:
        st.text(_("No plan is chosen yet."))
        return
    st.text(formats.plan({"name_en": shipment["plan_name_en"], "name_zh": shipment["plan_name_zh"]}))
    st.caption(
        formats.plain(
            _(
                "Decided by {who} on {when}; the buyer chose: {service}.",
                who=shipment["decided_by"],
                when=formats.moment(shipment["decided_at"]),
                service=shipment["decided_buyer_service"] or _("not known"),
            )
        )
    )
    parts = [(Part(part), int(minor)) for part, minor in json.loads(shipment["parts"]).items() if minor]
    currency = shipment["currency"]
    rows = [(part_label(part), formats.money(minor, currency)) for part, minor in parts]
    rows.append((_("Fee, estimated"), formats.money(shipment["fee_minor"], currency)))
    if shipment["undeliverable"] == "return" and shipment["return_fee_minor"] is not None:
        fee = formats.money(shipment["return_fee_minor"], shipment["return_fee_currency"])
        rows.append((_("Return-service fee, assumed"), fee))
    rows.append((_("Trial price of the platform"), _trial(shipment)))
    rows += [
        (_("Decided by rule"), str(shipment["rule_id"] or "–")),
        (_("Weight"), formats.weight(shipment["decided_weight_g"])),
        (_("Weight from"), weight_source_label(shipment["decided_weight_source"])),
        (_("Chargeable weight"), formats.weight(shipment["chargeable_g"])),
        (_("Rate card"), shipment["card_id"]),
        (_("Rates of"), formats.day(shipment["card_from"])),
        (_("Source of the rates"), shipment["card_source"] or "–"),
        (_("In CNY"), formats.money(shipment["fee_cny_minor"], "CNY")),
        (_("Promised"), formats.days(shipment["days_min"], shipment["days_max"])),
        (_("The buyer's service promised"), formats.days(None, shipment["buyer_days_max"])),
        (_("If it cannot be delivered"), decision_label(shipment["undeliverable"] or "–")),
    ]
    if shipment["currency"] != "CNY" and shipment["fx_on"]:
        rate = Decimal(int(shipment["fx_e6"])) / 1_000_000
        on = formats.day(shipment["fx_on"])
        rows.append((_("Exchange rate, assumed"), f"{rate} CNY ({on})"))
    text = st.column_config.TextColumn
    tables.show(
        pd.DataFrame(rows, columns=["what", "value"]),
        {"what": text(_("Part")), "value": text(_("Amount"), alignment="right")},
        key="shipment_fee",
        height="content",
    )
    for one in shipment["weighings"]:
        st.caption(
            formats.plain(
                _(
                    "Weighed {weight} instead of {before} by {who} on {when}.",
                    weight=formats.weight(one["weight_g"]),
                    before=formats.weight(one["was_g"]),
                    who=one["weighed_by"],
                    when=formats.moment(one["weighed_at"]),
                )
            )
        )


def _trial(shipment: Mapping[str, Any]) -> str:
    """The platform's price that was seen at the decision, and of when it was."""
    if shipment["trial_minor"] is None:
        return _("none was seen")
    return _(
        "{price} ({when}, {weight})",
        price=formats.money(shipment["trial_minor"], shipment["trial_currency"]),
        when=formats.moment(shipment["trial_at"]),
        weight=formats.weight(shipment["trial_weight_g"]),
    )


def show_receiver(versions: Mapping[str, Receiver]) -> None:
    """Where it goes, as text: what a buyer typed is never formatting."""
    st.subheader(_("Receiver"))
    received = versions["received"]
    st.text(_lines(versions.get("corrected", received)))
    if "corrected" in versions:
        with st.expander(_("As it came in")):
            st.text(_lines(received))


def _lines(receiver: Receiver) -> str:
    place = " ".join(part for part in (receiver.postcode, receiver.city, receiver.province) if part)
    phones = ", ".join(number for number in (receiver.mobile, receiver.phone) if number)
    rows = [
        receiver.name,
        receiver.address,
        place,
        formats.country(receiver.country),
        phones,
        receiver.tax_number,
    ]
    return "\n".join(row for row in rows if row)


def show_label(shipment: Mapping[str, Any]) -> None:
    """The label as the platform made it."""
    st.subheader(_("Label"))
    path = shipments.label_path(app(), dict(shipment))
    if path is None:
        st.text(_("The label comes with the tracking number, after sending."))
        return
    if not path.exists():
        st.error(formats.plain(problem_sentence("labels_missing", shipments=shipment["shipment_id"])))
        return
    if shipment["state"] == State.VOIDED:
        st.warning(_("This shipment is voided: its label must not be used."))
        return
    st.download_button(
        _("Download the label"),
        downloads.spoken(
            partial(_label, str(shipment["shop_id"]), str(shipment["shipment_id"]), actions.by())
        ),
        file_name=f"label-{shipment['tracking_number']}.pdf",
        mime="application/pdf",
        key="shipment_label",
        on_click="ignore",
        icon=":material/download:",
    )


def _label(shop_id: str, shipment_id: str, by: str) -> bytes:
    stop_list.refresh(app(), shop_id, within=stop_list.FRESH)  # What was cancelled meanwhile is not printed.
    return printing.reprint_one(app(), shipment_id, by=by)


def show_contents(contents: list[dict[str, Any]]) -> None:
    """What is in the parcel, and what customs are told of it."""
    st.subheader(_("Contents"))
    frame = pd.DataFrame(contents)
    frame["goods"] = [cargo_label(one) if one else "–" for one in frame["cargo_class"]]
    frame["declared"] = formats.amounts(frame["declared_minor"], frame["declared_currency"])
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    tables.show(
        frame,
        {
            "sku": text("SKU"),
            "title": text(_("Product"), width="medium"),
            "attributes": text(_("Attributes")),
            "quantity": number(_("Pieces"), format="localized"),
            "weight_g": tables.grams(_("Weight of one")),
            "goods": text(_("Goods")),
            "declared_name_zh": text(_("Declared in Chinese")),
            "declared_name_en": text(_("Declared in English")),
            "declared": text(_("Declared value of one"), alignment="right"),
            "hs_code": text(_("HS code")),
        },
        key="shipment_contents",
        height="content",
    )


def show_timeline(timeline: list[dict[str, Any]], happenings: list[dict[str, Any]]) -> None:
    """Every state it ever had and everything else that happened to it, newest first."""
    st.subheader(_("History"))
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())} if happenings else {}
    lines = [(one["happened_at"], "state", one["state"], one["note"], one["done_by"]) for one in timeline]
    lines += [
        (one["happened_at"], one["kind"], one["what"], one["detail"], one["done_by"]) for one in happenings
    ]
    rows = [(at, *timeline_words(kind, what, detail, names), who) for at, kind, what, detail, who in lines]
    frame = pd.DataFrame(
        [
            {"when": formats.moment(at), "state": state, "note": note, "who": who_label(who)}
            for at, state, note, who in sorted(rows, key=lambda row: row[0], reverse=True)
        ]
    )
    text = st.column_config.TextColumn
    tables.show(
        frame,
        {
            "when": text(_("When")),
            "state": text(_("State")),
            "note": text(_("Note"), width="large"),
            "who": text(_("Who")),
        },
        key="shipment_timeline",
        height="content",
    )


def show_number(shipment: Mapping[str, Any]) -> None:
    """Another number or carrier in the place of what was declared."""
    if shipment["state"] != State.DECLARED:
        return
    with st.expander(_("Change the declared number"), icon=":material/edit:"):
        st.caption(_("The platform allows few changes, and only for some days after the first declaration."))
        with st.form("shipment_number", border=False):
            st.text_input(_("Tracking number that is right"), key="shipment_new_number", max_chars=35)
            st.text_input(_("Carrier key"), value=shipment["plan_id"], key="shipment_new_carrier")
            st.form_submit_button(
                _("Change it on the platform"),
                on_click=_renumber,
                args=(str(shipment["order_id"]), str(shipment["tracking_number"])),
            )


def _renumber(order_id: str, old: str) -> None:
    told = actions.run(
        notices.change,
        (app(), order_id),
        {
            "old_number": old,
            "service_key": str(st.session_state.get("shipment_new_carrier") or "").strip(),
            "tracking_number": str(st.session_state.get("shipment_new_number") or ""),
            "by": actions.by(),
        },
    )
    if told is None:
        return
    if told.state == notices.DONE:
        actions.notice("success", _("The platform has the new number."))
    else:
        why = reason_sentence(told.reason_code, told.reason_text) or notice_state_label(told.state)
        actions.notice("error", formats.plain(why))


def show_void(shipment: Mapping[str, Any]) -> None:
    """Withdraw it (作废): what it does is said before it is done."""
    if shipment["state"] not in VOIDABLE:
        return
    with st.expander(_("Void this shipment"), icon=":material/block:"):
        st.warning(
            _(
                "No call cancels it on the platform. Here it is never printed, handed over or declared again, and "
                "its order is free for another batch. Do not hand the parcel over with this label."
            )
        )
        with st.form("shipment_void", border=False):
            st.text_input(_("Why it is not sent"), key="shipment_void_reason", max_chars=200)
            st.form_submit_button(
                _("Void {shipment_id}", shipment_id=shipment["shipment_id"]),
                key="shipment_void_button",
                on_click=_void,
                args=(shipment["shipment_id"],),
            )


def _void(shipment_id: str) -> None:
    actions.run(
        shipments.void,
        (app(), shipment_id),
        {"reason": str(st.session_state.get("shipment_void_reason") or ""), "by": actions.by()},
        _("The shipment is voided. Never hand this parcel over with its label."),
    )


st.title(_("Shipment"))
if "shipment" in st.query_params:
    show(st.query_params["shipment"])
else:
    st.info(_("Open a batch, then one of its shipments."))
    link_to_list()

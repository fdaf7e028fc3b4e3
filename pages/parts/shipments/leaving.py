"""What leaves the desk: the hand-over, and telling the buyers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.shipments import State
from lib.services import background, printing, shipments, stop_list
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, downloads, formats, tables
from lib.ui.context import app
from lib.wording import cancellations_unasked, handover_label, paper_words, reason_mending, reason_sentence
from pages.parts.shipments.seen import still_in

#: A parcel may be named by any of these.
NUMBERS = ("tracking_number", "lp_number", "logistics_order_id", "order_id", "shipment_id")


def show_handover(batch: Mapping[str, Any], rows: pd.DataFrame) -> None:
    """Which parcels left the desk (交接): the whole batch, except those that are named."""
    batch_id = str(batch["batch_id"])
    stopped = {one.shipment_id for one in stop_list.stopped(app(), batch_id)}
    show_past(batch_id)
    ready = rows[(rows["state"] == State.READY) & ~rows["shipment_id"].isin(stopped)]
    left_once = bool(rows["handover_id"].notna().any())
    if ready.empty:
        return
    st.subheader(_("Hand over"))
    if left_once:
        st.warning(
            ngettext(
                "{count} parcel stayed behind: {numbers}.",
                "{count} parcels stayed behind: {numbers}.",
                len(ready),
                numbers=formats.plain(formats.some(ready["tracking_number"].tolist())),
            )
        )
    names = dict(zip(ready["shipment_id"], ready["tracking_number"] + " · " + ready["order_id"], strict=True))
    keys = [f"shipments_{what}_{batch_id}" for what in ("stay", "stay_pasted")]
    picked = st.multiselect(
        _("The whole batch, except"),
        list(names),
        format_func=names.__getitem__,
        key=keys[0],
        placeholder=_("Choose the parcels that stay"),
    )
    with st.expander(_("Paste the numbers of parcels that stay")):
        pasted = st.text_area(
            _("Tracking, LP, logistics order or order numbers, one after the other"), key=keys[1], height=90
        )
    found, unknown = _named(ready, str(pasted or ""))
    staying = list(dict.fromkeys([*picked, *found]))
    with st.container(horizontal=True):
        courier = st.text_input(
            _("Domestic courier (optional)"), value=batch["courier"] or "", key="shipments_handover_courier"
        )
        number = st.text_input(
            _("Its tracking number (optional)"),
            value=batch["courier_number"] or "",
            key="shipments_handover_number",
            max_chars=32,
        )
        st.number_input(
            _("All of it on the scale, g (optional)"), min_value=1, value=None, step=100,
            key="shipments_handover_scale",
        )  # fmt: skip
    if unknown:
        st.error(
            _(
                "These numbers name no ready parcel of this batch: {numbers}.",
                numbers=formats.plain(formats.some(unknown)),
            )
        )
    leaving = ready[~ready["shipment_id"].isin(staying)]
    said = ngettext(
        "{count} parcel leaves the desk, {weight} together.",
        "{count} parcels leave the desk, {weight} together.",
        len(leaving),
        weight=formats.weight(float(leaving["weight_g"].sum())),
    )
    if staying:
        said += " " + ngettext(
            "{count} stays: {numbers}.",
            "{count} stay: {numbers}.",
            len(staying),
            numbers=formats.some([names[one] for one in staying]),
        )
    st.text(said)
    buttons = st.container(horizontal=True)
    buttons.button(
        ngettext(
            "Record the hand-over of {count} parcel", "Record the hand-over of {count} parcels", len(leaving)
        ),
        key="shipments_hand_over",
        type="primary",
        disabled=bool(unknown) or leaving.empty,
        icon=":material/handshake:",
        on_click=_hand_over,
        args=(batch_id, str(batch["shop_id"]), keys, ready["shipment_id"].tolist()),
    )
    buttons.download_button(
        _("Hand-over sheet"),
        downloads.spoken(
            partial(
                printing.handover_sheet,
                app(),
                leaving["shipment_id"].tolist(),
                title=paper_words("handover_title", batch_id=batch_id),
                lines=[f"{courier} {number}".strip()] if courier or number else [],
                words=paper_words,
            )
        ),
        file_name=f"handover-{batch_id}.pdf",
        mime="application/pdf",
        key="shipments_handover_sheet",
        on_click="ignore",
        icon=":material/assignment:",
        disabled=leaving.empty,
    )


def show_past(batch_id: str) -> None:
    """What left before: pieces, weight, courier, when, who."""
    past = shipments.handovers(app(), batch_id)
    if not past:
        return
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    frame = pd.DataFrame(
        {
            "when": [formats.moment(one["done_at"]) for one in past],
            "who": [one["done_by"] for one in past],
            "pieces": [one["pieces"] for one in past],
            "weight": [formats.weight(one["weight_g"]) for one in past],
            "scale": [formats.weight(one["scale_g"]) for one in past],
            "mode": [_(", ").join(map(handover_label, (one["mode"] or "–").split(","))) for one in past],
            "warehouse": [one["warehouse_name"] or "–" for one in past],
            "courier": [
                f"{one['courier'] or ''} {one['courier_number'] or ''}".strip() or "–" for one in past
            ],
        }
    )
    with st.expander(
        ngettext("{count} hand-over", "{count} hand-overs", len(past)), icon=":material/handshake:"
    ):
        tables.show(
            frame,
            {
                "when": text(_("When")),
                "who": text(_("Who")),
                "pieces": number(_("Parcels"), format="localized"),
                "weight": text(_("Weight")),
                "scale": text(_("On the scale")),
                "mode": text(_("Hand-over")),
                "warehouse": text(_("Warehouse")),
                "courier": text(_("Courier")),
            },
            key="shipments_handovers",
            height="content",
        )


def _named(ready: pd.DataFrame, pasted: str) -> tuple[list[str], list[str]]:
    """The parcels that pasted numbers name, and the numbers that name none."""
    numbers = _numbers(pasted)
    if not numbers:
        return [], []
    known = {
        str(number): shipment_id
        for column in NUMBERS
        for number, shipment_id in zip(ready[column], ready["shipment_id"], strict=True)
        if isinstance(number, str)
    }
    return (
        [known[number] for number in numbers if number in known],
        [number for number in numbers if number not in known],
    )


def _numbers(pasted: str) -> list[str]:
    return [number for number in re.split(r"[\s,;，；、]+", pasted) if number]


def _hand_over(batch_id: str, shop_id: str, keys: Sequence[str], seen: Sequence[str]) -> None:
    """What stands in the boxes counts: they may have been filled by the very click, after the page was made.

    `seen`: the parcels that were ready then. What got ready since is in no pile yet, and stays.
    """
    state = st.session_state
    courier, number = (
        str(state.get(f"shipments_handover_{one}") or "").strip() for one in ("courier", "number")
    )
    failed = stop_list.refresh(app(), shop_id)
    if failed:
        actions.notice("warning", cancellations_unasked())
    done = actions.run(
        _leave,
        (batch_id, seen),
        {
            "by": actions.by(),
            "left_out": [*(state.get(keys[0]) or ()), *_numbers(str(state.get(keys[1]) or ""))],
            "courier": courier or None,
            "number": number or None,
            "scale_g": state.get("shipments_handover_scale"),
        },
        lambda result: ngettext("{count} parcel handed over.", "{count} parcels handed over.", result[0]),
    )
    if done is not None:
        st.session_state[keys[0]], st.session_state[keys[1]] = [], ""


def _leave(batch_id: str, seen: Sequence[str], **how: Any) -> tuple[int, list[str]]:
    return shipments.hand_over(app(), batch_id, shipment_ids=still_in(batch_id, seen, State.READY), **how)


def _say_undeclared(refused: pd.DataFrame) -> None:
    """Each reason once, with its orders: a morning may have hundreds of them."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in refused[["order_id", "reason_code", "reason_text"]].to_dict("records"):
        why = reason_sentence(row["reason_code"], _words(row["reason_text"]))
        groups.setdefault((why, reason_mending(row["reason_code"])), []).append(row["order_id"])
    for (why, mend), order_ids in groups.items():
        said = ngettext(
            "Order {orders} could not be declared. {why} {mend}",
            "{count} orders could not be declared: {orders}. {why} {mend}",
            len(order_ids),
            orders=formats.some(order_ids),
            why=why,
            mend=mend,
        )
        st.error(formats.plain(said))


def show_declaration(batch_id: str, rows: pd.DataFrame) -> None:
    """Tell the buyers (声明发货): everything that was handed over, in one action."""
    stopped = {one.shipment_id for one in stop_list.stopped(app(), batch_id)}
    handed = rows[(rows["state"] == State.HANDED_OVER) & ~rows["shipment_id"].isin(stopped)]
    asked = handed["is_declare_wanted"]
    under_way = int(asked.sum() + rows["state"].isin([State.DECLARING, State.DECLARE_UNCONFIRMED]).sum())
    handed = handed[~asked]
    declared = rows[rows["state"] == State.DECLARED]
    if handed.empty and declared.empty and not under_way:
        return
    st.subheader(_("Declare shipped"))
    if not declared.empty:
        st.success(ngettext("{count} parcel declared.", "{count} parcels declared.", len(declared)))
    if under_way:
        st.text(
            ngettext("{count} parcel is being declared.", "{count} parcels are being declared.", under_way)
        )
    _say_undeclared(handed[handed["reason_code"].notna()])
    if handed.empty:
        return
    names = dict(
        zip(handed["shipment_id"], handed["tracking_number"] + " · " + handed["order_id"], strict=True)
    )
    with st.expander(_("Declare a part of them only")):
        only = st.multiselect(
            _("Only these"),
            list(names),
            format_func=names.__getitem__,
            key=f"shipments_declare_only_{batch_id}",
        )
    if only:
        handed = handed[handed["shipment_id"].isin(only)]
    st.text(
        ngettext(
            "The buyer of {count} parcel that was handed over is told its tracking number.",
            "The buyers of {count} parcels that were handed over are told their tracking numbers.",
            len(handed),
        )
    )
    actions.button(
        ngettext("Declare {count} parcel shipped", "Declare {count} parcels shipped", len(handed)),
        _declare,
        batch_id,
        handed["shipment_id"].tolist(),
        by=actions.by(),
        key="shipments_declare",
        primary=True,
        icon=":material/campaign:",
        done=lambda n: ngettext(
            "{count} parcel is being declared.", "{count} parcels are being declared.", n
        ),
    )


def _declare(batch_id: str, only: Sequence[str], *, by: str) -> int:
    wanted = still_in(batch_id, only, State.HANDED_OVER)
    count = shipments.declare(app(), batch_id, by=by, shipment_ids=wanted)
    background.wake()
    return count


def _words(value: Any) -> str:
    return value if isinstance(value, str) else ""

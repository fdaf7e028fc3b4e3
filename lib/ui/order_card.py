"""One order as a card with its receiver to correct, and the small parts the Orders page is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.checks import Finding
from lib.domain.orders import Receiver
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.wording import (
    cargo_label,
    conflict_label,
    field_label,
    finding_sentence,
    source_sentence,
    status_label,
)

#: What a corrected receiver can mend.
MENDED_HERE = frozenset(
    {
        Finding.MISSING_PHONE,
        Finding.MISSING_POSTCODE,
        Finding.ODD_POSTCODE,
        Finding.DOUBTFUL_POSTCODE,
        Finding.ODD_PHONE,
        Finding.MISSING_ADDRESS,
        Finding.ADDRESS_TOO_LONG,
        Finding.MISSING_TAX_NUMBER,
        Finding.ODD_TAX_NUMBER,
    }
)
#: The receiver's fields a person may correct; the country is fixed.
FIELDS = ("name", "province", "city", "address", "postcode", "phone", "mobile", "tax_number")
#: Drafts linked on the Orders page; the Plans page lists them all.
DRAFTS = 3


def show(order: dict[str, Any], *, now: datetime, correct: Callable[[str, Receiver], None]) -> None:
    """An order of `services.orders.detail`: what keeps it back, its lines, its receiver to correct."""
    order_id = str(order["order_id"])
    with st.container(border=True, key="orders_detail"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(_("Order {order_id}", order_id=order_id))
            if "open" in st.query_params:
                st.button(
                    _("Close"), key="orders_close", on_click=_close, icon=":material/close:", type="tertiary"
                )
        st.caption(
            " · ".join(
                [
                    status_label(order["status"]),
                    to_ship(order["ship_by_at"], now),
                    _("paid {at}", at=formats.plain(formats.moment(order["paid_at"]))),
                    formats.plain(formats.money(order["total_minor"], order["currency"])),
                ]
            )
        )
        for found in order["findings"]:
            say = st.error if found["severity"] == "error" else st.warning
            say(formats.plain(finding_sentence(found["code"], found["field"], found["value"])))
        for found in order["accepted"]:
            st.caption(_accepted(found))
        source(order["findings"])
        _conflicts(order.get("conflicts", ()))
        if order["note"]:
            st.text(_("Note from the buyer: {note}", note=order["note"]))
        _lines(order["lines"])
        _receiver(order_id, order["receivers"], correct)


def source(found: Sequence[Mapping[str, Any]]) -> None:
    """Where an order with findings is known from, so that it can be looked up there."""
    for one in found[:1]:
        said = source_sentence(one["file"], one["row_no"], is_synced=one["is_synced"])
        st.caption(formats.plain(_("Known from {source}", source=said)))


def saved_filters(
    saved: Mapping[str, str],
    *,
    query: str,
    save: Callable[[str, str], None],
    use: Callable[[str], None],
    forget: Callable[[str], None],
) -> None:
    """Filters kept under a name: use one, forget one, keep what is on the screen as another."""
    with st.popover(_("Saved filters"), icon=":material/bookmark:", key=popover_key("filters")):
        for place, (name, text) in enumerate(saved.items()):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    formats.plain(name),
                    key=f"orders_filter_use_{place}",
                    on_click=_use,
                    args=(use, text),
                    width="stretch",
                )
                st.button(
                    "",
                    key=f"orders_filter_forget_{place}",
                    on_click=forget,
                    args=(name,),
                    icon=":material/delete:",
                    type="tertiary",
                    help=_("Forget this filter"),
                )
        with st.form("orders_filter", border=False, clear_on_submit=True):
            st.text_input(_("Save what is shown as"), key="orders_filter_name", max_chars=60)
            st.form_submit_button(_("Save"), on_click=_save, args=(save, query))


def popover_key(name: str) -> str:
    """The key of a popover that `close_popover` closes."""
    return f"orders_{name}_popover_{st.session_state.get(f'orders_{name}_round', 0)}"


def close_popover(name: str) -> None:
    """Close a popover after its action: it is made anew, and a new one is closed."""
    st.session_state[f"orders_{name}_round"] = st.session_state.get(f"orders_{name}_round", 0) + 1


def drafts(batches: pd.DataFrame) -> list[dict[str, Any]]:
    """The newest batches that are drafts still, of `services.batches.all_batches`."""
    waiting = batches[batches["submitted_at"].isna() & (batches["draft_count"] > 0)]
    return [
        {str(name): value for name, value in row.items()} for row in waiting.head(DRAFTS).to_dict("records")
    ]


def to_ship(until: datetime | None, now: datetime) -> str:
    """The countdown in a sentence, for markdown."""
    left = formats.plain(time_left(until, now))
    return left if until is None or until < now else _("{left} left to ship", left=left)


def time_left(until: datetime | None, now: datetime) -> str:
    """The countdown, overdue ones marked."""
    if until is None or pd.isna(until):
        return "–"
    text = formats.countdown(until, now)
    return f"⚠ {text}" if until < now else text


def batch_link(batch_id: str | None, state: str | None) -> str | None:
    """Where the batch of an order is worked on: a draft's plans, a submitted one's shipments."""
    if batch_id is None or pd.isna(batch_id):
        return None
    return f"/{'plans' if state == 'draft' else 'shipments'}?batch={batch_id}"


def summary(totals: Mapping[str, Any]) -> str:
    """`1,150 orders · 312.4 kg · 4,060.00 USD`, and what is not known of it."""
    count, unweighed = totals["order_count"], totals["unweighed_count"]
    parts = [
        ngettext("{count} order", "{count} orders", count),
        formats.weight(totals["weight_g"])
        + (" " + _("({count} without weight)", count=f"{unweighed:,}") if unweighed else ""),
        formats.totals(totals["value"]),
    ]
    if totals.get("overdue_count"):
        parts.append(_("{count} overdue", count=f"{totals['overdue_count']:,}"))
    return formats.plain(" · ".join(parts))


def _accepted(found: Mapping[str, Any]) -> str:
    return _(
        "Accepted by {name}, {at}: {what}",
        name=formats.plain(found["accepted_by"]),
        at=formats.plain(formats.moment(found["accepted_at"])),
        what=formats.plain(finding_sentence(found["code"], found["field"], found["value"])),
    )


def _conflicts(conflicts: Sequence[Mapping[str, Any]]) -> None:
    """What the platform says otherwise since the order went into a shipment; texts of buyers stay plain."""
    if not conflicts:
        return
    with st.container(border=True, key="orders_conflicts"):
        st.error(
            _(
                "Since this order went into a batch, the platform has something else. Nothing was changed here. Stop "
                "the parcel if it has not left, or correct the receiver."
            ),
            icon=":material/warning:",
        )
        for one in conflicts:
            st.text(
                _(
                    "{field}: here {ours}; on the platform {theirs}",
                    field=conflict_label(one["field"]),
                    ours=one["ours"],
                    theirs=one["theirs"],
                )
            )
        st.caption(
            _("Seen {at}", at=formats.plain(formats.moment(min(one["found_at"] for one in conflicts))))
        )


def _lines(lines: list[dict[str, Any]]) -> None:
    frame = pd.DataFrame(lines)
    frame["cargo"] = [cargo_label(one) if one else "–" for one in frame["cargo_class"]]
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    tables.show(
        frame,
        {
            "line_no": number(_("Line"), width="small"),
            "sku": text("SKU", width="small"),
            "title": text(_("Product"), width="large"),
            "attributes": text(_("Attributes"), width="medium"),
            "quantity": number(_("Ordered"), width="small"),
            "left_quantity": number(_("Left to ship"), width="small"),
            "weight_g": number(_("Weight of one (g)"), format="localized"),
            "cargo": text(_("Goods"), width="small"),
        },
        key="orders_lines",
    )


def _receiver(
    order_id: str, versions: Mapping[str, Receiver], correct: Callable[[str, Receiver], None]
) -> None:
    received = versions["received"]
    used = versions.get("corrected", received)
    with st.form(f"orders_receiver_{order_id}"):
        st.write(_("Receiver in {country}", country=formats.plain(formats.country(used.country))))
        if "corrected" in versions:
            st.caption(_("Corrected here. What came in stands beside each field and is kept."))
        columns = st.columns(2)
        for place, field in enumerate(FIELDS):
            came = getattr(received, field)
            with columns[place % 2]:
                st.text_input(
                    _("Receiver's {field}", field=field_label(field)),
                    value=getattr(used, field),
                    key=f"orders_receiver_{field}_{order_id}",
                )
                if came != getattr(used, field):
                    st.text(_("Received: {value}", value=came or "–"))
        st.form_submit_button(
            _("Save the receiver"), on_click=_correct, args=(order_id, used, correct), type="primary"
        )


def _correct(order_id: str, used: Receiver, correct: Callable[[str, Receiver], None]) -> None:
    typed = {field: str(st.session_state[f"orders_receiver_{field}_{order_id}"]) for field in FIELDS}
    correct(order_id, Receiver(country=used.country, **typed))


def _use(use: Callable[[str], None], text: str) -> None:
    close_popover("filters")
    use(text)


def _save(save: Callable[[str, str], None], query: str) -> None:
    name = str(st.session_state.get("orders_filter_name") or "")
    close_popover("filters")
    actions.run(
        save, (name, query), {}, lambda _done: _("The filter is saved as “{name}”.", name=formats.plain(name))
    )


def _close() -> None:
    st.query_params.pop("open", None)

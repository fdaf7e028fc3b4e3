"""The board: parcels that fail, for how long, what they hold, and what a person does about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.money import Money, NotMoney
from lib.domain.outcomes import ComplaintKind, Condition, Failing
from lib.services import board, tracking
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, figures, formats, tables
from lib.ui.context import app
from lib.wording import (
    clock_label,
    complaint_label,
    condition_label,
    days_label,
    decision_label,
    failing_label,
    remedies_sentence,
    return_kind_label,
)
from pages.parts import nothing

PAGE_SIZE = 100
TABLE = "outcomes_board"
KINDS = "outcomes_kinds"
OWNER = "outcomes_owner"
WANTED = "outcomes_wanted"
PAGE = "outcomes_page"
#: Currencies goods go back to the shelf in.
CURRENCIES = ("CNY", "USD", "EUR")


def show() -> None:
    """Totals, what runs out this week, and the parcels with what can be done."""
    found = _read()
    standing = tracking.standing(app())
    figures.row(
        [
            (_("Failing parcels"), f"{found.count:,}"),
            (_("Still to be saved"), f"{found.open_count:,}"),
            (_("Nobody looks after"), f"{found.unowned:,}"),
            (_("Parcels followed"), f"{standing['live_count']:,}"),
            (_("Last asked"), formats.moment(standing["newest_at"])),
        ],
        key="outcomes_figures",
    )
    _tracked(standing)
    _clocks(found.clocks)
    if not found.count:
        st.success(_("No parcel is failing."))
        if not standing["shipment_count"]:
            nothing.sent(_("No parcel is on its way yet. Those that fail on it are looked after here."))
    else:
        _filters(found)
        _table(found)
    _days()


def _read() -> board.Board:
    """The board by the filters of the session, or of a link."""
    if KINDS not in st.session_state:
        wanted = [one for one in st.query_params.get("kinds", "").split(",") if one in set(Failing)]
        st.session_state[KINDS] = [Failing(one) for one in wanted]
    kinds = st.session_state.get(KINDS) or None
    owner = st.session_state.get(OWNER)
    return board.read(
        app(),
        kinds=kinds,
        owner=owner,
        wanted=str(st.session_state.get(WANTED) or "").strip(),
        page_size=PAGE_SIZE,
        skipped=PAGE_SIZE * (int(st.session_state.get(PAGE) or 1) - 1),
    )


def _tracked(standing: dict[str, Any]) -> None:
    """What is not known: a parcel never asked for, or questions in vain."""
    silent = standing["shipment_count"] - standing["heard_count"]
    if silent:
        st.caption(
            ngettext(
                "Nothing was heard yet of {count} parcel on the platform.",
                "Nothing was heard yet of {count} parcels on the platform.",
                silent,
            )
        )
    if standing["troubled_count"]:
        st.warning(
            ngettext(
                "The last question about {count} parcel was in vain; it is asked for again.",
                "The last questions about {count} parcels were in vain; they are asked for again.",
                standing["troubled_count"],
            )
        )


def _clocks(running: list[dict[str, Any]]) -> None:
    """What runs out this week, the nearest first."""
    if not running:
        return
    title = ngettext("{count} clock runs out this week", "{count} clocks run out this week", len(running))
    with st.expander(title, icon=":material/timer:", expanded=len(running) <= 5):
        clocks_table(running, key="outcomes_clocks")
        st.caption(
            _(
                "Each logistics order allows two complaints. How long after a failure one can be made is an "
                "assumption; set it below."
            )
        )


def clocks_table(running: list[dict[str, Any]], *, key: str) -> None:
    """What runs out of which parcel, and when."""
    now = app().now()
    text = st.column_config.TextColumn
    tables.show(
        pd.DataFrame(
            {
                "shipment": [f"/shipment?shipment={one['shipment_id']}" for one in running],
                "clock": [clock_label(one["clock"]) for one in running],
                "left": [formats.countdown(one["runs_out_at"], now) for one in running],
                "at": [formats.moment(one["runs_out_at"]) for one in running],
                "kind": [failing_label(one["kind"]) if one["kind"] else "–" for one in running],
            }
        ),
        {
            "shipment": _link(),
            "clock": text(_("What runs out"), width="large"),
            "left": text(_("Time left")),
            "at": text(_("At")),
            "kind": text(_("What is the matter")),
        },
        key=key,
    )


def _filters(found: board.Board) -> None:
    st.pills(
        _("What is the matter"),
        list(found.counts),
        selection_mode="multi",
        format_func=lambda one: f"{failing_label(one)} · {found.counts[one]:,}",
        key=KINDS,
        on_change=_first_page,
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            _("Looked after by"),
            ["", *found.owners],
            index=None,
            format_func=lambda one: one or _("nobody"),
            placeholder=_("Everybody"),
            key=OWNER,
            width=220,
            on_change=_first_page,
        )
        st.text_input(
            _("Order or tracking number"), key=WANTED, width=260, max_chars=64, on_change=_first_page
        )
        pages = -(-found.match_count // PAGE_SIZE)
        if pages > 1:
            st.pagination(pages, key=PAGE)


def _first_page() -> None:
    st.session_state.pop(PAGE, None)
    actions.clear(TABLE)


def _table(found: board.Board) -> None:
    rows, now = found.rows, app().now()
    if rows.empty:
        st.info(_("No failing parcel matches."))
        return
    text = st.column_config.TextColumn
    shown = pd.DataFrame(
        {
            "shipment_id": rows["shipment_id"],
            "shipment": "/shipment?shipment=" + rows["shipment_id"],
            "kind": [_kind(row) for row in rows.to_dict("records")],
            "since": [formats.duration(now - at) if now > at else "–" for at in rows["since_at"]],
            "contents": rows["contents"],
            "country": formats.words(rows["country"], formats.country),
            "remedies": [remedies_sentence(one) or "–" for one in rows["remedies"]],
            "until": [_until(row) for row in rows.to_dict("records")],
            "decision": formats.words(rows["undeliverable"].fillna("–"), decision_label),
            "return_number": rows["return_number"],
            "complaints": rows["complaint_count"],
            "owner": rows["owner"],
            "note": rows["note"],
            "tracking_number": rows["tracking_number"],
            "order_id": rows["order_id"],
            "reason": rows["abnormal_reason"],
        }
    )
    ticked = tables.choose(
        shown,
        {
            "shipment": _link(),
            "kind": text(_("What is the matter"), width="medium"),
            "since": text(_("For")),
            "remedies": text(_("What can be done"), width="medium"),
            "until": text(_("Until"), width="medium"),
            "contents": text(_("Contents"), width="medium"),
            "country": text(_("Country")),
            "owner": text(_("Looked after by")),
            "note": text(_("Note"), width="medium"),
            "decision": text(_("If it cannot be delivered")),
            "return_number": text(_("Number of the way back")),
            "complaints": st.column_config.NumberColumn(_("Complaints"), width="small"),
            "reason": text(_("The platform says"), width="medium"),
            "tracking_number": text(_("Tracking number")),
            "order_id": text(_("Order number")),
        },
        by="shipment_id",
        key=TABLE,
        scope=str(st.session_state.get(PAGE)),
        height="content" if len(shown) <= 12 else 420,
    )
    if ticked:
        _act(ticked)
    else:
        st.caption(_("Tick parcels to say who looks after them, to note a complaint, or to check them in."))


def _kind(row: dict[str, Any]) -> str:
    said = failing_label(row["kind"])
    if row["kind"] == Failing.ATTEMPT and row["failed_attempts"] > 1:
        said = f"{said} × {row['failed_attempts']}"
    if row["kind"] in (Failing.RETURNING, Failing.RETURNED) and row["return_kind"]:
        said = f"{said} · {return_kind_label(row['return_kind'])}"
    return _("{what} (by silence)", what=said) if row["is_assumed"] and row["kind"] == Failing.LOST else said


def _until(row: dict[str, Any]) -> str:
    """The first thing that runs out."""
    names = ("decide_by_at", "address_by_at", "complain_by_at", "return_by_at")
    moments = [row[name] for name in names if row[name] is not None and not pd.isna(row[name])]
    coming = [at for at in moments if at >= app().now()]
    return formats.moment(min(coming)) if coming else "–"


def _link() -> Any:
    return st.column_config.LinkColumn(_("Shipment"), display_text=r"shipment=(.+)$")


def _act(ticked: Sequence[str]) -> None:
    """What can be done with the ticked parcels, all at once."""
    count = len(ticked)
    st.text(ngettext("{count} parcel ticked", "{count} parcels ticked", count))
    look, complain, home = st.columns(3)
    with look.container(border=True, height="stretch"):
        _look_after(ticked)
    with complain.container(border=True, height="stretch"):
        _complain(ticked)
    with home.container(border=True, height="stretch"):
        check_in_form(ticked, key=TABLE)


def _look_after(ticked: Sequence[str]) -> None:
    st.text_input(_("Looked after by"), value=actions.by(), key=f"{TABLE}_owner", max_chars=60)
    st.text_input(_("Note"), key=f"{TABLE}_note", max_chars=300)
    with st.container(horizontal=True):
        st.button(_("Keep"), key=f"{TABLE}_keep", type="primary", on_click=_keep, args=(list(ticked),))
        actions.button(
            _("Put aside"),
            board.put_aside,
            app(),
            ticked,
            by=actions.by(),
            key=f"{TABLE}_aside",
            clears=TABLE,
            done=_aside,
            help=_("They come back with the next thing that is said of them."),
        )


def _keep(shipment_ids: list[str]) -> None:
    """What was typed is read when it is kept: a click may come before the page has seen the last of it."""
    state = st.session_state
    actions.run(
        board.look_after,
        (app(), shipment_ids),
        {
            "owner": str(state.get(f"{TABLE}_owner") or "").strip(),
            "note": str(state.get(f"{TABLE}_note") or "").strip() or None,
            "by": actions.by(),
        },
        _kept,
        (TABLE, f"{TABLE}_note"),
    )


def _complain(ticked: Sequence[str]) -> None:
    kind = st.selectbox(
        _("Complaint about"),
        list(ComplaintKind),
        index=None,
        format_func=complaint_label,
        placeholder=_("Choose a reason"),
        key=f"{TABLE}_complaint",
    )
    st.text_input(_("Number of the complaint"), key=f"{TABLE}_complaint_number", max_chars=60)
    st.button(
        _("Note the complaint"),
        key=f"{TABLE}_complain",
        on_click=_note_complaint,
        args=(list(ticked),),
        disabled=kind is None,
        help=_("Complaints are made in the platform's back office; here is kept that they were."),
    )


def _note_complaint(shipment_ids: list[str]) -> None:
    state = st.session_state
    actions.run(
        board.complain,
        (app(), shipment_ids, state[f"{TABLE}_complaint"]),
        {"number": str(state.get(f"{TABLE}_complaint_number") or ""), "by": actions.by()},
        _complained,
        (TABLE, f"{TABLE}_complaint", f"{TABLE}_complaint_number"),
    )


def check_in_form(shipment_ids: Sequence[str], *, key: str) -> None:
    """Received, condition, and what went back to the shelf, for each of these parcels."""
    condition = st.selectbox(
        _("Checked in as"),
        list(Condition),
        index=None,
        format_func=condition_label,
        placeholder=_("Choose a condition"),
        key=f"{key}_condition",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(_("Back to the shelf, each"), value="0", key=f"{key}_restocked", width=150)
        st.selectbox(_("Currency"), CURRENCIES, key=f"{key}_currency", width=110)
        st.date_input(_("Came back on"), value="today", max_value="today", key=f"{key}_received", width=160)
    st.button(
        ngettext("Check {count} in", "Check {count} in", len(shipment_ids)),
        key=f"{key}_check_in",
        on_click=_check_in,
        args=(list(shipment_ids), key),
        disabled=condition is None,
        icon=":material/assignment_return:",
    )


def _check_in(shipment_ids: list[str], key: str) -> None:
    state = st.session_state
    currency = str(state.get(f"{key}_currency") or CURRENCIES[0])
    try:
        worth = Money.parse(str(state.get(f"{key}_restocked") or "0"), currency)
    except NotMoney:
        actions.notice("error", _("What goes back to the shelf is an amount such as 12.50, or 0."))
        return
    now, day = app().now(), state.get(f"{key}_received")
    at = now
    if day is not None and day < now.date():
        at = datetime.combine(day, time(12), UTC)
    done = actions.run(
        board.check_in,
        (app(), shipment_ids),
        {
            "condition": state[f"{key}_condition"],
            "restocked_minor": worth.minor,
            "currency": currency,
            "received_at": at,
            "by": actions.by(),
        },
        lambda count: ngettext("{count} parcel is checked in.", "{count} parcels are checked in.", count),
    )
    if done:
        for name in (key, f"{key}_condition", f"{key}_restocked"):
            actions.clear(name)


def _days() -> None:
    """The numbers of days this goes by; those no source states are marked."""
    known = board.days(app())
    with st.expander(_("After how many days"), icon=":material/tune:"):
        for one in known:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                label = days_label(one["name"])
                if one["is_assumed"] and not one["changed_by"]:
                    label = _("{what} (assumed)", what=label)
                value = st.number_input(
                    label,
                    min_value=board.LEAST_DAYS,
                    max_value=board.MOST_DAYS,
                    value=int(one["days"]),
                    key=f"outcomes_days_{one['name']}",
                    width=320,
                )
                actions.button(
                    _("Set"),
                    board.set_days,
                    app(),
                    one["name"],
                    int(value),
                    by=actions.by(),
                    key=f"outcomes_set_{one['name']}",
                    disabled=int(value) == int(one["days"]),
                    done=_("It is set."),
                )


def _kept(count: int) -> str:
    return ngettext("Kept for {count} parcel.", "Kept for {count} parcels.", count)


def _aside(count: int) -> str:
    return ngettext("{count} parcel is put aside.", "{count} parcels are put aside.", count)


def _complained(count: int) -> str:
    return ngettext(
        "A complaint is noted for {count} parcel.", "A complaint is noted for {count} parcels.", count
    )

"""Orders awaiting shipment: find some, choose some, put them into a draft batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.orders import OrderFilter, Receiver
from lib.services import background, batches, files, orders, sync
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, filters, formats, order_card, tables
from lib.ui.context import app
from lib.wording import SAYABLE, error_sentence, finding_label, finding_sentence
from pages.parts.orders import notices, sync_report
from pages.parts.products import needed

TABLE = "orders_table"
CLEARED = (TABLE,)
#: Excluded orders named on the screen; the rest of a kind is counted.
NAMED = 50


def main() -> None:
    actions.arrive()
    st.title(_("Orders"))
    query = filters.current()
    wanted = filters.chosen(query)
    pending = orders.pending(app(), wanted, page=filters.page(query))
    counts = pending.counts
    _made()
    sync_report.show()
    if not counts["awaiting"]:
        _nothing_awaits()
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        filters.show_view(query, counts)
        _tools(query)
    filters.controls(query, orders.facets(app()))
    scope = filters.as_text(query)
    if st.session_state.get("orders_scope", scope) != scope:
        st.session_state["orders_all"] = False
    st.session_state["orders_scope"] = scope
    chosen = tables.ticked(pending.orders, by="order_id", key=TABLE, scope=scope, pages=True)
    if not pending.totals["order_count"]:
        _nothing_shown(query, counts)
    else:
        _act(wanted, pending, chosen)
        view = filters.view(query)
        tables.choose(_rows(pending.orders), _columns(view), by="order_id", key=TABLE, already=chosen)
        filters.pages(query, pending.page, pending.page_count)
    opened = chosen[0] if len(chosen) == 1 else st.query_params.get("open")
    if opened:
        _detail(opened)


def _nothing_awaits() -> None:
    if files.imported(app(), page_size=1, only_read=True).empty:
        st.info(_("There are no orders yet. Load the sample, or an order export of your own."))
    else:
        st.success(_("Nothing awaits shipment. Load a newer export, or sync from the platform."))
    st.page_link("pages/files.py", label=_("Load files"), icon=":material/upload_file:")
    _sync_button()


def _nothing_shown(query: filters.Query, counts: Mapping[str, int]) -> None:
    """Why the list is empty, and the way on."""
    if filters.view(query) != "free" or counts["free"] or not counts["blocked"]:
        st.info(_("No order matches. Choose another view, or clear the filters."))
        return
    said = ngettext(
        "None of the orders can be shipped as it is: {count} needs attention.",
        "None of the orders can be shipped as it is: {count} need attention.",
        counts["blocked"],
    )
    st.info(said)
    st.page_link("pages/checks.py", label=_("Check before shipping"), icon=":material/fact_check:")


def _tools(query: filters.Query) -> None:
    """What belongs to the list as a whole: saved filters, sync, drafts to go on with."""
    order_card.saved_filters(
        orders.saved_filters(app()), save=_save_filter, use=filters.apply, forget=_forget_filter,
        query=filters.as_text(query),
    )  # fmt: skip
    _sync_button()
    needed.link()
    for row in order_card.drafts(batches.all_batches(app())):
        st.page_link(
            "pages/plans.py",
            label=_("Draft {batch}: {count}", batch=row["batch_id"], count=f"{row['draft_count']:,}"),
            icon=":material/edit_note:",
            query_params={"batch": row["batch_id"]},
        )


def _act(wanted: OrderFilter, pending: orders.Pending, chosen: list[str]) -> None:
    total = pending.totals["order_count"]
    with st.container(horizontal=True, vertical_alignment="center"):
        everything = st.toggle(_("All {count} that match", count=f"{total:,}"), key="orders_all")
        count = total if everything else len(chosen)
        acting = (everything, wanted, chosen)
        actions.button(
            ngettext("New batch of {count} order", "New batch of {count} orders", count)
            if count
            else _("New batch"),
            _new_batch, *acting, key="orders_batch", done=_batch_made, clears=CLEARED, disabled=not count,
            primary=True, icon=":material/add_box:",
        )  # fmt: skip
        with st.popover(
            _("Hold"), icon=":material/pause_circle:", disabled=not count, key=order_card.popover_key("hold")
        ):
            _hold_form(acting, count)
        actions.button(
            _("Release"), _release, *acting, key="orders_release", done=_released, clears=CLEARED,
            disabled=not count, icon=":material/play_circle:", help=_("End the hold of the chosen orders."),
        )  # fmt: skip
    st.caption(
        _("{summary} match.", summary=order_card.summary(pending.totals))
        + (" " + _chosen_sentence(chosen) if chosen and not everything else "")
    )


def _chosen_sentence(chosen: Sequence[str]) -> str:
    return _("Chosen: {summary}.", summary=order_card.summary(orders.totals_of(app(), chosen)))


def _hold_form(acting: tuple[bool, OrderFilter, list[str]], count: int) -> None:
    with st.form("orders_hold", border=False, clear_on_submit=True):
        st.write(ngettext("Put {count} order on hold", "Put {count} orders on hold", count))
        st.text_input(_("Why they wait"), key="orders_hold_reason", max_chars=200)
        st.date_input(
            _("Until the start of this day (empty: until released)"), value=None, key="orders_hold_until"
        )
        st.form_submit_button(
            _("Hold"), on_click=actions.run, args=(_hold, acting, {}, _held, CLEARED), type="primary"
        )


def _ids(everything: bool, wanted: OrderFilter, chosen: list[str]) -> list[str]:
    return orders.matching_ids(app(), wanted) if everything else chosen


def _new_batch(everything: bool, wanted: OrderFilter, chosen: list[str]) -> batches.Created:
    with st.spinner(_("Making the batch…")):
        return batches.create(app(), _ids(everything, wanted, chosen), by=actions.by())


def _batch_made(made: batches.Created) -> str:
    st.session_state["orders_all"] = False
    if made.batch_id is None:
        actions.notice("warning", _("No batch was made: none of these orders can go into one."))
        st.session_state["orders_made"] = made
        return ""
    if made.excluded:
        st.session_state["orders_made"] = made
    else:
        actions.go("pages/plans.py", batch=made.batch_id)
    return ngettext(
        "Draft batch {batch} has {count} order.",
        "Draft batch {batch} has {count} orders.",
        len(made.order_ids),
        batch=made.batch_id,
    )


def _made() -> None:
    """After a batch that could not take every order: which ones stayed out, why, and the way on."""
    made: batches.Created | None = st.session_state.pop("orders_made", None)
    if made is None:
        return
    with st.container(border=True):
        if made.batch_id:
            st.page_link(
                "pages/plans.py",
                label=_("Compare plans for batch {batch}", batch=made.batch_id),
                icon=":material/alt_route:",
                query_params={"batch": made.batch_id},
            )
        out = len({one.order_id for one in made.excluded})
        st.write(ngettext("{count} order stayed out:", "{count} orders stayed out:", out))
        reasons: dict[str, list[batches.Excluded]] = defaultdict(list)
        for one in made.excluded:
            reasons[one.code].append(one)
        for code, kept in sorted(reasons.items(), key=lambda pair: -len(pair[1])):
            with st.expander(f"{finding_label(code)} · {len({one.order_id for one in kept}):,}"):
                for one in kept[:NAMED]:
                    st.text(f"{one.order_id}: {finding_sentence(one.code, value=one.value)}")
                if len(kept) > NAMED:
                    st.caption(_("… and {count} more", count=f"{len(kept) - NAMED:,}"))


def _hold(everything: bool, wanted: OrderFilter, chosen: list[str]) -> int:
    day = st.session_state.get("orders_hold_until")
    until = datetime.combine(day, time.min, tzinfo=formats.zone()) if day else None
    reason = str(st.session_state.get("orders_hold_reason") or "")
    ids = _ids(everything, wanted, chosen)
    return orders.hold(app(), ids, reason=reason, until=until, by=actions.by())


def _held(count: int) -> str:
    order_card.close_popover("hold")
    st.session_state["orders_all"] = False
    return ngettext("{count} order is on hold.", "{count} orders are on hold.", count)


def _release(everything: bool, wanted: OrderFilter, chosen: list[str]) -> int:
    return orders.release(app(), _ids(everything, wanted, chosen), by=actions.by())


def _released(count: int) -> str:
    st.session_state["orders_all"] = False
    return ngettext("{count} order is free again.", "{count} orders are free again.", count)


def _sync_button() -> None:
    actions.button(
        _("Sync from the platform"), _sync, key="orders_sync", done=_synced, icon=":material/sync:",
        help=_("Asks which orders still await shipment, their deadlines, and what exports do not carry."),
    )  # fmt: skip


def _sync() -> list[sync.SyncReport] | None:
    with st.spinner(_("Asking the platform…")):
        return background.sync_all(app(), by=actions.by())


def _synced(reports: list[sync.SyncReport] | None) -> str:
    if reports is None:
        return _("Syncing goes on in the background; the bar on the left says how far it is.")
    sync_report.keep(reports)
    loaded, updated, refused = (
        sum(getattr(report, name) for report in reports) for name in ("loaded", "updated", "refused")
    )
    said = _("{loaded} new orders, {updated} updated.", loaded=f"{loaded:,}", updated=f"{updated:,}")
    if not refused:
        return said
    return f"{said} " + ngettext(
        "{count} could not be taken in; Files says why.",
        "{count} could not be taken in; Files says why.",
        refused,
    )


def _save_filter(name: str, query: str) -> None:
    orders.save_filter(app(), name, query, by=actions.by())


def _forget_filter(name: str) -> None:
    orders.forget_filter(app(), name)


def _rows(found: pd.DataFrame) -> pd.DataFrame:
    """The page's orders as they read."""
    now = app().now()
    return found.assign(
        left=[order_card.time_left(at, now) for at in found["ship_by_at"]],
        country_name=found["country"].map(formats.country),
        value=formats.amounts(found["total_minor"], found["currency"]),
        partly=found["partly_shipped"].map({True: _("Partly"), False: ""}),
        findings=[", ".join(finding_label(code) for code in codes) for codes in found["block_codes"]],
        batch=[
            order_card.batch_link(*pair)
            for pair in zip(found["batch_id"], found["shipment_state"], strict=True)
        ],
    )


def _columns(view: str) -> dict[str, Any]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    about = {
        "blocked": {"findings": text(_("Needs attention"), width="medium")},
        "held": {"hold_reason": text(_("On hold"), width="medium")},
        "placed": {"batch": st.column_config.LinkColumn(_("Batch"), display_text=r"batch=(.+)$", width=120)},
    }
    columns: dict[str, Any] = {
        "order_id": text(_("Order number"), pinned=True),
        "left": text(_("Time left"), width=150),
        **about.get(view, {}),
        "country_name": text(_("Country"), width=140),
        "items": text(_("Products"), width="medium"),
        "unit_count": number(_("Units"), width=60, format="localized"),
        "weight_g": number(_("Weight (g)"), width=85, format="localized", help=_("By the product table.")),
        "value": text(_("Order amount"), alignment="right", width=110),
        "buyer_service": text(_("Buyer's service"), width="medium"),
        "note": text(_("Note from the buyer"), width="medium"),
        "partly": text(_("Partly shipped"), width="small"),
    }
    if view == "all":
        columns |= {name: column for one in about.values() for name, column in one.items()}
    return columns


def _detail(order_id: str) -> None:
    try:
        order = orders.detail(app(), order_id)
    except SAYABLE as error:
        st.warning(error_sentence(error))
        return
    notices.show(order)
    order_card.show(order, now=app().now(), correct=_correct)


def _correct(order_id: str, corrected: Receiver) -> None:
    """Keep the correction; in a list of orders that need attention, the next one opens by itself."""
    wrong = actions.run(
        orders.correct_receiver, (app(), order_id, corrected), {"by": actions.by()}, clears=CLEARED
    )
    if wrong is None:
        return
    if wrong:
        st.query_params["open"] = order_id
        actions.notice("warning", _("Saved. Something is still wrong with the receiver; see below."))
        return
    shown = tables.shown(TABLE)
    after = shown[shown.index(order_id) + 1 :] if order_id in shown else []
    waiting = {
        row["order_id"] for row in orders.findings(app(), after) if row["code"] in order_card.MENDED_HERE
    }
    following = next((one for one in after if one in waiting), None)
    if following:
        st.query_params["open"] = following
    else:
        st.query_params.pop("open", None)
    actions.notice("success", _("The receiver of order {order_id} is corrected.", order_id=order_id))


main()

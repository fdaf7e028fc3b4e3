"""What needs a person: one section for each thing, with how many there are, the first few, and the way to act."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from lib.services import overview, sync
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import formats, order_card, tables
from lib.ui.batches import standing
from lib.ui.context import app
from lib.wording import (
    conflict_label,
    failing_label,
    finding_label,
    reason_sentence,
    remedies_sentence,
    row_mending,
    row_problem,
    shop_label,
    state_label,
    trouble_label,
)
from pages.parts.outcomes.board import clocks_table
from pages.parts.products import needed
from pages.parts.shipments import stop_list

#: Entries listed under a number; the page it links to has them all.
LISTED = 5


def show(day: overview.Overview) -> bool:
    """Every section that has something to say, the most urgent first; whether there was any."""
    sections = [
        (len(day.troubles), _troubles),
        (len(day.stopped), _stopped),
        (len(day.conflicts), _conflicts),
        (day.overdue_count, _overdue),
        (len(day.refused), _refused),
        (int(day.unconfirmed["unconfirmed_count"].sum()), _unconfirmed),
        (len(day.left_behind), _left_behind),
        (day.due_count, _due),
        (len(day.failing.clocks), _clocks),
        (day.failing.count, _failing),
        (day.counts["blocked"], _blocked),
        (len(day.running), _running),
        (len(day.drafts), _drafts),
        (day.problem_count, _problem_rows),
        (len(day.not_taken_in), _not_taken_in),
        (day.counts["free"], _free),
    ]
    for count, section in sections:
        if count:
            section(day, count)
    return any(count for count, _section in sections)


def _section(title: str, icon: str, page: str, link: str, said: Callable[[], None], **query: str) -> None:
    """How many of what, the way to act, and the first few of them."""
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.subheader(f"{icon} {title}", anchor=False)
            st.page_link(page, label=link, icon=":material/arrow_forward:", query_params=query)
        said()


def _overdue(day: overview.Overview, count: int) -> None:
    _section(
        ngettext("{count} order overdue", "{count} orders overdue", count),
        ":red[:material/alarm:]",
        "pages/orders.py",
        _("Ship them first"),
        lambda: _orders(day.overdue, "overview_overdue"),
        view="all",
        hours="0",
    )


def _troubles(day: overview.Overview, count: int) -> None:
    def said() -> None:
        names = {shop.shop_id: shop_label(shop.shop_id, shop.name) for shop in sync.standing(app())}
        for one in day.troubles[:LISTED]:
            subject = names.get(one.subject, one.subject)
            until = formats.moment(one.until) if one.until is not None else ""
            said = trouble_label(one.kind, subject, one.code, one.detail, until)
            if one.kind == "work":
                st.warning(formats.plain(said))
            else:
                st.text(said)

    _section(
        ngettext(
            "{count} thing between this desk and the platform needs a look",
            "{count} things between this desk and the platform need a look",
            count,
        ),
        ":red[:material/cloud_off:]",
        "pages/connection.py",
        _("Open the connection"),
        said,
    )


def _failing(day: overview.Overview, count: int) -> None:
    rows, now = day.failing.rows, app().now()
    frame = pd.DataFrame(
        {
            "shipment": "/shipment?shipment=" + rows["shipment_id"],
            "kind": formats.words(rows["kind"], failing_label),
            "since": [formats.duration(now - at) if now > at else "–" for at in rows["since_at"]],
            "contents": rows["contents"],
            "remedies": [remedies_sentence(one) or "–" for one in rows["remedies"]],
            "owner": rows["owner"],
        }
    )
    text = st.column_config.TextColumn
    columns = {
        "shipment": st.column_config.LinkColumn(_("Shipment"), display_text=r"shipment=(.+)$"),
        "kind": text(_("What is the matter")),
        "since": text(_("For")),
        "remedies": text(_("What can be done"), width="medium"),
        "contents": text(_("Contents"), width="medium"),
        "owner": text(_("Looked after by")),
    }

    def said() -> None:
        kinds = (f"{failing_label(kind)}: {n:,}" for kind, n in day.failing.counts.items())
        st.caption(formats.plain(_(" · ").join(kinds)))
        if not frame.empty:
            tables.show(frame, columns, key="overview_failing")

    _section(
        ngettext("{count} parcel is failing", "{count} parcels are failing", count),
        ":orange[:material/assignment_return:]",
        "pages/outcomes.py",
        _("Look after them"),
        said,
    )


def _clocks(day: overview.Overview, count: int) -> None:
    _section(
        ngettext("{count} clock runs out this week", "{count} clocks run out this week", count),
        ":orange[:material/timer:]",
        "pages/outcomes.py",
        _("See them all"),
        lambda: clocks_table(day.failing.clocks[:LISTED], key="overview_clocks"),
    )


def _conflicts(day: overview.Overview, count: int) -> None:
    frame = pd.DataFrame(
        {
            "order": [f"/orders?view=all&open={row['order_id']}" for row in day.conflicts[:LISTED]],
            "what": [
                _(", ").join(conflict_label(field) for field in row["fields"].split(","))
                for row in day.conflicts[:LISTED]
            ],
            "batch": [order_card.batch_link(row["batch_id"], None) for row in day.conflicts[:LISTED]],
        }
    )
    columns = {
        "order": st.column_config.LinkColumn(_("Order number"), display_text=r"open=(.+)$"),
        "what": st.column_config.TextColumn(_("Changed on the platform"), width="large"),
        "batch": st.column_config.LinkColumn(_("Batch"), display_text=r"batch=(.+)$"),
    }
    _section(
        ngettext(
            "{count} order in a batch changed on the platform: look before it leaves",
            "{count} orders in a batch changed on the platform: look before they leave",
            count,
        ),
        ":red[:material/sync_problem:]",
        "pages/orders.py",
        _("Look at it"),
        lambda: tables.show(frame, columns, key="overview_conflicts"),
        view="all",
        open=str(day.conflicts[0]["order_id"]),
    )


def _not_taken_in(day: overview.Overview, count: int) -> None:
    def said() -> None:
        for row in day.not_taken_in[:LISTED]:
            st.text(f"{row['order_id']}: {row_problem(row['code'])} {row_mending(row['code'])}")

    _section(
        ngettext(
            "{count} order on the platform could not be taken in",
            "{count} orders on the platform could not be taken in",
            count,
        ),
        ":orange[:material/sync_problem:]",
        "pages/files.py",
        _("See why"),
        said,
    )


def _due(day: overview.Overview, count: int) -> None:
    _section(
        ngettext("{count} order due within 24 hours", "{count} orders due within 24 hours", count),
        ":orange[:material/schedule:]",
        "pages/orders.py",
        _("Show them"),
        lambda: _orders(day.due, "overview_due"),
        view="all",
        hours=f"0-{overview.TODAY_H}",
    )


def _free(day: overview.Overview, count: int) -> None:
    _section(
        ngettext("{count} order can be shipped", "{count} orders can be shipped", count),
        ":green[:material/check_circle:]",
        "pages/orders.py",
        _("Choose orders for a batch"),
        lambda: None,
        view="free",
    )


def _blocked(day: overview.Overview, count: int) -> None:
    def said() -> None:
        st.write(" · ".join(f"{finding_label(code)}: {number:,}" for code, number in day.blocked.items()))
        needed.link()

    _section(
        ngettext("{count} order needs attention", "{count} orders need attention", count),
        ":orange[:material/error:]",
        "pages/checks.py",
        _("Mend them"),
        said,
    )


def _refused(day: overview.Overview, count: int) -> None:
    newest = day.refused[0]
    frame = pd.DataFrame(
        {
            "shipment": [_link(row) for row in day.refused[:LISTED]],
            "order_id": [row["order_id"] for row in day.refused[:LISTED]],
            "state": [state_label(row["state"]) for row in day.refused[:LISTED]],
            "reason": [
                reason_sentence(row["reason_code"], row["reason_text"]) for row in day.refused[:LISTED]
            ],
            "batch": [order_card.batch_link(row["batch_id"], None) for row in day.refused[:LISTED]],
        }
    )
    columns = _shipment_columns() | {
        "state": st.column_config.TextColumn(_("State"), width="small"),
        "reason": st.column_config.TextColumn(_("Why"), width="large"),
        "batch": st.column_config.LinkColumn(_("Batch"), display_text=r"batch=(.+)$"),
    }
    _section(
        ngettext("{count} parcel refused by the platform", "{count} parcels refused by the platform", count),
        ":red[:material/block:]",
        "pages/shipments.py",
        _("Mend and send again"),
        lambda: tables.show(frame, columns, key="overview_refused"),
        batch=str(newest["batch_id"]),
    )


def _stopped(day: overview.Overview, count: int) -> None:
    _section(
        ngettext("{count} parcel must not leave", "{count} parcels must not leave", count),
        ":red[:material/front_hand:]",
        "pages/shipments.py",
        _("Open its batch"),
        lambda: stop_list.show(day.stopped, key="overview_stopped"),
        batch=day.stopped[0].batch_id,
    )


def _left_behind(day: overview.Overview, count: int) -> None:
    now = app().now()
    rows = day.left_behind[:LISTED]
    frame = pd.DataFrame(
        {
            "shipment": [_link(row) for row in rows],
            "order_id": [row["order_id"] for row in rows],
            "tracking_number": [row["tracking_number"] for row in rows],
            "country": [formats.country(row["country"]) for row in rows],
            "left": [order_card.time_left(row["ship_by_at"], now) for row in rows],
        }
    )
    columns = _shipment_columns() | {
        "tracking_number": st.column_config.TextColumn(_("Tracking number")),
        "country": st.column_config.TextColumn(_("Country")),
        "left": st.column_config.TextColumn(_("Time left")),
    }
    _section(
        ngettext(
            "{count} parcel left behind at a hand-over", "{count} parcels left behind at a hand-over", count
        ),
        ":orange[:material/move_to_inbox:]",
        "pages/shipments.py",
        _("Hand them over"),
        lambda: tables.show(frame, columns, key="overview_left_behind"),
        batch=str(day.left_behind[0]["batch_id"]),
    )


def _unconfirmed(day: overview.Overview, count: int) -> None:
    _section(
        ngettext(
            "{count} parcel unconfirmed: the platform is being asked",
            "{count} parcels unconfirmed: the platform is being asked",
            count,
        ),
        ":orange[:material/help:]",
        "pages/shipments.py",
        _("Watch"),
        lambda: _batches(day.unconfirmed, "pages/shipments.py"),
        batch=str(day.unconfirmed["batch_id"].iloc[0]),
    )


def _running(day: overview.Overview, count: int) -> None:
    _section(
        ngettext("{count} batch under way", "{count} batches under way", count),
        ":material/sync:",
        "pages/shipments.py",
        _("Watch"),
        lambda: _batches(day.running, "pages/shipments.py"),
        batch=str(day.running["batch_id"].iloc[0]),
    )


def _drafts(day: overview.Overview, count: int) -> None:
    _section(
        ngettext("{count} draft not submitted", "{count} drafts not submitted", count),
        ":material/edit_note:",
        "pages/plans.py",
        _("Go on"),
        lambda: _batches(day.drafts, "pages/plans.py"),
        batch=str(day.drafts["batch_id"].iloc[0]),
    )


def _problem_rows(day: overview.Overview, count: int) -> None:
    def said() -> None:
        for row in day.problem_files.head(LISTED).to_dict("records"):
            st.text(f"{row['file']}: {row['open_count']:,}")

    _section(
        ngettext("{count} row of files set aside", "{count} rows of files set aside", count),
        ":material/rule:",
        "pages/files.py",
        _("See why"),
        said,
    )


def _orders(frame: pd.DataFrame, key: str) -> None:
    now = app().now()
    first = frame.head(LISTED)
    shown = first.assign(
        left=[order_card.time_left(at, now) for at in first["ship_by_at"]],
        country_name=first["country"].map(formats.country),
        batch=[
            order_card.batch_link(*pair)
            for pair in zip(first["batch_id"], first["shipment_state"], strict=True)
        ],
        order=[f"/orders?view=all&open={order_id}" for order_id in first["order_id"]],
    )
    if shown.empty:
        return
    text = st.column_config.TextColumn
    columns = {
        "order": st.column_config.LinkColumn(_("Order number"), display_text=r"open=(.+)$"),
        "left": text(_("Time left"), width=150),
        "country_name": text(_("Country")),
        "items": text(_("Products"), width="large"),
        "batch": st.column_config.LinkColumn(_("Batch"), display_text=r"batch=(.+)$"),
    }
    tables.show(shown, columns, key=key)


def _batches(frame: pd.DataFrame, page: str) -> None:
    for row in frame.head(LISTED).to_dict("records"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(page, label=row["batch_id"], query_params={"batch": row["batch_id"]})
            st.text(" · ".join(standing(row)))


def _shipment_columns() -> dict[str, object]:
    return {
        "shipment": st.column_config.LinkColumn(_("Shipment"), display_text=r"shipment=(.+)$"),
        "order_id": st.column_config.TextColumn(_("Order number")),
    }


def _link(row: dict[str, object]) -> str:
    return f"/shipment?shipment={row['shipment_id']}"

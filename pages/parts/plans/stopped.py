"""Plans stopped by hand: which, where and until when; what stands on them is moved with one click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from lib.services import plans, stops
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import state_label


def show() -> None:
    """The stops that are not over, and the way to make one."""
    current = stops.current(app())
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    for row in current:
        _stop(row, names)
    with st.popover(_("Stop a plan"), icon=":material/block:"):
        _form(names)


def _form(names: Mapping[str, str]) -> None:
    plan_id = st.selectbox(
        _("Plan"),
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder=_("Choose a plan"),
        key="plans_stop_plan",
    )
    country = st.selectbox(
        _("Country"),
        plans.destinations(app()),
        index=None,
        format_func=formats.country,
        placeholder=_("All countries"),
        key="plans_stop_country",
    )
    since = st.date_input(_("From"), value="today", key="plans_stop_from")
    until = st.date_input(_("Until, included"), value=None, key="plans_stop_until")
    reason = st.text_input(_("Reason"), key="plans_stop_reason", max_chars=200)
    standing = stops.standing(app(), plan_id, country or "") if plan_id else {}
    target = _target(plan_id, standing, names) if standing else None
    actions.button(
        _("Stop it")
        if target is None
        else ngettext(
            "Stop it, and move {count} parcel",
            "Stop it, and move all {count} parcels",
            sum(standing.values()),
        ),
        _stop_and_move,
        plan_id,
        target,
        reason=reason,
        country=country or "",
        from_on=since,
        until_on=until,
        by=actions.by(),
        key="plans_stop",
        disabled=plan_id is None,
        done=lambda moved: (
            _("It is stopped: nothing is quoted by it or put on it from that day on.")
            + (f" {moved_sentence(moved)}" if moved else "")
        ),
        clears=("plans_stop_plan", "plans_stop_country", "plans_stop_until", "plans_stop_reason"),
    )


def _target(plan_id: str | None, standing: Mapping[str, int], names: Mapping[str, str]) -> str | None:
    """Where what stands on the plan goes in the same click; it may stay and be moved afterwards."""
    st.text(_("Standing on it: {what}", what=_standing(standing)))
    return st.selectbox(
        _("Move them to"),
        [one for one in names if one != plan_id],
        index=None,
        format_func=names.__getitem__,
        placeholder=_("Later: stop the plan only"),
        key=f"plans_stop_move_{plan_id}",
        help=_how_moved(),
    )


def _how_moved() -> str:
    return _("What the platform has already is voided here first. Confirm and submit the drafts afterwards.")


def _standing(by_state: Mapping[str, int]) -> str:
    return _(", ").join(f"{n:,} × {state_label(state)}" for state, n in by_state.items())


def _stop_and_move(plan_id: str, target: str | None, *, by: str, **said: Any) -> stops.Moved | None:
    stop_id = stops.stop(app(), plan_id, by=by, **said)
    return stops.move_all(app(), stop_id, target, by=by) if target else None


def _stop(row: Mapping[str, Any], names: Mapping[str, str]) -> None:
    stop_id, count = int(row["stop_id"]), int(row["shipment_count"])
    said = _(
        "{plan} is stopped to {where}, from {since} until {until}: {reason} ({who})",
        plan=formats.plan(row),
        where=formats.country(row["country"]) if row["country"] else _("all countries"),
        since=formats.day(row["from_on"]),
        until=formats.day(row["until_on"]) if row["until_on"] else _("it is lifted"),
        reason=row["reason"],
        who=row["stopped_by"],
    )
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(formats.plain(said), icon=":material/block:")
            actions.button(
                _("Lift"), stops.lift, app(), stop_id, by=actions.by(), key=f"plans_lift_{stop_id}"
            )
        if count:
            _parcels(stop_id, count, {key: name for key, name in names.items() if key != row["plan_id"]})


def _parcels(stop_id: int, count: int, names: Mapping[str, str]) -> None:
    frame = stops.shipments(app(), stop_id)
    by_state = {str(state): int(count) for state, count in frame["state"].value_counts().items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text(_("Standing on it: {what}", what=_standing(by_state)))
        target = st.selectbox(
            _("Move them to"),
            list(names),
            index=None,
            format_func=names.__getitem__,
            placeholder=_("Choose a plan"),
            key=f"plans_move_to_{stop_id}",
            width=260,
        )
        actions.button(
            ngettext("Move {count} parcel", "Move all {count} parcels", count)
            if target is None
            else _("Move all {count} to {plan}", count=f"{count:,}", plan=names[target]),
            stops.move_all,
            app(),
            stop_id,
            target,
            by=actions.by(),
            key=f"plans_move_{stop_id}",
            primary=target is not None,
            disabled=target is None,
            done=moved_sentence,
            help=_how_moved(),
        )
    with st.expander(_("The parcels")):
        tables.show(
            pd.DataFrame(
                {
                    "shipment_id": frame["shipment_id"],
                    "batch_id": frame["batch_id"],
                    "order_id": frame["order_id"],
                    "country": formats.words(frame["country"], formats.country),
                    "state": formats.words(frame["state"], state_label),
                    "tracking_number": frame["tracking_number"],
                }
            ),
            {
                "shipment_id": st.column_config.TextColumn(_("Shipment")),
                "batch_id": st.column_config.TextColumn(_("Batch")),
                "order_id": st.column_config.TextColumn(_("Order")),
                "country": st.column_config.TextColumn(_("Country")),
                "state": st.column_config.TextColumn(_("State")),
                "tracking_number": st.column_config.TextColumn(_("Tracking number")),
            },
            key=f"plans_stopped_{stop_id}",
        )


def moved_sentence(moved: stops.Moved) -> str:
    """What became of the parcels."""
    said = _(
        "{count} parcels stand on the other plan now, in {batches}; {voided} were voided first.",
        count=f"{moved.chosen:,}",
        batches=_(", ").join(moved.batch_ids) or "–",
        voided=f"{moved.voided:,}",
    )
    if moved.left:
        said += " " + _(
            "{count} are without a plan: it cannot carry them, or their order is kept back.", count=moved.left
        )
    return said

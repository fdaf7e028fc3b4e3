"""A submitted batch: watch it, mend what was refused, print it, hand it over, declare it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.shipments import ON_PLATFORM, State
from lib.services import background, batches, mending, orders, plans, presets, shipments
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, receivers, tables
from lib.ui.context import app
from lib.wording import (
    cancellations_unasked,
    decision_label,
    gone_sentence,
    reason_mending,
    reason_sentence,
    state_label,
    trouble_sentence,
)
from pages.parts.plans import mismatch
from pages.parts.shipments import happened, leaving, printing
from pages.parts.shipments import stop_list as stop_list_part
from pages.parts.shipments.draft import correct
from pages.parts.shipments.seen import still_in

#: How often a running batch is looked at.
PULSE = "2s"
#: What is kept free for a sentence that comes and goes while a batch runs: two lines of it.
UNSURE_PX = 84
#: The table of what was refused.
REFUSED = "shipments_refused"
#: States of a parcel that has its label.
LABELLED = ON_PLATFORM - {State.ACCEPTED}
#: Groups of refused parcels that offer another plan for all of them; the others are mended in the table.
GROUPS = 8
COLOURS = {
    State.REFUSED: "red",
    State.UNCONFIRMED: "orange",
    State.DECLARE_UNCONFIRMED: "orange",
    State.READY: "green",
    State.HANDED_OVER: "green",
    State.DECLARED: "green",
}


@dataclass(frozen=True)
class Drawn:
    """What of a running batch is on the screen below its progress, which stays as it is while the batch goes on."""

    running: bool
    counts: Mapping[str, int]  #: Parcels by state.
    only_late: bool  #: Of what runs, all but the late ones is settled.
    trouble: str = (
        ""  #: What the top of the page says of why nothing is sent, a code; "" when it says nothing.
    )


def show(batch: Mapping[str, Any], rows: pd.DataFrame) -> None:
    """`rows`: `shipments.listing` without what was taken out.

    What is ready is printed, handed over and declared while others are on their way: one number that comes hours
    late must not hold up a morning. Only the progress is looked at again by itself; the lists below stand still
    under the person's hands until the person's next click, or until the batch is done.
    """
    batch_id = str(batch["batch_id"])
    head(batch, rows)
    progress = shipments.progress(app(), batch_id)
    running, counts = progress.running, rows["state"].value_counts().to_dict()
    drawn = Drawn(
        running, counts, _only_late(progress, shipments.late(app(), batch_id)), background.trouble()
    )
    st.fragment(watch, run_every=PULSE if running else None)(batch_id, drawn)
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    rows = rows.assign(plan=rows["plan_id"].map(names), land=formats.words(rows["country"], formats.country))
    show_refused(batch, rows[rows["state"] == State.REFUSED])
    if _labelled(counts) or not running:
        ticked = show_created(rows[rows["state"].isin(ON_PLATFORM)])
        stop_list_part.of_batch(batch_id)
        if rows["state"].isin(ON_PLATFORM).any():
            st.subheader(_("Labels"))
            printing.show(batch_id, str(batch["shop_id"]), ticked)
        leaving.show_handover(batch, rows)
        leaving.show_declaration(batch_id, rows)
    happened.show(batch_id, len(rows))


def head(batch: Mapping[str, Any], rows: pd.DataFrame) -> None:
    """Who submitted what when, and what it costs."""
    fees = rows.dropna(subset="fee_minor").groupby("currency")["fee_minor"].sum()
    paid = rows.dropna(subset="return_fee_minor").groupby("return_fee_currency")["return_fee_minor"].sum()
    said = [
        _("submitted by {who}", who=batch["submitted_by"]),
        formats.moment(batch["submitted_at"]),
        _("undeliverable: {decision}", decision=decision_label(batch["undeliverable"] or "–")),
        _(
            "freight {fee}, estimated",
            fee=formats.totals({str(code): int(fee) for code, fee in fees.items()}),
        ),
    ]
    if not paid.empty:
        fee = formats.totals({str(code): int(fee) for code, fee in paid.items()})
        said.append(_("return service {fee}, assumed", fee=fee))
    st.text(" · ".join(said))
    for one in shipments.agreements(app(), str(batch["batch_id"])):
        st.caption(
            _(
                "{agreement} (wording of {version}) accepted by {who} on {when}",
                agreement=one["title"],
                version=one["version"],
                who=formats.plain(one["agreed_by"]),
                when=formats.moment(one["agreed_at"]),
            )
        )
    _save_as_preset(batch)


def _save_as_preset(batch: Mapping[str, Any]) -> None:
    with (
        st.popover(_("Save as a preset"), icon=":material/bookmark_add:"),
        st.form("shipments_preset", border=False),
    ):
        st.text_input(_("Name of the preset"), key="shipments_preset_name", max_chars=60)
        st.form_submit_button(_("Save"), on_click=_keep_preset, args=(str(batch["batch_id"]),))


def _keep_preset(batch_id: str) -> None:
    name = str(st.session_state.get("shipments_preset_name") or "")
    actions.run(
        presets.save_batch,
        (app(), batch_id, name),
        {"by": actions.by()},
        _("The preset “{name}” is saved.", name=formats.plain(name)),
    )


def watch(batch_id: str, drawn: Drawn) -> None:
    """How far the batch is. A fragment: it alone runs every two seconds, until the batch is done."""
    now = shipments.progress(app(), batch_id)
    late = shipments.late(app(), batch_id) if _waiting(now) else []
    if _is_outdated(drawn, now, late):
        st.rerun()
    cost = happened.cost_so_far(batch_id)
    if cost:
        st.text(cost)
    st.progress(
        _share(now),
        text=_("{settled} of {total} settled", settled=f"{now.settled:,}", total=f"{now.total:,}"),
    )
    with st.container(horizontal=True, key="shipments_counts"):
        for state, count in now.counts.items():
            st.badge(f"{state_label(state)}: {count:,}", color=COLOURS.get(state, "gray"))  # type: ignore[arg-type]
    if now.running:
        _say_pace(now, drawn)
        with st.container(horizontal=True, vertical_alignment="center"):
            _pause_button(batch_id)
            _cancel_button(batch_id, now)
            _say_new(now, drawn)
    elif now.paused:
        st.warning(_("This batch is paused: nothing more of it is sent."))
        actions.button(
            _("Resume"),
            _resume,
            batch_id,
            by=actions.by(),
            key="shipments_resume",
            primary=True,
            icon=":material/play_arrow:",
        )
        _cancel_button(batch_id, now)
    else:
        st.container(key="shipments_done").text(_("Nothing of it is on its way to the platform any more."))
    # While it runs, the lists below stand still whether something is unsure or not.
    with st.container(height=UNSURE_PX if now.running else "content", border=False, key="shipments_unsure"):
        if not _say_unsure(now) and now.running:
            st.caption(_("You may close this page: the batch goes on by itself."))
    _say_late(late)


def _say_unsure(now: shipments.Progress) -> bool:
    unsure = now.counts.get(State.UNCONFIRMED, 0) + now.counts.get(State.DECLARE_UNCONFIRMED, 0)
    if unsure:
        st.info(
            ngettext(
                "{count} request was not answered. The platform is asked what it has; nothing is sent twice.",
                "{count} requests were not answered. The platform is asked what it has; nothing is sent twice.",
                unsure,
            )
        )
    return unsure > 0


def _say_pace(now: shipments.Progress, drawn: Drawn) -> None:
    """One line, whatever it says: the buttons below it must not move under the pointer."""
    trouble = background.trouble()
    if trouble and trouble != drawn.trouble:
        st.markdown(f":orange[:material/cloud_off: {formats.plain(trouble_sentence(trouble))}]")
    elif drawn.trouble and not trouble:
        again = _("The platform answers again.")
        st.markdown(f":green[:material/check_circle: {again}] {formats.plain(_pace(now))}")
    else:
        st.text(_pace(now))


def _is_outdated(drawn: Drawn, now: shipments.Progress, late: Sequence[shipments.Late]) -> bool:
    """The whole page is drawn anew for the first of a kind and at the ends, never for each parcel in between.

    What was refused can be mended, and what is ready printed, while the others go on.
    """
    return (
        now.running != drawn.running
        or bool(now.counts.get(State.REFUSED)) != bool(drawn.counts.get(State.REFUSED))
        or bool(_labelled(now.counts)) != bool(_labelled(drawn.counts))
        or (_only_late(now, late) and not drawn.only_late)
    )


def _labelled(counts: Mapping[Any, int]) -> int:
    return sum(counts.get(state, 0) for state in LABELLED)


def _waiting(now: shipments.Progress) -> int:
    return now.counts.get(State.ACCEPTED, 0) + now.counts.get(State.UNCONFIRMED, 0)


def _only_late(now: shipments.Progress, late: Sequence[shipments.Late]) -> bool:
    """What is not settled yet may take hours: nothing else comes soon."""
    return now.running and now.total - now.settled <= len(late)


def _say_new(now: shipments.Progress, drawn: Drawn) -> None:
    """Labels that came since the lists below were drawn; they are shown when the person wants them."""
    new = _labelled(now.counts) - _labelled(drawn.counts)
    if new <= 0:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="shipments_came"):
        st.text(
            ngettext(
                "{count} more has its label than the lists below show.",
                "{count} more have their labels than the lists below show.",
                new,
            )
        )
        if st.button(_("Show them"), key="shipments_show_new", icon=":material/refresh:"):
            st.rerun()


def _say_late(late: Sequence[shipments.Late]) -> None:
    """Parcels whose number, label or answer does not come, by what is known of why."""
    minutes = int(shipments.LATE.total_seconds() // 60)
    groups: dict[str, list[str]] = {}
    for one in late:
        groups.setdefault(_why_late(one, minutes), []).append(one.shipment_id)
    for why, names in groups.items():
        said = ngettext("{count} parcel waits. {why}", "{count} parcels wait. {why}", len(names), why=why)
        st.warning(formats.plain(f"{said} {formats.some(names)}"))


def _why_late(one: shipments.Late, minutes: int) -> str:
    if one.state is State.UNCONFIRMED:
        return _("The platform has not answered for more than {minutes} minutes:", minutes=minutes)
    if one.reason_code:
        return _("The platform gives no label: {why}", why=reason_sentence(one.reason_code, one.reason_text))
    if one.has_number:
        return _("Created more than {minutes} minutes ago, and no label yet:", minutes=minutes)
    return _("Created more than {minutes} minutes ago, and no tracking number yet:", minutes=minutes)


def _share(now: shipments.Progress) -> float:
    """How full the bar is: an order that is created and has no label yet is half done."""
    if not now.total:
        return 1.0
    return (now.settled + now.counts.get(State.ACCEPTED, 0) / 2) / now.total


def _pace(now: shipments.Progress) -> str:
    if not now.per_minute:
        return _("Under way…")
    rate = _("{count} a minute", count=f"{now.per_minute:,.0f}")
    if now.seconds_left is None:
        return rate
    left = formats.duration(timedelta(seconds=now.seconds_left))
    return _("{rate}, about {left} left", rate=rate, left=left)


def _pause_button(batch_id: str) -> None:
    actions.button(
        _("Pause"),
        shipments.pause,
        app(),
        batch_id,
        by=actions.by(),
        key="shipments_pause",
        icon=":material/pause:",
        help=_("Nothing more is sent until it is resumed. What is on the wire is still recorded."),
    )


def _cancel_button(batch_id: str, now: shipments.Progress) -> None:
    """Take out what is not sent yet; asked for twice, because it undoes a submit."""
    waiting = now.counts.get(State.QUEUED, 0)
    if not waiting:
        return
    with st.popover(_("Cancel what is not sent"), icon=":material/cancel_schedule_send:"):
        st.text(
            ngettext(
                "{count} parcel is not sent yet. Its order becomes free again; what is on the wire goes on.",
                "{count} parcels are not sent yet. Their orders become free again; what is on the wire goes on.",
                waiting,
            )
        )
        actions.button(
            ngettext("Take {count} out of the batch", "Take {count} out of the batch", waiting),
            batches.cancel_unsent,
            app(),
            batch_id,
            by=actions.by(),
            key="shipments_cancel_unsent",
            done=lambda n: ngettext(
                "{count} taken out; its order is free again.",
                "{count} taken out; their orders are free again.",
                n,
            ),
        )


def _resume(batch_id: str, *, by: str) -> None:
    shipments.resume(app(), batch_id, by=by)
    background.wake()


def show_refused(batch: Mapping[str, Any], refused: pd.DataFrame) -> None:
    """What the platform did not take: why, what mends it, and sending it again."""
    if refused.empty:
        return
    st.subheader(ngettext("{count} shipment refused", "{count} shipments refused", len(refused)))
    reasons = _reasons(refused)
    refused = refused.assign(
        why=[reason_sentence(code, text) for code, text in reasons],
        mend=[reason_mending(code) for code, _words in reasons],
    )
    able = plans.able(app(), str(batch["batch_id"]))
    names = {str(row["plan_id"]): formats.plan(row) for row in able}
    _groups(str(batch["batch_id"]), refused, names)
    refused = _for_one_reason(refused)
    text = st.column_config.TextColumn
    ticked = tables.choose(
        refused,
        {
            "order_id": text(_("Order")),
            "land": text(_("Country")),
            "plan": text(_("Plan")),
            "why": text(_("Why"), width="large"),
            "mend": text(_("What mends it"), width="large"),
        },
        by="shipment_id",
        key=REFUSED,
        height="auto" if len(refused) > 5 else "content",
    )
    mend_refused(batch, ticked.or_all(refused["shipment_id"]), names)
    order_id = _receiver_to_mend(refused, ticked)
    if order_id is not None:
        versions = orders.detail(app(), order_id)["receivers"]
        receivers.form(order_id, versions, correct, key="shipments_refused_form")
    else:
        st.caption(_("Tick one to correct its receiver; what is done is done for those ticked, or for all."))


def _groups(batch_id: str, refused: pd.DataFrame, names: Mapping[str, str]) -> None:
    """What was refused for one reason: said once, and put on another plan with one choice."""
    groups = sorted(refused.groupby(["why", "mend", "land", "plan"]), key=lambda pair: -len(pair[1]))
    for place, ((why, mend, land, plan), rows) in enumerate(groups):
        said = _(
            "{count} × {plan} to {country}: {why}",
            count=f"{len(rows):,}",
            plan=plan,
            country=land,
            why=why,
        )
        words, choice = st.columns([3, 1], vertical_alignment="center")
        words.error(f"{formats.plain(said)}  \n{formats.plain(mend)}")
        if place < GROUPS:
            with choice:
                _plan_of_group(batch_id, rows, names, key=f"shipments_group_{hash((why, land, plan))}")


def _plan_of_group(batch_id: str, rows: pd.DataFrame, names: Mapping[str, str], *, key: str) -> None:
    st.selectbox(
        ngettext("Another plan for it", "Another plan for all {count}", len(rows)),
        [one for one in names if one != rows["plan_id"].iloc[0]],
        index=None,
        format_func=names.__getitem__,
        key=key,
        placeholder=_("Choose a plan"),
        on_change=_move_group,
        args=(batch_id, rows["shipment_id"].tolist(), key),
    )


def _move_group(batch_id: str, shipment_ids: Sequence[str], key: str) -> None:
    """The chosen plan for a group; what it cannot carry keeps what it had, and is said."""
    plan_id = st.session_state[key]
    if plan_id is None:
        return
    st.session_state[key] = None
    moved: mending.Moved | None = actions.run(
        mending.choose_plan,
        (app(), batch_id, plan_id),
        {"by": actions.by(), "shipment_ids": shipment_ids},
        lambda done: ngettext(
            "{count} parcel got its plan.", "{count} parcels got their plan.", len(done.moved_ids)
        ),
        clears=REFUSED,
    )
    if moved is not None and moved.kept_ids:
        actions.notice(
            "warning",
            ngettext(
                "The plan cannot carry {count} of them: it keeps what it had.",
                "The plan cannot carry {count} of them: they keep what they had.",
                len(moved.kept_ids),
            ),
        )


def _receiver_to_mend(refused: pd.DataFrame, ticked: Sequence[str]) -> str | None:
    """The order whose receiver is open: the ticked one, else the first to correct that nobody corrected yet."""
    if len(ticked) == 1:
        return str(refused.set_index("shipment_id").loc[ticked[0], "order_id"])
    if ticked:
        return None
    for row in refused[~refused["is_corrected"]].to_dict("records"):
        if mending.is_receivers(_text(row["reason_code"]), _text(row["reason_text"])):
            return str(row["order_id"])
    return None


def _for_one_reason(refused: pd.DataFrame) -> pd.DataFrame:
    """All of them, or those a person wants to see: refused for one reason, on their way to one country."""
    kinds = refused["land"] + " · " + refused["plan"] + " · " + refused["why"]
    reasons = kinds.value_counts().index.tolist()
    if len(reasons) == 1:
        return refused
    wanted = st.selectbox(
        _("Refused because"),
        reasons,
        index=None,
        key="shipments_reason",
        placeholder=_("Every reason"),
        on_change=_untick_refused,
    )
    return refused if wanted is None else refused[kinds == wanted]


def _untick_refused() -> None:
    actions.clear(REFUSED)


def mend_refused(batch: Mapping[str, Any], chosen: Sequence[str], names: Mapping[str, str]) -> None:
    """Another plan, once more as it is, or out of the batch. `names`: of the plans that can carry any of them."""
    batch_id = str(batch["batch_id"])
    differing = sum(pair.shipment_count for pair in plans.mismatches(app(), batch_id))
    unconfirmed = differing > 0 and batch["confirmed_at"] is None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        actions.button(
            ngettext("Send {count} again", "Send {count} again", len(chosen)),
            _send_again,
            batch_id,
            chosen,
            by=actions.by(),
            key="shipments_retry",
            primary=not unconfirmed,
            disabled=unconfirmed or not chosen,
            clears=REFUSED,
            done=_queued_again,
        )
        actions.button(
            ngettext("Take {count} out of the batch", "Take {count} out of the batch", len(chosen)),
            _take_out,
            batch_id,
            chosen,
            key="shipments_take_out",
            disabled=not chosen,
            clears=REFUSED,
            done=lambda n: ngettext(
                "{count} taken out; its order is free again.",
                "{count} taken out; their orders are free again.",
                n,
            ),
        )
        plan_id = st.selectbox(
            _("Another plan for them"),
            list(names),
            index=None,
            format_func=names.__getitem__,
            key="shipments_other_plan",
            placeholder=_("Choose a plan"),
            width=260,
        )
        actions.button(
            _("Use this plan"),
            _use_plan,
            batch_id,
            plan_id,
            chosen,
            key="shipments_use_plan",
            disabled=plan_id is None or not chosen,
            done=lambda n: ngettext("{count} parcel got its plan.", "{count} parcels got their plan.", n),
        )
        st.page_link(
            "pages/plans.py",
            label=_("Compare plans for them"),
            icon=":material/alt_route:",
            query_params={"batch": batch_id},
        )
    if unconfirmed:
        again = mismatch.Next(
            ngettext("Confirm, and send {count} again", "Confirm, and send {count} again", len(chosen)),
            partial(_send_again, batch_id, chosen, by=actions.by()),
            _queued_again,
        )
        mismatch.confirm(batch_id, batch, and_then=again)


def _take_out(batch_id: str, shipment_ids: Sequence[str]) -> int:
    return batches.take_out(app(), batch_id, still_in(batch_id, shipment_ids, State.REFUSED), by=actions.by())


def _use_plan(batch_id: str, plan_id: str, shipment_ids: Sequence[str]) -> int:
    wanted = still_in(batch_id, shipment_ids, State.REFUSED)
    return plans.choose_plan(app(), batch_id, plan_id, by=actions.by(), shipment_ids=wanted)


def _send_again(batch_id: str, shipment_ids: Sequence[str], *, by: str) -> int:
    wanted = still_in(batch_id, shipment_ids, State.REFUSED)
    again = mending.send_again(app(), batch_id, by=by, shipment_ids=wanted)
    if again.unasked:
        actions.notice("warning", cancellations_unasked())
    if again.gone:
        actions.notice("warning", formats.plain(gone_sentence(again.gone)))
    background.wake()
    return again.count


def _queued_again(count: int) -> str:
    return ngettext("{count} is queued again.", "{count} are queued again.", count) if count else ""


def show_created(created: pd.DataFrame) -> tables.Ticked:
    """The logistics orders, each with the link to its own page; returns those that are ticked."""
    if created.empty:
        return tables.Ticked()
    st.success(ngettext("{count} logistics order created", "{count} logistics orders created", len(created)))
    _say_otherwise(created)
    text = st.column_config.TextColumn
    return tables.choose(
        created.assign(
            detail="/shipment?shipment=" + created["shipment_id"],
            state_word=formats.words(created["state"], state_label),
            fee=formats.amounts(created["fee_minor"], created["currency"]),
            return_fee=formats.amounts(created["return_fee_minor"], created["return_fee_currency"]),
        ),
        {
            "position": st.column_config.NumberColumn(_("No."), width="small", pinned=True),
            "detail": st.column_config.LinkColumn(_("Detail"), display_text=_("Open"), width="small"),
            "order_id": text(_("Order")),
            "lp_number": text(_("LP number")),
            "tracking_number": text(_("International tracking number")),
            "state_word": text(_("State")),
            "plan": text(_("Plan")),
            "land": text(_("Country")),
            "weight_g": tables.grams(_("Weight")),
            "fee": text(_("Fee, estimated"), alignment="right"),
            "return_fee": text(_("Return service, assumed"), alignment="right"),
        },
        by="shipment_id",
        key="shipments_created",
    )


def _say_otherwise(created: pd.DataFrame) -> None:
    """Orders found on the platform after an answer was lost, with another decision or plan than was asked for."""
    decided, planned = created["found_undeliverable"].notna(), created["found_service_code"].notna()
    other = created[decided | planned]
    if other.empty:
        return
    st.warning(
        ngettext(
            "{count} parcel stands on the platform with another decision or plan than was asked for; its page says "
            "which: {shipments}",
            "{count} parcels stand on the platform with another decision or plan than was asked for; their pages say "
            "which: {shipments}",
            len(other),
            shipments=formats.plain(formats.some(other["shipment_id"].tolist())),
        ),
        icon=":material/compare_arrows:",
    )


def _reasons(rows: pd.DataFrame) -> list[tuple[str | None, str]]:
    pairs = zip(rows["reason_code"], rows["reason_text"], strict=True)
    return [(_text(code) or None, _text(text)) for code, text in pairs]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""

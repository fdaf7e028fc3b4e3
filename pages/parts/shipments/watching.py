"""How far a submitted batch is, and holding it: looked at every two seconds, while the lists below stand still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import streamlit as st

from lib.domain.shipments import ON_PLATFORM, State
from lib.services import background, batches, shipments
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats
from lib.ui.context import app
from lib.wording import reason_sentence, state_label, trouble_sentence
from pages.parts.shipments import happened

#: What is kept free for a sentence that comes and goes while a batch runs: two lines of it.
UNSURE_PX = 84
#: States of a parcel that has its label.
LABELLED = ON_PLATFORM - {State.ACCEPTED}
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
    #: What the top of the page says of why nothing is sent, a code; "" when it says nothing.
    trouble: str = ""


def watch(batch_id: str, drawn: Drawn) -> None:
    """How far the batch is. A fragment: it alone runs every two seconds, until the batch is done."""
    now = shipments.progress(app(), batch_id)
    late = shipments.late(app(), batch_id) if _waiting(now) else []
    if is_outdated(drawn, now, late):
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


def is_outdated(drawn: Drawn, now: shipments.Progress, late: Sequence[shipments.Late]) -> bool:
    """The whole page is drawn anew for the first of a kind and at the ends, never for each parcel in between.

    What was refused can be mended, and what is ready printed, while the others go on.
    """
    return (
        now.running != drawn.running
        or bool(now.counts.get(State.REFUSED)) != bool(drawn.counts.get(State.REFUSED))
        or bool(labelled(now.counts)) != bool(labelled(drawn.counts))
        or (only_late(now, late) and not drawn.only_late)
    )


def labelled(counts: Mapping[Any, int]) -> int:
    return sum(counts.get(state, 0) for state in LABELLED)


def _waiting(now: shipments.Progress) -> int:
    return now.counts.get(State.ACCEPTED, 0) + now.counts.get(State.UNCONFIRMED, 0)


def only_late(now: shipments.Progress, late: Sequence[shipments.Late]) -> bool:
    """What is not settled yet may take hours: nothing else comes soon."""
    return now.running and now.total - now.settled <= len(late)


def _say_new(now: shipments.Progress, drawn: Drawn) -> None:
    """Labels that came since the lists below were drawn; they are shown when the person wants them."""
    new = labelled(now.counts) - labelled(drawn.counts)
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

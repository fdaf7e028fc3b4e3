"""What the platform did not take: why, what mends it, and sending it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.shipments import State
from lib.services import background, batches, mending, orders, plans
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, receivers, tables
from lib.ui.context import app
from lib.wording import cancellations_unasked, gone_sentence, reason_mending, reason_sentence
from pages.parts.plans import mismatch
from pages.parts.shipments.draft import correct
from pages.parts.shipments.seen import still_in

#: The table of what was refused.
REFUSED = "shipments_refused"
#: Groups of refused parcels that offer another plan for all of them; the others are mended in the table.
GROUPS = 8


def show(batch: Mapping[str, Any], refused: pd.DataFrame) -> None:
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
    _mend(batch, ticked.or_all(refused["shipment_id"]), names)
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


def _mend(batch: Mapping[str, Any], chosen: Sequence[str], names: Mapping[str, str]) -> None:
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


def _reasons(rows: pd.DataFrame) -> list[tuple[str | None, str]]:
    pairs = zip(rows["reason_code"], rows["reason_text"], strict=True)
    return [(_text(code) or None, _text(text)) for code, text in pairs]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""

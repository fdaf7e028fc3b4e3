"""What became of one parcel: its outcome, what was said of it, and what people did about it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lib.services import board
from lib.texts import gettext as _
from lib.ui import actions, figures, formats, tables
from lib.ui.context import app
from lib.wording import (
    complaint_label,
    condition_label,
    failing_label,
    flag_sentence,
    meaning_label,
    outcome_label,
    return_kind_label,
)
from pages.parts.outcomes.board import check_in_form


def show(shipment_id: str) -> None:
    """Nothing for a parcel that is not on the platform."""
    known = board.of_shipment(app(), shipment_id)
    if known.outcome is None:
        return
    st.subheader(_("What became of it"))
    _outcome(known.outcome, known.abnormal)
    for flag in known.outcome["flags"]:
        st.caption(flag_sentence(flag))
    comes_back = known.outcome["return_kind"] and known.outcome["outcome"] != "destroyed"
    if comes_back and known.checkin is None:
        with st.expander(_("Check it in"), icon=":material/assignment_return:"):
            check_in_form([shipment_id], key="shipment_checkin")
    _people(known)
    _events(known.events, known.pull)


def _outcome(outcome: dict[str, Any], abnormal: dict[str, Any] | None) -> None:
    said = outcome_label(outcome["outcome"])
    if outcome["is_assumed"]:
        said = _("{what} (by silence)", what=said)
    rows = [(_("Outcome"), said), (_("Since"), formats.moment(outcome["outcome_at"]))]
    if outcome["trouble"]:
        rows.append((_("What is the matter"), failing_label(outcome["trouble"])))
    if outcome["failed_attempts"]:
        rows.append((_("Failed attempts"), str(outcome["failed_attempts"])))
    if outcome["return_kind"]:
        rows.append((_("It comes back"), return_kind_label(outcome["return_kind"])))
    if abnormal is not None:
        rows.append((_("The platform says"), abnormal["abnormal_reason"] or abnormal["status_name"] or "–"))
        rows.append((_("Return paid for"), _("yes") if abnormal["is_insured"] else _("no")))
        rows.append((_("Number of the way back"), abnormal["return_number"] or "–"))
        if abnormal["decide_by_at"]:
            rows.append((_("Decide by"), formats.moment(abnormal["decide_by_at"])))
    figures.row(rows, key="shipment_outcome")


def _people(known: board.Case) -> None:
    if known.case is not None:
        who = known.case["owner"] or _("nobody")
        st.text(_("Looked after by {who}: {note}", who=who, note=known.case["note"] or "–"))
    if known.checkin is not None:
        came = known.checkin
        st.text(
            _(
                "Checked in on {when} by {who}: {condition}, {amount} back to the shelf. {note}",
                when=formats.moment(came["received_at"]),
                who=came["done_by"],
                condition=condition_label(came["condition"]),
                amount=formats.money(came["restocked_minor"], came["currency"]),
                note=came["note"],
            )
        )
    for one in known.complaints:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(
                _(
                    "Complaint of {when} by {who}: {what} {number}",
                    when=formats.moment(one["complained_at"]),
                    who=one["done_by"],
                    what=complaint_label(one["kind"]),
                    number=one["number"],
                )
            )
            if one["answered_at"] is None:
                actions.button(
                    _("The carrier answered"),
                    board.answered,
                    app(),
                    int(one["complaint_id"]),
                    by=actions.by(),
                    key=f"shipment_answered_{one['complaint_id']}",
                    done=_("Noted: the days for an appeal run from now."),
                )
            else:
                st.text(_("answered on {when}", when=formats.moment(one["answered_at"])))


def _events(events: list[dict[str, Any]], pull: dict[str, Any] | None) -> None:
    if not events:
        st.text(_("Nothing was said of it yet."))
    else:
        text = st.column_config.TextColumn
        tables.show(
            pd.DataFrame(
                {
                    "when": [formats.moment(one["happened_at"]) for one in events],
                    "means": [
                        meaning_label(one["meaning"]) if one["meaning"] else _("unknown code")
                        for one in events
                    ],
                    "text": [one["text"] for one in events],
                    "place": [one["place"] for one in events],
                    "code": [one["raw_code"] for one in events],
                    "zone": [one["zone"] for one in events],
                    "source": [one["source"] for one in events],
                }
            ),
            {
                "when": text(_("When")),
                "means": text(_("What it means")),
                "text": text(_("What was said"), width="large"),
                "place": text(_("Place")),
                "code": text(_("Code")),
                "zone": text(_("Zone as it came"), width="small"),
                "source": text(_("Told by"), width="small"),
            },
            key="shipment_events",
            height="content" if len(events) <= 20 else 500,
        )
    if pull is not None and pull["last_tracked_at"]:
        st.caption(
            _(
                "Asked for on {last}; again on {next}.",
                last=formats.plain(formats.moment(pull["last_tracked_at"])),
                next=formats.plain(formats.moment(pull["next_track_at"])),
            )
        )

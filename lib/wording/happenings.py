"""What people did and what happened to a parcel, in words."""

from __future__ import annotations

from lib.texts import gettext as _
from lib.texts import later

#: Action of the audit → its words; others stand for themselves.
ACTIONS = {
    "map_code": later("said what a tracking code means"),
    "look_after": later("said who looks after parcels"),
    "put_aside_parcels": later("put failing parcels aside"),
    "complain": later("noted a complaint"),
    "complaint_answered": later("noted the answer to a complaint"),
    "check_in": later("checked returned parcels in"),
    "set_days": later("changed a number of days"),
    "new_batch": later("made the batch"),
    "run_preset": later("ran a preset"),
    "take_out": later("took parcels out"),
    "split": later("split a parcel"),
    "drop_gone": later("dropped what awaits no shipment any more"),
    "undeliverable": later("decided on undeliverable parcels"),
    "handover_mode": later("chose the hand-over"),
    "sender_address": later("chose the sender address"),
    "refund_address": later("chose the refund address"),
    "courier": later("named the courier"),
    "confirm_plans": later("confirmed other plans"),
    "submit": later("submitted and accepted the agreement"),
    "pause": later("paused"),
    "resume": later("resumed"),
    "retry": later("sent refused parcels again"),
    "print_labels": later("printed labels"),
    "reprint": later("printed pages again"),
    "hand_over": later("handed over"),
    "declare": later("declared"),
    "void": later("voided a parcel"),
    "repack": later("voided a parcel for one that weighs otherwise"),
    "let_go": later("let a stopped parcel go"),
    "notice": later("filled in a shipping notice"),
    "change_number": later("changed a declared number"),
    "finish": later("confirmed that all is shipped"),
}

#: Kind of a happening → its sentence.
HAPPENINGS = {
    "printed": later("Printed: run {what}, page {detail}"),
    "handover": later("Handed over with {what} parcels {detail}"),
    "let_go": later("Let go although it was stopped: {what}"),
    "notice": later("Shipping notice with {what} ({detail})"),
    "change": later("Declared number changed to {what} ({detail})"),
    "finish": later("All-shipped confirmation with {what} ({detail})"),
}

NOTICE_STATES = {
    "sending": later("being told"),
    "done": later("done"),
    "refused": later("refused"),
    "unconfirmed": later("not answered yet"),
}


def action_label(action: str) -> str:
    """What somebody did."""
    return _(ACTIONS[action]) if action in ACTIONS else action


def happening_sentence(kind: str, what: str | None, detail: str | None) -> str:
    """What happened to a parcel beside its states."""
    said = notice_state_label(detail or "") if kind in ("notice", "change", "finish") else detail or ""
    return _(HAPPENINGS[kind], what=what or "", detail=said).strip() if kind in HAPPENINGS else kind


def notice_state_label(state: str) -> str:
    """How telling the platform ended."""
    return _(NOTICE_STATES[state]) if state in NOTICE_STATES else state

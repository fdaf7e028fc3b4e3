"""What people did and what happened to a parcel, in words."""

from __future__ import annotations

from collections.abc import Mapping

from lib.domain.money import Money
from lib.texts import gettext as _
from lib.texts import later
from lib.wording.findings import conflict_label
from lib.wording.labels import decision_label, handover_label, state_label
from lib.wording.shipments import note_sentence

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

#: The file that orders from the platform say they are of.
SYNC = "platform"

#: Kind of a happening → its sentence.
HAPPENINGS = {
    "printed": later("Printed: run {what}, page {detail}"),
    "handover": later("Handed over with {what} parcels {detail}"),
    "let_go": later("Let go although it was stopped: {what}"),
    "notice": later("Shipping notice with {what} ({detail})"),
    "change": later("Declared number changed to {what} ({detail})"),
    "finish": later("All-shipped confirmation with {what} ({detail})"),
    "contradicted": later("The receiver is another one in {detail}: {what}"),
    "changed_receiver": later("Receiver corrected: {detail}"),
    "changed_plan": later("Plan changed from {what} to {detail}"),
    "changed_weight": later("Weight changed from {what} to {detail}"),
    "changed_declared": later("Declared value changed from {what} to {detail}"),
    "changed_undeliverable": later("Undeliverable decision changed from {what} to {detail}"),
    "changed_handover": later("Hand-over changed from {what} to {detail}"),
    "changed_sender": later("Sender address changed"),
    "changed_refund": later("Refund address changed"),
    "changed_courier": later("Courier or its number changed"),
    "changed_split": later("A part of it went into {detail}"),
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


def happening_sentence(
    kind: str, what: str | None, detail: str | None, plan_names: Mapping[str, str] | None = None
) -> str:
    """What happened to a parcel beside its states. `plan_names`: plans by their ids, as the reader knows them."""
    if kind not in HAPPENINGS:
        return kind
    if kind.startswith("changed_"):
        what, detail = (_fact(kind.removeprefix("changed_"), one, plan_names or {}) for one in (what, detail))
    elif kind == "contradicted":
        what, detail = _fields(what or ""), _("the platform") if detail == SYNC else detail
    elif kind in ("notice", "change", "finish"):
        detail = notice_state_label(detail or "")
    return _(HAPPENINGS[kind], what=what or "", detail=detail or "").strip()


def timeline_words(
    kind: str, what: str, detail: str | None, plan_names: Mapping[str, str]
) -> tuple[str, str]:
    """A line of a timeline: the state a parcel came to, "" for other things, and what is to be said of it."""
    if kind == "state":
        return state_label(what), note_sentence(detail)
    return "", happening_sentence(kind, what, detail, plan_names)


def _fact(kind: str, value: str | None, plan_names: Mapping[str, str]) -> str:
    """What something was or became; a dash for nothing."""
    if not value:
        return "–"
    if kind == "plan":
        return plan_names.get(value, value)
    if kind == "weight":
        return f"{int(value):,} g"
    if kind == "declared":
        minor, _blank, currency = value.partition(" ")
        return str(Money(int(minor), currency)) if currency else "–"
    if kind == "undeliverable":
        return decision_label(value)
    if kind == "handover":
        mode, _blank, warehouse = value.partition(" ")
        return f"{handover_label(mode)} ({warehouse})" if warehouse else handover_label(mode)
    return _fields(value) if kind == "receiver" else value.replace(",", ", ")


def _fields(names: str) -> str:
    return _(", ").join(conflict_label(one) for one in names.split(","))


def notice_state_label(state: str) -> str:
    """How telling the platform ended."""
    return _(NOTICE_STATES[state]) if state in NOTICE_STATES else state

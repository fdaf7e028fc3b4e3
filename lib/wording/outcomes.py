"""What became of parcels, in words."""

from __future__ import annotations

from collections.abc import Iterable

from lib.domain.outcomes import (
    Clock,
    ComplaintKind,
    Condition,
    Failing,
    Meaning,
    Outcome,
    Remedy,
    ReturnKind,
)
from lib.texts import gettext as _
from lib.texts import later

OUTCOMES = {
    Outcome.UNKNOWN: later("Nothing heard"),
    Outcome.PRE_SHIPMENT: later("Announced"),
    Outcome.IN_TRANSIT: later("On its way"),
    Outcome.CUSTOMS: later("At customs"),
    Outcome.DELIVERED: later("Delivered"),
    Outcome.UNDELIVERABLE: later("Undeliverable"),
    Outcome.RETURNING: later("Coming back"),
    Outcome.RETURNED: later("Returned"),
    Outcome.DESTROYED: later("Destroyed"),
    Outcome.LOST: later("Lost"),
    Outcome.EXPIRED: later("No news for long"),
    Outcome.CANCELLED: later("Cancelled"),
}
FAILINGS = {
    Failing.ATTEMPT: later("Delivery attempt failed"),
    Failing.COLLECTION: later("Waiting for collection"),
    Failing.ADDRESS: later("Address being changed"),
    Failing.CUSTOMS: later("Customs problem"),
    Failing.REFUSED: later("Refused by a warehouse in China"),
    Failing.PROBLEM: later("Problem on the way"),
    Failing.UNDELIVERABLE: later("Undeliverable"),
    Failing.SILENT: later("No news"),
    Failing.EXPIRED: later("No news for long"),
    Failing.RETURNING: later("Coming back"),
    Failing.RETURNED: later("Returned, not checked in"),
    Failing.DESTROYED: later("Destroyed"),
    Failing.LOST: later("Lost"),
}
MEANINGS = {
    Meaning.NO_NEWS: later("No news"),
    Meaning.PRE_SHIPMENT: later("Announced, not taken yet"),
    Meaning.PRE_SHIPMENT_PROBLEM: later("Problem before it was taken"),
    Meaning.CANCELLED: later("Cancelled"),
    Meaning.CHINA: later("On its way in China"),
    Meaning.CHINA_PROBLEM: later("Problem in China"),
    Meaning.CHINA_REFUSED: later("Refused by a warehouse in China"),
    Meaning.CHINA_SIGNED: later("Signed for in China"),
    Meaning.CUSTOMS_CHINA: later("At export customs"),
    Meaning.CUSTOMS_CHINA_PROBLEM: later("Problem at export customs"),
    Meaning.ABROAD: later("On its way abroad"),
    Meaning.TRANSIT: later("On its way"),
    Meaning.ABROAD_PROBLEM: later("Problem abroad"),
    Meaning.PROBLEM: later("Problem on the way"),
    Meaning.CUSTOMS_ABROAD: later("At import customs"),
    Meaning.CUSTOMS_ABROAD_PROBLEM: later("Problem at import customs"),
    Meaning.CUSTOMS: later("At customs"),
    Meaning.CUSTOMS_PROBLEM: later("Customs problem"),
    Meaning.COLLECTION: later("Waiting for collection"),
    Meaning.ADDRESS: later("Address being changed"),
    Meaning.ATTEMPT: later("Delivery attempt failed"),
    Meaning.ATTEMPT_ABROAD: later("Delivery attempt failed"),
    Meaning.UNDELIVERABLE: later("Undeliverable"),
    Meaning.UNDELIVERABLE_ABROAD: later("Undeliverable"),
    Meaning.DELIVERED: later("Delivered"),
    Meaning.RETURNING: later("Coming back"),
    Meaning.RETURNING_ABROAD: later("Coming back from abroad"),
    Meaning.RETURNED: later("Returned"),
    Meaning.DESTROYED: later("Destroyed"),
    Meaning.DESTROYED_ABROAD: later("Destroyed abroad"),
    Meaning.LOST: later("Lost"),
    Meaning.LOST_DOUBTFUL: later("Lost, or only damaged"),
    Meaning.EXPIRED: later("No news for long"),
}
REMEDIES = {
    Remedy.CONTACT_BUYER: later("contact the buyer"),
    Remedy.CORRECT_ADDRESS: later("correct the address"),
    Remedy.CORRECT_RETURN_ADDRESS: later("correct the return address"),
    Remedy.COMPLAIN: later("complain"),
    Remedy.CHECK_IN: later("check it in"),
}
RETURN_KINDS = {
    ReturnKind.OVERSEAS: later("from abroad"),
    ReturnKind.DOMESTIC: later("inside China"),
}
CONDITIONS = {
    Condition.GOOD: later("Good as new"),
    Condition.DAMAGED: later("Damaged"),
    Condition.INCOMPLETE: later("Incomplete"),
    Condition.UNUSABLE: later("Unusable"),
}
COMPLAINTS = {
    ComplaintKind.LOST: later("Lost"),
    ComplaintKind.LATE: later("Late"),
    ComplaintKind.DAMAGED: later("Damaged"),
    ComplaintKind.NOT_RETURNED: later("Not returned"),
    ComplaintKind.WRONGLY_DESTROYED: later("Destroyed although a return was paid"),
    ComplaintKind.OTHER: later("Other"),
}
CLOCKS = {
    Clock.RETURN: later("The return has to arrive"),
    Clock.ADDRESS: later("The return address in China has to be right"),
    Clock.COMPLAIN: later("A complaint can be made"),
    Clock.ANSWER: later("The carrier has to answer a complaint"),
    Clock.APPEAL: later("The answer can be appealed against"),
    Clock.DECIDE: later("The platform wants a decision"),
}
DAYS = {
    "silent": later("Without news it stands on the board after"),
    "expired": later("Without news it counts as expired after"),
    "lost": later("Without news it counts as lost after"),
    "return": later("A return from abroad arrives within"),
    "address": later("A wrong return address in China is mended within"),
    "complain": later("A complaint is made within"),
    "answer": later("The carrier answers a complaint within"),
    "appeal": later("An answer is appealed against within"),
    "shown": later("What ended stays on the board for"),
}
FLAGS = {
    "signed_after_return": later("Signed for after a return began: read as back with the seller."),
    "delivered_then_returning": later("It was scanned as delivered before it came back."),
    "late_scan": later("A scan came after the end; it changes nothing."),
    "doubtful": later("Its source says lost, damaged or discarded alike."),
    "unknown_code": later("It has codes nobody knows; they change nothing."),
    "checked_in": later("It is checked in: that goes before whatever was scanned."),
}


def outcome_label(outcome: str) -> str:
    """What became of a parcel."""
    return _(OUTCOMES[Outcome(outcome)])


def failing_label(kind: str) -> str:
    """Why a parcel stands on the board."""
    return _(FAILINGS[Failing(kind)])


def meaning_label(meaning: str) -> str:
    """What a tracking code means."""
    return _(MEANINGS[Meaning(meaning)])


def remedies_sentence(found: Iterable[str]) -> str:
    """What can still be done, the first thing first."""
    return _(", ").join(_(REMEDIES[Remedy(one)]) for one in found)


def return_kind_label(kind: str) -> str:
    """From where a parcel comes back."""
    return _(RETURN_KINDS[ReturnKind(kind)])


def condition_label(condition: str) -> str:
    """In what condition a parcel came back."""
    return _(CONDITIONS[Condition(condition)])


def complaint_label(kind: str) -> str:
    """What a complaint is about."""
    return _(COMPLAINTS[ComplaintKind(kind)])


def clock_label(clock: str) -> str:
    """What runs out."""
    return _(CLOCKS[Clock(clock)])


def days_label(name: str) -> str:
    """What a number of days is for."""
    return _(DAYS[name])


def flag_sentence(flag: str) -> str:
    """What is odd about how an outcome came about."""
    return _(FLAGS[flag])

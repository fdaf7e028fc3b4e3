"""What happened to a shipment: why the platform refused it, how to mend it, and what its timeline says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lib.texts import gettext as _
from lib.texts import later, ngettext
from lib.wording.labels import decision_label
from lib.wording.problems import PROBLEMS, problem_sentence

#: The code of a refusal → what it means. Codes that stand here are ours or documented; the platform's other
#: codes come with words of its own.
REASONS = {
    "order_status": later("The order no longer awaits shipment on the platform; nothing was sent."),
    "taken": later("Somebody else's batch has these goods already: {text}. Nothing was sent."),
    "notice_unsettled": later("A shipping notice of these goods is not settled yet; nothing was sent."),
    "shipped_elsewhere": later("Less of the order is left to ship than this parcel holds; nothing was sent."),
    "address_incomplete": later("The receiver's address lacks something or is wrong; nothing was sent."),
    "plan_gone": later("The plan {text} is stopped or not offered any more; nothing was sent."),
    "deadline_passed": later("The deadline passed while the parcel waited ({text} UTC); nothing was sent."),
    "field_limit": later("A field is outside the platform's limits; nothing was sent. {text}"),
    "label_not_ready": later(
        "The platform has no label for this number yet; it is asked for again by itself."
    ),
    "label_unreadable": later("The label that came cannot be read; it is asked for again by itself."),
    "already_declared": later("The platform has this order as declared already, with another number."),
    "wrong_status": later(
        "The platform does not let this order be declared: it lacks fulfilment information."
    ),
    "bad_tracking_number": later("The platform does not accept this tracking number for a declaration."),
    "wrong_order": later("The platform does not know this order as one of this shop."),
    "not_declared": later("The platform, asked twice, does not have it: it was not told."),
    "refused": later("The platform refused it: {text}"),
}

MENDING = {
    "order_status": later("Sync the orders. If the buyer cancelled, take it out of the batch."),
    "taken": later("Look at the batch that has it; take this one out."),
    "notice_unsettled": later(
        "Wait until the notice is settled: send it again when it was not told, else take it out of the batch."
    ),
    "shipped_elsewhere": later(
        "Sync the orders and see what is left; take it out of the batch, make a new one."
    ),
    "address_incomplete": later("Correct the receiver, then send it again."),
    "plan_gone": later("Choose another plan, then send it again."),
    "deadline_passed": later(
        "See whether the order still awaits shipment. Sent again, it goes all the same."
    ),
    "field_limit": later("Correct the receiver, or the product's declaration, then send it again."),
    "label_not_ready": later("Nothing to do. If it lasts for hours, ask the platform's service."),
    "label_unreadable": later("Nothing to do. If it lasts for hours, ask the platform's service."),
    "already_declared": later(
        "Look at the order on the platform. If this parcel must be known there, declare it there."
    ),
    "wrong_status": later("Sync the orders and look at the order on the platform."),
    "bad_tracking_number": later("Look at the logistics order on the platform: its number may have changed."),
    "wrong_order": later("Check that the file and the connection belong to the same shop."),
    "not_declared": later("Tell it once more."),
    "refused": later("Look at the order on the platform, correct what it names, then send it again."),
    "isv": later("Correct what the platform names, then send it again."),
}

#: For the platform's other codes.
READ_ITS_WORDS = later(
    "Read the platform's words: correct the receiver or choose another plan, then send it again."
)

#: The note of an event → what it says.
NOTES = {
    "interrupted": later(
        "The program ended while a request was under way; the platform is asked before anything else."
    ),
    "not_on_platform": later("The platform, asked twice, does not have it; it is sent again."),
    "adopted": later("The platform had it: its logistics order was taken over, nothing was sent twice."),
    "adopted_of_several": later(
        "The platform had it, and its logistics order was taken over. It has another one of this order that nobody "
        "here made: see that the goods do not go twice."
    ),
    "adopted_other_decision": later(
        "The platform had it and it was taken over, but its decision for undeliverable parcels differs from ours."
    ),
    "adopted_other_plan": later(
        "The platform had it and it was taken over, but on another plan than the one that was asked for."
    ),
    "number": later("The tracking number came."),
    "order_status": later("The order no longer awaits shipment; nothing was sent."),
    "found_declared": later("The platform has the declaration; nothing was sent twice."),
    "not_declared": later("The platform does not have the declaration; it is sent again."),
    "split": later("Split off from another parcel of the order."),
    "repacked": later("Made in the place of a parcel that weighed something else at packing."),
    "weighs": later("It weighed something else at packing; another parcel was made in its place."),
    "all": later("Declared for the whole order."),
    "part": later("Declared for a part of the order."),
    "already_declared": later(
        "The platform answered that the order is declared already; it is asked with which number."
    ),
    "no_answer": later("No answer came; the platform is asked before anything is sent again."),
    "unreachable": later("The platform could not be reached; nothing was sent. It goes on by itself."),
    "banned": later("The platform wants a pause; nothing was sent. It goes on by itself."),
    "paced": later("The platform wants a slower pace; nothing was sent. It goes on by itself."),
    "no_token": later(
        "The shop had not let Shipdesk in; nothing was sent. Authorise it on the page Connection."
    ),
}

#: Notes that come with the platform's words, or with details for developers.
WITH_MORE = ("no_answer", "unreachable", "banned", "paced", "already_declared")
#: "no_answer ReadTimeout", "http_502 HTTP 502": what the platform's client says of a call.
_HTTP = re.compile(r"http_(\d{3})\b")


def reason_sentence(reason_code: str | None, reason_text: str | None = "") -> str:
    """Why a shipment or its declaration was refused; empty without a reason."""
    if not reason_code:
        return reason_text or ""
    if reason_code in REASONS:
        return _(REASONS[reason_code], text=reason_text or "").strip()
    if reason_text:
        return _("The platform said: {text} (code {code})", text=reason_text, code=reason_code)
    return _("The platform refused it without words (code {code}).", code=reason_code)


def refusal_sentence(code: str | None, text: str | None, details: Mapping[str, object]) -> str:
    """Why something was not done: our own reason, which `details` fill, else the platform's."""
    return problem_sentence(str(code), **details) if code in PROBLEMS else reason_sentence(code, text)


def reason_mending(reason_code: str | None) -> str:
    """What to do about a refusal; empty without a reason."""
    if not reason_code:
        return ""
    key = "isv" if reason_code.startswith("isv.") else reason_code
    return _(MENDING.get(key, READ_ITS_WORDS))


def adopted_sentence(asked: str | None, found: str | None, found_service_code: str | None) -> str:
    """What of an adopted logistics order is not what was asked for; empty when nothing is."""
    said = []
    if found:
        said.append(
            _(
                "On the platform an undeliverable parcel is: {found}. Asked for was: {asked}. No call changes it.",
                found=decision_label(found),
                asked=decision_label(asked or "–"),
            )
        )
    if found_service_code:
        said.append(_("On the platform it goes by {code}, which is another plan.", code=found_service_code))
    return " ".join(said)


def note_sentence(note: str | None) -> str:
    """What a timeline entry says: a sentence for a note of ours, else the words as they came."""
    text = (note or "").strip()
    code, _blank, rest = text.partition(" ")
    if not text:
        return ""
    http = _HTTP.match(text)
    if http:
        return _("The platform's server failed (HTTP {status}).", status=http.group(1))
    if code in NOTES and (code == text or code in (*WITH_MORE, "split", "repacked", "weighs")):
        return _(NOTES[code])
    if code in REASONS:
        return reason_sentence(code, rest)
    return text


def no_return_sentence(plans: Sequence[tuple[str, int]]) -> str:
    """Which plans offer no return, and how many parcels go on each."""
    return ngettext(
        "{count} parcel goes on plans that offer no return and is destroyed whatever you choose: {plans}.",
        "{count} parcels go on plans that offer no return and are destroyed whatever you choose: {plans}.",
        sum(count for _plan, count in plans),
        plans=_(", ").join(_("{plan} ({count})", plan=plan, count=f"{count:,}") for plan, count in plans),
    )

"""What an operator asked for that cannot be done: which thing, what was expected, what to do."""

from __future__ import annotations

from lib.texts import gettext as _
from lib.texts import later
from lib.wording.labels import state_label

#: The code of a Problem → its sentence; what stands in braces are the Problem's arguments.
PROBLEMS = {
    "order_unknown": later(
        "Order {order_id} is not known here. Check the number, or load the export that has it."
    ),
    "hold_needs_reason": later("A hold needs a reason. Write why these orders wait, then hold them."),
    "hold_in_the_past": later("The hold would end in the past. Choose a later day, or none."),
    "country_fixed": later(
        "The country stays {country}: plan, fee and customs papers depend on it. For another country, ask the "
        "buyer to order again."
    ),
    "filter_needs_name": later("A saved filter needs a name. Write one, then save."),
    "batch_unknown": later("Batch {batch_id} is not known here. Open the list of batches and choose one."),
    "batch_submitted": later(
        "Batch {batch_id} is submitted already and cannot be given up. Take out what is not sent yet, or void "
        "single parcels."
    ),
    "weight_not_positive": later("A parcel weighs at least 1 g. Give the weight in whole grams."),
    "choices_changed": later(
        "The choices changed meanwhile: {seen} shipments differed from the buyers' choice when you looked, now "
        "{now} do. Nothing was confirmed. Look again, then confirm."
    ),
    "not_in_coverage": later(
        "Nobody collects {plan} parcels at this sender address. Choose self-post, self-send, or apply for pickup."
    ),
    "pickup_not_agreed": later(
        "A pickup for {plan} outside coverage must be agreed with the warehouse first, or it may refuse the "
        "parcels. Talk to the warehouse, then tick that it agreed."
    ),
    "address_unknown": later(
        "Address {address_id} is none of the seller's sender addresses. Refresh the addresses and choose one."
    ),
    "courier_number": later(
        "A domestic tracking number has 1 to 32 characters, this one has {length}. Check the number on the "
        "courier's receipt."
    ),
    "no_sender": later(
        "The platform has no sender address for this shop. Add one in the seller's back office, then refresh the "
        "addresses."
    ),
    "shipment_unknown": later(
        "{number} names no shipment here. Check the number: a tracking, LP, logistics order, order or shipment "
        "number is understood."
    ),
    "agreement_missing": later(
        "The agreement {agreement} is not accepted. Accept it to submit the shipments."
    ),
    "nothing_to_send": later("Batch {batch_id} has no shipments to send. Put orders into it first."),
    "plan_missing": later(
        "{count} shipments have no plan. Choose one for them, or take them out of the batch, then submit."
    ),
    "confirmation_missing": later(
        "{count} shipments go on another plan than the buyer chose, and nobody confirmed it. Look at them and "
        "confirm, then submit."
    ),
    "undeliverable_missing": later(
        "Nobody decided what becomes of undeliverable parcels. Choose return or destroy, then submit."
    ),
    "handover_missing": later(
        "It is not decided how the parcels reach the warehouse. Choose a sender address and a hand-over mode for "
        "every plan, then submit."
    ),
    "plan_not_offered": later(
        "The platform does not offer {plans} for these orders now. Choose another plan for them, then submit."
    ),
    "refund_missing": later(
        "Parcels that come back need a refund address, and the platform has none. Add one in the seller's back "
        "office and refresh the addresses, or choose destroy."
    ),
    "no_labels": later(
        "Batch {batch_id} has no labels yet. They come with the tracking numbers, after sending."
    ),
    "labels_missing": later(
        "The label files of {shipments} are gone from the data folder. Put them back from a copy, then print."
    ),
    "not_in_batch": later(
        "{number} names no ready parcel of batch {batch_id}. Check the number. Nothing was handed over."
    ),
    "nothing_ready": later(
        "Batch {batch_id} has no ready parcel to hand over: none has its label yet, or all left already."
    ),
    "nothing_handed_over": later(
        "Nothing of batch {batch_id} was handed over. Record the hand-over first: a declared number that nobody "
        "scans counts as a false shipment."
    ),
    "void_needs_reason": later("Voiding needs a reason. Write why this parcel is not sent, then void it."),
    "cannot_void": later(
        "{number} cannot be voided: its shipment is “{state}”. Only accepted and ready shipments can be voided."
    ),
    "shipment_ambiguous": later(
        "{number} names {count} live shipments. Use the tracking number or the LP number of the one you mean."
    ),
    "sync_running": later("A sync of shop {shop} is under way already. Wait until it is done."),
    "unknown_kind": later("“{kind}” is no kind of file that can be read. Use one of: {kinds}."),
}


def problem_sentence(code: str, **args: object) -> str:
    """Why it could not be done, and what to do; `args` are the Problem's own."""
    if code not in PROBLEMS:
        return _("This could not be done ({code}). Nothing was changed.", code=code)
    said = args | {"state": state_label(str(args["state"]))} if "state" in args else args
    return _(PROBLEMS[code], **said)

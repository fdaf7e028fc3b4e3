"""What keeps an order out of a batch: found by the check before shipping, or while a batch was made."""

from __future__ import annotations

from lib.texts import gettext as _
from lib.texts import later

#: The code of a finding, or of an excluded order → a word for it.
LABELS = {
    "status": later("Cannot be shipped now"),
    "held": later("On hold"),
    "taken": later("In a batch"),
    "unknown_sku": later("Unknown SKU"),
    "missing_weight": later("Weight missing"),
    "missing_declaration": later("Declaration missing"),
    "missing_phone": later("Phone missing"),
    "missing_postcode": later("Postcode missing"),
    "odd_postcode": later("Postcode looks wrong"),
    "missing_address": later("Address incomplete"),
    "address_too_long": later("Address too long"),
    "missing_tax_number": later("Tax number missing"),
    "odd_tax_number": later("Tax number looks wrong"),
    "unknown_rest": later("Remainder not known"),
    "overdue": later("Overdue"),
    "no_plan": later("No plan can carry it"),
    "order_unknown": later("Order not known"),
}

#: The code → a sentence; {value} is what the finding is about, {field} the receiver's field.
SENTENCES = {
    "status": later(
        "The platform does not let it be shipped: its status is “{value}”. Wait, or sync the orders."
    ),
    "held": later("It is on hold: {value}. Release it to ship it."),
    "taken": later("All of it is in batch {value} already. Open that batch, or take the order out of it."),
    "unknown_sku": later(
        "SKU {value} is not in the product table. Load a table that has it, with its weight."
    ),
    "missing_weight": later("SKU {value} has no weight. Add it to the product table and load that again."),
    "missing_declaration": later(
        "SKU {value} lacks its declared names or value, which customs want. Add them to the product table and load "
        "that again."
    ),
    "missing_phone": later("The receiver has no phone number that can exist. Correct the receiver."),
    "missing_postcode": later(
        "The receiver has no postcode, and this country wants one. Correct the receiver."
    ),
    "odd_postcode": later("Postcode {value} cannot exist in this country. Correct the receiver."),
    "missing_address": later(
        "The receiver's {field} is empty, and this country wants it. Correct the receiver."
    ),
    "address_too_long": later(
        "The receiver's {field} is longer than the platform takes, in bytes: {value}. Shorten it in the receiver."
    ),
    "missing_tax_number": later(
        "The receiver's tax number is missing, which customs in {value} want. Sync the orders, or correct the "
        "receiver."
    ),
    "odd_tax_number": later(
        "The receiver's tax number is not valid in {value}. Ask the buyer, correct the receiver."
    ),
    "unknown_rest": later("It was partly shipped elsewhere; what is left is not known. Sync the orders."),
    "overdue": later("Its shipping deadline has passed. Ship it first: the platform may close it any time."),
    "no_plan": later(
        "No plan that the policy allows can carry it. Choose another policy, or look at its quotes."
    ),
    "order_unknown": later("No such order is known here. Check the number, or load the export that has it."),
}

#: What the platform may contradict besides the receiver's fields.
CONFLICTS = {
    "country": later("country"),
    "lines": later("products"),
    "shipped": later("left to ship"),
}

FIELDS = {
    "name": later("name"),
    "province": later("province"),
    "city": later("city"),
    "address": later("address"),
    "postcode": later("postcode"),
    "phone": later("phone"),
    "mobile": later("mobile"),
    "tax_number": later("tax number"),
}


def finding_label(code: str) -> str:
    """A word for what keeps an order out of a batch."""
    return _(LABELS[code]) if code in LABELS else code


def finding_sentence(code: str, field: str = "", value: str = "") -> str:
    """What keeps an order out of a batch, and what to do; also for the code of an excluded order."""
    if code not in SENTENCES:
        return f"{code} {field} {value}".strip()
    return _(SENTENCES[code], field=field_label(field or "address"), value=value)


def conflict_label(field: str) -> str:
    """In what the platform contradicts the desk."""
    return _(CONFLICTS[field]) if field in CONFLICTS else field_label(field)


def field_label(field: str) -> str:
    """A receiver's field."""
    return _(FIELDS[field]) if field in FIELDS else field

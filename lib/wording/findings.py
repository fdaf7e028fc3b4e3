"""What keeps an order out of a batch: found by the check before shipping, or while a batch was made."""

from __future__ import annotations

from lib.domain.products import is_made
from lib.texts import gettext as _
from lib.texts import later

#: The code of a finding, or of an excluded order → a word for it.
LABELS = {
    "status": later("Cannot be shipped now"),
    "status_unknown": later("Status unknown"),
    "held": later("On hold"),
    "taken": later("In a batch"),
    "sku_blank": later("Goods without a name"),
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
    "weight_out_of_range": later("Weight of one out of range"),
    "declared_out_of_range": later("Declared value out of range"),
    "declared_name_too_long": later("Declared name too long"),
    "quantity_out_of_range": later("Too many of one product"),
    "missing_hs": later("HS code missing"),
    "lacking_hs": later("HS code recommended"),
    "odd_hs": later("HS code looks wrong"),
    "declared_high": later("Declared far above the order"),
    "declared_low": later("Declared far below the order"),
    "odd_phone": later("Phone looks wrong"),
    "doubtful_postcode": later("Postcode has an unusual form"),
    "plan_cargo": later("Plan does not take these goods"),
    "plan_size": later("Too large for its plan"),
    "plan_weight": later("Too heavy for its plan"),
    "nothing_to_ship": later("Nothing to ship"),
    "notice_unsettled": later("Shipping notice not settled"),
    "unknown_rest": later("Remainder not known"),
    "deadline_unreadable": later("Deadline unreadable"),
    "country_blank": later("Country missing"),
    "platform_ships": later("The platform ships it"),
    "goods_merged": later("Merged with other orders"),
    "rows_differ": later("Two receivers in the file"),
    "row_repeated": later("A row stands there twice"),
    "times_out_of_order": later("Times contradict each other"),
    "amounts_differ": later("Two amounts in the file"),
    "row_resent": later("A parcel sent again"),
    "amount_unreadable": later("Amount unreadable"),
    "total_differs": later("Total does not add up"),
    "order_number_doubtful": later("Order number may have lost digits"),
    "overdue": later("Overdue"),
    "no_plan": later("No plan can carry it"),
    "order_unknown": later("Order not known"),
    "other_shop": later("Of another shop"),
}

#: The code → a sentence; {value} is what the finding is about, {field} the receiver's field.
SENTENCES = {
    "status": later(
        "The platform does not let it be shipped: its status is “{value}”. Wait, or sync the orders."
    ),
    "status_unknown": later(
        "Its status is missing or none that is known here: {value}. Sync the orders, or load its file again with the "
        "option “All orders in it await shipment”."
    ),
    "held": later("It is on hold: {value}. Release it to ship it."),
    "taken": later("All of it is in batch {value} already. Open that batch, or take the order out of it."),
    "unknown_sku": later(
        "SKU {value} is not in the product table. Give its weight, or pair it with a known SKU, on the page Products."
    ),
    "sku_blank": later(
        "A product of it has neither SKU nor title, so that nothing tells what it is. Fill in its SKU in the file "
        "and load it again, or sync the orders."
    ),
    "missing_weight": later("SKU {value} has no weight. Give it on the page Products."),
    "weight_out_of_range": later(
        "One piece of SKU {value} weighs more than 2 kg, which the platform does not take as one declared product. "
        "Check its weight in grams, or ship it another way."
    ),
    "missing_declaration": later(
        "SKU {value} lacks its declared names or value, which customs want. Fill them in on the page Products."
    ),
    "declared_out_of_range": later(
        "The declared value of SKU {value} is not within 0.01 to 10,000.00 USD. Correct it on the page Products."
    ),
    "declared_name_too_long": later(
        "A declared name of SKU {value} is too long: 20 characters in Chinese, 60 in English. Shorten it on the page "
        "Products."
    ),
    "quantity_out_of_range": later(
        "More than 999 pieces of SKU {value} are in one order, which the platform does not take. Split it by hand."
    ),
    "missing_hs": later(
        "SKU {value} has no HS code, which is mandatory for this destination. Fill it in on the page Products."
    ),
    "lacking_hs": later(
        "SKU {value} has no HS code. Customs may ask for it; better fill it in on the page Products."
    ),
    "odd_hs": later(
        "The HS code of SKU {value} does not have 6 to 10 digits. Correct it, or accept it as it is."
    ),
    "declared_high": later(
        "Far more is declared than the buyer paid: {value}. Check the declared values on the page Products, or "
        "accept it."
    ),
    "declared_low": later(
        "Far less is declared than the buyer paid: {value}. Check the declared values on the page Products, or "
        "accept it."
    ),
    "missing_phone": later("The receiver has no phone number. Ask the buyer, correct the receiver."),
    "odd_phone": later(
        "No phone number of the receiver can exist in this country. Correct the receiver, or accept it as it is."
    ),
    "doubtful_postcode": later(
        "Postcode {value} does not have this country's form. Correct the receiver, or accept it as it is."
    ),
    "plan_cargo": later(
        "The chosen plan {value} does not take this kind of goods. Choose another plan for it."
    ),
    "plan_size": later(
        "The parcel is larger than the chosen plan {value} takes. Choose another plan for it."
    ),
    "plan_weight": later(
        "The parcel is heavier than the chosen plan {value} takes. Choose another plan for it."
    ),
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
    "nothing_to_ship": later(
        "All that is in it is no goods, as somebody said: there is nothing to ship. If that is wrong, take it back "
        "on the page Products, under Pairs."
    ),
    "notice_unsettled": later(
        "A shipping notice of it is not settled yet. It is read back by itself; then the goods are shipped, or free "
        "again."
    ),
    "unknown_rest": later("It was partly shipped elsewhere; what is left is not known. Sync the orders."),
    "deadline_unreadable": later(
        "Its shipping deadline in the file cannot be read: {value}. Sync the orders, or mend the file and load it "
        "again."
    ),
    "country_blank": later(
        "The receiver's country is not known. Load the Seller Center's export of it, or sync."
    ),
    "platform_ships": later(
        "The platform ships it from its own warehouse ({value}). Nothing to do: it needs no shipment from you."
    ),
    "goods_merged": later(
        "The file has it merged with other orders in one parcel; which goods are its own is not known. Load the "
        "Seller Center's export of it."
    ),
    "rows_differ": later(
        "The rows of its file have different receivers, and the first one was taken. Compare with the platform's "
        "order page. Correct the receiver, or accept it as it is."
    ),
    "row_repeated": later(
        "A row of it stands in the file twice, word for word, and was counted once (SKU {value}). Compare the "
        "quantities with the platform's order page: load a file without the doubt, or accept it as it is."
    ),
    "times_out_of_order": later(
        "Its times contradict each other (time of payment: {value}): day and month may be swapped, also in its "
        "deadline. Compare with the platform's order page: export it again, or accept it as it is."
    ),
    "amounts_differ": later(
        "The rows of its file have different amounts ({value}); its order total counts as not known. Compare with "
        "the platform's order page: load the Seller Center's export of it, or accept it as it is."
    ),
    "row_resent": later(
        "A row of its file is a parcel sent again; it adds nothing to the order. Nothing to do, unless the first "
        "parcel was lost."
    ),
    "amount_unreadable": later(
        "Its {field} in the file cannot be read as money and counts as not known: {value}. Write it as $12.34 and "
        "load the file again, if its value matters."
    ),
    "total_differs": later(
        "Its goods and shipping less the discount make another amount than its total in the file: {value}. Compare "
        "with the platform's order page before it counts for a value; nothing is kept back."
    ),
    "order_number_doubtful": later(
        "Nearly all order numbers of its small file end in 0 past the 15th digit, as those that a spreadsheet "
        "rounded do: {value}. Look for this number on the platform's order page, or sync. If it is there, accept it; "
        "if not, export the file again and load it without opening it in a spreadsheet first."
    ),
    "overdue": later("Its shipping deadline has passed. Ship it first: the platform may close it any time."),
    "no_plan": later(
        "No plan that the policy allows can carry it. Choose another policy, or look at its quotes."
    ),
    "other_shop": later(
        "A batch is of one shop, and this order is of {value}. Make a batch of its own for that shop."
    ),
    "order_unknown": later("No such order is known here. Check the number, or load the export that has it."),
}

#: The same where the SKU was made here, for the order names none.
MADE_SKU = {
    "unknown_sku": later(
        "The order names no SKU; {value} was made here of the product's title and attributes. Give its weight, or "
        "pair it with a known SKU, on the page Products."
    ),
}

SEVERITIES = {"error": later("Error"), "warning": later("Warning")}
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
    "goods": later("goods total"),
    "shipping": later("shipping paid by the buyer"),
    "total": later("order total"),
}


def finding_label(code: str) -> str:
    """A word for what keeps an order out of a batch."""
    return _(LABELS[code]) if code in LABELS else code


def finding_sentence(code: str, field: str = "", value: str = "") -> str:
    """What keeps an order out of a batch, and what to do; also for the code of an excluded order."""
    if code not in SENTENCES:
        return f"{code} {field} {value}".strip()
    said = MADE_SKU.get(code, SENTENCES[code]) if is_made(value) else SENTENCES[code]
    return _(said, field=field_label(field or "address"), value=value)


def source_sentence(file: str | None, row_no: int | None, *, is_synced: bool) -> str:
    """Where an order is known from: a file and its row there, the first one of several, or the platform."""
    if is_synced:
        return _("the platform's sync")
    if not file:
        return "–"
    return _("{file}, row {row}", file=file, row=row_no) if row_no else file


def made_skus() -> str:
    """What the SKUs are that were made here."""
    return _("SKUs that begin with TITLE- were made here of title and attributes: their orders name none.")


def severity_label(severity: str) -> str:
    """A word for how much a finding matters."""
    return _(SEVERITIES[severity]) if severity in SEVERITIES else severity


def conflict_label(field: str) -> str:
    """In what the platform contradicts the desk."""
    return _(CONFLICTS[field]) if field in CONFLICTS else field_label(field)


def field_label(field: str) -> str:
    """A receiver's field."""
    return _(FIELDS[field]) if field in FIELDS else field

"""What is wrong with a row of a rate card or of a bill, and what to do about it."""

from __future__ import annotations

from lib.texts import gettext as _
from lib.texts import later

#: The code of a problem row → what is wrong.
ROWS = {
    "rates_refused_whole": later("Nothing is wrong in this row; rate cards are loaded whole or not at all."),
    "plan_unknown": later("No logistics plan goes by this name."),
    "rate_country_unknown": later("The destination is no country and no code that a published list uses."),
    "currency_unknown": later("No exchange rate is known for this currency."),
    "currency_blank": later("The amount names no currency."),
    "number_not_whole": later("The number is not whole."),
    "price_negative": later("The price is negative."),
    "price_missing": later("A price is missing."),
    "price_too_fine": later("The price has more decimals than its kind of price can have."),
    "weight_missing": later("The interval of weight lacks an end."),
    "tier_reversed": later("The interval of weight ends before it begins."),
    "tiers_overlap": later("The interval of weight overlaps the one before it."),
    "tiers_gap": later("Between this interval of weight and the one before it there is a gap."),
    "tiers_start_late": later("No price is given for lighter parcels; they get no rate."),
    "date_unreadable": later("The date cannot be read."),
    "validity_reversed": later("The card ends before it begins."),
    "validity_overlap": later("The days of this card overlap those of the plan's next card in the file."),
    "validity_taken": later("An active card of the plan already holds on these days."),
    "card_currencies": later("The card has several currencies."),
    "card_terms": later("The rows of the card differ in last day or volumetric rule."),
    "card_without_rates": later("The card has surcharges and no price."),
    "surcharge_unknown": later("The surcharge is of no kind that is known."),
    "surcharge_twice": later("The same surcharge stands in an earlier row."),
    "price_line_unknown": later("The price names no service."),
    "price_line_twice": later("The same service and destination stand in an earlier row."),
    "bill_number_blank": later("The line names no parcel."),
    "bill_number_damaged": later("The number became a rounded figure such as 8.1E+15: digits are lost."),
    "bill_number_odd": later("The number has other characters than letters, digits, points and dashes."),
    "bill_amount_unreadable": later("The amount cannot be read as money."),
    "bill_weight_unreadable": later("The billed weight cannot be read."),
    "bill_unmatched": later("No shipment here has exactly this number; the line is kept and counted."),
}

#: The code of a problem row → what to do.
MENDING = {
    "rates_refused_whole": later("Mend the rows that are named first, then load the file again."),
    "plan_unknown": later(
        "Write a plan as the list of plans has it, by its key such as CPAM or by its name."
    ),
    "rate_country_unknown": later("Write two letters such as US, or the country's name."),
    "currency_unknown": later("Write CNY or USD, or add a dated exchange rate for it."),
    "currency_blank": later("Add a currency column, or write the amount as ¥12.30 or 12.30 USD."),
    "number_not_whole": later("Write whole grams, millimetres, or cm³ per kg."),
    "price_negative": later("Write the price without a minus sign."),
    "price_missing": later("Write the price; where nothing is charged, write 0."),
    "price_too_fine": later("Fees have at most two decimals, rates per kg at most four."),
    "weight_missing": later("Write where the interval begins and ends, in grams, both included."),
    "tier_reversed": later("Swap the two ends, or mend the wrong one."),
    "tiers_overlap": later("Begin it one gram after the one before it ends: 1–150, 151–300."),
    "tiers_gap": later("Begin it one gram after the one before it ends, or add the row that is missing."),
    "tiers_start_late": later("Add the lighter interval if the carrier has a price for it."),
    "date_unreadable": later("Write it as 2026-11-24."),
    "validity_reversed": later("Write a last day that comes after the first."),
    "validity_overlap": later("End this card on the day on which the next one begins."),
    "validity_taken": later(
        "Give the new version a later first day, or a last day before the active card begins."
    ),
    "card_currencies": later("Use one currency for all rows of a plan with the same first day."),
    "card_terms": later("Write the same last day and volumetric rule in all rows of the card."),
    "card_without_rates": later(
        "Add the card's prices to the file: a card is always loaded with all it has."
    ),
    "surcharge_unknown": later("Write fuel (燃油附加费) or remote_area (偏远附加费)."),
    "surcharge_twice": later("Keep the row that is right and delete the other."),
    "price_line_unknown": later("Write the name of the service, or delete the row."),
    "price_line_twice": later("Keep the row that is right and delete the other."),
    "bill_number_blank": later("Write the tracking number, LP number or logistics order number."),
    "bill_number_damaged": later(
        "Export the bill again and load it without opening it in a spreadsheet first."
    ),
    "bill_number_odd": later("Write the number alone, as it stands on the label."),
    "bill_amount_unreadable": later("Write it as 12.34."),
    "bill_weight_unreadable": later("Write grams or kilograms as a plain number, or leave the cell blank."),
    "bill_unmatched": later(
        "If it is yours, check the number with the carrier; it matches once a shipment has it."
    ),
}

#: The code of a Problem with a rate card → its sentence.
PROBLEMS = {
    "card_unknown": later(
        "Rate card {card_id} is not known here. Open the list of rate cards and choose one."
    ),
    "card_is_active": later(
        "Rate card {card_id} is active already, from {active_from} on. For other prices load a new version."
    ),
    "activates_too_early": later(
        "Rate card {card_id} holds from {valid_from} on. Choose that day or a later one."
    ),
    "activates_too_late": later(
        "Rate card {card_id} ends on {valid_to}. Choose an earlier day, or load a version that lasts longer."
    ),
    "activates_over": later(
        "Rate card {card_id} would take days of card {other}, which is active from {day} on. Choose a later day."
    ),
    "card_is_kept": later(
        "Rate card {card_id} is active, or came with the program: it stays, so that quotes of its days can be made "
        "again."
    ),
}

#: What the notes of the cards that come with the program say, sentence by sentence.
NOTES = (
    later("Full table, general cargo; 35 destinations are suspended."),
    later("Full table of 37 destinations, general cargo."),
    later("Full table of 39 destinations, general cargo."),
    later("Partial: only the 0-150 g tier of general cargo; heavier tiers, battery and 2-30 kg are missing."),
    later("The row of the Philippines repeats Pakistan's prices and is doubtful."),
    later("Partial: only the general cargo column; the non-general one is missing."),
    later("General cargo only."),
    later(
        "Partial: general cargo only; 17 destinations have only their upper tier (10 of them from 101 g, "
        "7 from about 81 g, whose exact lower bound is not known)."
    ),
    later(
        "Full table without fuel surcharge, which is not published; UPS's own codes of sub-territories are kept."
    ),
    later("Vintage undated; the workbook was last saved on 2025-11-09."),
    later("Described as the sheet of 2026; the day of its release is not known."),
    later("Full for Russia, general cargo."),
    later("Published for another marketplace: for comparison only."),
    later("As listed on 2025-09-15."),
)


def card_note(note: str | None) -> str:
    """The note of a rate card; what the program brings is said in the reader's language."""
    said = note or ""
    for sentence in NOTES:
        said = said.replace(sentence, _(sentence))
    return said

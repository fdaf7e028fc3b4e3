"""What became of files: what their layout is, why one cannot be read, what is wrong with a row."""

from __future__ import annotations

from collections.abc import Sequence

from lib.texts import gettext as _
from lib.texts import later

LAYOUTS = {
    "seller_center": later("Orders, Seller Center export"),
    "products": later("Product table"),
    "platform": later("Orders from the platform"),
}

#: The code of a file that cannot be read → why, and what to do.
UNREADABLE = {
    "not_a_sheet": later(
        "This is no spreadsheet: Excel, OpenDocument and text files with columns can be read. Export it again."
    ),
    "empty_file": later("The file has no rows. Export it again with the orders selected."),
    "password_protected": later(
        "The file is locked with a password. Save a copy without one, then load that."
    ),
    "too_large": later(
        "The file has {size} MB, more than the {limit} MB that can be read. Split it, then load the parts."
    ),
    "unclosed_quote": later(
        'A quotation mark (") is opened and never closed, so rows run together. Export it again.'
    ),
    "unknown_layout": later(
        "Its columns are of no layout that is known here; the nearest is “{nearest}”, and it lacks: {missing}. Load "
        "an order export of the Seller Center, or a product table."
    ),
    "file_missing": later("The file cannot be opened ({why}). Check its name and whether it may be read."),
}

#: The code of a problem row → what is wrong.
ROWS = {
    "order_number_blank": later("The order number is blank."),
    "order_number_damaged": later(
        "The order number became a rounded figure such as 8.1E+15: digits are lost."
    ),
    "order_number_not_digits": later("The order number has other characters than digits."),
    "order_number_rounded": later("All order numbers end in 0: a spreadsheet rounded them to 15 digits."),
    "platform_ships": later("The platform ships this order itself (half-managed)."),
    "country_blank": later("The receiver's country is blank."),
    "country_unknown": later("The receiver's country is not in the table of country names."),
    "products_blank": later("The cell with the products is blank."),
    "products_unreadable": later(
        "The cell with the products does not have the usual form, or lacks a quantity."
    ),
    "amount_unreadable": later("The order's amount cannot be read as money."),
    "paid_time_unreadable": later("The time of payment cannot be read."),
    "deadline_unreadable": later("The shipping deadline cannot be read."),
    "times_out_of_order": later("The times contradict each other: day and month may be swapped."),
    "in_shipment": later(
        "The order is in a shipment here; its contents and receiver were not taken over from the file."
    ),
    "platform_country": later("The country the platform gives is none that is known here."),
    "platform_lines": later("The platform gives the order without products, or without their quantities."),
    "platform_amount": later("The platform gives the order without an amount."),
    "platform_receiver_hidden": later("The platform hides the receiver's name or address."),
    "platform_refused": later("The platform lists the order and refuses its details."),
    "platform_unreadable": later("The platform's answer about the order cannot be read."),
    "sku_blank": later("The SKU is blank."),
    "sku_twice": later("This SKU stands in an earlier row with other values."),
    "weight_not_positive": later("The weight is zero or less."),
    "number_unreadable": later("The number cannot be read."),
    "number_not_positive": later("The number is zero or less."),
    "cargo_class_unknown": later(
        "The kind of goods is none of 普货 (general), 带电 (battery), 特货 (special)."
    ),
}

#: The code of a problem row → what to do.
MENDING = {
    "order_number_blank": later("Fill in the number from the platform's order page, or delete the row."),
    "order_number_damaged": later(
        "Export again and load the file without opening it in a spreadsheet first."
    ),
    "order_number_not_digits": later("Put the platform's order number there: digits only."),
    "order_number_rounded": later(
        "Export again and load the file without opening it in a spreadsheet first."
    ),
    "platform_ships": later("Nothing to do: it needs no shipment from you."),
    "country_blank": later("Fill in the country from the platform's order page."),
    "country_unknown": later("Write the country as the export does, or as two letters such as US."),
    "products_blank": later("Export again with the product column, or fill the cell in."),
    "products_unreadable": later(
        "Export again; do not edit this cell. Every product needs 【n】, its SKU and its quantity."
    ),
    "amount_unreadable": later("Write it as $12.34, with its currency sign."),
    "paid_time_unreadable": later("Write it as 2026-11-24 09:30."),
    "deadline_unreadable": later("Write it as 2026-11-24 09:30."),
    "times_out_of_order": later("Compare with the platform's order page; export again if they differ."),
    "in_shipment": later("Correct the receiver on the order, or void the shipment and load the file again."),
    "platform_country": later(
        "Add the country to the table of country names, or load an export that has the order; it is tried again once "
        "a day."
    ),
    "platform_lines": later("Look at the order in the seller's back office; it is tried again once a day."),
    "platform_amount": later("Load an order export that has it; it is tried again once a day."),
    "platform_receiver_hidden": later(
        "Load an order export that has it, or let the platform give your app the right to read receivers."
    ),
    "platform_refused": later("Look at the order in the seller's back office; it is tried again once a day."),
    "platform_unreadable": later(
        "Load an order export that has it, and tell the developers; it is tried again once a day."
    ),
    "sku_blank": later("Fill in the SKU, or delete the row."),
    "sku_twice": later("Keep the row that is right and delete the other."),
    "weight_not_positive": later(
        "Weigh one unit as it is sold and write whole grams, or leave the cell blank."
    ),
    "number_unreadable": later("Write a plain number such as 250 or 1.90, without other words."),
    "number_not_positive": later("Write a number above zero, or leave the cell blank."),
    "cargo_class_unknown": later("Write 普货, 带电 or 特货."),
}

_MB = 1024 * 1024


def layout_label(layout: str) -> str:
    """Whose file it is; a dash for a file that was not read."""
    return _(LAYOUTS[layout]) if layout in LAYOUTS else layout or "–"


def unreadable_sentence(code: str, **args: object) -> str:
    """Why a file cannot be read, and what to do; `args` are NotReadable's details."""
    if code not in UNREADABLE:
        return _("The file cannot be read ({code}). Nothing of it was loaded.", code=code)
    return _(UNREADABLE[code], **_shown(code, args))


def row_problem(code: str) -> str:
    """What is wrong with a row of a file."""
    return _(ROWS[code]) if code in ROWS else code


def row_mending(code: str) -> str:
    """What to do about a row of a file."""
    return _(MENDING[code]) if code in MENDING else ""


def _shown(code: str, args: dict[str, object]) -> dict[str, object]:
    if code == "too_large":
        sizes = {name: value for name, value in args.items() if isinstance(value, int)}
        return args | {name: f"{-(-value // _MB):,}" for name, value in sizes.items()}
    if code == "unknown_layout":
        missing = args.get("missing")
        listed = (
            _(", ").join(missing)
            if isinstance(missing, Sequence) and not isinstance(missing, str)
            else missing
        )
        return args | {"nearest": layout_label(str(args.get("nearest", ""))), "missing": listed}
    return args

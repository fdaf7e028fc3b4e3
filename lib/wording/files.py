"""What became of files: what their layout is, why one cannot be read, what is wrong with a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lib.texts import gettext as _
from lib.texts import later
from lib.wording import rates

LAYOUTS = {
    "seller_center": later("Orders, Seller Center export"),
    "dianxiaomi": later("Orders, Dianxiaomi export"),
    "mabang": later("Orders, Mabang export"),
    "lingxing": later("Orders, Lingxing export"),
    "products": later("Product table"),
    "packaging": later("Packaging rules"),
    "rates": later("Rate cards"),
    "courier_bands": later("Rate cards, courier's bands"),
    "china_post_lines": later("Rate cards, China Post to Russia"),
    "spot_quotes": later("Spot quotes"),
    "partner_lines": later("Partner lines by size group"),
    "bills": later("Bill of a carrier"),
    "17track": later("Tracking, 17TRACK export"),
    "aftership": later("Tracking, AfterShip export"),
    "trackingmore": later("Tracking, TrackingMore export"),
    "platform": later("Orders from the platform"),
}

#: What files of a kind hold.
KIND_LABELS = {
    "orders": later("Orders"),
    "products": later("Products"),
    "rates": later("Rate cards"),
    "bills": later("Bills"),
    "tracking": later("Tracking"),
}

#: What stands before the name of a saved mapping.
_MAPPING = "mapping:"


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
        'A quotation mark (") is opened in row {row} and closed nowhere it should be, so rows run together. Nothing '
        "was loaded. Export it again."
    ),
    "bytes_damaged": later(
        "Row {row} has bytes that are no letters in the file's encoding: it is cut off, or put together from two "
        "files. Nothing was loaded. Export it again."
    ),
    "rows_uncertain": later(
        "Counted one way the file has {counted} rows, counted another {read}. Nothing was loaded, so that no row is "
        "lost. Export it again, or save it as .xlsx."
    ),
    "too_many_rows": later(
        "The file has {rows} rows, more than the {limit} that can be read. Split it, then load the parts."
    ),
    "too_wide": later(
        "The sheet has {columns} columns, more than the {limit} that can be read. Delete what stands to the right of "
        "the table, then load it again."
    ),
    "cell_too_long": later(
        "A cell in row {row} or after it has more than the {limit} characters that can be read. Correct that cell, "
        "or export the file again."
    ),
    "too_many_cells": later(
        "The sheet reaches over {cells} cells, more than the {limit} that can be read. Delete what stands far below "
        "or beside the table, or save it as CSV."
    ),
    "too_slow": later(
        "The workbook could not be read within {limit} seconds. Save it as CSV, then load that."
    ),
    "damaged": later(
        "The workbook is damaged, or opening it takes more than the {limit} MB of memory that it may take: a cell "
        "far from the table is enough. Delete what stands far from it and save it again, or save it as CSV."
    ),
    "unknown_layout": later(
        "Its columns are of no layout that is known here; the nearest is “{nearest}”, and it lacks: {missing}. Say "
        "once on the Files page which column is what."
    ),
    "mapping_misfit": later(
        "It lacks columns that the mapping “{name}” reads: {missing}. Choose another mapping, or make one for it."
    ),
    "sheet_missing": later("It has no sheet “{sheet}”; it has: {sheets}."),
    "file_missing": later("The file cannot be opened ({why}). Check its name and whether it may be read."),
}

#: Why a file of no known layout cannot be read, where the nearest one is of a kind that no mapping reads.
_NEAREST_OTHER = later(
    "Its columns are of no layout that is known here; the nearest is “{nearest}”, and it lacks: {missing}. Add them "
    "or name them so, then load it again; or, if these are orders, products, bills or rate cards, say once on the "
    "Files page which column is what."
)
#: The same where such a kind was asked for.
_ASKED_OTHER = later(
    "Its columns are of no layout that is known here; the nearest is “{nearest}”, and it lacks: {missing}. Add them "
    "or name them so, then load it again."
)
#: Kinds that a person can map a table to.
_MAPPABLE = ("orders", "products", "bills", "rates")

#: The code of a problem row → what is wrong.
ROWS = {
    "tracking_number_blank": later("The row names no parcel."),
    "tracking_number_damaged": later("The number became a rounded figure such as 8.1E+15: digits are lost."),
    "tracking_number_odd": later("The number has other characters than letters, digits, points and dashes."),
    "tracking_time_unreadable": later("The time of the event cannot be read."),
    "tracking_blank": later("The row says nothing of the parcel: no status and no text."),
    "tracking_unmatched": later("No parcel here has exactly this number."),
    "line_unreadable": later("A SKU or a quantity of this order cannot be read."),
    "order_number_blank": later("The order number is blank."),
    "order_number_damaged": later(
        "The order number became a rounded figure such as 8.1E+15: digits are lost."
    ),
    "order_number_not_digits": later("The order number has other characters than digits."),
    "order_number_rounded": later(
        "Four order numbers in five end in 0, as this one does: a spreadsheet rounded them to 15 digits."
    ),
    "total_differs": later(
        "Goods and shipping less the discount make another amount than the order's total."
    ),
    "order_number_doubtful": later(
        "Nearly all order numbers of this small file end in 0, as those that a spreadsheet rounded to 15 digits do: "
        "the order is loaded, and not shipped before somebody compared its number."
    ),
    "order_number_cancelled": later("The order number begins with C: the row cancels an order."),
    "order_number_zero": later("The order number is 0: it is none of the platform's."),
    "row_cancelled": later(
        "An amount or a quantity is below zero: the row is a cancellation or a refund, not an order."
    ),
    "cancelled_elsewhere": later("Another row of the file cancels this order or refunds a part of it."),
    "line_no_goods": later(
        "A line of this order is a charge such as postage, not a product; it was left out, the others are loaded."
    ),
    "products_no_goods": later(
        "The order has charges such as postage alone, and no product: there is nothing to ship."
    ),
    "status_unknown": later(
        "The order's status is missing, or none that is known here: it is kept, and not shipped."
    ),
    "platform_ships": later("The platform ships this order itself (half-managed)."),
    "country_blank": later("The receiver's country is blank."),
    "country_unknown": later("The receiver's country is not in the table of country names."),
    "products_blank": later("The cell with the products is blank."),
    "products_unreadable": later(
        "The cell with the products does not have the usual form, or lacks a quantity."
    ),
    "amount_unreadable": later("The order's amount cannot be read as money; it counts as not known."),
    "paid_time_unreadable": later("The time of payment cannot be read; it counts as not known."),
    "deadline_unreadable": later("The shipping deadline cannot be read; the order waits until it is known."),
    "times_out_of_order": later("The times contradict each other: day and month may be swapped."),
    "in_shipment": later(
        "The order is in a batch here and the file says something else; nothing was changed."
    ),
    "older_file": later("A newer file or a sync said something else of this order; that stands."),
    "goods_merged": later(
        "The row holds the goods of several orders sent as one parcel; which are this order's is not known."
    ),
    "row_resent": later("The row is a parcel sent again; it adds nothing to its order."),
    "row_repeated": later("A row of this order stands there twice, word for word; it was counted once."),
    "amounts_differ": later("The rows of this order have different amounts; its amount counts as not known."),
    "rows_differ": later("The rows of this order have different receivers; the first one was taken."),
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
    "band_reversed": later("The weight band ends before it begins."),
    "band_overlaps": later("The weight band overlaps another one."),
    "band_gap": later("Between this weight band and the one below, weights are missing."),
    "band_beside_fault": later("Another row cannot be taken, and bands are replaced as a whole."),
} | rates.ROWS

#: The code of a problem row → what to do.
MENDING = {
    "tracking_number_blank": later("Write the tracking number, LP number or logistics order number."),
    "tracking_number_damaged": later(
        "Export the file again and load it without opening it in a spreadsheet first."
    ),
    "tracking_number_odd": later("Write the number alone, as it stands on the label."),
    "tracking_time_unreadable": later(
        "Write it as 2026-11-24 09:30, with its zone as +08:00 where it has one."
    ),
    "tracking_blank": later("Export the file again with the status or the latest event."),
    "tracking_unmatched": later("If the parcel is yours, load it after its shipment has this number."),
    "line_unreadable": later(
        "Every row of the order needs its SKU and a whole number above zero, or SKU*quantity in one cell."
    ),
    "order_number_blank": later("Fill in the number from the platform's order page, or delete the row."),
    "order_number_damaged": later(
        "Export again and load the file without opening it in a spreadsheet first."
    ),
    "order_number_not_digits": later("Put the platform's order number there: digits only."),
    "order_number_rounded": later(
        "Export again and load the file without opening it in a spreadsheet first."
    ),
    "total_differs": later("Compare with the platform's order page; the total was taken as it stands."),
    "order_number_doubtful": later(
        "Look for the number on the platform's order page, or sync. If it is there, accept it as it is; if "
        "not, export again and load the file without opening it in a spreadsheet first."
    ),
    "order_number_cancelled": later(
        "Leave the row out, and look whether the order without the C is still to be shipped. Do not load it as an "
        "order by taking the C away."
    ),
    "order_number_zero": later("Fill in the number from the platform's order page, or delete the row."),
    "row_cancelled": later(
        "Leave the row out, and look on the platform's order page whether the order itself is still to be shipped."
    ),
    "cancelled_elsewhere": later(
        "Look on the platform's order page whether the order is still to be shipped; hold it until you know."
    ),
    "line_no_goods": later("Nothing to do. If it is a product of yours, give it another SKU and load again."),
    "products_no_goods": later(
        "Leave the row out. If it is a product of yours, give it another SKU and load again."
    ),
    "status_unknown": later(
        "Sync the orders. Or load the file again with the option “All orders in it await shipment”, if that is so."
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
    "in_shipment": later(
        "Compare both in the list of contradictions. To follow the file, take the order out of its batch and load "
        "again."
    ),
    "older_file": later(
        "If this file is the newest, load it again as such; otherwise there is nothing to do."
    ),
    "goods_merged": later("Load the marketplace's own export of these orders, or sync."),
    "row_resent": later("Nothing to do, unless the first parcel was lost."),
    "row_repeated": later("Compare the quantities with the platform's order page."),
    "amounts_differ": later("Compare with the platform's order page."),
    "rows_differ": later("Compare with the platform's order page, and correct the receiver on the order."),
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
    "band_reversed": later("Write the lower weight first, the higher one second."),
    "band_overlaps": later("Begin every band one gram above the end of the one below."),
    "band_gap": later("Begin every band one gram above the end of the one below, the first one at 0."),
    "band_beside_fault": later("Mend the other row, then load the file again."),
} | rates.MENDING

_MB = 1024 * 1024


def layout_label(layout: str) -> str:
    """Whose file it is; a dash for a file that was not read."""
    if layout.startswith(_MAPPING):
        return _("Mapping “{name}”", name=layout.removeprefix(_MAPPING))
    return _(LAYOUTS[layout]) if layout in LAYOUTS else layout or "–"


def kind_label(kind: str) -> str:
    """What files of a kind hold."""
    return _(KIND_LABELS[kind]) if kind in KIND_LABELS else kind


def loading_step(file: str, step: str, rows: int) -> str:
    """What is being done with a file that takes its time; `rows` is 0 until they are counted."""
    sentence = {
        "reading": _("{file}: reading…"),
        "understanding": _("{file}: understanding {rows} rows…"),
        "storing": _("{file}: storing and checking {rows} rows…"),
    }[step]
    return sentence.format(file=file, rows=f"{rows:,}")


def mending_columns() -> list[tuple[str, Callable[[str], str]]]:
    """The titles of what is said beside a refused row, and what says it."""
    return [(_("What is wrong"), row_problem), (_("What to do"), row_mending)]


def unreadable_sentence(code: str, **args: object) -> str:
    """Why a file cannot be read, and what to do; `args` are NotReadable's details."""
    if code not in UNREADABLE:
        return _("The file cannot be read ({code}). Nothing of it was loaded.", code=code)
    return _(_unreadable(code, args), **_shown(code, args))


def row_problem(code: str) -> str:
    """What is wrong with a row of a file."""
    return _(ROWS[code]) if code in ROWS else code


def row_mending(code: str) -> str:
    """What to do about a row of a file."""
    return _(MENDING[code]) if code in MENDING else ""


def _unreadable(code: str, args: Mapping[str, object]) -> str:
    """The sentence, which promises no mapping for a kind that has none."""
    if code != "unknown_layout":
        return UNREADABLE[code]
    if args.get("asked") and args["asked"] not in _MAPPABLE:
        return _ASKED_OTHER
    return UNREADABLE[code] if args.get("kind", "orders") in _MAPPABLE else _NEAREST_OTHER


def _listed(names: object) -> object:
    return _(", ").join(names) if isinstance(names, Sequence) and not isinstance(names, str) else names


def _shown(code: str, args: dict[str, object]) -> dict[str, object]:
    if code in ("unknown_layout", "mapping_misfit"):
        listed = _listed(args.get("missing"))
        return args | {"nearest": layout_label(str(args.get("nearest", ""))), "missing": listed}
    if code == "sheet_missing":
        return args | {"sheets": _listed(args.get("sheets"))}
    unit = _MB if code in ("too_large", "damaged") else 1
    return args | {name: f"{-(-value // unit):,}" for name, value in args.items() if isinstance(value, int)}

"""The check before shipping (发货前检查): what can be wrong with a loaded order, and how much that matters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    """What is wrong with an order, or odd about it."""

    STATUS = "status"  #: The platform does not let this order be shipped now.
    STATUS_UNKNOWN = "status_unknown"  #: Missing, or a label nobody knows: shown, never shipped.
    HELD = "held"  #: A person put it on hold (搁置).
    TAKEN = "taken"  #: All of it is in a batch already.
    NOTHING_TO_SHIP = "nothing_to_ship"  #: A person said of all that is in it that it is no goods.
    NOTICE_UNSETTLED = (
        "notice_unsettled"  #: A notice by hand that nobody knows the end of holds all that is left.
    )
    UNKNOWN_REST = "unknown_rest"  #: Partly shipped elsewhere; what is left is known after a sync.
    OVERDUE = "overdue"  #: The deadline has passed: warns and sorts first, never blocks.

    DEADLINE_UNREADABLE = "deadline_unreadable"  #: As loaded from a file, and no other source knows it.
    COUNTRY_BLANK = "country_blank"
    PLATFORM_SHIPS = "platform_ships"  #: Half-managed (半托管): shipped from the platform's warehouse.
    GOODS_MERGED = "goods_merged"  #: The file has the goods of several orders in one row.
    ROWS_DIFFER = "rows_differ"  #: The file has two receivers for it; the first one was taken.
    ROW_REPEATED = "row_repeated"  #: A row of it stands there twice; it was counted once.
    TIMES_OUT_OF_ORDER = "times_out_of_order"  #: Day and month may be swapped, also in its deadline.
    AMOUNTS_DIFFER = "amounts_differ"  #: The file has two totals for it; none was taken.
    ROW_RESENT = "row_resent"  #: A row of it is a parcel sent again.
    AMOUNT_UNREADABLE = "amount_unreadable"
    TOTAL_DIFFERS = "total_differs"  #: Goods and shipping less the discount do not make its total.
    ORDER_NUMBER_DOUBTFUL = "order_number_doubtful"  #: It may have lost digits; the file has too few to tell.

    SKU_BLANK = "sku_blank"  #: Neither SKU nor title nor attributes: nothing tells what it is.
    UNKNOWN_SKU = "unknown_sku"
    MISSING_WEIGHT = "missing_weight"
    WEIGHT_OUT_OF_RANGE = "weight_out_of_range"  #: One piece is lighter or heavier than the call takes.
    MISSING_DECLARATION = "missing_declaration"  #: Declared names or value are missing in the product table.
    DECLARED_OUT_OF_RANGE = "declared_out_of_range"  #: The declared value of one piece.
    DECLARED_NAME_TOO_LONG = "declared_name_too_long"
    QUANTITY_OUT_OF_RANGE = "quantity_out_of_range"
    MISSING_HS = "missing_hs"  #: Mandatory for the destination.
    LACKING_HS = "lacking_hs"  #: Only recommended for the destination.
    ODD_HS = "odd_hs"
    DECLARED_HIGH = "declared_high"  #: Far more is declared than the buyer paid.
    DECLARED_LOW = "declared_low"

    MISSING_PHONE = "missing_phone"
    ODD_PHONE = "odd_phone"
    MISSING_POSTCODE = "missing_postcode"
    ODD_POSTCODE = "odd_postcode"  #: In a country whose addresses need one.
    DOUBTFUL_POSTCODE = "doubtful_postcode"  #: In a country whose addresses do not need one.
    MISSING_ADDRESS = "missing_address"  #: A field the country's addresses need is empty.
    ADDRESS_TOO_LONG = "address_too_long"
    MISSING_TAX_NUMBER = "missing_tax_number"  #: CPF or CNPJ in Brazil, PCCC in Korea.
    ODD_TAX_NUMBER = "odd_tax_number"

    PLAN_CARGO = "plan_cargo"  #: The plan chosen in a draft does not take this kind of goods.
    PLAN_SIZE = "plan_size"
    PLAN_WEIGHT = "plan_weight"


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"  #: The order cannot be shipped until it is mended. Its neighbours can.
    WARNING = "warning"  #: A person may say that it is all right; that is recorded.


class Subject(StrEnum):
    """What a finding is about, which is where it is mended."""

    ORDER = "order"
    RECEIVER = "receiver"
    PRODUCT = "product"
    PLAN = "plan"
    FILE = "file"  #: What a file said of it, or did not say.


@dataclass(frozen=True)
class Rule:
    """What a finding does to its order."""

    severity: Severity
    subject: Subject
    asks: bool = False  #: A warning that keeps the order back until somebody accepts it.

    @property
    def acceptable(self) -> bool:
        """Whether a person can say that it is all right."""
        return self.severity is Severity.WARNING and self.subject is not Subject.ORDER


_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

#: The one place that says what blocks, what asks, and what is only told.
RULES = {
    Finding.STATUS: Rule(_ERROR, Subject.ORDER),
    Finding.STATUS_UNKNOWN: Rule(_ERROR, Subject.FILE),
    Finding.HELD: Rule(_ERROR, Subject.ORDER),
    Finding.TAKEN: Rule(_ERROR, Subject.ORDER),
    Finding.NOTHING_TO_SHIP: Rule(_ERROR, Subject.ORDER),
    Finding.NOTICE_UNSETTLED: Rule(_ERROR, Subject.ORDER),
    Finding.UNKNOWN_REST: Rule(_ERROR, Subject.ORDER),
    Finding.OVERDUE: Rule(_WARNING, Subject.ORDER),
    Finding.DEADLINE_UNREADABLE: Rule(_ERROR, Subject.ORDER),
    Finding.COUNTRY_BLANK: Rule(_ERROR, Subject.ORDER),
    Finding.PLATFORM_SHIPS: Rule(_ERROR, Subject.ORDER),
    Finding.GOODS_MERGED: Rule(_ERROR, Subject.ORDER),
    Finding.ROWS_DIFFER: Rule(_WARNING, Subject.RECEIVER, asks=True),
    Finding.ROW_REPEATED: Rule(_WARNING, Subject.FILE, asks=True),
    Finding.TIMES_OUT_OF_ORDER: Rule(_WARNING, Subject.FILE, asks=True),
    Finding.AMOUNTS_DIFFER: Rule(_WARNING, Subject.FILE, asks=True),
    Finding.ROW_RESENT: Rule(_WARNING, Subject.FILE),
    Finding.AMOUNT_UNREADABLE: Rule(_WARNING, Subject.FILE),
    Finding.TOTAL_DIFFERS: Rule(_WARNING, Subject.FILE),
    Finding.ORDER_NUMBER_DOUBTFUL: Rule(_WARNING, Subject.FILE, asks=True),
    Finding.SKU_BLANK: Rule(_ERROR, Subject.FILE),
    Finding.UNKNOWN_SKU: Rule(_ERROR, Subject.PRODUCT),
    Finding.MISSING_WEIGHT: Rule(_ERROR, Subject.PRODUCT),
    Finding.WEIGHT_OUT_OF_RANGE: Rule(_ERROR, Subject.PRODUCT),
    Finding.MISSING_DECLARATION: Rule(_ERROR, Subject.PRODUCT),
    Finding.DECLARED_OUT_OF_RANGE: Rule(_ERROR, Subject.PRODUCT),
    Finding.DECLARED_NAME_TOO_LONG: Rule(_ERROR, Subject.PRODUCT),
    Finding.QUANTITY_OUT_OF_RANGE: Rule(_ERROR, Subject.PRODUCT),
    Finding.MISSING_HS: Rule(_ERROR, Subject.PRODUCT),
    Finding.LACKING_HS: Rule(_WARNING, Subject.PRODUCT),
    Finding.ODD_HS: Rule(_WARNING, Subject.PRODUCT, asks=True),
    Finding.DECLARED_HIGH: Rule(_WARNING, Subject.PRODUCT, asks=True),
    Finding.DECLARED_LOW: Rule(_WARNING, Subject.PRODUCT),
    Finding.MISSING_PHONE: Rule(_ERROR, Subject.RECEIVER),
    Finding.ODD_PHONE: Rule(_WARNING, Subject.RECEIVER, asks=True),
    Finding.MISSING_POSTCODE: Rule(_ERROR, Subject.RECEIVER),
    Finding.ODD_POSTCODE: Rule(_ERROR, Subject.RECEIVER),
    Finding.DOUBTFUL_POSTCODE: Rule(_WARNING, Subject.RECEIVER, asks=True),
    Finding.MISSING_ADDRESS: Rule(_ERROR, Subject.RECEIVER),
    Finding.ADDRESS_TOO_LONG: Rule(_ERROR, Subject.RECEIVER),
    Finding.MISSING_TAX_NUMBER: Rule(_ERROR, Subject.RECEIVER),
    Finding.ODD_TAX_NUMBER: Rule(_ERROR, Subject.RECEIVER),
    Finding.PLAN_CARGO: Rule(_ERROR, Subject.PLAN),
    Finding.PLAN_SIZE: Rule(_ERROR, Subject.PLAN),
    Finding.PLAN_WEIGHT: Rule(_ERROR, Subject.PLAN),
}

#: Declared value of a whole order in percent of what the buyer paid: outside of this somebody should look.
DECLARED_PERCENT = (5, 400)
#: Digits of an HS code: six are the same everywhere, countries add up to four.
HS_DIGITS = (6, 10)


def rule(code: str) -> Rule:
    """The rule of a finding; one that nobody knows blocks."""
    return RULES[Finding(code)] if code in RULES else Rule(Severity.ERROR, Subject.ORDER)

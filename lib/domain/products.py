"""Products: what a SKU weighs, measures, and is declared as; which of it a person may edit, and within what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from lib.domain.checks import HS_DIGITS
from lib.domain.plans import Cargo

#: The platform's limits for a declared product row.
DECLARED_NAME_ZH_CHARACTERS = 20
DECLARED_NAME_EN_CHARACTERS = 60
DECLARED_COUNT = (1, 999)
DECLARED_USD_MINOR = (1, 1_000_000)
DECLARED_WEIGHT_G = (1, 2000)
DECLARED_ROWS = 50

#: What a seller may write into the table beyond what the platform takes: a heavy product goes with other carriers.
MOST_WEIGHT_G = 100_000
MOST_LENGTH_MM = 3_000
MOST_PURCHASE_MINOR = 100_000_000

#: A SKU that was made here, of title and attributes (docs/decisions/0046).
_MADE = re.compile(r"TITLE-[0-9a-f]{8}")


def is_made(sku: str) -> bool:
    """Whether a SKU was made here, of title and attributes."""
    return _MADE.fullmatch(sku) is not None


class Kind(StrEnum):
    """How a field of a product is written."""

    TEXT = "text"  #: `most` characters.
    WHOLE = "whole"  #: A whole number within least and most.
    MONEY = "money"  #: A decimal amount of the field's currency; least and most are minor units.
    CARGO = "cargo"
    HS = "hs"  #: Digits, `least` to `most` of them.


@dataclass(frozen=True)
class Field:
    """A field of a product that a person may edit."""

    kind: Kind
    least: int = 0
    most: int = 0
    currency: str = ""


#: Every field of a product that can be edited.
FIELDS: Mapping[str, Field] = {
    "title": Field(Kind.TEXT, most=200),
    "weight_g": Field(Kind.WHOLE, 1, MOST_WEIGHT_G),
    "length_mm": Field(Kind.WHOLE, 1, MOST_LENGTH_MM),
    "width_mm": Field(Kind.WHOLE, 1, MOST_LENGTH_MM),
    "height_mm": Field(Kind.WHOLE, 1, MOST_LENGTH_MM),
    "cargo_class": Field(Kind.CARGO),
    "declared_name_zh": Field(Kind.TEXT, most=DECLARED_NAME_ZH_CHARACTERS),
    "declared_name_en": Field(Kind.TEXT, most=DECLARED_NAME_EN_CHARACTERS),
    "declared_minor": Field(Kind.MONEY, *DECLARED_USD_MINOR, currency="USD"),
    "purchase_minor": Field(Kind.MONEY, 0, MOST_PURCHASE_MINOR, currency="CNY"),
    "hs_code": Field(Kind.HS, *HS_DIGITS),
    "shelf": Field(Kind.TEXT, most=40),
    "packaging_g": Field(Kind.WHOLE, 0, MOST_WEIGHT_G),
}
#: A SKU is at most so long.
SKU_CHARACTERS = 100


@dataclass(frozen=True)
class Edit:
    """One cell of the product table as a person wrote it; None or blank takes away what stands there."""

    sku: str
    field: str
    value: object


@dataclass(frozen=True)
class Fault:
    """A cell that cannot be taken: `code` names the sentence, with what the field allows."""

    sku: str
    field: str
    value: str
    code: str
    least: str = ""
    most: str = ""


@dataclass(frozen=True)
class Pairing:
    """A SKU that is a number of another one (SKU 配对)."""

    sku: str
    known_sku: str
    quantity: int = 1


class BadCell(ValueError):
    """Why a cell cannot be taken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def stored(field: str, value: object) -> str | None:
    """A cell as the store keeps it, as a text; None for an empty one. Raises BadCell."""
    text = "" if value is None or value != value else str(value).strip()
    one = FIELDS[field]
    if not text:
        if field == "cargo_class":
            raise BadCell("cell_cargo")
        return "" if field == "title" else None
    match one.kind:
        case Kind.TEXT:
            if len(text) > one.most:
                raise BadCell("cell_too_long")
            return text
        case Kind.WHOLE:
            return str(_within(_number(text, whole=True), one))
        case Kind.MONEY:
            return str(_within(_number(text) * 100, one))
        case Kind.CARGO:
            if text not in set(Cargo):
                raise BadCell("cell_cargo")
            return text
    text = text.removesuffix(".0").replace(".", "").replace(" ", "")
    if not (text.isascii() and text.isdigit() and one.least <= len(text) <= one.most):
        raise BadCell("cell_hs")
    return text


def bounds(field: str) -> tuple[str, str]:
    """The least and the most a field takes, as a person reads them."""
    one = FIELDS[field]
    if one.kind is Kind.MONEY:
        return f"{Decimal(one.least) / 100:,.2f}", f"{Decimal(one.most) / 100:,.2f}"
    return f"{one.least:,}", f"{one.most:,}"


def _number(text: str, *, whole: bool = False) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadCell("cell_not_a_number") from None
    if not number.is_finite():
        raise BadCell("cell_not_a_number")
    if whole and number != number.to_integral_value():
        raise BadCell("cell_not_whole")
    return number


def _within(number: Decimal, one: Field) -> int:
    if number != number.to_integral_value():
        raise BadCell("cell_too_fine")
    if not one.least <= number <= one.most:
        raise BadCell("cell_out_of_range")
    return int(number)

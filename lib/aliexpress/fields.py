"""Reading single fields of answers, and checking the fields of requests against the platform's limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from lib.aliexpress.errors import BadAnswer, FieldLimit, Refused
from lib.domain.money import Money, NotMoney

#: Order times have no zone on the wire; the documentation says US Pacific.
PACIFIC = ZoneInfo("America/Los_Angeles")
_PRICE = re.compile(r"([A-Z]*)\s*([¥￥$€£]?)\s*(\d[\d,]*(?:\.\d+)?)")
#: What stands before an amount → its currency. A sign of another country's dollar is not taken for ours.
_CURRENCIES = {
    "CN¥": "CNY", "CN￥": "CNY", "¥": "CNY", "￥": "CNY", "RMB": "CNY", "JP¥": "JPY",
    "US$": "USD", "$": "USD", "€": "EUR", "£": "GBP",
}  # fmt: skip
_ISO_CURRENCY = re.compile(r"[A-Z]{3}")
_DAYS = re.compile(r"(\d+)(?:\s*[-–~至]\s*(\d+))?\s*([^\W\d_]*)")
_HOURS = ("小时", "hour", "h")


def text(row: Mapping[str, Any], name: str) -> str:
    """A field as text; ids arrive as numbers. Missing or null is an empty text."""
    value = row.get(name)
    return "" if value is None else str(value)


def truth(value: Any) -> bool:
    """A flag that may arrive as a boolean or as text."""
    return value is True or str(value).lower() == "true"


def whole(row: Mapping[str, Any], name: str, default: int) -> int:
    """A whole number, which may arrive as text. Raises BadAnswer for anything else."""
    value = row.get(name)
    if value in (None, ""):
        return default
    try:
        return int(str(value))
    except ValueError as error:
        raise BadAnswer("bad_fields", text=f"{name} is not a whole number") from error


def succeeded(
    flagged: Mapping[str, Any], flag: str, answer: Mapping[str, Any], *words: str, code: str = ""
) -> None:
    """Let an answer pass that says it succeeded.

    The flag decides, not the words: a text such as `OK` comes with successes too. Raises Refused when it says no,
    BadAnswer when it says nothing. `words` name the fields that may say why, `code` the one with a code.
    """
    request_id = text(answer, "request_id")
    if flag not in flagged:
        raise BadAnswer("bad_fields", text=f"no {flag}", request_id=request_id)
    if not truth(flagged[flag]):
        said = next((text(flagged, word) for word in words if text(flagged, word)), "")
        raise Refused(text(flagged, code) or "refused", text=said, request_id=request_id)


def inner(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside an answer. Raises BadAnswer when it is not there."""
    value = answer.get(name)
    if not isinstance(value, Mapping) or not value:
        raise BadAnswer("bad_fields", text=f"no {name}", request_id=text(answer, "request_id"))
    return value


def pacific(value: Any) -> datetime | None:
    """`yyyy-MM-dd HH:mm:ss` in US Pacific time as aware UTC; None when missing or not a time."""
    if not value:
        return None
    try:
        naive = datetime.strptime(str(value), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 (the zone comes next)
    except ValueError:
        return None
    return naive.replace(tzinfo=PACIFIC).astimezone(UTC)


def pacific_from(moment: datetime) -> str:
    """A lower bound as the platform writes it. An hour that comes twice is left out of the bound's way.

    How the platform reads a text of the doubled hour is UNCONFIRMED, so the bound moves to before it.
    """
    while _comes_twice(moment):
        moment -= timedelta(hours=1)
    return f"{moment.astimezone(PACIFIC):%Y-%m-%d %H:%M:%S}"


def pacific_until(moment: datetime) -> str:
    """An upper bound as the platform writes it, to the next whole second, behind a doubled hour."""
    moment += timedelta(microseconds=-moment.microsecond % 1_000_000)
    while _comes_twice(moment):
        moment += timedelta(hours=1)
    return f"{moment.astimezone(PACIFIC):%Y-%m-%d %H:%M:%S}"


def _comes_twice(moment: datetime) -> bool:
    local = moment.astimezone(PACIFIC)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def price(value: Any) -> Money | None:
    """`CN¥74.55` or `US $3.20` as money; None when there is none, or in a currency the text does not name."""
    found = _PRICE.search(str(value or ""))
    if not found:
        return None
    letters, sign, digits = found.groups()
    currency = _CURRENCIES.get(letters + sign, letters if not sign else "")
    return _money(digits, currency) if _ISO_CURRENCY.fullmatch(currency) else None


def amount(value: Any) -> Money | None:
    """{amount, currency_code} as money; None when there is none. Logistics fees are normally CNY."""
    if not isinstance(value, Mapping) or value.get("amount") is None:
        return None
    return _money(str(value["amount"]), str(value.get("currency_code") or "CNY"))


def days(value: Any) -> tuple[int | None, int | None]:
    """`15-45天` or `6-60days` as (15, 45); `7天` as (7, 7); hours count as the days they begin."""
    found = _DAYS.search(str(value or ""))
    if not found:
        return (None, None)
    least, most, unit = int(found.group(1)), int(found.group(2) or found.group(1)), found.group(3).lower()
    if unit.startswith(_HOURS):
        least, most = -(-least // 24), -(-most // 24)
    return (least, most)


def to_pacific(moment: datetime) -> str:
    """A moment as the platform's filters read it: with its time part, or the value would be ignored."""
    return f"{moment.astimezone(PACIFIC):%Y-%m-%d %H:%M:%S}"


def millis(value: Any) -> datetime | None:
    """Milliseconds since 1970 as aware UTC; None when there are none."""
    try:
        return datetime.fromtimestamp(int(str(value)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def minor(value: Any, currency: Any) -> Money | None:
    """A whole number of the smallest unit with its currency; None when there is none."""
    code = str(currency or "")
    try:
        return Money(int(str(value)), code) if _ISO_CURRENCY.fullmatch(code) else None
    except ValueError:
        return None


def decimal(minor: int, digits: int) -> str:
    """A whole number of minor units as the decimal text the platform reads: (1250, 2) is `12.50`."""
    return str(Decimal(minor).scaleb(-digits))


def number(field: str, value: str) -> int:
    """An id that travels as a number. Raises FieldLimit when it is not one."""
    if not (value.isascii() and value.isdigit()):
        raise FieldLimit(field, "digits", "something else" if value else "nothing")
    return int(value)


def limit_count(field: str, count: int, most: int, *, least: int = 1) -> None:
    """Raise FieldLimit when a list has too few or too many entries."""
    if not least <= count <= most:
        raise FieldLimit(field, f"{least}–{most} entries", f"{count} entries")


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


def _money(digits: str, currency: str) -> Money | None:
    """An amount we cannot hold exactly is no amount: fees are shown as missing rather than guessed."""
    try:
        return Money.parse(digits, currency)
    except NotMoney:
        return None

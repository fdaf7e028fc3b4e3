"""Reading what a caller sent: required names, JSON texts, numbers; and writing ids, times and amounts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from lib.sandbox.gateway import invalid, missing

Params = Mapping[str, str]
#: The platform's own times.
PACIFIC = ZoneInfo("America/Los_Angeles")

#: Currencies without a smaller unit.
WHOLE_CURRENCIES = frozenset({"CLP", "JPY", "KRW", "VND"})


def need(params: Mapping[str, Any], name: str) -> str:
    """A required value as text. Raises GatewayError when it is not there."""
    value = params.get(name)
    if value in (None, "") or isinstance(value, dict | list):
        raise missing(name)
    return str(value)


def json_object(params: Params, name: str) -> dict[str, Any]:
    """A required parameter that is the JSON text of an object. Raises GatewayError."""
    found = _json(params, name)
    if not isinstance(found, dict):
        raise invalid(name, "not an object")
    return found


def json_rows(params: Params, name: str) -> list[dict[str, Any]]:
    """A required parameter that is the JSON text of a list of objects. Raises GatewayError."""
    return objects(_json(params, name), name)


def parameter_object(params: Params, name: str) -> dict[str, Any]:
    """The object that has `name`: the parameters themselves, or the JSON text in one of them.

    The pages and clients of a few calls disagree about which. Raises GatewayError.
    """
    if name in params:
        return {key: _loosely(value) for key, value in params.items()}
    for value in params.values():
        found = _loosely(value)
        if isinstance(found, dict) and name in found:
            return found
    raise missing(name)


def objects(value: Any, name: str) -> list[dict[str, Any]]:
    """A value that must be a list of objects. Raises GatewayError."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise invalid(name, "not a list of objects")
    return value


def whole(params: Mapping[str, Any], name: str, otherwise: int) -> int:
    """A whole number of 1 or more, or `otherwise` when it is not given. Raises GatewayError."""
    text = str(params.get(name) if params.get(name) is not None else "")
    if not text:
        return otherwise
    if not text.isascii() or not text.isdigit() or int(text[:18]) < 1:
        raise invalid(name, "not a number of 1 or more")
    return int(text[:18])


def number(value: Any) -> Decimal:
    """A decimal number; what is none counts as 0, which no rule of the platform allows."""
    try:
        found = Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() and abs(found) < 10**9 else Decimal(0)


def thousandths(value: Any) -> int:
    """kg as g, rounded up."""
    grams = number(value) * 1000
    return int(grams) + (grams != int(grams))


def wire_id(text: str) -> int | str:
    """Ids travel as numbers; one that is none travels as it is."""
    return int(text) if text.isascii() and text.isdigit() else text


def pacific(iso: str | None) -> str | None:
    """A moment as the platform writes order times: US Pacific, without a zone."""
    return None if iso is None else pacific_of(int(datetime.fromisoformat(iso).timestamp()))


@lru_cache(8192)
def pacific_of(seconds: int) -> str:
    """The same for seconds since the epoch."""
    return f"{datetime.fromtimestamp(seconds, PACIFIC):%Y-%m-%d %H:%M:%S}"


def bounds(params: Mapping[str, Any], start: str, end: str) -> tuple[datetime | None, datetime | None]:
    """US Pacific bounds; a value without its time part is ignored. An hour that comes twice is meant whole.

    Raises GatewayError.
    """
    return _bound(str(params.get(start) or ""), start, fold=0), _bound(
        str(params.get(end) or ""), end, fold=1
    )


def within(iso: str | None, between: tuple[datetime | None, datetime | None]) -> bool:
    """Whether a moment lies between two, to the second; what has none lies nowhere."""
    start, end = between
    if start is None and end is None:
        return True
    if iso is None:
        return False
    moment = datetime.fromisoformat(iso).replace(microsecond=0)
    return (start is None or moment >= start) and (end is None or moment <= end)


def epoch_ms(iso: str) -> int:
    """A moment as milliseconds."""
    return int(datetime.fromisoformat(iso).timestamp() * 1000)


def amount(minor: int, currency: str) -> str:
    """Minor units as the decimal text of the wire."""
    return str(minor) if currency in WHOLE_CURRENCIES else f"{Decimal(minor) / 100:.2f}"


def money(minor: int, currency: str) -> dict[str, Any]:
    """An amount as the platform writes it."""
    factor = 1 if currency in WHOLE_CURRENCIES else 100
    return {
        "amount": amount(minor, currency),
        "cent": minor,
        "cent_factor": factor,
        "currency_code": currency,
    }


def known(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without the fields that have no value: the platform leaves them out."""
    return {name: value for name, value in row.items() if value not in (None, "")}


def _bound(text: str, name: str, *, fold: int) -> datetime | None:
    if len(text) < 19:
        return None
    try:
        naive = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - its zone comes next.
    except ValueError as error:
        raise invalid(name, "not yyyy-MM-dd HH:mm:ss") from error
    return naive.replace(tzinfo=PACIFIC, fold=fold).astimezone(UTC)


def _loosely(text: str) -> Any:
    """The value of a JSON object or list; any other text as it is."""
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _json(params: Params, name: str) -> Any:
    try:
        return json.loads(need(params, name))
    except (ValueError, RecursionError) as error:
        raise invalid(name, "not JSON") from error

"""Reading what a caller sent: required names, JSON texts, numbers; and writing ids, times and amounts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
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
    return None if iso is None else f"{datetime.fromisoformat(iso).astimezone(PACIFIC):%Y-%m-%d %H:%M:%S}"


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


def _json(params: Params, name: str) -> Any:
    try:
        return json.loads(need(params, name))
    except (ValueError, RecursionError) as error:
        raise invalid(name, "not JSON") from error

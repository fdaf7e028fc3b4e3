"""The gateways: who may call, and what an answer looks like.

Both business gateways take the same calls; they differ in how they sign, how strict their clock is and how they
say no. The third one, /rest, knows calls by path and serves tokens here.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lib.aliexpress.protocol import BEIJING, sign

APP_KEY, SECRET, TOKEN = "12345678", "sandbox-secret", "sandbox-token"


@dataclass(frozen=True)
class Family:
    """One of the gateways: how it wants to be called, and how it says no."""

    path: str
    sign_methods: tuple[str, ...]
    skew: timedelta  #: How far a timestamp may be off.
    wants_version: bool
    default_format: str


TOP = Family("/router/rest", ("md5", "hmac", "hmac-sha256"), timedelta(minutes=10), True, "xml")
SYNC = Family("/sync", ("sha256", "md5"), timedelta(seconds=7200), False, "json")
REST = Family("/rest", ("sha256",), timedelta(seconds=7200), False, "json")

#: Numeric code → type and text code on the newer gateways.
TEXT_CODES = {
    7: ("ISV", "ApiCallLimit"),
    15: ("ISP", "ServiceTimeout"),
    21: ("ISV", "InvalidApiPath"),
    22: ("ISV", "InvalidApiPath"),
    24: ("ISV", "IncompleteSignature"),
    25: ("ISV", "IncompleteSignature"),
    26: ("ISV", "IllegalAccessToken"),
    27: ("ISV", "IllegalAccessToken"),
    28: ("ISV", "InvalidAppKey"),
    29: ("ISV", "InvalidAppKey"),
    30: ("ISV", "InvalidTimestamp"),
    31: ("ISV", "InvalidTimestamp"),
    40: ("ISV", "MissingParameter"),
}
OTHERWISE = ("ISV", "InvalidParameter")


class GatewayError(Exception):
    """A call turned away, or failed, before or instead of a business answer.

    `text_code` replaces the newer gateways' usual code for this number.
    """

    def __init__(
        self, code: int, msg: str, *, sub_code: str = "", sub_msg: str = "", text_code: str = ""
    ) -> None:
        super().__init__(msg)
        self.code, self.msg, self.sub_code, self.sub_msg = code, msg, sub_code, sub_msg
        self.text_code = text_code

    def body(self, family: Family = TOP) -> dict[str, Any]:
        """The error as this gateway words it."""
        if family is TOP:
            return {"error_response": self._numbered()}
        kind, code = TEXT_CODES.get(self.code, OTHERWISE)
        error = {"type": kind, "code": self.text_code or code, "request_id": request_id()}
        text = ". ".join(part for part in (self.msg, self.sub_msg) if part)
        if family is REST:
            return error | {"message": text}
        return {"error_response": error | {"msg": text, "_trace_id_": request_id()}}

    def _numbered(self) -> dict[str, Any]:
        error = {"code": self.code, "msg": self.msg, "request_id": request_id()}
        stated = {"sub_code": self.sub_code, "sub_msg": self.sub_msg}
        return error | {name: text for name, text in stated.items() if text}


class Rows:
    """A list in an answer: full answers put it under one key named after its element, simplified ones do not."""

    def __init__(self, element: str, rows: list[Any]) -> None:
        self.element, self.rows = element, rows


def missing(name: str) -> GatewayError:
    """A required argument of a call is not there."""
    return GatewayError(
        40, "Missing required arguments", sub_code="isv.missing-parameter", sub_msg=f"missing {name}"
    )


def invalid(name: str, why: str) -> GatewayError:
    """An argument of a call is not what it must be."""
    return GatewayError(41, "Invalid arguments", sub_code="isv.invalid-parameter", sub_msg=f"{name}: {why}")


def admit(params: Mapping[str, str], now: datetime, family: Family = TOP) -> None:
    """Let a signed business call in. Raises GatewayError as the platform would turn it away."""
    if not params.get("method"):
        raise GatewayError(21, "Missing method")
    _check_key(params)
    version = params.get("v", "")
    if version != "2.0" and (version or family.wants_version):
        raise GatewayError(33 if version else 32, "Invalid version")
    if params.get("format") or family.default_format != "json":
        _check_format(params.get("format", ""))
    _check_time(params.get("timestamp", ""), now, family)
    _check_sign(params, family, "md5" if family is TOP else "")
    if not params.get("session"):
        raise GatewayError(26, "Missing session")
    if params["session"] != TOKEN:
        raise expired()


def admit_path(params: Mapping[str, str], path: str, now: datetime) -> None:
    """Let a /rest call in: its path is signed in front. Raises GatewayError."""
    _check_key(params)
    _check_time(params.get("timestamp", ""), now, REST)
    _check_sign(params, REST, "", path)


def expired() -> GatewayError:
    """The access token is unknown, or no longer good."""
    return GatewayError(
        27, "Invalid session", sub_code="invalid-sessionkey", sub_msg="the access token is invalid or expired"
    )


def envelope(method: str, fields: dict[str, Any], *, simplify: bool) -> bytes:
    """A full answer under its root key, or the simplified one with plain lists, as JSON."""
    complete = fields | {"request_id": request_id()}
    answer = complete if simplify else {method.replace(".", "_") + "_response": complete}
    return as_json(answer, simplify=simplify)


def as_json(answer: Any, *, simplify: bool = False) -> bytes:
    """JSON text of an answer with its lists."""
    write = _plain if simplify else _wrapped
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"), default=write).encode()


def request_id() -> str:
    """An id as the platform gives every answer."""
    return secrets.token_hex(7)


def _plain(value: Any) -> Any:
    if isinstance(value, Rows):
        return value.rows
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _wrapped(value: Any) -> Any:
    if isinstance(value, Rows):
        return {value.element: value.rows}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _check_key(params: Mapping[str, str]) -> None:
    if not params.get("app_key"):
        raise GatewayError(28, "Missing app key")
    if params["app_key"] != APP_KEY:
        raise GatewayError(29, "Invalid app key")


def _check_format(text: str) -> None:
    if text != "json":
        raise GatewayError(23, "Invalid format", sub_msg="this sandbox answers in JSON only")


def _check_sign(params: Mapping[str, str], family: Family, default: str, path: str = "") -> None:
    if not params.get("sign"):
        raise GatewayError(24, "Missing signature")
    chosen = params.get("sign_method") or default
    if chosen not in family.sign_methods or not hmac.compare_digest(
        sign(params, SECRET, chosen, path).encode(), params["sign"].encode()
    ):
        raise GatewayError(25, "Invalid signature")


def _check_time(text: str, now: datetime, family: Family) -> None:
    if not text:
        raise GatewayError(30, "Missing timestamp")
    try:
        stamped = _moment(text, family)
    except (ValueError, OverflowError, OSError) as error:
        raise GatewayError(31, "Invalid timestamp") from error
    if abs(stamped - now) > family.skew:
        minutes = family.skew // timedelta(minutes=1)
        raise GatewayError(31, "Invalid timestamp", sub_msg=f"more than {minutes} minutes off")


def _moment(text: str, family: Family) -> datetime:
    """Epoch milliseconds anywhere; else Beijing text on TOP, UTC in ISO form on the newer gateways."""
    if text.isdigit():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    if family is TOP:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)

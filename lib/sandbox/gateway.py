"""The gateway: who may call, and what an answer looks like."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from lib.aliexpress.protocol import BEIJING, sign

APP_KEY, SECRET, TOKEN = "12345678", "sandbox-secret", "sandbox-token"
#: How far a TOP timestamp may be off.
SKEW = timedelta(minutes=10)
SIGN_METHODS = ("md5", "hmac", "hmac-sha256")


class GatewayError(Exception):
    """A call turned away, or failed, before or instead of a business answer."""

    def __init__(self, code: int | str, msg: str, *, sub_code: str = "", sub_msg: str = "") -> None:
        super().__init__(msg)
        self.code, self.msg, self.sub_code, self.sub_msg = code, msg, sub_code, sub_msg

    def body(self) -> dict[str, Any]:
        """The `error_response` of the platform."""
        error = {"code": self.code, "msg": self.msg, "request_id": request_id()}
        if self.sub_code:
            error |= {"sub_code": self.sub_code, "sub_msg": self.sub_msg}
        return {"error_response": error}


def missing(name: str) -> GatewayError:
    """A required argument of a call is not there."""
    return GatewayError(
        40, "Missing required arguments", sub_code="isv.missing-parameter", sub_msg=f"missing {name}"
    )


def invalid(name: str, why: str) -> GatewayError:
    """An argument of a call is not what it must be."""
    return GatewayError(41, "Invalid arguments", sub_code="isv.invalid-parameter", sub_msg=f"{name}: {why}")


def admit(params: Mapping[str, str], now: datetime) -> None:
    """Let a signed call in. Raises GatewayError as the platform would turn it away."""
    for name, code, text in (("method", 21, "Missing method"), ("app_key", 28, "Missing app key")):
        if not params.get(name):
            raise GatewayError(code, text)
    if params["app_key"] != APP_KEY:
        raise GatewayError(29, "Invalid app key")
    if params.get("v") != "2.0":
        raise GatewayError(32 if not params.get("v") else 33, "Invalid version")
    if params.get("format", "xml") != "json":
        raise GatewayError(23, "Invalid format", sub_msg="this sandbox answers in JSON only")
    _check_time(params.get("timestamp", ""), now)
    wanted = params.get("sign_method", "md5")
    if not params.get("sign"):
        raise GatewayError(24, "Missing signature")
    if wanted not in SIGN_METHODS or not hmac.compare_digest(
        sign(params, SECRET, wanted).encode(), params["sign"].encode()
    ):
        raise GatewayError(25, "Invalid signature")
    if not params.get("session"):
        raise GatewayError(26, "Missing session")
    if params["session"] != TOKEN:
        raise GatewayError(
            27, "Invalid session", sub_code="invalid-sessionkey", sub_msg="expired or unknown token"
        )


def envelope(method: str, fields: dict[str, Any], *, simplify: bool) -> dict[str, Any]:
    """A full answer under its root key, or the simplified one with plain lists."""
    complete = fields | {"request_id": request_id()}
    if simplify:
        plain = _plain(complete)
        return plain if isinstance(plain, dict) else complete
    return {method.replace(".", "_") + "_response": complete}


def wrapped(element: str, rows: list[Any]) -> dict[str, Any]:
    """A list as the full answer has it: under one key named after its element."""
    return {_WRAP: element, element: rows}


def unmark(value: Any) -> Any:
    """Take the marks of `wrapped` out of a full answer."""
    if isinstance(value, dict):
        return {name: unmark(one) for name, one in value.items() if name != _WRAP}
    return [unmark(one) for one in value] if isinstance(value, list) else value


def request_id() -> str:
    """An id as the platform gives every answer."""
    return secrets.token_hex(7)


_WRAP = "\0element"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if _WRAP in value:
            return [_plain(one) for one in value[value[_WRAP]]]
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _check_time(text: str, now: datetime) -> None:
    if not text:
        raise GatewayError(30, "Missing timestamp")
    try:
        if text.isdigit():
            stamped = datetime.fromtimestamp(int(text) / 1000, UTC)
        else:
            stamped = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except (ValueError, OverflowError, OSError) as error:
        raise GatewayError(31, "Invalid timestamp") from error
    if abs(stamped - now) > SKEW:
        raise GatewayError(31, "Invalid timestamp", sub_msg="more than 10 minutes off")

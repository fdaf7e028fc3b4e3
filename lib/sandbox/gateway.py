"""The gateways: who may call, and how each of them says no.

Both business gateways take the same calls; they differ in how they sign, how strict their clock is and how they
say no. The third one, /rest, knows calls by path: tokens, and every business call with slashes for its dots.
"""

from __future__ import annotations

import hmac
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lib.aliexpress.protocol import BEIJING, sign

APP_KEY, SECRET = "12345678", "sandbox-secret"


@dataclass(frozen=True)
class Family:
    """One of the gateways: how it wants to be called, and how it says no."""

    path: str
    sign_methods: tuple[str, ...]
    skew: timedelta  #: How far a timestamp may be off.
    wants_version: bool
    default_format: str
    formats: tuple[str, ...] = ("json",)


TOP = Family(
    "/router/rest", ("md5", "hmac", "hmac-sha256"), timedelta(minutes=10), True, "xml", ("json", "xml")
)
SYNC = Family("/sync", ("sha256", "md5"), timedelta(seconds=7200), False, "json")
REST = Family("/rest", ("sha256",), timedelta(seconds=7200), False, "json")

#: Numeric code → type, text code and usual text on the newer gateways. The codes for a bad time stamp and an
#: unknown method are UNCONFIRMED.
TEXT_CODES = {
    7: ("ISV", "ApiCallLimit", ""),
    11: ("ISV", "InsufficientPermission", "Insufficient permission to call the API"),
    15: ("ISP", "ServiceTimeout", "The backend service did not answer in time"),
    21: ("ISV", "InvalidApiPath", "The specified API path is invalid"),
    22: ("ISV", "InvalidApiPath", "The specified API path is invalid"),
    24: ("ISV", "IncompleteSignature", "The request signature does not conform to platform standards"),
    25: ("ISV", "IncompleteSignature", "The request signature does not conform to platform standards"),
    26: ("ISV", "IllegalAccessToken", "The specified access token is invalid or expired"),
    27: ("ISV", "IllegalAccessToken", "The specified access token is invalid or expired"),
    28: ("ISV", "InvalidAppKey", "The specified App Key is invalid"),
    29: ("ISV", "InvalidAppKey", "The specified App Key is invalid"),
    30: ("ISV", "InvalidTimestamp", "The specified timestamp is missing"),
    31: ("ISV", "InvalidTimestamp", "The specified timestamp is outside the allowed range"),
    40: ("ISV", "MissingParameter", ""),
}
OTHERWISE = ("ISV", "InvalidParameter", "")


class GatewayError(Exception):
    """A call turned away, or failed, before or instead of a business answer.

    `text_code` and `text` replace the newer gateways' usual ones for this number.
    """

    def __init__(
        self,
        code: int,
        msg: str,
        *,
        sub_code: str = "",
        sub_msg: str = "",
        text_code: str = "",
        text: str = "",
    ) -> None:
        super().__init__(msg)
        self.code, self.msg, self.sub_code, self.sub_msg = code, msg, sub_code, sub_msg
        self.text_code, self.text = text_code, text

    def body(self, family: Family = TOP) -> dict[str, Any]:
        """The error as this gateway words it."""
        if family is TOP:
            return {"error_response": self._numbered()}
        kind, code, usual = TEXT_CODES.get(self.code, OTHERWISE)
        error = {"type": kind, "code": self.text_code or code, "request_id": request_id()}
        text = self.text or usual or ". ".join(part for part in (self.msg, self.sub_msg) if part)
        if family is REST:
            return error | {"message": text}
        return {"error_response": error | {"msg": text, "_trace_id_": request_id()}}

    def _numbered(self) -> dict[str, Any]:
        error = {"code": self.code, "msg": self.msg, "request_id": request_id()}
        stated = {"sub_code": self.sub_code, "sub_msg": self.sub_msg}
        return error | {name: text for name, text in stated.items() if text}


def missing(name: str) -> GatewayError:
    """A required argument of a call is not there."""
    return GatewayError(
        40, "Missing required arguments", sub_code="isv.missing-parameter", sub_msg=f"missing {name}"
    )


def invalid(name: str, why: str) -> GatewayError:
    """An argument of a call is not what it must be."""
    return GatewayError(41, "Invalid arguments", sub_code="isv.invalid-parameter", sub_msg=f"{name}: {why}")


def admit(params: Mapping[str, str], family: Family, path: str = "") -> None:
    """Let a signed call in, whoever it speaks for. Raises GatewayError as the platform would turn it away.

    `path`: of a /rest call, where it is signed in front and names the call. The clock is the real one: a caller
    does not know that `advance` moved the sandbox's.
    """
    if family is not REST and not params.get("method"):
        raise GatewayError(21, "Missing method")
    _check_key(params)
    version = params.get("v", "")
    if version != "2.0" and (version or family.wants_version):
        raise GatewayError(33 if version else 32, "Invalid version")
    if params.get("format", family.default_format) not in family.formats:
        raise GatewayError(23, "Invalid format")
    _check_time(params.get("timestamp", ""), datetime.now(UTC), family)
    _check_sign(params, family, "md5" if family is TOP else "", path)


def request_id() -> str:
    """An id as the platform gives every answer."""
    return f"{random.getrandbits(56):014x}"


def _check_key(params: Mapping[str, str]) -> None:
    if not params.get("app_key"):
        raise GatewayError(28, "Missing app key")
    if params["app_key"] != APP_KEY:
        raise GatewayError(29, "Invalid app key")


def _check_sign(params: Mapping[str, str], family: Family, default: str, path: str) -> None:
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

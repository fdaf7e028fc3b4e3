"""The rules of the wire, without any I/O: signing, encoding, and unwrapping answers.

Three gateways take calls. Business calls have the same names, parameters and answers on each of them:

    TOP   /router/rest   the older one; the call's name is the parameter `method`
    SYNC  /sync          the present one; as TOP, signed with HMAC-SHA256, timestamps in milliseconds
    REST  /rest + path   tokens, and newer calls known by a path; the token is called `access_token`

Source: "How to Invoke API" (TOP) and "Calling parameters", "Signature" (IOP) of the platform's documentation.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode, urlsplit

from lib.aliexpress.errors import BadAnswer, from_answer

#: TOP timestamps are texts in this zone.
BEIJING = timezone(timedelta(hours=8))
VERSION = "2.0"
#: Tokens are made here when the business calls go to a host that knows none (TOP's).
TOKEN_BASE = "https://api-sg.aliexpress.com"
_ERROR_TYPES = ("ISV", "ISP", "SYSTEM")


class Gateway(StrEnum):
    """Which of the three, by its path."""

    TOP = "/router/rest"
    SYNC = "/sync"
    REST = "/rest"


class Style(StrEnum):
    """Where the parameters stand. The server merges query and body, and real clients do each of these."""

    BODY = "body"  #: POST, everything in the form: no proxy or server writes a token into its log. Ours.
    SPLIT = "split"  #: POST, system parameters in the query, the others in the form: the official clients.
    QUERY = "query"  #: POST with an empty body, everything in the query.
    GET = "get"


#: Per gateway: the ways to sign it takes, the usual one first. That every app may use hmac-sha256 on TOP is
#: UNCONFIRMED, so it is never chosen by itself.
SIGN_METHODS = {
    Gateway.TOP: ("md5", "hmac", "hmac-sha256"),
    Gateway.SYNC: ("sha256", "md5"),
    Gateway.REST: ("sha256",),
}
_DIGESTS = {"hmac": "md5", "hmac-sha256": "sha256", "sha256": "sha256"}
_SYSTEM = frozenset(
    {"app_key", "method", "session", "access_token", "timestamp", "v", "format", "sign_method", "simplify"}
) | {"sign"}


@dataclass(frozen=True)
class Address:
    """Where calls go: a gateway at a host."""

    base: str  #: Scheme and host, without a path of ours.
    gateway: Gateway

    def endpoint(self, method: str) -> str:
        """The URL of a call."""
        return self.base + self.gateway + (path_of(method) if self.gateway is Gateway.REST else "")

    @property
    def url(self) -> str:
        """As a setting would name it."""
        return self.base + self.gateway

    @property
    def tokens(self) -> Address:
        """Where tokens are made. That one from there opens TOP as well is UNCONFIRMED."""
        host = urlsplit(self.base).hostname or ""
        return Address(TOKEN_BASE if host.endswith("taobao.com") else self.base, Gateway.REST)


@dataclass(frozen=True)
class Call:
    """One signed call as it goes on the wire; `body` is a form. Never logged: it has the token."""

    verb: str
    url: str
    body: bytes | None


def locate(url: str) -> Address:
    """The gateway a URL names. A bare host is the present gateway, except where only the older one is served."""
    bare = url.strip().rstrip("/")
    for gateway in (Gateway.TOP, Gateway.SYNC, Gateway.REST):  # /router/rest ends with /rest too.
        if bare.endswith(gateway):
            return Address(bare.removesuffix(gateway), gateway)
    host = urlsplit(bare).hostname or ""
    return Address(bare, Gateway.TOP if host.endswith("taobao.com") else Gateway.SYNC)


def path_of(method: str) -> str:
    """A call's path on /rest: `/auth/token/create`, and for a dotted name its parts (UNCONFIRMED for older ones)."""
    return method if method.startswith("/") else "/" + method.replace(".", "/")


def sign(params: Mapping[str, str], secret: str, method: str = "md5", path: str = "") -> str:
    """The signature over parameters as they go on the wire, in upper-case hex.

    `method` is the value of `sign_method`: md5, hmac (HMAC-MD5), hmac-sha256 or sha256 (both HMAC-SHA256).
    `path` is signed in front on the /rest gateway only. `sign` itself and empty names or values are left out.
    """
    kept = sorted(
        ((name, value) for name, value in params.items() if name and value and name != "sign"),
        key=lambda pair: pair[0].encode(),
    )
    joined = path + "".join(name + value for name, value in kept)
    if method == "md5":
        return hashlib.md5(f"{secret}{joined}{secret}".encode()).hexdigest().upper()
    return hmac.new(secret.encode(), joined.encode(), _DIGESTS[method]).hexdigest().upper()


def request(
    method: str,
    parameters: Mapping[str, Any],
    *,
    app_key: str,
    secret: str,
    session: str,
    at: datetime,
    gateway: Gateway = Gateway.TOP,
    sign_method: str = "",
    simplify: bool = False,
) -> dict[str, str]:
    """All parameters of a signed call. Objects travel as JSON text, plain lists comma-separated.

    `session` is the seller's token; an empty one is not sent (token calls have none yet).
    """
    signing = sign_method or SIGN_METHODS[gateway][0]
    fields = {name: encode(value) for name, value in parameters.items() if value is not None}
    fields |= {"app_key": app_key, "sign_method": signing, "timestamp": timestamp(gateway, at)}
    if gateway is Gateway.REST:
        fields["access_token"] = session
    else:
        fields |= {"format": "json", "method": method, "session": session, "v": VERSION}
        if simplify:
            fields["simplify"] = "true"
    # Whether the server would drop blank values before it checks the signature is UNCONFIRMED: send none.
    sent = {name: value for name, value in fields.items() if value.strip()}
    path = path_of(method) if gateway is Gateway.REST else ""
    return sent | {"sign": sign(sent, secret, signing, path)}


def call(address: Address, method: str, signed: Mapping[str, str], style: Style = Style.BODY) -> Call:
    """Signed parameters as an HTTP request."""
    url = address.endpoint(method)
    if style is Style.BODY:
        return Call("POST", url, urlencode(signed).encode())
    queried = signed
    if style is Style.SPLIT:
        queried = {name: value for name, value in signed.items() if name in _SYSTEM}
    form = {name: value for name, value in signed.items() if name not in queried}
    body = None if style is Style.GET else urlencode(form).encode()
    return Call("GET" if style is Style.GET else "POST", f"{url}?{urlencode(queried)}", body)


def timestamp(gateway: Gateway, at: datetime) -> str:
    """A moment as the gateway reads it: Beijing time on TOP, milliseconds since 1970 on the others."""
    if gateway is Gateway.TOP:
        return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    return str(int(at.timestamp() * 1000))


def encode(value: Any) -> str:
    """A parameter as text: true/false, comma-separated plain lists, JSON for anything with structure."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple) and all(isinstance(one, str | int) for one in value):
        return ",".join(encode(one) for one in value)
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def answer(method: str, body: bytes, *, write: bool = False) -> dict[str, Any]:
    """The fields of an answer, whether or not it has a root key.

    Raises the error an `error_response` names, and BadAnswer for what is not an answer at all.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadAnswer("bad_json", text=f"{len(body)} bytes that are not JSON") from error
    if not isinstance(found, dict):
        raise BadAnswer("bad_json", text="JSON that is not an object")
    if isinstance(found.get("error_response"), dict):
        raise from_answer(found["error_response"], write=write)
    if _is_flat_error(found):
        raise from_answer(found, write=write)
    root = found.get(method.replace(".", "_") + "_response", found)
    if not isinstance(root, dict) or not root or "error_response" in root:
        raise BadAnswer("bad_json", text="a root that is not an object with fields")
    return root


def listed(value: Any) -> list[Any]:
    """A list, whichever way it is wrapped: plain, under one key named after its element, or missing.

    Raises BadAnswer for anything else: a list that cannot be read must not look like an empty one.
    """
    if value is None or value == "" or value == {}:
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and len(value) == 1:
        [inner] = value.values()
        if isinstance(inner, list) or not inner:
            return inner or []
    raise BadAnswer("bad_fields", text=f"a {type(value).__name__} where a list belongs")


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, whatever wraps them. Raises BadAnswer when it is not a list of objects.

    Which key wraps a list is UNCONFIRMED for many calls, so any single one is taken.
    """
    found = listed(value)
    if not all(isinstance(one, dict) for one in found):
        raise BadAnswer("bad_fields", text="a list of something other than objects")
    return found


def _is_flat_error(found: Mapping[str, Any]) -> bool:
    """An error of /rest, which is not wrapped and says `message`; code 0 or none is a success there."""
    if str(found.get("code", "0")) in ("", "0", "None"):
        return False
    return found.get("type") in _ERROR_TYPES or "message" in found

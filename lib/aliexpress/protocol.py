"""The rules of the wire, without any I/O: signing, encoding, and unwrapping answers.

Source: "How to Invoke API" (TOP) and "Calling parameters", "Signature" (IOP) of the platform's documentation.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from lib.aliexpress.errors import BadAnswer, from_answer

#: TOP timestamps are texts in this zone.
BEIJING = timezone(timedelta(hours=8))
VERSION = "2.0"


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
    digest = {"hmac": "md5", "hmac-sha256": "sha256", "sha256": "sha256"}[method]
    return hmac.new(secret.encode(), joined.encode(), digest).hexdigest().upper()


def request(
    method: str,
    parameters: Mapping[str, Any],
    *,
    app_key: str,
    secret: str,
    session: str,
    at: datetime,
    sign_method: str = "md5",
) -> dict[str, str]:
    """All parameters of a signed TOP call. Objects travel as JSON text, plain lists comma-separated."""
    fields = {name: encode(value) for name, value in parameters.items() if value is not None}
    fields |= {
        "app_key": app_key,
        "format": "json",
        "method": method,
        "session": session,
        "sign_method": sign_method,
        "timestamp": f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
        "v": VERSION,
    }
    # Whether the server would drop blank values before it checks the signature is UNCONFIRMED: send none.
    sent = {name: value for name, value in fields.items() if value.strip()}
    return sent | {"sign": sign(sent, secret, sign_method)}


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
    if found.get("type") in ("ISV", "ISP", "SYSTEM") and "code" in found:
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
    """The objects of a list. Raises BadAnswer when it is not a list of objects."""
    found = listed(value)
    if not all(isinstance(one, dict) for one in found):
        raise BadAnswer("bad_fields", text="a list of something other than objects")
    return found

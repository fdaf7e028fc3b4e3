"""A second check of signed requests, written from the platform's documentation alone.

It shares no line with `lib.aliexpress.protocol`: the digests are spelt out, and so is what each gateway wants.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

BLOCK = 64


def objections(
    path: str, params: Mapping[str, str], secret: str, *, now: datetime | None = None
) -> list[str]:
    """Everything the gateway at this path would object to; nothing for a request it accepts."""
    now = now or datetime.now(UTC)
    if path == "/router/rest":
        wanted, never, methods, api = {"app_key", "method", "timestamp", "v"}, {"access_token"}, TOP, ""
    elif path == "/sync":
        wanted, never, methods, api = {"app_key", "method", "timestamp"}, {"access_token"}, SYNC, ""
    elif path.startswith("/rest/"):
        wanted, never, methods = (
            {"app_key", "timestamp"},
            {"method", "session", "v", "format", "simplify"},
            REST,
        )
        api = path.removeprefix("/rest")
    else:
        return [f"no gateway at {path}"]
    found = [f"{name} is missing" for name in wanted | {"sign", "sign_method"} if not params.get(name)]
    found += [f"{name} does not belong here" for name in never & params.keys()]
    found += [f"{name} is blank" for name, value in params.items() if not value.strip()]
    if params.get("sign_method") not in methods:
        return [*found, f"sign_method {params.get('sign_method')}"]
    if params.get("sign") != _expected(params, secret, params["sign_method"], api):
        found.append("the signature differs")
    if path == "/router/rest" and params.get("format") != "json":
        found.append("the default format is xml")
    if not _in_time(path, params.get("timestamp", ""), now):
        found.append("the timestamp is off")
    return found


TOP = {"md5", "hmac", "hmac-sha256"}
SYNC = {"sha256", "md5"}
REST = {"sha256"}


def _expected(params: Mapping[str, str], secret: str, method: str, api: str) -> str:
    names = sorted((name for name in params if name != "sign" and name and params[name]), key=str.encode)
    text = b""
    for name in names:
        text += name.encode("utf-8")
        text += params[name].encode("utf-8")
    key = secret.encode("utf-8")
    if method == "md5":
        return hashlib.md5(key + text + key).hexdigest().upper()
    digest = "md5" if method == "hmac" else "sha256"
    return _keyed(digest, key, api.encode("utf-8") + text).hex().upper()


def _keyed(digest: str, key: bytes, text: bytes) -> bytes:
    """HMAC as RFC 2104 has it."""
    if len(key) > BLOCK:
        key = hashlib.new(digest, key).digest()
    key = key.ljust(BLOCK, b"\0")
    inner = hashlib.new(digest, bytes(byte ^ 0x36 for byte in key) + text).digest()
    return hashlib.new(digest, bytes(byte ^ 0x5C for byte in key) + inner).digest()


def _in_time(path: str, text: str, now: datetime) -> bool:
    if path == "/router/rest":
        china = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) - timedelta(hours=8)
        return abs(now - china) <= timedelta(minutes=10)
    return text.isdigit() and abs(now.timestamp() * 1000 - int(text)) <= 7_200_000

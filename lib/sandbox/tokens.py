"""Token calls of the /rest gateway: they hand out the one token this sandbox knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lib.sandbox.fields import need
from lib.sandbox.gateway import TOKEN, GatewayError, request_id

REFRESH_TOKEN = "sandbox-refresh"
LASTS, REFRESH_LASTS = timedelta(days=30), timedelta(days=60)
CREATE = ("/auth/token/create", "/auth/token/security/create")
REFRESH = ("/auth/token/refresh", "/auth/token/security/refresh")


def answer(path: str, params: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The flat answer of a token call. Raises GatewayError."""
    if path in CREATE:
        need(params, "code")
    elif path in REFRESH:
        if need(params, "refresh_token") != REFRESH_TOKEN:
            raise GatewayError(27, "The specified refresh token is invalid or expired")
    else:
        raise GatewayError(22, "Invalid path")
    return {
        "code": "0",
        "request_id": request_id(),
        "access_token": TOKEN,
        "refresh_token": REFRESH_TOKEN,
        "expires_in": int(LASTS.total_seconds()),
        "refresh_expires_in": int(REFRESH_LASTS.total_seconds()),
        "expire_time": int((now + LASTS).timestamp() * 1000),
        "refresh_token_valid_time": int((now + REFRESH_LASTS).timestamp() * 1000),
        "account_platform": "seller_center",
        "account": "sandbox",
        "sp": "ae",
    }

"""What can go wrong with the platform, divided by what to do next.

PlatformError
├── Refused             understood, and said no: show it, do not repeat
│   └── FieldLimit      would be refused: a field is outside the platform's limits; nothing was sent
├── Unavailable         surely not handled (no connection, turned away for rate): safe to repeat
│   ├── DailyQuota      nothing more today, Beijing time
│   └── Unauthorised    token, key or signature not accepted: a person must act before it is repeated
└── OutcomeUnknown      perhaps handled (time-out, HTTP 5xx, `isp.*` after a write): ask before repeating
    └── BadAnswer       answered outside the protocol: also tell the developers
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

#: "This ban will last for 2 more seconds" (TOP) and "this ban will last 1 seconds" (IOP).
_BAN = re.compile(r"ban will last\s+(?:for\s+)?(\d+)\s*(?:more\s+)?second", re.IGNORECASE)
#: Waiting exactly as long as the text says runs into the same ban again.
BAN_MARGIN_S = 0.5
#: A ban whose text names no seconds.
BAN_DEFAULT_S = 2.0
#: A ban of the whole app that is longer than this is the day's quota, not a moment's haste (UNCONFIRMED).
LONG_BAN_S = 3600.0
#: Two clocks, and a margin, apart.
SAME_MOMENT_S = 120.0


class PlatformError(Exception):
    """Any failure of a call. `code` and `sub_code` are the platform's (or ours), `text` its words."""

    def __init__(
        self, code: str = "", *, sub_code: str = "", text: str = "", request_id: str | None = None
    ) -> None:
        super().__init__(" ".join(part for part in (code, sub_code, text) if part))
        self.code, self.sub_code, self.text, self.request_id = code, sub_code, text, request_id

    def hide(self, *secrets: str) -> None:
        """Take secrets out of the platform's words, which may repeat what was sent."""
        for secret in secrets:
            if secret and secret in self.text:
                self.text = self.text.replace(secret, "…")
                self.args = tuple(str(one).replace(secret, "…") for one in self.args)


class Refused(PlatformError):
    """Understood, and said no. Repeating it brings the same answer."""


class FieldLimit(Refused):
    """A field is outside the platform's limits; nothing was sent. Never carries the value itself."""

    def __init__(self, field: str, limit: str, found: str) -> None:
        super().__init__("field_limit", sub_code=field, text=f"{field}: {limit}, found {found}")
        self.field, self.limit, self.found = field, limit, found


class Unavailable(PlatformError):
    """Surely not handled. `retry_after` is in seconds when the platform says it."""

    def __init__(self, code: str = "", *, retry_after: float | None = None, **known: Any) -> None:
        super().__init__(code, **known)
        self.retry_after = retry_after


class DailyQuota(Unavailable):
    """The app's calls of the day are used up, until midnight in Beijing."""


class Unauthorised(Unavailable):
    """The token, the app key or the signature is not accepted."""


class OutcomeUnknown(PlatformError):
    """Perhaps handled: ask before repeating."""


class BadAnswer(OutcomeUnknown):
    """Answered outside the protocol."""


#: Codes of both gateway families. A code in none of these sets may mean anything: a write that got one is
#: asked about, never taken for a refusal.
LIMITED = {"4", "5", "6", "7", "8", "ApiCallLimit", "AppCallLimit", "SellerCallLimit"}
QUOTA = {"accesscontrol.limited-by-app-access-count"}
#: Limits of the app or the seller, not of one method.
OF_ALL_METHODS = {"4", "5", "6", "AppCallLimit", "SellerCallLimit"}
#: Limits of one seller (SellerCallLimit was seen on a sister gateway of the same family: UNCONFIRMED here).
OF_THE_SELLER = {"4", "5", "SellerCallLimit"}
#: Another token helps, once.
OF_SESSION = {"26", "27", "IllegalAccessToken"}
#: Another timestamp helps, once (the text code's exact spelling is UNCONFIRMED).
OF_CLOCK = {"30", "31", "InvalidTimestamp"}
NOT_LET_IN = {
    "11", "12", "13", "24", "25", "26", "27", "28", "29", "30", "31", "53",
    "IncompleteSignature", "IllegalAccessToken", "AppWhiteIpLimit", "InvalidAppKey", "InsufficientPermission",
    "InvalidTimestamp",
    "no_token", "not_refreshable",  # Ours: nobody was asked.
}  # fmt: skip
REFUSALS = {
    "3", "9", "21", "22", "23", "32", "33", "34", "40", "41", "42", "43",
    "MissingParameter", "InvalidParameter", "InvalidApiPath",
}  # fmt: skip


def from_answer(error: Mapping[str, Any], *, write: bool) -> PlatformError:
    """The error in an `error_response` (or an unwrapped /rest error), by what to do next.

    `write`: the call changes something there, so that an error on the platform's side leaves it unknown
    whether it was carried out. Source: "Troubleshooting and error codes" (TOP), error samples of the API pages.
    """
    code, sub_code = str(error.get("code", "")), str(error.get("sub_code") or "")
    text = str(error.get("sub_msg") or error.get("msg") or error.get("message") or "")
    known: dict[str, Any] = {"sub_code": sub_code, "text": text, "request_id": error.get("request_id")}
    if code in LIMITED or sub_code.startswith("accesscontrol."):
        return _limited(code, ban_seconds(f"{text} {error.get('msg', '')}"), known)
    if code in NOT_LET_IN:
        return Unauthorised(code, **known)
    ours = sub_code.startswith("isv.") or error.get("type") == "ISV" or code in REFUSALS
    if ours and not sub_code.startswith("isp."):
        return Refused(sub_code if sub_code.startswith("isv.") else code, **known)
    return OutcomeUnknown(code, **known) if write else Unavailable(code, **known)


def ban_seconds(text: str) -> float | None:
    """How long a ban lasts by its text, in seconds with a margin; None when the text does not say."""
    found = _BAN.search(text)
    return float(found.group(1)) + BAN_MARGIN_S if found else None


def of_all_methods(error: Unavailable) -> bool:
    """Whether a ban stops every method, not just the one that was called."""
    return isinstance(error, DailyQuota) or error.code in OF_ALL_METHODS or error.sub_code in QUOTA


def of_the_seller(error: PlatformError) -> bool:
    """Whether a ban is of one seller, so that other shops of the app go on."""
    return error.code in OF_THE_SELLER


def of_session(error: PlatformError) -> bool:
    """Whether the token was not accepted."""
    return error.code in OF_SESSION


def of_clock(error: PlatformError) -> bool:
    """Whether the timestamp was not accepted."""
    return error.code in OF_CLOCK


def trouble(error: PlatformError) -> str:
    """Why nothing goes on, as one code that survives where the error itself does not."""
    return "daily_quota" if isinstance(error, DailyQuota) else error.code or "unreachable"


@contextmanager
def reading() -> Iterator[None]:
    """Let a question end as Unavailable where a write would end as OutcomeUnknown.

    A question changes nothing, so what came back unreadable may simply be asked again.
    """
    try:
        yield
    except OutcomeUnknown as error:
        raise Unavailable(
            error.code, sub_code=error.sub_code, text=error.text, request_id=error.request_id
        ) from error


def as_daily(error: PlatformError, until_midnight_s: float) -> PlatformError:
    """A ban of the whole app that ends with the quota's day is the quota's, however little is left of the day."""
    if isinstance(error, DailyQuota) or not isinstance(error, Unavailable) or error.retry_after is None:
        return error
    if not _of_app(error.code, error.sub_code) or abs(error.retry_after - until_midnight_s) > SAME_MOMENT_S:
        return error
    return DailyQuota(
        error.code,
        sub_code=error.sub_code,
        text=error.text,
        request_id=error.request_id,
        retry_after=error.retry_after,
    )


def _of_app(code: str, sub_code: str) -> bool:
    return code == "AppCallLimit" or sub_code in QUOTA


def _limited(code: str, stated: float | None, known: dict[str, Any]) -> Unavailable:
    if _of_app(code, known["sub_code"]) and (stated is None or stated > LONG_BAN_S):
        return DailyQuota(code, retry_after=stated, **known)
    return Unavailable(code, retry_after=stated or BAN_DEFAULT_S + BAN_MARGIN_S, **known)

"""Errors a person is told about: what the desk itself cannot do, and what the platform did not do."""

from __future__ import annotations

from lib.aliexpress.errors import (
    LIMITED,
    NOT_LET_IN,
    BadAnswer,
    DailyQuota,
    FieldLimit,
    PlatformError,
    Refused,
    Unauthorised,
    Unavailable,
    of_clock,
    of_session,
)
from lib.domain.problems import Problem
from lib.texts import gettext as _
from lib.wording.problems import problem_sentence
from lib.wording.shipments import reason_sentence

#: The errors a person is told about in a sentence; any other is a fault of the program.
SAYABLE = (Problem, PlatformError)

#: The platform, or our memory of what it said, wants fewer calls for a moment.
PAUSES = LIMITED | {"banned", "paced"}
ADDRESS_LIST = {"AppWhiteIpLimit"}
RIGHTS = {"11", "12", "13", "53", "InsufficientPermission"}


def error_sentence(error: Exception) -> str:
    """What went wrong, where, and what to do. Raises TypeError for an error that is not SAYABLE."""
    match error:
        case Problem():
            return problem_sentence(error.code, **error.details)
        case FieldLimit():
            return _(
                "The platform's limits do not allow this: {text}. Nothing was sent. Correct the field and try again.",
                text=error.text,
            )
        case Refused():
            return reason_sentence(error.code, error.text) or _("The platform refused it without words.")
        case DailyQuota():
            return _(
                "The platform's calls for today are used up, until midnight in Beijing. Nothing was lost; the batch "
                "waits and goes on by itself."
            )
        case Unauthorised():
            return _unauthorised(error)
        case Unavailable() if error.code in PAUSES:
            return _(
                "The platform limits how often it is asked ({code}). Nothing was lost; the batch pauses as long as "
                "the platform wants and goes on by itself.",
                code=_code(error),
            )
        case Unavailable() if error.code == "sandbox_did_not_start":
            return _(
                "The sandbox platform did not start. Nothing was lost. See whether another program uses the folder "
                "`sandbox` of SHIPDESK_DATA, then try again."
            )
        case Unavailable() if error.code == "unreachable":
            return _(
                "The platform cannot be reached. Nothing was lost; the batch waits and goes on by itself. See "
                "whether this machine is online."
            )
        case Unavailable():
            return _(
                "The platform cannot be reached ({code}). Nothing was lost; the batch waits and goes on by itself.",
                code=_code(error),
            )
        case BadAnswer():
            return _(
                "The platform answered in a way nobody can read ({code}). Nothing is sent twice: it is asked what it "
                "has. If this lasts, tell the developers.",
                code=_code(error),
            )
        case PlatformError():
            return _(
                "No clear answer came from the platform ({code}). Nothing is sent twice: it is asked what it has.",
                code=_code(error),
            )
    raise TypeError(f"no sentence for {type(error).__name__}") from error


def trouble_sentence(code: str) -> str:
    """Why nothing is sent just now, by the code the dispatcher keeps."""
    if code == "unforeseen":
        return _(
            "The program stumbled; its log has the details. What may be under way is asked about before it is "
            "repeated."
        )
    if code == "not_written":
        return _(
            "What is sent and answered cannot be written down; is the disk full? Answers are kept, and sending goes "
            "on by itself as soon as there is room."
        )
    if code == "not_answering":
        return _(
            "The platform answers requests with errors of its own, several in a row. It is tried with one parcel at "
            "a time, and the batch goes on by itself as soon as one is answered. Nothing is sent twice."
        )
    if code == "daily_quota":
        return error_sentence(DailyQuota(code))
    return error_sentence(Unauthorised(code) if code in NOT_LET_IN else Unavailable(code))


def _unauthorised(error: Unauthorised) -> str:
    """Who is let in is decided in different places: each code says which one a person must go to."""
    if error.code in ("no_token", "not_refreshable"):
        return _(
            "This shop has not let Shipdesk in, or its authorisation has ended ({code}). Nothing was lost. Authorise "
            "it on the page Connection.",
            code=_code(error),
        )
    if of_session(error):
        return _(
            "The platform does not accept the shop's token any more ({code}), and it could not be refreshed. Nothing "
            "was lost. Authorise the shop again on the page Connection.",
            code=_code(error),
        )
    if of_clock(error):
        return _(
            "The platform does not accept the time of this machine ({code}). Nothing was lost. Set the machine's "
            "clock; the batch goes on by itself.",
            code=_code(error),
        )
    if error.code in ADDRESS_LIST:
        return _(
            "The platform takes no calls from this machine's internet address ({code}). Nothing was lost. Put the "
            "address on the app's white list in the platform's console.",
            code=_code(error),
        )
    if error.code in RIGHTS:
        return _(
            "The app has no right to make this call ({code}). Nothing was lost. Ask for the right in the platform's "
            "console.",
            code=_code(error),
        )
    return _(
        "The platform does not accept the app key, the secret or the token ({code}). Nothing was lost. Renew "
        "them in the settings and start again.",
        code=_code(error),
    )


def _code(error: PlatformError) -> str:
    return " ".join(part for part in (error.code, error.sub_code) if part) or type(error).__name__

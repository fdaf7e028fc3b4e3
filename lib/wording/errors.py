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
)
from lib.domain.problems import Problem
from lib.texts import gettext as _
from lib.wording.problems import problem_sentence
from lib.wording.shipments import reason_sentence

#: The errors a person is told about in a sentence; any other is a fault of the program.
SAYABLE = (Problem, PlatformError)

#: The platform, or our memory of what it said, wants fewer calls for a moment.
PAUSES = LIMITED | {"banned"}


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
            return _(
                "The platform does not accept the app key, the secret or the token ({code}). Nothing was lost. Renew "
                "them in the settings and start again.",
                code=_code(error),
            )
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
    return error_sentence(Unauthorised(code) if code in NOT_LET_IN else Unavailable(code))


def _code(error: PlatformError) -> str:
    return " ".join(part for part in (error.code, error.sub_code) if part) or type(error).__name__

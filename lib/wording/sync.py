"""Why a sync of orders did not go well, and what to do; and what the sandbox is at meanwhile."""

from __future__ import annotations

from lib.texts import gettext as _
from lib.texts import later, ngettext
from lib.wording.errors import trouble_sentence

#: Kind of failure → why, and what to do. {code} is the platform's code.
FAILURES = {
    "unreachable": later(
        "The platform cannot be reached. See whether this machine is online; it is tried again by itself."
    ),
    "unanswered": later("The platform gives no usable answer ({code}). It is tried again by itself."),
    "limited": later("The platform limits how often it is asked. It is tried again by itself."),
    "quota": later(
        "The platform's calls for today are used up, until midnight in Beijing. Until then load exports by hand."
    ),
    "unauthorised": later(
        "The platform does not accept the app key, the secret or the token ({code}). Renew them; the Connection page "
        "says where."
    ),
    "refused": later(
        "The platform refuses to list the orders ({code}). See whether the app may read orders, or load exports by "
        "hand."
    ),
    "incomplete": later(
        "The list moved all the while it was read, so orders may be missing. It is read again by itself."
    ),
    "unforeseen": later("The program stumbled; its log has the details. It is tried again by itself."),
}
#: Orders are old and nothing says why: the program was closed, or the machine slept.
LATE = later(
    "Nothing was asked for longer than usual: the program was closed, or this machine slept. Sync now."
)


def sync_trouble(kind: str, code: str) -> str:
    """Why a shop's orders are not fresh, and what to do; '' for no kind is the answer to being merely old."""
    return _(FAILURES[kind], code=code or "–") if kind in FAILURES else _(LATE)


def sandbox_takes_in(count: int) -> str:
    """What the sandbox does when it is asked nothing yet: it gets to know so many orders, or just starts."""
    if not count:
        return _("The sandbox is starting…")
    return ngettext(
        "The sandbox is taking in {count} order. Whatever asks it waits for that.",
        "The sandbox is taking in {count} orders: about a minute for 100,000. Whatever asks it waits for that.",
        count,
    )


def trouble_label(kind: str, subject: str, code: str, detail: str, until: str) -> str:
    """What stands between the desk and the platform, for the Overview; `until`: a moment as it is shown, or ""."""
    if kind == "sync":
        return _("{shop}: {what}", shop=subject, what=sync_trouble(code, detail))
    if kind == "token":
        return _(
            "The authorisation of shop {shop} ends on {when}. Authorise it again.", shop=subject, when=until
        )
    if until:
        return _("{what} Waiting until {when}.", what=trouble_sentence(code), when=until)
    return trouble_sentence(code)

"""Outcomes: what became of a parcel, and what each thing that is said of one means for that.

Raw codes are kept as they came; what they mean stands in `data/reference/tracking_codes.csv`, in the words of
`Meaning`. How a sequence of them makes an outcome is `store/sql/derived/60_outcomes.sql`, in one place.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a parcel, as far as anybody said."""

    UNKNOWN = "unknown"  #: Nobody said anything that can be read.
    PRE_SHIPMENT = "pre_shipment"  #: Announced, not taken yet.
    IN_TRANSIT = "in_transit"
    CUSTOMS = "customs"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"  #: Given up or refused abroad, before anything says return or destroy.
    RETURNING = "returning"
    RETURNED = "returned"
    DESTROYED = "destroyed"
    LOST = "lost"
    EXPIRED = "expired"  #: No news for long: a statement about the news, not about the parcel.
    CANCELLED = "cancelled"


#: Nothing but another of these follows one of these.
FINAL = frozenset({Outcome.DELIVERED, Outcome.RETURNED, Outcome.DESTROYED, Outcome.LOST, Outcome.CANCELLED})


class ReturnKind(StrEnum):
    """From where a parcel comes back. Only the first is what the return service is paid for."""

    OVERSEAS = "overseas"  #: 海外退件: it had left China.
    DOMESTIC = "domestic"  #: 国内退件: it never left China.


class Leg(StrEnum):
    """Where a code puts the parcel."""

    CHINA = "china"
    ABROAD = "abroad"
    ANY = ""  #: The code does not say.


class Trouble(StrEnum):
    """What is wrong while the outcome does not say it."""

    NONE = ""
    ATTEMPT = "attempt"  #: A delivery attempt failed.
    COLLECTION = "collection"  #: It waits for its buyer to collect it.
    ADDRESS = "address"  #: Its address is being changed.
    CUSTOMS = "customs"
    REFUSED = "refused"  #: A warehouse in China did not take it: it comes home, or is disposed of.
    PROBLEM = "problem"  #: Anything else.


@dataclass(frozen=True)
class Says:
    """What an event of some meaning says. `doubtful`: its sources do not agree."""

    outcome: Outcome
    trouble: Trouble = Trouble.NONE
    leg: Leg = Leg.ANY
    signed: bool = False  #: After a return began it means: back with the seller.
    doubtful: bool = False


class Meaning(StrEnum):
    """What an event means. Their order numbers them in SQL (`meanings`): troubles, returns and ends together."""

    NO_NEWS = "no_news"
    PRE_SHIPMENT = "pre_shipment"
    CHINA = "china"
    CUSTOMS_CHINA = "customs_china"
    ABROAD = "abroad"
    TRANSIT = "transit"
    CUSTOMS_ABROAD = "customs_abroad"
    CUSTOMS = "customs"
    PRE_SHIPMENT_PROBLEM = "pre_shipment_problem"
    CHINA_PROBLEM = "china_problem"
    CHINA_REFUSED = "china_refused"
    CUSTOMS_CHINA_PROBLEM = "customs_china_problem"
    ABROAD_PROBLEM = "abroad_problem"
    PROBLEM = "problem"
    CUSTOMS_ABROAD_PROBLEM = "customs_abroad_problem"
    CUSTOMS_PROBLEM = "customs_problem"
    COLLECTION = "collection"
    ADDRESS = "address"
    ATTEMPT = "attempt"
    ATTEMPT_ABROAD = "attempt_abroad"
    UNDELIVERABLE = "undeliverable"
    UNDELIVERABLE_ABROAD = "undeliverable_abroad"
    EXPIRED = "expired"
    CHINA_SIGNED = "china_signed"
    RETURNING = "returning"
    RETURNING_ABROAD = "returning_abroad"
    RETURNED = "returned"
    DESTROYED = "destroyed"
    DESTROYED_ABROAD = "destroyed_abroad"
    LOST = "lost"
    LOST_DOUBTFUL = "lost_doubtful"
    CANCELLED = "cancelled"
    DELIVERED = "delivered"


SAYS: dict[Meaning, Says] = {
    Meaning.NO_NEWS: Says(Outcome.UNKNOWN),
    Meaning.PRE_SHIPMENT: Says(Outcome.PRE_SHIPMENT),
    Meaning.PRE_SHIPMENT_PROBLEM: Says(Outcome.PRE_SHIPMENT, Trouble.PROBLEM),
    Meaning.CANCELLED: Says(Outcome.CANCELLED),
    Meaning.CHINA: Says(Outcome.IN_TRANSIT, leg=Leg.CHINA),
    Meaning.CHINA_PROBLEM: Says(Outcome.IN_TRANSIT, Trouble.PROBLEM, Leg.CHINA),
    Meaning.CHINA_REFUSED: Says(Outcome.IN_TRANSIT, Trouble.REFUSED, Leg.CHINA),
    Meaning.CHINA_SIGNED: Says(Outcome.IN_TRANSIT, leg=Leg.CHINA, signed=True),
    Meaning.CUSTOMS_CHINA: Says(Outcome.CUSTOMS, leg=Leg.CHINA),
    Meaning.CUSTOMS_CHINA_PROBLEM: Says(Outcome.CUSTOMS, Trouble.CUSTOMS, Leg.CHINA),
    Meaning.ABROAD: Says(Outcome.IN_TRANSIT, leg=Leg.ABROAD),
    Meaning.TRANSIT: Says(Outcome.IN_TRANSIT),
    Meaning.ABROAD_PROBLEM: Says(Outcome.IN_TRANSIT, Trouble.PROBLEM, Leg.ABROAD),
    Meaning.PROBLEM: Says(Outcome.IN_TRANSIT, Trouble.PROBLEM),
    Meaning.CUSTOMS_ABROAD: Says(Outcome.CUSTOMS, leg=Leg.ABROAD),
    Meaning.CUSTOMS_ABROAD_PROBLEM: Says(Outcome.CUSTOMS, Trouble.CUSTOMS, Leg.ABROAD),
    Meaning.CUSTOMS: Says(Outcome.CUSTOMS),
    Meaning.CUSTOMS_PROBLEM: Says(Outcome.CUSTOMS, Trouble.CUSTOMS),
    Meaning.COLLECTION: Says(Outcome.IN_TRANSIT, Trouble.COLLECTION, Leg.ABROAD),
    Meaning.ADDRESS: Says(Outcome.IN_TRANSIT, Trouble.ADDRESS, Leg.ABROAD),
    Meaning.ATTEMPT: Says(Outcome.IN_TRANSIT, Trouble.ATTEMPT),
    Meaning.ATTEMPT_ABROAD: Says(Outcome.IN_TRANSIT, Trouble.ATTEMPT, Leg.ABROAD),
    Meaning.UNDELIVERABLE: Says(Outcome.UNDELIVERABLE),
    Meaning.UNDELIVERABLE_ABROAD: Says(Outcome.UNDELIVERABLE, leg=Leg.ABROAD),
    Meaning.DELIVERED: Says(Outcome.DELIVERED, signed=True),
    Meaning.RETURNING: Says(Outcome.RETURNING),
    Meaning.RETURNING_ABROAD: Says(Outcome.RETURNING, leg=Leg.ABROAD),
    Meaning.RETURNED: Says(Outcome.RETURNED),
    Meaning.DESTROYED: Says(Outcome.DESTROYED),
    Meaning.DESTROYED_ABROAD: Says(Outcome.DESTROYED, leg=Leg.ABROAD),
    Meaning.LOST: Says(Outcome.LOST),
    Meaning.LOST_DOUBTFUL: Says(Outcome.LOST, doubtful=True),
    Meaning.EXPIRED: Says(Outcome.EXPIRED),
}

#: Attempts nearer to each other than this are one attempt that two sources tell.
ONE_ATTEMPT = timedelta(minutes=10)
#: So many failed attempts are a parcel given up (one is not).
REPEATED = 2

_PREFIX = "AE_"


def normal_code(code: str) -> str:
    """A code as it is looked up: full-width forms folded, upper case, blanks as underscores, no leading AE_."""
    text = re.sub(r"\s+", "_", unicodedata.normalize("NFKC", code).strip().upper())
    return text.removeprefix(_PREFIX)


#: A parcel that left so many days ago is asked for so often; after the last of them no more by itself.
PACE: tuple[tuple[timedelta, timedelta], ...] = (
    (timedelta(days=30), timedelta(hours=12)),
    (timedelta(days=60), timedelta(hours=24)),
    (timedelta(days=120), timedelta(days=3)),
    (timedelta(days=240), timedelta(days=7)),
)
#: One that is failing is asked for at least so often: there may still be something to do.
FAILING_PACE = timedelta(hours=6)


def asked_again_in(age: timedelta, outcome: Outcome, trouble: Trouble) -> timedelta | None:
    """How long after it was asked for a parcel is asked for again; None: never again by itself.

    `age`: since it left the desk, or since the last news of it, whichever is less.
    """
    if outcome in FINAL:
        return None
    pace = next((pause for until, pause in PACE if age <= until), None)
    if pace is not None and (trouble or outcome is Outcome.UNDELIVERABLE):
        return min(pace, FAILING_PACE)
    return pace


#: A phrase of carriers' free texts, in lower case → the code of the vocabulary `text` it stands for; the most
#: specific first, returns before deliveries.
PHRASES: tuple[tuple[str, str], ...] = (
    ("退件已签收", "RETURN_SIGNED"),
    ("returned to sender and signed", "RETURN_SIGNED"),
    ("return received by sender", "RETURN_SIGNED"),
    ("returned to the sender", "RETURN_SIGNED"),
    ("seller signed for the return", "RETURN_SIGNED"),
    ("возвращено отправителю", "RETURN_SIGNED"),
    ("destroyed", "DESTROYED"),
    ("销毁", "DESTROYED"),
    ("being returned", "RETURNING"),
    ("return to sender", "RETURNING"),
    ("退件", "RETURNING"),
    ("退回", "RETURNING"),
    ("возврат", "RETURNING"),
    ("refused", "REFUSED"),
    ("拒收", "REFUSED"),
    ("отказ", "REFUSED"),
    ("not collected", "NOT_COLLECTED"),
    ("unclaimed", "NOT_COLLECTED"),
    ("истек срок хранения", "NOT_COLLECTED"),
    ("incorrect address", "WRONG_ADDRESS"),
    ("wrong address", "WRONG_ADDRESS"),
    ("insufficient address", "WRONG_ADDRESS"),
    ("地址错误", "WRONG_ADDRESS"),
    ("not delivered", "ATTEMPT_FAILED"),
    ("unable to deliver", "ATTEMPT_FAILED"),
    ("attempted delivery", "ATTEMPT_FAILED"),
    ("delivery attempt", "ATTEMPT_FAILED"),
    ("unsuccessful delivery", "ATTEMPT_FAILED"),
    ("неудачная попытка", "ATTEMPT_FAILED"),
    ("妥投失败", "ATTEMPT_FAILED"),
    ("to be delivered", "OUT_FOR_DELIVERY"),
    ("out for delivery", "OUT_FOR_DELIVERY"),
    ("will be delivered", "OUT_FOR_DELIVERY"),
    ("available for pickup", "WAITS_FOR_COLLECTION"),
    ("ready for collection", "WAITS_FOR_COLLECTION"),
    ("awaiting collection", "WAITS_FOR_COLLECTION"),
    ("ожидает адресата в месте вручения", "WAITS_FOR_COLLECTION"),
    ("待自提", "WAITS_FOR_COLLECTION"),
    ("出口清关完成", "EXPORT_CLEARED"),
    ("успешно доставлен получателю", "DELIVERED"),
    ("вручен", "DELIVERED"),
    ("delivered", "DELIVERED"),
    ("妥投", "DELIVERED"),
)


def code_of_text(text: str) -> str:
    """The code of the vocabulary `text` that carriers' own words stand for; "" for none: the last resort."""
    words = text.casefold()
    return next((code for phrase, code in PHRASES if phrase in words), "")


class Failing(StrEnum):
    """Why a parcel stands on the board, the most pressing first."""

    ATTEMPT = "attempt"
    COLLECTION = "collection"
    ADDRESS = "address"
    CUSTOMS = "customs"
    REFUSED = "refused"
    PROBLEM = "problem"
    UNDELIVERABLE = "undeliverable"
    SILENT = "silent"  #: No news for some days.
    EXPIRED = "expired"
    RETURNING = "returning"
    RETURNED = "returned"  #: And not checked in yet.
    DESTROYED = "destroyed"
    LOST = "lost"


#: A parcel of these can still reach its buyer, or its goods can still be saved.
STILL_OPEN = frozenset(
    {
        Failing.ATTEMPT,
        Failing.COLLECTION,
        Failing.ADDRESS,
        Failing.CUSTOMS,
        Failing.REFUSED,
        Failing.PROBLEM,
        Failing.UNDELIVERABLE,
        Failing.SILENT,
        Failing.EXPIRED,
    }
)


class Remedy(StrEnum):
    """What a person can still do about a failing parcel."""

    CONTACT_BUYER = "contact_buyer"
    CORRECT_ADDRESS = "correct_address"  #: With the carrier, by way of the buyer or a complaint.
    CORRECT_RETURN_ADDRESS = "correct_return_address"  #: Where it comes home to inside China.
    COMPLAIN = "complain"
    CHECK_IN = "check_in"


#: Complaints allowed about one parcel.
MOST_COMPLAINTS = 2

_BUYER = frozenset({Failing.ATTEMPT, Failing.COLLECTION, Failing.ADDRESS, Failing.CUSTOMS})
_AT_FAULT = frozenset(
    {
        Failing.CUSTOMS,
        Failing.PROBLEM,
        Failing.UNDELIVERABLE,
        Failing.SILENT,
        Failing.EXPIRED,
        Failing.DESTROYED,
        Failing.LOST,
    }
)
_COMES_BACK = frozenset({Failing.RETURNING, Failing.RETURNED, Failing.REFUSED})


def remedies(
    kind: Failing,
    *,
    now: datetime,
    complaints: int,
    complain_by: datetime | None,
    address_by: datetime | None,
) -> list[Remedy]:
    """What can still be done about a failing parcel, the first thing first."""
    found = []
    if kind in _BUYER:
        found.append(Remedy.CONTACT_BUYER)
    if kind in (Failing.ATTEMPT, Failing.ADDRESS):
        found.append(Remedy.CORRECT_ADDRESS)
    if kind is Failing.REFUSED and (address_by is None or now <= address_by):
        found.append(Remedy.CORRECT_RETURN_ADDRESS)
    if kind in _AT_FAULT and complaints < MOST_COMPLAINTS and (complain_by is None or now <= complain_by):
        found.append(Remedy.COMPLAIN)
    if kind in _COMES_BACK:
        found.append(Remedy.CHECK_IN)
    return found


class Condition(StrEnum):
    """In what condition a parcel came back."""

    GOOD = "good"
    DAMAGED = "damaged"
    INCOMPLETE = "incomplete"
    UNUSABLE = "unusable"


class ComplaintKind(StrEnum):
    """What a complaint (投诉) is about."""

    LOST = "lost"
    LATE = "late"
    DAMAGED = "damaged"
    NOT_RETURNED = "not_returned"
    WRONGLY_DESTROYED = "wrongly_destroyed"
    OTHER = "other"


class Clock(StrEnum):
    """What runs out for a parcel."""

    RETURN = "return"  #: The days for a return from abroad to arrive.
    ADDRESS = "address"  #: The days to correct a wrong return address inside China.
    COMPLAIN = "complain"  #: Until when a complaint can be made.
    ANSWER = "answer"  #: Until when the carrier answers one.
    APPEAL = "appeal"  #: Until when an answer can be appealed against.
    DECIDE = "decide"  #: Until when the platform wants a decision about a detained parcel.

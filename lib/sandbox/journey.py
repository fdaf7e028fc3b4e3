"""A parcel's way from the seller to its end: what happens to it, and when.

The whole way is worked out once, from the parcel's own dice, and looked up by the clock: time may be moved by months
for thousands of parcels without walking any of them. Codes are those of the platform's tracking call; which of them
follow each other is our reading of their names (UNCONFIRMED), as is how often and how fast things happen.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lib.sandbox import reference
from lib.sandbox.faults import Settings
from lib.sandbox.records import LogisticsOrder

DAY = 86_400.0
#: Days from hand-over to the door where a plan names none (assumed).
USUAL_DAYS = (12, 35)
#: How much of that the way inside China and the way to the destination take.
CHINA, LINE_HAUL, CUSTOMS = 0.22, 0.70, 0.80
#: Fates, each drawn at the hand-over with the rate of its name; what none of them takes is delivered.
FATES = ("warehouse_reject", "pickup_fail", "lost", "customs_failure", "undeliverable")
DELIVERED, RETURNED, DESTROYED, LOST, SENT_BACK = "delivered", "returned", "destroyed", "lost", "sent_back"
#: An invented code, for clients that must live with codes nobody published.
UNKNOWN_CODES = ("SC_RELABEL_XT", "LH_RAIL_TRANSFER_7", "GTMS_LOCKER_RESERVE_NEW")
UNKNOWN_STATUS = "reroute_wait_confirm"

#: Code → what it says, and where: in China, on the way, or abroad.
TEXTS: dict[str, tuple[str, str]] = {
    "GOT": ("国内快递已揽收", "cn"),
    "SENT_SCAN": ("国内快递派送中", "cn"),
    "SIGNED": ("国内快递已签收", "cn"),
    "PU_PICKUP_SUCCESS": ("Collected from the seller", "cn"),
    "PU_PICKUP_FAILURE": ("Collection from the seller failed", "cn"),
    "SC_SIGN_IN_SUCCESS": ("Arrived at the sorting center", "cn"),
    "SC_INBOUND_SUCCESS": ("Inbound in sorting center", "cn"),
    "SC_INBOUND_FAILURE": ("Inbound failed, the parcel is refused", "cn"),
    "SC_OUTBOUND_SUCCESS": ("Outbound in sorting center", "cn"),
    "SC_OUTBOUND_FAILURE": ("Outbound delayed in sorting center", "cn"),
    "SC_HO_OUT_SUCCESS": ("Departed from the sorting center", "cn"),
    "CC_EX_START": ("Export customs clearance started", "cn"),
    "CC_EX_SUCCESS": ("Export customs clearance complete", "cn"),
    "LH_HO_IN_SUCCESS": ("Accepted by the line-haul carrier", "cn"),
    "LH_HO_AIRLINE": ("Handed over to the airline", "cn"),
    "LH_DEPART": ("Left from departure country/region", "cn"),
    "TD_TRANS_ARRIVE": ("Arrived at the transit country/region", "way"),
    "TD_TRANS_DEPART": ("Left the transit country/region", "way"),
    "LH_ARRIVE": ("Arrived at the destination country/region", "abroad"),
    "LH_HO_OUT_SUCCESS": ("Handed over by the line-haul carrier", "abroad"),
    "CC_HO_IN_SUCCESS": ("Arrived at customs", "abroad"),
    "CC_IM_START": ("Import customs clearance started", "abroad"),
    "CC_IM_SUCCESS": ("Import customs clearance complete", "abroad"),
    "CC_IM_FAILURE": ("Import customs clearance failed", "abroad"),
    "CUS_TAX": ("Duty is due", "abroad"),
    "CC_HO_OUT_SUCCESS": ("Left from customs", "abroad"),
    "GTMS_ACCEPT": ("Received by the local delivery company", "abroad"),
    "GTMS_SC_ARRIVE": ("Arrived at the local sorting center", "abroad"),
    "GTMS_DO_ARRIVE": ("Arrived at the delivery office", "abroad"),
    "GTMS_DO_DEPART": ("Left the delivery office", "abroad"),
    "GTMS_DELIVERING": ("Out for delivery", "abroad"),
    "GTMS_DEL_FAILURE": ("Delivery attempt unsuccessful", "abroad"),
    "GTMS_RE_DELIVERING": ("Out for delivery again", "abroad"),
    "GTMS_SIGNED": ("Delivered", "abroad"),
    "GTMS_SIGN_FAILURE": ("Refused by the receiver", "abroad"),
    "GTMS_WAIT_SELF_PICK": ("Waiting to be collected", "abroad"),
    "GTMS_FAILURE": ("Not delivered: not collected in time", "abroad"),
    "GSTA_INBOUND": ("Arrived at the pickup point", "abroad"),
    "GSTA_INFORM_BUYER": ("The receiver was told", "abroad"),
    "GSTA_SIGN": ("Collected from the pickup point", "abroad"),
    "GSTA_SIGN_FAIL": ("Not collected from the pickup point", "abroad"),
    "RT_INBOUND": ("Being returned, at the carrier's warehouse", "abroad"),
    "RT_OUTBOUND": ("Left the carrier's warehouse for the return", "abroad"),
    "RT_DESTROY": ("Destroyed by the overseas carrier", "abroad"),
    "RT_WH_INBOUND": ("Arrived at the return warehouse", "cn"),
    "RT_WH_DESTROY": ("Destroyed at the return warehouse", "cn"),
    "RT_WH_OUTBOUND": ("Left the return warehouse", "cn"),
    "RT_TMS_ACCEPT": ("Taken by the domestic courier", "cn"),
    "RETURNED": ("The seller signed for the return", "cn"),
}


@dataclass(frozen=True)
class Step:
    """One scan. `status`: the logistics order's state from here on, if it changes; `outcome`: how the way ended."""

    at: float  #: Seconds since the epoch.
    code: str
    status: str = ""
    outcome: str = ""

    @property
    def text(self) -> str:
        """What a reader sees."""
        return TEXTS.get(self.code, (self.code.replace("_", " ").capitalize(), ""))[0]

    @property
    def where(self) -> str:
        """cn, way or abroad."""
        return TEXTS.get(self.code, ("", "way"))[1]


def draw(made: LogisticsOrder, settings: Settings) -> str:
    """How a parcel will end, by the rates in force for its country and plan: one of FATES, or delivered."""
    throw = random.Random(f"{made.luck} fate").random()
    country = made.receiver.get("country", "")
    for fate in FATES:
        if fate == "pickup_fail" and not made.pickup:
            continue
        throw -= settings.rate(fate, country, made.plan_id)
        if throw < 0:
            break
    else:
        fate = DELIVERED
    unknown = random.Random(f"{made.luck} unknown").random() < settings.rate(
        "unknown_code", country, made.plan_id
    )
    broken = random.Random(f"{made.luck} broken").random() < settings.rate(
        "return_fails", country, made.plan_id
    )
    return " ".join([fate, *["unknown"] * unknown, *["return_fails"] * broken])


def of(made: LogisticsOrder) -> list[Step]:
    """All that will happen to a parcel that was handed over, oldest first."""
    chance = random.Random(f"{made.luck} way")
    start = datetime.fromisoformat(str(made.handed_at)).timestamp()
    fate, *extras = made.fate.split()
    plan = reference.plans().get(made.service_code)
    shortest, longest = plan.days if plan and plan.days else USUAL_DAYS
    whole = chance.uniform(shortest, longest) * DAY
    steps = list(_china(start, whole * CHINA, fate, made, chance))
    if steps[-1].outcome or steps[-1].status == "pickup_fail":
        return steps
    steps += _abroad(start, whole, fate, chance)
    if fate == "lost":
        reached = next(place for place, step in enumerate(steps) if step.code == "LH_DEPART")
        steps = steps[: chance.randint(reached + 1, len(steps) - 2)]
        # Nobody says that a parcel is lost: the news just end. The sandbox's own state knows.
        steps[-1] = Step(steps[-1].at, steps[-1].code, steps[-1].status, LOST)
    elif fate in ("undeliverable", "customs_failure"):
        steps += _afterwards(
            steps[-1].at, made.undeliverable_decision == "return", "return_fails" in extras, chance
        )
    if "unknown" in extras:
        place = chance.randint(len(steps) // 3, len(steps) - 1)
        before, after = steps[place - 1], steps[place]
        steps.insert(place, Step((before.at + after.at) / 2, chance.choice(UNKNOWN_CODES)))
    return steps


def _spread(start: float, end: float, codes: list[tuple[str, str]], chance: random.Random) -> Iterator[Step]:
    """Scans between two moments, in their order, at uneven distances."""
    places = sorted(chance.uniform(start, end) for _ in codes)
    for at, (code, status) in zip(places, codes, strict=True):
        yield Step(at, code, status)


def _china(
    start: float, takes: float, fate: str, made: LogisticsOrder, chance: random.Random
) -> Iterator[Step]:
    """From the seller to the aeroplane; a parcel the warehouse refuses, or nobody collects, ends here."""
    arrived = start + takes / 3
    first: list[tuple[str, str]] = []
    if made.mode == "DOOR_PICKUP" and fate == "pickup_fail":
        yield from _spread(start, arrived, [("PU_PICKUP_FAILURE", "pickup_fail")], chance)
        return
    if made.mode == "DOOR_PICKUP":
        first = [("PU_PICKUP_SUCCESS", "pickup_success")]
    elif made.mode == "SELF_POST":
        first = [("GOT", ""), ("SENT_SCAN", ""), ("SIGNED", "")]
    yield from _spread(start, arrived, [*first, ("SC_SIGN_IN_SUCCESS", "")], chance)
    if fate == "warehouse_reject":
        yield Step(arrived + 3600, "SC_INBOUND_FAILURE", "warehouse_reject_goods", SENT_BACK)
        return
    delayed = chance.random() < 0.02
    codes = [("SC_INBOUND_SUCCESS", "wait_warehouse_send_goods")]
    codes += [("SC_OUTBOUND_FAILURE", "out_stock_fail")] * delayed
    codes += [("SC_OUTBOUND_SUCCESS", "out_stock_success"), ("SC_HO_OUT_SUCCESS", "send_goods_success")]
    if "unknown" in made.fate.split():
        codes.insert(1, (UNKNOWN_CODES[0], UNKNOWN_STATUS))
    yield from _spread(arrived, start + takes, codes, chance)


def _abroad(start: float, takes: float, fate: str, chance: random.Random) -> Iterator[Step]:
    """From export to the door."""

    def part(begins: float, ends: float, *codes: str) -> Iterator[Step]:
        return _spread(start + takes * begins, start + takes * ends, [(one, "") for one in codes], chance)

    yield from part(CHINA, CHINA + 0.12, "CC_EX_START", "CC_EX_SUCCESS", "LH_HO_IN_SUCCESS", "LH_HO_AIRLINE")
    transit = ("TD_TRANS_ARRIVE", "TD_TRANS_DEPART") if chance.random() < 0.3 else ()
    yield from part(CHINA + 0.12, LINE_HAUL, "LH_DEPART", *transit, "LH_ARRIVE", "LH_HO_OUT_SUCCESS")
    duty = ("CUS_TAX",) if chance.random() < 0.05 else ()
    customs = ("CC_HO_IN_SUCCESS", "CC_IM_START", *duty)
    if fate == "customs_failure":
        yield from part(LINE_HAUL, CUSTOMS, *customs, "CC_IM_FAILURE")
        return
    yield from part(LINE_HAUL, CUSTOMS, *customs, "CC_IM_SUCCESS", "CC_HO_OUT_SUCCESS")
    delivery = ("GTMS_ACCEPT", "GTMS_SC_ARRIVE", "GTMS_DO_ARRIVE", "GTMS_DO_DEPART", "GTMS_DELIVERING")
    yield from part(CUSTOMS, 0.97, *delivery)
    if fate == "undeliverable":
        attempts = ("GTMS_DEL_FAILURE", "GTMS_RE_DELIVERING", "GTMS_DEL_FAILURE")
        yield from part(0.97, 1.1, *attempts)
        given_up = chance.choice(
            [
                ("GTMS_SIGN_FAILURE",),
                ("GTMS_WAIT_SELF_PICK", "GTMS_FAILURE"),
                ("GSTA_INBOUND", "GSTA_SIGN_FAIL"),
            ]
        )
        yield from part(1.12, 1.5, *given_up)
        return
    throw = chance.random()
    if throw < 0.08:
        yield from part(0.97, 0.99, "GTMS_DEL_FAILURE", "GTMS_RE_DELIVERING")
    if throw > 0.88:
        yield from part(0.97, 0.985, "GSTA_INBOUND", "GSTA_INFORM_BUYER")
    yield Step(start + takes, "GSTA_SIGN" if throw > 0.88 else "GTMS_SIGNED", "", DELIVERED)


def _afterwards(last: float, returns: bool, return_fails: bool, chance: random.Random) -> Iterator[Step]:
    """What becomes of a parcel that could not be delivered, by the decision made when it was created."""
    if not returns:
        yield Step(last + chance.uniform(5, 30) * DAY, "RT_DESTROY", "", DESTROYED)
        return
    home = last + chance.uniform(35, 90) * DAY
    yield from _spread(
        last + DAY, home, [("RT_INBOUND", ""), ("RT_OUTBOUND", ""), ("RT_WH_INBOUND", "")], chance
    )
    if return_fails:
        yield Step(home + 2 * DAY, "RT_WH_DESTROY", "", DESTROYED)
        return
    ends = home + chance.uniform(3, 8) * DAY
    yield from _spread(home, ends, [("RT_WH_OUTBOUND", ""), ("RT_TMS_ACCEPT", "")], chance)
    yield Step(ends + DAY, "RETURNED", "", RETURNED)

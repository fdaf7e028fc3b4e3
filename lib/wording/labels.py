"""Short words for what the domain only names: states, policies, parts of a fee, reasons a plan cannot carry."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from lib.domain.orders import OrderStatus
from lib.domain.plans import Cargo, Due, Obstacle, PairKind, Part, Policy
from lib.domain.shipments import Choice, CreateCall, HandoverMode, State
from lib.texts import gettext as _
from lib.texts import later

Code = TypeVar("Code", bound=StrEnum)

STATES = {
    State.DRAFT: later("Draft"),
    State.QUEUED: later("Queued"),
    State.SENDING: later("Being sent"),
    State.UNCONFIRMED: later("Unconfirmed"),
    State.REFUSED: later("Refused"),
    State.ACCEPTED: later("Accepted"),
    State.READY: later("Ready"),
    State.HANDED_OVER: later("Handed over"),
    State.DECLARING: later("Being declared"),
    State.DECLARE_UNCONFIRMED: later("Declaration unconfirmed"),
    State.DECLARED: later("Declared"),
    State.CANCELLED: later("Taken out"),
    State.CLOSED: later("Closed by the platform"),
    State.VOIDED: later("Voided"),
}

STATUSES = {
    OrderStatus.PLACED: later("Awaiting payment"),
    OrderStatus.PAYMENT_PROCESSING: later("Payment being processed"),
    OrderStatus.RISK_CONTROL: later("Risk control, up to 24 h"),
    OrderStatus.RISK_CONTROL_HOLD: later("Held by risk control"),
    OrderStatus.AMOUNT_TO_CONFIRM: later("Amount to be confirmed by you"),
    OrderStatus.AWAITING_SHIPMENT: later("Awaiting shipment"),
    OrderStatus.PARTLY_SHIPPED: later("Partly shipped"),
    OrderStatus.AWAITING_RECEIPT: later("Awaiting receipt"),
    OrderStatus.FUND_PROCESSING: later("Funds being processed"),
    OrderStatus.CANCEL_ASKED: later("Buyer asked to cancel"),
    OrderStatus.DISPUTED: later("In dispute"),
    OrderStatus.FROZEN: later("Frozen"),
    OrderStatus.FINISHED: later("Finished"),
    OrderStatus.ARCHIVED: later("Archived"),
    OrderStatus.UNKNOWN: later("Status not known"),
}

OBSTACLES = {
    Obstacle.NO_WEIGHT: later("weight not known"),
    Obstacle.TOO_HEAVY: later("too heavy"),
    Obstacle.TOO_LARGE: later("too large"),
    Obstacle.CARGO: later("does not take this kind of goods"),
    Obstacle.SUSPENDED: later("destination suspended"),
    Obstacle.NO_RATE: later("no rate for this destination and weight"),
    Obstacle.TOO_DEAR: later("worth more than it takes"),
    Obstacle.STOPPED: later("stopped by hand"),
}

PARTS = {
    Part.ITEM: later("Item fee"),
    Part.WEIGHT: later("Weight fee"),
    Part.FIRST_WEIGHT: later("First weight"),
    Part.ADDITIONAL_WEIGHT: later("Additional weight"),
    Part.FUEL: later("Fuel surcharge"),
    Part.REMOTE_AREA: later("Remote-area surcharge"),
    Part.RETURN_SERVICE: later("Return-service fee"),
}

DUES = {
    Due.DUTY_PER_HEADING: later("Flat duty per tariff heading"),
    Due.DUTY_UNKNOWN: later("Duty, amount not known beforehand"),
    Due.VAT_AT_SALE: later("VAT collected at the sale (IOSS)"),
}

CARD_STATES = {
    "draft": later("Not active"),
    "coming": later("Coming"),
    "active": later("Active"),
    "past": later("Past"),
}

LACKS = {
    "weight": later("The weight of the parcel is not stated"),
    "size_groups": later("The limits of the size groups are not published"),
}

POLICIES = {
    Policy.CHEAPEST: later("Cheapest plan that can carry it"),
    Policy.BUYERS: later("The buyer's own service"),
    Policy.CHEAPEST_NOT_SLOWER: later("Cheapest, not slower than the buyer's"),
    Policy.RULES: later("By the list of rules"),
}

PAIR_KINDS = {
    PairKind.SAME_TIER: later("Same class"),
    PairKind.UPGRADE: later("Upgrade"),
    PairKind.DOWNGRADE: later("Downgrade"),
    PairKind.UNKNOWN: later("Cannot be compared"),
}

WEIGHT_SOURCES = {
    "sku": later("Product table and packaging"),
    "file": later("Weighed, as its file says"),
    "scale": later("Weighed on the scale"),
}

DECISIONS = {
    Choice.RETURN: later("Return"),
    Choice.DESTROY: later("Destroy"),
    Choice.ADVISED: later("As advised"),
}

HANDOVERS = {
    HandoverMode.PICKUP: later("Pickup"),
    HandoverMode.SELF_POST: later("Self-post"),
    HandoverMode.SELF_SEND: later("Self-send"),
    HandoverMode.APPLY_PICKUP: later("Apply for pickup"),
}

CARGOS = {
    Cargo.GENERAL: later("General goods"),
    Cargo.BATTERY: later("With battery"),
    Cargo.SPECIAL: later("Special goods"),
}

CLASSES = {
    "economy": later("Economy"),
    "saver": later("Saver"),
    "standard": later("Standard"),
    "express": later("Express"),
    "other": later("Other"),
}


def state_label(state: str) -> str:
    """Where a shipment stands."""
    return _word(STATES, State, state)


def status_label(status: str) -> str:
    """An order's status on the platform."""
    return _word(STATUSES, OrderStatus, status)


def weight_source_label(source: str | None) -> str:
    """Where a weight came from."""
    return _(WEIGHT_SOURCES[source]) if source in WEIGHT_SOURCES else source or "–"


def obstacle_label(obstacle: int) -> str:
    """One reason why a plan cannot carry a parcel."""
    return _(OBSTACLES[Obstacle(obstacle)])


def obstacles_sentence(obstacles: int) -> str:
    """Every reason why a plan cannot carry a parcel; empty when it can."""
    return _("; ").join(obstacle_label(one) for one in Obstacle(obstacles))


def part_label(part: str) -> str:
    """A part of a fee."""
    return _word(PARTS, Part, part)


def due_label(due: str) -> str:
    """What a rule of a destination asks for."""
    return _word(DUES, Due, due)


def card_state_label(state: str) -> str:
    """Whether quotes are made by a rate card."""
    return _(CARD_STATES[state]) if state in CARD_STATES else state


def lack_label(lack: str) -> str:
    """Why no parcel can be quoted by a published price."""
    return _(LACKS[lack]) if lack in LACKS else lack


def policy_label(policy: str) -> str:
    """How plans were or will be chosen."""
    return _word(POLICIES, Policy, policy)


def pair_kind_label(kind: str) -> str:
    """What a chosen plan means beside the buyer's own."""
    return _word(PAIR_KINDS, PairKind, kind)


def decision_label(decision: str) -> str:
    """What becomes of an undeliverable parcel."""
    return _word(DECISIONS, Choice, decision)


def handover_label(mode: str) -> str:
    """How parcels reach the warehouse."""
    return _word(HANDOVERS, HandoverMode, mode)


def cargo_label(cargo: str) -> str:
    """What kind of goods a parcel holds."""
    return _word(CARGOS, Cargo, cargo)


def class_label(plan_class: str | None) -> str:
    """The class of a plan or service; a dash for none."""
    return _(CLASSES[plan_class]) if plan_class in CLASSES else plan_class or "–"


def _word(words: Mapping[Code, str], kind: type[Code], code: str) -> str:
    """The word for a code; a code of a newer version stands for itself."""
    try:
        return _(words[kind(code)])
    except (KeyError, ValueError):
        return str(code)


CREATE_CALLS = {
    CreateCall.OLDER: later("createwarehouseorder, the longest known one"),
    CreateCall.CURRENT: later("order.createorder, which is told how parcels reach the warehouse"),
}


def create_call_label(call: str) -> str:
    """Which of the platform's calls creates a shop's logistics orders."""
    return _word(CREATE_CALLS, CreateCall, call)


GATEWAYS = {
    "/sync": later("/sync, the present one"),
    "/router/rest": later("/router/rest, the older one (TOP)"),
    "/rest": later("/rest, calls by path"),
}


def gateway_label(path: str) -> str:
    """Which of the platform's gateways is asked."""
    return _(GATEWAYS[path]) if path in GATEWAYS else path


def answer_label(code: str) -> str:
    """How a call ended: the platform's own code, but for the ends that have none."""
    ends = {"ok": _("ok"), "unreachable": _("not reached")}
    return ends.get(code, code)


def who_label(by: str) -> str:
    """Who did something: a person's name, or the program that went on by itself."""
    return _("the program") if by == "dispatcher" else by


def shop_label(shop_id: str, name: str) -> str:
    """A shop's name; the first one has none until somebody names it."""
    return _("the first shop") if (shop_id, name) == ("default", "Default shop") else name

"""Shipments: one parcel of one order on one plan, and the states it can be in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a shipment stands. The parcel's outcome (tracking) is a second thing and never moves this."""

    DRAFT = "draft"
    QUEUED = "queued"  #: Submitted; the dispatcher will send it.
    SENDING = "sending"  #: A request may be on the wire.
    UNCONFIRMED = "unconfirmed"  #: No answer came (待核实): ask before sending again.
    REFUSED = "refused"  #: The platform said no (创建失败); mendable.
    ACCEPTED = "accepted"  #: It has a logistics order.
    READY = "ready"  #: It has its tracking number and its label.
    HANDED_OVER = "handed_over"
    DECLARING = "declaring"  #: A declaration may be on the wire.
    DECLARE_UNCONFIRMED = "declare_unconfirmed"
    DECLARED = "declared"
    CANCELLED = "cancelled"  #: Taken out before it was sent.
    CLOSED = "closed"  #: The platform closed it.
    VOIDED = "voided"  #: A person withdrew it (作废); no call cancels it on the platform.


#: The steps allowed. Checks, tests and diagrams derive from this table.
NEXT: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.QUEUED, State.CANCELLED}),
    State.QUEUED: frozenset({State.SENDING, State.REFUSED, State.CANCELLED}),
    State.SENDING: frozenset({State.ACCEPTED, State.REFUSED, State.UNCONFIRMED, State.QUEUED}),
    State.UNCONFIRMED: frozenset({State.ACCEPTED, State.QUEUED}),
    State.REFUSED: frozenset({State.DRAFT, State.QUEUED, State.CANCELLED}),
    State.ACCEPTED: frozenset({State.READY, State.CLOSED, State.VOIDED}),
    State.READY: frozenset({State.HANDED_OVER, State.DECLARING, State.CLOSED, State.VOIDED}),
    State.HANDED_OVER: frozenset({State.DECLARING, State.CLOSED}),
    State.DECLARING: frozenset({State.DECLARED, State.HANDED_OVER, State.DECLARE_UNCONFIRMED}),
    State.DECLARE_UNCONFIRMED: frozenset({State.DECLARED, State.HANDED_OVER}),
    State.DECLARED: frozenset({State.CLOSED}),
    State.CANCELLED: frozenset(),
    State.CLOSED: frozenset(),
    State.VOIDED: frozenset(),
}

#: States that hold no quantity of the order any more.
DEAD = frozenset({State.CANCELLED, State.CLOSED, State.VOIDED})

#: States in which a logistics order exists on the platform, as far as we know.
ON_PLATFORM = frozenset(
    {
        State.ACCEPTED,
        State.READY,
        State.HANDED_OVER,
        State.DECLARING,
        State.DECLARE_UNCONFIRMED,
        State.DECLARED,
    }
)

#: States a dispatcher still has work on without a person.
IN_WORK = frozenset(
    {
        State.QUEUED,
        State.SENDING,
        State.UNCONFIRMED,
        State.ACCEPTED,
        State.DECLARING,
        State.DECLARE_UNCONFIRMED,
    }
)


class Decision(StrEnum):
    """What becomes of an undeliverable parcel; fixed when the logistics order is created."""

    RETURN = "return"  #: A fixed fee on every parcel now, no return freight later.
    DESTROY = "destroy"  #: No fee; the goods are gone.


class Choice(StrEnum):
    """What a person decides for a whole batch: one of the decisions for all its parcels, or each as advised."""

    RETURN = "return"
    DESTROY = "destroy"
    ADVISED = "advised"  #: Each parcel by what its country, plan and goods make worth while.


class HandoverMode(StrEnum):
    """How parcels reach the platform's warehouse (交货方式)."""

    PICKUP = "pickup"  #: In coverage: the assigned pickup warehouse collects.
    SELF_POST = "self_post"  #: By domestic courier to the named transit warehouse.
    SELF_SEND = "self_send"  #: Brought by the seller.
    APPLY_PICKUP = "apply_pickup"  #: Outside coverage: ask a warehouse to collect, agreed with it first.


class CreateCall(StrEnum):
    """Which of the platform's calls creates a shop's logistics orders."""

    OLDER = "older"  #: Takes a parcel with a pickup address for a door pickup, every other one for a post.
    CURRENT = "current"  #: Is told the hand-over mode, and no courier that is not there.


class NotAllowed(Exception):
    """A step the table does not have."""

    def __init__(self, shipment_id: str, state: State, wanted: State) -> None:
        super().__init__(f"{shipment_id}: {state} → {wanted}")
        self.shipment_id, self.state, self.wanted = shipment_id, state, wanted


@dataclass(frozen=True)
class Step:
    """A shipment's move from one state to the next, with what became known on the way."""

    shipment_id: str
    from_state: State
    state: State
    at: datetime
    by: str
    note: str = ""
    logistics_order_id: str | None = None
    lp_number: str | None = None
    tracking_number: str | None = None
    reason_code: str | None = None
    reason_text: str | None = None
    request_id: str | None = None
    found_undeliverable: str | None = None  #: The platform's own decision, where it is not ours.
    found_service_code: str | None = None  #: The plan's code there, where it is not ours.
    next_attempt_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.state is not self.from_state and self.state not in NEXT[self.from_state]:
            raise NotAllowed(self.shipment_id, self.from_state, self.state)


@dataclass(frozen=True)
class Shipment:
    """One parcel, as far as moving it needs to know."""

    shipment_id: str
    batch_id: str
    shop_id: str
    order_id: str
    plan_id: str
    state: State
    attempts: int = 0
    logistics_order_id: str | None = None
    tracking_number: str | None = None

    def step(self, state: State, *, at: datetime, by: str = "dispatcher", **known: object) -> Step:
        """Return the move to `state`. Raises NotAllowed when the table has no such step."""
        return replace(Step(self.shipment_id, self.state, state, at, by), **known)  # type: ignore[arg-type]

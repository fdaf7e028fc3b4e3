"""One request to the platform each, and what its answer means for a shipment. Nothing here is locked."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from lib.aliexpress.errors import (
    OutcomeUnknown,
    PlatformError,
    Refused,
    Unauthorised,
    Unavailable,
    of_all_methods,
    of_the_seller,
)
from lib.aliexpress.errors import trouble as trouble_of
from lib.aliexpress.platform import DeclaredGoods, LogisticsOrder, NewShipment
from lib.app import App
from lib.domain.orders import OrderStatus, order_status
from lib.domain.plans import Cargo
from lib.domain.shipments import CreateCall, Decision, HandoverMode, Shipment, State, Step
from lib.files import labels as label_files
from lib.services.handover import OTHER_COURIER
from lib.store import dispatch as store

log = logging.getLogger(__name__)

#: Pauses after the platform could not be reached grow from the first to the last of these.
FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 60.0
#: One parcel's call that failed is made again after at most 2 to the power of this seconds; when many fail in a row,
#: the lane waits longer.
CLEARING_UP = 3
#: Without the right to call (token, key) only a person helps; asking again costs quota.
UNAUTHORISED_PAUSE_S = 60.0
#: Nobody was reached: the next request would not be either.
NOBODY_THERE = {"", "unreachable", "sandbox_did_not_start"}
#: The clocks of the platform and of this machine may differ by this much: the gateways take calls whose time stamp is
#: ten minutes off. What is younger than the attempt, less this, and nobody else's, is the attempt's.
CLOCK_SLACK = timedelta(minutes=15)
#: A logistics order that is closed carries no parcel: it is not what an attempt made.
CLOSED = "closed"
#: The declaration was made already, by us or by hand: what we wanted holds.
ALREADY_DECLARED = "already_declared"


@dataclass(frozen=True)
class Answer:
    """What one request brought: steps to take, and what else is to be written with them."""

    steps: list[Step] = field(default_factory=list)
    labels: pd.DataFrame | None = None  #: Label files on disk; see `store.shipments.keep_labels`.
    absent: list[tuple[str, datetime]] = field(default_factory=list)  #: shipment_id, when to ask again.
    statuses: list[tuple[str, str, OrderStatus]] = field(default_factory=list)  #: shop_id, order_id, status.
    wait_until: datetime | None = None  #: Nothing more is sent before this moment.
    lane_until: datetime | None = None  #: Nothing more of the same lane is sent before this moment.
    unanswered: bool = False  #: The platform said nothing that can be understood.
    trouble: str = ""  #: Why: the platform's code, or 'unreachable'.


def create(app: App, sending: Shipment, parcel: dict[str, Any]) -> Answer:
    """Create the logistics order of a parcel: the one request that must never be made twice."""
    try:
        platform, wanted = app.platform_of(sending.shop_id), _new_shipment(parcel)
        if parcel["create_call"] == CreateCall.CURRENT:
            made = platform.create_shipment_current(wanted)
        else:
            made = platform.create_shipment(wanted)
    except Refused as error:
        return Answer([_refused(sending, error, app.now())])
    except Unavailable as error:
        return _later(app, sending.step(State.QUEUED, at=app.now(), note=_note(error)), sending, error)
    except OutcomeUnknown as error:
        return Answer([_unconfirmed(sending, State.UNCONFIRMED, error, app.now())], unanswered=True)
    return Answer(
        [
            sending.step(
                State.ACCEPTED,
                at=app.now(),
                logistics_order_id=made.logistics_order_id,
                lp_number=made.lp_number,
                tracking_number=made.tracking_number,
            )
        ]
    )


def find(app: App, unconfirmed: Shipment, row: dict[str, Any]) -> Answer:
    """Ask for a logistics order whose creation was not answered; adopt it, or believe twice it is not there."""
    now = app.now()
    try:
        listed = app.platform_of(unconfirmed.shop_id).logistics_orders(unconfirmed.order_id)
    except PlatformError as error:
        return _later(app, None, unconfirmed, error)
    with app.database.read() as work:
        known = store.known_logistics_orders(work, [order.logistics_order_id for order in listed])
    since = row["attempted_at"] - CLOCK_SLACK
    ours = [
        order
        for order in listed
        if order.logistics_order_id not in known
        and order.status_code != CLOSED
        and (order.created_at is None or order.created_at >= since)
    ]
    if ours:
        best = min(ours, key=lambda order: (_otherwise(order, row), order.created_at or now))
        step = _adopted(unconfirmed, best, row, now, others=len(ours) - 1)
        # What was asked for otherwise may be another program's, and ours not visible yet: it is waited for as for
        # what is absent. No call tells what is in a logistics order: plan and services are all there is to compare.
        return _absent(app, unconfirmed, row, step) if _otherwise(best, row) else Answer([step])
    return _absent(app, unconfirmed, row, unconfirmed.step(State.QUEUED, at=now, note="not_on_platform"))


def number(app: App, accepted: Shipment, row: dict[str, Any]) -> Answer:
    """Ask for a tracking number that was not given at once."""
    try:
        listed = app.platform_of(accepted.shop_id).logistics_orders(accepted.order_id)
    except PlatformError as error:
        return _later(app, None, accepted, error)
    for order in listed:
        if order.logistics_order_id == accepted.logistics_order_id and order.tracking_number:
            step = accepted.step(
                State.ACCEPTED,
                at=app.now(),
                note="number",
                lp_number=order.lp_number,
                tracking_number=order.tracking_number,
            )
            return Answer([step])
    return Answer(absent=[(accepted.shipment_id, app.now() + timedelta(seconds=pause_s(row["attempts"])))])


def labels(app: App, accepted: Sequence[Shipment]) -> Answer:
    """Fetch the labels of up to 20 parcels of one shop at once; each file is on disk before its parcel is ready."""
    asked = [(one.tracking_number or "", one.logistics_order_id or "") for one in accepted]
    try:
        pdf = app.platform_of(accepted[0].shop_id).labels(asked)
        pages = label_files.split(pdf)
    except Refused as error:
        if len(accepted) > 1:  # One bad parcel never stops its neighbours: find out which one it is.
            return _together([labels(app, [one]) for one in accepted])
        return _no_label(app, accepted[0], error)
    except label_files.NotALabel as error:
        return _no_label(app, accepted[0], error)
    except PlatformError as error:
        return _together([_later(app, None, one, error) for one in accepted])
    if len(pages) != len(accepted):
        if len(accepted) > 1:
            return _together([labels(app, [one]) for one in accepted])
        files = [_keep(app, accepted[0], pdf, len(pages))]
    else:
        files = [_keep(app, one, page, 1) for one, page in zip(accepted, pages, strict=True)]
    ready = [one.step(State.READY, at=app.now()) for one in accepted]
    return Answer(ready, labels=pd.DataFrame(files))


def declare(app: App, declaring: Shipment, everything: bool) -> Answer:
    """Tell the buyer that the parcel is on its way (填写发货通知).

    That some lines are declared by the platform itself is UNCONFIRMED: every parcel is declared here.
    """
    try:
        app.platform_of(declaring.shop_id).declare(
            declaring.order_id,
            service_key=declaring.plan_id,
            tracking_number=declaring.tracking_number or "",
            everything=everything,
        )
    except Refused as error:
        if error.code == ALREADY_DECLARED:  # Whether with our number, the platform knows.
            return Answer([declaring.step(State.DECLARE_UNCONFIRMED, at=app.now(), note=_note(error))])
        return Answer([_declare_refused(declaring, error, app.now())])
    except Unavailable as error:
        return _later(app, declaring.step(State.HANDED_OVER, at=app.now()), declaring, error)
    except OutcomeUnknown as error:
        return Answer([_unconfirmed(declaring, State.DECLARE_UNCONFIRMED, error, app.now())], unanswered=True)
    status = OrderStatus.AWAITING_RECEIPT if everything else OrderStatus.PARTLY_SHIPPED
    return Answer(
        [declaring.step(State.DECLARED, at=app.now(), note="all" if everything else "part")],
        statuses=[(declaring.shop_id, declaring.order_id, status)],
    )


def declared(app: App, unconfirmed: Shipment, row: dict[str, Any]) -> Answer:
    """Read the order's declarations after one that was not answered; send again only what is not there."""
    try:
        found = app.platform_of(unconfirmed.shop_id).declarations(unconfirmed.order_id)
        order = app.platform_of(unconfirmed.shop_id).order(unconfirmed.order_id)
    except PlatformError as error:
        return _later(app, None, unconfirmed, error)
    now = app.now()
    if any(entry.tracking_number == unconfirmed.tracking_number for entry in found):
        return Answer(
            [unconfirmed.step(State.DECLARED, at=now, note="found_declared")],
            statuses=[(unconfirmed.shop_id, unconfirmed.order_id, order_status(order.status))],
        )
    if order.status == OrderStatus.AWAITING_RECEIPT:
        return Answer([_declare_refused(unconfirmed, Refused(ALREADY_DECLARED), now)])
    return _absent(app, unconfirmed, row, unconfirmed.step(State.HANDED_OVER, at=now, note="not_declared"))


def _absent(app: App, unconfirmed: Shipment, row: dict[str, Any], gone: Step) -> Answer:
    """The platform does not have it: believed when that is seen again once the settle time is over.

    The time counts from when the outcome became unknown: the request may have waited for its turn until then.
    """
    settled_at = (row["doubted_at"] or row["attempted_at"]) + timedelta(seconds=app.settings.settle)
    if row["absent_at"] is not None and gone.at >= settled_at:
        return Answer([gone])
    return Answer(absent=[(unconfirmed.shipment_id, max(settled_at, gone.at + timedelta(seconds=1)))])


def pause_s(attempts: int) -> float:
    """How long to wait after so many attempts that brought nothing."""
    return min(FIRST_PAUSE_S * 2.0 ** min(attempts, 10), LAST_PAUSE_S)


def _new_shipment(parcel: dict[str, Any]) -> NewShipment:
    mode = HandoverMode(parcel["handover_mode"])
    door = mode in (HandoverMode.PICKUP, HandoverMode.APPLY_PICKUP)
    # The older call wants a number of whatever brings the parcel: where there is none, the batch's stands in.
    stand_in = parcel["batch_id"] if parcel["create_call"] == CreateCall.OLDER else ""
    returns = parcel["undeliverable"] == Decision.RETURN
    return NewShipment(
        order_id=parcel["order_id"],
        service_code=parcel["service_code"],
        receiver=parcel["receiver"],
        sender_address_id=parcel["sender_address_id"],
        # The refund address also serves parcels the warehouse refuses inside China.
        refund_address_id=parcel["refund_address_id"],
        pickup_address_id=(parcel["pickup_address_id"] or parcel["sender_address_id"]) if door else None,
        undeliverable=Decision.RETURN if returns else Decision.DESTROY,
        courier_id=-1,
        courier_name=parcel["courier"] or OTHER_COURIER,
        courier_number=parcel["courier_number"] or stand_in,
        handover=mode if parcel["create_call"] == CreateCall.CURRENT else None,
        goods=tuple(_goods(row) for row in parcel["goods"]),
    )


def _goods(row: dict[str, Any]) -> DeclaredGoods:
    return DeclaredGoods(
        name_zh=row["declared_name_zh"],
        name_en=row["declared_name_en"],
        quantity=row["quantity"],
        value_minor_usd=row["declared_minor"],
        weight_g=row["weight_g"],
        battery=row["cargo_class"] == Cargo.BATTERY,
        special=row["cargo_class"] == Cargo.SPECIAL,
        hs_code=row["hs_code"] or "",
        child_order_id=row["child_order_id"],
    )


def _asked(row: dict[str, Any]) -> Decision:
    return Decision.RETURN if row["undeliverable"] == Decision.RETURN else Decision.DESTROY


def _decided(found: LogisticsOrder) -> Decision:
    return Decision.RETURN if found.returns else Decision.DESTROY


def _other_plan(found: LogisticsOrder, row: dict[str, Any]) -> bool:
    return bool(found.service_code and row["service_code"] and found.service_code != row["service_code"])


def _otherwise(found: LogisticsOrder, row: dict[str, Any]) -> int:
    """In how much a logistics order is not what a request asked for; the plan weighs more than the decision."""
    return 2 * _other_plan(found, row) + (_decided(found) is not _asked(row))


def _adopted(
    unconfirmed: Shipment, found: LogisticsOrder, row: dict[str, Any], now: datetime, *, others: int
) -> Step:
    """Take what the platform has; what of it is not what was asked for is kept, and the timeline says so.

    `others`: how many more logistics orders of that trade order are not known here, another program's say.
    """
    decision, asked, other_plan = _decided(found), _asked(row), _other_plan(found, row)
    note = (
        "adopted_other_decision"
        if decision is not asked
        else "adopted_other_plan"
        if other_plan
        else "adopted_of_several"
        if others
        else "adopted"
    )
    return unconfirmed.step(
        State.ACCEPTED,
        at=now,
        note=note,
        found_undeliverable=None if decision is asked else str(decision),
        found_service_code=found.service_code if other_plan else None,
        logistics_order_id=found.logistics_order_id,
        lp_number=found.lp_number,
        tracking_number=found.tracking_number,
    )


def _refused(sending: Shipment, error: Refused, now: datetime) -> Step:
    return sending.step(
        State.REFUSED,
        at=now,
        note=_note(error),
        reason_code=error.code,
        reason_text=error.text,
        request_id=error.request_id,
    )


def _declare_refused(shipment: Shipment, error: Refused, now: datetime) -> Step:
    return shipment.step(
        State.HANDED_OVER,
        at=now,
        note=_note(error),
        reason_code=error.code,
        reason_text=error.text,
        request_id=error.request_id,
    )


def _unconfirmed(shipment: Shipment, state: State, error: OutcomeUnknown, now: datetime) -> Step:
    return shipment.step(
        state,
        at=now,
        note=_note(error),
        request_id=error.request_id,
        next_attempt_at=now + timedelta(seconds=FIRST_PAUSE_S),
    )


def _later(app: App, step: Step | None, shipment: Shipment, error: PlatformError) -> Answer:
    """The platform did not do it: the shipment waits, and with it what the same answer would meet."""
    now = app.now()
    if isinstance(error, Unauthorised):
        wait = UNAUTHORISED_PAUSE_S
    elif isinstance(error, Unavailable) and error.retry_after is not None:
        wait = error.retry_after
    else:
        wait = pause_s(min(shipment.attempts, CLEARING_UP) if _ails(error) else shipment.attempts)
    again_at = now + timedelta(seconds=wait)
    everyone, lane = _held(app, error, again_at)
    if step is None:
        step = _stays(shipment, again_at, now)
    return Answer(
        [replace(step, next_attempt_at=again_at)],
        wait_until=everyone,
        lane_until=lane,
        unanswered=_ails(error),
        trouble=trouble_of(error),
    )


def _ails(error: PlatformError) -> bool:
    """Whether somebody is there and does not manage to answer: this call failed, the next one may not."""
    if isinstance(error, Unauthorised) or not isinstance(error, Unavailable):
        return False
    return error.retry_after is None and error.code not in NOBODY_THERE and not of_all_methods(error)


def _held(app: App, error: PlatformError, until: datetime) -> tuple[datetime | None, datetime | None]:
    """Until when everything waits, and until when the lane does.

    A ban of one call says nothing about the others, and one answer that went wrong nothing about the next.
    """
    if not isinstance(error, Unavailable):
        return None, None
    # One shop's token, or its own limit, keeps no other shop from its work.
    if (isinstance(error, Unauthorised) or of_the_seller(error)) and len(app.shops()) > 1:
        return None, None
    if isinstance(error, Unauthorised) or of_all_methods(error) or error.code in NOBODY_THERE:
        return until, None
    return None, until if error.retry_after is not None else None


def _stays(shipment: Shipment, again_at: datetime, now: datetime) -> Step:
    return shipment.step(shipment.state, at=now, next_attempt_at=again_at)


def _no_label(app: App, accepted: Shipment, error: Exception) -> Answer:
    """No label yet: the number is there, the label often a little later. The reason is kept meanwhile."""
    now = app.now()
    code = error.code if isinstance(error, Refused) else "label_unreadable"
    return Answer(
        [
            accepted.step(
                State.ACCEPTED,
                at=now,
                reason_code=code,
                reason_text=error.text if isinstance(error, Refused) else "",
                next_attempt_at=now + timedelta(seconds=pause_s(accepted.attempts)),
            )
        ]
    )


def _together(answers: Sequence[Answer]) -> Answer:
    frames = [answer.labels for answer in answers if answer.labels is not None]
    return Answer(
        [step for answer in answers for step in answer.steps],
        labels=pd.concat(frames) if frames else None,
        wait_until=max((answer.wait_until for answer in answers if answer.wait_until), default=None),
        lane_until=max((answer.lane_until for answer in answers if answer.lane_until), default=None),
        trouble=next((answer.trouble for answer in answers if answer.trouble), ""),
    )


def _keep(app: App, shipment: Shipment, pdf: bytes, page_count: int) -> dict[str, Any]:
    """Write a label durably: temporary name, sync, rename; only then may its parcel be called ready."""
    relative = Path("labels") / shipment.batch_id / f"{shipment.shipment_id}.pdf"
    path = app.settings.data / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as file:
        file.write(pdf)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    return {
        "shipment_id": shipment.shipment_id,
        "path": str(relative),
        "sha256": hashlib.sha256(pdf).hexdigest(),
        "size_bytes": len(pdf),
        "page_count": page_count,
    }


def _note(error: PlatformError) -> str:
    """For the timeline: what the platform said, never what we sent."""
    return " ".join(part for part in (error.code, error.sub_code, error.text) if part)

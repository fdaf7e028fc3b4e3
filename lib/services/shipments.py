"""Shipments of a batch: decide, submit, watch, print, hand over, declare."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.problems import Problem
from lib.domain.shipments import DEAD, IN_WORK, Choice, Decision, Shipment, State
from lib.services import advice, checks, handover
from lib.services.batches import decidable, need
from lib.services.plans import mismatches_in
from lib.store import advice as advice_store
from lib.store import audit, changes
from lib.store import batches as batch_store
from lib.store import happenings as happening_store
from lib.store import orders as order_store
from lib.store import shipments as store
from lib.store import stop_list as stop_list_store
from lib.store import stops as stop_store
from lib.store import trials as trial_store
from lib.store import weights as weight_store
from lib.store.database import Work

#: The text that is agreed to; its wording is the platform's.
AGREEMENT = "《在线发货-阿里巴巴使用者协议》"
#: Its wording as it was known here in that month; a new wording gets a new version and is accepted anew.
AGREEMENT_VERSION = "2022-01"
#: A domestic tracking number is at most this long.
COURIER_NUMBER = 32
#: A rate is counted over this long.
PACE = timedelta(seconds=60)


#: An answer, a number or a label that has not come for so long is said to be late.
LATE = timedelta(minutes=3)


@dataclass(frozen=True)
class Late:
    """A parcel that waits for the platform while its neighbours are ready."""

    shipment_id: str
    state: State  #: ACCEPTED: its number or its label is missing; UNCONFIRMED: nobody knows yet what became of it.
    has_number: bool
    reason_code: str | None  #: Why the platform refuses its label; None: it has not come.
    reason_text: str


@dataclass(frozen=True)
class ReturnCost:
    """What choosing return would cost for a batch. The fees are an assumption of the return-fee table."""

    returning_count: int  #: Parcels on plans that bring undeliverable parcels back.
    destroyed_count: int  #: Parcels on plans that offer no return: destroyed whatever is chosen.
    fees: dict[str, int]  #: Currency → total of the fixed fees, minor units.
    per_parcel: dict[str, tuple[int, int]]  #: Currency → least and highest fee per parcel.


@dataclass(frozen=True)
class Progress:
    """A batch while it runs, counted from its shipments."""

    counts: dict[State, int]
    total: int  #: Without those taken out.
    settled: int  #: Those the dispatcher is done with for now.
    per_minute: float
    seconds_left: float | None  #: None: nothing runs, or nothing settled yet to judge by.
    paused: bool
    submitted: bool

    @property
    def running(self) -> bool:
        return self.submitted and self.settled < self.total and not self.paused


def listing(app: App, batch_id: str) -> pd.DataFrame:
    """One row per shipment of the batch in the list's order. Raises Problem('batch_unknown')."""
    with app.database.read() as work:
        need(work, batch_id)
        return store.of_batch(work, batch_id)


def choose(
    app: App,
    batch_id: str,
    states: Collection[State],
    *,
    only: Collection[str] = (),
    left_out: Collection[str] = (),
) -> list[str]:
    """The batch's shipments in these states, in the list's order: only the named ones, or all but those left out.

    Any number of a parcel names it; one of its order names all of them. Raises Problem: batch_unknown, not_in_batch
    (every number that names none of them, and where it stands), all_left_out.
    """
    with app.database.read() as work:
        need(work, batch_id)
        able = store.in_states(work, batch_id, states)
        wanted = _named(work, batch_id, able, only) if only else {one.shipment_id for one in able}
        staying = _named(work, batch_id, able, left_out)
    found = [one.shipment_id for one in able if one.shipment_id in wanted - staying]
    if staying and not found:
        raise Problem("all_left_out", batch_id=batch_id)
    return found


def of_number(app: App, number: str) -> str:
    """The shipment that any of its numbers names; of several of one order the one that lives.

    Raises Problem: shipment_unknown, shipment_ambiguous.
    """
    number = number.strip()
    with app.database.read() as work:
        found = store.found(work, number) if number else []
    living = [row for row in found if row["state"] not in DEAD] or found
    if not living:
        raise Problem("shipment_unknown", number=number or "–")
    if len(living) > 1:
        raise Problem("shipment_ambiguous", number=number, count=len(living))
    return str(living[0]["shipment_id"])


def detail(app: App, shipment_id: str) -> dict[str, Any]:
    """A shipment with its `contents`, `timeline`, `weighings` and `receivers`. Raises Problem('shipment_unknown')."""
    with app.database.read() as work:
        shipment = store.by_id(work, shipment_id)
        if shipment is None:
            raise Problem("shipment_unknown", number=shipment_id)
        return shipment | {
            "contents": store.contents(work, shipment_id),
            "timeline": store.timeline(work, shipment_id),
            "weighings": weight_store.of_shipment(work, shipment_id),
            "happenings": happening_store.of_shipment(work, shipment_id),
            "releases": stop_list_store.releases(work, shipment_id),
            "receivers": order_store.receiver_versions(work, shipment["shop_id"], shipment["order_id"]),
        }


def return_cost(app: App, batch_id: str) -> ReturnCost:
    """What return would cost for the batch as it stands."""
    with app.database.read() as work:
        need(work, batch_id)
        rows = store.return_fees(work, batch_id)
    fees = {row["currency"]: row for row in rows if row["currency"]}
    return ReturnCost(
        returning_count=sum(row["shipment_count"] for row in fees.values()),
        destroyed_count=sum(row["shipment_count"] for row in rows if not row["currency"]),
        fees={currency: row["fee_minor"] for currency, row in fees.items()},
        per_parcel={currency: (row["least_minor"], row["highest_minor"]) for currency, row in fees.items()},
    )


def decide_undeliverable(
    app: App,
    batch_id: str,
    decision: Choice | Decision | None,
    *,
    by: str,
    plan_id: str | None = None,
    shipment_ids: Sequence[str] | None = None,
) -> None:
    """Return or destroy: for the batch, for one of its plans, or for single shipments (None: as the wider says).

    A batch may also go by the advice for each of its shipments, reckoned here and again when it is submitted. It
    cannot be changed once the logistics orders exist. Raises Problem: submitted_already, plan_not_in_batch,
    no_return_offered (a plan without it), advised_by_batch (only a whole batch goes by the advice).
    """
    now = app.now()
    if decision == Choice.ADVISED and (plan_id is not None or shipment_ids is not None):
        raise Problem("advised_by_batch")
    past = advice.history(app)
    with app.database.write() as work:
        batch = need(work, batch_id)
        decidable(work, batch)
        if decision == Choice.ADVISED:
            advice.keep_in(work, batch_id, past, at=now)
        with changes.kept(work, by=by, at=now):
            if shipment_ids is not None:
                unable = batch_store.without_return(work, batch_id, shipment_ids)
                if decision == Decision.RETURN and unable:
                    raise Problem("no_return_offered", plan=", ".join(unable))
                batch_store.set_own_undeliverable(work, batch_id, shipment_ids, _parcel(decision), at=now)
            elif plan_id is not None:
                plans = {row["plan_id"]: row for row in batch_store.plans(work, batch["batch_id"], "")}
                if plan_id not in plans:
                    raise Problem("plan_not_in_batch", plan=plan_id, batch_id=batch_id)
                if decision == Decision.RETURN and not plans[plan_id]["return_supported"]:
                    raise Problem("no_return_offered", plan=plan_id)
                batch_store.set_plan_undeliverable(work, batch_id, plan_id, _parcel(decision), at=now)
            else:
                batch_store.set_undeliverable(work, batch_id, decision, at=now)
        audit.record(
            work,
            "undeliverable",
            batch_id,
            by=by,
            at=now,
            decision=decision,
            plan=plan_id,
            shipments=shipment_ids,
        )


def agreements(app: App, batch_id: str) -> list[dict[str, Any]]:
    """Who accepted which text of the agreement for the batch, and when."""
    with app.database.read() as work:
        need(work, batch_id)
        return batch_store.agreements(work, batch_id)


def submit(
    app: App, batch_id: str, *, agreed: bool, by: str, shipment_ids: Collection[str] | None = None
) -> int:
    """Queue the batch's drafts for sending, all or the named ones; returns how many.

    A submitted batch again changes nothing new; of named ones that somebody submitted before, that is said. A draft
    that the check before shipping keeps back stays one; its neighbours go.

    Raises Problem: submitted_already, agreement_missing, plan_missing, plan_stopped, confirmation_missing,
    undeliverable_missing, handover_missing, plan_not_offered, refund_missing, nothing_to_send, all_kept_back.
    """
    if not agreed:
        raise Problem("agreement_missing", agreement=AGREEMENT)
    now, past = app.now(), advice.history(app)
    with app.database.write() as work:
        batch = need(work, batch_id)
        drafts = store.in_states(work, batch_id, [State.DRAFT])
        if shipment_ids is not None:
            drafts = [draft for draft in drafts if draft.shipment_id in shipment_ids]
            if not drafts and batch["submitted_at"] is not None:
                raise Problem("submitted_already", batch_id=batch_id, who=batch["submitted_by"])
        kept_back = checks.blocked_shipments(work, batch_id)
        going = [draft for draft in drafts if draft.shipment_id not in kept_back]
        if drafts and not going:
            raise Problem("all_kept_back", count=len(drafts))
        drafts = going
        # Plans may have changed since, and news come: what is kept is what was advised at this moment.
        advice.keep_in(work, batch_id, past, at=now)
        _complete(work, batch, drafts, now.date())
        with changes.kept(work, by=by, at=now):
            batch_store.set_undeliverable(work, batch_id, _decision(batch), at=now)
        advice_store.chosen(work, batch_id)
        trial_store.seen(work, batch_id)
        moved = store.take(work, [draft.step(State.QUEUED, at=now, by=by) for draft in drafts])
        batch_store.submit(work, batch_id, agreement_version=AGREEMENT, by=by, at=now)
        if moved:
            batch_store.agree(work, batch_id, AGREEMENT, AGREEMENT_VERSION, by=by, at=now)
        batch_store.record_fees(work, batch_id, at=now)
        audit.record(work, "submit", batch_id, by=by, at=now, shipments=len(moved), agreement=AGREEMENT)
    return len(moved)


def lacking(app: App, batch_id: str) -> list[Problem]:
    """What a person still has to decide before the batch's drafts can be submitted; the agreement aside.

    Drafts that the check before shipping keeps back are left out, as `submit` leaves them.
    """
    with app.database.read() as work:
        batch = need(work, batch_id)
        kept_back = checks.blocked_shipments(work, batch_id)
        drafts = store.in_states(work, batch_id, [State.DRAFT])
        going = [draft for draft in drafts if draft.shipment_id not in kept_back]
        if drafts and not going:
            return [Problem("all_kept_back", count=len(drafts))]
        return list(_lacking(work, batch, going, app.now().date()))


def progress(app: App, batch_id: str) -> Progress:
    """How far the batch is, at what pace, and how long it will take. Raises Problem('batch_unknown')."""
    now = app.now()
    with app.database.read() as work:
        batch = need(work, batch_id)
        counts = store.counts(work, batch_id)
        pace = store.pace(work, batch_id, since=now - PACE)
        waiting = store.waiting_to_declare(work, batch_id)
    counts.pop(State.CANCELLED, None)
    total = sum(counts.values())
    open_count = sum(counts.get(state, 0) for state in IN_WORK) + waiting
    per_minute = _per_minute(pace, now)
    left = open_count / per_minute * 60 if open_count and per_minute else None
    submitted = batch["submitted_at"] is not None
    return Progress(
        counts, total, total - open_count, per_minute, left, batch["paused_at"] is not None, submitted
    )


def late(app: App, batch_id: str) -> list[Late]:
    """Parcels that have waited for the platform for LATE, and those whose label it refuses, in the list's order."""
    now = app.now()
    with app.database.read() as work:
        rows = store.late(work, batch_id, before=now - LATE)
    return [
        Late(
            row["shipment_id"],
            State(row["state"]),
            row["tracking_number"] is not None,
            row["reason_code"],
            row["reason_text"],
        )
        for row in rows
    ]


def pause(app: App, batch_id: str, *, by: str) -> None:
    """Send nothing more of the batch; what is on the wire is still recorded."""
    now = app.now()
    with app.database.write() as work:
        need(work, batch_id)
        batch_store.pause(work, batch_id, by=by, at=now)
        audit.record(work, "pause", batch_id, by=by, at=now)


def resume(app: App, batch_id: str, *, by: str) -> None:
    """Let a paused batch go on."""
    now = app.now()
    with app.database.write() as work:
        need(work, batch_id)
        batch_store.pause(work, batch_id, by=None, at=None)
        audit.record(work, "resume", batch_id, by=by, at=now)


def retry(app: App, batch_id: str, *, by: str, shipment_ids: Sequence[str] | None = None) -> int:
    """Queue refused shipments again, all of the batch's or the named ones; returns how many.

    What was decided for the batch holds for a plan chosen anew too: its hand-over, its decision and its fee.
    Raises Problem as `submit` does for what that plan still lacks, and PlatformError.
    """
    handover.prepare(app, batch_id)
    now, past = app.now(), advice.history(app)
    with app.database.write() as work:
        batch = need(work, batch_id)
        refused = store.in_states(work, batch_id, [State.REFUSED])
        wanted = {one.shipment_id for one in refused} if shipment_ids is None else set(shipment_ids)
        again = [one for one in refused if one.shipment_id in wanted]
        if not again:
            return 0
        advice.keep_in(work, batch_id, past, at=now)
        _complete(work, batch, again, now.date())
        with changes.kept(work, by=by, at=now):
            batch_store.set_undeliverable(work, batch_id, _decision(batch), at=now)
        advice_store.chosen(work, batch_id)
        moved = store.take(work, [one.step(State.QUEUED, at=now, by=by) for one in again])
        batch_store.record_fees(work, batch_id, at=now)
        audit.record(work, "retry", batch_id, by=by, at=now, shipments=len(moved))
    return len(moved)


def label_path(app: App, shipment: dict[str, Any]) -> Path | None:
    """Where the shipment's label lies, if it has one."""
    return app.settings.data / shipment["label_path"] if shipment["label_path"] else None


def hand_over(
    app: App,
    batch_id: str,
    *,
    by: str,
    left_out: Collection[str] = (),
    shipment_ids: Collection[str] | None = None,
    courier: str | None = None,
    number: str | None = None,
    scale_g: int | None = None,
) -> tuple[int, list[str]]:
    """Record that the batch's ready parcels left the desk, except the named ones and those on the stop list.

    `shipment_ids`: only these of them; a person at a screen names those that stood there, and what got ready since
    then stays. A parcel that is left out may be named by any of its numbers. `scale_g`: what the scale said of all of
    them. Returns how many were handed over, and the shipments that stayed. Raises Problem: not_in_batch (numbers that
    name no ready parcel), nothing_ready, all_stopped, courier_number.
    """
    if number and len(number) > COURIER_NUMBER:
        raise Problem("courier_number", length=len(number))
    now = app.now()
    with app.database.write() as work:
        need(work, batch_id)
        ready = store.in_states(work, batch_id, [State.READY])
        stopped = {row["shipment_id"] for row in stop_list_store.stopped(work, batch_id)}
        stopped &= {one.shipment_id for one in ready}
        staying = _named(work, batch_id, ready, left_out) | stopped
        if shipment_ids is not None:
            staying |= {one.shipment_id for one in ready} - set(shipment_ids)
        leaving = [one for one in ready if one.shipment_id not in staying]
        if not leaving:
            if stopped:
                raise Problem("all_stopped", count=len(stopped))
            raise Problem("nothing_ready", batch_id=batch_id)
        moved = store.take(work, [one.step(State.HANDED_OVER, at=now, by=by) for one in leaving])
        handover_id = store.record_handover(
            work, batch_id, sorted(moved), courier=courier, number=number, scale_g=scale_g, by=by, at=now
        )
        audit.record(
            work, "hand_over", batch_id, by=by, at=now, handover=handover_id, parcels=len(moved),
            stayed=sorted(staying), stopped=sorted(stopped),
        )  # fmt: skip
    return len(moved), sorted(staying)


def declare(app: App, batch_id: str, *, by: str, shipment_ids: Sequence[str] | None = None) -> int:
    """Ask for the declaration (填写发货通知) of what was handed over, all or the named ones; returns how many.

    What is on the stop list is left out. The dispatcher sends them, soonest deadline first. Raises
    Problem('nothing_handed_over'), Problem('all_stopped').
    """
    now = app.now()
    with app.database.write() as work:
        need(work, batch_id)
        handed = {one.shipment_id for one in store.in_states(work, batch_id, [State.HANDED_OVER])}
        stopped = {row["shipment_id"] for row in stop_list_store.stopped(work, batch_id)} & handed
        chosen = (handed if shipment_ids is None else handed & set(shipment_ids)) - stopped
        if stopped and not chosen:
            raise Problem("all_stopped", count=len(stopped))
        wanted = store.want_declared(work, sorted(chosen), by=by, at=now)
        if not wanted and not store.counts(work, batch_id).get(State.DECLARED):
            raise Problem("nothing_handed_over", batch_id=batch_id)
        audit.record(work, "declare", batch_id, by=by, at=now, shipments=wanted)
    return wanted


def void(app: App, number: str, *, reason: str, by: str) -> str:
    """Withdraw (作废) an accepted or ready shipment, named by any of its numbers; returns its id.

    No call cancels it on the platform. Raises Problem: void_needs_reason, shipment_unknown,
    shipment_ambiguous, cannot_void.
    """
    if not reason.strip():
        raise Problem("void_needs_reason")
    now = app.now()
    with app.database.write() as work:
        found = store.found(work, number)
        live = [row for row in found if row["state"] in (State.ACCEPTED, State.READY)]
        if not found:
            raise Problem("shipment_unknown", number=number)
        if not live:
            raise Problem("cannot_void", number=number, state=found[0]["state"])
        if len(live) > 1:
            raise Problem("shipment_ambiguous", number=number, count=len(live))
        [shipment] = store.by_ids(work, [live[0]["shipment_id"]])
        store.take(work, [shipment.step(State.VOIDED, at=now, by=by, note=reason.strip())])
        audit.record(work, "void", shipment.shipment_id, by=by, at=now, reason=reason.strip())
    return shipment.shipment_id


def handovers(app: App, batch_id: str) -> list[dict[str, Any]]:
    """One dict per hand-over of the batch, the newest first: pieces, weight, courier, when, who."""
    with app.database.read() as work:
        need(work, batch_id)
        return store.handovers(work, batch_id)


def left_behind(app: App) -> list[dict[str, Any]]:
    """Parcels that stayed when others of their batch were handed over."""
    with app.database.read() as work:
        return store.left_behind(work)


def needing_people(app: App) -> list[dict[str, Any]]:
    """Refused shipments and declarations, newest first."""
    with app.database.read() as work:
        return store.needing_people(work)


def _complete(work: Work, batch: dict[str, Any], drafts: list[Shipment], today: date) -> None:
    """Raise the first thing a person still has to decide."""
    for problem in _lacking(work, batch, drafts, today):
        raise problem


def _lacking(work: Work, batch: dict[str, Any], drafts: list[Shipment], today: date) -> Iterator[Problem]:
    """What a person still has to decide of these drafts."""
    batch_id = batch["batch_id"]
    if not drafts:
        if not batch["submitted_at"]:
            yield Problem("nothing_to_send", batch_id=batch_id)
        return
    planless = [draft.shipment_id for draft in drafts if draft.plan_id is None]
    if planless:
        yield Problem("plan_missing", count=len(planless))
    stopped = stop_store.shipments(work, on=today)
    stopped = stopped[stopped["shipment_id"].isin([draft.shipment_id for draft in drafts])]
    if len(stopped):
        yield Problem("plan_stopped", count=len(stopped), plans=", ".join(sorted(set(stopped["plan_id"]))))
    differing = sum(pair.shipment_count for pair in mismatches_in(work, batch_id))
    if differing and batch["confirmed_at"] is None:
        yield Problem("confirmation_missing", count=differing)
    decisions = batch_store.undeliverable_counts(work, batch_id)
    if batch["undeliverable"] is None and decisions["undecided_count"]:
        yield Problem("undeliverable_missing")
    plans = batch_store.plans(work, batch_id, "")
    if any(plan["handover_mode"] is None for plan in plans) or batch["sender_address_id"] is None:
        yield Problem("handover_missing")
    unoffered = [plan["plan_id"] for plan in plans if plan["service_code"] is None]
    if unoffered:
        yield Problem("plan_not_offered", plans=", ".join(unoffered))
    if decisions["returning_count"] and batch["refund_address_id"] is None:
        yield Problem("refund_missing")


def _decision(batch: dict[str, Any]) -> Choice | None:
    return Choice(batch["undeliverable"]) if batch["undeliverable"] else None


def _parcel(decision: Choice | Decision | None) -> Decision | None:
    return Decision(decision) if decision else None


def _named(work: Work, batch_id: str, ready: list[Shipment], numbers: Collection[str]) -> set[str]:
    able = {shipment.shipment_id for shipment in ready}
    hits: set[str] = set()
    none: list[tuple[str, str]] = []
    for number in numbers:
        found = [row for row in store.found(work, number.strip()) if row["batch_id"] == batch_id]
        named = {row["shipment_id"] for row in found} & able
        if not named:
            none.append((number, found[-1]["state"] if found else ""))
        hits |= named
    if none:
        raise Problem("not_in_batch", numbers=none, batch_id=batch_id)
    return hits


def _per_minute(pace: dict[str, Any], now: datetime) -> float:
    started = pace.get("started_at")
    if not started or not pace["settled_count"]:
        return 0.0
    seconds = min((now - started).total_seconds(), PACE.total_seconds())
    return float(pace["settled_count"] / max(seconds, 1.0) * 60)

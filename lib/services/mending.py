"""Mending what was refused, many at once: what was refused for one reason is mended by one decision.

Nothing here touches a shipment that is not refused: its neighbours go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lib.app import App
from lib.domain.problems import Problem
from lib.domain.shipments import State
from lib.services import batches, plans, shipments, stop_list
from lib.services.batches import need
from lib.store import audit
from lib.store import shipments as store

#: Refusals that a corrected receiver mends: ours by their code, the platform's by what its text is about. No list of
#: its texts is published (UNCONFIRMED).
RECEIVER_CODES = frozenset({"address_incomplete", "field_limit"})
RECEIVER_WORDS = ("收件", "收货", "receiver")


def is_receivers(reason_code: str | None, reason_text: str) -> bool:
    """Whether correcting the receiver is what mends a refusal."""
    return reason_code in RECEIVER_CODES or any(word in reason_text.lower() for word in RECEIVER_WORDS)


@dataclass(frozen=True)
class Group:
    """Refused shipments of a batch with one reason, one plan and one country."""

    reason_code: str
    reason_text: str  #: The platform's words of one of them.
    plan_id: str
    country: str
    shipment_ids: tuple[str, ...]


@dataclass(frozen=True)
class Moved:
    """What another plan did to refused shipments."""

    moved_ids: tuple[str, ...]  #: They have it, and wait to be sent again.
    kept_ids: tuple[str, ...]  #: It cannot carry them: they keep what they had.


@dataclass(frozen=True)
class Again:
    """What sending refused shipments again did."""

    count: int = 0  #: They are queued.
    gone: tuple[str, ...] = ()  #: Orders nobody awaits any more: they left the batch.
    unasked: bool = False  #: The platform could not be asked for cancellations; the last sync holds.


def groups(app: App, batch_id: str) -> list[Group]:
    """The refused shipments of a batch by reason, plan and country, the largest group first.

    Raises Problem('batch_unknown').
    """
    with app.database.read() as work:
        need(work, batch_id)
        rows = store.refused_groups(work, batch_id)
    return [Group(**row | {"shipment_ids": tuple(row["shipment_ids"])}) for row in rows]


def choose_plan(
    app: App,
    batch_id: str,
    plan_id: str,
    *,
    by: str,
    reason_code: str | None = None,
    country: str | None = None,
    shipment_ids: Sequence[str] | None = None,
) -> Moved:
    """Another plan for refused shipments: the named ones, or those of a reason, of a country, or all.

    They are queued by `shipments.retry`, once a person confirmed what then differs from the buyers' choice. Raises
    Problem('nothing_refused').
    """
    wanted = _refused(app, batch_id, reason_code, country, shipment_ids)
    plans.choose_plan(app, batch_id, plan_id, by=by, shipment_ids=wanted)
    with app.database.write() as work:
        have = {one.shipment_id for one in store.by_ids(work, wanted) if one.plan_id == plan_id}
        moved = tuple(one for one in wanted if one in have)
        audit.record(
            work, "mend_plan", batch_id, by=by, at=app.now(), plan=plan_id, reason=reason_code, country=country,
            shipments=len(moved),
        )  # fmt: skip
    return Moved(moved, tuple(one for one in wanted if one not in have))


def send_again(
    app: App,
    batch_id: str,
    *,
    by: str,
    reason_code: str | None = None,
    country: str | None = None,
    shipment_ids: Sequence[str] | None = None,
) -> Again:
    """Queue what was refused: the named ones, or those of a reason, of a country, or all.

    As before a submit, the platform is asked first which orders were cancelled meanwhile, with nothing locked; they
    leave the batch. Raises Problem('nothing_refused') and as `shipments.retry`.
    """
    shop_id = str(batches.get(app, batch_id)["shop_id"])
    wanted = _refused(app, batch_id, reason_code, country, shipment_ids)
    unasked = bool(stop_list.refresh(app, shop_id))
    gone = batches.drop_gone(app, batch_id, by=by, state=State.REFUSED, shipment_ids=wanted)
    return Again(shipments.retry(app, batch_id, by=by, shipment_ids=wanted), tuple(gone), unasked)


def _refused(
    app: App, batch_id: str, reason_code: str | None, country: str | None, shipment_ids: Sequence[str] | None
) -> list[str]:
    if shipment_ids is None:
        chosen = [
            one
            for group in groups(app, batch_id)
            if reason_code in (None, group.reason_code) and country in (None, group.country)
            for one in group.shipment_ids
        ]
    else:
        with app.database.read() as work:
            need(work, batch_id)
            refused = {one.shipment_id for one in store.in_states(work, batch_id, [State.REFUSED])}
        chosen = [one for one in shipment_ids if one in refused]
    if not chosen:
        raise Problem("nothing_refused", batch_id=batch_id)
    return chosen

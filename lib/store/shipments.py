"""Shipments: reading, and the one way to move them (`take`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from lib.domain.shipments import Shipment, State, Step
from lib.store import times
from lib.store.database import Work

_STEP_TEXTS = (
    "logistics_order_id",
    "lp_number",
    "tracking_number",
    "reason_code",
    "reason_text",
    "request_id",
    "found_undeliverable",
    "found_service_code",
)


def take(work: Work, steps: Sequence[Step]) -> set[str]:
    """Take steps, each with its event row; returns the shipments that moved.

    A shipment that is no longer where its step expects it stays untouched, and so does one whose logistics
    order another shipment already has: somebody was first.
    """
    if not steps:
        return set()
    with work.table("steps", _table(steps)):
        moved = {row["shipment_id"] for row in work.rows("steps_take")}
        with work.ids(sorted(moved)):
            work.run("step_events_add")
            if len(moved) < len(steps):
                work.run("steps_release")
    return moved


def of_batch(work: Work, batch_id: str) -> pd.DataFrame:
    """One row per shipment of the batch in the list's order."""
    return work.frame("shipments_of_batch", batch_id=batch_id)


def by_id(work: Work, shipment_id: str) -> dict[str, Any] | None:
    """A shipment with its batch, quote and label, or None."""
    return work.row("shipment_by_id", shipment_id=shipment_id)


def found(work: Work, number: str) -> list[dict[str, Any]]:
    """The shipments a number names, whichever number it is."""
    return work.rows("shipments_found", number=number)


def contents(work: Work, shipment_id: str) -> list[dict[str, Any]]:
    """One dict per line in the parcel."""
    return work.rows("shipment_contents", shipment_id=shipment_id)


def timeline(work: Work, shipment_id: str) -> list[dict[str, Any]]:
    """One dict per event, oldest first."""
    return work.rows("shipment_timeline", shipment_id=shipment_id)


def counts(work: Work, batch_id: str) -> dict[State, int]:
    """How many of the batch's shipments are in each state; states nobody is in are missing."""
    rows = work.rows("states_of_batch", batch_id=batch_id)
    return {State(row["state"]): row["shipment_count"] for row in rows}


def late(work: Work, batch_id: str, *, before: datetime) -> list[dict[str, Any]]:
    """One dict per shipment that has waited for the platform since before a moment, or whose label is refused."""
    return work.rows("shipments_late", batch_id=batch_id, before_at=before)


def pace(work: Work, batch_id: str, *, since: datetime) -> dict[str, Any]:
    """settled_count since a moment, started_at, last_at."""
    return work.row("batch_pace", batch_id=batch_id, since_at=since) or {}


def in_states(work: Work, batch_id: str, states: Collection[State]) -> list[Shipment]:
    """The batch's shipments in these states, in the list's order."""
    rows = work.rows("shipments_in_states", batch_id=batch_id, states=[str(state) for state in states])
    return [shipment(row) for row in rows]


def refused_groups(work: Work, batch_id: str) -> list[dict[str, Any]]:
    """One dict per reason, plan and country of a batch's refused shipments, the largest first."""
    return work.rows("refused_groups", batch_id=batch_id)


def by_ids(work: Work, shipment_ids: Sequence[str]) -> list[Shipment]:
    """The named shipments; unknown ids are left out."""
    with work.ids(shipment_ids):
        return [shipment(row) for row in work.rows("shipments_by_ids")]


def return_fees(work: Work, batch_id: str) -> list[dict[str, Any]]:
    """One dict per currency of the batch's possible return fees; currency None: no return offered."""
    return work.rows("return_fees_of_batch", batch_id=batch_id)


def waiting_to_declare(work: Work, batch_id: str) -> int:
    """How many handed-over shipments wait for their declaration to be sent."""
    return int(work.value("shipments_waiting_to_declare", batch_id=batch_id))


def keep_labels(work: Work, fetched: pd.DataFrame, *, at: datetime) -> None:
    """Record label files (shipment_id, path, sha256, size_bytes, page_count) that are on disk already."""
    with work.table("fetched", fetched):
        work.run("labels_add", fetched_at=at)


def record_handover(
    work: Work,
    batch_id: str,
    shipment_ids: Sequence[str],
    *,
    courier: str | None,
    number: str | None,
    scale_g: int | None = None,
    by: str,
    at: datetime,
) -> int:
    """Record which parcels left the desk; returns the hand-over's number."""
    handover_id: int = work.value("handover_next_id")
    with work.ids(shipment_ids):
        work.run(
            "handover_add",
            handover_id=handover_id,
            batch_id=batch_id,
            courier=courier,
            courier_number=number,
            scale_g=scale_g,
            done_by=by,
            done_at=at,
        )
        work.run("handover_shipments_add", handover_id=handover_id)
    return handover_id


def want_declared(work: Work, shipment_ids: Sequence[str], *, by: str, at: datetime) -> int:
    """Ask for the declaration of handed-over shipments; returns how many that are."""
    with work.ids(shipment_ids):
        return len(work.rows("declare_want", wanted_by=by, wanted_at=at))


def handovers(work: Work, batch_id: str) -> list[dict[str, Any]]:
    """One dict per hand-over of a batch, the newest first."""
    return work.rows("handovers_of_batch", batch_id=batch_id)


def ids_of_batch(work: Work, batch_id: str) -> list[str]:
    """The batch's living shipments in the list's order."""
    return [row["shipment_id"] for row in work.rows("shipment_ids_of_batch", batch_id=batch_id)]


def left_behind(work: Work) -> list[dict[str, Any]]:
    """One dict per parcel that stayed when others of its batch were handed over."""
    return work.rows("shipments_left_behind")


def needing_people(work: Work) -> list[dict[str, Any]]:
    """One dict per refused shipment or declaration, newest first."""
    return work.rows("shipments_needing_people")


def costs(work: Work) -> pd.DataFrame:
    """One row per plan, country, currency, kind and stage: parcels sent and their fees."""
    return work.frame("costs_by_plan")


def decisions(work: Work) -> pd.DataFrame:
    """One row per plan, undeliverable decision and state of what was sent, with assumed return fees."""
    return work.frame("decisions_by_plan")


def shipment(row: dict[str, Any]) -> Shipment:
    """The shipment in a row that has at least the fields of Shipment."""
    known = {name: row[name] for name in Shipment.__dataclass_fields__ if name in row}
    return Shipment(**known | {"state": State(row["state"])})


def _table(steps: Sequence[Step]) -> pa.Table:
    """One row per step. Made of plain columns: at two hundred answers a second, frames cost more than the wire."""
    columns: dict[str, pa.Array] = {
        name: pa.array([getattr(step, name) for step in steps], pa.string())
        for name in ("shipment_id", "from_state", "state", "by", "note", *_STEP_TEXTS)
    }
    columns["done_by"] = columns.pop("by")
    for name, moments in (
        ("happened_at", [step.at for step in steps]),
        ("next_attempt_at", [step.next_attempt_at for step in steps]),
    ):
        columns[name] = pa.array([at and times.to_store(at) for at in moments], pa.timestamp("us"))
    columns["drops_wish"] = pa.array([_drops_wish(step) for step in steps], pa.bool_())
    return pa.table(columns)


def _drops_wish(step: Step) -> bool:
    """A declaration the platform refused is not asked for again until a person wants it."""
    return step.state is State.DECLARED or (step.state is State.HANDED_OVER and step.reason_code is not None)

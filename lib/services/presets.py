"""Presets (常用方案): a morning's decisions under a name, run into a draft that one page reviews."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from lib.aliexpress.errors import PlatformError
from lib.app import App
from lib.domain.orders import OrderFilter
from lib.domain.plans import Policy
from lib.domain.printing import RUN_SIZE, PrintOrder
from lib.domain.problems import Problem
from lib.domain.shipments import Choice, HandoverMode
from lib.services import batches, handover, orders, shipments
from lib.services.batches import Created, need
from lib.store import audit
from lib.store import presets as store


@dataclass(frozen=True)
class Preset:
    """What a batch is made of and how it is sent and printed. The agreement is never part of it."""

    name: str
    filter: OrderFilter = field(default_factory=OrderFilter)
    policy: Policy = Policy.CHEAPEST
    mode: HandoverMode | None = None  #: None: as the sender's city allows.
    undeliverable: Choice | None = None  #: None: asked each time.
    paper: str = "100x150"
    print_order: PrintOrder = PrintOrder.LIST
    run_size: int | None = RUN_SIZE
    saved_by: str = ""
    saved_at: datetime | None = None


def all_presets(app: App) -> list[Preset]:
    """The presets by name."""
    with app.database.read() as work:
        return [_preset(row) for row in store.all_presets(work)]


def get(app: App, name: str) -> Preset:
    """One preset. Raises Problem('preset_unknown')."""
    found = next((one for one in all_presets(app) if one.name == name), None)
    if found is None:
        raise Problem("preset_unknown", name=name)
    return found


def save(app: App, preset: Preset, *, by: str) -> None:
    """Keep a preset under its name. Raises Problem('preset_needs_name')."""
    name, now = preset.name.strip(), app.now()
    if not name:
        raise Problem("preset_needs_name")
    row = _row(replace(preset, name=name))
    with app.database.write() as work:
        store.save(work, row, by=by, at=now)
        audit.record(work, "save_preset", name, by=by, at=now)


def forget(app: App, name: str, *, by: str) -> None:
    """Remove a preset."""
    with app.database.write() as work:
        store.forget(work, name)
        audit.record(work, "forget_preset", name, by=by, at=app.now())


def last(app: App) -> Preset | None:
    """How the batch submitted last was made, as a preset without a name of its own; None without one."""
    with app.database.read() as work:
        row = store.last_ways(work)
    return None if row is None else _ways(row)


def save_batch(app: App, batch_id: str, name: str, *, by: str) -> None:
    """Keep how a batch was made as a preset. Raises Problem: batch_unknown, preset_needs_name."""
    with app.database.read() as work:
        need(work, batch_id)
        row = store.ways(work, batch_id)
    save(app, replace(_ways(row), name=name), by=by)


def _ways(row: dict[str, Any]) -> Preset:
    return Preset(
        name=row["batch_id"],
        filter=_filter(row["order_filter"] or "{}"),
        policy=Policy(row["policy"] or Policy.CHEAPEST),
        mode=HandoverMode(row["handover_mode"]) if row["handover_mode"] else None,
        undeliverable=Choice(row["undeliverable"]) if row["undeliverable"] else None,
        paper=row["paper"] or "100x150",
        print_order=PrintOrder(row["print_order"] or PrintOrder.LIST),
        run_size=RUN_SIZE if row["run_size"] is None else row["run_size"] or None,
        saved_by=row["submitted_by"],
        saved_at=row["submitted_at"],
    )


def run(app: App, preset: Preset, *, by: str) -> Created:
    """Make a draft by a preset: its orders, plans, hand-over and decision; each order left out is named with why.

    Nothing is confirmed, agreed or sent. What the platform could not be asked for is decided on the review page.
    """
    wanted = replace(preset.filter, placed=False)
    made = batches.create(app, orders.matching_ids(app, wanted), by=by, policy=preset.policy)
    if made.batch_id is None:
        return made
    batch_id = made.batch_id
    with app.database.write() as work:
        left_out = [(one.order_id, str(one.code), one.value) for one in made.excluded]
        made_by = _row(preset) | {"saved_by": preset.saved_by, "saved_at": preset.saved_at}
        store.made_by(work, batch_id, made_by, left_out)
        audit.record(work, "run_preset", batch_id, by=by, at=app.now(), preset=preset.name)
    try:
        for plan in handover.prepare(app, batch_id):
            if preset.mode and _fits(preset.mode, plan):
                handover.choose_mode(app, batch_id, preset.mode, by=by, plan_id=plan.plan_id)
    except (PlatformError, Problem):
        pass  # The review page asks again, and says what it is.
    if preset.undeliverable:
        shipments.decide_undeliverable(app, batch_id, preset.undeliverable, by=by)
    return made


def excluded(app: App, batch_id: str) -> list[dict[str, Any]]:
    """One dict (order_id, code, value) per order that stayed out of a batch made by a preset."""
    with app.database.read() as work:
        need(work, batch_id)
        return store.excluded(work, batch_id)


def of_batch(app: App, batch_id: str) -> Preset | None:
    """The preset a batch was made by, as it was then; None: by none.

    The same as the last batch is one too, under that batch's id. Raises Problem('batch_unknown').
    """
    with app.database.read() as work:
        need(work, batch_id)
        row = store.of_batch(work, batch_id)
    return None if row is None else _preset(row)


def _fits(mode: HandoverMode, plan: handover.PlanHandover) -> bool:
    """A pickup only in coverage; one that is applied for is agreed with its warehouse each time."""
    return mode is not HandoverMode.APPLY_PICKUP and (mode is not HandoverMode.PICKUP or plan.covered)


def _row(preset: Preset) -> dict[str, Any]:
    return {
        "name": preset.name,
        "order_filter": _as_text(preset.filter),
        "policy": preset.policy,
        "mode": preset.mode,
        "undeliverable": preset.undeliverable,
        "paper": preset.paper,
        "print_order": preset.print_order,
        "run_size": preset.run_size,
    }


def _preset(row: dict[str, Any]) -> Preset:
    return Preset(
        name=row["name"],
        filter=_filter(row["order_filter"]),
        policy=Policy(row["policy"]),
        mode=HandoverMode(row["handover_mode"]) if row["handover_mode"] else None,
        undeliverable=Choice(row["undeliverable"]) if row["undeliverable"] else None,
        paper=row["paper"],
        print_order=PrintOrder(row["print_order"]),
        run_size=row["run_size"],
        saved_by=row["saved_by"],
        saved_at=row["saved_at"],
    )


def _as_text(chosen: OrderFilter) -> str:
    return json.dumps({name: value for name, value in asdict(chosen).items() if value is not None})


def _filter(text: str) -> OrderFilter:
    known = {
        name: value for name, value in json.loads(text).items() if name in OrderFilter.__dataclass_fields__
    }
    lists = {name: tuple(value) if isinstance(value, list) else value for name, value in known.items()}
    return OrderFilter(**lists)  # type: ignore[arg-type]

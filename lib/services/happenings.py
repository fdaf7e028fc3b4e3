"""What happened: a batch as a table, its cost so far, and who did what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lib.app import App
from lib.files import exports
from lib.services.batches import need
from lib.store import happenings as store

#: Kind of a timeline's line, what and detail of it → the state it says, and its sentence.
Words = Callable[[str, str, str], tuple[str, str]]


def audit_of(app: App, batch_id: str) -> list[dict[str, Any]]:
    """One dict (done_at, done_by, action, subject, detail) per action on the batch, the newest first."""
    with app.database.read() as work:
        need(work, batch_id)
        return store.audit_of(work, batch_id)


def cost(app: App, batch_id: str) -> list[dict[str, Any]]:
    """One dict per currency: freight and return fees of what has its logistics order, estimated."""
    with app.database.read() as work:
        return store.cost(work, batch_id)


def export(app: App, batch_id: str, *, kind: str) -> bytes:
    """The batch's shipments as a table, csv or xlsx; no cell is ever run as a formula."""
    with app.database.read() as work:
        need(work, batch_id)
        frame = store.exported(work, batch_id)
    return exports.csv(frame) if kind == "csv" else exports.xlsx(frame, "Shipments")


def timeline(
    app: App,
    batch_id: str,
    *,
    kind: str,
    words: Words,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> bytes:
    """The timelines of the batch's shipments as a table, csv or xlsx: what happened, when (UTC), by whom.

    One row per line of a timeline, in the list's order and the oldest first; `words` says what its codes mean.
    """
    with app.database.read() as work:
        need(work, batch_id)
        frame = store.timeline(work, batch_id)
    names = ("kind", "what", "detail")
    said = [
        words(*line)
        for line in zip(*(frame[name].where(frame[name].notna(), "") for name in names), strict=True)
    ]
    frame["state"], frame["words"] = [one[0] for one in said], [one[1] for one in said]
    frame = frame.drop(columns=["position"])
    return exports.csv(frame) if kind == "csv" else exports.xlsx(frame, "Timeline", on_progress)

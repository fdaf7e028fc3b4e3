"""What happened: a batch as a table, its cost so far, and who did what."""

from __future__ import annotations

from typing import Any

from lib.app import App
from lib.files import exports
from lib.services.batches import need
from lib.store import happenings as store


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

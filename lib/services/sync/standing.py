"""How fresh the orders of each shop are, what is under way, and what of it needs a person."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from lib.app import App
from lib.domain.freshness import Progress, Standing
from lib.store import shops as shop_store
from lib.store import sync as store


def standing(app: App) -> list[Standing]:
    """How fresh the orders of each shop are. Three small queries."""
    with app.database.read() as work:
        kept = {row["shop_id"]: row for row in store.states(work)}
        contradicted = Counter(row["shop_id"] for row in store.conflicts(work))
        names = {row["shop_id"]: row["name"] for row in shop_store.known(work)}
    running, now = under_way(app).running, app.now()
    return [
        replace(
            _standing(app, shop_id, kept.get(shop_id, {}), running.get(shop_id), now, contradicted[shop_id]),
            name=names.get(shop_id, shop_id),
        )
        for shop_id in app.shops()
    ]


def conflicts(app: App) -> list[dict[str, Any]]:
    """One dict (shop_id, order_id, fields, found_at, batch_id) per order in a shipment the platform contradicts."""
    with app.database.read() as work:
        return store.conflicts(work)


def refused_now(app: App) -> list[dict[str, Any]]:
    """One dict (shop_id, order_id, code, listed_at) per order that awaits there and could not be taken in."""
    with app.database.read() as work:
        return store.refused_now(work)


class UnderWay:
    """The syncs under way of one App."""

    def __init__(self) -> None:
        self.running: dict[str, Progress] = {}
        self._guard = threading.Lock()

    def begin(self, shop_id: str, at: datetime) -> bool:
        with self._guard:
            if shop_id in self.running:
                return False
            self.running[shop_id] = Progress(0, 0, at)
            return True

    def end(self, shop_id: str) -> None:
        self.running.pop(shop_id, None)


_running: WeakKeyDictionary[App, UnderWay] = WeakKeyDictionary()
_guard = threading.Lock()


def under_way(app: App) -> UnderWay:
    """The syncs under way of this App."""
    with _guard:
        return _running.setdefault(app, UnderWay())


def _standing(
    app: App,
    shop_id: str,
    kept: dict[str, Any],
    running: Progress | None,
    now: datetime,
    conflict_count: int,
) -> Standing:
    synced_at = kept.get("synced_at")
    late = synced_at is not None and running is None and now - synced_at > app.settings.sync_late
    return Standing(
        shop_id,
        synced_at,
        kept.get("tried_at"),
        kept.get("failed_kind") or "",
        kept.get("failed_code") or "",
        kept.get("failed_at"),
        running,
        late,
        conflict_count=conflict_count,
    )

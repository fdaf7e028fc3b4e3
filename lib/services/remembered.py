"""Figures about the whole past, which change slowly and take a look at every parcel: kept for a while, per store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from lib.app import App
from lib.store.database import Database

Found = TypeVar("Found")

_kept: WeakKeyDictionary[Database, dict[str, tuple[datetime, Any]]] = WeakKeyDictionary()


def for_a_while(app: App, name: str, age: timedelta, find: Callable[[], Found]) -> Found:
    """What `find` found at most `age` ago, else what it finds now."""
    found = _kept.setdefault(app.database, {})
    now = app.now()
    before: tuple[datetime, Found] | None = found.get(name)
    if before is not None and now - age < before[0] <= now:
        return before[1]
    value = find()
    found[name] = now, value
    return value

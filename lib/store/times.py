"""The one place where aware UTC times become the database's naive UTC, and back."""

from __future__ import annotations

from datetime import UTC, datetime


def to_store(moment: datetime | None) -> datetime | None:
    """An aware moment as naive UTC. Raises ValueError for a naive one: its zone is anybody's guess."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC).replace(tzinfo=None)


def from_store(moment: datetime | None) -> datetime | None:
    """A stored naive UTC moment as aware UTC."""
    return None if moment is None else moment.replace(tzinfo=UTC)

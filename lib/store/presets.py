"""Presets (常用方案), and what stayed out of batches made by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lib.store.database import Work


def all_presets(work: Work) -> list[dict[str, Any]]:
    """One dict per preset, by name."""
    return work.rows("presets_all")


def save(work: Work, row: dict[str, Any], *, by: str, at: datetime) -> None:
    """Keep a preset; one of the same name is replaced."""
    work.run("preset_save", **row, saved_by=by, saved_at=at)


def forget(work: Work, name: str) -> None:
    """Remove a preset."""
    work.run("preset_forget", name=name)


def made_by(work: Work, batch_id: str, row: dict[str, Any], left_out: Sequence[tuple[str, str, str]]) -> None:
    """Remember the preset a batch was made by as it is now, and which orders (order_id, code, value) stayed out."""
    said = row.copy()
    work.run("batch_preset_set", batch_id=batch_id, name=row["name"], order_filter=said.pop("order_filter"))
    work.run("batch_preset_add", batch_id=batch_id, **said)
    frame = pd.DataFrame(list(left_out), columns=["order_id", "code", "value"], dtype="str")
    with work.table("left_out", frame):
        work.run("batch_excluded_add", batch_id=batch_id)


def of_batch(work: Work, batch_id: str) -> dict[str, Any] | None:
    """The preset a batch was made by, as it was then; None: by none."""
    return work.row("batch_preset_of", batch_id=batch_id)


def excluded(work: Work, batch_id: str) -> list[dict[str, Any]]:
    """One dict per order that stayed out of a batch: order_id, code, value."""
    return work.rows("batch_excluded_of", batch_id=batch_id)


def last_ways(work: Work) -> dict[str, Any] | None:
    """How the batch submitted last was made; None without one."""
    return work.row("batch_ways", batch_id=None)


def ways(work: Work, batch_id: str) -> dict[str, Any]:
    """How one batch was made."""
    return work.row("batch_ways", batch_id=batch_id) or {}

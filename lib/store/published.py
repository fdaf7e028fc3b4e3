"""Published data: fact tables written as Parquet by the database itself, from one consistent view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lib.store.database import Work

TABLES = ("orders", "shipments", "parcel_skus", "fees", "events", "outcomes")


def stamp(work: Work) -> dict[str, Any]:
    """What the store looks like: stamp, and batch_count of batches that are through."""
    return work.rows("publishing_stamp")[0]


def write(work: Work, table: str, folder: Path) -> int:
    """Write one of TABLES below a folder that is made, partitioned by year and month; returns its rows."""
    return work.parquet(f"published_{table}", folder, partition_by=("year", "month"))

"""What needs a person today, gathered from every room."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.orders import OrderFilter
from lib.services import batches, files, orders, shipments, stop_list, sync

#: Deadlines nearer than this are of today.
TODAY_H = 24


@dataclass(frozen=True)
class Overview:
    """The day's work. Frames of orders are as in `services.orders.pending`, those of batches as in `batches`."""

    counts: dict[str, int]  #: As in `services.orders.counts`.
    overdue_count: int  #: Every overdue order that still awaits shipment, in a batch or not.
    overdue: pd.DataFrame  #: The first of them.
    due_count: int  #: Orders whose deadline is within TODAY_H and has not passed.
    due: pd.DataFrame  #: The first of them.
    blocked: dict[str, int]  #: Finding → how many orders it keeps out of batches, the commonest first.
    refused: list[dict[str, Any]]  #: Shipments and declarations the platform refused, newest first.
    stopped: list[stop_list.Stopped]  #: Parcels that must not leave: cancelled, in dispute, another address.
    left_behind: list[dict[str, Any]]  #: Parcels that stayed when others of their batch were handed over.
    unconfirmed: pd.DataFrame  #: Batches with shipments of which nobody knows whether the platform has them.
    drafts: pd.DataFrame  #: Batches that are not submitted.
    running: pd.DataFrame  #: Submitted batches with parcels under way to the platform, paused ones too.
    problem_files: pd.DataFrame  #: Files with refused rows that nobody mended or put aside (open_count).
    problem_count: int  #: Those rows.
    conflicts: list[dict[str, Any]]  #: As in `services.sync.conflicts`: look before the parcel leaves.
    not_taken_in: list[dict[str, Any]]  #: As in `services.sync.refused_now`.
    synced_at: datetime | None  #: When the oldest shop was last synced; None: one never was.
    files_read: bool  #: Any file was ever read.

    @property
    def untouched(self) -> bool:
        """Nobody has worked here yet."""
        return not self.files_read and not self.counts["awaiting"]


def synced_at(app: App) -> datetime | None:
    """When the oldest shop was last synced; None: one never was."""
    synced = [shop.synced_at for shop in sync.standing(app)]
    return min((at for at in synced if at is not None), default=None) if all(synced) else None


def today(app: App) -> Overview:
    """What needs a person now."""
    soon = orders.pending(app, OrderFilter(due_within_h=TODAY_H))
    is_overdue = soon.orders["overdue"].astype("bool")
    blocked_ids = orders.matching_ids(app, OrderFilter(blocked=True))
    findings = {(row["order_id"], row["code"]) for row in orders.findings(app, blocked_ids)}
    known = batches.all_batches(app)
    read = files.imported(app)
    is_submitted = known["submitted_at"].notna()
    return Overview(
        counts=soon.counts,
        overdue_count=soon.totals["overdue_count"],
        overdue=soon.orders[is_overdue],
        due_count=soon.totals["order_count"] - soon.totals["overdue_count"],
        due=soon.orders[~is_overdue],
        blocked=dict(Counter(code for _order, code in findings).most_common()),
        refused=shipments.needing_people(app),
        stopped=stop_list.stopped(app),
        left_behind=shipments.left_behind(app),
        unconfirmed=known[known["unconfirmed_count"] > 0],
        drafts=known[~is_submitted & (known["draft_count"] > 0)],
        running=known[is_submitted & (known["under_way_count"] > 0)],
        problem_files=read[(read["open_count"] > 0) & (read["file"] != sync.SOURCE)],
        problem_count=files.open_count(app),
        conflicts=sync.conflicts(app),
        not_taken_in=sync.refused_now(app),
        synced_at=synced_at(app),
        files_read=not read.empty,
    )

"""Declarations made by hand: notices, changes of numbers, and the end of a partly shipped order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from lib.store.database import Work


def add(work: Work, shop_id: str, order_id: str, kind: str, lines: Mapping[int, int], **told: Any) -> int:
    """Write down what is about to be told; returns its number."""
    number: int = work.value(
        "notice_add",
        shop_id=shop_id,
        order_id=order_id,
        kind=kind,
        old_service_key=told.pop("old_service_key", None),
        old_tracking_number=told.pop("old_tracking_number", None),
        **told,
    )
    frame = pd.DataFrame(
        {
            "line_no": pd.Series(list(lines.keys()), dtype="int32"),
            "quantity": pd.Series(list(lines.values()), dtype="int64"),
        }
    )
    with work.table("parts", frame):
        work.run("notice_lines_add", notice_no=number, shop_id=shop_id, order_id=order_id)
    return number


def settle(
    work: Work,
    notice: Mapping[str, Any],
    state: str,
    *,
    at: datetime,
    code: str | None = None,
    text: str | None = None,
) -> bool:
    """How a notice ended; with it, its lines are shipped when it was taken. False: it was settled before."""
    settled = work.rows(
        "notice_settle",
        notice_no=notice["notice_id"],
        state=state,
        reason_code=code,
        reason_text=text,
        settled_at=None if state == "unconfirmed" else at,
    )
    if not settled or state != "done":
        return bool(settled)
    order = {"shop_id": notice["shop_id"], "order_id": notice["order_id"]}
    work.run("notice_lines_ship", notice_no=notice["notice_id"], **order)
    if notice["kind"] == "change":
        work.run(
            "shipment_renumber",
            tracking_number=notice["tracking_number"],
            old_tracking_number=notice["old_tracking_number"],
            changed_at=at,
            **order,
        )
    return True


def absent(work: Work, notice: Mapping[str, Any], *, at: datetime) -> None:
    """The platform did not have a notice when it was asked; it stays open, and the first such moment is kept."""
    work.run("notice_absent", notice_no=notice["notice_id"], absent_at=at)


def under_way(work: Work, shop_id: str, order_id: str) -> int:
    """How many notices of an order nobody knows the end of."""
    return int(work.value("notice_under_way", shop_id=shop_id, order_id=order_id))


def of_order(work: Work, shop_id: str, order_id: str) -> list[dict[str, Any]]:
    """One dict per notice of an order, oldest first."""
    return work.rows("notices_of", shop_id=shop_id, order_id=order_id)


def unsettled(work: Work, *, over_at: datetime) -> list[dict[str, Any]]:
    """One dict per notice nobody knows the end of: not answered, or begun before a moment and never ended."""
    return work.rows("notices_open", over_at=over_at)


def left(work: Work, shop_id: str, order_id: str) -> list[dict[str, Any]]:
    """One dict per order line: left_quantity nobody holds, under_way in shipments not declared."""
    return work.rows("order_left", shop_id=shop_id, order_id=order_id)

"""What was said of a parcel, and how far all of them are followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from lib.aliexpress.platform import TrackingEvent
from lib.app import App
from lib.services.tracking.codes import code_of
from lib.store import tracking as store


def of_shipment(app: App, shipment_id: str) -> list[dict[str, Any]]:
    """One dict per event of a parcel, the newest first.

    happened_at (UTC), zone, raw_code, meaning (None: nobody knows the code), text, place, status, source, seen_at.
    """
    with app.database.read() as work:
        return store.of_shipment(work, shipment_id)


def standing(app: App) -> dict[str, Any]:
    """How far parcels are followed: shipment_count, heard_count, live_count, troubled_count, oldest_at, newest_at."""
    with app.database.read() as work:
        return store.counts(work)


def rows_of(shipment_id: str, events: Sequence[TrackingEvent]) -> list[dict[str, Any]]:
    """The platform's events of a parcel, oldest first, as the store takes them."""
    return [
        {
            "shipment_id": shipment_id,
            "row_no": place,
            **code_of(one.action_code, one.status, one.text),
            "raw_code": one.action_code,
            "happened_at": one.at,
            "zone": one.zone,
            "text": one.text,
            "place": one.place,
            "status": one.status,
        }
        for place, one in enumerate(events)
    ]


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Events as the store takes them."""
    table = pd.DataFrame(rows, columns=list(store.EVENT))
    table["happened_at"] = pd.to_datetime(table["happened_at"], utc=True)
    texts = [name for name in store.EVENT if name not in ("row_no", "happened_at")]
    return table.astype(dict.fromkeys(texts, "str") | {"row_no": "int64"})

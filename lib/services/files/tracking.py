"""Tracking exports of other programs: matched to parcels by their numbers, each event kept once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from lib.files import tracking
from lib.files.layouts import Recognised
from lib.services.files.kinds import Incoming, Kind, Taken
from lib.store import tracking as store
from lib.store.database import Work

if TYPE_CHECKING:
    from lib.app import App


def read(app: App, found: Recognised, _file: Incoming) -> tracking.TrackingTables:
    """The events of a file; those of numbers no parcel here has are refused."""
    with app.database.read() as work:
        codes = store.known_codes(work)
    tables = tracking.parse(found, codes)
    with app.database.read() as work:
        owners = store.owners(work, tables.events["number"].unique().tolist())
    ids = tables.events["number"].map(owners)
    strange = tables.events[ids.isna()]
    refused = pd.DataFrame(
        {
            "sheet": tables.sheet,
            "row_no": strange["row_no"],
            "column_name": found.header("number"),
            "value": strange["number"],
            "code": "tracking_unmatched",
            "identity": "",
        }
    )
    return replace(
        tables,
        events=tables.events.assign(shipment_id=ids.astype("str"))[ids.notna()],
        problems=pd.concat([tables.problems, refused], ignore_index=True).sort_values(
            "row_no", ignore_index=True
        )
        if len(refused)
        else tables.problems,
    )


def take(work: Work, tables: tracking.TrackingTables, file: Incoming, import_id: int) -> Taken:
    """Keep the events that are not here yet, and derive what they come to."""
    events = tables.events[list(store.EVENT)]
    added = store.take(work, events, source=tables.layout, seen_at=file.at, import_id=import_id)
    return Taken(len(added), 0, len(events) - len(added), as_of=_newest(tables.events))


def _newest(events: pd.DataFrame) -> pd.Timestamp | None:
    newest = events["happened_at"].max() if len(events) else None
    return None if newest is None or pd.isna(newest) else newest.tz_localize("UTC")


KIND = Kind("tracking", read, take)

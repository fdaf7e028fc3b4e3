"""Rate cards: read, refused whole when one row is wrong, and taken in as drafts that wait to be activated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lib.files import rates
from lib.files.layouts import Recognised
from lib.services.files.kinds import Incoming, Kind, Taken
from lib.store import rates as store
from lib.store.database import Work

if TYPE_CHECKING:
    from lib.app import App


def read(app: App, found: Recognised, file: Incoming) -> rates.RateTables:
    """The cards of a sheet, or its spot prices; refused whole where an active card has their days."""
    with app.database.read() as work:
        names = store.names(work)
        known = rates.Known(names.plan_names, names.country_names, names.currencies, file.at.date())
        tables = rates.parse(found, known)
        if not tables.problems.empty:
            return tables
        taken = store.overlaps(work, tables)
    return tables if taken.empty else tables.refused(taken, "validity_taken", "valid_from")


def take(work: Work, tables: rates.RateTables, file: Incoming, _import_id: int) -> Taken:
    """Put the cards of a file into the store; nothing is quoted by them yet."""
    if not tables.problems.empty:
        return Taken(0, 0, 0)
    counts = store.take(work, tables, file=file.name, by=file.by, at=file.at)
    return Taken(counts.loaded, counts.updated, counts.unchanged, warnings=tables.doubts)


KIND = Kind("rates", read, take)

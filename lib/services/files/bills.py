"""Bills: read, kept line by line, and matched to shipments by number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lib.files import bills
from lib.files.layouts import Recognised
from lib.services.files.kinds import Incoming, Kind, Taken
from lib.store import bills as store
from lib.store import rates as rate_store
from lib.store.database import Work

if TYPE_CHECKING:
    from lib.app import App


def read(app: App, found: Recognised, _file: Incoming) -> bills.BillTables:
    """The lines of a bill."""
    with app.database.read() as work:
        currencies = rate_store.names(work).currencies
    return bills.parse(found, currencies)


def take(work: Work, tables: bills.BillTables, file: Incoming, import_id: int) -> Taken:
    """Keep the lines that are new, and what the matched ones say of each shipment as its actual fees."""
    counts = store.take(work, tables.lines, import_id=import_id, at=file.at)
    unmatched = store.unmatched(work, tables.lines)
    return Taken(
        counts.loaded, counts.updated, counts.unchanged, warnings=unmatched.assign(sheet=tables.sheet)
    )


KIND = Kind("bills", read, take)

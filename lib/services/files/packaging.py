"""What packaging weighs, by bands of contents: read and taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lib.files import packaging
from lib.files.layouts import Recognised
from lib.services import products as service
from lib.services.files.kinds import Incoming, Kind, Taken
from lib.store import products as store
from lib.store.database import Work

if TYPE_CHECKING:
    from lib.app import App


def read(_app: App, found: Recognised, _file: Incoming) -> packaging.PackagingTables:
    """The bands of a sheet."""
    return packaging.parse(found)


def take(work: Work, tables: packaging.PackagingTables, file: Incoming, _import_id: int) -> Taken:
    """Bands replace those there are; with one row that cannot be taken all stay as they are."""
    kept = {(row.min_g, row.max_g, row.packaging_g) for row in store.packaging(work).itertuples()}
    starts = {band[0] for band in kept}
    bands = list(tables.bands.itertuples(index=False, name=None))
    if bands:
        store.set_packaging(work, tables.bands)
        service.after_load(work, by=file.by, at=file.at)
    unchanged = sum(band in kept for band in bands)
    loaded = sum(band[0] not in starts for band in bands)
    return Taken(loaded, len(bands) - loaded - unchanged, unchanged)


KIND = Kind("packaging", read, take)

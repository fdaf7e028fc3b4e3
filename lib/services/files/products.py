"""Product tables: read and taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lib.files import products
from lib.files.layouts import Recognised
from lib.services import products as service
from lib.services.files.kinds import Incoming, Kind, Taken
from lib.store import products as store
from lib.store.database import Work

if TYPE_CHECKING:
    from lib.app import App


def read(_app: App, found: Recognised, _file: Incoming) -> products.ProductTables:
    """The products of a sheet."""
    return products.parse(found)


def take(work: Work, tables: products.ProductTables, file: Incoming, _import_id: int) -> Taken:
    """Put the products of a file into the store."""
    counts = store.load_products(work, tables, at=file.at)
    service.after_load(work, by=file.by, at=file.at)
    return Taken(
        counts.loaded,
        counts.updated,
        counts.unchanged + tables.repeated,
        identities=tables.products["sku"],
    )


KIND = Kind("products", read, take)

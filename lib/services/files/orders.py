"""Order exports: read, taken in, checked, and told to the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lib.files import orders
from lib.files.layouts import Recognised
from lib.services import checks
from lib.services.files.kinds import DEFAULT_SHOP, Incoming, Kind, Taken
from lib.store import imports
from lib.store.database import Work

if TYPE_CHECKING:
    from lib.app import App


def read(app: App, found: Recognised, file: Incoming) -> orders.OrderTables:
    """The orders of a sheet, with times in the shop's zone; a sample's are moved on to today."""
    with app.database.read() as work:
        zone, countries = imports.file_zone(work, DEFAULT_SHOP), imports.countries(work)
    tables = orders.parse(found, zone=zone, countries=countries)
    days = orders.days_to_recent(tables, file.at) if file.recent else 0
    return orders.moved(tables, days) if days else tables


def take(work: Work, tables: orders.OrderTables, file: Incoming, import_id: int) -> Taken:
    """Put the orders of a file into the store and check their receivers."""
    counts = imports.load_orders(work, tables, shop_id=DEFAULT_SHOP, import_id=import_id, at=file.at)
    checks.refresh(work, DEFAULT_SHOP, file.at)
    return Taken(
        counts.loaded,
        counts.updated + tables.replaced,
        counts.unchanged + tables.repeated,
        orders=counts.loaded,
        order_lines=counts.lines,
        warnings=pd.concat([tables.warnings, _kept_apart(tables, counts.kept_apart)]),
    )


def remarks(tables: orders.OrderTables) -> Mapping[str, Any]:
    """What the report says of an order export besides its counts."""
    return {"zone": tables.zone, "shifted_days": tables.shifted_days}


def after(app: App, _tables: orders.OrderTables, file: Incoming) -> None:
    """The sandbox gets to know the orders too."""
    app.rehearse_with(file.path, f"{file.digest[:16]}{Path(file.name).suffix.lower()}")


KIND = Kind("orders", read, take, remarks, after)


def _kept_apart(tables: orders.OrderTables, order_ids: Sequence[str]) -> pd.DataFrame:
    """Orders in a shipment of which the file says something else than the desk keeps."""
    rows = tables.orders.loc[tables.orders["order_id"].isin(order_ids), ["row_no", "order_id"]]
    return rows.rename(columns={"order_id": "value"}).assign(
        sheet=tables.sheet, column_name="", code="in_shipment"
    )

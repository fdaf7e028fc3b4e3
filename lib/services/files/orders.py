"""Order exports: read, taken in, checked, and told to the sandbox."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lib.domain.checks import Finding
from lib.files import exports, fingerprints, memory, orders
from lib.files.layouts import PREFIX, Recognised
from lib.services import checks
from lib.services.files.kinds import MANY_ROWS, Incoming, Kind, Taken
from lib.store import imports
from lib.store.database import Work

if TYPE_CHECKING:
    from lib.app import App


def read(app: App, found: Recognised, file: Incoming) -> orders.OrderTables:
    """The orders of a sheet, with times in the shop's zone; a sample's are moved on to today."""
    with app.database.read() as work:
        zone, countries = imports.file_zone(work, file.shop_id), imports.countries(work)
        names, loaded = imports.service_names_digest(work), imports.loaded_rows(work, file.shop_id)
    context = fingerprints.context(found, zone, countries, names)
    unchanged = None if file.recent else fingerprints.unchanged(found, loaded, context)
    tables = orders.parse(
        found, zone=zone, countries=countries, now=file.at, context=context, unchanged=unchanged
    )
    days = orders.days_to_recent(tables, file.at) if file.recent else 0
    return orders.moved(tables, days) if days else tables


def take(work: Work, tables: orders.OrderTables, file: Incoming, import_id: int) -> Taken:
    """Put the orders of a file into the store and check their receivers.

    What is in is let go of: a large file's frames are hundreds of megabytes. Only a table that a person taught the
    desk to read is needed once more, for the sandbox.
    """
    unclear = _unclear(tables)
    identities = pd.concat([tables.orders["order_id"], tables.unchanged["order_id"]], ignore_index=True)
    counts = imports.load_orders(
        work,
        tables,
        shop_id=file.shop_id,
        import_id=import_id,
        at=file.at,
        by=file.by,
        newest=file.newest,
        lets_go=not _is_told_anew(tables),
    )
    if counts.orders > MANY_ROWS:
        memory.give_back()
    checks.refresh(work, file.shop_id, file.at)
    doubts = [
        _without_known(work, tables.warnings, unclear, file.shop_id),
        _named(tables, "in_shipment", {row["order_id"]: row["row_no"] for row in counts.conflicts}),
        _named(tables, "older_file", {row["order_id"]: row["row_no"] for row in counts.older}),
    ]
    return Taken(
        counts.loaded,
        counts.updated + counts.replaced,
        counts.unchanged + (tables.replaced - counts.replaced) + tables.repeated + len(tables.unchanged),
        orders=counts.orders,
        order_lines=counts.lines,
        warnings=pd.concat(doubts),
        identities=identities,
        conflicts=counts.conflicts,
        older=len(counts.older),
        older_fields=counts.older_fields,
        as_of=tables.as_of,
    )


def remarks(tables: orders.OrderTables) -> Mapping[str, Any]:
    """What the report says of an order export besides its counts."""
    return {
        "zone": tables.zone,
        "shifted_days": tables.shifted_days,
        "weight_unit": tables.weight_unit,
        "awaiting": tables.said,
    }


def after(app: App, tables: orders.OrderTables, file: Incoming) -> None:
    """The sandbox gets to know the orders too: by the file, or by an export like it when that does not say all."""
    name, count = file.digest[:16], len(tables.orders)
    if not _is_told_anew(tables):
        app.rehearse_with(
            file.path, f"{name}{Path(file.name).suffix.lower()}", file.shop_id, order_count=count
        )
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.xlsx"
        exports.write_xlsx(path, orders.as_export(tables))
        app.rehearse_with(path, path.name, file.shop_id, order_count=count)


KIND = Kind("orders", read, take, remarks, after)


def _is_told_anew(tables: orders.OrderTables) -> bool:
    """Whether the file alone does not say all: a person said which column is what, or what state its orders have."""
    return tables.layout.startswith(PREFIX) or tables.said > 0


def _unclear(tables: orders.OrderTables) -> dict[int, str]:
    """Row → its order, of orders whose status the file does not say."""
    codes = tables.findings["code"] == Finding.STATUS_UNKNOWN
    if not codes.any():
        return {}
    found = tables.orders[tables.orders["order_id"].isin(tables.findings.loc[codes, "order_id"])]
    return dict(zip(found["row_no"], found["order_id"], strict=True))


def _without_known(
    work: Work, warnings: pd.DataFrame, unclear: Mapping[int, str], shop_id: str
) -> pd.DataFrame:
    """The doubts without those about a status that is known from elsewhere."""
    if not unclear:
        return warnings
    unknown = imports.of_unknown_status(work, shop_id, unclear.values())
    known = {row_no for row_no, order_id in unclear.items() if order_id not in unknown}
    return warnings[(warnings["code"] != Finding.STATUS_UNKNOWN) | ~warnings["row_no"].isin(known)]


def _named(tables: orders.OrderTables, code: str, rows: Mapping[str, int]) -> pd.DataFrame:
    """A doubt about these orders, which stand in these rows."""
    frame = pd.DataFrame(
        {"value": pd.Series(list(rows), dtype="str"), "row_no": pd.Series(list(rows.values()), dtype="int64")}
    )
    return frame.assign(sheet=tables.sheet, column_name="", code=code)

"""Teaching the desk a table of another form: its columns, guesses at them, and how it would load."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lib.domain.money import Money
from lib.files import layouts, orders, products, sheets
from lib.files.layouts import TableMapping
from lib.services.files.kinds import DEFAULT_SHOP
from lib.store import imports

if TYPE_CHECKING:
    from lib.app import App

#: So many rows are shown as they would load.
SHOWN = 20


@dataclass(frozen=True)
class Table:
    """A sheet somebody has a word to say on."""

    sheet: sheets.Sheet
    row_count: int
    headers: tuple[str, ...]  #: What can be chosen, each once.
    examples: Mapping[str, str]  #: Header → the first thing that stands under it.

    @property
    def name(self) -> str:
        return self.sheet.name


@dataclass(frozen=True)
class Preview:
    """How the first rows of a table would load."""

    rows: pd.DataFrame  #: One row per order or product, or refused row: row_no, code, and what would be kept.
    loadable: int
    refused: int


def open_table(name: str, content: bytes) -> list[Table]:
    """The sheets of a file with their columns. Raises NotReadable."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        try:
            read = sheets.read(path)
        except sheets.NotReadable as error:
            raise sheets.NotReadable(error.code, name, **error.details) from error
    return [_table(sheet) for sheet in read]


def propose(table: Table, kind: str | None = None) -> TableMapping:
    """What the table's columns seem to be."""
    kind = kind or layouts.guess_kind(table.sheet)
    columns = layouts.guess(table.sheet, kind)
    dates = [columns[name] for name in columns if name.endswith("_at")]
    options = layouts.Options(date_order=layouts.guess_dates(table.sheet, dates))
    return TableMapping("", kind, table.sheet.header, columns, options)


def choosable(kind: str) -> Sequence[str]:
    """What a column may be, by our names."""
    return layouts.ORDER_COLUMNS if kind == "orders" else tuple(layouts.PRODUCTS.columns)


def lacking(mapping: TableMapping) -> list[str]:
    """What has to be chosen still, by our names."""
    return layouts.lacking(mapping.kind, mapping.columns)


def preview(app: App, table: Table, mapping: TableMapping) -> Preview:
    """How the first rows would load; nothing is kept."""
    sheet = table.sheet
    head = sheets.Sheet(sheet.file, sheet.name, sheet.header, sheet.head(SHOWN))
    found = layouts.matched(head, mapping.layout())
    if mapping.kind == "products":
        tables = products.parse(found)
        kept = tables.products.drop(columns=["declared_currency", "purchase_currency"])
        kept.insert(0, "row_no", pd.Series(pd.NA, index=kept.index, dtype="Int64"))
        return _preview(kept, tables.problems)
    with app.database.read() as work:
        zone, countries = imports.file_zone(work, DEFAULT_SHOP), imports.countries(work)
    return _orders(orders.parse(found, zone=zone, countries=countries, now=app.now()))


def _orders(tables: orders.OrderTables) -> Preview:
    goods = (
        tables.lines.assign(pair=tables.lines["sku"] + " × " + tables.lines["quantity"].astype("str"))
        .groupby("order_id")["pair"]
        .agg(", ".join)
        .rename("contents")
    )
    receivers = tables.receivers[["order_id", "name", "country", "city", "postcode"]]
    kept = tables.orders.merge(receivers, on="order_id").merge(goods, on="order_id", how="left")
    amounts = zip(kept["total_minor"], kept["currency"], strict=True)
    kept["total"] = [None if pd.isna(minor) else str(Money(int(minor), unit)) for minor, unit in amounts]
    columns = [
        "row_no", "order_id", "status", "paid_at", "ship_by_at", "contents", "total", "name", "country", "city",
        "postcode",
    ]  # fmt: skip
    return _preview(kept[columns], tables.problems)


def _preview(kept: pd.DataFrame, problems: pd.DataFrame) -> Preview:
    rows = pd.concat([kept.assign(code=""), problems[["row_no", "code"]]]).sort_values("row_no")
    return Preview(rows.reset_index(drop=True), len(kept), len(problems))


def _table(sheet: sheets.Sheet) -> Table:
    headers = tuple(dict.fromkeys(text for text in sheet.header if text))
    return Table(sheet, len(sheet), headers, {text: layouts.example(sheet, text) for text in headers})

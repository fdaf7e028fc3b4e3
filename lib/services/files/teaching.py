"""Teaching the desk a table of another form: its columns, guesses at them, and how it would load."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lib.domain.money import Money
from lib.files import bills, layouts, orders, products, rates, sheets
from lib.files.layouts import TableMapping
from lib.services.files import bills as bill_kind
from lib.services.files import rates as rate_kind
from lib.services.files.kinds import DEFAULT_SHOP, Incoming
from lib.services.files.loading import Wishes, as_said
from lib.store import imports
from lib.store import rates as rate_store

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

    #: One row per order, product, charge or rate, or refused row: row_no, code, what would be kept.
    rows: pd.DataFrame
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
    dates = [columns[name] for name in columns if name.endswith(("_at", "_on"))]
    options = layouts.Options(date_order=layouts.guess_dates(table.sheet, dates))
    if kind == "rates":
        unit, touching = layouts.guess_weights(table.sheet, columns)
        options = replace(options, weight_unit=unit, touching=touching)
    return TableMapping("", kind, table.sheet.header, columns, options)


def choosable(kind: str) -> Sequence[str]:
    """What a column may be, by our names."""
    return layouts.MAPPABLE[kind]


def lacking(mapping: TableMapping) -> list[str]:
    """What has to be chosen still, by our names."""
    return layouts.lacking(mapping.kind, mapping.columns, mapping.options)


def currencies(app: App) -> list[str]:
    """The currencies that amounts may have."""
    with app.database.read() as work:
        return sorted(rate_store.names(work).currencies["currency"])


def preview(app: App, table: Table, mapping: TableMapping, wishes: Wishes | None = None) -> Preview:
    """How the first rows would load, with what is said of the file; nothing is kept."""
    said = wishes or Wishes()
    sheet = table.sheet
    head = sheets.Sheet(sheet.file, sheet.name, sheet.header, sheet.head(SHOWN))
    found = as_said(layouts.matched(head, mapping.layout()), said)
    if mapping.kind == "products":
        tables = products.parse(found)
        kept = tables.products.drop(columns=["declared_currency", "purchase_currency"])
        kept.insert(0, "row_no", pd.Series(pd.NA, index=kept.index, dtype="Int64"))
        return _preview(kept, tables.problems)
    if mapping.kind in ("bills", "rates"):
        head_of = Incoming(Path(table.name), sheet.file, "", "", app.now())
        read = (
            bill_kind.read(app, found, head_of)
            if mapping.kind == "bills"
            else rate_kind.read(app, found, head_of)
        )
        return _bills(read) if isinstance(read, bills.BillTables) else _rates(read)
    with app.database.read() as work:
        zone, countries = imports.file_zone(work, said.shop_id or DEFAULT_SHOP), imports.countries(work)
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
    kept["total"] = _amounts(kept["total_minor"], kept["currency"])
    columns = [
        "row_no", "order_id", "status", "paid_at", "ship_by_at", "contents", "total", "name", "country", "city",
        "postcode",
    ]  # fmt: skip
    return _preview(kept[columns], tables.problems)


def _bills(tables: bills.BillTables) -> Preview:
    kept = tables.lines[
        [
            "row_no",
            "number",
            "charged_on",
            "kind_text",
            "billed_g",
            "amount_minor",
            "currency",
            "bill_number",
            "note",
        ]
    ]
    kept = kept.assign(amount=_amounts(kept["amount_minor"], kept["currency"]))
    return _preview(kept.drop(columns=["amount_minor", "currency"]), tables.problems)


def _rates(tables: rates.RateTables) -> Preview:
    """Cards are loaded whole or not at all, so of those with a fault nothing would be."""
    if not tables.problems.empty:
        return _preview(pd.DataFrame({"row_no": pd.Series(dtype="Int64")}), tables.problems)
    named = tables.cards[["plan_id", "valid_from", "currency"]]
    kept = tables.rates.merge(named, on=["plan_id", "valid_from"])
    per_kg = zip(kept["per_kg_e4"], kept["currency"], strict=True)
    frame = pd.DataFrame(
        {
            "row_no": pd.Series(pd.NA, index=kept.index, dtype="Int64"),
            "plan": kept["plan_id"],
            "country": kept["country"],
            "cargo_class": kept["cargo_class"],
            "tier": kept["min_g"].astype("str") + "–" + kept["max_g"].astype("str") + " g",
            "per_kg": [f"{Decimal(int(price)).scaleb(-4):,.4f} {unit}" for price, unit in per_kg],
            "item_fee": _amounts(kept["item_fee_minor"], kept["currency"]),
            "first_fee": _amounts(kept["first_fee_minor"], kept["currency"]),
            "step_fee": _amounts(kept["step_fee_minor"], kept["currency"]),
            "valid_from": kept["valid_from"],
        }
    )
    return _preview(frame, tables.problems)


def _amounts(minors: pd.Series, currencies: pd.Series) -> list[str | None]:
    pairs = zip(minors, currencies, strict=True)
    return [None if pd.isna(minor) else str(Money(int(minor), unit)) for minor, unit in pairs]


def _preview(kept: pd.DataFrame, problems: pd.DataFrame) -> Preview:
    rows = pd.concat([kept.assign(code=""), problems[["row_no", "code"]]]).sort_values("row_no")
    return Preview(rows.reset_index(drop=True), len(kept), len(problems))


def _table(sheet: sheets.Sheet) -> Table:
    headers = tuple(dict.fromkeys(text for text in sheet.header if text))
    return Table(sheet, len(sheet), headers, {text: layouts.example(sheet, text) for text in headers})

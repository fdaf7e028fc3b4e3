"""A seller's table of products: what a SKU weighs, measures, and is declared as."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lib.domain.plans import Cargo
from lib.files import engine, layouts, sheets

#: How sellers write a cargo class.
CARGO_WORDS = {
    "普货": Cargo.GENERAL,
    "普通": Cargo.GENERAL,
    "普通货物": Cargo.GENERAL,
    "general": Cargo.GENERAL,
    "带电": Cargo.BATTERY,
    "带电货物": Cargo.BATTERY,
    "电池": Cargo.BATTERY,
    "battery": Cargo.BATTERY,
    "特货": Cargo.SPECIAL,
    "特殊货物": Cargo.SPECIAL,
    "special": Cargo.SPECIAL,
}

_WHOLE = (
    "weight_g",
    "length_mm",
    "width_mm",
    "height_mm",
    "declared_minor",
    "purchase_minor",
    "packaging_g",
)


@dataclass(frozen=True)
class ProductTables:
    """What a product table says. read = products + repeated + problems, in rows of the sheet.

    Frames:
        products: one row per SKU: sku, title, weight_g, length_mm, width_mm, height_mm (Int64), cargo_class,
            declared_name_zh, declared_name_en, declared_minor, declared_currency, purchase_minor,
            purchase_currency, hs_code, shelf, packaging_g (Int64). What the file leaves blank is null, the title ''.
        problems: one row per refused row: sheet, row_no, column_name (its header), value, code, identity.
    """

    layout: str
    sheet: str
    read: int
    repeated: int  #: Rows that say again what an earlier row of their SKU says.
    products: pd.DataFrame
    problems: pd.DataFrame
    ignored: tuple[str, ...]
    missing: tuple[str, ...]


def read_products(path: Path) -> ProductTables:
    """Read a product table. Raises NotReadable for a file that is none."""
    return parse(layouts.find(sheets.read(path), "products"))


def parse(found: layouts.Recognised) -> ProductTables:
    """As read_products, for a sheet that is recognised already."""
    words = engine.pairs("word", "cargo_class", {word: str(cargo) for word, cargo in CARGO_WORDS.items()})
    with engine.reading(found, "products", cargo_words=words) as read:
        [(repeated,)] = read.table("earlier_rows").fetchall()
        return ProductTables(
            layout=found.layout.name,
            sheet=found.sheet.name,
            read=len(found.sheet),
            repeated=repeated,
            products=engine.frame(read, "products", _WHOLE),
            problems=engine.refused(read, found.sheet.name),
            ignored=found.ignored,
            missing=found.missing,
        )


#: The columns of pasted rows that have no headers, by their usual headers.
PASTED = ("SKU", "重量(g)", "中文报关名", "英文报关名", "申报价值(USD)", "货物类型", "海关编码")


def read_pasted(text: str) -> ProductTables:
    """Rows copied from a table into a text: with headers as a file has them, or without, in the order of PASTED.

    Raises NotReadable for a text without rows.
    """
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    if not lines:
        raise sheets.NotReadable("empty_file", "")
    delimiter = (
        "\t" if any("\t" in line for line in lines) else "," if any("," in line for line in lines) else None
    )
    rows = [[sheets.tidy(cell) or None for cell in line.split(delimiter)] for line in lines]
    width = max(map(len, rows))
    table = pd.DataFrame([row + [None] * (width - len(row)) for row in rows], dtype="str")
    table.index = pd.RangeIndex(1, len(table) + 1)
    header = tuple(cell or "" for cell in rows[0])
    sheet = sheets.Sheet("", "", header, table.iloc[1:])
    try:
        return parse(layouts.recognise(sheet, "products"))
    except sheets.NotReadable:
        plain = sheets.Sheet("", "", PASTED[:width], table[list(range(min(width, len(PASTED))))])
        return parse(layouts.recognise(plain, "products"))

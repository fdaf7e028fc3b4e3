"""Tables a person taught the desk to read: which of their columns is what, kept under a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lib.files.layouts.layout import Layout, Options
from lib.files.layouts.lines import GOODS, LINES, by_line
from lib.files.layouts.products import PRODUCTS

#: What a mapped table's layout is called, before its name.
PREFIX = "mapping:"

#: What may be chosen for the columns of a table of orders, in the order in which it is asked.
ORDER_COLUMNS = tuple(name for name in LINES if name not in {"address_both", "is_split", "country_zh"})


@dataclass(frozen=True)
class TableMapping:
    """Which header of a table is which column of ours."""

    name: str
    kind: str  #: orders or products.
    headers: tuple[str, ...]  #: The whole header of the table it was made for.
    columns: Mapping[str, str]  #: Our name → header.
    options: Options = field(default=Options())

    def layout(self) -> Layout:
        """The layout it makes."""
        columns = {name: (header,) for name, header in self.columns.items()}
        required = frozenset(columns)
        if self.kind == "orders":
            return by_line(f"{PREFIX}{self.name}", columns, required=required, options=self.options)
        absent = {name: () for name in PRODUCTS.columns if name not in columns}
        return Layout(f"{PREFIX}{self.name}", self.kind, {**columns, **absent}, required)


def lacking(kind: str, columns: Mapping[str, str]) -> list[str]:
    """What a mapping must have and has not, by our names."""
    if kind == "products":
        return [name for name in ("sku", "weight_g") if name not in columns]
    missing = [] if "order_id" in columns else ["order_id"]
    if not GOODS & columns.keys():
        missing.append("sku")
    elif "sku" in columns and not {"quantity", "sku_quantities", "products"} & columns.keys():
        missing.append("quantity")
    return missing

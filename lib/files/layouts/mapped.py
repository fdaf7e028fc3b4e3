"""Tables a person taught the desk to read: which of their columns is what, kept under a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lib.files.layouts.bills import BILLS
from lib.files.layouts.layout import Layout, Options
from lib.files.layouts.lines import GOODS, LINES, by_line
from lib.files.layouts.products import PRODUCTS
from lib.files.layouts.rates import RATES

#: What a mapped table's layout is called, before its name.
PREFIX = "mapping:"

#: What may be chosen for the columns of a table of orders, in the order in which it is asked.
ORDER_COLUMNS = tuple(name for name in LINES if name not in {"address_both", "is_split", "country_zh"})

#: The layouts whose columns a mapping of another kind chooses among.
_BASES = {"products": PRODUCTS, "bills": BILLS, "rates": RATES}

#: What may be chosen for the columns of a table, by what it holds.
MAPPABLE: Mapping[str, Sequence[str]] = {
    "orders": ORDER_COLUMNS,
    **{kind: tuple(layout.columns) for kind, layout in _BASES.items()},
}

#: What a price of first weight and further steps is made of.
_STEPS = ("first_g", "first_fee", "step_g", "step_fee")


@dataclass(frozen=True)
class TableMapping:
    """Which header of a table is which column of ours."""

    name: str
    kind: str  #: A key of MAPPABLE.
    headers: tuple[str, ...]  #: The whole header of the table it was made for.
    columns: Mapping[str, str]  #: Our name → header.
    options: Options = field(default=Options())

    def layout(self) -> Layout:
        """The layout it makes."""
        columns = {name: (header,) for name, header in self.columns.items()}
        required = frozenset(columns)
        if self.kind == "orders":
            return by_line(f"{PREFIX}{self.name}", columns, required=required, options=self.options)
        absent = {name: () for name in _BASES[self.kind].columns if name not in columns}
        return Layout(
            f"{PREFIX}{self.name}", self.kind, {**columns, **absent}, required, options=self.options
        )


def lacking(kind: str, columns: Mapping[str, str], options: Options) -> list[str]:
    """What a mapping must have and has not, by our names."""
    if kind == "products":
        return [name for name in ("sku", "weight_g") if name not in columns]
    if kind == "bills":
        return [name for name in ("number", "charged_on", "amount") if name not in columns]
    if kind == "rates":
        return _lacking_of_rates(columns, options)
    missing = [] if "order_id" in columns else ["order_id"]
    if not GOODS & columns.keys():
        missing.append("sku")
    elif "sku" in columns and not {"quantity", "sku_quantities", "products"} & columns.keys():
        missing.append("quantity")
    return missing


def _lacking_of_rates(columns: Mapping[str, str], options: Options) -> list[str]:
    """Plan and currency may be said for all rows; of the prices, one kind has to be there whole."""
    said = {"plan": options.plan, "currency": options.currency}
    needed = ["plan", "country", "min_g", "max_g", "currency"]
    if "first_fee" in columns:
        needed += _STEPS
    elif not {"per_kg", "item_fee"} & columns.keys():
        needed.append("per_kg")
    return [name for name in needed if name not in columns and not said.get(name)]

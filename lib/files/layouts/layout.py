"""A layout: the form in which files of one origin come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lib.files.layouts.headers import Names

#: Grams in the units that programs write weights in; the cell mostly has no unit.
WEIGHT_UNITS = {"g": 1, "kg": 1000}

#: How a date that ends in the year is meant; without a word on it such a date is not read.
DATE_ORDERS = ("", "mdy", "dmy")


@dataclass(frozen=True)
class Options:
    """What a sheet does not say of itself, and its layout or a person does."""

    weight_unit: str = "g"  #: A key of WEIGHT_UNITS.
    date_order: str = ""  #: One of DATE_ORDERS.
    status: str = ""  #: The state of orders whose row has none that is known; '': nobody said.
    cuts_suffix: bool = False  #: Order numbers may end in -1, -2, for parcels of one order.
    currency: str = ""  #: Of amounts that name none; '': nobody said.
    plan: str = ""  #: The plan of rates that name none; '': nobody said.
    touching: bool = False  #: An interval of weight begins where the one before it ends: 0–0.1, 0.1–0.3.


@dataclass(frozen=True)
class Layout:
    """A form in which files come. The first header of a column is the one it is reported by.

    A header ending in `*` stands for every header that begins so; a column without headers is never there.
    """

    name: str
    kind: str  #: What the rows are: orders or products.
    columns: Mapping[str, tuple[str, ...]]  #: Our name → header texts it has had.
    required: frozenset[str]  #: Without these it is not this layout.
    one_of: frozenset[str] = frozenset()  #: Without any of these it is not this layout either.
    rare: frozenset[str] = frozenset()  #: Columns only some generations have: not missed when absent.
    unread: frozenset[str] = field(default=frozenset())  #: Headers that belong here and that nothing reads.
    by_line: bool = False  #: A row is one product line of an order, or tells its products by SKU*QTY.
    options: Options = Options()
    statuses: Mapping[str, str] = field(default_factory=dict)  #: Its own words for states → their codes.

    @cached_property
    def names(self) -> Names:
        """Our name of each header."""
        return Names((name, text) for name, texts in self.columns.items() for text in texts)

    @cached_property
    def passed_over(self) -> Names:
        """Headers that belong here and that nothing reads."""
        return Names((text, text) for text in self.unread)

    def fits(self, columns: Mapping[str, int]) -> bool:
        """Whether a sheet with these of its columns is of this layout."""
        return self.required <= columns.keys() and (not self.one_of or bool(self.one_of & columns.keys()))

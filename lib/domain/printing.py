"""Printing: in which order labels come, and what their parcels hold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: How many labels a run has when nobody says otherwise: a trolley.
RUN_SIZE = 300
#: Pages a preview shows.
PREVIEW_PAGES = 20
#: Labels on an A4 sheet.
PER_SHEET = 4


class ParcelKind(StrEnum):
    """What a parcel holds, as far as packing it goes."""

    SINGLE = "single"  #: One piece (单品单件).
    ONE_SKU = "one_sku"  #: Several pieces of one SKU (单品多件).
    MIXED = "mixed"  #: Several SKUs (多品).


class PrintOrder(StrEnum):
    """The order of the pages."""

    LIST = "list"  #: As in the batch.
    WAREHOUSE = "warehouse"
    PLAN = "plan"
    SKU = "sku"
    PICK = "pick"  #: As somebody walks: shelf, then SKU, then pieces.


@dataclass(frozen=True)
class PrintSettings:
    """How labels are printed."""

    paper: str = "100x150"  #: 100x150, a6 or a4.
    order: PrintOrder = PrintOrder.LIST
    start: int = 0  #: Where the first A4 sheet begins, 0–3.
    run_size: int | None = None  #: Labels a run; None: all in one run without a head page.
    kinds: tuple[ParcelKind, ...] = tuple(ParcelKind)
    divide: bool = False  #: Kinds of parcels one after the other, none in a run with another.


def place(paper: str | None, start: int | None, page_no: int) -> tuple[int, int | None]:
    """The sheet a label stands on, and its place there from 1 (None: alone)."""
    if paper != "a4":
        return page_no, None
    number = (start or 0) + page_no - 1
    return number // PER_SHEET + 1, number % PER_SHEET + 1

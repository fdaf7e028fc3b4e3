"""Layouts: the forms in which sellers' files come, and how a sheet's is told."""

from lib.files.layouts.guesses import example, guess, guess_dates, guess_kind, guess_weights
from lib.files.layouts.known import LAYOUTS
from lib.files.layouts.layout import DATE_ORDERS, WEIGHT_UNITS, Layout, Options
from lib.files.layouts.mapped import MAPPABLE, ORDER_COLUMNS, PREFIX, TableMapping, lacking
from lib.files.layouts.products import PACKAGING, PRODUCTS
from lib.files.layouts.recognition import (
    OURS,
    ROW_HEADER,
    Recognised,
    beside,
    by_mapping,
    find,
    matched,
    normal,
    recognise,
)
from lib.files.layouts.seller_center import SELLER_CENTER

__all__ = [
    "DATE_ORDERS",
    "LAYOUTS",
    "MAPPABLE",
    "ORDER_COLUMNS",
    "OURS",
    "PACKAGING",
    "PREFIX",
    "PRODUCTS",
    "ROW_HEADER",
    "SELLER_CENTER",
    "WEIGHT_UNITS",
    "Layout",
    "Options",
    "Recognised",
    "TableMapping",
    "beside",
    "by_mapping",
    "example",
    "find",
    "guess",
    "guess_dates",
    "guess_kind",
    "guess_weights",
    "lacking",
    "matched",
    "normal",
    "recognise",
]

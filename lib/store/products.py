"""Products by SKU: what they weigh, measure, and are declared as."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import pandas as pd

from lib.store.database import Work
from lib.store.imports import Counts


class ProductFrames(Protocol):
    """Products as a file has them; the columns are those of `lib.files.products.ProductTables`."""

    @property
    def products(self) -> pd.DataFrame: ...


def load_products(work: Work, tables: ProductFrames, *, at: datetime) -> Counts:
    """Take in the products of a file; a blank cell does not erase what is known of a SKU."""
    with work.table("file_products", tables.products):
        work.run("products_incoming")
        updated = len(work.rows("products_update", loaded_at=at))
        loaded = len(work.rows("products_insert", loaded_at=at))
        work.run("products_incoming_drop")
    return Counts(loaded, updated, len(tables.products) - loaded - updated)


def every(work: Work) -> pd.DataFrame:
    """One row per SKU, with all that is known of it."""
    return work.frame("products_all")

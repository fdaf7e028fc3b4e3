"""A seller's packaging rules: what packaging adds to contents of a weight."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lib.files import engine, layouts


@dataclass(frozen=True)
class PackagingTables:
    """What a packaging table says. read = bands + problems, in rows of the sheet.

    Frames:
        bands: one row per weight band: min_g, max_g, packaging_g (int64), both ends included.
        problems: one row per refused row: sheet, row_no, column_name (its header), value, code, identity.
    """

    layout: str
    sheet: str
    read: int
    bands: pd.DataFrame
    problems: pd.DataFrame
    ignored: tuple[str, ...]
    missing: tuple[str, ...]


def parse(found: layouts.Recognised) -> PackagingTables:
    """Read a packaging table out of a recognised sheet."""
    with engine.reading(found, "packaging") as read:
        return PackagingTables(
            layout=found.layout.name,
            sheet=found.sheet.name,
            read=len(found.sheet.rows),
            bands=engine.frame(read, "bands"),
            problems=engine.refused(read, found.sheet.name),
            ignored=found.ignored,
            missing=found.missing,
        )

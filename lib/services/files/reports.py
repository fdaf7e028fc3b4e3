"""What became of files: one report a file, and the rows that were refused or deserve a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class FileReport:
    """What became of one file: read = loaded + updated + unchanged + refused, or why nothing was read."""

    file: str
    layout: str = ""
    read: int = 0
    loaded: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    kind: str = ""  #: A name of KINDS.
    import_id: int | None = None  #: Its row in `imported`.
    sheet: str = ""  #: Of a workbook, the sheet that was read.
    dialect: str = ""  #: Of a text file, how it is written: encoding, separator, line ends.
    shifted_days: int = 0  #: How far the sample's dates were moved, so that its orders are of today.
    zone: str = ""  #: The zone assumed for the times in the file; '' where it has none.
    weight_unit: str = ""  #: The unit its weights were read in; '' where it has none.
    #: Orders that await shipment because a person said so: their status is missing or unknown.
    awaiting: int = 0
    ignored: tuple[str, ...] = ()  #: Headers nobody knows and nothing reads.
    unread: tuple[str, ...] = ()  #: Headers that belong to the layout and that nothing reads.
    missing: tuple[str, ...] = ()  #: Headers the layout has and the file has not.
    #: Fields of orders in a batch of which the file says something else; nothing was changed.
    conflicts: int = 0
    older: int = 0  #: Orders of which a newer file said something else; that stands.
    mended: int = 0  #: Refused rows of earlier files that came in with this one.
    repeated: int = 0  #: Refused rows that earlier files had as well.
    error_code: str | None = None  #: Why the file could not be read; nothing of it was loaded.
    error_args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RowProblem:
    """A row that was refused, or that is doubtful: where it is, what stands there, and what is wrong."""

    file: str
    sheet: str
    row: int
    column: str  #: Header as it stands in the file.
    value: str
    code: str


@dataclass(frozen=True)
class Conflict:
    """A field of an order of which a file says something else. What is kept stands."""

    file: str
    row: int
    order_id: str
    batch_id: str  #: '' for an order in none.
    field: str
    kept: str
    offered: str


@dataclass(frozen=True)
class LoadReport:
    """What became of some files. `orders` and `order_lines` count what is new in the store."""

    files: tuple[FileReport, ...] = ()
    orders: int = 0
    order_lines: int = 0
    problems: tuple[RowProblem, ...] = ()  #: Refused rows.
    warnings: tuple[RowProblem, ...] = ()  #: Rows that were loaded and deserve a look.
    conflicts: tuple[Conflict, ...] = ()  #: Of orders in a batch.
    older: tuple[Conflict, ...] = ()  #: Of orders of which a newer source spoke, in a batch or not.

    @property
    def all_well(self) -> bool:
        """Whether every file was read, no row refused, and nothing a file says was left aside."""
        return not (self.problems or self.conflicts or self.older) and all(
            file.error_code is None for file in self.files
        )

    def __add__(self, other: LoadReport) -> LoadReport:
        return LoadReport(
            self.files + other.files,
            self.orders + other.orders,
            self.order_lines + other.order_lines,
            self.problems + other.problems,
            self.warnings + other.warnings,
            self.conflicts + other.conflicts,
            self.older + other.older,
        )


#: What a row that was refused or is doubtful says of itself.
PLACE = ("sheet", "row_no", "column_name", "value", "code")


def row_problems(file: str, rows: pd.DataFrame) -> tuple[RowProblem, ...]:
    """Rows of a file with something wrong, out of a frame with the columns of PLACE."""
    whole = rows.astype(
        {"row_no": "int64"}
    )  # Put together of several frames, some without rows, they are floats.
    places: Sequence[tuple[Any, ...]] = list(whole[list(PLACE)].itertuples(index=False, name=None))
    return tuple(RowProblem(file, *place) for place in places)

"""Kinds of files: for each one how it is read into tables, and how the tables are taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from lib.files.layouts import Recognised
from lib.store.database import Work

if TYPE_CHECKING:
    from lib.app import App

DEFAULT_SHOP = "default"

#: From so many rows on a file is large in memory.
MANY_ROWS = 100_000


@dataclass(frozen=True)
class Incoming:
    """A file on its way in: where it lies, what it is called, who loads it and when."""

    path: Path
    name: str
    digest: str  #: SHA-256 of its bytes.
    by: str
    at: datetime
    recent: bool = False  #: Its dates are moved on to today (the sample).
    shop_id: str = DEFAULT_SHOP  #: Whose orders they are.
    newest: bool = False  #: A person said that it is newer than all others, whatever it looks like.


class Tables(Protocol):
    """What a reader makes of a sheet. read = rows taken in + rows of no account + rows of `problems`.

    `problems` has one row per refused row: sheet, row_no, column_name, value, code, identity (the order number or
    SKU that it is of, '' when that cannot be told).
    """

    @property
    def layout(self) -> str: ...

    @property
    def read(self) -> int: ...

    @property
    def problems(self) -> pd.DataFrame: ...

    @property
    def ignored(self) -> tuple[str, ...]: ...

    @property
    def missing(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Taken:
    """What became of the rows that were not refused; loaded + updated + unchanged = all of them."""

    loaded: int
    updated: int
    unchanged: int
    orders: int = 0  #: New orders in the store, and their lines.
    order_lines: int = 0
    warnings: pd.DataFrame | None = None  #: Rows that were taken and deserve a look; columns as `problems`.
    identities: Sequence[str] = ()  #: Of what the taken rows are: order numbers, SKUs.
    conflicts: Sequence[dict[str, Any]] = ()  #: order_id, row_no, batch_id, field, kept, offered.
    older: int = 0  #: Orders of which a newer source said something else.
    #: What it said: as `conflicts`, batch_id '' outside of batches.
    older_fields: Sequence[dict[str, Any]] = ()
    as_of: datetime | None = None  #: The newest moment the file speaks of.


@dataclass(frozen=True)
class Kind:
    """One kind of file. A new kind is a module with one of these, and a row in `registry.KINDS`.

    `read` takes the recognised sheet apart, outside any transaction; `take` puts what it returned into the
    store, within the transaction that also records the import; `after` follows once that is committed.
    `remarks` are further fields of the FileReport.
    """

    name: str
    read: Callable[[App, Recognised, Incoming], Any]
    take: Callable[[Work, Any, Incoming, int], Taken]
    remarks: Callable[[Any], Mapping[str, Any]] = lambda _tables: {}
    after: Callable[[App, Any, Incoming], None] = lambda _app, _tables, _file: None

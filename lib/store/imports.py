"""Orders out of files: taken in as whole sets, so that loading a file twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pandas as pd

from lib.store.database import Work


@dataclass(frozen=True)
class Counts:
    """What became of the rows that were taken in, each counted once."""

    loaded: int
    updated: int
    unchanged: int
    lines: int = 0  #: Lines of the loaded orders.
    kept_apart: tuple[
        str, ...
    ] = ()  #: Orders in a shipment whose other lines or receiver were not taken over.


class OrderFrames(Protocol):
    """Orders as a file has them; the columns are those of `lib.files.orders.OrderTables`."""

    @property
    def orders(self) -> pd.DataFrame: ...

    @property
    def lines(self) -> pd.DataFrame: ...

    @property
    def receivers(self) -> pd.DataFrame: ...


def load_orders(work: Work, tables: OrderFrames, *, shop_id: str, import_id: int, at: datetime) -> Counts:
    """Take in the orders of a file; one row per order in `tables.orders`.

    An order that is in a shipment keeps its lines and its receiver, whatever the file says; its status and
    deadline follow the file, except that an order declared from here never falls back to an earlier status.
    """
    keys: dict[str, Any] = {"shop_id": shop_id}
    stamp: dict[str, Any] = keys | {"loaded_at": at}
    with (
        work.table("file_orders", tables.orders),
        work.table("file_lines", tables.lines),
        work.table("file_receivers", tables.receivers),
    ):
        work.run("orders_incoming", **keys)
        new = work.row("orders_new_count") or {}
        kept_apart = tuple(row["order_id"] for row in work.rows("order_lines_kept_apart", **keys))
        renewed = _ids(work.rows("orders_update", **stamp, import_id=import_id))
        touched = _ids(
            work.rows("order_lines_delete", **keys),
            work.rows("order_lines_update", **keys),
            work.rows("order_lines_rest_unknown", **keys),
            work.rows("order_lines_added", **keys),
            work.rows("receivers_update", **stamp),
        )
        work.run("orders_insert", **stamp, import_id=import_id)
        work.run("receivers_insert", **stamp)
        work.run("order_lines_insert", **keys)
        with work.ids(sorted(touched - renewed)):
            work.run("orders_touch", **stamp, import_id=import_id)
        work.run("orders_incoming_drop")
    loaded, updated = new["order_count"], len(renewed | touched)
    return Counts(loaded, updated, len(tables.orders) - loaded - updated, new["line_count"], kept_apart)


def next_id(work: Work) -> int:
    """The number of the next import."""
    import_id: int = work.value("import_next_id")
    return import_id


def record(
    work: Work,
    import_id: int,
    problems: pd.DataFrame,
    *,
    file: str,
    layout: str,
    sha256: str,
    read: int,
    loaded: int,
    updated: int,
    unchanged: int,
    by: str,
    at: datetime,
) -> None:
    """Keep what became of a file, and its refused rows (sheet, row_no, column_name, value, code)."""
    work.run(
        "import_add",
        import_id=import_id,
        file=file,
        layout=layout,
        sha256=sha256,
        read_count=read,
        loaded_count=loaded,
        updated_count=updated,
        unchanged_count=unchanged,
        refused_count=len(problems),
        loaded_by=by,
        loaded_at=at,
    )
    with work.table("refused", problems):
        work.run("problem_rows_add", import_id=import_id, file=file)


def imports(work: Work, *, page_size: int = 200, skipped: int = 0) -> pd.DataFrame:
    """One row per file ever read, newest first."""
    return work.frame("imports_all", page_size=page_size, skipped=skipped)


def problems(
    work: Work, *, import_id: int | None = None, page_size: int = 1000, skipped: int = 0
) -> pd.DataFrame:
    """One row per refused row of one import, or of all, the newest import first."""
    return work.frame("problem_rows_page", import_id=import_id, page_size=page_size, skipped=skipped)


def problem_counts(work: Work, *, import_id: int | None = None) -> list[dict[str, Any]]:
    """One dict (code, column_name, row_count) per thing that was wrong, the commonest first."""
    return work.rows("problem_rows_by_code", import_id=import_id)


def file_zone(work: Work, shop_id: str) -> str:
    """The IANA zone assumed for the times in the shop's files, which name none."""
    zone: str = work.value("shop_zone", shop_id=shop_id)
    return zone


def countries(work: Work) -> pd.DataFrame:
    """One row per spelling of a country: name, country (ISO alpha-2)."""
    return work.frame("country_names_all")


def _ids(*answers: Iterable[dict[str, Any]]) -> set[str]:
    return {row["order_id"] for rows in answers for row in rows}

"""Orders out of files: taken in as whole sets, so that loading a file twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa

from lib.store.database import Work


@dataclass(frozen=True)
class Counts:
    """What became of the rows that were taken in, each counted once."""

    loaded: int
    updated: int
    unchanged: int
    lines: int = 0  #: Lines of the loaded orders.
    orders: int = 0  #: The loaded orders: a row of the file may be an order, or one line of it.
    conflicts: tuple[dict[str, Any], ...] = ()  #: As of `orders_conflicting`.
    older: tuple[dict[str, Any], ...] = ()  #: As of `orders_older`.
    older_fields: tuple[dict[str, Any], ...] = ()  #: As of `orders_older_fields`.
    replaced: int = 0  #: Rows that a later one changes, of orders that were loaded or updated.


class OrderFrames(Protocol):
    """Orders as a file has them; the columns are those of `lib.files.orders.OrderTables`."""

    @property
    def orders(self) -> pd.DataFrame: ...

    @property
    def lines(self) -> pd.DataFrame: ...

    @property
    def receivers(self) -> pd.DataFrame: ...

    @property
    def findings(self) -> pd.DataFrame: ...

    @property
    def fingerprints(self) -> pd.DataFrame: ...

    @property
    def replaced_rows(self) -> pd.DataFrame: ...

    @property
    def unchanged(self) -> pd.DataFrame: ...

    @property
    def as_of(self) -> datetime | None: ...


def load_orders(
    work: Work,
    tables: OrderFrames,
    *,
    shop_id: str,
    import_id: int,
    at: datetime,
    by: str = "",
    newest: bool = False,
    lets_go: bool = False,
) -> Counts:
    """Take in the orders of a file; one row per order in `tables.orders`. `lets_go`: the frames are empty afterwards.

    An order that is in a batch keeps what it has, whatever the file says: what differs is a conflict, on record and
    returned. An order of which a newer source spoke keeps what it has as well (docs/decisions/0011); `newest` says
    that this file is the newest all the same. In both cases what was not known yet is filled in.
    """
    keys: dict[str, Any] = {"shop_id": shop_id}
    stamp: dict[str, Any] = keys | {"loaded_at": at}
    rows = int(tables.orders["row_count"].sum())
    lent = {
        "file_orders": tables.orders,
        "file_receivers": tables.receivers,
        "file_lines": tables.lines,
        "file_findings": tables.findings,
        "file_fingerprints": tables.fingerprints,
        "file_replaced": tables.replaced_rows,
        "file_unchanged": tables.unchanged[["order_id"]],
    }
    with ExitStack() as all_of_them:
        tables_lent = {name: ExitStack() for name in lent}
        for name, frame in lent.items():
            all_of_them.enter_context(tables_lent[name]).enter_context(work.table(name, frame))

        def done(name: str) -> None:
            """Nothing needs this frame any more."""
            tables_lent[name].close()
            if lets_go:
                frame = lent.pop(name)
                for column in list(frame.columns):
                    del frame[column]
                pa.default_memory_pool().release_unused()

        work.run("orders_incoming", **keys, as_of_at=tables.as_of, newest=newest)
        new = work.row("orders_new_count") or {}
        work.run("orders_differing", **keys)
        conflicts, older = work.rows("orders_conflicting"), work.rows("orders_older")
        older_fields = work.rows("orders_older_fields") if older else []
        work.run("conflicts_agreed", **stamp, settled_by=by)
        work.run("conflicts_add", **stamp, import_id=import_id)
        work.run("load_findings_forget", **keys)
        work.run("load_findings_add", **keys)
        renewed = _ids(work.rows("orders_update", **stamp, import_id=import_id))
        touched = _ids(
            work.rows("order_lines_delete", **keys),
            work.rows("order_lines_update", **keys),
            work.rows("order_lines_rest_unknown", **keys),
            work.rows("order_lines_added", **keys),
            work.rows("receivers_update", **stamp),
        )
        work.run("orders_as_of", **keys)
        work.run("orders_differing_drop")
        work.run("order_lines_insert", **keys)
        done("file_lines")
        work.run("receivers_insert", **stamp)
        done("file_receivers")
        work.run("orders_insert", **stamp, import_id=import_id)
        work.run("orders_once", **keys, import_id=import_id)
        with work.ids(sorted(touched - renewed)):
            work.run("orders_touch", **stamp, import_id=import_id)
        work.run("orders_unchanged_as_of", **keys, as_of_at=tables.as_of)
        work.run("loaded_rows_forget", **keys)
        work.run("loaded_rows_keep", **keys)
        with work.ids(sorted(renewed | touched)):
            updated = work.value("orders_row_count")
            replaced = work.value("orders_replaced_count")
        done("file_fingerprints")
        done("file_orders")
        work.run("orders_incoming_drop")
    loaded = new["row_count"]
    return Counts(
        loaded,
        updated,
        rows - loaded - updated,
        new["line_count"],
        new["order_count"],
        tuple(conflicts),
        tuple(older),
        tuple(older_fields),
        replaced,
    )


def of_unknown_status(work: Work, shop_id: str, order_ids: Iterable[str]) -> set[str]:
    """Those of these orders whose status is not known."""
    with work.ids(sorted(set(order_ids))):
        return _ids(work.rows("orders_of_unknown_status", shop_id=shop_id))


def next_id(work: Work) -> int:
    """The number of the next import."""
    import_id: int = work.value("import_next_id")
    return import_id


def record(
    work: Work,
    import_id: int,
    refused: pd.DataFrame,
    came_in: pd.DataFrame,
    *,
    file: str,
    kind: str,
    by: str,
    at: datetime,
    unread: str = "[]",
    **facts: Any,
) -> tuple[int, int]:
    """Keep what became of a file, and its refused rows; close those of earlier files.

    `refused` has one row per refused row: sheet, row_no, column_name, value, code, identity, cells, problem_id;
    `came_in` one per row that came in and may have been refused before: identity, problem_id. `facts` are the
    other columns of `imports`. Returns how many rows of earlier files are mended, and how many came again.
    """
    stamp = {"import_id": import_id, "file": file, "kind": kind, "loaded_by": by, "loaded_at": at}
    work.run("import_add", **stamp, unread=unread, **facts)
    closing = {"import_id": import_id, "kind": kind, "closed_by": by, "closed_at": at}
    with work.table("refused", refused), work.table("came_in", came_in):
        mended = len(work.rows("problem_rows_mended", **closing))
        repeated = len(work.rows("problem_rows_repeated", **closing))
        work.run("problem_rows_add", import_id=import_id, file=file, kind=kind)
    return mended, repeated


def record_not_read(
    work: Work, *, file: str, kind: str, sha256: str, error_code: str, error_args: str, by: str, at: datetime
) -> int:
    """Keep that a file could not be read, and why; `error_args` is a JSON object. Returns the import's number."""
    import_id = next_id(work)
    work.run(
        "import_not_read", import_id=import_id, file=file, kind=kind, sha256=sha256, error_code=error_code,
        error_args=error_args, loaded_by=by, loaded_at=at,
    )  # fmt: skip
    return import_id


def imports(work: Work, *, page_size: int = 200, skipped: int = 0, only_read: bool = False) -> pd.DataFrame:
    """One row per file that came in, newest first, with `open_count`: how many of its refused rows are open.

    `error_code` is null for a file that was read; with `only_read` there are no others.
    """
    return work.frame("imports_all", page_size=page_size, skipped=skipped, only_read=only_read)


def one(work: Work, import_id: int) -> dict[str, Any] | None:
    """A file that was read, or None."""
    return work.row("import_one", import_id=import_id)


def problems(
    work: Work,
    *,
    import_id: int | None = None,
    only_open: bool = False,
    page_size: int = 1000,
    skipped: int = 0,
) -> pd.DataFrame:
    """One row per refused row of one import, or of all, the newest import first."""
    return work.frame(
        "problem_rows_page", import_id=import_id, only_open=only_open, page_size=page_size, skipped=skipped
    )


def problem_counts(work: Work, *, import_id: int | None = None) -> list[dict[str, Any]]:
    """One dict (code, column_name, row_count) per thing that is wrong with open rows, the commonest first."""
    return work.rows("problem_rows_by_code", import_id=import_id)


def open_problem_count(work: Work) -> int:
    """How many refused rows nobody has mended or put aside."""
    count: int = work.value("problem_rows_open")
    return count


def dismiss_problems(work: Work, import_id: int, *, by: str, at: datetime) -> int:
    """Put the open rows of an import aside; returns how many."""
    return len(work.rows("problem_rows_dismissed", import_id=import_id, closed_by=by, closed_at=at))


def loaded_rows(work: Work, shop_id: str) -> pa.Table:
    """One row per order that is as its row of a file told it: order_id, row_hash, moment_at (in the file's zone)."""
    return work.arrow("loaded_rows_standing", shop_id=shop_id)


def service_names_digest(work: Work) -> str:
    """Changes with the names by which a buyer's service is told."""
    digest: str = work.value("service_names_digest")
    return digest


def file_zone(work: Work, shop_id: str) -> str:
    """The IANA zone assumed for the times in the shop's files, which name none."""
    zone: str = work.value("shop_zone", shop_id=shop_id)
    return zone


def countries(work: Work) -> pd.DataFrame:
    """One row per spelling of a country: name, country (ISO alpha-2)."""
    return work.frame("country_names_all")


def _ids(*answers: Iterable[dict[str, Any]]) -> set[str]:
    return {row["order_id"] for rows in answers for row in rows}

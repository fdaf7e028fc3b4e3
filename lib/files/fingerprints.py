"""Rows that were taken in before, word for word: they need not be taken apart again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from lib.files import engine, layouts

#: A sheet none of whose rows was seen before.
NONE_UNCHANGED = pd.DataFrame(
    {
        "row_no": pd.Series(dtype="int64"),
        "order_id": pd.Series(dtype="str"),
        "moment_at": pd.Series(dtype="datetime64[us]"),
    }
)
#: The scripts that make orders of rows, in their order.
READERS = ("orders_cells", "orders_refused", "orders", "orders_doubts")
#: What reads a row; when one of these changes, every row is read again.
_READ_BY = (
    *(engine.FOLDER / f"{script}.sql" for script in ("texts", *READERS)),
    Path(__file__).with_name("orders.py"),
)


def context(found: layouts.Recognised, zone: str, countries: pd.DataFrame, names: str) -> str:
    """All that decides how a row is read besides its own cells, as one text.

    `names` stands for what the store reads a row by: the names of services.
    """
    digest = hashlib.sha256(repr((zone, names, found.layout.name, found.layout.options)).encode())
    digest.update(repr((sorted(found.columns), sorted(found.layout.statuses.items()))).encode())
    digest.update(pd.util.hash_pandas_object(countries, index=False).to_numpy().tobytes())
    for path in _READ_BY:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def unchanged(found: layouts.Recognised, loaded: pa.Table, context: str) -> pd.DataFrame:
    """One row per row of the sheet that was taken in before and still is: row_no, order_id, moment_at.

    `loaded` has one row per order that is as its row told it: order_id, row_hash, moment_at.
    """
    if not loaded.num_rows or found.layout.by_line:
        return NONE_UNCHANGED
    with engine.reading(
        found, "texts", "fingerprints", rows="rows", streams=True, context=context, loaded_rows=loaded
    ) as read:
        return engine.frame(read, "unchanged_rows")


def changed(found: layouts.Recognised, unchanged: pd.DataFrame) -> pa.RecordBatchReader:
    """The rows of the sheet without those."""
    stream = found.stream()
    if unchanged.empty:
        return stream
    row_nos = unchanged["row_no"].to_numpy()
    is_known = np.zeros(int(row_nos.max()) + 1, bool)
    is_known[row_nos] = True

    def others() -> Iterator[pa.RecordBatch]:
        for batch in stream:
            numbers = batch["row_no"].to_numpy()
            known = is_known[np.minimum(numbers, len(is_known) - 1)] & (numbers < len(is_known))
            if not known.any():
                yield batch
            elif not known.all():
                yield batch.filter(pa.array(~known))

    return pa.RecordBatchReader.from_batches(stream.schema, others())

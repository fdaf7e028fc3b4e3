"""The rows of a sheet, kept small: a million of them are packed batches, unpacked one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

#: What a person sees as blank, at the ends of a cell.
BLANK = " \t\r\n\x0b\x0c\u00a0\u3000\ufeff\u200b"

#: The column of a batch that says where in the sheet a row stands; the others are called by their place.
ROW_NO = "row_no"

_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass(frozen=True)
class Packed:
    """Some thousands of rows that stand one below the other."""

    content: pa.Buffer
    count: int
    last: int  #: The row_no of the last one.


@dataclass(frozen=True)
class Rows:
    """The filled rows of a sheet: row_no (as a person counts, from 1), then a text column per place (0, 1, …)."""

    width: int
    packed: tuple[Packed, ...]

    def __len__(self) -> int:
        return sum(one.count for one in self.packed)

    @property
    def schema(self) -> pa.Schema:
        """row_no, then one text column per place."""
        return pa.schema([(ROW_NO, pa.int64()), *((str(place), pa.string()) for place in range(self.width))])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows in their order, some thousands at a time."""
        return self._unpacked(self.packed)

    def frame(self, row_nos: Sequence[int] | None = None) -> pd.DataFrame:
        """The rows, or those with these numbers in this order; the index is row_no, the columns are places."""
        if row_nos is None:
            return self._framed(pa.Table.from_batches(self.batches(), self.schema))
        wanted = pa.array(row_nos, pa.int64())
        lasts = np.array([one.last for one in self.packed], np.int64)
        holding = np.unique(np.searchsorted(lasts, wanted.to_numpy()))
        found = self._unpacked(self.packed[place] for place in holding)
        batches = [batch.filter(pc.is_in(batch[ROW_NO], wanted)) for batch in found]
        return self._framed(pa.Table.from_batches(batches, self.schema)).loc[list(row_nos)]

    def head(self, count: int) -> pd.DataFrame:
        """The first rows, as `frame` has them; no more is unpacked than that takes."""
        taken, seen = [], 0
        for batch in self.batches():
            taken.append(batch.slice(0, count - seen))
            seen += taken[-1].num_rows
            if seen >= count:
                break
        return self._framed(pa.Table.from_batches(taken, self.schema))

    def _unpacked(self, packed: Iterable[Packed]) -> Iterator[pa.RecordBatch]:
        for one in packed:
            with pa.ipc.open_stream(one.content) as stream:
                for batch in stream:
                    yield self._widened(batch)

    def _framed(self, table: pa.Table) -> pd.DataFrame:
        frame = table.drop_columns(ROW_NO).to_pandas().set_axis(range(self.width), axis=1)
        frame.index = pd.Index(table[ROW_NO].to_numpy())
        return frame

    def _widened(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Rows may end before others do; what they do not have is null."""
        missing = 1 + self.width - batch.num_columns
        if not missing:
            return batch
        blank = pa.nulls(batch.num_rows, pa.string())
        return pa.RecordBatch.from_arrays([*batch.columns, *[blank] * missing], schema=self.schema)


class Cutter:
    """Takes the tables of a sheet one after the other: the first filled row is its header, the rest are its rows.

    `before`: how many rows another one took before this one, the header among them.
    """

    def __init__(self, before: int = 0) -> None:
        self.header: tuple[str, ...] | None = () if before else None
        self.before, self.seen = before, before  #: `seen`: with the rows taken so far, blank ones too.
        self._width = 0
        self._packed: list[Packed] = []

    def take(self, columns: Sequence[pa.Array]) -> None:
        """More rows of the sheet, column by column; cells are texts or null."""
        if not columns:
            return
        count = len(columns[0])
        numbers = pa.array(np.arange(self.seen + 1, self.seen + count + 1))
        self.seen += count
        names = [ROW_NO, *map(str, range(len(columns)))]
        batch = pa.RecordBatch.from_arrays([numbers, *columns], names)
        filled = _filled(columns)
        if not pc.all(filled).as_py():
            batch = batch.filter(filled)
        if batch.num_rows and self.header is None:
            first = [column[0].as_py() for column in batch.columns[1:]]
            self.header = tuple((text or "").strip(BLANK) for text in first)
            batch = batch.slice(1)
        if batch.num_rows:
            self._keep(batch)

    def rows(self) -> Rows:
        """What was taken, below the header."""
        return Rows(max(self._width, len(self.header or ())), tuple(self._packed))

    def _keep(self, batch: pa.RecordBatch) -> None:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema, options=_PACKED) as stream:
            stream.write_batch(batch)
        self._packed.append(Packed(sink.getvalue(), batch.num_rows, batch[ROW_NO][-1].as_py()))
        self._width = max(self._width, batch.num_columns - 1)


def joined(cutters: Sequence[Cutter]) -> Cutter:
    """What several took one after the other, as if one had taken it."""
    whole = Cutter()
    whole.header = cutters[0].header
    whole.seen = sum(cutter.seen - cutter.before for cutter in cutters)
    whole._width = max(cutter._width for cutter in cutters)
    for cutter in cutters:
        whole._packed += cutter._packed
    return whole


def packed(frame: pd.DataFrame) -> Rows:
    """Rows out of a frame: the index is row_no, the columns are places."""
    texts = {name: frame[name].astype("str").astype("object") for name in frame.columns}
    columns = [pa.array(column, pa.string(), from_pandas=True) for column in texts.values()]
    rows = Rows(len(columns), ())
    batch = pa.RecordBatch.from_arrays([pa.array(frame.index, pa.int64()), *columns], schema=rows.schema)
    cutter = Cutter()
    if batch.num_rows:
        cutter._keep(batch)
    return Rows(len(columns), tuple(cutter._packed))


def _filled(columns: Sequence[pa.Array]) -> pa.Array:
    """Which rows hold anything; a column is looked at only when those before it leave a row blank."""
    filled = pa.array([False] * len(columns[0]))
    for column in columns:
        holds = pc.greater(pc.binary_length(pc.utf8_trim(column, characters=BLANK)), 0)
        filled = pc.or_(filled, pc.fill_null(holds, False))
        if pc.all(filled).as_py():
            break
    return filled

"""Text files with columns: how one is written is told by its bytes, and no row of it is lost unnoticed."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise, repeat, zip_longest
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from lib.files.rows import Cutter, joined

#: What is taken in; a spreadsheet program itself stops at 32,767 characters a cell and 16,384 columns.
MAX_RECORDS = 5_000_000
MAX_COLUMNS = 2_000
MAX_CELL_CHARACTERS = 1024**2

_DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_CHUNK = 2 * 1024**2
#: From twice that on a file is read in pieces.
_PIECE = 32 * 1024**2
_SAMPLE = 1024**2
# pyarrow guesses the type of every column it is not told about; order numbers are text.
_ALL_TEXT = {f"f{place}": pa.string() for place in range(MAX_COLUMNS)}
_BLOCK = 256 * 1024
_MAX_LINE = 64 * 1024**2

csv.field_size_limit(MAX_CELL_CHARACTERS)

_MARKS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe\x00\x00": "utf-32-le",
    b"\x00\x00\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}


class Unreadable(Exception):
    """Why a text file cannot be read: a code of UNREADABLE in lib/wording/files.py, with its details."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code, self.details = code, details


@dataclass(frozen=True)
class Dialect:
    """How a text file is written, as its bytes say."""

    encoding: str  #: utf-8, utf-16-le, gb18030, cp1252, …
    has_mark: bool  #: It begins with a byte order mark.
    delimiter: str
    line_end: str  #: LF, CRLF, CR, or several of them joined by +; of records, not inside cells.

    def __str__(self) -> str:
        mark = " BOM" if self.has_mark else ""
        return f"{self.encoding.upper()}{mark}, {_DELIMITERS.get(self.delimiter, self.delimiter)}, {self.line_end}"


@dataclass
class _Count:
    """What counting line ends outside quotes found, with no knowledge of any CSV reader."""

    records: int = 0
    crlf: int = 0
    lf: int = 0
    cr: int = 0
    is_regular: bool = True  #: Every quote opens or closes a whole cell, as RFC 4180 wants it.
    is_closed: bool = True  #: The quotes come in pairs.
    has_zeros: bool = False  #: There are zero bytes, which no text has.

    @property
    def line_end(self) -> str:
        """The ends that records have, the commonest first."""
        found = sorted(((self.crlf, "CRLF"), (self.lf, "LF"), (self.cr, "CR")), reverse=True)
        return "+".join(name for count, name in found if count) or "LF"


def read(path: Path) -> tuple[Cutter, Dialect]:
    """The rows of a text file, and how it is written. Raises Unreadable.

    A fast reader takes regular files; what it makes of one is accepted only when an independent count of records
    agrees. Anything else is read by Python's own csv module.
    """
    with path.open("rb") as stream:
        head = stream.read(_SAMPLE)
        _refuse_other_kinds(head)
        mark = next((mark for mark in _MARKS if head.startswith(mark)), b"")
        encoding = _MARKS.get(mark) or _without_mark(head)
        if encoding == "utf-8":
            found = _read_utf8(stream.fileno(), len(mark), encoding, bool(mark))
            if found is not None:
                return found
            encoding = _legacy(stream)
        with tempfile.TemporaryFile() as decoded:
            _recode(stream, len(mark), encoding, decoded)
            found = _read_utf8(decoded.fileno(), 0, encoding, bool(mark))
    if found is None:
        raise Unreadable("bytes_damaged", row=1)
    return found


def _refuse_other_kinds(head: bytes) -> None:
    text_start = head[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text_start.startswith((b"<!doctype", b"<html", b"<?xml", b"%pdf", b"{\\rtf")):
        raise Unreadable("not_a_sheet")


def _without_mark(head: bytes) -> str:
    """UTF-16 shows by the zeros of its ASCII letters, all on one side; other zeros are of no text."""
    if b"\x00" not in head:
        return "utf-8"
    zeros = np.flatnonzero(np.frombuffer(head[: len(head) // 2 * 2], np.uint8) == 0)
    for side, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(zeros) * 8 >= len(head) and bool((zeros % 2 == side).all()):
            return encoding
    raise Unreadable("not_a_sheet")


def _legacy(stream: IO[bytes]) -> str:
    """The encoding of a file that is not UTF-8, by the lines with more than ASCII in them.

    GB18030 makes something of nearly every byte, so it must be everyday Chinese; what remains is the Western
    code page, in which every byte has a meaning. Raises Unreadable for UTF-8 with foreign bytes in it.
    """
    stream.seek(0)
    sample = b""
    while len(sample) < _SAMPLE and (chunk := stream.read(_SAMPLE)):
        sample += b"\n".join(line for line in re.split(rb"[\r\n]", chunk) if not line.isascii())
    if _share(sample, "utf-8") > 0.9:
        raise Unreadable("bytes_damaged", row=_first_bad_row(stream, "utf-8"))
    return "gb18030" if _share(sample, "gb18030") > 0.5 else "cp1252"


def _share(sample: bytes, encoding: str) -> float:
    """How much of the letters beyond ASCII makes sense in an encoding; in GB18030, is everyday Chinese."""
    letters = [letter for letter in sample.decode(encoding, "replace") if letter > "\x7f"]
    if encoding == "utf-8":
        good = sum(letter != "\ufffd" for letter in letters)
    else:
        good = len("".join(letters).encode("gb2312", "ignore")) // 2
    return good / max(len(letters), 1)


def _first_bad_row(stream: IO[bytes], encoding: str) -> int:
    """The line in which a file stops being of an encoding."""
    stream.seek(0)
    row, decoder = 1, codecs.getincrementaldecoder(encoding)()
    while chunk := stream.read(_SAMPLE):
        try:
            row += decoder.decode(chunk).count("\n")
        except UnicodeDecodeError as error:
            return row + error.object[: error.start].count(b"\n")
    return row


def _recode(stream: IO[bytes], start: int, encoding: str, into: IO[bytes]) -> None:
    """The file as UTF-8. Raises Unreadable where its bytes are of no encoding."""
    stream.seek(start)
    strict = "strict" if encoding != "cp1252" else "shipdesk-western"
    decoder = codecs.getincrementaldecoder(encoding)(strict)
    row = 1
    while True:
        chunk = stream.read(_CHUNK)
        try:
            text = decoder.decode(chunk, not chunk)
        except UnicodeDecodeError as error:
            raise Unreadable("bytes_damaged", row=row) from error
        row += text.count("\n")
        into.write(text.encode("utf-8", "replace"))
        if not chunk:
            break
    into.flush()


def _western(error: UnicodeError) -> tuple[str, int]:
    """Five bytes have no letter in cp1252; they stand for what they are in ISO-8859-1."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("iso-8859-1"), error.end


codecs.register_error("shipdesk-western", _western)


def _read_utf8(descriptor: int, start: int, encoding: str, has_mark: bool) -> tuple[Cutter, Dialect] | None:
    """The rows of a UTF-8 file, or None when it is none."""
    end = _end(descriptor, start)
    if end <= start:
        raise Unreadable("empty_file")
    start, delimiter = _delimiter(descriptor, start, end)
    line_end = re.match(rb"\s*?(\r\n|\n|\r|$)", os.pread(descriptor, 80, end))
    closing = (line_end[1] if line_end else b"") or b"\n"
    count, taken = _quick(descriptor, _cuts(descriptor, start, end), closing, delimiter)
    if taken is None and not _is_utf8(_Slice(descriptor, start, end)):
        return None
    if count.has_zeros:
        raise Unreadable("not_a_sheet")
    if count.records > MAX_RECORDS:
        raise Unreadable("too_many_rows", limit=MAX_RECORDS, rows=count.records)
    if taken is None or taken.seen != count.records:
        taken = _careful(_Slice(descriptor, start, end), delimiter, count.is_closed)
        if count.is_regular and count.is_closed and taken.seen != count.records:
            raise Unreadable("rows_uncertain", counted=count.records, read=taken.seen)
    return taken, Dialect(encoding, has_mark, delimiter, count.line_end)


def _quick(
    descriptor: int, cuts: Sequence[int], closing: bytes, delimiter: str
) -> tuple[_Count, Cutter | None]:
    """What was counted of the pieces between these places, and the rows of all of them as a fast reader has them.

    Each piece is whole records when all of them are regular, and then so is the file.
    """

    def pieces() -> list[_Slice]:
        last = len(cuts) - 2
        return [
            _Slice(descriptor, first, end, closing if place == last else b"")
            for place, (first, end) in enumerate(pairwise(cuts))
        ]

    with ThreadPoolExecutor(len(cuts) - 1) as beside:
        counts = list(beside.map(_count, pieces(), repeat(delimiter)))
        if not all(count.is_regular and count.is_closed for count in counts):
            return _together(counts), None
        before = accumulate((count.records for count in counts[:-1]), initial=0)
        taken = list(beside.map(_fast, pieces(), repeat(delimiter), before))
    if len(taken) > 1 and taken[0] is not None and taken[0].header is None:
        # Nothing stands in the whole first piece: the header is in a later one.
        return _quick(descriptor, [cuts[0], cuts[-1]], closing, delimiter)
    whole = [one for one in taken if one is not None]
    return _together(counts), joined(whole) if len(whole) == len(taken) else None


def _cuts(descriptor: int, start: int, end: int) -> list[int]:
    """Where a large file begins, where it can be cut into pieces that are read beside each other, and its end.

    A cut is after a line feed that no quotes enclose; when the quotes are irregular it may be elsewhere, which the
    count of the pieces tells.
    """
    cuts = [start]
    wanted = min(os.cpu_count() or 1, (end - start) // _PIECE)
    for place in range(1, wanted):
        goal = start + (end - start) * place // wanted
        if goal > cuts[-1]:
            quoted = _quotes(_Slice(descriptor, cuts[-1], goal)) & 1
            sample = os.pread(descriptor, min(_SAMPLE, end - goal), goal)
            bytes_ = np.frombuffer(sample, np.uint8)
            feeds = _outside(np.flatnonzero(bytes_ == 10), np.flatnonzero(bytes_ == 34), quoted)
            # The reader takes a mark at the beginning of a piece for none of its text.
            places = (place for place in feeds + 1 if _begins(sample[place : place + 3]))
            cuts += [goal + int(place) for place in islice(places, 1)]
    return [*cuts, end]


def _begins(letters: bytes) -> bool:
    return len(letters) == len(codecs.BOM_UTF8) and letters != codecs.BOM_UTF8


def _quotes(stream: io.RawIOBase) -> int:
    count = 0
    while chunk := stream.read(_CHUNK):
        count += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == 34))
    return count


class _Slice(io.RawIOBase):
    """A part of a file with a place of its own, so that several readers can have it at once.

    `closing` comes after it: a reader does not see a single record that no line end follows.
    """

    def __init__(self, descriptor: int, start: int, end: int, closing: bytes = b"") -> None:
        self._descriptor, self._place, self._end, self._closing = descriptor, start, end, closing

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        view = memoryview(buffer).cast("B")
        if self._place >= self._end:
            got = min(len(view), len(self._closing))
            view[:got], self._closing = self._closing[:got], self._closing[got:]
            return got
        got = os.preadv(self._descriptor, [view[: self._end - self._place]], self._place)
        self._place += got
        return got


def _end(descriptor: int, start: int) -> int:
    """Where the text ends, without blank lines after it."""
    end = os.fstat(descriptor).st_size
    while end > start:
        first = max(start, end - _SAMPLE)
        tail = os.pread(descriptor, end - first, first).rstrip(b" \r\n\x00\x1a")
        if tail:
            return first + len(tail)
        end = first
    return start


def _delimiter(descriptor: int, start: int, end: int) -> tuple[int, str]:
    """Where the records begin, and the separator that stands most often in the first one, outside quotes.

    A first line `sep=;` says it outright. Raises Unreadable("too_wide").
    """
    sample = os.pread(descriptor, min(end - start, _SAMPLE), start)
    if said := re.match(rb"sep=([,;|\t])\r?[\r\n]", sample):
        return start + said.end(), said[1].decode()
    quoted, counts = False, dict.fromkeys(_DELIMITERS, 0)
    for character in sample.decode("utf-8", errors="replace").lstrip("\r\n"):
        if character == '"':
            quoted = not quoted
        elif not quoted and character in counts:
            counts[character] += 1
        elif not quoted and character in "\r\n" and any(counts.values()):
            break
    delimiter = max(counts, key=lambda one: counts[one])
    if counts[delimiter] >= MAX_COLUMNS:
        raise Unreadable("too_wide", limit=MAX_COLUMNS, columns=counts[delimiter] + 1)
    return start, delimiter


def _together(counts: Sequence[_Count]) -> _Count:
    """The pieces of a file counted as one."""
    return _Count(
        records=sum(count.records for count in counts),
        crlf=sum(count.crlf for count in counts),
        lf=sum(count.lf for count in counts),
        cr=sum(count.cr for count in counts),
        is_regular=all(count.is_regular for count in counts),
        is_closed=all(count.is_closed for count in counts),
        has_zeros=any(count.has_zeros for count in counts),
    )


def _count(stream: io.RawIOBase, delimiter: str) -> _Count:
    """Count records by the line ends outside quotes, and see whether the quotes are regular."""
    count, quoted, tail = _Count(), 0, b"\n"
    around = np.zeros(256, bool)
    around[[ord(delimiter), 10, 13, 34]] = True
    last = False
    while not last:
        chunk = stream.read(_CHUNK) or b""
        last = not chunk
        count.has_zeros |= b"\x00" in chunk
        # The first byte is the last one's neighbour; the last byte waits until its own neighbour is known.
        data = tail + (chunk or delimiter.encode())
        bytes_ = np.frombuffer(data, np.uint8)
        inner = bytes_[1:-1]
        quotes = np.flatnonzero(inner == 34)
        opens, closes = quotes[quoted::2], quotes[1 - quoted :: 2]
        count.is_regular &= bool(around[bytes_[opens]].all() and around[bytes_[closes + 2]].all())
        feeds = _outside(np.flatnonzero(inner == 10), quotes, quoted)
        after_return = bytes_[feeds] == 13
        count.crlf += int(after_return.sum())
        count.lf += int(len(feeds) - after_return.sum())
        if b"\r" in data:
            returns = _outside(np.flatnonzero(inner == 13), quotes, quoted)
            count.cr += int((bytes_[returns + 2] != 10).sum())
        quoted = (quoted + len(quotes)) & 1
        tail = data[-2:]
    count.is_closed = not quoted
    count.records = count.crlf + count.lf + count.cr
    return count


def _outside(places: np.ndarray, quotes: np.ndarray, quoted: int) -> np.ndarray:
    """Those places that no quotes enclose."""
    if not len(quotes):
        return places[:0] if quoted else places
    return places[(np.searchsorted(quotes, places) + quoted) & 1 == 0]


def _is_utf8(stream: io.RawIOBase) -> bool:
    """Whether every byte is of a letter. What the fast reader takes is, for it looks at that itself."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _fast(stream: io.RawIOBase, delimiter: str, before: int = 0) -> Cutter | None:
    """The rows as a fast reader understands them; None when it does not, or a cell is very long.

    `before`: how many rows come before these; then none of these is the header.
    """
    cutter = Cutter(before)
    try:
        reader = pyarrow.csv.open_csv(
            pa.PythonFile(stream, "r"),
            read_options=pyarrow.csv.ReadOptions(autogenerate_column_names=True, block_size=_CHUNK),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=_ALL_TEXT, strings_can_be_null=True, null_values=[""]
            ),
        )
        for batch in reader:
            if any(_longest(column) > MAX_CELL_CHARACTERS for column in batch.columns):
                return None
            cutter.take(batch.columns)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowCapacityError):
        return None
    return cutter


def _longest(column: pa.Array) -> int:
    return pc.max(pc.binary_length(column)).as_py() or 0


def _careful(stream: io.RawIOBase, delimiter: str, is_closed: bool = True) -> Cutter:
    """The rows as Python's csv module reads them: of different lengths, with quotes in the middle of cells.

    Lines without quotes are rows as they stand, and there may be millions of them: they are cut all at once.
    """
    lines, cutter = _Lines(stream), Cutter()
    strict = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        for plain in lines.plain():
            cutter.take(_cut(plain, delimiter))
        rows: list[list[str]] = []
        while lines.begin():
            rows.append(_quoted(lines, strict, delimiter, is_closed))
            if len(rows[-1]) > MAX_COLUMNS:
                raise Unreadable("too_wide", limit=MAX_COLUMNS, columns=len(rows[-1]))
        if not rows:
            return cutter
        cutter.take(_columns(rows))


def _cut(text: str, delimiter: str) -> list[pa.Array]:
    """The cells of whole lines without quotes. Raises Unreadable."""
    lines = pa.array(
        text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n"), pa.string()
    )
    cells = pc.split_pattern(lines, delimiter)
    width = pc.max(pc.list_value_length(cells)).as_py()
    if width > MAX_COLUMNS:
        raise Unreadable("too_wide", limit=MAX_COLUMNS, columns=width)
    padded = pc.list_slice(cells, 0, width, return_fixed_size_list=True).flatten()
    return [_filled(padded.take(pa.array(np.arange(place, len(padded), width)))) for place in range(width)]


def _quoted(lines: _Lines, strict: Iterator[list[str]], delimiter: str, is_closed: bool) -> list[str]:
    """The record that has begun.

    A cell that goes on after its closing quote is taken as it stands, unless it reached over a line end on the
    way there: then a quote was opened that nobody meant, and rows would run together.
    """
    try:
        return next(strict)
    except csv.Error as error:
        if "field limit" in str(error) and is_closed:
            raise Unreadable("cell_too_long", limit=MAX_CELL_CHARACTERS, row=lines.first) from error
        if len(lines.record) > 1 or "unexpected end" in str(error) or "field limit" in str(error):
            raise Unreadable("unclosed_quote", row=lines.first) from error
        [line] = lines.record
        return _loose(line, delimiter, lines.first)


def _loose(line: str, delimiter: str, number: int) -> list[str]:
    """One line whose quotes are irregular; it must be a record of its own."""
    try:
        [row] = csv.reader([line], delimiter=delimiter)
    except (csv.Error, ValueError) as error:
        raise Unreadable("unclosed_quote", row=number) from error
    if any(text.endswith(("\n", "\r")) for text in row[-1:]):
        raise Unreadable("unclosed_quote", row=number)
    return row


class _Lines:
    """The lines of a text, some at a time, remembering those of the record being read."""

    def __init__(self, stream: io.RawIOBase) -> None:
        self._text = io.TextIOWrapper(io.BufferedReader(stream, _SAMPLE), encoding="utf-8", newline="")
        self._block = io.StringIO(newline="")
        self.count, self.first, self.record, self._begun = 0, 1, list[str](), ""

    def plain(self) -> Iterator[str]:
        """The blocks of whole lines without quotes that come next; what follows them is read line by line."""
        while block := self._next_block():
            if '"' in block or len(block) > MAX_CELL_CHARACTERS:
                self._block = io.StringIO(block, newline="")
                break
            self.count += block.count("\n") + block.count("\r") - block.count("\r\n")
            yield block

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line, self._begun = self._begun or self._read(), ""
        if not line:
            raise StopIteration
        self.record.append(line)
        return line

    def begin(self) -> str:
        """The line with which the next record begins; '' when those that were looked through are at their end."""
        self.record, self.first = [], self.count + 1
        self._begun = self._line()
        return self._begun

    def _read(self) -> str:
        """The next line, of the next block when this one ends."""
        if line := self._line():
            return line
        self._block = io.StringIO(self._next_block(), newline="")
        return self._line()

    def _line(self) -> str:
        line = self._block.readline()
        self.count += bool(line)
        return line

    def _next_block(self) -> str:
        """Some whole lines, '' at the end of the text."""
        block = self._text.read(_BLOCK)
        rest = self._text.readline(_MAX_LINE)
        if len(rest) == _MAX_LINE:
            raise Unreadable("cell_too_long", limit=MAX_CELL_CHARACTERS, row=self.count + 1)
        return block + rest


def _columns(rows: list[list[str]]) -> list[pa.Array]:
    columns = [pa.array(column, pa.string()) for column in zip_longest(*rows)]
    return [_filled(column) for column in columns] or [pa.nulls(len(rows), pa.string())]


def _filled(column: pa.Array) -> pa.Array:
    """Texts, or null for empty ones."""
    return pc.if_else(pc.equal(pc.binary_length(column), 0), None, column)

"""Workbooks are archives of named parts; packed anew by a Chinese program, their names are GBK, not UTF-8.

Nothing else reads such names: a sheet is then looked for under a name that is not there. A copy under the names that
are meant can be read; what the parts hold is copied as it is packed.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_LOCAL_MARK, _ENTRY_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
#: A comment may stand behind the end of an archive.
_MAX_COMMENT = 2**16
_IS_UTF8, _SIZES_FOLLOW = 1 << 11, 1 << 3
#: A size that is told elsewhere: archives beyond 4 GB are not taken in anyway.
_TOLD_ELSEWHERE = 2**32 - 1


@dataclass(frozen=True)
class _Part:
    flags: int
    name: bytes
    fixed: tuple[int, ...]  #: Method, time, date, checksum, packed size, size.
    offset: int

    @property
    def is_clear(self) -> bool:
        """Whether every reader takes the name as it is meant."""
        return self.name.isascii() or (bool(self.flags & _IS_UTF8) and _text(self.name, "utf-8") is not None)

    @property
    def meant(self) -> bytes:
        """The name in UTF-8, in whichever of the two encodings it is written."""
        text = _text(self.name, "utf-8") or _text(self.name, "gb18030")
        return self.name if text is None else text.encode()


@contextmanager
def readable(path: Path) -> Iterator[Path]:
    """The archive, or a copy under names that can be read; one that is damaged, as it is."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"copy{path.suffix}"
        yield copy if _copied(path, copy) else path


def _copied(path: Path, copy: Path) -> bool:
    """Whether a copy was needed, and made."""
    try:
        with path.open("rb") as archive:
            parts = list(_parts(archive))
            if all(part.is_clear for part in parts):
                return False
            with copy.open("wb") as target:
                _write(archive, parts, target)
    except (struct.error, ValueError):
        return False
    return True


def _parts(archive: BinaryIO) -> Iterator[_Part]:
    """What the directory at the archive's end lists. Raises ValueError or struct.error where it makes no sense."""
    size = archive.seek(0, 2)
    archive.seek(max(size - _END.size - _MAX_COMMENT, 0))
    tail = archive.read()
    *_before, count, _length, start, _comment = _END.unpack_from(tail, tail.rindex(_END_MARK))
    archive.seek(start)
    listed = archive.read()
    place = 0
    for _part in range(count):
        mark, _made, _needs, flags, *fixed, name_length, extra, comment, _disk, _inner, _outer, offset = (
            _ENTRY.unpack_from(listed, place)
        )
        if mark != _ENTRY_MARK or _TOLD_ELSEWHERE in (*fixed[-2:], offset):
            raise ValueError(mark)
        begins = place + _ENTRY.size
        yield _Part(flags, listed[begins : begins + name_length], tuple(fixed), offset)
        place = begins + name_length + extra + comment


def _write(archive: BinaryIO, parts: list[_Part], target: BinaryIO) -> None:
    directory = []
    for part in parts:
        archive.seek(part.offset)
        mark, *_told, name_length, extra = _LOCAL.unpack(archive.read(_LOCAL.size))
        if mark != _LOCAL_MARK:
            raise ValueError(mark)
        archive.seek(name_length + extra, 1)
        name, flags, offset = part.meant, (part.flags | _IS_UTF8) & ~_SIZES_FOLLOW, target.tell()
        target.write(_LOCAL.pack(_LOCAL_MARK, 20, flags, *part.fixed, len(name), 0) + name)
        target.write(archive.read(part.fixed[-2]))
        entry = _ENTRY.pack(_ENTRY_MARK, 20, 20, flags, *part.fixed, len(name), 0, 0, 0, 0, 0, offset)
        directory.append(entry + name)
    start, listed = target.tell(), b"".join(directory)
    target.write(listed)
    target.write(_END.pack(_END_MARK, 0, 0, len(parts), len(parts), len(listed), start, 0))


def _text(name: bytes, encoding: str) -> str | None:
    try:
        return name.decode(encoding)
    except UnicodeDecodeError:
        return None

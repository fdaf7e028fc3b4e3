"""Workbooks are archives of named parts; packed anew by a Chinese program, their names are GBK, not UTF-8.

Nothing else reads such names: a sheet is then looked for under a name that is not there. A copy under the names that
are meant can be read.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo
from zlib import error as BadStream

#: Set where a name is UTF-8; without it, zipfile takes the bytes for code page 437: a sign for each byte.
_IS_UTF8 = 1 << 11
#: Packing costs more than reading what is packed a little worse.
_FASTEST = 1


def unpacked(path: Path) -> int:
    """How many bytes an archive claims to hold. Raises BadZipFile, NotImplementedError, ValueError, OSError."""
    with ZipFile(path) as archive:
        return sum(part.file_size for part in archive.infolist())


@contextmanager
def readable(path: Path) -> Iterator[Path]:
    """The archive, or a copy under names that can be read; one whose parts are damaged, as it is."""
    with ZipFile(path) as archive:
        if all(_is_clear(part) for part in archive.infolist()):
            yield path
            return
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / f"copy{path.suffix}"
            yield copy if _copied(archive, copy) else path


def _is_clear(part: ZipInfo) -> bool:
    return bool(part.flag_bits & _IS_UTF8) or part.filename.isascii()


def _copied(archive: ZipFile, copy: Path) -> bool:
    try:
        with ZipFile(copy, "w", ZIP_DEFLATED, compresslevel=_FASTEST) as renamed:
            for part in archive.infolist():
                with archive.open(part) as content, renamed.open(_meant(part), "w") as target:
                    shutil.copyfileobj(content, target)
    except (BadZipFile, BadStream, NotImplementedError, RuntimeError, ValueError, EOFError):
        return False
    except OSError as error:
        if error.errno == ENOSPC:
            raise
        return False  # A place that is before the file's beginning.
    return True


def _meant(part: ZipInfo) -> str:
    """The name in whichever of the two encodings it is written."""
    if _is_clear(part):
        return part.filename
    name = part.filename.encode("cp437")
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("gb18030")

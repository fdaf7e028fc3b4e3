"""Memory that is free, given back: what a large file leaves behind would else stay with the process."""

from __future__ import annotations

import ctypes
from contextlib import suppress

import pyarrow as pa


def give_back() -> None:
    """Let the system have what nothing here uses. Where the C library cannot do it, only Arrow's part goes."""
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)

"""A layout: the form in which files of one origin come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layout:
    """A form in which files come. The first header of a column is the one it is reported by.

    A header ending in `*` stands for every header that begins so.
    """

    name: str
    kind: str  #: What the rows are: orders or products.
    columns: Mapping[str, tuple[str, ...]]  #: Our name → header texts it has had.
    required: frozenset[str]  #: Without these it is not this layout.
    rare: frozenset[str] = frozenset()  #: Columns only some generations have: not missed when absent.
    unread: frozenset[str] = field(default=frozenset())  #: Headers that belong here and that nothing reads.

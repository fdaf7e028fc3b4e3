"""Headers as they are compared, and the texts that a layout knows for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from lib.files.sheets import tidy


@lru_cache(maxsize=10_000)
def normal(header: str) -> str:
    """A header as it is compared: full-width forms folded, lower case, no blanks or line breaks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", tidy(header))).casefold()


def means(header: str, text: str) -> bool:
    """Whether a header is a text of a layout; one that ends in * stands for all that begin so. Both are normal."""
    return header == text or (len(text) > 1 and text.endswith("*") and header.startswith(text[:-1]))


class Names:
    """Names by the header texts that stand for them, looked up rather than gone through: files have many headers."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        """`texts` are a name and a text each; the first one that means a header has it."""
        self._exact: dict[str, tuple[int, str]] = {}
        self._beginnings: list[tuple[str, int, str]] = []
        for place, (name, text) in enumerate(texts):
            known = normal(text)
            self._exact.setdefault(known, (place, name))
            if known.endswith("*"):
                self._beginnings.append((known, place, name))

    def first(self, header: str) -> str | None:
        """The name that a header, in its normal form, has here."""
        found = [(place, name) for text, place, name in self._beginnings if means(header, text)]
        if header in self._exact:
            found.append(self._exact[header])
        return min(found)[1] if found else None

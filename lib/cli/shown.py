"""Values as they are printed: rows as JSON objects, and as columns of text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from lib import texts
from lib.cli.columns import width
from lib.domain.money import Money

#: Personal data of buyers: shown by the pages that need it, never printed into other programs' hands.
PRIVATE = frozenset({"receiver_name", "buyer_name"})


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as JSON objects."""
    kept = [name for name in frame.columns if name not in PRIVATE]
    return [
        {str(name): plain(value) for name, value in zip(kept, row, strict=True)}
        for row in frame[kept].itertuples(index=False, name=None)
    ]


def record(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as a JSON object."""
    return {name: plain(value) for name, value in row.items() if name not in PRIVATE}


def plain(value: Any) -> Any:
    """A value as JSON has it: times as ISO 8601 with their zone, what is missing as null."""
    if hasattr(value, "tolist"):  # numpy's scalars and arrays
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if value is None or pd.isna(value):
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, bool | int | float) else str(value)


def minute(at: str | None) -> str:
    """A time of a JSON object, to the minute: `2026-08-30 10:05 UTC`; a dash when there is none."""
    return "–" if at is None else f"{datetime.fromisoformat(at).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def money(minor: int | None, currency: str | None) -> str:
    """`12.34 CNY`; a dash when it is not known."""
    return "–" if minor is None or not currency else str(Money(int(minor), currency))


def weight(grams: int | None) -> str:
    """`250 g`; a dash when it is not known."""
    return "–" if grams is None else f"{grams:,} g"


def days(least: int | None, most: int | None) -> str:
    """`15–45`; a dash when nobody promises anything."""
    known = [str(one) for one in dict.fromkeys((least, most)) if one is not None]
    return "–".join(known) or "–"


def plan_name(name_en: str, name_zh: str) -> str:
    """A plan's name in the language of the moment."""
    return name_zh if texts.language() == "zh_CN" else name_en


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of aligned columns; nothing but the header for no rows."""
    lines = [list(header), *([_cell(value) for value in row] for row in rows)]
    widths = [max(width(line[place]) for line in lines) for place in range(len(header))]
    for line in lines:
        padded = (text + " " * (wide - width(text)) for text, wide in zip(line, widths, strict=True))
        yield "  ".join(padded).rstrip()


def _cell(value: object) -> str:
    """In one line and without control characters: a buyer's text must not steer a terminal."""
    text = "–" if value is None else str(value)
    return "".join(" " if unicodedata.category(one) == "Cc" else one for one in text)

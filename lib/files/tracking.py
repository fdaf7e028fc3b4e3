"""Tracking exports: what was said of parcels, by their numbers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lib.domain.outcomes import PHRASES, Meaning
from lib.files import engine, layouts

#: Meanings so vague that a free text beside them may tell more: returned, lost or refused hide behind "exception".
VAGUE = frozenset({Meaning.PROBLEM, Meaning.TRANSIT, Meaning.ATTEMPT})


@dataclass(frozen=True)
class TrackingTables:
    """What a tracking export says. read = events + problems, in rows of the sheet.

    Frames:
        events: one row per event: row_no, number, vocabulary, code (normal), raw_code, happened_at (UTC; a time
            without a zone is taken as UTC), zone, text, place, status.
        problems: one row per refused row.
    """

    layout: str
    sheet: str
    read: int
    events: pd.DataFrame
    problems: pd.DataFrame
    ignored: tuple[str, ...]
    missing: tuple[str, ...]


def parse(found: layouts.Recognised, codes: pd.DataFrame) -> TrackingTables:
    """Read a recognised sheet of events; `codes` are those that are known: vocabulary, code, meaning."""
    known = pd.DataFrame(
        {
            "vocabulary": codes["vocabulary"],
            "code": codes["code"],
            "is_vague": codes["meaning"].isin([str(one) for one in VAGUE]),
        }
    )
    phrases = pd.DataFrame(
        [(place, phrase, code) for place, (phrase, code) in enumerate(PHRASES)],
        columns=["place", "phrase", "code"],
    )
    name = found.layout.name
    with engine.reading(found, "tracking", context=name, codes=known, phrases=phrases) as read:
        return TrackingTables(
            layout=name,
            sheet=found.sheet.name,
            read=len(found.sheet.rows),
            events=engine.frame(read, "events"),
            problems=engine.refused(read, found.sheet.name),
            ignored=found.ignored,
            missing=found.missing,
        )

"""What the codes of tracking events mean: which nobody knows, and what a person says of one."""

from __future__ import annotations

import pandas as pd

from lib.app import App
from lib.domain.outcomes import Meaning, code_of_text, normal_code
from lib.domain.problems import Problem
from lib.store import audit
from lib.store import tracking as store

#: What a code may be said to mean, by a person.
MEANINGS: tuple[Meaning, ...] = (
    Meaning.PRE_SHIPMENT,
    Meaning.CHINA,
    Meaning.CHINA_PROBLEM,
    Meaning.CHINA_REFUSED,
    Meaning.ABROAD,
    Meaning.ABROAD_PROBLEM,
    Meaning.CUSTOMS,
    Meaning.CUSTOMS_PROBLEM,
    Meaning.COLLECTION,
    Meaning.ATTEMPT_ABROAD,
    Meaning.UNDELIVERABLE_ABROAD,
    Meaning.DELIVERED,
    Meaning.RETURNING,
    Meaning.RETURNED,
    Meaning.DESTROYED,
    Meaning.LOST,
    Meaning.CANCELLED,
    Meaning.NO_NEWS,
)


def code_of(action_code: str, status: str, text: str) -> dict[str, str]:
    """By what an event of the platform is looked up: its own code, else its coarse word, else its text."""
    if action_code.strip():
        return {"vocabulary": "cainiao", "code": normal_code(action_code)}
    if status.strip():
        return {"vocabulary": "status", "code": normal_code(status)}
    return {"vocabulary": "text", "code": code_of_text(text)}


def unknown_codes(app: App) -> pd.DataFrame:
    """One row per code nobody knows, the commonest first, then those somebody gave a meaning.

    Columns: vocabulary, code, meaning, is_mapped, mapped_by, mapped_at, event_count, shipment_count, last_event_at,
    text (an example of what stood beside it).
    """
    with app.database.read() as work:
        return store.unknown_codes(work)


def map_code(app: App, vocabulary: str, code: str, meaning: str | None, *, by: str) -> int:
    """Say what a code means, or (None) take it back; returns of how many parcels the outcome was derived anew.

    Raises Problem: code_unknown (it was never met), meaning_unknown.
    """
    code = normal_code(code)
    if meaning is not None and meaning not in MEANINGS:
        raise Problem("meaning_unknown", meaning=meaning, meanings=", ".join(MEANINGS))
    with app.database.write() as work:
        if not store.code_known(work, vocabulary, code)["met_count"]:
            raise Problem("code_unknown", tracking_code=code)
        touched = store.map_code(work, vocabulary, code, meaning, by=by, at=app.now())
        audit.record(
            work,
            "map_code",
            f"{vocabulary}:{code}",
            by=by,
            at=app.now(),
            meaning=meaning,
            shipments=len(touched),
        )
    return len(touched)

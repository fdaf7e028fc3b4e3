"""Tables a person taught the desk to read, under their names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lib.store.database import Work


def every(work: Work) -> list[dict[str, Any]]:
    """One dict per table, the newest first: name, kind, headers, columns, options, saved_by, saved_at."""
    return [
        row | {name: json.loads(row[name]) for name in ("headers", "columns", "options")}
        for row in work.rows("mappings_all")
    ]


def save(
    work: Work,
    name: str,
    *,
    kind: str,
    headers: Sequence[str],
    columns: Mapping[str, str],
    options: Mapping[str, Any],
    by: str,
    at: datetime,
) -> None:
    """Keep what is known of a table, in place of what was kept under this name."""
    work.run(
        "mapping_save",
        name=name,
        kind=kind,
        headers=_json(list(headers)),
        columns=_json(dict(columns)),
        options=_json(dict(options)),
        saved_by=by,
        saved_at=at,
    )


def forget(work: Work, name: str) -> bool:
    """Whether there was such a table; there is none now."""
    return bool(work.rows("mapping_forget", name=name))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

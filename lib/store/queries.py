"""Named SQL, read from `sql/queries/*.sql`: `-- name: fees_by_plan` opens a query."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "sql" / "queries"
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def named() -> dict[str, str]:
    """Every query by its name; a name may stand only once in the whole folder."""
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.sql")):
        _, *pieces = _NAME.split(path.read_text(encoding="utf-8"))
        for name, body in zip(pieces[::2], pieces[1::2], strict=True):
            if name in found:
                raise ValueError(f"{path.name}: query {name} stands twice")
            found[name] = body.strip().rstrip(";")
    return found


def sql(name: str) -> str:
    """The text of one query. Raises KeyError for a name that no file has."""
    return named()[name]

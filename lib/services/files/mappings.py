"""Tables of any form: a person says which column is what, once; it is kept under a name."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from lib.domain.problems import Problem
from lib.files.layouts import LAYOUTS, Options, TableMapping, lacking
from lib.store import audit
from lib.store import mappings as store

if TYPE_CHECKING:
    from lib.app import App


def taught(app: App) -> list[TableMapping]:
    """Every saved mapping, the newest first."""
    with app.database.read() as work:
        saved = store.every(work)
    return [
        TableMapping(
            row["name"], row["kind"], tuple(row["headers"]), row["columns"], Options(**row["options"])
        )
        for row in saved
    ]


def get(app: App, name: str) -> TableMapping:
    """The mapping of this name. Raises Problem("unknown_mapping")."""
    known = {mapping.name: mapping for mapping in taught(app)}
    if name not in known:
        raise Problem("unknown_mapping", name=name, known=", ".join(known) or "–")
    return known[name]


def save(app: App, mapping: TableMapping, *, by: str) -> None:
    """Keep a mapping under its name, in place of an earlier one.

    Raises Problem: mapping_needs_name, mapping_name_taken (a layout known without it), mapping_lacks.
    """
    name = mapping.name.strip()
    if not name:
        raise Problem("mapping_needs_name")
    if name in {layout.name for layout in LAYOUTS}:
        raise Problem("mapping_name_taken", name=name)
    missing = lacking(mapping.kind, mapping.columns, mapping.options)
    if missing:
        raise Problem("mapping_lacks", columns=missing)
    with app.database.write() as work:
        at = app.now()
        store.save(
            work,
            name,
            kind=mapping.kind,
            headers=mapping.headers,
            columns=mapping.columns,
            options=asdict(mapping.options),
            by=by,
            at=at,
        )
        audit.record(work, "save_mapping", name, by=by, at=at, kind=mapping.kind)


def forget(app: App, name: str, *, by: str) -> None:
    """Forget a mapping; what was loaded with it stays. Raises Problem("unknown_mapping")."""
    get(app, name)
    with app.database.write() as work:
        at = app.now()
        store.forget(work, name)
        audit.record(work, "forget_mapping", name, by=by, at=at)

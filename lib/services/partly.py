"""Partial shipment (部分发货): which lines, and how many of each, go in a parcel of their own."""

from __future__ import annotations

from collections.abc import Mapping

from lib.app import App
from lib.domain.problems import Problem
from lib.domain.shipments import State
from lib.store import audit, changes
from lib.store import partly as store
from lib.store import shipments as shipment_store


def split(app: App, shipment_id: str, parts: Mapping[int, int], *, by: str) -> str:
    """Move quantities (line → how many) of a draft into a new one; returns the new shipment.

    Both keep the plan where it can carry them; weight and fee are those of what each holds. Nothing is made of more
    than the draft has, whoever else works on it. Raises Problem: shipment_unknown, cannot_split, split_quantity.
    """
    now = app.now()
    wanted = {line: quantity for line, quantity in parts.items() if quantity}
    with app.database.write() as work:
        found = shipment_store.by_id(work, shipment_id)
        if found is None:
            raise Problem("shipment_unknown", number=shipment_id)
        if found["state"] != State.DRAFT:
            raise Problem("cannot_split", number=shipment_id, state=found["state"])
        held = {row["line_no"]: row["quantity"] for row in shipment_store.contents(work, shipment_id)}
        for line, quantity in wanted.items():
            if not 0 < quantity <= held.get(line, 0):
                raise Problem("split_quantity", line=line, quantity=quantity, most=held.get(line, 0))
        if not wanted or sum(wanted.values()) == sum(held.values()):
            raise Problem("split_nothing", number=shipment_id)
        with changes.kept(work, by=by, at=now):
            new_id = store.split(work, shipment_id, found["batch_id"], wanted, by=by, on=now.date(), at=now)
        changes.split(work, shipment_id, [new_id], by=by, at=now)
        audit.record(work, "split", shipment_id, by=by, at=now, into=new_id, lines=wanted)
    return new_id

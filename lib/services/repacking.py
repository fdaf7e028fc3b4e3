"""A parcel that weighs something else at packing: voided, quoted anew, and sent again as it was decided."""

from __future__ import annotations

from dataclasses import dataclass

from lib.app import App
from lib.domain.problems import Problem
from lib.domain.products import Edit
from lib.domain.shipments import State
from lib.services import products, weights
from lib.store import audit
from lib.store import repacking as store
from lib.store import shipments as shipment_store

#: States in which a parcel can be withdrawn for another one.
REPACKABLE = (State.ACCEPTED, State.READY)
#: A scale says something else than the product table when it differs by more than this, and by a twentieth.
TOLERANCE_G = 5


@dataclass(frozen=True)
class Unit:
    """What a SKU weighs by the scale, packaging taken off."""

    sku: str
    stored_g: int  #: By the product table.
    measured_g: int


def repack(app: App, shipment_id: str, weight_g: int, *, by: str) -> str:
    """Void a parcel and make another one of the same goods in its batch, as heavy as the scale says; returns its id.

    It is a draft with everything that was decided for the first: plan, hand-over, undeliverable decision. Its price
    is that of the new weight; where the plan cannot carry that, it has no plan. Nothing is sent by this, and no call
    cancels the voided one on the platform. Raises Problem: weight_out_of_bounds, shipment_unknown, cannot_void.
    """
    if not 1 <= weight_g <= weights.MOST_G:
        raise Problem("weight_out_of_bounds", number=shipment_id, weight_g=weight_g, most=weights.MOST_G)
    now = app.now()
    with app.database.write() as work:
        found = shipment_store.by_id(work, shipment_id)
        if found is None:
            raise Problem("shipment_unknown", number=shipment_id)
        if found["state"] not in REPACKABLE:
            raise Problem("cannot_void", number=shipment_id, state=found["state"])
        [shipment] = shipment_store.by_ids(work, [shipment_id])
        note = f"weighs {weight_g}"
        shipment_store.take(work, [shipment.step(State.VOIDED, at=now, by=by, note=note)])
        new_id = store.again(
            work, shipment_id, shipment.batch_id, weight_g=weight_g, by=by, on=now.date(), at=now
        )
        audit.record(work, "repack", shipment_id, by=by, at=now, into=new_id, weight_g=weight_g)
    return new_id


def instead_of(app: App, shipment_id: str) -> str | None:
    """The voided parcel in whose place this one was made; None: it was made of an order."""
    with app.database.read() as work:
        return store.instead_of(work, shipment_id)


def unit(app: App, shipment_id: str) -> Unit | None:
    """What the SKU of a weighed draft weighs; None: of several SKUs, or it weighs what the product table says."""
    with app.database.read() as work:
        found = store.unit(work, shipment_id)
    if found is None:
        return None
    off_g = (2 * found["over_g"] + found["unit_count"]) // (2 * found["unit_count"])  # Half up.
    measured_g = found["stored_g"] + off_g
    if measured_g < 1 or abs(off_g) <= max(TOLERANCE_G, found["stored_g"] // 20):
        return None
    return Unit(found["sku"], found["stored_g"], measured_g)


def correct(app: App, shipment_id: str, *, by: str) -> products.Saved:
    """Put what the scale says of the parcel's SKU into the product table. Raises Problem('nothing_chosen')."""
    measured = unit(app, shipment_id)
    if measured is None:
        raise Problem("nothing_chosen")
    return products.save(app, [Edit(measured.sku, "weight_g", str(measured.measured_g))], by=by)

"""Split advice: orders that cost less in several parcels; and several orders to one receiver, as a hint."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.problems import Problem
from lib.services.batches import need
from lib.store import audit, changes
from lib.store import batches as batch_store
from lib.store import plans as plan_store
from lib.store import splits as store

#: An order of more units is not dealt out by a program.
MOST_UNITS = 200


def advise(app: App, batch_id: str) -> pd.DataFrame:
    """One row per draft over a limit, or of several tariff headings, that had better go in several parcels.

    Nothing is changed by this. A flat duty per tariff heading is due for each parcel a heading is in, so it is
    counted with the freight: splitting saves only what is left after it. Raises Problem('batch_unknown').

    Columns:
        shipment_id, order_id, country, weight_g; plan_id: its plan, else the cheapest, null where none carries it.
        whole_cny_minor, split_cny_minor: freight in one parcel (null: no plan) and in parcel_count ones.
        whole_landed_cny_minor, split_landed_cny_minor: what is due at the destination, as far as it is known.
        saved_cny_minor: of both together; null where it cannot go whole. way: how it is dealt out.
        weights_g, plan_ids: of each parcel.
    """
    today = app.now().date()
    with app.database.read() as work:
        need(work, batch_id)
        plan_store.rate_batch(work, batch_id, on=today)
        return store.advise(work, on=today, most_units=MOST_UNITS)


def accept(app: App, batch_id: str, shipment_id: str, *, by: str) -> list[str]:
    """Split a draft as advised: it keeps the first part, the others become drafts of the same batch.

    Each gets the cheapest plan, as the advice reckoned. Quantities are dealt out, never added. Returns the parcels.
    Raises Problem: batch_unknown, split_not_advised.
    """
    now = app.now()
    with app.database.write() as work:
        batch = need(work, batch_id)
        plan_store.rate_batch(work, batch_id, on=now.date())
        found = store.advise(work, on=now.date(), most_units=MOST_UNITS, shipment_id=shipment_id)
        if found.empty:
            raise Problem("split_not_advised", shipment_id=shipment_id)
        advice = found.iloc[0]
        with changes.kept(work, by=by, at=now):
            parcels = store.deal_out(work, shipment_id, str(advice["way"]), by=by, at=now)
            plan_store.rate_batch(work, batch_id, on=now.date())
            for parcel, plan_id in zip(parcels, list(advice["plan_ids"]), strict=True):
                plan_store.choose_plan(work, [parcel], str(plan_id), lock=False, at=now)
        changes.split(work, shipment_id, parcels[1:], by=by, at=now)
        plan_store.keep_quotes(work, batch_id, by=by, at=now)
        batch_store.choose_policy(work, batch_id, batch["policy"])
        audit.record(work, "split", shipment_id, by=by, at=now, parcels=parcels, way=str(advice["way"]))
    return parcels


def shared_receivers(app: App, batch_id: str) -> list[dict[str, Any]]:
    """One dict per receiver of several orders of the batch: country, order_count, order_ids, weight_g.

    A hint only: a logistics order belongs to one trade order, so their goods may not share a parcel.
    """
    with app.database.read() as work:
        need(work, batch_id)
        return store.shared_receivers(work, batch_id)

"""Before sending: which addresses a batch uses and how its parcels reach the platform's warehouses (交货方式)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from lib.aliexpress.errors import Refused
from lib.aliexpress.platform import OfferedPlan, SellerAddress
from lib.app import App
from lib.domain.problems import Problem
from lib.domain.shipments import Decision, HandoverMode
from lib.services import check_rules
from lib.services.batches import decidable, need
from lib.store import audit, changes
from lib.store import batches as store
from lib.store.database import Work

#: Company -1 is "other" on the platform; it needs a name, and a number of 1 to 32 characters.
OTHER_COURIER = "other"
#: Where the warehouses are that collect parcels.
WAREHOUSES = "CN"


@dataclass(frozen=True)
class PlanHandover:
    """How one plan's parcels of a batch reach the warehouse, and what the sender address allows."""

    plan_id: str
    name_en: str
    name_zh: str
    shipment_count: int
    weight_g: int
    return_supported: bool
    mode: HandoverMode | None  #: None while undecided.
    warehouse_name: str
    warehouse_address: str
    service_code: str | None  #: The platform's code for creating orders; None until it was asked.
    covered: bool  #: The sender's city is collected from (an assumption of the coverage table).
    pickup_agreed: bool
    pickup_contact: str  #: With whom it was agreed.
    pickup_phone: str
    undeliverable: Decision | None  #: Decided for this plan alone; None: as the batch says.


def addresses(app: App, shop_id: str = "default", *, refresh: bool = False) -> list[dict[str, Any]]:
    """The seller's addresses on the platform by role, its default first; asked for once, or when refreshed.

    Raises PlatformError.
    """
    with app.database.read() as work:
        known = store.addresses(work, shop_id)
    if known and not refresh:
        return known
    found = app.platform_of(shop_id).seller_addresses()
    with app.database.write() as work:
        store.keep_addresses(work, shop_id, _frame(found), at=app.now())
        return store.addresses(work, shop_id)


def prepare(app: App, batch_id: str) -> list[PlanHandover]:
    """Make sure the batch has its addresses and every plan its warehouse; returns one entry per plan.

    Addresses default to the platform's first; in coverage the pickup warehouse is assigned, else the parcels
    go by post to the plan's transit warehouse. What was decided stays, with the warehouse the platform named and
    what was agreed with it. Asks the platform for each plan's code once. Raises Problem, PlatformError.
    """
    with app.database.read() as work:
        batch = need(work, batch_id)
        shop_id = batch["shop_id"]
        wanting = [plan for plan in _plans(work, batch) if _is_wanting(plan)]
        samples = {plan["plan_id"]: store.sample_orders(work, batch_id, plan["plan_id"]) for plan in wanting}
    known = addresses(app, shop_id)
    offered = {plan_id: _offered(app, shop_id, plan_id, orders) for plan_id, orders in samples.items()}
    with app.database.write() as work:
        batch = _with_addresses(work, need(work, batch_id), known)
        for plan in filter(_is_wanting, _plans(work, batch)):
            mode = HandoverMode(plan["handover_mode"]) if plan["handover_mode"] else _preset(plan)
            found = offered.get(plan["plan_id"])
            _decide(work, batch_id, plan, mode, found, agreed=plan["pickup_agreed"])
    return of_batch(app, batch_id)


def of_batch(app: App, batch_id: str) -> list[PlanHandover]:
    """One entry per plan the batch uses, as decided so far."""
    with app.database.read() as work:
        return [_plan_handover(row) for row in _plans(work, need(work, batch_id))]


def choose_mode(
    app: App,
    batch_id: str,
    mode: HandoverMode,
    *,
    by: str,
    plan_id: str | None = None,
    agreed_with_warehouse: bool = False,
    contact: str = "",
    phone: str = "",
) -> None:
    """Decide how parcels reach the warehouse, for one plan or for all of the batch.

    `contact`, `phone`: the person at the warehouse with whom a pickup that is applied for was agreed.

    Raises Problem: plan_not_in_batch; not_in_coverage for a pickup where nobody collects; and for one that is applied
    for, pickup_not_agreed (the warehouse does not know of it and may refuse the parcels, 拒单),
    pickup_contact_missing, pickup_phone.
    """
    contact, phone = contact.strip(), phone.strip()
    now = app.now()
    with app.database.write() as work:
        batch = need(work, batch_id)
        decidable(work, batch)
        plans = [row for row in _plans(work, batch) if plan_id in (None, row["plan_id"])]
        if plan_id is not None and not plans:
            raise Problem("plan_not_in_batch", plan=plan_id, batch_id=batch_id)
        with changes.kept(work, by=by, at=now):
            for plan in plans:
                if mode is HandoverMode.PICKUP and plan["pickup_warehouse_name"] is None:
                    raise Problem("not_in_coverage", plan=plan["plan_id"])
                if mode is HandoverMode.APPLY_PICKUP:
                    _check_agreed(plan["plan_id"], agreed_with_warehouse, contact, phone)
                _decide(work, batch_id, plan, mode, agreed=agreed_with_warehouse)
                if mode is HandoverMode.APPLY_PICKUP:
                    store.set_pickup_agreed(work, batch_id, plan["plan_id"], contact, phone, by=by, at=now)
        audit.record(work, "handover_mode", batch_id, by=by, at=now, mode=mode, plan=plan_id)


def choose_sender(app: App, batch_id: str, address_id: str, *, by: str) -> None:
    """Send the batch from another address; the hand-over of every plan follows from its city anew."""
    with app.database.read() as work:
        shop_id = need(work, batch_id)["shop_id"]
    known = addresses(app, shop_id)
    if address_id not in {row["address_id"] for row in known if row["role"] == "sender"}:
        raise Problem("address_unknown", address_id=address_id)
    now = app.now()
    with app.database.write() as work:
        batch = need(work, batch_id)
        decidable(work, batch)
        with changes.kept(work, by=by, at=now):
            store.set_addresses(
                work,
                batch_id,
                sender=address_id,
                refund=batch["refund_address_id"],
                pickup=batch["pickup_address_id"],
            )
            for plan in _plans(work, batch | {"sender_address_id": address_id}):
                _decide(work, batch_id, plan, _preset(plan))
        audit.record(work, "sender_address", batch_id, by=by, at=now, address_id=address_id)


def choose_refund(app: App, batch_id: str, address_id: str, *, by: str) -> None:
    """Have what comes back sent to another address. Raises Problem('refund_unknown')."""
    with app.database.read() as work:
        shop_id = need(work, batch_id)["shop_id"]
    if address_id not in {row["address_id"] for row in addresses(app, shop_id) if row["role"] == "refund"}:
        raise Problem("refund_unknown", address_id=address_id)
    now = app.now()
    with app.database.write() as work:
        batch = need(work, batch_id)
        decidable(work, batch)
        with changes.kept(work, by=by, at=now):
            store.set_addresses(
                work,
                batch_id,
                sender=batch["sender_address_id"],
                refund=address_id,
                pickup=batch["pickup_address_id"],
            )
        audit.record(work, "refund_address", batch_id, by=by, at=now, address_id=address_id)


def choose_courier(app: App, batch_id: str, courier: str | None, number: str | None, *, by: str) -> None:
    """Name the domestic courier of a self-post. Raises Problem('courier_number') beyond 32 characters."""
    if number and not 1 <= len(number) <= 32:
        raise Problem("courier_number", length=len(number))
    now = app.now()
    with app.database.write() as work:
        need(work, batch_id)
        with changes.kept(work, by=by, at=now):
            store.set_courier(work, batch_id, courier or None, number or None)
        audit.record(work, "courier", batch_id, by=by, at=now)


def _is_wanting(plan: dict[str, Any]) -> bool:
    """Its code or its hand-over is not known yet."""
    return plan["service_code"] is None or plan["handover_mode"] is None


def _check_agreed(plan_id: str, agreed: bool, contact: str, phone: str) -> None:
    """A person is asked for whom the warehouse can be called by when the van does not come."""
    if not agreed:
        raise Problem("pickup_not_agreed", plan=plan_id)
    if not contact:
        raise Problem("pickup_contact_missing", plan=plan_id)
    if not check_rules.phone_fits(phone, WAREHOUSES):
        raise Problem("pickup_phone", plan=plan_id, phone=phone or "–")


def _preset(plan: dict[str, Any]) -> HandoverMode:
    return HandoverMode.PICKUP if plan["pickup_warehouse_name"] else HandoverMode.SELF_POST


def _decide(
    work: Work,
    batch_id: str,
    plan: dict[str, Any],
    mode: HandoverMode,
    found: OfferedPlan | None = None,
    *,
    agreed: bool = False,
) -> None:
    """The pickup table names who collects; the platform, once asked, names where parcels are brought.

    `found`: what the platform answered just now; what it answered before holds without it.
    """
    place: tuple[str | None, str | None, str | None]
    offered = None if found is None else (found.warehouse_code, found.warehouse_name, found.delivery_address)
    if mode is HandoverMode.PICKUP:
        place = (plan["pickup_warehouse_code"], plan["pickup_warehouse_name"], None)
    elif offered is not None:
        place = offered
    elif plan["offered_warehouse_name"] is not None:
        place = (plan["offered_warehouse_code"], plan["offered_warehouse_name"], plan["offered_address"])
    else:
        place = (plan["transit_warehouse_code"], plan["transit_warehouse_name"], plan["transit_address"])
    store.set_plan(
        work,
        batch_id,
        plan["plan_id"],
        mode=mode,
        warehouse_code=place[0],
        warehouse_name=place[1],
        warehouse_address=place[2],
        service_code=found.service_code if found else plan["service_code"],
        pickup_agreed=agreed,
        offered=offered,
    )


def _offered(app: App, shop_id: str, plan_id: str, orders: list[dict[str, Any]]) -> OfferedPlan | None:
    """The platform's entry for a plan, asked with a few of its orders; None when it offers it for none."""
    for order in orders:
        try:
            offered = app.platform_of(shop_id).plans(order["order_id"], weight_g=order["weight_g"])
        except Refused:  # This order may be gone; the next one may not.
            continue
        for plan in offered:
            if plan.plan_id == plan_id:
                return plan
    return None


def _plans(work: Work, batch: dict[str, Any]) -> list[dict[str, Any]]:
    sender = next(
        (
            row
            for row in store.addresses(work, batch["shop_id"])
            if row["role"] == "sender" and row["address_id"] == batch["sender_address_id"]
        ),
        {"city": ""},
    )
    return store.plans(work, batch["batch_id"], sender["city"])


def _with_addresses(work: Work, batch: dict[str, Any], known: list[dict[str, Any]]) -> dict[str, Any]:
    """Fill in the platform's first address of each role where the batch has none. Raises Problem('no_sender')."""
    first = {row["role"]: row["address_id"] for row in reversed(known)}
    if "sender" not in first:
        raise Problem("no_sender")
    chosen = {role: batch[f"{role}_address_id"] or first.get(role) for role in ("sender", "refund", "pickup")}
    store.set_addresses(work, batch["batch_id"], **chosen)
    return batch | {f"{role}_address_id": address for role, address in chosen.items()}


def _plan_handover(row: dict[str, Any]) -> PlanHandover:
    return PlanHandover(
        plan_id=row["plan_id"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        shipment_count=row["shipment_count"],
        weight_g=row["weight_g"] or 0,
        return_supported=row["return_supported"],
        mode=HandoverMode(row["handover_mode"]) if row["handover_mode"] else None,
        warehouse_name=row["warehouse_name"] or "",
        warehouse_address=row["warehouse_address"] or "",
        service_code=row["service_code"],
        covered=row["pickup_warehouse_name"] is not None,
        pickup_agreed=row["pickup_agreed"],
        pickup_contact=row["pickup_contact"] or "",
        pickup_phone=row["pickup_phone"] or "",
        undeliverable=Decision(row["undeliverable"]) if row["undeliverable"] else None,
    )


def _frame(found: list[SellerAddress]) -> pd.DataFrame:
    columns = ["role", "address_id", "name", "country", "province", "city", "street"]
    texts = {name: pd.Series([getattr(one, name) for one in found], dtype="str") for name in columns}
    return pd.DataFrame(
        {**texts, "position": range(len(found)), "is_default": [bool(one.is_default) for one in found]}
    )

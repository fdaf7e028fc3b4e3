"""A shop's past, written straight into a store: parcels with what was decided for them and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from lib.store import tracking
from lib.store.database import Database

#: The moment these histories are looked at.
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Parcel:
    """One parcel sent `days_ago`; what happened to it is in days since then, None: not so far."""

    shipment_id: str
    days_ago: float = 100
    plan_id: str = "CAINIAO_STANDARD"
    country: str = "BR"
    decision: str = "return"
    delivered: float | None = None
    failed: float | None = None
    returned: float | None = None
    destroyed: float | None = None
    kind: str | None = None  #: 'overseas' or 'domestic'; with a return 'overseas' unless told.
    purchase_minor: int | None = 10_000  #: What its goods cost, in CNY.
    goods_minor: int = 9_000  #: What the buyer paid for them, in USD.
    fee_minor: int = 500
    promised: int = 40


def write(database: Database, parcels: Sequence[Parcel]) -> None:
    """Write them down as the desk would have: one batch, order, hand-over and product each."""
    with database.write() as work:
        # Or the first App to open the file derives what these parcels came to from events they have not.
        tracking.bring_up_to_date(work, codes_changed=False)
    frame = pd.DataFrame([_row(one) for one in parcels])
    for column in ("purchase_minor",):
        frame[column] = frame[column].astype("Int64")
    with database._cursor() as cursor:
        cursor.register("parcels", frame)
        for statement in _STATEMENTS.split(";"):
            if statement.strip():
                cursor.execute(statement)
        cursor.unregister("parcels")


def _row(one: Parcel) -> dict[str, Any]:
    sent = (NOW - timedelta(days=one.days_ago)).replace(tzinfo=None)

    def moment(days: float | None) -> datetime | None:
        return None if days is None else sent + timedelta(days=days)

    moments = {
        f"{name}_at": moment(getattr(one, name)) for name in ("delivered", "failed", "returned", "destroyed")
    }
    outcome = next(
        (word for word in ("returned", "destroyed", "delivered") if getattr(one, word) is not None),
        "in_transit" if one.failed is None else "undeliverable",
    )
    kind = one.kind or ("overseas" if one.returned is not None else None)
    typed = {name: pd.Timestamp(value) if value else pd.NaT for name, value in moments.items()}
    return asdict(one) | typed | {"sent_at": pd.Timestamp(sent), "outcome": outcome, "return_kind": kind}


_STATEMENTS = """
insert into orders (shop_id, order_id, status, status_label, currency, goods_minor, loaded_at, changed_at)
select 'default', 'o-' || shipment_id, 'FINISH', '', 'USD', goods_minor, sent_at, sent_at from parcels;

insert into order_lines (shop_id, order_id, line_no, sku, title, attributes, quantity, unit)
select 'default', 'o-' || shipment_id, 1, 'sku-' || shipment_id, '', '', 1, 'piece' from parcels;

insert into products (sku, title, cargo_class, purchase_minor, purchase_currency, changed_at)
select 'sku-' || shipment_id, '', 'general', purchase_minor, 'CNY', sent_at
from parcels
where purchase_minor is not null;

insert into receivers
select 'default', 'o-' || shipment_id, 'received', '', country, '', '', '', '', '', '', '', '', null, sent_at
from parcels;

insert into batches (batch_id, shop_id, created_by, created_at, undeliverable, submitted_by, submitted_at)
select 'b-' || shipment_id, 'default', 'tester', sent_at, decision, 'tester', sent_at from parcels;

insert into shipments
    (shipment_id, shop_id, batch_id, order_id, position, state, plan_id, undeliverable, weight_source,
    cargo_class, created_at, changed_at)
select shipment_id, 'default', 'b-' || shipment_id, 'o-' || shipment_id, 1, 'declared', plan_id, decision, 'sku',
    'general', sent_at, sent_at
from parcels;

insert into shipment_lines select shipment_id, 'default', 'o-' || shipment_id, 1, 1 from parcels;

insert into quotes
    (shipment_id, plan_id, card_id, chargeable_g, fee_minor, currency, fee_cny_minor, parts, days_min,
    days_max, decided_by, decided_at)
select shipment_id, plan_id, '', 100, 2000, 'CNY', 2000, '{}', 15, promised, 'tester', sent_at from parcels;

insert into fees select shipment_id, 'freight', 'estimated', 2000, 'CNY', sent_at from parcels;

insert into fees
select shipment_id, 'return_service', 'assumed', fee_minor, 'CNY', sent_at from parcels where decision = 'return';

insert into handovers (handover_id, shop_id, batch_id, pieces, weight_g, done_by, done_at)
select
    row_number() over () + (select count(*) from handovers), 'default', 'b-' || shipment_id, 1, 100, 'tester', sent_at
from parcels;

insert into handover_shipments
select handover.handover_id, parcel.shipment_id
from parcels as parcel inner join handovers as handover on handover.batch_id = 'b-' || parcel.shipment_id;

insert into tracked_outcomes by name
select
    shipment_id, outcome, sent_at as outcome_at, '' as trouble, sent_at as first_event_at, sent_at as last_event_at,
    1 as event_count, delivered_at, failed_at, 0 as failed_attempts, return_kind, returned_at, destroyed_at,
    true as is_abroad, outcome in ('delivered', 'returned', 'destroyed') as is_final, [] as flags
from parcels
"""

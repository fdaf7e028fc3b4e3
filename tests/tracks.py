"""Parcels on the platform and what is said of them, put into a store without a platform."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from lib.domain.outcomes import normal_code
from lib.store import tracking
from lib.store.database import Database

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
SHIPMENT = "B-1-0001"


def event(shipment_id: str, code: str, at: datetime | None, **over: str) -> dict[str, Any]:
    """One event; a code may have its vocabulary before a colon."""
    vocabulary, _, raw = code.rpartition(":")
    row = {
        "shipment_id": shipment_id,
        "vocabulary": vocabulary or "cainiao",
        "code": normal_code(raw),
        "raw_code": raw,
        "happened_at": at,
        "zone": "",
        "text": "",
        "place": "",
        "status": "",
    }
    return row | over


def take(database: Database, rows: Sequence[dict[str, Any]], source: str = "platform") -> list[str]:
    """Take events in as one list a shipment."""
    frame = pd.DataFrame(rows).assign(row_no=range(len(rows)))
    frame["happened_at"] = pd.to_datetime(frame["happened_at"], utc=True)
    with database.write() as work:
        return tracking.take(work, frame, source=source, seen_at=START)


def put_shipment(
    database: Database, *shipment_ids: str, at: datetime = START, state: str = "declared"
) -> None:
    """Parcels that are on the platform, each of two SKU-1 for a buyer in Brazil."""
    moment = at.replace(tzinfo=None)
    with database.write() as work:
        work._cursor.execute(
            """
            insert or ignore into batches (batch_id, shop_id, created_by, created_at)
            values ('B-1', 'default', 'ann', ?)
            """,
            [moment],
        )
        for place, shipment_id in enumerate(shipment_ids):
            order_id, number = f"o-{shipment_id}", f"LX{shipment_id.replace('-', '')}CN"
            values = {"shipment_id": shipment_id, "order_id": order_id, "at": moment}
            work._cursor.execute(
                """
                insert into shipments (shipment_id, shop_id, batch_id, order_id, position, state, weight_source,
                    cargo_class, created_at, changed_at, plan_id, tracking_number, undeliverable)
                values ($shipment_id, 'default', 'B-1', $order_id, $place, $state, 'sku', 'general', $at, $at, 'CPAM',
                    $number, 'destroy')
                """,
                values | {"place": place, "state": state, "number": number},
            )
            work._cursor.execute(
                """
                insert into shipment_lines values ($shipment_id, 'default', $order_id, 1, 2)
                """,
                {"shipment_id": shipment_id, "order_id": order_id},
            )
            work._cursor.execute(
                """
                insert into orders (shop_id, order_id, status, status_label, currency, loaded_at, changed_at)
                values ('default', $order_id, 'WAIT_BUYER_ACCEPT_GOODS', '', 'USD', $at, $at)
                """,
                {"order_id": order_id, "at": moment},
            )
            work._cursor.execute(
                "insert into order_lines values ('default', $order_id, 1, null, 'SKU-1', 'Thing', '', 2, 'piece', 0)",
                {"order_id": order_id},
            )
            work._cursor.execute(
                """
                insert into receivers values ('default', $order_id, 'received', 'Vera Made-Up', 'BR', 'Brazil', 'SP',
                    'Sao Paulo', 'Rua 1', '01310', '', '', '', null, $at)
                """,
                {"order_id": order_id, "at": moment},
            )


def outcome_of(database: Database, shipment_id: str = SHIPMENT) -> dict[str, Any]:
    """The outcome of a parcel."""
    return all_outcomes(database).set_index("shipment_id").astype(object).loc[shipment_id].to_dict()


def all_outcomes(database: Database) -> pd.DataFrame:
    """Every outcome."""
    with database.read() as work:
        cursor = work._cursor.execute("select * from outcomes order by shipment_id")
        columns = [column[0] for column in cursor.description or []]
        return pd.DataFrame(cursor.fetchall(), columns=columns, dtype=object)


def hours(at: datetime | None) -> int | None:
    """How many hours after the start."""
    return None if at is None else round((at.replace(tzinfo=UTC) - START).total_seconds() / 3600)

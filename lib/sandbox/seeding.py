"""Filling the world from an order export, so that a real batch can be rehearsed with a real file."""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from stdnum.br import cpf

from lib.files.orders import OrderTables, days_to_recent, moved, read_orders
from lib.files.sheets import NotReadable
from lib.sandbox import reference
from lib.sandbox.records import Declaration, TradeLine, TradeOrder
from lib.sandbox.shop import Event
from lib.sandbox.world import NoSeed, World

#: Exports name no zone; the platform's own times are US Pacific.
ZONE = "America/Los_Angeles"
#: Exports kept as they were read, and the largest that is.
KEPT_EXPORTS, KEPT_BYTES = 8, 5_000_000
_read_before: dict[str, OrderTables] = {}
_guard = threading.Lock()


def take_in(world: World, path: Path, digest: str, shop_name: str) -> int:
    """Make a trade order of every order in the file that the shop does not have yet; returns how many are new.

    Dates are moved by whole days so that the newest payment is recent. Partly shipped orders get the
    declaration in their waybill column. All of a file goes in, or nothing; `digest` is remembered with it.
    Raises NoSeed, OSError.
    """
    try:
        tables = _parsed(path, digest)
    except NotReadable as error:
        raise NoSeed(str(error)) from error
    with world.lock:
        shop, now = world.shop(shop_name), world.now()
        tables = moved(tables, days_to_recent(tables, now))
        lines: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for line in _records(tables.lines):
            lines[line["order_id"]].append(line)
        receivers = {row.pop("order_id"): row for row in _records(tables.receivers)}
        fresh = {
            str(row["order_id"]): _order(row, lines[row["order_id"]], receivers[row["order_id"]], now)
            for row in _records(tables.orders)
            if str(row["order_id"]) not in shop.orders
        }
        made: list[Event] = [("trade_order", order) for order in fresh.values()]
        shop.record(*made, *_declarations(tables, fresh), ("seeded", {"digest": digest}))
    return len(fresh)


def _parsed(path: Path, digest: str) -> OrderTables:
    """The orders of an export. The last few are kept by what is in them: the same one is read only once.

    Raises NotReadable, OSError.
    """
    with _guard:
        found = _read_before.get(digest)
    if found is None:
        countries = pd.DataFrame(reference.rows("countries"))
        found = read_orders(path, zone=ZONE, countries=countries)
        if path.stat().st_size <= KEPT_BYTES:
            with _guard:
                _read_before[digest] = found
                while len(_read_before) > KEPT_EXPORTS:
                    _read_before.pop(next(iter(_read_before)))
    return found


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, its missing values as None. All at once: a row at a time takes minutes for 100,000."""
    columns = {str(name): _values(frame[name]) for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _values(column: pd.Series) -> list[Any]:
    missing = column.isna().to_numpy()
    return [None if gone else value for value, gone in zip(column.tolist(), missing, strict=True)]


def _order(
    row: dict[str, Any], lines: list[dict[str, Any]], receiver: dict[str, Any], now: datetime
) -> TradeOrder:
    order_id = str(row["order_id"])
    service = _text(row["buyer_service"])
    return TradeOrder(
        order_id=order_id,
        status=str(row["status"]),
        ordered_at=_iso(row["ordered_at"]),
        paid_at=_iso(row["paid_at"]),
        ship_by_at=_iso(row["ship_by_at"]),
        currency=str(row["currency"]),
        goods_minor=_number(row["goods_minor"]),
        shipping_minor=_number(row["shipping_minor"]),
        total_minor=_number(row["total_minor"]),
        buyer_service=service,
        service_key=reference.service_keys().get(service, ""),
        note=_text(row["note"]),
        receiver={str(name): _text(value) for name, value in receiver.items()}
        | {"tax_number": _tax_number(str(receiver["country"]), order_id)},
        lines=[_line(order_id, line) for line in lines],
        modified_at=now.isoformat(),  # It is new here, whatever its other dates say: lists by time have it.
    )


def _line(order_id: str, line: dict[str, Any]) -> TradeLine:
    index = int(line["line_no"])
    return TradeLine(
        index=index,
        child_order_id="8" + str(_digest(f"{order_id}:{index}") % 10**15).zfill(15),
        product_id="1005" + str(_digest(f"{line['sku']}{line['title']}") % 10**12).zfill(12),
        sku=_text(line["sku"]),
        title=_text(line["title"]),
        attributes=_text(line["attributes"]),
        quantity=int(line["quantity"]),
        unit=_text(line["unit"]),
    )


def _declarations(tables: OrderTables, fresh: dict[str, TradeOrder]) -> Iterator[Event]:
    """Partly shipped orders: the first sub-order went out with the number of the waybill column."""
    for row in tables.waybills.to_dict("records"):
        order = fresh.get(str(row["order_id"]))
        if order is None or order.status != "SELLER_PART_SEND_GOODS":
            continue
        # Of a single sub-order only a part can have gone, else the order would not be partly shipped.
        send_type = "all" if len(order.lines) > 1 else "part"
        at = order.paid_at or order.ordered_at or datetime.now(UTC).isoformat()
        service = reference.service_keys().get(row["service"], row["service"])
        yield "declaration", Declaration(order.order_id, 1, service, row["number"], send_type, at)


def _tax_number(country: str, order_id: str) -> str:
    """A made-up number that passes the checks where customs want one; exports carry none."""
    if country == "BR":
        stem = str(_digest(order_id) % 10**9).zfill(9)
        return next(f"{stem}{check:02d}" for check in range(100) if cpf.is_valid(f"{stem}{check:02d}"))
    if country == "KR":
        return "P" + str(_digest(order_id) % 10**12).zfill(12)
    return ""


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any) -> int:
    return 0 if value is None else int(value)


def _iso(value: Any) -> str | None:
    if value is None:
        return None
    moment: datetime = value.to_pydatetime()
    return moment.isoformat()

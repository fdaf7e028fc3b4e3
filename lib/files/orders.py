"""Order exports: the rows of a seller's sheet as orders, their lines, receivers and waybills."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from lib.domain.money import minor_digits
from lib.domain.orders import STATUS_LABELS, OrderStatus
from lib.files import engine, layouts, sheets

#: How files write a currency; no sign at all is the marketplace's own currency.
CURRENCY_SIGNS = {
    "": "USD",
    "$": "USD",
    "US": "USD",
    "US$": "USD",
    "USD": "USD",
    "USD$": "USD",
    "€": "EUR",
    "EUR": "EUR",
    "EUR€": "EUR",
    "£": "GBP",
    "GBP": "GBP",
    "¥": "CNY",
    "￥": "CNY",
    "CN¥": "CNY",
    "CN￥": "CNY",
    "CNY": "CNY",
    "RMB": "CNY",
    "元": "CNY",
    "JPY": "JPY",
    "JP¥": "JPY",
    "₽": "RUB",
    "RUB": "RUB",
    "РУБ": "RUB",
    "R$": "BRL",
    "BRL": "BRL",
    "₩": "KRW",
    "KRW": "KRW",
}

_TIMES = ("ordered_at", "paid_at", "ship_by_at")
_AMOUNTS = ("goods_minor", "shipping_minor", "total_minor")


@dataclass(frozen=True)
class OrderTables:
    """What an order export says. read = orders + repeated + replaced + problems, in rows of the sheet.

    Frames:
        orders: one row per order: order_id, status, status_label, ordered_at, paid_at, ship_by_at (aware UTC),
            currency, goods_minor, shipping_minor, total_minor (Int64), buyer_name, buyer_service, note, row_no.
        lines: one row per product of an order: order_id, line_no (from 1), sku, title, attributes, quantity, unit.
        receivers: one row per order: order_id, name, country (ISO alpha-2), country_label, province, city,
            address, postcode, phone, mobile, tax_number.
        waybills: one row per number already declared: order_id, service, number.
        problems: one row per refused row: sheet, row_no, column_name (its header), value, code.
        warnings: one row per doubt about an order that was taken all the same; columns as problems.
    """

    layout: str
    sheet: str
    zone: str  #: The zone assumed for the file's times.
    read: int
    repeated: int  #: Rows that a later row of the same order repeats word for word.
    replaced: int  #: Rows that a later row of the same order changes.
    orders: pd.DataFrame
    lines: pd.DataFrame
    receivers: pd.DataFrame
    waybills: pd.DataFrame
    problems: pd.DataFrame
    warnings: pd.DataFrame
    ignored: tuple[str, ...]
    missing: tuple[str, ...]
    shifted_days: int = 0  #: How far the times were moved.


def read_orders(path: Path, *, zone: str, countries: pd.DataFrame) -> OrderTables:
    """Read a seller's order export.

    `zone` is the IANA zone of the file's times, which name none; a deadline without a time is the start of that
    day. `countries` has name and country (ISO alpha-2), one row per spelling; a country that is not there is a
    problem, never a guess. A row with a fault is refused with its first
    fault, and its neighbours are read. Raises NotReadable for a file that is no order export.
    """
    return parse(layouts.find(sheets.read(path), "orders"), zone=zone, countries=countries)


def parse(found: layouts.Recognised, *, zone: str, countries: pd.DataFrame) -> OrderTables:
    """As read_orders, for a sheet that is recognised already."""
    lent = {
        "status_labels": engine.pairs("label", "status", _status_labels()),
        "currency_signs": _currency_signs(),
        "country_names": countries[["name", "country"]],
    }
    with engine.reading(found, "orders", **lent) as read:
        [(repeated, replaced)] = read.table("earlier_rows").fetchall()
        return OrderTables(
            layout=found.layout.name,
            sheet=found.sheet.name,
            zone=zone,
            read=len(found.sheet.rows),
            repeated=repeated,
            replaced=replaced,
            orders=_in_zone(engine.frame(read, "orders", _AMOUNTS), zone),
            lines=engine.frame(read, "lines"),
            receivers=engine.frame(read, "receivers"),
            waybills=engine.frame(read, "waybills"),
            problems=engine.problems(read, "problems", found.sheet.name),
            warnings=engine.problems(read, "warnings", found.sheet.name),
            ignored=found.ignored,
            missing=found.missing,
        )


def moved(tables: OrderTables, days: int) -> OrderTables:
    """The same orders with every time moved by whole days."""
    shift = pd.Timedelta(days=days)
    orders = tables.orders.assign(**{name: tables.orders[name] + shift for name in _TIMES})
    return replace(tables, orders=orders, shifted_days=tables.shifted_days + days)


def days_to_recent(tables: OrderTables, now: datetime) -> int:
    """How many whole days to move the orders on, so that the newest was paid within the 24 h before now.

    0 when it is as new as that already, or when no order is paid.
    """
    newest = tables.orders["paid_at"].max()
    return 0 if pd.isna(newest) else max((now - newest) // timedelta(days=1), 0)


def _status_labels() -> dict[str, str]:
    codes = {str(status): str(status) for status in OrderStatus}
    return codes | {label: str(status) for label, status in STATUS_LABELS.items()}


def _currency_signs() -> pd.DataFrame:
    signs = engine.pairs("sign", "currency", CURRENCY_SIGNS)
    return signs.assign(minor_units=[10 ** minor_digits(currency) for currency in signs["currency"]])


def _in_zone(orders: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Times of the file's zone as UTC.

    An hour that comes twice in autumn is taken as the first one, so that no deadline looks later than it is; one
    that never comes in spring is moved to the next that does.
    """
    first = np.ones(len(orders), dtype=bool)
    return orders.assign(
        **{
            name: orders[name]
            .dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
            .dt.tz_convert("UTC")
            for name in _TIMES
        }
    )

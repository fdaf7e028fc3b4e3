"""Order exports: the rows of a seller's sheet as orders, their lines, receivers and waybills."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd

from lib.domain.money import minor_digits
from lib.domain.orders import STATUS_LABELS, OrderStatus
from lib.files import engine, fingerprints, layouts, sheets

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
#: A sheet that tells its products in one cell has none in rows.
_NO_PRODUCTS = pd.DataFrame(
    {
        "row_no": pd.Series(dtype="int64"),
        "line_no": pd.Series(dtype="int32"),
        **{name: pd.Series(dtype="str") for name in ("title", "attributes", "sku", "unit")},
        "quantity": pd.Series(dtype="int64"),
        "is_whole": pd.Series(dtype="bool"),
    }
)
_AMOUNTS = ("goods_minor", "shipping_minor", "total_minor")


@dataclass(frozen=True)
class OrderTables:
    """What an order export says.

    read = row_count of the orders + repeated + replaced + unchanged + problems, in rows.

    Frames:
        orders: one row per order: order_id, status, status_label, ordered_at, paid_at, ship_by_at (aware UTC),
            currency, goods_minor, shipping_minor, total_minor (Int64), buyer_name, buyer_service, note, row_no,
            row_count (rows of the sheet that make it), weighed_g (Int64, what the program weighed), is_said (a
            person said its status, for the row has none that is known).
        lines: one row per product of an order, in no order but line_no's: order_id, line_no (its place, from 1; a
            charge that stands among the products leaves its own empty), sku, title, attributes, quantity, unit.
        receivers: one row per order: order_id, name, country (ISO alpha-2), country_label, province, city,
            address, postcode, phone, mobile, tax_number.
        waybills: one row per number already declared: order_id, service, number.
        problems: one row per refused row: sheet, row_no, column_name (its header), value, code, identity.
        warnings: one row per doubt about an order that was taken all the same; columns as problems, no identity.
        findings: the same doubts by order: order_id, code, field, value.
        fingerprints: one row per order that one row of the sheet tells: order_id, row_hash (uint64), moment_at (the
            newest moment it speaks of, in the file's zone). Empty where several rows tell an order.
        replaced_rows: one row per order of which a later row changes others: order_id, row_count (how many).
        unchanged: one row per row that was taken in before, and is in no other frame: row_no, order_id, moment_at.
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
    findings: pd.DataFrame
    fingerprints: pd.DataFrame
    replaced_rows: pd.DataFrame
    unchanged: pd.DataFrame
    as_of: datetime | None  #: The newest moment the file speaks of; it was made then or later.
    weight_unit: str = ""  #: In which weights were read; '' where there are none.
    shifted_days: int = 0  #: How far the times were moved.
    said: int = 0  #: Orders whose status a person said, for their rows have none that is known.


def read_orders(
    path: Path, *, zone: str, countries: pd.DataFrame, now: datetime | None = None
) -> OrderTables:
    """Read a seller's order export.

    `zone` is the IANA zone of the file's times, which name none; a deadline without a time is the start of that
    day. `countries` has name and country (ISO alpha-2), one row per spelling; a country that is not there is a
    problem, never a guess. A row that cannot be read or whose order cannot be told is refused with its first fault,
    and its neighbours are read; what else is wrong with an order is in `findings`. Raises NotReadable for a file
    that is no order export.
    """
    return parse(layouts.find(sheets.read(path), "orders"), zone=zone, countries=countries, now=now)


def parse(
    found: layouts.Recognised,
    *,
    zone: str,
    countries: pd.DataFrame,
    now: datetime | None = None,
    context: str = "",
    unchanged: pd.DataFrame | None = None,
) -> OrderTables:
    """As read_orders, for a sheet that is recognised already. Moments after `now` do not make a file newer.

    Rows of `unchanged` (as lib.files.fingerprints tells them, by the same `context`) are not read again.
    """
    unchanged = fingerprints.NONE_UNCHANGED if unchanged is None else unchanged
    by_line, now = found.layout.by_line, now or datetime.now(UTC)
    lent = {
        "status_labels": engine.pairs("label", "status", _status_labels(found.layout)),
        "currency_signs": _currency_signs(),
        "country_names": countries[["name", "country"]],
        "clock": pd.DataFrame(
            {
                "now_there": [now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)],
                "said_status": [found.layout.options.status],
            }
        ),
    }
    scripts: tuple[str, ...]
    if by_line:
        scripts, rows = ("texts", "lines", *fingerprints.READERS), "line_rows"
        lent["options"] = _options(found.layout.options)
    else:
        scripts, rows = ("texts", *fingerprints.READERS), "sheet"
        lent["product_rows"] = _NO_PRODUCTS
    lent["unchanged_rows"] = unchanged
    stream = fingerprints.changed(found, unchanged)
    with engine.reading(
        found, *scripts, rows=rows, streams=True, context=context, stream=stream, **lent
    ) as read:
        earlier = engine.frame(read, "earlier_rows")
        orders = engine.frame(read, "orders", _AMOUNTS)
        tables = OrderTables(
            layout=found.layout.name,
            sheet=found.sheet.name,
            zone=zone,
            read=len(found.sheet),
            repeated=int(earlier["repeated"].sum()),
            replaced=int(earlier["replaced"].sum()),
            orders=_in_zone(orders, zone).assign(row_count=1, weighed_g=pd.Series(dtype="Int64")),
            lines=engine.frame(read, "lines"),
            receivers=engine.frame(read, "receivers"),
            waybills=engine.frame(read, "waybills"),
            problems=engine.refused(read, found.sheet.name),
            warnings=engine.warnings(read, found.sheet.name),
            findings=_findings(engine.frame(read, "doubts")),
            fingerprints=engine.frame(read, "fingerprints").head(0 if by_line else None),
            replaced_rows=_replaced(earlier),
            unchanged=unchanged,
            as_of=_moment(read.table("newest").fetchall(), zone),
            ignored=found.ignored,
            missing=found.missing,
            said=int(orders["is_said"].sum()),
        )
        return _by_line(tables, read, found) if by_line else tables


def moved(tables: OrderTables, days: int) -> OrderTables:
    """The same orders with every time moved by whole days."""
    shift = pd.Timedelta(days=days)
    orders = tables.orders.assign(**{name: tables.orders[name] + shift for name in _TIMES})
    as_of = None if tables.as_of is None else tables.as_of + timedelta(days=days)
    return replace(
        tables,
        orders=orders,
        as_of=as_of,
        shifted_days=tables.shifted_days + days,
        fingerprints=tables.fingerprints.head(0),
    )


def days_to_recent(tables: OrderTables, now: datetime) -> int:
    """How many whole days to move the orders on, so that the newest was paid within the 24 h before now.

    0 when it is as new as that already, or when no order is paid.
    """
    newest = tables.orders["paid_at"].max()
    return 0 if pd.isna(newest) else max((now - newest) // timedelta(days=1), 0)


def as_export(tables: OrderTables) -> pd.DataFrame:
    """The orders as the Seller Center would export them: one row per order, times in the file's zone."""
    wanted = tables.lines.assign(
        block="【" + tables.lines["line_no"].astype("str") + "】" + tables.lines["title"].fillna("")
        + "\n(商家编码:" + tables.lines["sku"] + ")\n(产品数量:" + tables.lines["quantity"].astype("str") + " piece)"
    )  # fmt: skip
    blocks = wanted.groupby("order_id")["block"].agg("\n".join).rename("products")
    rows = tables.orders.merge(tables.receivers, on="order_id").merge(blocks, on="order_id")
    written = {
        name: rows[name].dt.tz_convert(tables.zone).dt.strftime("%Y-%m-%d %H:%M") for name in _TIMES
    } | {"total": _whole(rows["total_minor"], rows["currency"]), "receiver": rows["name"]}
    columns = layouts.SELLER_CENTER.columns
    frame = rows.assign(**written)
    return pd.DataFrame(
        {texts[0].rstrip("*"): frame[name] for name, texts in columns.items() if name in frame}
    )


def _whole(minors: pd.Series, currencies: pd.Series) -> pd.Series:
    """Amounts in whole units of the currency beside them."""
    units = currencies.map(lambda code: 10 ** minor_digits(code) if isinstance(code, str) else 1)
    return minors.astype("Float64") / units.astype("Int64")


def _by_line(tables: OrderTables, read: duckdb.DuckDBPyConnection, found: layouts.Recognised) -> OrderTables:
    """What was read order by order, counted in rows: all rows of an order share what becomes of it."""
    rows, extras = engine.frame(read, "order_rows"), engine.frame(read, "extras", ("weighed_g",))
    orders = tables.orders.drop(columns=["row_count", "weighed_g"]).merge(extras, on="row_no")
    doubts = engine.frame(read, "order_doubts").dropna(subset="code")
    doubts = doubts.merge(orders[["row_no", "order_id"]], on="row_no")
    warnings = doubts.assign(
        sheet=tables.sheet, column_name=[_header(found, name) for name in doubts["field"]]
    )
    problems = tables.problems.rename(columns={"row_no": "first_row_no"}).merge(rows, on="first_row_no")
    problems = _of_each_row(problems, found)
    return replace(
        tables,
        orders=orders.drop(columns="repeat_count"),
        repeated=int(orders["repeat_count"].sum()),
        problems=problems[tables.problems.columns].sort_values("row_no", ignore_index=True),
        warnings=pd.concat([tables.warnings, warnings[tables.warnings.columns]], ignore_index=True),
        findings=pd.concat([tables.findings, _findings(doubts)], ignore_index=True),
        weight_unit=found.layout.options.weight_unit if "weighed" in found.columns else "",
    )


def _of_each_row(problems: pd.DataFrame, found: layouts.Recognised) -> pd.DataFrame:
    """Goods that cannot be read are told by what stands in each row itself."""
    column = next(name for name in ("products", "sku_quantities", "quantity", "sku") if name in found.columns)
    unread = problems["code"].isin(["products_unreadable", "products_blank"])
    faulty = unread | problems["code"].isin(["products_no_goods", "row_cancelled"]) & (
        problems["column_name"] == ""
    )
    cells = found.column(column, problems["row_no"].tolist()).fillna("").str.slice(0, 200)
    return problems.assign(
        code=problems["code"].where(~unread | (column == "products"), "line_unreadable"),
        column_name=problems["column_name"].where(~faulty, found.header(column)),
        value=problems["value"].where(~faulty, pd.Series(cells.to_numpy(), index=problems.index)),
    )


def _header(found: layouts.Recognised, *names: str) -> str:
    """The header of the first of these columns that the file has."""
    return next((found.header(name) for name in names if name in found.columns), "")


def _findings(doubts: pd.DataFrame) -> pd.DataFrame:
    return doubts[["order_id", "code", "field", "value"]].fillna("")


def _replaced(earlier: pd.DataFrame) -> pd.DataFrame:
    changed = earlier[earlier["replaced"] > 0].rename(columns={"replaced": "row_count"})
    return changed[["order_id", "row_count"]].reset_index(drop=True)


def _options(options: layouts.Options) -> pd.DataFrame:
    said = {
        "date_order": options.date_order,
        "grams": layouts.WEIGHT_UNITS[options.weight_unit],
        "cuts_suffix": options.cuts_suffix,
    }
    return pd.DataFrame([said])


def _moment(rows: list[tuple[datetime | None]], zone: str) -> datetime | None:
    [(moment,)] = rows
    return None if moment is None else moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _status_labels(layout: layouts.Layout) -> dict[str, str]:
    codes = {str(status): str(status) for status in OrderStatus}
    known = codes | {label: str(status) for label, status in STATUS_LABELS.items()}
    return known | {label: str(status) for label, status in layout.statuses.items()}


def _currency_signs() -> pd.DataFrame:
    signs = engine.pairs("sign", "currency", CURRENCY_SIGNS)
    return signs.assign(part=[10 ** (4 - minor_digits(currency)) for currency in signs["currency"]])


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

"""Quotes: every order against every plan, beside the barest join that could; and a rate card's preview.

Parcels are spread over the destinations of the lists, weights over what is really sent.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from benchmarks import pages
from benchmarks.measure import Figure, seconds
from lib.app import App
from lib.config import Settings
from lib.domain.plans import Policy
from lib.services import plans, rates
from lib.store import reference
from lib.store.database import Database, Work

PARCELS = 1_000_000
#: For what orders and their lines are needed, which takes longer to make than to measure.
ORDERS = 100_000
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)

_PARCELS = """
create or replace temp table parcels as
select
    i::varchar as parcel_id,
    (list_value('US', 'RU', 'DE', 'FR', 'ES', 'IL', 'AU', 'BR', 'GB', 'NL', 'IE', 'PL'))[1 + i % 12] as country,
    '10001' as postcode,
    (20 + (i * 7919) % 1900)::bigint as weight_g,
    180::bigint as length_mm,
    120::bigint as width_mm,
    40::bigint as height_mm,
    'general' as cargo_class,
    500::bigint as declared_minor,
    'USD' as declared_currency,
    1::bigint as heading_count,
    null::varchar as buyer_plan_id,
    (list_value('CPAM', 'YANWEN_AM', 'UPSE'))[1 + i % 3] as shipped_on
from range($count) as t (i)
"""

_BARE = """
create or replace temp table bare as
select parcel.parcel_id, plan.plan_id, rate.item_fee_minor, rate.per_kg_e4
from parcels as parcel
cross join (select * from plans where channel = 'online') as plan
left join (
    select rate.*, card.plan_id
    from rates as rate
    inner join rate_cards as card
        on card.card_id = rate.card_id
) as rate
    on rate.plan_id = plan.plan_id
    and rate.country = parcel.country
    and rate.cargo_class = parcel.cargo_class
    and parcel.weight_g between rate.min_g and rate.max_g
"""

_FULL = "create or replace temp table quoted as select * from quotes_for('parcels', date '2026-11-24')"

_CHEAPEST = """
create or replace temp table cheapest as
select parcel_id, arg_min(plan_id, fee_cny_minor) as plan_id
from quotes_for('parcels', date '2026-11-24')
where obstacles = 0
group by parcel_id
"""

#: Parcels that are quoted alike are quoted once.
_WHAT_IF = """
create or replace temp table what_if as
with kinds as (
    select
        row_number() over () as parcel_id, country, postcode, weight_g, length_mm, width_mm, height_mm, cargo_class,
        declared_minor, declared_currency, count(*) as parcel_count
    from parcels
    group by
        country, postcode, weight_g, length_mm, width_mm, height_mm, cargo_class, declared_minor, declared_currency
)

select plan_id, sum(parcel_count) as parcel_count, sum(fee_cny_minor * parcel_count) as fee_cny_minor
from (
    select parcel_id, arg_min(plan_id, fee_cny_minor) as plan_id, min(fee_cny_minor) as fee_cny_minor
    from quotes_for('kinds', date '2026-11-24', instead := 'new')
    where fee_cny_minor is not null and obstacles = 0
    group by parcel_id
)
inner join kinds using (parcel_id)
group by plan_id
"""

_WHAT_IF_SHIPPED = """
create or replace temp table what_if as
with kinds as (
    select
        row_number() over () as parcel_id, country, postcode, weight_g, length_mm, width_mm, height_mm, cargo_class,
        declared_minor, declared_currency, shipped_on, count(*) as parcel_count
    from parcels
    group by
        country, postcode, weight_g, length_mm, width_mm, height_mm, cargo_class, declared_minor, declared_currency,
        shipped_on
)

select quote.plan_id, sum(kind.parcel_count) as parcel_count, sum(quote.fee_cny_minor * kind.parcel_count) as fee
from quotes_for('kinds', date '2026-11-24', instead := 'new') as quote
inner join kinds as kind
    on kind.parcel_id = quote.parcel_id and kind.shipped_on = quote.plan_id
group by quote.plan_id
"""

_BATCH = "insert into batches (batch_id, shop_id, created_by, created_at) values ('B', 'default', 'b', $now)"

_DRAFT = """
insert into shipments by name
select
    'B-' || parcel.order_id as shipment_id, parcel.shop_id, 'B' as batch_id, parcel.order_id,
    row_number() over () as position, 'draft' as state, parcel.weight_g, 'sku' as weight_source, parcel.length_mm,
    parcel.width_mm, parcel.height_mm, parcel.cargo_class, parcel.declared_minor, parcel.declared_currency,
    $now as created_at, $now as changed_at
from order_parcels as parcel
"""

#: Every parcel was asked for, and its plan was offered for a little more than our card says.
_ASKED = """
insert into trial_requests
select shipment_id, 'b', $now, $now, 0, $now, '' from shipments
"""

_TRIALS = """
insert into trials
select shipment_id, plan_id, fee_minor + 10, currency, 5, 20, shipments.weight_g, length_mm, width_mm, height_mm, $now
from shipments
inner join quotes using (shipment_id, plan_id)
"""

_ORDERS = """
insert into orders by name
select
    'default' as shop_id, i::varchar as order_id, 'WAIT_SELLER_SEND_GOODS' as status, '' as status_label,
    (list_value('CPAM', 'YANWEN_AM', 'UPSE', null))[1 + i * 7 % 4] as buyer_plan_id,
    (list_value('AliExpress Standard', 'Yanwen', 'UPS', ''))[1 + i * 7 % 4] as buyer_service,
    $now as ordered_at, $now as paid_at, $now as ship_by_at, 'USD' as currency, $now as loaded_at, $now as changed_at
from range($count) as t (i)
"""

_LINES = """
insert into order_lines by name
select
    'default' as shop_id, i::varchar as order_id, 1 as line_no, 'SKU-' || (i % 300) as sku, '' as title,
    '' as attributes, 1 + i % 3 as quantity, 'piece' as unit, 0 as shipped_quantity
from range($count) as t (i)
"""

_RECEIVERS = """
insert into receivers by name
select
    'default' as shop_id, i::varchar as order_id, 'received' as version, '' as name,
    (list_value('US', 'RU', 'DE', 'FR', 'ES', 'IL', 'AU', 'BR', 'GB', 'NL', 'IE', 'PL'))[1 + i % 12] as country,
    '' as country_label, '' as province, '' as city, '' as address, '10001' as postcode, '' as phone, '' as mobile,
    '' as tax_number, $now as changed_at
from range($count) as t (i)
"""

_PRODUCTS = """
insert into products by name
select
    'SKU-' || i as sku, '' as title, 20 + (i * 37) % 600 as weight_g, 150 as length_mm, 100 as width_mm,
    30 as height_mm, 'general' as cargo_class, '样品' as declared_name_zh, 'sample' as declared_name_en,
    450 as declared_minor, 'USD' as declared_currency, '950300' as hs_code, $now as changed_at
from range(300) as t (i)
"""

_CARD = """
insert into rate_cards
select * replace (
    'new' as card_id, date '2026-11-24' as valid_from, null as active_from, $now as loaded_at, 'b' as loaded_by
)
from rate_cards
where card_id = 'cpam_registered-2025-11'
"""

_RATES = """
insert into rates
select * replace ('new' as card_id, per_kg_e4 * 21 // 20 as per_kg_e4)
from rates
where card_id = 'cpam_registered-2025-11'
"""


def _quotes() -> Iterator[Figure]:
    """Every parcel against every plan."""
    with _store() as app, _parcels(app) as cursor:
        bare = _best(cursor, _BARE, "bare")
        full = _best(cursor, _FULL, "quoted")
    yield Figure("bare join of orders and plans with their rates", bare, "s")
    yield Figure("all quotes, every part and obstacle", full, "s")
    yield Figure("rating_quotes", full / bare, "×", limit=4, against=f"the bare join of {PARCELS:,} parcels")


def _preview() -> Iterator[Figure]:
    """A new card before it is activated."""
    with _store() as app, _parcels(app, ORDERS) as cursor:
        full = _best(cursor, _FULL, "quoted")
    with _store() as app:
        with app.database.write() as work:
            now = NOW.replace(tzinfo=None)
            _execute(work, _ORDERS, count=ORDERS, now=now)
            _execute(work, _LINES, count=ORDERS)
            _execute(work, _RECEIVERS, count=ORDERS, now=now)
            _execute(work, _PRODUCTS, now=now)
            _execute(work, _CARD, now=now)
            _execute(work, _RATES)
        took = seconds(lambda: rates.preview(app, "new", page_size=500))
        found = rates.preview(app, "new", page_size=500)
    yield Figure("orders looked at by the preview", found.orders_total["parcel_count"], "orders")
    yield Figure("of these with another price or plan", found.orders_total["changed_count"], "orders")
    yield Figure("preview of a new card over 100,000 orders and all plans", took, "s")
    yield Figure("rating_preview", took / full, "×", limit=4, against="quoting the orders once")


def _cheapest() -> Iterator[Figure]:
    """The cheapest plan of every parcel, without its parts being kept."""
    with _store() as app, _parcels(app) as cursor:
        bare = _best(cursor, _BARE, "bare")
        cheapest = _best(cursor, _CHEAPEST, "cheapest")
    yield Figure("the cheapest plan of each parcel", cheapest, "s")
    yield Figure(
        "rating_cheapest", cheapest / bare, "×", limit=1.5, against=f"the bare join of {PARCELS:,} parcels"
    )


def _what_if() -> Iterator[Figure]:
    """What the cheapest plans would cost by another card, and what is sent already on the plans it went on."""
    with _store() as app, _parcels(app) as cursor:
        now = NOW.replace(tzinfo=None)
        cursor.execute(_CARD, {"now": now})
        cursor.execute(_RATES)
        cheapest = _best(cursor, _WHAT_IF, "what_if")
        shipped = _best(cursor, _WHAT_IF_SHIPPED, "what_if")
    of = f"{PARCELS:,} parcels × every plan, one card replaced"
    yield Figure("what_if_shipped", shipped, "s", limit=1, against=of)
    yield Figure("what_if", cheapest, "s", limit=1, against=of)


def _page() -> Iterator[Figure]:
    """The Plans page over a draft that is chosen for and asked about: the server time of a run after the first."""
    for count, limit in ((10_000, 0.5), (50_000, 1.5)):
        with _store() as app:
            now = NOW.replace(tzinfo=None)
            with app.database.write() as work:
                _execute(work, _ORDERS, count=count, now=now)
                _execute(work, _LINES, count=count)
                _execute(work, _RECEIVERS, count=count, now=now)
                _execute(work, _PRODUCTS, now=now)
                _execute(work, _BATCH, now=now)
                _execute(work, _DRAFT, now=now)
            plans.choose_by_policy(app, "B", Policy.CHEAPEST, by="b")
            with app.database.write() as work:
                _execute(work, _ASKED, now=now)
                _execute(work, _TRIALS, now=now)
            took, anew = _server_times(app)
        against = f"the Plans page over {count:,} parcels"
        yield Figure("page_compare", took, "s", limit=limit, against=against)
        yield Figure(
            "page_compare_anew", anew, "s", limit=limit, against=f"{against}, something written before"
        )


def _server_times(app: App) -> tuple[float, float]:
    """Median of five runs of the page after the first; and of five before each of which something was written."""

    def written() -> None:
        with app.database.write():
            pass

    kept = pages.runs(app, "plans", batch="B")
    anew = pages.runs(app, "plans", batch="B", before=written)
    return statistics.median(kept), statistics.median(anew)


FIGURES = {
    "rating_quotes": _quotes,
    "rating_preview": _preview,
    "rating_cheapest": _cheapest,
    "what_if": _what_if,
    "page_compare": _page,
}


@contextmanager
def _store() -> Iterator[App]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "store.duckdb")
        with database.write() as work:
            reference.load(work, Settings().reference)
        app = App(Settings(data=Path(folder)), database, now=lambda: NOW)
        yield app
        database.close()


@contextmanager
def _parcels(app: App, count: int = PARCELS) -> Iterator[duckdb.DuckDBPyConnection]:
    """Parcels, on a cursor without a transaction: a table that is dropped gives its memory back at once."""
    with app.database._cursor() as cursor:
        cursor.execute(_PARCELS, {"count": count})
        yield cursor


def _best(cursor: duckdb.DuckDBPyConnection, script: str, made: str) -> float:
    found = []
    for _ in range(2):
        cursor.execute(f"drop table if exists {made}")
        found.append(seconds(lambda: cursor.execute(script)))
    cursor.execute(f"drop table if exists {made}")
    return min(found)


def _execute(work: Work, script: str, **values: object) -> None:
    work._cursor.execute(script, values)

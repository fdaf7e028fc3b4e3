"""The check before shipping over a million receivers, beside a bare scan that counts the same bytes."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import duckdb

from benchmarks.measure import Figure, seconds
from lib.config import Settings
from lib.services import checks
from lib.store import reference
from lib.store.database import Database

ROWS = 1_000_000

#: One row per receiver: mobiles and landlines as exports have them, postcodes of ten countries, now and then a fault.
_RECEIVERS = """
insert into receivers
with forms as (
    from (
        values
            ('US', '1', '3055550199', '33101'), ('RU', '7', '9161234567', '101000'),
            ('DE', '49', '15112345678', '10115'), ('FR', '33', '612345678', '75001'),
            ('ES', '34', '612345678', '28001'), ('BR', '55', '11987654321', '01310-100'),
            ('GB', '44', '7400123456', 'SW1A 1AA'), ('PL', '48', '512345678', '00-001'),
            ('KR', '82', '1012345678', '03051'), ('IE', '353', '851234567', 'D02 AF30')
    ) as form (country, code, number, postcode)
),

places as (
    select row_number() over () - 1 as place, *
    from forms
),

numbers as (
    select
        i,
        (i % 10)::bigint as place,
        i % 97 = 0 as is_faulty,
        left(number, length(number) - 5) || lpad(((i * 7919) % 100000)::varchar, 5, '0') as number
    from range($row_count) as row (i)
    inner join places
        on places.place = i % 10
)

select
    'default', lpad(i::varchar, 16, '0'), 'received', 'Receiver ' || i, country, country, 'Province ' || i % 50,
    'City ' || i % 900, (i % 300) || ' Sample Street ' || i,
    case when is_faulty then 'x' else postcode end,
    case when i % 3 = 0 then '0' || numbers.number else '' end,
    case when is_faulty and i % 2 = 0 then '' when i % 3 = 0 then '' else code || numbers.number end,
    case when country = 'BR' then '11144477735' when country = 'KR' then 'P123456789012' else '' end,
    null, timestamp '2026-01-01'
from numbers
inner join places
    using (place)
"""
_ORDERS = """
insert into orders
select
    'default', order_id, 'WAIT_SELLER_SEND_GOODS', '', null, null, null, 'USD', null, null, null, null, null, null,
    null, null, timestamp '2026-01-01', timestamp '2026-01-01'
from receivers
"""
_SCAN = """
select count(*)
from receivers
where strlen(name) > 90 or strlen(province) > 48 or strlen(city) > 48 or strlen(address) > 90
    or strlen(phone) > 54 or strlen(mobile) > 30
"""


def run() -> list[Figure]:
    """Time the check and the scan in one store of ROWS awaiting orders, on the cores there are."""
    database = Database(None)
    with database.write() as work:
        reference.load(work, Settings().reference)
    cursor = database._connection.cursor()
    cursor.execute(_RECEIVERS, {"row_count": ROWS})
    cursor.execute(_ORDERS)
    scanned = min(seconds(lambda: cursor.execute(_SCAN).fetchall()) for _ in range(3))
    began = time.process_time()
    checked = seconds(lambda: _check(database))
    worked = time.process_time() - began
    [(found,)] = cursor.execute("select count(*) from findings").fetchall()
    again = seconds(lambda: _check(database))
    one = seconds(lambda: _change_one(database, cursor))
    cursor.close()
    database.close()
    assert found > 0
    return [
        Figure("1,000,000 receivers checked", checked, "s"),
        Figure("… processor time per receiver", worked / ROWS * 1e6, "µs"),
        Figure("… against a bare scan with the same byte lengths", checked / scanned, "×"),
        Figure("… findings", float(found), ""),
        Figure("nothing changed: checked again, against the first time", again / checked, "×", limit=0.25),
        Figure("one receiver changed: checked again, against the first time", one / checked, "×", limit=0.25),
    ]


def _check(database: Database) -> None:
    with database.write() as work:
        checks.refresh(work, "default", datetime.now(UTC))


def _change_one(database: Database, cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute(
        "update receivers set mobile = '', changed_at = now()::timestamp where order_id = lpad('7', 16, '0')"
    )
    _check(database)

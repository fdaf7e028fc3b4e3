"""Rating: one statement for every parcel and plan, against figures worked by hand from the published tables."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.domain.plans import Cargo, Obstacle
from lib.store import plans
from lib.store.database import Database

TODAY = date(2026, 11, 24)


def quote(
    store: Database, plan_id: str, *, country: str, weight_g: int, on: date = TODAY, **more: object
) -> dict:
    with store.read() as work:
        plans.rate_parcel(work, country=country, weight_g=weight_g, on=on, **more)  # type: ignore[arg-type]
        return next(row for row in plans.options(work, "parcel") if row["plan_id"] == plan_id)


@pytest.mark.parametrize(
    ("plan_id", "country", "weight_g", "fee_minor"),
    [
        ("CPAM", "RU", 150, 2815),
        ("CPAM", "RU", 151, 2777),
        ("YANWEN_AM", "US", 100, 1362),
        ("CPAM", "US", 100, 1952),
        ("YANWEN_AM", "US", 250, 3074),
        ("CPAM", "US", 250, 2775),
    ],
)
def test_fees_are_those_worked_by_hand(
    store: Database, plan_id: str, country: str, weight_g: int, fee_minor: int
) -> None:
    found = quote(store, plan_id, country=country, weight_g=weight_g)
    assert (found["fee_minor"], found["currency"], found["obstacles"]) == (fee_minor, "CNY", 0)


@pytest.mark.parametrize(
    ("plan_id", "heavy_g", "cheaper", "priced"), [("CPAM", 150, 24, 213), ("YANWEN_AM", 300, 39, 39)]
)
def test_a_gram_more_costs_less_where_the_published_tables_say_so(
    store: Database, plan_id: str, heavy_g: int, cheaper: int, priced: int
) -> None:
    """24 of the 213 destinations of registered small packets at 151 g; every one of Yanwen's at 301 g.

    A suspended destination is in the table like any other.
    """
    with store.read() as work:
        work._cursor.execute(
            """
            create temp table parcels as
            select country || '|' || grams as parcel_id, country, '' as postcode, grams as weight_g,
                null::bigint as length_mm, null::bigint as width_mm, null::bigint as height_mm,
                'general' as cargo_class, null::bigint as declared_minor, null::varchar as declared_currency
            from (select distinct country from rates), (select unnest([$heavy_g, $heavy_g + 1])::bigint as grams)
            """,
            {"heavy_g": heavy_g},
        )
        at, above = work._cursor.execute(
            """
            select count(*), count(*) filter (where above_fee < at_fee)
            from (
                select
                    max(fee_minor) filter (where parcel_id like '%|' || $heavy_g) as at_fee,
                    max(fee_minor) filter (where parcel_id like '%|' || ($heavy_g + 1)) as above_fee
                from quotes_for('parcels', $day) where plan_id = $plan_id and obstacles in (0, $suspended)
                group by split_part(parcel_id, '|', 1)
            )
            """,
            {"heavy_g": heavy_g, "day": TODAY, "plan_id": plan_id, "suspended": Obstacle.SUSPENDED.value},
        ).fetchall()[0]
    assert (above, at) == (cheaper, priced)


def test_a_minimum_weight_is_charged(store: Database) -> None:
    with store.read() as work:
        [least] = work._cursor.execute(
            "select country, min_billable_g from rates where card_id like 'epacket%' and min_billable_g = 50 limit 1"
        ).fetchall()
    light = quote(store, "EMS_ZX_ZX_US", country=least[0], weight_g=10)
    heavier = quote(store, "EMS_ZX_ZX_US", country=least[0], weight_g=50)
    assert light["chargeable_g"] == 50
    assert light["fee_minor"] == heavier["fee_minor"]


def test_a_volumetric_plan_charges_the_greater_weight_in_whole_kilograms(store: Database) -> None:
    by_weight = quote(store, "UPSE", country="US", weight_g=900)
    by_volume = quote(store, "UPSE", country="US", weight_g=900, sizes_mm=(300, 200, 100))
    assert by_weight["chargeable_g"] == 1000
    assert by_volume["chargeable_g"] == 2000, "30 × 20 × 10 cm / 5000 = 1.2 kg, and the next whole one"
    assert by_weight["fee_minor"] == 13790


@pytest.mark.parametrize(
    ("plan_id", "more", "obstacle"),
    [
        ("CPAM", {"weight_g": 2001, "country": "RU"}, Obstacle.TOO_HEAVY),
        ("CPAM", {"weight_g": 100, "country": "RU", "cargo_class": Cargo.BATTERY}, Obstacle.CARGO),
        ("CPAM", {"weight_g": 100, "country": "RU", "sizes_mm": (700, 50, 50)}, Obstacle.TOO_LARGE),
        ("CPAM", {"weight_g": 100, "country": "ZA"}, Obstacle.SUSPENDED),
        ("CPAM", {"weight_g": 100, "country": "XX"}, Obstacle.NO_RATE),
        ("CAINIAO_STANDARD", {"weight_g": 400, "country": "DE"}, Obstacle.NO_RATE),
        ("CAINIAO_PREMIUM", {"weight_g": 400, "country": "US"}, Obstacle.NO_RATE),
    ],
)
def test_a_plan_that_cannot_carry_a_parcel_says_why(
    store: Database, plan_id: str, more: dict, obstacle: Obstacle
) -> None:
    assert Obstacle(quote(store, plan_id, **more)["obstacles"]) is obstacle


def test_a_day_before_the_first_card_has_no_rate(store: Database) -> None:
    found = quote(store, "CPAM", country="RU", weight_g=100, on=date(2024, 1, 1))
    assert Obstacle(found["obstacles"]) is Obstacle.NO_RATE


def test_dollars_are_compared_by_the_dated_rate(store: Database) -> None:
    found = quote(store, "CAINIAO_ECONOMY", country="IE", weight_g=100)
    with store.read() as work:
        rate = work._cursor.execute("select max(rate_e6) from fx_rates where currency = 'USD'").fetchall()[0][
            0
        ]
    assert found["currency"] == "USD"
    assert found["fee_cny_minor"] == (found["fee_minor"] * rate + 500_000) // 1_000_000


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    country=st.sampled_from(["RU", "US", "DE", "FR", "ES", "IL", "AU", "BR", "JP"]),
    weight_g=st.integers(1, 2100),
)
def test_parts_add_up_and_agree_with_plain_arithmetic(store: Database, country: str, weight_g: int) -> None:
    with store.read() as work:
        plans.rate_parcel(work, country=country, weight_g=weight_g, on=TODAY)
        for row in plans.options(work, "parcel"):
            if row["fee_minor"] is None:
                continue
            parts = ("item_fee_minor", "weight_fee_minor", "first_fee_minor", "step_fee_minor")
            assert row["fee_minor"] == sum(row[part] for part in parts)
            assert row["weight_fee_minor"] == _weight_fee(work, row, country)


def _weight_fee(work: plans.Work, row: dict, country: str) -> int:
    """Decimal arithmetic over the published row: rate × kilograms, half a cent up."""
    found = work._cursor.execute(
        """
        select per_kg_e4
        from rates
        where card_id = $card_id and country = $country and cargo_class = 'general'
            and $chargeable_g between min_g and max_g
        """,
        {"card_id": row["card_id"], "country": country, "chargeable_g": row["chargeable_g"]},
    ).fetchall()
    exact = Decimal(found[0][0]) / 10_000 * Decimal(row["chargeable_g"]) / 1000 * 100
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))

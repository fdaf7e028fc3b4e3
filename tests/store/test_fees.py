"""Every fee of every card against an independent reference, over parcels that crowd where prices jump."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.config import Settings
from lib.domain.plans import FEE_PARTS, Obstacle
from lib.store import reference
from lib.store.database import Database, Work
from tests.store import fee_reference
from tests.store.fee_reference import Fee, Parcel

TODAY = date(2026, 11, 24)
PARCELS = 20_500
EDGES = (1, 10, 30, 50, 80, 100, 101, 150, 300, 500, 1000, 2000, 3000, 5000, 20_000, 31_000, 44_000, 70_000)


def parcels() -> list[Parcel]:
    """The same every run: every country of every list, weights at and beside every edge, many in Russia."""
    chance = random.Random(20261124)
    countries = sorted({*fee_reference.small_packets(), *fee_reference.courier_bands(), "XX"})
    found = []
    for place in range(PARCELS):
        edge = chance.choice(EDGES) + chance.choice((-1, 0, 1))
        weight_g = max(1, chance.choice((edge, edge, chance.randint(1, 2100), chance.randint(1, 75_000))))
        sizes_mm = None
        if chance.random() < 0.6:
            longest = chance.choice((60, 399, 400, 401, 600, 601, 1050, chance.randint(10, 1200)))
            sizes_mm = (longest, chance.randint(5, 500), chance.randint(2, 400))
        worth = chance.choice((None, 500, 999, 1000, 1001, 2000, 5000, 150_000, 150_001))
        found.append(
            Parcel(
                parcel_id=str(place),
                country="RU" if place % 6 == 0 else chance.choice(countries),
                weight_g=weight_g,
                sizes_mm=sizes_mm,
                cargo=chance.choice(("general",) * 9 + ("battery", "special")),
                worth_minor=worth,
                worth_currency=chance.choice(("USD", "RUB")) if worth else None,
            )
        )
    return found


def as_table(work: Work, given_parcels: Sequence[Parcel]) -> None:
    frame = pd.DataFrame(
        {
            "parcel_id": [one.parcel_id for one in given_parcels],
            "country": [one.country for one in given_parcels],
            "postcode": pd.Series([one.postcode for one in given_parcels], dtype="str"),
            "weight_g": [one.weight_g for one in given_parcels],
            "cargo_class": [one.cargo for one in given_parcels],
            "declared_minor": pd.Series([one.worth_minor for one in given_parcels], dtype="Int64"),
            "declared_currency": pd.Series([one.worth_currency for one in given_parcels], dtype="str"),
        }
    )
    for side, name in enumerate(("length_mm", "width_mm", "height_mm")):
        frame[name] = pd.array(
            [one.sizes_mm[side] if one.sizes_mm else None for one in given_parcels], "Int64"
        )
    work._cursor.register("given_parcels", frame)
    work._cursor.execute("create or replace temp table parcels as select * from given_parcels")
    work._cursor.unregister("given_parcels")


def quotes(work: Work, channel: str) -> Iterator[dict[str, Any]]:
    """The quotes, their plan's limits and the converted amount beside them."""
    cursor = work._cursor.execute(
        "select * from quotes_for('parcels', $day, sold := $channel)", {"day": TODAY, "channel": channel}
    )
    columns = [column[0] for column in cursor.description or []]
    for row in cursor.fetchall():
        yield dict(zip(columns, row, strict=True))


@pytest.fixture(scope="module")
def plan_rows(prepared: Any) -> dict[str, dict[str, Any]]:
    database = Database(prepared)
    with database.read() as work:
        cursor = work._cursor.execute(
            "select plan.*, list(cargo.cargo_class) as cargo from plans as plan inner join plan_cargo as cargo "
            "using (plan_id) group by all"
        )
        columns = [column[0] for column in cursor.description or []]
        found = {row[0]: dict(zip(columns, row, strict=True)) for row in cursor.fetchall()}
    database.close()
    return found


def test_every_fee_of_every_card_is_the_one_worked_out_by_hand(
    store: Database, plan_rows: dict[str, dict[str, Any]]
) -> None:
    sent = parcels()
    expected = {one.parcel_id: (one, fee_reference.fees(one)) for one in sent}
    seen: dict[str, int] = {}
    rounded = 0
    with store.read() as work:
        as_table(work, sent)
        for channel in ("online", "elsewhere"):
            for quote in quotes(work, channel):
                parcel, by_plan = expected[quote["parcel_id"]]
                fee = by_plan.get(quote["plan_id"])
                assert parts(quote) == (fee and (fee.item, fee.weight, fee.first, fee.step)), (parcel, quote)
                assert quote["fee_minor"] == (fee.total if fee else None), (parcel, quote)
                assert quote["obstacles"] == obstacles(parcel, fee, plan_rows[quote["plan_id"]]), (
                    parcel,
                    quote,
                )
                assert quote["fee_cny_minor"] == in_cny(fee, quote["currency"])
                if fee:
                    seen[quote["plan_id"]] = seen.get(quote["plan_id"], 0) + 1
                    rounded += quote["currency"] == "USD"
    assert len(sent) >= 20_000
    assert len(seen) == 16, "every plan with a card was compared"
    assert min(seen.values()) >= 200, seen
    assert sum(seen.values()) >= 50_000
    assert rounded


def parts(quote: dict[str, Any]) -> tuple[int, int, int, int] | None:
    """The parts the reference knows of; the lists have no surcharges."""
    if quote["fee_minor"] is None:
        return None
    assert quote["fuel_fee_minor"] == quote["remote_fee_minor"] == 0
    return (
        quote["item_fee_minor"],
        quote["weight_fee_minor"],
        quote["first_fee_minor"],
        quote["step_fee_minor"],
    )


def in_cny(fee: Fee | None, currency: str | None) -> int | None:
    """7.10 CNY for a dollar, as data/reference/fx_rates.csv assumes; half a fen up."""
    if fee is None:
        return None
    return fee.total if currency == "CNY" else (fee.total * 710 + 50) // 100


def obstacles(parcel: Parcel, fee: Fee | None, plan: dict[str, Any]) -> int:
    found = Obstacle(0)
    heavy = plan["max_weight_g"] is not None and parcel.weight_g > plan["max_weight_g"]
    takes = parcel.cargo in plan["cargo"]
    if heavy:
        found |= Obstacle.TOO_HEAVY
    if parcel.sizes_mm and plan["max_longest_mm"]:
        longest, total = max(parcel.sizes_mm), sum(parcel.sizes_mm)
        if longest > plan["max_longest_mm"] or total > plan["max_sum_mm"]:
            found |= Obstacle.TOO_LARGE
    if not takes:
        found |= Obstacle.CARGO
    if fee and fee.suspended:
        found |= Obstacle.SUSPENDED
    if fee is None and takes and not heavy:
        found |= Obstacle.NO_RATE
    # In thousandths of a fen: 7.10 CNY for a dollar, 0.088 for a rouble.
    per_unit = {"USD": 7100, "RUB": 88}
    cap = plan["max_declared_minor"]
    if parcel.worth_minor and cap:
        worth = parcel.worth_minor * per_unit[str(parcel.worth_currency)]
        if worth > cap * per_unit[plan["max_declared_currency"]]:
            found |= Obstacle.TOO_DEAR
    return int(found)


@pytest.fixture
def surcharged(store: Database) -> Database:
    """The courier's card with surcharges, which nobody publishes: 13.75 % fuel, remote areas by prefix."""
    extras = [
        ("fuel", "", "", 1375, 0, 0),
        ("fuel", "CA", "", 900, 0, 0),
        ("remote_area", "US", "99", 0, 15_000, 0),
        ("remote_area", "US", "995", 0, 20_000, 35_000),
        ("remote_area", "CA", "X0A", 0, 0, 61_234),
    ]
    with store.write() as work:
        for extra in extras:
            work._cursor.execute(
                "insert into surcharges values ('ups_expedited-2025-11', ?, ?, ?, ?, ?, ?)", list(extra)
            )
    return store


@pytest.mark.parametrize(
    ("country", "postcode", "fuel_e2", "remote", "per_kg_e4"),
    [
        ("US", "10001", 1375, 0, 0),
        ("US", "99 201-1", 1375, 15_000, 0),
        ("US", "99501", 1375, 20_000, 35_000),
        ("CA", "x0a 0h0", 900, 0, 61_234),
        ("DE", "99501", 1375, 0, 0),
        ("US", None, 1375, 0, 0),
    ],
)
def test_a_surcharge_is_a_part_of_its_own_by_the_longest_prefix(
    surcharged: Database, country: str, postcode: str | None, fuel_e2: int, remote: int, per_kg_e4: int
) -> None:
    with surcharged.read() as work:
        as_table(work, [Parcel("1", country, 25_300, None, "general", postcode=postcode)])
        quote = next(one for one in quotes(work, "online") if one["plan_id"] == "UPSE")
    freight = quote["item_fee_minor"] + quote["weight_fee_minor"]
    assert freight > 0
    assert quote["fuel_fee_minor"] == (freight * fuel_e2 + 5000) // 10_000
    assert quote["remote_fee_minor"] == remote + (per_kg_e4 * 26_000 + 50_000) // 100_000
    assert quote["fee_minor"] == freight + quote["fuel_fee_minor"] + quote["remote_fee_minor"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    country=st.sampled_from(["RU", "US", "CA", "DE", "IL", "BR", "ZA", "XX"]),
    weight_g=st.integers(1, 80_000),
    sizes_mm=st.none() | st.tuples(*[st.integers(1, 1500)] * 3),
    postcode=st.sampled_from([None, "", "99501", "X0A 0H0", "990 00"]),
    channel=st.sampled_from(["online", "elsewhere"]),
)
def test_no_parcel_has_parts_that_do_not_add_up(
    surcharged: Database,
    country: str,
    weight_g: int,
    sizes_mm: tuple[int, int, int] | None,
    postcode: str | None,
    channel: str,
) -> None:
    with surcharged.read() as work:
        as_table(work, [Parcel("1", country, weight_g, sizes_mm, "general", postcode=postcode)])
        for quote in quotes(work, channel):
            amounts = [quote[column] for column in FEE_PARTS]
            if quote["fee_minor"] is None:
                assert set(amounts) == {None}
                assert quote["obstacles"]
                assert (quote["currency"], quote["fee_cny_minor"], quote["chargeable_g"]) == (
                    None,
                    None,
                    None,
                )
            else:
                assert quote["fee_minor"] == sum(amounts)
                assert min(amounts) >= 0
                assert quote["chargeable_g"] >= weight_g
                assert quote["currency"] in ("CNY", "USD")


def test_a_newer_list_of_the_program_leaves_nothing_of_the_older_one(store: Database) -> None:
    count = "select count(*) from rates where card_id = 'cpam_registered-2025-11'"
    with store.write() as work:
        work._cursor.execute(
            "insert into rates select * replace ('SRB' as country) from rates "
            "where card_id = 'cpam_registered-2025-11' and country = 'RS'"
        )
        work._cursor.execute("delete from reference_files where name like 'rates/cpam%'")
        reference.load(work, Settings().reference)
        assert work._cursor.execute(count).fetchall() == [(639,)]

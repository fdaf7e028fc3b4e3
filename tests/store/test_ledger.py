"""The return-fee ledger: every amount has its stage, and the totals are the sum of the rows, whatever goes on."""

from __future__ import annotations

import threading
from pathlib import Path

import pandas as pd
import pytest

from lib.app import App
from lib.config import Settings
from lib.services import ledger
from lib.services.ledger import AXES, Ledger
from lib.store.database import Database
from tests.store.history import NOW, Parcel, write

#: Each total, and the column of the rows it is the sum of, over which rows.
SUMS = {
    "fee_minor": ("fee_cny_minor", "True"),
    "fee_assumed_minor": ("fee_cny_minor", "fee_stage == 'assumed'"),
    "freight_minor": ("freight_cny_minor", "is_failed"),
    "recovered_minor": ("recovered_cny_minor", "return_kind != 'domestic'"),
    "recovered_assumed_minor": (
        "recovered_cny_minor",
        "return_kind != 'domestic' and recovered_stage == 'assumed'",
    ),
    "recovered_domestic_minor": ("recovered_cny_minor", "return_kind == 'domestic'"),
    "net_minor": ("net_cny_minor", "True"),
}
#: A parcel is back with its seller.
BACK = """
update tracked_outcomes
set outcome = 'returned', returned_at = now()::timestamp, return_kind = 'overseas'
where shipment_id = ?
"""
COLUMN = {"month": "month", "country": "country", "plan": "plan_id", "decision": "decision"}


@pytest.fixture
def app(store: Database, tmp_path: Path) -> App:
    return App(Settings(data=tmp_path), store, now=lambda: NOW)


def sql(database: Database, statement: str, *values: object) -> None:
    with database.write() as work:
        work._cursor.execute(statement, list(values))


def check_in(database: Database, shipment_id: str, minor: int) -> None:
    sql(
        database,
        "insert into return_checkins values (?, now()::timestamp, 'good', ?, 'CNY', '', 't', now()::timestamp)",
        shipment_id,
        minor,
    )


def by_id(found: Ledger) -> dict[str, dict[str, object]]:
    return {row["shipment_id"]: row for row in found.rows.to_dict("records")}


def assert_adds_up(found: Ledger) -> None:
    """Every total, of all and along every axis, is the sum of its rows to the minor unit."""
    assert found.total is not None
    groups = [(found.total, found.rows)]
    for axis in AXES:
        assert sum(one["parcel_count"] for one in found.by[axis]) == len(found.rows)
        values = found.rows[COLUMN[axis]]
        texts = values.dt.strftime("%Y-%m") if axis == "month" else values.astype("str")
        groups += [(one, found.rows[texts == one["value"]]) for one in found.by[axis]]
    for total, rows in groups:
        assert total["parcel_count"] == len(rows)
        kinds = rows.assign(
            return_kind=rows["return_kind"].astype("object").where(rows["return_kind"].notna(), "-")
        )
        for name, (column, which) in SUMS.items():
            chosen = kinds if which == "True" else kinds.query(which)
            assert total[name] == int(chosen[column].fillna(0).sum()), (total["axis"], total["value"], name)


def test_the_ledger_has_what_paid_for_return_or_failed_and_nothing_else(app: App) -> None:
    write(
        app.database,
        [
            Parcel("paid-delivered", delivered=20),
            Parcel("paid-back", failed=30, returned=100),
            Parcel("free-delivered", decision="destroy", delivered=20),
            Parcel("free-failed", decision="destroy", failed=30, destroyed=40),
            Parcel("sent-back-in-china", decision="destroy", failed=None, kind="domestic", returned=12),
            Parcel("on-its-way", decision="destroy"),
        ],
    )  # fmt: skip
    found = ledger.read(app)
    rows = by_id(found)
    assert set(rows) == {"paid-delivered", "paid-back", "free-failed", "sent-back-in-china"}
    assert [rows[one]["fee_minor"] for one in ("paid-delivered", "paid-back")] == [500, 500]
    assert pd.isna(rows["free-failed"]["fee_minor"])
    assert rows["free-failed"]["is_destroyed"]
    assert found.total is not None
    assert (found.total["paid_count"], found.total["failed_count"], found.total["returned_count"]) == (
        2,
        2,
        1,
    )
    assert (found.total["domestic_count"], found.total["destroyed_count"]) == (1, 1)


def test_what_comes_back_inside_china_is_told_apart_and_no_gain_of_the_fee(app: App) -> None:
    write(
        app.database,
        [Parcel("abroad", failed=30, returned=100), Parcel("china", kind="domestic", returned=9)],
    )
    found = ledger.read(app)
    rows = by_id(found)
    assert [rows[one]["return_kind"] for one in ("abroad", "china")] == ["overseas", "domestic"]
    assert rows["abroad"]["net_cny_minor"] == 10_000 * 7 // 10 - 300 - 500
    assert rows["china"]["net_cny_minor"] == -500
    assert found.total is not None
    assert found.total["recovered_domestic_minor"] == 6700
    assert_adds_up(found)


def test_a_bill_and_a_check_in_replace_what_was_assumed(app: App) -> None:
    write(app.database, [Parcel("a", failed=30, returned=100), Parcel("b", failed=30, returned=100)])
    before = ledger.read(app)
    assert set(before.rows["fee_stage"]) == set(before.rows["recovered_stage"]) == {"assumed"}
    assert set(before.rows["freight_stage"]) == {"quoted"}
    sql(
        app.database,
        "insert into fees values ('a', 'return_service', 'actual', 620, 'CNY', now()::timestamp)",
    )
    sql(app.database, "insert into fees values ('a', 'freight', 'actual', 1999, 'CNY', now()::timestamp)")
    check_in(app.database, "a", 4321)
    after = ledger.read(app)
    row = by_id(after)["a"]
    assert (row["fee_minor"], row["fee_stage"]) == (620, "billed")
    assert (row["freight_minor"], row["freight_stage"]) == (1999, "billed")
    assert (row["recovered_minor"], row["recovered_stage"], row["net_cny_minor"]) == (
        4321,
        "counted",
        4321 - 620,
    )
    assert after.total is not None
    assert (after.total["fee_minor"], after.total["fee_assumed_minor"]) == (1120, 500)
    assert after.total["recovered_assumed_minor"] == 6700
    assert_adds_up(after)


def test_goods_without_a_purchase_cost_are_worth_what_the_buyer_paid_and_never_what_is_declared(
    app: App,
) -> None:
    write(app.database, [Parcel("sold", failed=30, returned=100, purchase_minor=None)])
    sql(app.database, "update shipments set declared_minor = 1, declared_currency = 'USD'")
    with app.database.read() as work:
        rate = work._cursor.execute(
            "select rate_e6 from exchange_on(?) where currency = 'USD'", [NOW.date()]
        ).fetchall()[0][0]
    worth = (9_000 * rate + 500_000) // 1_000_000
    row = by_id(ledger.read(app))["sold"]
    assert row["recovered_minor"] == (worth * 7000 + 5000) // 10_000 - 300


def test_a_foreign_amount_is_converted_row_by_row_and_one_without_a_rate_is_counted_as_such(app: App) -> None:
    write(app.database, [Parcel(f"p{n}", delivered=20, fee_minor=333 + n) for n in range(3)])
    sql(
        app.database, "update fees set currency = 'USD' where kind = 'return_service' and shipment_id <> 'p2'"
    )
    sql(app.database, "update fees set currency = 'XAF' where kind = 'return_service' and shipment_id = 'p2'")
    found = ledger.read(app)
    assert found.total is not None
    assert found.total["unconverted_count"] == 1
    assert by_id(found)["p0"]["fee_currency"] == "USD"
    assert_adds_up(found)


def test_the_platforms_own_decision_is_the_one_that_counts(app: App) -> None:
    write(app.database, [Parcel("downgraded", failed=30, destroyed=50)])
    sql(app.database, "update shipments set found_undeliverable = 'destroy'")
    row = by_id(ledger.read(app))["downgraded"]
    assert (row["decision"], pd.isna(row["fee_minor"])) == ("destroy", True)


def test_totals_are_the_sum_of_the_rows_also_while_events_come_in(app: App) -> None:
    write(
        app.database,
        [
            Parcel(
                f"s{n}", days_ago=30 + n % 200, country=("BR", "RU", "US")[n % 3], decision=("return",
                "destroy")[n % 2], failed=20 if n % 5 == 0 else None, purchase_minor=1_001 + 37 * n,
                fee_minor=400 + n % 7,
            )
            for n in range(400)
        ],
    )  # fmt: skip
    done = threading.Event()

    def events() -> None:
        for n in range(0, 400, 5):
            sql(app.database, BACK, f"s{n}")
            check_in(app.database, f"s{n}", 1_111 + n)
        done.set()

    writer = threading.Thread(target=events)
    writer.start()
    seen = set()
    while not done.is_set() or len(seen) < 2:
        found = ledger.read(app)
        assert_adds_up(found)
        assert found.total is not None
        seen.add(found.total["recovered_minor"])
    writer.join()
    assert len(seen) > 1  # The ledger did change between two readings.
    assert_adds_up(ledger.read(app))


def test_rows_are_filtered_and_paged_and_the_totals_stay_those_of_all(app: App) -> None:
    write(
        app.database,
        [Parcel("a", country="BR"), Parcel("b", country="RU"), Parcel("c", country="RU", days_ago=10)],
    )
    found = ledger.read(app, country="RU", page_size=1)
    assert found.rows["shipment_id"].tolist() == ["c"]
    assert found.total is not None
    assert found.total["parcel_count"] == 3


def test_an_empty_ledger_has_no_total(app: App) -> None:
    found = ledger.read(app)
    assert (len(found.rows), found.total, found.by["month"]) == (0, None, [])

"""Orders: filters, corrections, and what only the platform knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lib.domain.orders import OrderFilter
from lib.domain.problems import Problem
from lib.services import batches, checks, orders, sync
from tests.builders import a_products_cell, an_export_row
from tests.conftest import HTTP, Desk, Stocked


def some_of_each() -> list[dict[str, str]]:
    soon = f"{datetime.now(UTC) + timedelta(hours=5) - timedelta(hours=8):%Y-%m-%d %H:%M}"
    return [
        an_export_row(订单备注="please gift wrap", 买家选择物流="ePacket"),
        an_export_row(收货国家="Germany", 邮编="10115", 手机="4915112345678", 发货期限=soon),
        an_export_row(products=a_products_cell(("SKU-1", 2), ("SKU-2", 1)), 买家选择物流=""),
        an_export_row(products=a_products_cell(("UNKNOWN", 1))),
    ]


@pytest.fixture
def mixed(stocked: Stocked) -> Desk:
    return stocked("some-of-each", some_of_each)


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        (OrderFilter(), 4),
        (OrderFilter(countries=("DE",)), 1),
        (OrderFilter(countries=("DE", "IE")), 4),
        (OrderFilter(services=("ePacket", "")), 2),
        (OrderFilter(with_note=True), 1),
        (OrderFilter(with_note=False), 3),
        (OrderFilter(several=True), 1),
        (OrderFilter(blocked=True), 1),
        (OrderFilter(on_hold=True), 0),
        (OrderFilter(partly=True), 0),
        (OrderFilter(shops=("nobody",)), 0),
    ],
)
def test_filters_choose(mixed: Desk, chosen: OrderFilter, count: int) -> None:
    assert len(orders.matching_ids(mixed.app, chosen)) == count
    assert orders.pending(mixed.app, chosen).totals["order_count"] == count


def test_an_order_number_is_found_by_a_part_of_it(mixed: Desk) -> None:
    wanted = mixed.order_ids()[1]
    assert orders.matching_ids(mixed.app, OrderFilter(wanted=wanted[-6:])) == [wanted]


def test_a_page_knows_its_totals(mixed: Desk) -> None:
    page = orders.pending(mixed.app, OrderFilter(blocked=False), page=1, page_size=2)
    assert (len(page.orders), page.page_count, page.totals["order_count"]) == (2, 2, 3)
    assert page.totals["value"] == {"USD": 3 * 5890}
    assert page.totals["weight_g"] > 0
    assert orders.pending(mixed.app, OrderFilter(), page=99).page == 1


def test_time_alone_ends_a_hold_and_makes_an_order_overdue(
    mixed: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, soon = mixed.app.now(), OrderFilter(countries=("DE",))
    [held] = orders.matching_ids(mixed.app, soon)
    orders.hold(mixed.app, [held], reason="gift", until=start + timedelta(hours=1), by="tester")
    before = orders.pending(mixed.app, soon)
    assert (before.counts["held"], before.totals["overdue_count"]) == (1, 0)
    assert before.orders["hold_reason"].tolist() == ["gift"]
    overdue = {one["code"]: one["order_count"] for one in checks.groups(mixed.app)}["overdue"]
    monkeypatch.setattr(mixed.app, "now", lambda: start + timedelta(hours=6))
    after = orders.pending(mixed.app, soon)
    assert (after.counts["held"], after.totals["overdue_count"]) == (0, 1)
    assert after.orders["hold_until_at"].isna().all()
    assert {one["code"]: one["order_count"] for one in checks.groups(mixed.app)}["overdue"] == overdue + 1


def test_a_correction_is_kept_beside_what_was_received(empty_desk: Desk) -> None:
    empty_desk.load([an_export_row(邮编="odd")])
    [order_id] = empty_desk.order_ids()
    received = orders.detail(empty_desk.app, order_id)["receivers"]["received"]
    assert orders.correct_receiver(empty_desk.app, order_id, replace(received, postcode="?"), by="x") != []
    assert (
        orders.correct_receiver(empty_desk.app, order_id, replace(received, postcode=" D02 AF30 "), by="x")
        == []
    )
    found = orders.detail(empty_desk.app, order_id)
    assert found["receivers"]["received"] == received
    assert found["receivers"]["corrected"].postcode == "D02 AF30"
    assert found["findings"] == []
    assert len(batches.create(empty_desk.app, [order_id], by="x").order_ids) == 1


def test_the_country_of_a_receiver_cannot_change(desk: Desk) -> None:
    order_id = desk.order_ids()[0]
    received = orders.detail(desk.app, order_id)["receivers"]["received"]
    with pytest.raises(Problem, match="country_fixed"):
        orders.correct_receiver(desk.app, order_id, replace(received, country="FR"), by="x")


def test_a_sync_brings_what_no_export_carries(empty_desk: Desk) -> None:
    part = an_export_row(products=a_products_cell(("SKU-1", 1), ("SKU-2", 3)), 订单状态="部分发货")
    part |= {"实际发货物流:运单号": "AliExpress Standard Shipping:LV000000000CN"}
    brazil = an_export_row(收货国家="Brazil", 邮编="01310-100", 手机="5511987654321")
    empty_desk.load([part, brazil])
    assert orders.counts(empty_desk.app)["blocked"] == 2
    sync.sync(empty_desk.app, "default", by="tester")
    assert orders.counts(empty_desk.app)["blocked"] == 0
    lines = orders.detail(empty_desk.app, part["订单号"])["lines"]
    assert [line["left_quantity"] for line in lines] == [0, 3], "the first sub-order went out already"


def test_a_sync_takes_over_what_changed_on_the_platform(desk: Desk) -> None:
    sync.sync(desk.app, "default", by="tester")
    assert sync.sync(desk.app, "default", by="tester").updated == 0, "nothing changed, nothing changes"
    HTTP.post(f"{desk.url}/sandbox/advance", json={"hours": 24 * 60})
    sync.sync(desk.app, "default", by="tester")
    assert orders.counts(desk.app)["awaiting"] == 0, "the platform closed them"


def test_filters_are_saved_under_a_name(desk: Desk) -> None:
    orders.save_filter(desk.app, "Ireland", "country=IE", by="tester")
    orders.save_filter(desk.app, "Ireland", "country=IE&note=yes", by="tester")
    assert orders.saved_filters(desk.app) == {"Ireland": "country=IE&note=yes"}
    orders.forget_filter(desk.app, "Ireland")
    assert orders.saved_filters(desk.app) == {}
    with pytest.raises(Problem, match="filter_needs_name"):
        orders.save_filter(desk.app, " ", "x=1", by="tester")

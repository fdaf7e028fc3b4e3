"""Syncing: orders come from the platform by themselves, none missed, none twice, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Any

import duckdb
import pandas as pd
import pytest

from lib.aliexpress import order_list
from lib.aliexpress.errors import Unavailable
from lib.app import App
from lib.domain.orders import OrderFilter
from lib.domain.problems import Problem
from lib.services import files, orders, products, sync
from lib.services.sync import Stopped
from lib.store import sync as store
from lib.store.database import Work
from tests.builders import a_products_cell, an_export_row, made_sku, write_export
from tests.conftest import HTTP, Desk

SHOP = "default"


def put(desk: Desk, rows: list[dict[str, str]]) -> list[str]:
    """Orders that exist on the platform and that no file brought here; returns their numbers."""
    desk.seed(write_export(desk.folder / "there.csv", rows))
    return [row["订单号"] for row in rows]


def change(desk: Desk, order_id: str, **changed: Any) -> None:
    """What a buyer or the platform does to an order."""
    HTTP.post(f"{desk.url}/sandbox/change", json={"order_id": order_id} | changed).raise_for_status()


def run(desk: Desk, **given: Any) -> sync.SyncReport:
    report = sync.sync(desk.app, SHOP, by="tester", **given)
    assert report.read == report.loaded + report.updated + report.unchanged + report.refused
    return report


def counts(report: sync.SyncReport) -> tuple[int, int, int, int, int]:
    return report.read, report.loaded, report.updated, report.unchanged, report.refused


def calls(desk: Desk, ending: str) -> int:
    made: dict[str, int] = HTTP.get(f"{desk.url}/sandbox/calls").json()
    return sum(count for method, count in made.items() if method.endswith(ending))


def test_orders_the_desk_does_not_know_are_made_with_all_that_shipping_needs(empty_desk: Desk) -> None:
    row = an_export_row(
        products=a_products_cell(("SKU-1", 2), ("SKU-2", 1)), 收货国家="Brazil", 邮编="01310-100",
        手机="5511987654321", 订单备注="**gift** <b>", 产品总金额="$50.00", 物流费用="$8.90",
    )  # fmt: skip
    [order_id] = put(empty_desk, [row])
    assert counts(run(empty_desk)) == (1, 1, 0, 0, 0)
    order = orders.detail(empty_desk.app, order_id)
    assert (order["currency"], order["total_minor"], order["shipping_minor"], order["goods_minor"]) == (
        "USD", 5890, 890, 5000,
    )  # fmt: skip
    assert order["buyer_plan_id"] == "CAINIAO_STANDARD"
    assert order["note"] == "**gift** <b>"
    assert order["ship_by_at"] > empty_desk.app.now()
    assert [(line["sku"], line["quantity"], line["left_quantity"]) for line in order["lines"]] == [
        ("SKU-1", 2, 2),
        ("SKU-2", 1, 1),
    ]
    with empty_desk.app.database.read() as work:
        kept = work._cursor.execute("select child_order_id from order_lines").fetchall()
    assert all(child.isdigit() for (child,) in kept)
    receiver = order["receivers"]["received"]
    assert (receiver.name, receiver.country, receiver.postcode) == ("Vera Made-Up", "BR", "01310-100")
    assert len(receiver.tax_number) == 11
    assert order["findings"] == []
    assert empty_desk.draft([order_id])


def test_a_second_sync_asks_for_nothing_that_did_not_change(empty_desk: Desk) -> None:
    put(empty_desk, [an_export_row() for _ in range(3)])
    run(empty_desk)
    HTTP.post(f"{empty_desk.url}/sandbox/advance", json={"hours": 1}).raise_for_status()
    run(empty_desk)  # What was modified in the very second it was asked for is asked for once more.
    asked = calls(empty_desk, "findorderbyid")
    again = run(empty_desk)
    assert (again.kind, again.loaded, again.updated) == ("changes", 0, 0)
    assert calls(empty_desk, "findorderbyid") == asked


def test_an_order_that_would_stand_twice_is_not_kept_at_all(
    empty_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(empty_desk, [an_export_row()])
    take = store.take

    def twice(work: Work, shop_id: str, told: pd.DataFrame, *rest: Any, **stamp: Any) -> store.Taken:
        return take(work, shop_id, pd.concat([told, told]), *rest, **stamp)

    monkeypatch.setattr(store, "take", twice)
    with pytest.raises(duckdb.Error, match="would stand twice among the orders"):
        run(empty_desk)
    with empty_desk.app.database.read() as work:
        assert work._cursor.execute("from orders").fetchall() == []
    monkeypatch.setattr(store, "take", take)
    assert counts(run(empty_desk)) == (1, 1, 0, 0, 0), "and the next sync takes it in"


def test_two_changes_in_one_second_are_both_seen(empty_desk: Desk) -> None:
    [order_id] = put(empty_desk, [an_export_row()])
    for city in ("Cork", "Galway", "Sligo"):
        change(empty_desk, order_id, receiver={"city": city})
        run(empty_desk)
        assert orders.detail(empty_desk.app, order_id)["receivers"]["received"].city == city


def test_what_changes_there_comes_with_the_next_sync(empty_desk: Desk) -> None:
    shipped, ended, same = put(empty_desk, [an_export_row() for _ in range(3)])
    run(empty_desk)
    change(empty_desk, shipped, status="WAIT_BUYER_ACCEPT_GOODS")
    change(empty_desk, ended, status="FINISH")
    [fresh] = put(empty_desk, [an_export_row()])
    report = run(empty_desk)
    assert (report.loaded, report.updated) == (1, 2)
    assert sorted(empty_desk.order_ids()) == sorted([same, fresh])
    assert orders.detail(empty_desk.app, ended)["status"] == "FINISH"


def test_a_platform_days_ahead_is_followed_by_its_own_clock(empty_desk: Desk) -> None:
    first, _ = put(empty_desk, [an_export_row(), an_export_row()])
    run(empty_desk)
    HTTP.post(f"{empty_desk.url}/sandbox/advance", json={"hours": 49}).raise_for_status()
    change(empty_desk, first, status="IN_CANCEL")
    assert run(empty_desk).updated == 2, "one changed, and the deadline of the other came nearer"
    assert first not in empty_desk.order_ids()


def test_an_order_known_from_a_file_gets_what_the_platform_knows_better(empty_desk: Desk) -> None:
    cell = a_products_cell(("SKU-2", 3), ("SKU-1", 1), ("SKU-1", 2))
    row = an_export_row(products=cell, 收货国家="Brazil", 邮编="01310-100", 手机="5511987654321")
    empty_desk.seed(write_export(empty_desk.folder / "there.csv", [row]))
    turned = row | an_export_row(products=a_products_cell(("SKU-1", 2), ("SKU-1", 1), ("SKU-2", 3)))
    turned |= {name: row[name] for name in ("订单号", "收货国家", "邮编", "手机")}
    files.load(empty_desk.app, [write_export(empty_desk.folder / "file.csv", [turned])], by="tester")
    assert counts(run(empty_desk)) == (1, 0, 1, 0, 0)
    detail = empty_desk.app.platform.order(row["订单号"])
    theirs = {(line.sku, line.quantity): line.child_order_id for line in detail.lines}
    with empty_desk.app.database.read() as work:
        kept = work._cursor.execute(
            "select sku, quantity, child_order_id, line_no from order_lines order by line_no"
        ).fetchall()
    assert {(sku, quantity): child for sku, quantity, child, _ in kept} == theirs
    assert [sku for sku, *_ in kept] == ["SKU-1", "SKU-1", "SKU-2"], "the lines stay as the file has them"
    assert orders.counts(empty_desk.app)["blocked"] == 0, "the tax number came too"


def test_goods_without_a_sku_are_told_apart_and_matched_by_their_place(empty_desk: Desk) -> None:
    cell = "【1】Hat\n(商家编码:)\n(产品数量:1 piece)\n【2】Sofa\n(产品属性:Color:Red)\n(产品数量:1 piece)"
    row = an_export_row(products=cell)
    [order_id] = put(empty_desk, [row])
    detail = empty_desk.app.platform.order(order_id)
    assert [line.sku for line in detail.lines] == ["", ""]
    run(empty_desk)
    lines = orders.detail(empty_desk.app, order_id)["lines"]
    assert [line["sku"] for line in lines] == [made_sku(one.title, one.attributes) for one in detail.lines]
    for sku in {line["sku"] for line in lines}:
        products.pair(empty_desk.app, sku, "SKU-1", by="tester")
    later = row | an_export_row(订单号=order_id, products=cell.replace("Color:Red", "Colour:Red"))
    export, newest = write_export(empty_desk.folder / "later.csv", [later]), files.Wishes(newest=True)
    files.load(empty_desk.app, [export], by="tester", wishes=newest)
    with empty_desk.app.database.read() as work:
        kept = work._cursor.execute("select sku, child_order_id from order_lines order by line_no").fetchall()
    assert kept == [
        (made_sku("Hat", ""), detail.lines[0].child_order_id),
        (made_sku("Sofa", "Colour:Red"), detail.lines[1].child_order_id),
    ]
    products.pair(empty_desk.app, kept[1][0], "SKU-1", by="tester")
    empty_desk.draft([order_id])
    change(empty_desk, order_id, receiver={"city": "Cork"})
    assert run(empty_desk).conflicts == (order_id,)
    assert [one["field"] for one in orders.detail(empty_desk.app, order_id)["conflicts"]] == ["city"]


def test_the_same_order_from_a_file_later_is_not_doubled(empty_desk: Desk) -> None:
    rows = [an_export_row() for _ in range(4)]
    put(empty_desk, rows)
    run(empty_desk)
    report = files.load(empty_desk.app, [write_export(empty_desk.folder / "later.csv", rows)], by="tester")
    [file] = report.files
    assert (file.read, file.loaded) == (4, 0)
    assert len(empty_desk.order_ids()) == 4
    assert counts(run(empty_desk))[1] == 0


def test_a_receiver_that_changes_there_is_taken_over_until_the_order_is_in_a_batch(empty_desk: Desk) -> None:
    free, batched = put(empty_desk, [an_export_row(), an_export_row()])
    run(empty_desk)
    empty_desk.draft([batched])
    for order_id in (free, batched):
        change(empty_desk, order_id, receiver={"address": "77 Other Road", "city": "Cork"})
    report = run(empty_desk)
    assert report.conflicts == (batched,)
    assert orders.detail(empty_desk.app, free)["receivers"]["received"].address == "77 Other Road"
    kept = orders.detail(empty_desk.app, batched)
    assert kept["receivers"]["received"].address == "1 Sample Street"
    assert {one["field"]: one["theirs"] for one in kept["conflicts"]} == {
        "address": "77 Other Road",
        "city": "Cork",
    }
    [listed] = sync.conflicts(empty_desk.app)
    assert (listed["order_id"], listed["fields"]) == (batched, "address,city")
    change(empty_desk, batched, receiver={"address": "1 Sample Street", "city": "Dublin"})
    run(empty_desk)
    assert sync.conflicts(empty_desk.app) == [], "the platform says the same again"


def test_commas_accents_and_capitals_are_no_other_receiver(empty_desk: Desk) -> None:
    [order_id] = put(empty_desk, [an_export_row()])
    run(empty_desk)
    empty_desk.draft([order_id])
    change(empty_desk, order_id, receiver={"address": "1, SÁMPLE street", "postcode": "D02AF30"})
    assert run(empty_desk).conflicts == ()


def test_what_was_shipped_elsewhere_meanwhile_is_a_conflict_of_its_batch(empty_desk: Desk) -> None:
    rows = [an_export_row(products=a_products_cell(("SKU-1", 1), ("SKU-2", 2)))]
    [order_id] = put(empty_desk, rows)
    run(empty_desk)
    empty_desk.draft([order_id])
    [line, _] = empty_desk.app.platform.order(order_id).lines
    _declare_sub_order(empty_desk, order_id, line.line_no)
    assert run(empty_desk).conflicts == (order_id,)
    [listed] = sync.conflicts(empty_desk.app)
    assert listed["fields"] == "shipped"


def test_what_cannot_be_taken_in_is_refused_with_its_reason_and_tried_again(empty_desk: Desk) -> None:
    good, bad = put(empty_desk, [an_export_row(), an_export_row()])
    change(empty_desk, bad, receiver={"country": "ZZ"})
    report = run(empty_desk)
    assert counts(report) == (2, 1, 0, 0, 1)
    [problem] = report.problems
    assert (problem.order_id, problem.code, problem.value) == (bad, "platform_country", "ZZ")
    assert [row["order_id"] for row in sync.refused_now(empty_desk.app)] == [bad]
    [row] = files.imported(empty_desk.app).to_dict("records")[:1]
    assert (row["file"], row["layout"], row["read_count"], row["refused_count"]) == (
        "platform", "platform", 2, 1,
    )  # fmt: skip
    kept = files.refused(empty_desk.app, import_id=report.import_id)
    assert list(kept["code"]) == ["platform_country"]
    assert bad in kept["value"].iloc[0]
    change(empty_desk, bad, receiver={"country": "IE"})
    assert run(empty_desk).loaded == 1
    assert sync.refused_now(empty_desk.app) == []
    assert good in empty_desk.order_ids()


def test_a_hidden_receiver_is_never_taken_for_an_address(empty_desk: Desk) -> None:
    [known, unknown] = put(empty_desk, [an_export_row(), an_export_row()])
    change(empty_desk, unknown, receiver={"name": "V**", "address": "1 S****"})
    assert [one.code for one in run(empty_desk).problems] == ["platform_receiver_hidden"]
    change(empty_desk, known, receiver={"name": "V**", "address": "1 S****"})
    run(empty_desk)
    assert orders.detail(empty_desk.app, known)["receivers"]["received"].address == "1 Sample Street"


# Pages that move, and syncs that break off.


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten orders a page, so that a few dozen are several of them."""
    monkeypatch.setattr(order_list, "PAGE_SIZE", 10)


def many(desk: Desk, count: int) -> list[str]:
    return put(desk, [an_export_row() for _ in range(count)])


def at_page(app: App, monkeypatch: pytest.MonkeyPatch, act: Callable[[int], None]) -> None:
    """Let something happen each time before a page of the list is asked for; `act` gets how many were before."""
    asked, count = app.platform.order_page, iter(range(10_000))

    def order_page(*given: Any, **named: Any) -> Any:
        act(next(count))
        return asked(*given, **named)

    monkeypatch.setattr(app.platform, "order_page", order_page)


def test_orders_that_move_over_page_edges_are_neither_missed_nor_counted_twice(empty_desk: Desk) -> None:
    ids = many(empty_desk, 37)
    empty_desk.behave(faults={"move_list_entry": 1.0, "duplicate_list_entry": 1.0})
    report = run(empty_desk)
    assert counts(report) == (37, 37, 0, 0, 0)
    assert report.complete
    assert sorted(empty_desk.order_ids()) == sorted(ids)


def test_orders_that_leave_the_list_while_it_is_read_take_none_with_them(
    empty_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each one that leaves moves all behind it up by one, past a reader that turns pages forward."""
    ids = many(empty_desk, 37)
    leaving = iter(ids[:12])

    def leave(_page: int) -> None:
        for _ in range(3):
            if (order_id := next(leaving, None)) is not None:
                change(empty_desk, order_id, status="IN_CANCEL")

    at_page(empty_desk.app, monkeypatch, leave)
    run(empty_desk)
    assert set(empty_desk.order_ids()) >= set(ids[12:])
    run(empty_desk)
    assert set(empty_desk.order_ids()) == set(ids[12:])


def test_orders_that_come_while_the_list_is_read_come_with_it_or_the_next_time(
    empty_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = many(empty_desk, 25)

    def arrive(_page: int) -> None:
        ids.extend(many(empty_desk, 3) if len(ids) < 33 else [])

    at_page(empty_desk.app, monkeypatch, arrive)
    run(empty_desk)
    run(empty_desk)
    assert set(empty_desk.order_ids()) == set(ids)


@pytest.mark.parametrize("broken_at", [1, 2, 3, 4])
def test_a_sync_that_breaks_off_goes_on_at_its_page_without_a_gap(
    empty_desk: Desk, monkeypatch: pytest.MonkeyPatch, broken_at: int
) -> None:
    ids = many(empty_desk, 37)
    with monkeypatch.context() as patched:

        def break_off(page: int) -> None:
            if page == broken_at:
                raise KeyboardInterrupt

        at_page(empty_desk.app, patched, break_off)
        with pytest.raises(KeyboardInterrupt):
            run(empty_desk)
    before = len(orders.matching_ids(empty_desk.app, OrderFilter()))
    asked = calls(empty_desk, "findorderbyid")
    # Meanwhile orders leave from every page, so that others move to pages that were read already.
    for order_id in ids[::5]:
        change(empty_desk, order_id, status="IN_CANCEL")
    report = run(empty_desk)
    assert report.complete
    gone = set(ids[::5])
    assert set(empty_desk.order_ids()) >= set(ids) - gone
    assert calls(empty_desk, "findorderbyid") - asked <= 37 - before + len(gone), "nothing is asked for twice"
    run(empty_desk)
    assert set(empty_desk.order_ids()) == set(ids) - gone


def test_a_sync_told_to_stop_stops_between_questions(empty_desk: Desk) -> None:
    many(empty_desk, 12)
    stopping = Event()
    with pytest.raises(Stopped):
        run(empty_desk, stopping=stopping, on_progress=lambda _progress: stopping.set())
    assert 0 < len(empty_desk.order_ids()) < 12
    [standing] = sync.standing(empty_desk.app)
    assert (standing.failed_kind, standing.synced_at, standing.progress) == ("", None, None)
    run(empty_desk)
    assert len(empty_desk.order_ids()) == 12


def test_bans_and_failing_answers_are_waited_out(empty_desk: Desk) -> None:
    many(empty_desk, 5)
    empty_desk.behave(faults={"isp_before": 0.2, "html_502": 0.1, "cut_before": 0.1}, seed=3)
    assert run(empty_desk).loaded == 5


def test_what_changed_here_after_the_platform_was_asked_is_not_turned_back(
    empty_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    [order_id] = many(empty_desk, 1)
    run(empty_desk)
    asked = empty_desk.app.platform.order_page

    def order_page(*given: Any, **named: Any) -> Any:
        page = asked(*given, **named)
        with empty_desk.app.database.write() as work:
            work.run(
                "orders_status_set", shop_id=SHOP, order_id=order_id, status="WAIT_BUYER_ACCEPT_GOODS",
                changed_at=empty_desk.app.now(),
            )  # fmt: skip
        return page

    monkeypatch.setattr(empty_desk.app.platform, "order_page", order_page)
    run(empty_desk)
    assert orders.detail(empty_desk.app, order_id)["status"] == "WAIT_BUYER_ACCEPT_GOODS"


def test_what_awaits_here_and_is_not_listed_there_is_asked_for_by_number(empty_desk: Desk) -> None:
    [gone, unknown] = rows = [an_export_row(), an_export_row()]
    empty_desk.seed(write_export(empty_desk.folder / "there.csv", [gone]))
    change(empty_desk, gone["订单号"], status="FINISH")
    files.load(empty_desk.app, [write_export(empty_desk.folder / "here.csv", rows)], by="tester")
    assert counts(run(empty_desk)) == (2, 0, 1, 1, 0)
    assert empty_desk.order_ids() == [unknown["订单号"]]


# One at a time, how fresh, and by itself.


def test_two_syncs_of_a_shop_never_run_at_once(empty_desk: Desk) -> None:
    many(empty_desk, 3)
    told: list[str] = []

    def second(_progress: Any) -> None:
        with pytest.raises(Problem) as caught:
            sync.sync(empty_desk.app, SHOP, by="other")
        told.append(caught.value.code)

    run(empty_desk, on_progress=second)
    assert set(told) == {"sync_running"}
    run(empty_desk)


def test_progress_is_told_in_orders(empty_desk: Desk) -> None:
    many(empty_desk, 24)
    told: list[tuple[int, int]] = []
    run(empty_desk, on_progress=lambda one: told.append((one.asked, one.total)))
    assert told == [(4, 24), (14, 24), (24, 24)]


def test_freshness_tells_failure_age_and_health(empty_desk: Desk) -> None:
    app = empty_desk.app
    [new] = sync.standing(app)
    assert (new.synced_at, new.is_well) == (None, True)
    run(empty_desk)
    [fresh] = sync.standing(app)
    assert fresh.is_well
    assert fresh.synced_at is not None
    asked = app.now
    app.now = lambda: asked() + timedelta(minutes=26)  # type: ignore[method-assign]
    assert sync.standing(app)[0].is_late
    app.now = asked  # type: ignore[method-assign]
    empty_desk.behave(faults={"token_expired": 1.0})
    with pytest.raises(Unavailable):
        run(empty_desk)
    [failed] = sync.standing(app)
    assert (failed.failed_kind, failed.is_well, failed.synced_at) == ("unauthorised", False, fresh.synced_at)
    empty_desk.behave(faults={})
    run(empty_desk)
    assert sync.standing(app)[0].is_well


def _declare_sub_order(desk: Desk, order_id: str, index: int) -> None:
    """Somebody declares one sub-order in the back office."""
    desk.app.platform._client.call(
        "aliexpress.logistics.order.shipment",
        {
            "param_aeop_seller_shipment_sub_trade_order_request": {
                "trade_order_id": order_id,
                "sub_trade_order_list": [
                    {
                        "sub_trade_order_index": index,
                        "send_type": "all",
                        "shipment_list": [
                            {"logistics_no": "LV000000001CN", "service_name": "CAINIAO_STANDARD"}
                        ],
                    }
                ],
            }
        },
        write=True,
    )


def test_a_country_that_the_file_did_not_say_comes_with_the_sync_and_frees_the_order(
    empty_desk: Desk,
) -> None:
    row = an_export_row()
    ours = row | {"收货国家": "", "地址": f"{row['地址']}, Flat 2"}
    files.load(empty_desk.app, [write_export(empty_desk.folder / "blank.csv", [ours])], by="tester")
    assert "country_blank" in {
        one["code"] for one in orders.detail(empty_desk.app, row["订单号"])["findings"]
    }
    empty_desk.seed(write_export(empty_desk.folder / "there.csv", [row]))
    sync.sync(empty_desk.app, "default", by="tester")
    order = orders.detail(empty_desk.app, row["订单号"])
    assert order["receivers"]["received"].country == "IE"
    assert order["receivers"]["received"].address == ours["地址"], "what is known here, and says more, stays"
    assert "country_blank" not in {one["code"] for one in order["findings"]}


def test_what_a_file_said_of_a_status_is_settled_by_what_the_platform_says(desk: Desk) -> None:
    """The order awaits shipment there: what a file of another day said keeps its parcel back no longer."""
    desk.draft()
    [order_id, *_others] = desk.order_ids()
    row = an_export_row(订单号=order_id, 订单状态="等待买家付款", products=a_products_cell(("SKU-1", 1)))
    newer = write_export(desk.folder / "newer.csv", [row])
    files.load(desk.app, [newer], by="tester", wishes=files.Wishes(newest=True))
    assert ("status", order_id) in {
        (one.field, one.order_id) for one in files.conflicts(desk.app).itertuples()
    }
    sync.sync(desk.app, "default", by="tester")
    assert "status" not in set(files.conflicts(desk.app)["field"])

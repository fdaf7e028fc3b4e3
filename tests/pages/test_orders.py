"""The Orders page: finding, choosing, holding, correcting, and a batch made of what was chosen."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lib.domain.orders import OrderFilter
from lib.services import batches, orders
from lib.services.sync import asking
from lib.ui import filters
from tests.builders import a_products_cell, an_export_row, write_export
from tests.conftest import HTTP, Desk, Stocked
from tests.pages.conftest import Open, text_of

#: A row in the middle of what the fixture `mixed` loads.
GERMAN = {
    "收货国家": "Germany",
    "州/省": "Berlin",
    "城市": "Berlin",
    "邮编": "10115",
    "手机": "4915112345678",
    "联系电话": "49-30-1234567",
}


def tick(page: AppTest, *rows: int) -> AppTest:
    """Tick rows of the table, by their places on the screen."""
    page.session_state["orders_table"] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return page.run()


def shown(page: AppTest) -> pd.DataFrame:
    return page.dataframe[0].value


def ten_of_some_kinds() -> list[dict[str, str]]:
    """Six orders to Ireland, three to Germany (one with two products, one with a note), one without a phone."""
    one = a_products_cell(("SKU-1", 1))
    rows = [an_export_row(products=one) for _ in range(6)]
    rows.append(an_export_row(products=a_products_cell(("SKU-1", 1), ("SKU-2", 2)), **GERMAN))
    rows.append(an_export_row(products=one, 订单备注="please [click](http://x) **now**", **GERMAN))
    rows.append(an_export_row(products=one, 买家选择物流="", **GERMAN))
    rows.append(an_export_row(products=one, 手机="", 联系电话="", 收货人名称="**Bold** Müller"))
    return rows


@pytest.fixture
def mixed(stocked: Stocked) -> Desk:
    return stocked("ten-of-some-kinds", ten_of_some_kinds)


def test_without_orders_it_says_where_they_come_from(open_page: Open, empty_desk: Desk) -> None:
    page = open_page(empty_desk.app, "orders")
    assert not page.exception
    assert "Load a newer export" in text_of(page)


def test_the_views_have_their_numbers(open_page: Open, mixed: Desk) -> None:
    page = open_page(mixed.app, "orders")
    labels = list(page.segmented_control(key="orders_view").options)
    assert labels == ["To ship · 9", "In a batch · 0", "On hold · 0", "Needs attention · 1", "All · 10"]
    assert len(shown(page)) == 9


def test_a_view_shows_its_orders_and_goes_into_the_url(open_page: Open, mixed: Desk) -> None:
    page = open_page(mixed.app, "orders")
    page.segmented_control(key="orders_view").set_value("blocked").run()
    assert page.query_params["view"] == "blocked"
    assert list(shown(page)["findings"]) == ["Phone missing"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"country": "DE"}, 3),
        ({"country": ["DE", "IE"]}, 9),
        ({"service": "-"}, 1),
        ({"note": "yes"}, 1),
        ({"note": "no", "country": "DE"}, 2),
        ({"several": "yes"}, 1),
        ({"partly": "yes"}, 0),
        ({"hours": "0"}, 9),
        ({"hours": "nonsense"}, 9),
        ({"page": "999"}, 9),
        ({"view": "nonsense"}, 9),
        ({"view": "all", "country": "IE"}, 7),
    ],
)
def test_a_link_fills_the_filters(
    open_page: Open, mixed: Desk, query: dict[str, str | list[str]], count: int
) -> None:
    page = open_page(mixed.app, "orders", **query)
    assert not page.exception
    if count:
        assert len(shown(page)) == count
    else:
        assert "No order matches" in text_of(page)


def test_a_filter_goes_into_the_url_and_can_be_cleared(open_page: Open, mixed: Desk) -> None:
    page = open_page(mixed.app, "orders")
    page.multiselect(key="orders_country").set_value(["DE"]).run()
    assert page.query_params["country"] == "DE"
    order_id = shown(page)["order_id"].iloc[0]
    page.text_input(key="orders_order").set_value(order_id[-5:]).run()
    assert list(shown(page)["order_id"]) == [order_id]
    page.button(key="orders_clear").click().run()
    assert len(shown(page)) == 9
    assert "country" not in page.query_params


def test_a_filter_is_kept_under_a_name_used_and_forgotten(open_page: Open, mixed: Desk) -> None:
    page = open_page(mixed.app, "orders", country="DE", view="all")
    page.text_input(key="orders_filter_name").set_value("*German*")
    page.button(key="FormSubmitter:orders_filter-Save").click().run()
    assert orders.saved_filters(mixed.app) == {"*German*": "country=DE&view=all"}
    other = open_page(mixed.app, "orders")
    other.button(key="orders_filter_use_0").click().run()
    assert len(shown(other)) == 3
    other.button(key="orders_filter_forget_0").click().run()
    assert orders.saved_filters(mixed.app) == {}


def test_what_a_buyer_wrote_is_shown_as_it_is(open_page: Open, mixed: Desk) -> None:
    page = open_page(mixed.app, "orders", note="yes")
    assert shown(page)["note"].iloc[0] == "please [click](http://x) **now**"
    page = tick(page, 0)
    assert any("please [click](http://x) **now**" in one.value for one in page.text)
    assert not any("[click]" in one.value for one in page.markdown)


def test_ticked_orders_become_a_draft_and_the_plans_open(open_page: Open, mixed: Desk) -> None:
    page = open_page(mixed.app, "orders")
    wanted = set(shown(page)["order_id"].iloc[[0, 2]])
    page = tick(page, 0, 2)
    assert "Chosen: 2 orders" in text_of(page)
    page.button(key="orders_batch").click().run()
    assert page.title[0].value == "Plans"
    [batch] = batches.all_batches(mixed.app).to_dict("records")
    assert batch["shipment_count"] == 2
    assert set(orders.matching_ids(mixed.app, OrderFilter(placed=True))) == wanted


def test_ticks_are_ids_so_they_hold_when_rows_move(open_page: Open, mixed: Desk) -> None:
    page = tick(open_page(mixed.app, "orders"), 0, 3)
    first, kept = shown(page)["order_id"].iloc[[0, 3]]
    orders.hold(mixed.app, [first], reason="elsewhere", until=None, by="somebody else")
    page.run()
    assert page.session_state["orders_table"]["selection"]["rows"] == [2]
    assert shown(page)["order_id"].iloc[2] == kept


def test_a_choice_holds_from_page_to_page_and_ends_with_its_filter(open_page: Open, empty_desk: Desk) -> None:
    one = a_products_cell(("SKU-1", 1))
    empty_desk.load([an_export_row(products=one, 买家选择物流="" if n else "ePacket") for n in range(203)])
    page = tick(open_page(empty_desk.app, "orders"), 0, 1)
    page.query_params["page"] = "2"
    page.run()
    assert len(shown(page)) == 3
    assert page.session_state["orders_table"]["selection"]["rows"] == []
    page = tick(page, 0)
    assert "Chosen: 3 orders" in text_of(page)
    page.multiselect(key="orders_service").set_value(["-"]).run()
    assert "Chosen" not in text_of(page)
    assert "page" not in page.query_params


def test_all_that_match_are_taken_and_those_that_cannot_go_are_named(open_page: Open, mixed: Desk) -> None:
    page = open_page(mixed.app, "orders", view="all")
    page.toggle(key="orders_all").set_value(True).run()
    page.button(key="orders_batch").click().run()
    assert page.title[0].value == "Orders"
    assert "1 order stayed out" in text_of(page)
    assert any("Phone missing" in one.label for one in page.expander)
    assert any("no phone number" in one.value for one in page.text)
    assert batches.all_batches(mixed.app)["shipment_count"].tolist() == [9]
    assert page.toggle(key="orders_all").value is False


def test_orders_are_held_with_a_reason_and_released(open_page: Open, mixed: Desk) -> None:
    page = tick(open_page(mixed.app, "orders"), 1)
    page.button(key="FormSubmitter:orders_hold-Hold").click().run()
    assert "A hold needs a reason" in page.error[0].value
    page.text_input(key="orders_hold_reason").set_value("ships *with* the next one")
    page.date_input(key="orders_hold_until").set_value((mixed.app.now() + timedelta(days=3)).date())
    page.button(key="FormSubmitter:orders_hold-Hold").click().run()
    assert orders.counts(mixed.app)["held"] == 1
    page.segmented_control(key="orders_view").set_value("held").run()
    assert list(shown(page)["hold_reason"]) == ["ships *with* the next one"]
    tick(page, 0).button(key="orders_release").click().run()
    assert orders.counts(mixed.app)["held"] == 0


def test_a_corrected_receiver_frees_the_order_and_the_next_one_opens(open_page: Open, mixed: Desk) -> None:
    mixed.load([an_export_row(products=a_products_cell(("SKU-1", 1)), 手机="", 联系电话="")])
    page = open_page(mixed.app, "orders", view="blocked")
    first, second = shown(page)["order_id"]
    page = tick(page, 0)
    assert "no phone number" in page.error[0].value
    page.text_input(key=f"orders_receiver_mobile_{first}").set_value("353851234567")
    page.button(key=f"FormSubmitter:orders_receiver_{first}-Save the receiver").click().run()
    assert orders.counts(mixed.app)["blocked"] == 1
    assert page.subheader[0].value == f"Order {second}"
    receivers = orders.detail(mixed.app, first)["receivers"]
    assert (receivers["received"].mobile, receivers["corrected"].mobile) == ("", "353851234567")


def test_an_order_still_wrong_stays_open(open_page: Open, mixed: Desk) -> None:
    page = tick(open_page(mixed.app, "orders", view="blocked"), 0)
    [order_id] = shown(page)["order_id"]
    page.text_input(key=f"orders_receiver_postcode_{order_id}").set_value("nowhere 1")
    page.button(key=f"FormSubmitter:orders_receiver_{order_id}-Save the receiver").click().run()
    assert page.subheader[0].value == f"Order {order_id}"
    assert "Something is still wrong" in text_of(page)


def test_an_order_nobody_knows_is_said_to_be_unknown(open_page: Open, mixed: Desk) -> None:
    page = open_page(mixed.app, "orders", open="4711")
    assert not page.exception
    assert "4711 is not known" in text_of(page)


def test_sync_asks_the_platform_and_says_what_came(open_page: Open, mixed: Desk) -> None:
    page = open_page(mixed.app, "orders")
    page.button(key="orders_sync").click().run()
    assert "0 new orders, 10 updated" in page.success[0].value
    counts = {one.label: int(one.value) for one in page.expander[0].metric}
    assert counts == {"Orders read": 10, "Loaded": 0, "Updated": 10, "Unchanged": 0, "Orders refused": 0}
    page.button(key="orders_sync_away").click().run()
    assert not page.exception
    assert "Orders read" not in text_of(page)
    assert any("Orders synced" in one.value for one in page.sidebar.caption)


def test_an_order_the_sync_refused_is_named_with_what_to_do(open_page: Open, empty_desk: Desk) -> None:
    bad = an_export_row()
    empty_desk.seed(write_export(empty_desk.folder / "there.csv", [bad]))
    nowhere = {"order_id": bad["订单号"], "receiver": {"country": "ZZ"}}
    HTTP.post(f"{empty_desk.url}/sandbox/change", json=nowhere).raise_for_status()
    page = open_page(empty_desk.app, "orders")
    page.button(key="orders_sync").click().run()
    assert not page.exception
    counts = {one.label: int(one.value) for one in page.expander[0].metric}
    assert (counts["Orders read"], counts["Orders refused"]) == (1, 1)
    [row] = page.expander[0].dataframe[0].value.to_dict("records")
    assert row["order_id"] == bad["订单号"]
    assert row["problem"]
    assert row["mending"]


def test_a_platform_that_does_not_answer_is_a_sentence(
    open_page: Open, mixed: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PAUSES_S", (0.01,))
    mixed.behave(faults={"html_502": 1.0})
    page = open_page(mixed.app, "orders")
    page.button(key="orders_sync").click().run()
    assert not page.exception
    assert "platform" in page.error[0].value


def test_drafts_are_linked(open_page: Open, mixed: Desk) -> None:
    made = batches.create(mixed.app, mixed.order_ids()[:2], by="tester")
    page = open_page(mixed.app, "orders")
    assert any(made.batch_id in link.proto.label for link in page.get("page_link"))


def test_unknown_goods_are_said_without_weight(open_page: Open, empty_desk: Desk) -> None:
    empty_desk.load([an_export_row(products=a_products_cell(("SKU-77", 1)))])
    nothing = text_of(open_page(empty_desk.app, "orders"))
    assert "None of the orders can be shipped as it is: 1 needs attention." in nothing
    page = tick(open_page(empty_desk.app, "orders", view="blocked"), 0)
    assert "1 without weight" in text_of(page)
    assert "is not in the product table" in page.error[0].value


def test_the_url_and_a_saved_filter_say_the_same() -> None:
    query = {"country": ["DE", "FR"], "service": ["-"], "view": ["all"], "page": ["3"], "hours": ["48"]}
    meant = filters.chosen(query)
    assert meant == OrderFilter(countries=("DE", "FR"), services=("",), due_within_h=48)
    ahead = filters.chosen({"hours": ["0-24"]})
    assert ahead == OrderFilter(placed=False, on_hold=False, blocked=False, due_within_h=24, overdue=False)
    assert filters.chosen({"hours": ["0-x"]}) == filters.chosen({}), "what it cannot mean is left out"
    assert filters.page(query) == 3
    assert filters.as_text(query) == "country=DE&country=FR&service=-&view=all&hours=48"


def test_a_buyers_service_stands_in_its_box_as_it_is_called(open_page: Open, empty_desk: Desk) -> None:
    """The options of a box are plain text: what makes markdown plain would stand there as backslashes."""
    empty_desk.load([an_export_row(买家选择物流=name) for name in ("**x**", "无忧物流-标准")])
    [box] = [one for one in open_page(empty_desk.app, "orders").multiselect if one.key == "orders_service"]
    assert set(box.options) == {"**x** · 1", "无忧物流-标准 · 1"}

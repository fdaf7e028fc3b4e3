"""A partly shipped order on the Orders page carries its three buttons; each does what it says."""

from __future__ import annotations

import pytest

from lib.services import batches, notices, orders, shipments
from tests.builders import a_products_cell, an_export_row
from tests.conftest import Desk
from tests.pages.conftest import Open, text_of


@pytest.fixture
def partly(empty_desk: Desk) -> str:
    """An order of five pieces of which one went out by a carrier of the seller's own."""
    row = an_export_row(products=a_products_cell(("SKU-1", 3), ("SKU-2", 2)))
    empty_desk.load([row])
    notices.fill_in(
        empty_desk.app, row["订单号"], service_key="CPAM", tracking_number="LX123456789CN", everything=False,
        quantities={1: 1}, by="tester",
    )  # fmt: skip
    return row["订单号"]


def test_it_is_told_again_shipped_online_and_finished(open_page: Open, empty_desk: Desk, partly: str) -> None:
    page = open_page(empty_desk.app, "orders", view="all", open=partly)
    assert not page.exception
    page.text_input(key="orders_notice_number").set_value("wrong!")
    page.button(key="orders_notice_tell").click().run()
    assert "is no number of" in text_of(page).replace("\\", "")
    page.selectbox(key="orders_notice_carrier").set_value("CPAM")
    page.text_input(key="orders_notice_number").set_value("LX123456790CN")
    page.button(key="orders_notice_tell").click().run()
    assert "A part needs its pieces" in text_of(page)
    assert len(notices.of_order(empty_desk.app, partly)) == 1
    page.selectbox(key="orders_notice_carrier").set_value("CPAM")
    page.text_input(key="orders_notice_number").set_value("LX123456790CN")
    page.number_input(key=f"orders_notice_{partly}_2").set_value(2)
    page.button(key="orders_notice_tell").click().run()
    assert len(notices.of_order(empty_desk.app, partly)) == 2
    online = page.button(key="orders_online")
    assert online.label == "Online shipping: 2 pieces left"
    online.click().run()
    batch_id = str(batches.all_batches(empty_desk.app)["batch_id"].iloc[0])
    [shipment_id] = shipments.listing(empty_desk.app, batch_id)["shipment_id"]
    contents = shipments.detail(empty_desk.app, shipment_id)["contents"]
    assert [(line["line_no"], line["quantity"]) for line in contents] == [(1, 2)], "what is left is preset"
    batches.discard(empty_desk.app, batch_id, by="tester")
    page = open_page(empty_desk.app, "orders", view="all", open=partly)
    assert "stay unshipped" in text_of(page)
    assert "2 × SKU-1" in text_of(page)
    page.button(key="orders_finish").click().run()
    assert orders.detail(empty_desk.app, partly)["status"] == "WAIT_BUYER_ACCEPT_GOODS"


def test_a_number_told_by_hand_is_changed_beside_it(open_page: Open, empty_desk: Desk, partly: str) -> None:
    page = open_page(empty_desk.app, "orders", view="all", open=partly)
    key = f"orders_change_{partly}_LX123456789CN"
    assert page.selectbox(key=f"{key}_carrier").value == "CPAM"
    page.text_input(key=f"{key}_number").set_value("LX987654321CN")
    page.button(key=f"{key}_tell").click().run()
    assert not page.exception
    [declared] = empty_desk.app.platform.declarations(partly)
    assert declared.tracking_number == "LX987654321CN"
    assert notices.numbers(empty_desk.app, partly) == [("LX987654321CN", "CPAM")]
    page.text_input(key=f"orders_change_{partly}_LX987654321CN_number").set_value("wrong!")
    page.button(key=f"orders_change_{partly}_LX987654321CN_tell").click().run()
    assert "is no number of" in text_of(page).replace("\\", "")

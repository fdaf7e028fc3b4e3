"""The page of one shipment: its numbers, fee, receiver, label and history; voiding it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lib.services import orders, shipments
from tests.builders import a_products_cell, an_export_row
from tests.conftest import Desk
from tests.pages.conftest import Open, text_of

#: A buyer who tries to be more than text; made up.
LOUD = "**Bold** <b>Müller</b>"


@pytest.fixture
def shipment_id(empty_desk: Desk) -> str:
    """A parcel that is ready to print, to a buyer with an odd name."""
    row = an_export_row(products=a_products_cell(("SKU-1", 2)), 收货人名称=LOUD)
    empty_desk.load([row])
    batch_id = empty_desk.draft()
    empty_desk.submit(batch_id)
    empty_desk.work(batch_id)
    return str(shipments.listing(empty_desk.app, batch_id)["shipment_id"].iloc[0])


def test_without_a_number_the_page_points_to_the_batches(open_empty: Open) -> None:
    page = open_empty("shipment")
    assert not page.exception
    assert [link.proto.label for link in page.get("page_link")] == ["All batches"]


def test_a_shipment_nobody_knows_is_said_to_be_unknown(open_empty: Open) -> None:
    page = open_empty("shipment", shipment="B990101-1-00001")
    assert not page.exception
    assert "names no shipment here" in text_of(page)


def test_the_numbers_fee_receiver_and_history_are_shown(
    open_page: Open, empty_desk: Desk, shipment_id: str
) -> None:
    page = open_page(empty_desk.app, "shipment", shipment=shipment_id)
    assert not page.exception
    found = shipments.detail(empty_desk.app, shipment_id)
    said = text_of(page).replace("\\", "")
    for number in ("lp_number", "tracking_number", "logistics_order_id", "order_id"):
        assert found[number] in said
    fee = page.dataframe[0].value.set_index("what")["value"]
    assert fee["Fee, estimated"] == f"{found['fee_minor'] / 100:.2f} {found['currency']}"
    assert fee["If it cannot be delivered"] == "Destroy"
    assert (fee["Rate card"], fee["Rates of"]) == (found["card_id"], found["card_from"].isoformat())
    assert (fee["Weight from"], fee["The buyer's service promised"][-4:]) == (
        "Product table and packaging",
        "days",
    )
    history = page.dataframe[2].value["state"].tolist()
    assert (history[-1], history[0]) == ("Draft", "Ready")
    assert page.get("download_button")[0].proto.label == "Download the label"


def test_a_correction_stands_in_the_history_with_who_in_the_readers_language(
    open_page: Open, empty_desk: Desk, shipment_id: str
) -> None:
    order_id = str(shipments.detail(empty_desk.app, shipment_id)["order_id"])
    receiver = orders.detail(empty_desk.app, order_id)["receivers"]["received"]
    orders.correct_receiver(empty_desk.app, order_id, replace(receiver, city="Ennis"), by="anna")
    page = open_page(empty_desk.app, "shipment", language="zh_CN", shipment=shipment_id)
    newest = page.dataframe[2].value.iloc[0]
    assert (newest["note"], newest["who"], newest["state"]) == ("已更正收件人信息：城市", "anna", "")


def test_the_parts_of_the_fee_add_up_to_it(open_page: Open, empty_desk: Desk, shipment_id: str) -> None:
    page = open_page(empty_desk.app, "shipment", shipment=shipment_id)
    rows = page.dataframe[0].value["value"].tolist()
    total = page.dataframe[0].value["what"].tolist().index("Fee, estimated")
    amounts = [round(float(value.split()[0]) * 100) for value in rows[: total + 1]]
    assert sum(amounts[:-1]) == amounts[-1]


def test_what_a_buyer_typed_is_shown_as_text(open_page: Open, empty_desk: Desk, shipment_id: str) -> None:
    page = open_page(empty_desk.app, "shipment", shipment=shipment_id)
    assert any(element.value.startswith(LOUD) for element in page.text)
    assert not any(LOUD in str(element.value) for element in page.markdown)


def test_voiding_wants_a_reason_and_then_withdraws_the_shipment(
    open_page: Open, empty_desk: Desk, shipment_id: str
) -> None:
    page = open_page(empty_desk.app, "shipment", shipment=shipment_id)
    page.button(key="shipment_void_button").click().run()
    assert "Voiding needs a reason" in text_of(page)
    assert shipments.detail(empty_desk.app, shipment_id)["state"] == "ready"
    page.text_input(key="shipment_void_reason").set_value("wrong weight")
    page.button(key="shipment_void_button").click().run()
    found = shipments.detail(empty_desk.app, shipment_id)
    assert (found["state"], found["timeline"][-1]["note"]) == ("voided", "wrong weight")
    assert "its label must not be used" in text_of(page)
    assert not page.get("download_button")
    assert empty_desk.draft(), "its order is free again"


def test_a_label_that_is_gone_is_said(open_page: Open, empty_desk: Desk, shipment_id: str) -> None:
    found = shipments.detail(empty_desk.app, shipment_id)
    (empty_desk.app.settings.data / found["label_path"]).unlink()
    page = open_page(empty_desk.app, "shipment", shipment=shipment_id)
    assert not page.exception
    assert "are gone from the data folder" in text_of(page)

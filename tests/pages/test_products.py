"""The Products page: what is needed, pasted, paired; what a change does is seen before it is made."""

from __future__ import annotations

from typing import Any

import pytest

from lib.domain.plans import Policy
from lib.services import products
from pages.parts.products import editing
from tests.builders import a_products_cell, an_export_row
from tests.conftest import Desk, Stocked
from tests.pages.conftest import Open, text_of


@pytest.fixture
def waiting(stocked: Stocked) -> Desk:
    """Two orders that wait for an unknown SKU, which looks like a known one."""
    of_one_sku = a_products_cell(("SKU-1-2PCS", 1))
    return stocked("waiting", lambda: [an_export_row(products=of_one_sku) for _ in range(2)])


def test_without_products_and_orders_it_says_how_to_begin(open_page: Open, desk: Desk) -> None:
    page = open_page(desk.app, "products", view="needed")
    assert not page.exception
    assert "Every SKU that awaits shipment has a weight" in text_of(page)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("view", ["needed", "all", "pairs", "packaging"])
def test_every_view_shows(open_page: Open, waiting: Desk, view: str, language: str) -> None:
    page = open_page(waiting.app, "products", language=language, view=view)
    assert not page.exception
    assert page.title[0].value == {"en": "Products and packaging", "zh_CN": "商品与包材"}[language]


def test_the_view_with_work_opens_by_itself(open_page: Open, waiting: Desk) -> None:
    page = open_page(waiting.app, "products")
    assert "2 orders wait for the weight" in text_of(page)


def test_pasted_rows_are_saved_and_their_orders_offered(open_page: Open, waiting: Desk) -> None:
    page = open_page(waiting.app, "products")
    page.text_area(key="products_paste").set_value("SKU-1-2PCS\t240\t样品\tsample\t9\t普货\t950300")
    page.button(key="products_paste_save").click().run()
    assert "6 cells saved." in page.success[0].value
    assert page.button(key="products_batch").label == "Put 2 orders into a batch"
    assert products.needed(waiting.app).empty


def test_what_was_typed_never_lands_on_another_sku_and_what_is_lost_is_named() -> None:
    state: dict[str, Any] = {}
    key, lost = editing.turned(state, "needed", ["A", "B"])
    state[key] = {"edited_rows": {1: {"weight_g": 5}}}
    assert editing.turned(state, "needed", ["A", "B"]) == (key, []), "the same rows keep what was typed"
    other, lost = editing.turned(state, "needed", ["B", "C"])
    assert (other != key, lost) == (True, ["B"])
    state[editing.ROUND] = 1
    assert editing.turned(state, "needed", ["C"])[1] == [], "saved"


def test_a_bad_cell_is_a_sentence_and_nothing_is_saved(open_page: Open, waiting: Desk) -> None:
    page = open_page(waiting.app, "products")
    page.text_area(key="products_paste").set_value("SKU-1-2PCS\theavy")
    page.button(key="products_paste_save").click().run()
    assert "Row 1, 重量" in page.error[0].value
    assert "cannot be read" in page.error[0].value
    assert len(products.needed(waiting.app)) == 1


def test_a_sku_is_paired_and_a_bad_pair_is_refused(open_page: Open, waiting: Desk) -> None:
    page = open_page(waiting.app, "products", view="pairs")
    page.text_input(key="products_pair_sku").set_value("SKU-1-2PCS")
    page.text_input(key="products_pair_known").set_value("nowhere")
    page.button(key="products_pair_save").click().run()
    assert "not in the product table" in page.error[0].value
    page.text_input(key="products_pair_known").set_value("SKU-1")
    page.number_input(key="products_pair_quantity").set_value(2)
    page.button(key="products_pair_save").click().run()
    assert "1 pair remembered." in page.success[0].value
    assert products.pairs(waiting.app)["weight_g"].tolist() == [240]
    page.session_state["products_pairs"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    page.button(key="products_unpair").click().run()
    assert products.pairs(waiting.app).empty


def test_a_price_of_a_draft_moves_only_after_a_persons_word(open_page: Open, desk: Desk) -> None:
    desk.draft(policy=Policy.CHEAPEST)
    page = open_page(desk.app, "products", view="all")
    page.text_input(key="products_new_sku").set_value("SKU-1")
    page.number_input(key="products_new_weight").set_value(900)
    page.button(key="products_new_add").click().run()
    assert "changes the price of 10 parcels in drafts" in page.warning[0].value
    assert products.listing(desk.app, "SKU-1").products["weight_g"].iloc[0] == 120
    page.button(key="products_confirm").click().run()
    assert "10 drafts weighed anew." in page.success[0].value
    assert products.listing(desk.app, "SKU-1").products["weight_g"].iloc[0] == 900


def test_the_overview_and_the_orders_link_what_is_needed(open_page: Open, waiting: Desk) -> None:
    for name in ("overview", "orders", "checks"):
        page = open_page(waiting.app, name)
        assert any("1 SKU needs weight" in link.proto.label for link in page.get("page_link")), name


def test_a_sku_is_said_to_be_no_goods_and_that_is_undone(open_page: Open, waiting: Desk) -> None:
    page = open_page(waiting.app, "products")
    sku = page.multiselect(key="products_needed_no_goods").options[0]
    assert page.button(key="products_no_goods_say").disabled
    page.multiselect(key="products_needed_no_goods").set_value([sku]).run()
    page.button(key="products_no_goods_say").click().run()
    assert not page.exception
    assert "1 SKU is no goods from now on." in page.success[0].value
    assert products.no_goods(waiting.app)["sku"].tolist() == [sku]
    assert sku not in products.needed(waiting.app)["sku"].tolist()
    page = open_page(waiting.app, "products", view="pairs")
    page.session_state["products_no_goods"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    page.button(key="products_goods_again").click().run()
    assert not page.exception
    assert "1 SKU needs a weight again." in text_of(page)
    assert sku in products.needed(waiting.app)["sku"].tolist()

"""The Plans page: compare, choose, confirm, and go on."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lib.domain.plans import Policy
from lib.services import batches, files, plans, rules, trials
from pages.parts.plans import parcel_plans
from pages.parts.plans import trials as trial_panel
from tests.builders import a_product, a_products_cell, an_export_row, write_products
from tests.conftest import Desk
from tests.pages.conftest import Open, text_of


def tick(page: AppTest, table: str, *rows: int) -> AppTest:
    """Tick rows of a table, by their places on the screen."""
    page.session_state[table] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return page.run()


def table(page: AppTest, column: str) -> pd.DataFrame:
    """The one table on the page that has this column."""
    [found] = [one.value for one in page.dataframe if column in one.value.columns]
    return found


@pytest.fixture
def batch_id(desk: Desk) -> str:
    made = batches.create(desk.app, desk.order_ids(), by="tester")
    assert made.batch_id
    return made.batch_id


def test_without_any_draft_the_page_says_what_to_do(open_empty: Open) -> None:
    page = open_empty("plans")
    assert not page.exception
    assert "No batch waits for plans" in text_of(page)


def test_drafts_are_offered_when_the_address_names_none(open_page: Open, desk: Desk, batch_id: str) -> None:
    page = open_page(desk.app, "plans")
    assert "10 parcels" in text_of(page)
    assert batch_id in [link.proto.label for link in page.get("page_link")]


def test_a_batch_nobody_knows_is_said_to_be_unknown(open_page: Open, desk: Desk) -> None:
    page = open_page(desk.app, "plans", batch="B990101-1")
    assert not page.exception
    assert "is not known here" in text_of(page)


def test_every_plan_is_shown_with_what_it_can_carry_and_why_not_the_rest(
    open_page: Open, desk: Desk, batch_id: str
) -> None:
    page = open_page(desk.app, "plans", batch=batch_id)
    shown = table(page, "why_not")
    assert len(shown) == len(plans.all_plans(desk.app))
    able = shown[shown["carried"] == 10]
    assert not able.empty
    assert (able["why_not"] == "").all()
    none = shown[shown["carried"] == 0]
    assert none["why_not"].str.startswith("10 × ").all()
    assert (none["total"] == "–").all()


def test_the_cheapest_plans_are_chosen_confirmed_and_lead_on(
    open_page: Open, desk: Desk, batch_id: str
) -> None:
    page = open_page(desk.app, "plans", batch=batch_id)
    assert page.button(key="plans_continue").disabled
    page.button(key=f"plans_policy_{Policy.CHEAPEST}").click().run()
    assert "10 parcels got their plan." in text_of(page)
    rows = table(page, "cheapest_fee")
    assert (rows["fee"] == rows["cheapest_fee"]).all()
    assert page.button(key="plans_continue").disabled
    assert page.button(key="plans_confirm").disabled, "what is new needs its tick"
    for box in page.checkbox:
        if str(box.key).startswith("plans_tick_"):
            box.check()
    confirm = page.run().button(key="plans_confirm")
    assert "10 parcels" in confirm.label
    confirm.click().run()
    assert "Confirmed by" in text_of(page)
    assert not page.button(key="plans_continue").disabled
    batch = batches.get(desk.app, batch_id)
    assert (batch["confirmed_count"], batch["policy"]) == (10, Policy.CHEAPEST)


def test_the_totals_are_the_sum_of_the_fees_below(open_page: Open, desk: Desk, batch_id: str) -> None:
    plans.choose_by_policy(desk.app, batch_id, Policy.CHEAPEST, by="tester")
    page = open_page(desk.app, "plans", batch=batch_id)
    fees = plans.compare(desk.app, batch_id).choices["fee_cny_minor"].sum()
    assert f"{fees / 100:,.2f} CNY" in text_of(page).replace("\\", "")


def test_a_ticked_plan_takes_every_parcel_it_can_carry(open_page: Open, desk: Desk, batch_id: str) -> None:
    page = open_page(desk.app, "plans", batch=batch_id)
    names = {row["name_en"]: row["plan_id"] for row in plans.all_plans(desk.app)}
    rows = table(page, "why_not")
    place = int(rows.index[rows["carried"] == 10][-1])
    page = tick(page, "plans_table", place)
    page.button(key="plans_use_for_all").click().run()
    chosen = plans.compare(desk.app, batch_id).choices["plan_id"]
    assert set(chosen) == {names[rows["name"].iloc[place]]}
    assert page.session_state["plans_table"]["selection"]["rows"] == []


def test_a_ticked_order_shows_every_plan_taken_apart_and_takes_the_one_ticked(
    open_page: Open, desk: Desk, batch_id: str
) -> None:
    page = tick(open_page(desk.app, "plans", batch=batch_id), "plans_orders", 3)
    shipment_id = str(plans.compare(desk.app, batch_id).choices["shipment_id"].iloc[3])
    quotes = plans.options(desk.app, batch_id, shipment_id)
    options = table(page, "parts")
    assert len(options) == len(quotes)
    assert "Item fee" in options["parts"].iloc[0]
    assert page.button(key="plans_use_for_one").disabled
    page = tick(page, f"plans_options_{shipment_id}", 1)
    page.button(key="plans_use_for_one").click().run()
    rows = plans.compare(desk.app, batch_id).choices.set_index("shipment_id")
    assert rows.loc[shipment_id, "plan_id"] == quotes[1].plan_id
    assert rows["locked"].sum() == 1


def test_a_plan_that_cannot_carry_the_parcel_is_not_offered_for_it(
    open_page: Open, desk: Desk, batch_id: str
) -> None:
    page = tick(open_page(desk.app, "plans", batch=batch_id), "plans_orders", 0)
    shipment_id = str(plans.compare(desk.app, batch_id).choices["shipment_id"].iloc[0])
    options = table(page, "parts")
    unable = int(options.index[options["why_not"] != ""][0])
    page = tick(page, f"plans_options_{shipment_id}", unable)
    assert page.button(key="plans_use_for_one").disabled


def test_parcels_that_no_plan_can_carry_come_first_and_are_taken_out_together(
    open_page: Open, empty_desk: Desk
) -> None:
    special = a_product("SKU-8", 货物类型="特货")
    path = write_products(empty_desk.folder / "special.xlsx", [a_product("SKU-1"), special])
    files.load(empty_desk.app, [path], by="tester")
    skus = ("SKU-1", "SKU-1", "SKU-8", "SKU-8")
    empty_desk.load([an_export_row(products=a_products_cell((sku, 1))) for sku in skus])
    made = batches.create(empty_desk.app, empty_desk.order_ids(), by="tester")
    page = open_page(empty_desk.app, "plans", batch=made.batch_id)
    assert table(page, "cheapest_fee")["plan"].tolist()[:2] == ["No plan can carry it"] * 2
    button = page.button(key="plans_take_out")
    assert button.label == "Take out of the batch: 2 that no plan can carry"
    button.click().run()
    assert len(plans.compare(empty_desk.app, str(made.batch_id)).choices) == 2
    assert len(batches.create(empty_desk.app, empty_desk.order_ids(), by="tester").order_ids) == 2


def test_a_draft_can_be_given_up(open_page: Open, desk: Desk, batch_id: str) -> None:
    page = open_page(desk.app, "plans", batch=batch_id)
    page.button(key="plans_discard").click().run()
    assert "10 orders are free again." in text_of(page)
    assert len(batches.create(desk.app, desk.order_ids(), by="tester").order_ids) == 10


def test_the_page_speaks_chinese(open_page: Open, desk: Desk, batch_id: str) -> None:
    page = open_page(desk.app, "plans", language="zh_CN", batch=batch_id)
    assert not page.exception
    names = {row["name_zh"] for row in plans.all_plans(desk.app)}
    assert set(table(page, "why_not")["name"]) == names


def test_a_plan_is_stopped_and_everything_on_it_moved_in_the_page(
    open_page: Open, desk: Desk, batch_id: str
) -> None:
    plans.choose_plan(desk.app, batch_id, "CPAM", by="tester")
    page = open_page(desk.app, "plans")
    page.selectbox(key="plans_stop_plan").select("CPAM")
    page.text_input(key="plans_stop_reason").input("backlog").run()
    page.button(key="plans_stop").click().run()
    assert "It is stopped" in text_of(page)
    page.selectbox(key="plans_move_to_1").select("UPSE").run()
    page.button(key="plans_move_1").click().run()
    assert not page.exception
    assert set(plans.compare(desk.app, batch_id).choices["plan_id"]) == {"UPSE"}
    assert "10 parcels stand on the other plan now" in text_of(page)


def test_the_best_choice_under_limits_is_found_in_the_page(
    open_page: Open, desk: Desk, batch_id: str
) -> None:
    page = open_page(desk.app, "plans", batch=batch_id)
    page.number_input(key="plans_limits_budget").set_value(1.0).run()
    page.button(key="plans_limits_choose").click().run()
    assert "No choice keeps these limits together: budget 1.00 CNY" in text_of(page)
    page.number_input(key="plans_limits_budget").set_value(100_000.0).run()
    page.button(key="plans_limits_choose").click().run()
    assert not page.exception
    assert "10 parcels got their plan" in text_of(page)
    assert "proven the best" in text_of(page)


def test_edges_of_tiers_are_shown_when_asked_for_and_a_scale_changes_a_weight(
    open_page: Open, desk: Desk, batch_id: str
) -> None:
    plans.choose_plan(desk.app, batch_id, "YANWEN_AM", by="tester")
    page = tick(open_page(desk.app, "plans", batch=batch_id), "plans_orders", 0)
    [shipment_id] = [
        str(one.key)[12:] for one in page.number_input if str(one.key).startswith("plans_weigh_")
    ]
    page.number_input(key=f"plans_weigh_{shipment_id}").set_value(300)
    page.button(key="plans_weigh_button").click().run()
    assert "1 parcel has the weight of the scale." in text_of(page)
    page.toggle(key="plans_edges").set_value(True).run()
    edges = table(page, "action")
    assert "Pack 1 g sturdier, to 301 g; then weigh it" in edges["action"].tolist()


def test_a_rule_is_added_tried_and_used_in_the_page(open_page: Open, desk: Desk, batch_id: str) -> None:
    page = open_page(desk.app, "plans", batch=batch_id)
    page.multiselect(key="plans_rule_countries").set_value(["IE", "FR"])
    page.number_input(key="plans_rule_max_value").set_value(1000.0)
    page.button(key="plans_rule_add").click().run()
    assert "Choose the plan of the rule, then add it." in text_of(page)
    assert rules.every(desk.app) == []
    page.multiselect(key="plans_rule_countries").set_value(["IE", "FR"])
    page.number_input(key="plans_rule_max_value").set_value(1000.0)
    page.selectbox(key="plans_rule_plan").set_value("CPAM")
    page.button(key="plans_rule_add").click().run()
    assert table(page, "if")["if"].tolist() == ["to FR, IE; worth 1,000.00 USD or less"]
    page.toggle(key="plans_rules_try").set_value(True).run()
    assert not page.exception
    page.button(key=f"plans_policy_{Policy.RULES}").click().run()
    assert set(plans.compare(desk.app, batch_id).choices["plan_id"]) == {"CPAM"}
    assert "each rule decides: rule 1" in text_of(page).replace("\\", "")


def test_trial_prices_are_asked_for_and_stand_beside_the_estimates(
    open_page: Open, desk: Desk, batch_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans.choose_by_policy(desk.app, batch_id, Policy.CHEAPEST, by="tester")
    page = open_page(desk.app, "plans", batch=batch_id)
    assert "10 × never asked" in text_of(page)
    page.button(key="plans_trials_ask").click().run()
    assert "10 × waiting for the platform" in text_of(page)
    trials.fetch(desk.app)
    page = tick(open_page(desk.app, "plans", batch=batch_id), "plans_orders", 0)
    assert not page.exception
    assert "10 parcels: estimated" in text_of(page)
    assert table(page, "standing")["difference"].tolist() == ["0.00 CNY"] * 10
    options = table(page, "parts")
    priced = options[options["difference"] != "–"]
    assert priced["trial"].tolist() == priced["fee"].tolist() != []
    assert "Trial prices of" in text_of(page)
    monkeypatch.setattr(trial_panel, "SHOWN", 3)
    page.run()
    assert len(table(page, "standing")) == 3
    assert "The 3 with the largest differences, of 10." in text_of(page)


def test_a_long_draft_is_shown_by_the_page_and_any_order_is_found_by_its_number(
    open_page: Open, desk: Desk, batch_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parcel_plans, "PAGE_SIZE", 4)
    plans.choose_by_policy(desk.app, batch_id, Policy.CHEAPEST, by="tester")
    everything = plans.compare(desk.app, batch_id).choices["order_id"].tolist()
    page = open_page(desk.app, "plans", batch=batch_id)
    assert table(page, "cheapest_fee")["order_id"].tolist() == everything[:4]
    assert "10 / 10" in text_of(page), "the totals are of all of them"
    page.session_state[f"plans_page_{batch_id}"] = 3
    page = tick(page, "plans_orders", 1)
    assert table(page, "cheapest_fee")["order_id"].tolist() == everything[8:]
    assert everything[9] in text_of(page), "what is ticked is of the page that is shown"
    page.text_input(key=f"plans_find_{batch_id}").input(everything[2][-4:]).run()
    assert table(page, "cheapest_fee")["order_id"].tolist() == [
        one for one in everything if everything[2][-4:] in one
    ]
    assert "Tick an order to see every plan" in text_of(page), "what was ticked is on another page"
    page.text_input(key=f"plans_find_{batch_id}").input("nowhere").run()
    assert not page.exception
    assert "No order of this draft has that in its number." in text_of(page)


def test_an_order_over_the_limit_is_split_in_the_page(open_page: Open, empty_desk: Desk) -> None:
    path = write_products(empty_desk.folder / "heavy.xlsx", [a_product("SKU-8", **{"重量(g)": "700"})])
    files.load(empty_desk.app, [path], by="tester")
    empty_desk.load([an_export_row(products=a_products_cell(("SKU-8", 4))) for _ in range(2)])
    made = batches.create(empty_desk.app, empty_desk.order_ids(), by="tester")
    page = open_page(empty_desk.app, "plans", batch=made.batch_id)
    page.toggle(key="plans_splits").set_value(True).run()
    assert table(page, "parcels")["weight_g"].tolist() == table(page, "cheapest_fee")["weight_g"].tolist()
    assert "They cannot share a parcel" in text_of(page)
    page = tick(page, "plans_splits_table", 0)
    page.button(key="plans_split").click().run()
    assert "The order goes in 2 parcels now." in text_of(page)
    assert len(plans.compare(empty_desk.app, str(made.batch_id)).choices) == 3

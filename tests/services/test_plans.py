"""Choosing plans: what is seen is kept, and what differs from the buyers' choice is confirmed."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from lib.domain.plans import Due, Obstacle, PairKind, Policy
from lib.domain.problems import Problem
from lib.services import batches, files, plans, shipments
from tests.builders import a_product, a_products_cell, an_export_row, write_products
from tests.conftest import Desk


def a_draft(desk: Desk) -> str:
    made = batches.create(desk.app, desk.order_ids(), by="tester")
    assert made.batch_id
    return made.batch_id


def test_every_plan_is_compared_over_the_whole_draft(desk: Desk) -> None:
    batch_id = a_draft(desk)
    table = plans.compare(desk.app, batch_id).plans.set_index("plan_id")
    assert (table["parcel_count"] == 10).all()
    assert table.loc["CPAM", "carried_count"] == 10
    assert table.loc["DHL", "no_rate_count"] == 10
    [weight_g] = set(plans.compare(desk.app, batch_id).choices["weight_g"])
    quotes = plans.quote_parcel(desk.app, country="IE", weight_g=int(weight_g))
    one = next(quote for quote in quotes if quote.plan_id == "CPAM")
    assert table.loc["CPAM", "fee_minor"] == 10 * (one.fee_minor or 0)


def test_the_cheapest_plan_that_can_is_chosen(desk: Desk) -> None:
    batch_id = a_draft(desk)
    assert plans.choose_by_policy(desk.app, batch_id, Policy.CHEAPEST, by="tester") == 10
    choices = plans.compare(desk.app, batch_id).choices
    assert choices["plan_id"].tolist() == choices["cheapest_plan_id"].tolist()
    options = plans.options(desk.app, batch_id, choices["shipment_id"].iloc[0])
    able = [quote for quote in options if quote.eligible]
    assert able[0].plan_id == choices["plan_id"].iloc[0]
    assert able[0].fee_cny_minor == min(quote.fee_cny_minor or 0 for quote in able)
    assert all(quote.fee_minor == sum(amount for _, amount in quote.parts) for quote in able)
    assert all(quote.obstacles is not Obstacle(0) for quote in options if not quote.eligible)


def test_the_buyers_own_service_is_no_mismatch(desk: Desk) -> None:
    batch_id = a_draft(desk)
    plans.choose_by_policy(desk.app, batch_id, Policy.BUYERS, by="tester")
    assert plans.mismatches(desk.app, batch_id) == []


def test_pairs_that_differ_are_named_with_what_they_mean(empty_desk: Desk) -> None:
    paris = {"收货国家": "France", "邮编": "75001", "手机": "33612345678"}
    empty_desk.load([an_export_row(**paris) for _ in range(3)])
    batch_id = a_draft(empty_desk)
    plans.choose_plan(empty_desk.app, batch_id, "AE_CN_SUPER_ECONOMY_G", by="tester")
    [pair] = plans.mismatches(empty_desk.app, batch_id)
    assert (pair.buyer_plan_id, pair.kind, pair.shipment_count) == ("CAINIAO_STANDARD", PairKind.DOWNGRADE, 3)


def test_a_service_nobody_knows_is_never_a_match(empty_desk: Desk) -> None:
    empty_desk.load([an_export_row(买家选择物流=""), an_export_row(买家选择物流="Pigeon Post")])
    batch_id = a_draft(empty_desk)
    plans.choose_by_policy(empty_desk.app, batch_id, Policy.CHEAPEST, by="tester")
    assert {pair.kind for pair in plans.mismatches(empty_desk.app, batch_id)} == {PairKind.UNKNOWN}


def test_a_choice_made_for_one_order_is_locked(desk: Desk) -> None:
    batch_id = a_draft(desk)
    first = plans.compare(desk.app, batch_id).choices["shipment_id"].iloc[0]
    assert plans.choose_plan(desk.app, batch_id, "UPSE", by="tester", shipment_ids=[first]) == 1
    plans.choose_by_policy(desk.app, batch_id, Policy.CHEAPEST, by="tester")
    choices = plans.compare(desk.app, batch_id).choices.set_index("shipment_id")
    assert choices.loc[first, "plan_id"] == "UPSE"
    assert (choices["plan_id"] == "UPSE").sum() == 1


def test_a_plan_that_cannot_carry_a_parcel_is_not_given_to_it(empty_desk: Desk) -> None:
    heavy = an_export_row(products=a_products_cell(("SKU-1", 30)))
    empty_desk.load([an_export_row(), heavy])
    batch_id = a_draft(empty_desk)
    assert plans.choose_plan(empty_desk.app, batch_id, "CPAM", by="tester") == 1


def test_a_confirmation_holds_for_what_was_seen_and_falls_with_a_new_choice(desk: Desk) -> None:
    batch_id = a_draft(desk)
    plans.choose_plan(desk.app, batch_id, "CPAM", by="tester")
    with pytest.raises(Problem, match="choices_changed"):
        plans.confirm(desk.app, batch_id, 9, by="tester")
    assert plans.confirm(desk.app, batch_id, 10, by="tester") == 10
    assert batches.get(desk.app, batch_id)["confirmed_by"] == "tester"
    plans.choose_by_policy(desk.app, batch_id, Policy.CHEAPEST, by="tester")
    assert batches.get(desk.app, batch_id)["confirmed_at"] is None


def test_what_was_seen_when_deciding_is_kept(desk: Desk) -> None:
    batch_id = desk.draft()
    row = shipments.listing(desk.app, batch_id).iloc[0]
    kept = shipments.detail(desk.app, row["shipment_id"])
    assert sum(json.loads(kept["parts"]).values()) == kept["fee_minor"]
    assert kept["buyer_service"] == "AliExpress Standard Shipping"
    assert (kept["decided_by"], kept["card_id"] is not None) == ("tester", True)


def test_every_quote_says_what_it_costs_against_the_buyers_own_service(desk: Desk) -> None:
    batch_id = a_draft(desk)
    shipment_id = str(plans.compare(desk.app, batch_id).choices["shipment_id"].iloc[0])
    quotes = {one.plan_id: one for one in plans.options(desk.app, batch_id, shipment_id)}
    [own] = [one for one in quotes.values() if one.is_buyers]
    assert (own.plan_id, own.over_buyers_cny_minor, own.over_buyers_days) == ("CAINIAO_STANDARD", 0, 0)
    post = quotes["CPAM"]
    assert own.fee_cny_minor is not None
    assert post.fee_cny_minor is not None
    assert own.days_max is not None
    assert post.days_max is not None
    assert post.over_buyers_cny_minor == post.fee_cny_minor - own.fee_cny_minor
    assert post.over_buyers_days == post.days_max - own.days_max
    assert post.tracked
    assert quotes["CAINIAO_PREMIUM"].over_buyers_cny_minor is None, "it has no price"
    due = plans.landed_of_shipment(desk.app, batch_id, shipment_id)
    assert [(one.amount_minor, one.currency) for one in due if one.kind is Due.DUTY_PER_HEADING] == [
        (300, "EUR")
    ]


def test_a_draft_is_laid_out_by_country_and_weight_band(empty_desk: Desk) -> None:
    paris = {"收货国家": "France", "邮编": "75001", "手机": "33612345678"}
    empty_desk.load([an_export_row(**paris) for _ in range(3)] + [an_export_row()])
    found = plans.compare(empty_desk.app, a_draft(empty_desk))
    assert dict(zip(found.places["country"], found.places["parcel_count"], strict=True)) == {"FR": 3, "IE": 1}
    cheapest = found.choices.groupby("country")["cheapest_plan_id"].first().to_dict()
    assert dict(zip(found.places["country"], found.places["plan_id"], strict=True)) == cheapest
    means = found.choices.groupby("country")["cheapest_cny_minor"].first().to_dict()
    assert dict(zip(found.places["country"], found.places["mean_cny_minor"], strict=True)) == means


def test_the_share_of_a_plan_that_buyers_chose_is_counted(desk: Desk) -> None:
    table = plans.compare(desk.app, a_draft(desk)).plans.set_index("plan_id")
    assert table.loc["CAINIAO_STANDARD", "matching_count"] == table.loc["CAINIAO_STANDARD", "carried_count"]
    assert table["matching_count"].drop("CAINIAO_STANDARD").sum() == 0


def test_the_frontier_holds_only_plans_that_nothing_beats() -> None:
    by_plan = pd.DataFrame(
        [
            ("fast", 5000, 7),
            ("beaten", 6000, 9),
            ("cheap", 2000, 30),
            ("same", 2000, 40),
            ("narrow", None, 5),
            ("undated", None, None),
        ],
        columns=["plan_id", "alike_cny_minor", "days_max"],
    )
    assert plans.frontier(by_plan) == ["fast", "cheap"]


def test_plans_are_compared_over_the_parcels_that_all_of_them_can_carry(empty_desk: Desk) -> None:
    heavy = a_product("SKU-9", **{"重量(g)": "700"})
    files.load(
        empty_desk.app,
        [write_products(empty_desk.folder / "heavy.xlsx", [a_product("SKU-1"), heavy])],
        by="tester",
    )
    packed = [("SKU-1", 1), ("SKU-1", 1), ("SKU-1", 1), ("SKU-9", 4)]
    empty_desk.load([an_export_row(products=a_products_cell(one)) for one in packed])
    made = batches.create(empty_desk.app, empty_desk.order_ids(), by="tester")
    found = plans.compare(empty_desk.app, str(made.batch_id)).plans.set_index("plan_id")
    alike = found.dropna(subset="alike_count")
    assert set(alike["alike_count"]) == {3}, "the heavy one only the courier can carry"
    assert {"UPSE", "CPAM"} <= set(alike.index)
    assert alike["days_max"].notna().all()
    post = found.loc["CPAM"]
    assert (post["carried_count"], post["alike_cny_minor"]) == (3, post["fee_cny_minor"])
    courier = found.loc["UPSE"]
    assert courier["carried_count"] == 4
    assert courier["alike_cny_minor"] < courier["fee_cny_minor"]
    assert len(plans.frontier(found.reset_index())) > 1


def test_new_pairs_and_downgrades_need_their_tick_and_known_ones_do_not(empty_desk: Desk) -> None:
    paris = {"收货国家": "France", "邮编": "75001", "手机": "33612345678"}
    empty_desk.load([an_export_row(**paris) for _ in range(4)])
    first, second, third, fourth = empty_desk.order_ids()

    def drafted(order_id: str, plan_id: str) -> str:
        made = batches.create(empty_desk.app, [order_id], by="tester")
        plans.choose_plan(empty_desk.app, str(made.batch_id), plan_id, by="tester")
        return str(made.batch_id)

    slower, same = "AE_CN_SUPER_ECONOMY_G", "CPAM"
    with pytest.raises(Problem, match="pairs_not_ticked"):
        plans.confirm(empty_desk.app, batch := drafted(first, same), 1, by="tester", ticked=[])
    plans.confirm(empty_desk.app, batch, 1, by="vera", ticked=[PairKind.SAME_TIER])
    [kept] = plans.confirmed(empty_desk.app, batch)
    assert (kept["confirmed_by"], kept["kind"], kept["shipment_count"]) == ("vera", "same_tier", 1)
    assert (kept["was_known"], kept["ticked"]) == (False, True)
    plans.confirm(empty_desk.app, drafted(second, same), 1, by="tester", ticked=[])
    plans.confirm(empty_desk.app, drafted(third, slower), 1, by="tester", ticked=[PairKind.DOWNGRADE])
    with pytest.raises(Problem, match="pairs_not_ticked"):
        plans.confirm(empty_desk.app, drafted(fourth, slower), 1, by="tester", ticked=[])


def test_the_plans_that_can_carry_any_of_a_batch_are_those_of_its_comparison(desk: Desk) -> None:
    batch_id = desk.draft()
    compared = plans.compare(desk.app, batch_id).plans
    wanted = compared.loc[compared["carried_count"] > 0, "plan_id"].tolist()
    assert [one["plan_id"] for one in plans.able(desk.app, batch_id)] == wanted
    assert wanted

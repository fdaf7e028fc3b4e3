"""A list of rules chooses plans: the first that matches decides, and locks win."""

from __future__ import annotations

import pytest

from lib.domain.money import Money
from lib.domain.plans import Policy
from lib.domain.problems import Problem
from lib.services import batches, plans, rules, shipments, stops
from lib.wording.rules import reach_sentence
from tests.builders import an_export_row
from tests.conftest import Desk

RUSSIAN = {
    "收货国家": "Russian Federation", "州/省": "Moscow", "城市": "Moscow", "邮编": "101000", "手机": "79161234567",
    "联系电话": "", "收货人名称": "Vera Vera Made-Up",
}  # fmt: skip


def plan_ids(desk: Desk, batch_id: str) -> set[str]:
    return set(shipments.listing(desk.app, batch_id)["plan_id"])


def test_the_first_rule_that_matches_decides_and_is_kept(desk: Desk) -> None:
    batch_id = str(batches.create(desk.app, desk.order_ids(), by="tester").batch_id)
    rules.add(desk.app, "YANWEN_AM", by="vera", countries=("FR",))
    wanted = rules.add(desk.app, "CPAM", by="vera", countries=("IE", "FR"), sku="SKU-1", max_g=2000)
    rules.add(desk.app, "YANWEN_AM", by="vera")
    assert plans.choose_by_policy(desk.app, batch_id, Policy.RULES, by="tester") == 10
    assert plan_ids(desk, batch_id) == {"CPAM"}
    one = shipments.detail(desk.app, str(shipments.listing(desk.app, batch_id)["shipment_id"].iloc[0]))
    assert one["rule_id"] == wanted
    plans.choose_by_policy(desk.app, batch_id, Policy.CHEAPEST, by="tester")
    assert shipments.detail(desk.app, one["shipment_id"])["rule_id"] is None


@pytest.mark.parametrize(
    "condition",
    [{"sku": "SKU-2"}, {"min_g": 1900}, {"cargo_class": "battery"}, {"buyer_service": "Pigeon Post"}],
)
def test_a_condition_that_is_not_met_passes_the_rule_over(desk: Desk, condition: dict) -> None:
    rules.add(desk.app, "CPAM", by="vera", **condition)
    assert rules.dry_run(desk.app, days=3650)["rule_id"].isna().all()


def test_a_lock_wins_over_the_rules(desk: Desk) -> None:
    batch_id = str(batches.create(desk.app, desk.order_ids(), by="tester").batch_id)
    first = str(shipments.listing(desk.app, batch_id)["shipment_id"].iloc[0])
    plans.choose_plan(desk.app, batch_id, "UPSE", by="tester", shipment_ids=[first])
    rules.add(desk.app, "CPAM", by="vera")
    assert plans.choose_by_policy(desk.app, batch_id, Policy.RULES, by="tester") == 9
    assert shipments.detail(desk.app, first)["plan_id"] == "UPSE"


def test_a_stopped_plan_leaves_the_rules(desk: Desk) -> None:
    batch_id = str(batches.create(desk.app, desk.order_ids(), by="tester").batch_id)
    rules.add(desk.app, "CPAM", by="vera")
    rules.add(desk.app, "UPSE", by="vera")
    stops.stop(desk.app, "CPAM", reason="late", by="vera")
    plans.choose_by_policy(desk.app, batch_id, Policy.RULES, by="tester")
    assert plan_ids(desk, batch_id) == {"UPSE"}


def test_a_dry_run_shows_which_rule_would_decide_each_past_order_and_changes_nothing(desk: Desk) -> None:
    batch_id = desk.draft()
    before = plan_ids(desk, batch_id)
    rule_id = rules.add(desk.app, "CPAM", by="vera")
    found = rules.dry_run(desk.app, days=3650)
    assert found["rule_id"].tolist() == [rule_id] * 10
    assert (found["is_carried"].all(), set(found["was_plan_id"])) == (True, before)
    assert plan_ids(desk, batch_id) == before
    rules.remove(desk.app, rule_id, by="vera")
    assert rules.dry_run(desk.app, days=3650)["rule_id"].isna().all()
    with pytest.raises(Problem, match="rule_unknown"):
        rules.remove(desk.app, rule_id, by="vera")


def test_a_span_that_ends_before_it_begins_is_refused(desk: Desk) -> None:
    with pytest.raises(Problem, match="rule_reversed"):
        rules.add(desk.app, "CPAM", by="vera", min_g=500, max_g=100)


def test_a_rule_to_russia_decides_what_goes_to_russia_and_nothing_else(empty_desk: Desk) -> None:
    desk = empty_desk
    desk.load([an_export_row(**RUSSIAN), an_export_row()])
    batch_id = str(batches.create(desk.app, desk.order_ids(), by="tester").batch_id)
    rule_id = rules.add(desk.app, "CPAM", by="vera", countries=("ru",))
    idle = rules.add(desk.app, "UPSE", by="vera", countries=("BR",))
    assert plans.choose_by_policy(desk.app, batch_id, Policy.RULES, by="tester") == 1
    rows = shipments.listing(desk.app, batch_id).set_index("country")
    assert rows.loc["RU", "plan_id"] == "CPAM"
    assert rows["plan_id"].isna()["IE"]
    assert rules.reach(desk.app, batch_id) == [rules.Reach(rule_id, 1, 1), rules.Reach(idle, 0, 0)]
    assert f"rule {idle} (to BR): 0" in reach_sentence({rule_id: "to RU", idle: "to BR"}, [(idle, 0, 0)], 1)


@pytest.mark.parametrize("country", ["Russia", "俄罗斯", "XX", "R"])
def test_a_country_that_no_parcel_can_go_to_is_refused_instead_of_never_matching(
    desk: Desk, country: str
) -> None:
    with pytest.raises(Problem, match="rule_country_unknown"):
        rules.add(desk.app, "CPAM", by="vera", countries=(country,))
    assert rules.every(desk.app) == []


def test_a_rule_by_value_compares_by_the_days_exchange_rates(desk: Desk) -> None:
    rules.add(desk.app, "CPAM", by="vera", most=Money(300, "USD"))
    assert rules.dry_run(desk.app, days=3650)["rule_id"].isna().all(), "they are worth 4.50 USD"
    wanted = rules.add(desk.app, "CPAM", by="vera", least=Money(2000, "CNY"), most=Money(5000, "CNY"))
    assert set(rules.dry_run(desk.app, days=3650)["rule_id"]) == {wanted}

"""The plans of a draft, chosen exactly under limits across the batch."""

from __future__ import annotations

import json

import pytest

from lib.cli import run
from lib.domain.limits import Goal, LimitKind, Limits, Quota
from lib.domain.plans import Policy
from lib.domain.problems import Problem
from lib.services import batches, limits, plans, shipments
from lib.services.optimise import Clash
from tests.conftest import Desk


@pytest.fixture
def batch_id(desk: Desk) -> str:
    return str(batches.create(desk.app, desk.order_ids(), by="tester").batch_id)


def test_without_limits_every_parcel_gets_its_cheapest_plan(desk: Desk, batch_id: str) -> None:
    found = limits.choose(desk.app, batch_id, Limits(), by="tester")
    choices = plans.compare(desk.app, batch_id).choices
    assert choices["plan_id"].tolist() == choices["cheapest_plan_id"].tolist()
    assert found.fee_cny_minor == choices["cheapest_cny_minor"].sum()
    assert (found.shipment_count, found.gap, found.binding) == (10, 0, [])


def test_a_quota_is_kept_at_the_least_cost_and_named_as_binding(desk: Desk, batch_id: str) -> None:
    found = limits.choose(desk.app, batch_id, Limits(quotas=(Quota(("UPSE",), least=3),)), by="tester")
    choices = plans.compare(desk.app, batch_id).choices
    assert (choices["plan_id"] == "UPSE").sum() == 3
    assert found.fee_cny_minor == choices["fee_cny_minor"].sum()
    assert [one.limit.kind for one in found.binding] == [LimitKind.LEAST]
    kept = shipments.listing(desk.app, batch_id)
    assert kept["fee_cny_minor"].sum() == found.fee_cny_minor, "what was seen is kept"


def test_the_fastest_choice_within_a_budget_costs_no_more_than_it(desk: Desk, batch_id: str) -> None:
    cheapest = limits.choose(desk.app, batch_id, Limits(), by="tester").fee_cny_minor
    fastest = limits.choose(desk.app, batch_id, Limits(), by="tester", goal=Goal.FASTEST).fee_cny_minor
    budget = (cheapest + fastest) // 2
    found = limits.choose(desk.app, batch_id, Limits(budget_minor=budget), by="tester", goal=Goal.FASTEST)
    assert cheapest < found.fee_cny_minor <= budget < fastest
    assert found.gap == 0


def test_a_locked_parcel_keeps_its_plan_under_limits(desk: Desk, batch_id: str) -> None:
    first = plans.compare(desk.app, batch_id).choices["shipment_id"].iloc[0]
    plans.choose_plan(desk.app, batch_id, "UPSE", by="tester", shipment_ids=[first])
    limits.choose(desk.app, batch_id, Limits(), by="tester")
    choices = plans.compare(desk.app, batch_id).choices.set_index("shipment_id")
    assert choices.loc[first, "plan_id"] == "UPSE"
    assert (choices["plan_id"] == "UPSE").sum() == 1


def test_limits_that_clash_are_named_and_nothing_is_changed(desk: Desk, batch_id: str) -> None:
    plans.choose_by_policy(desk.app, batch_id, Policy.CHEAPEST, by="tester")
    before = plans.compare(desk.app, batch_id).choices["plan_id"].tolist()
    with pytest.raises(Clash) as clash:
        limits.choose(
            desk.app, batch_id, Limits(budget_minor=100, quotas=(Quota(("UPSE",), most=5),)), by="tester"
        )
    assert [one.kind for one in clash.value.limits] == [LimitKind.BUDGET]
    assert plans.compare(desk.app, batch_id).choices["plan_id"].tolist() == before


def test_a_limit_on_a_plan_nobody_knows_is_refused(desk: Desk, batch_id: str) -> None:
    with pytest.raises(Problem, match="limits_unknown_plan"):
        limits.choose(desk.app, batch_id, Limits(quotas=(Quota(("PIGEON",), most=1),)), by="tester")


def test_plans_are_chosen_under_limits_at_the_command_line(
    desk: Desk, batch_id: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    data = desk.folder / "cli"
    data.mkdir()
    desk.app.database.close()
    (desk.folder / "store.duckdb").rename(data / "shipdesk.duckdb")
    monkeypatch.setenv("SHIPDESK_DATA", str(data))
    command = ["batch", "choose", batch_id, "--goal", "cheapest", "--json"]
    assert run([*command, "--least", "UPSE", "2"]) == 0
    answer = json.loads(capfd.readouterr().out)
    assert (answer["shipments"], answer["gap"]) == (10, 0)
    assert answer["binding"][0]["limit"] == "at least 2 on UPSE"
    assert run([*command, "--budget", "1"]) == 1
    assert json.loads(capfd.readouterr().out)["clash"] == ["budget 1.00 CNY"]

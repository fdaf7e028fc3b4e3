"""Trial prices: asked in the background within the platform's limits, kept with their time, seen at the decision."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from lib.domain.plans import Policy
from lib.domain.shipments import Decision
from lib.services import background, plans, shipments, trials, weights
from tests.conftest import HTTP, Desk


def standings(desk: Desk, batch_id: str) -> dict[str, int]:
    return trials.of_batch(desk.app, batch_id)["standing"].value_counts().to_dict()


def test_trial_prices_stand_beside_the_estimates_and_are_kept_with_the_decision(desk: Desk) -> None:
    batch_id = desk.draft(policy=Policy.CHEAPEST)
    assert standings(desk, batch_id) == {"missing": 10}
    assert trials.want(desk.app, batch_id, by="vera") == 10
    assert standings(desk, batch_id) == {"waiting": 10}
    assert trials.fetch(desk.app) == 10
    found = trials.of_batch(desk.app, batch_id)
    assert set(found["standing"]) == {"fresh"}
    assert (found["difference_minor"] == found["trial_minor"] - found["fee_minor"]).all()
    assert trials.want(desk.app, batch_id, by="vera") == 0, "nobody asks twice for what is fresh"
    one = str(found["shipment_id"].iloc[0])
    assert shipments.detail(desk.app, one)["trial_minor"] is None, "it was not seen at the decision yet"
    differing = sum(pair.shipment_count for pair in plans.mismatches(desk.app, batch_id))
    plans.confirm(desk.app, batch_id, differing, by="vera")
    kept = shipments.detail(desk.app, one)
    assert kept["trial_minor"] == found["trial_minor"].iloc[0]
    assert (kept["trial_currency"], kept["trial_weight_g"]) == (kept["currency"], kept["decided_weight_g"])
    assert kept["trial_at"] == found["fetched_at"].iloc[0]


def test_a_platform_that_charges_more_than_our_card_says_is_shown_with_the_difference(desk: Desk) -> None:
    batch_id = desk.draft()
    with desk.app.database.write() as work:
        work._cursor.execute("update rates set item_fee_minor = item_fee_minor - 100")
    plans.choose_by_policy(desk.app, batch_id, Policy.CHEAPEST, by="vera")
    trials.want(desk.app, batch_id, by="vera")
    trials.fetch(desk.app, batch_id)
    assert set(trials.of_batch(desk.app, batch_id)["difference_minor"]) == {100}


def test_another_weight_or_a_day_makes_a_trial_price_stale(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = desk.draft()
    trials.want(desk.app, batch_id, by="vera")
    trials.fetch(desk.app)
    weighed = str(trials.of_batch(desk.app, batch_id)["shipment_id"].iloc[3])
    weights.weigh(desk.app, {weighed: 333}, by="vera")
    assert standings(desk, batch_id) == {"fresh": 9, "stale": 1}
    assert all(one.stale for one in trials.of_parcel(desk.app, weighed).trials.values())
    monkeypatch.setattr(desk.app, "now", lambda now=desk.app.now: now() + timedelta(hours=25))
    assert standings(desk, batch_id) == {"stale": 10}
    assert trials.want(desk.app, batch_id, by="vera") == 10
    trials.fetch(desk.app)
    assert standings(desk, batch_id) == {"fresh": 10}


def test_a_ban_makes_the_questions_wait_and_none_is_lost(desk: Desk) -> None:
    batch_id = desk.draft()
    desk.behave(daily_quota=4)
    trials.want(desk.app, batch_id, by="vera")
    assert trials.fetch(desk.app, batch_id) < 10
    assert standings(desk, batch_id)["waiting"] > 0
    due = trials.next_at(desk.app, batch_id)
    assert due is not None
    assert due > desk.app.now(), "nothing is asked while the ban lasts"
    desk.behave(daily_quota=0)
    desk.app.platform.lift_bans()
    with desk.app.database.write() as work:
        work._cursor.execute("update trial_requests set next_attempt_at = wanted_at")
    trials.fetch(desk.app, batch_id)
    assert standings(desk, batch_id) == {"fresh": 10}


def test_an_order_the_platform_does_not_know_is_said_to_have_no_trial_price(desk: Desk) -> None:
    batch_id = desk.draft()
    trials.want(desk.app, batch_id, by="vera")
    HTTP.post(f"{desk.url}/sandbox/reset").raise_for_status()
    trials.fetch(desk.app)
    found = trials.of_batch(desk.app, batch_id)
    assert set(found["standing"]) == {"troubled"}
    assert found["trial_minor"].isna().all()


def test_the_background_fetches_what_waited_when_the_program_ended(desk: Desk) -> None:
    batch_id = desk.draft()
    trials.want(desk.app, batch_id, by="vera")
    fetcher = trials.Fetcher(desk.app)
    fetcher.start()
    try:
        for _ in range(200):
            if trials.next_at(desk.app) is None:
                break
            fetcher._stopping.wait(0.05)
    finally:
        fetcher.stop(5)
    assert standings(desk, batch_id) == {"fresh": 10}
    background.fetch_trials()


def test_what_is_sent_is_not_asked_for_any_more(desk: Desk) -> None:
    batch_id = desk.draft()
    trials.want(desk.app, batch_id, by="vera")
    desk.submit(batch_id, Decision.DESTROY)
    assert trials.next_at(desk.app) is None
    assert trials.fetch(desk.app) == 0
    assert json.dumps(trials.of_batch(desk.app, batch_id).to_dict("records")) == "[]"

"""Plans stopped by hand: they leave quotes at once, and everything on them is moved in one action."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest

from lib.cli import run
from lib.domain.plans import Obstacle, Policy
from lib.domain.problems import Problem
from lib.services import batches, plans, shipments, stops
from tests.conftest import Desk


def drafted(desk: Desk, order_ids: list[str], plan_id: str = "CPAM") -> str:
    made = batches.create(desk.app, order_ids, by="tester")
    plans.choose_plan(desk.app, str(made.batch_id), plan_id, by="tester")
    return str(made.batch_id)


def test_a_stopped_plan_leaves_quotes_to_its_country_until_it_is_lifted(desk: Desk) -> None:
    stop_id = stops.stop(desk.app, "CPAM", country="ie", reason="backlog", by="tester")

    def obstacles(country: str) -> Obstacle:
        quotes = plans.quote_parcel(desk.app, country=country, weight_g=200)
        return next(one.obstacles for one in quotes if one.plan_id == "CPAM")

    assert obstacles("IE") == Obstacle.STOPPED
    assert obstacles("FR") == Obstacle(0)
    batch_id = desk.draft(policy=Policy.CHEAPEST)
    assert "CPAM" not in set(plans.compare(desk.app, batch_id).choices["plan_id"])
    assert plans.choose_plan(desk.app, batch_id, "CPAM", by="tester") == 0
    stops.lift(desk.app, stop_id, by="tester")
    assert obstacles("IE") == Obstacle(0)
    assert stops.current(desk.app) == []


def test_a_stop_of_other_days_does_not_hold(desk: Desk) -> None:
    today = desk.app.now().date()
    stops.stop(desk.app, "CPAM", from_on=today + timedelta(days=2), reason="holidays", by="tester")
    quotes = plans.quote_parcel(desk.app, country="IE", weight_g=200)
    assert next(one for one in quotes if one.plan_id == "CPAM").eligible
    later = plans.quote_parcel(desk.app, country="IE", weight_g=200, on=today + timedelta(days=2))
    assert next(one for one in later if one.plan_id == "CPAM").obstacles == Obstacle.STOPPED


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"plan_id": "CPAM", "reason": " "}, "stop_needs_reason"),
        ({"plan_id": "PIGEON", "reason": "none"}, "stop_plan_unknown"),
    ],
)
def test_a_stop_that_says_too_little_is_refused(desk: Desk, given: dict[str, str], code: str) -> None:
    with pytest.raises(Problem, match=code):
        stops.stop(desk.app, by="tester", **given)  # type: ignore[arg-type]
    yesterday = desk.app.now().date() - timedelta(days=1)
    with pytest.raises(Problem, match="stop_ends_early"):
        stops.stop(desk.app, "CPAM", reason="late", until_on=yesterday, by="tester")


def test_a_draft_on_a_stopped_plan_is_not_submitted(desk: Desk) -> None:
    batch_id = drafted(desk, desk.order_ids())
    stops.stop(desk.app, "CPAM", reason="backlog", by="tester")
    with pytest.raises(Problem, match="plan_stopped"):
        desk.submit(batch_id)


def test_drafts_queued_and_ready_parcels_of_a_stopped_plan_are_moved_at_once(desk: Desk) -> None:
    orders = desk.order_ids()
    ready = drafted(desk, orders[:3])
    desk.submit(ready)
    desk.work(ready)
    queued, draft = drafted(desk, orders[3:6]), drafted(desk, orders[6:])
    desk.submit(queued)
    assert (desk.states(ready), desk.states(queued)) == ({"ready": 3}, {"queued": 3})

    stop_id = stops.stop(desk.app, "CPAM", reason="suspended at noon", by="tester")
    listed = stops.shipments(desk.app, stop_id)
    assert Counter(listed["state"]) == {"ready": 3, "queued": 3, "draft": 4}
    moved = stops.move_all(desk.app, stop_id, "UPSE", by="tester")
    assert (moved.chosen, moved.voided, moved.left) == (10, 3, 0)
    assert desk.states(ready) == {"voided": 3}
    assert desk.states(queued) == {}
    assert stops.shipments(desk.app).empty
    [new] = [one for one in moved.batch_ids if one != draft]
    for batch_id, count in ((draft, 4), (new, 6)):
        rows = shipments.listing(desk.app, batch_id)
        assert rows["plan_id"].tolist() == ["UPSE"] * count
        assert rows["fee_minor"].notna().all()
    assert set(shipments.listing(desk.app, new)["order_id"]) == set(orders[:6])
    desk.submit(new)
    desk.work(new)
    assert desk.states(new) == {"ready": 6}


def test_a_move_that_fails_half_way_leaves_everything_where_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = desk.order_ids()
    ready, draft = drafted(desk, orders[:3]), drafted(desk, orders[3:])
    desk.submit(ready)
    desk.work(ready)
    stop_id = stops.stop(desk.app, "CPAM", reason="suspended at noon", by="tester")

    def fail(*given: object, **named: object) -> None:
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr(batches.store, "new_id", fail)
        with pytest.raises(RuntimeError):
            stops.move_all(desk.app, stop_id, "UPSE", by="tester")
    assert (desk.states(ready), desk.states(draft)) == ({"ready": 3}, {"draft": 7})
    assert len(stops.shipments(desk.app, stop_id)) == 10
    assert stops.move_all(desk.app, stop_id, "UPSE", by="tester").chosen == 10


def test_a_plan_is_stopped_and_emptied_at_the_command_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drafted(desk, desk.order_ids())
    data = desk.folder / "cli"
    data.mkdir()
    desk.app.database.close()
    (desk.folder / "store.duckdb").rename(data / "shipdesk.duckdb")
    monkeypatch.setenv("SHIPDESK_DATA", str(data))

    def answer(*arguments: str) -> object:
        assert run([*arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    assert answer("plans", "stop", "CPAM", "--reason", "backlog") == {"stop_id": 1, "shipments": 10}
    [stopped] = answer("plans", "stops")  # type: ignore[misc]
    assert (stopped["plan_id"], stopped["shipment_count"]) == ("CPAM", 10)
    moved = answer("plans", "move", "1", "UPSE")
    assert (moved["chosen"], moved["left"]) == (10, 0)  # type: ignore[index]
    assert answer("plans", "lift", "1") == {"stop_id": 1}

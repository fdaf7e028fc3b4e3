"""Two people with the same list: no order is sent twice, and both are told what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from lib.domain.plans import Policy
from lib.domain.problems import Problem
from lib.domain.shipments import Choice, HandoverMode
from lib.services import batches, handover, partly, plans, shipments
from lib.wording import problem_sentence
from tests.conftest import Desk


def test_overlapping_lists_submitted_at_the_same_moment_send_every_order_once(desk: Desk) -> None:
    ids = desk.order_ids()
    lists = {"first": ids[:7], "second": ids[3:]}
    together = Barrier(2)

    def operate(who: str) -> tuple[str | None, set[str]]:
        together.wait()
        made = batches.create(desk.app, lists[who], by=who, policy=Policy.CHEAPEST)
        if made.batch_id is not None:
            desk.submit(made.batch_id)
            shipments.submit(desk.app, made.batch_id, agreed=True, by=who)
        return made.batch_id, {str(one.order_id) for one in made.excluded}

    with ThreadPoolExecutor(2) as pool:
        told = dict(zip(lists, pool.map(operate, lists), strict=True))
    desk.work()
    sent = [one["trade_order_id"] for one in desk.logistics_orders()]
    assert sorted(sent) == sorted(ids)
    taken = {who: left_out for who, (_batch, left_out) in told.items()}
    assert taken["first"] | taken["second"] == set(ids[3:7]), "each shared order is named to one of them"
    assert not taken["first"] & taken["second"]


def test_who_acts_on_a_draft_that_a_colleague_submitted_is_told_and_changes_nothing(desk: Desk) -> None:
    batch_id = desk.draft(desk.order_ids()[:3])
    seen = shipments.listing(desk.app, batch_id)["shipment_id"].tolist()
    desk.submit(batch_id)
    before = batches.get(desk.app, batch_id)

    def acts() -> Iterator[Callable[[], object]]:
        yield lambda: shipments.submit(desk.app, batch_id, agreed=True, by="late", shipment_ids=seen)
        yield lambda: plans.choose_by_policy(desk.app, batch_id, Policy.BUYERS, by="late")
        yield lambda: plans.choose_plan(desk.app, batch_id, "CPAM", by="late", shipment_ids=seen[:1])
        yield lambda: shipments.decide_undeliverable(desk.app, batch_id, Choice.RETURN, by="late")
        yield lambda: handover.choose_mode(desk.app, batch_id, HandoverMode.SELF_SEND, by="late")

    for act in acts():
        with pytest.raises(Problem) as told:
            act()
        assert told.value.code == "submitted_already"
        assert "tester" in problem_sentence(told.value.code, **told.value.details)
    with pytest.raises(Problem, match="batch_submitted"):
        batches.discard(desk.app, batch_id, by="late")
    assert batches.get(desk.app, batch_id) == before
    assert desk.states(batch_id) == {"queued": 3}


def test_what_came_into_a_draft_after_it_was_shown_is_not_sent_by_that_submit(
    desk_of_five: Desk, order_of_five: str
) -> None:
    desk, batch_id = desk_of_five, desk_of_five.draft([order_of_five])
    seen = shipments.listing(desk.app, batch_id)["shipment_id"].tolist()
    new_id = partly.split(desk.app, seen[0], {1: 1}, by="a colleague")
    plans.confirm(desk.app, batch_id, 2, by="a colleague")
    handover.prepare(desk.app, batch_id)
    shipments.decide_undeliverable(desk.app, batch_id, Choice.DESTROY, by="tester")
    assert shipments.submit(desk.app, batch_id, agreed=True, by="tester", shipment_ids=seen) == 1
    assert shipments.detail(desk.app, new_id)["state"] == "draft"

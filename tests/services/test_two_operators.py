"""Two people with the same list: no order is sent twice, and both are told what happened."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from lib.domain.plans import Policy
from lib.services import batches, shipments
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

"""The stop list: what changed on the platform after printing does not leave without a person's reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.domain.freshness import Progress
from lib.domain.printing import PrintSettings
from lib.domain.problems import Problem
from lib.services import batches, overview, printing, shipments, stop_list, sync
from lib.wording import paper_words, stop_sentence, where_printed
from tests.conftest import Desk


def printed(desk: Desk) -> tuple[str, list[str], list[str]]:
    """A printed batch: its id, its shipments, their orders, in the list's order."""
    batch_id = desk.draft(desk.order_ids()[:5])
    desk.submit(batch_id)
    desk.work(batch_id)
    wanted = printing.of_batch(desk.app, batch_id)
    settings = PrintSettings("a4", run_size=3)
    printing.print_labels(desk.app, wanted, settings, by="tester", words=paper_words, name=batch_id)
    rows = shipments.listing(desk.app, batch_id)
    return batch_id, rows["shipment_id"].tolist(), rows["order_id"].tolist()


def test_a_cancelled_order_stays_at_the_desk_until_somebody_gives_a_reason(desk: Desk) -> None:
    batch_id, ids, orders = printed(desk)
    desk.happen(orders[3], status="IN_CANCEL")
    assert stop_list.refresh(desk.app, "default") == ""
    [found] = overview.today(desk.app).stopped
    assert (found.shipment_id, found.run, found.page) == (ids[3], 2, 1)
    assert where_printed(found.run, found.page, found.sheet, found.place) == "run 2, sheet 1, place 1"
    assert "cancel" in stop_sentence(found.reasons).lower()

    moved, stayed = shipments.hand_over(desk.app, batch_id, by="tester")
    assert (moved, stayed) == (4, [ids[3]])
    with pytest.raises(Problem, match="all_stopped"):
        shipments.hand_over(desk.app, batch_id, by="tester")
    with pytest.raises(Problem, match="release_needs_reason"):
        stop_list.let_go(desk.app, [ids[3]], reason=" ", by="tester")
    assert stop_list.let_go(desk.app, [ids[3]], reason="the buyer took it back", by="anna") == 1
    assert stop_list.stopped(desk.app) == []
    assert shipments.hand_over(desk.app, batch_id, by="tester")[0] == 1
    [release] = shipments.detail(desk.app, ids[3])["releases"]
    assert (release["reason"], release["released_by"]) == ("the buyer took it back", "anna")


def test_before_something_leaves_the_platform_is_asked_though_the_orders_were_synced_a_moment_ago(
    desk: Desk,
) -> None:
    batch_id, ids, orders = printed(desk)
    sync.sync(desk.app, "default", by="tester")
    desk.happen(orders[3], status="IN_CANCEL")
    assert stop_list.refresh(desk.app, "default", within=timedelta(minutes=1)) == ""
    assert stop_list.stopped(desk.app, batch_id) == []
    assert stop_list.refresh(desk.app, "default") == ""
    assert [one.shipment_id for one in stop_list.stopped(desk.app, batch_id)] == [ids[3]]


def test_while_a_sync_is_under_way_the_cancelled_are_asked_for_by_themselves(desk: Desk) -> None:
    batch_id, ids, orders = printed(desk)
    found: list[str] = []

    def meanwhile(_progress: Progress) -> None:
        if not found:
            desk.happen(orders[1], status="IN_CANCEL")
            assert stop_list.refresh(desk.app, "default") == ""
            found.extend(one.shipment_id for one in stop_list.stopped(desk.app, batch_id))

    sync.sync(desk.app, "default", by="tester", on_progress=meanwhile)
    assert found == [ids[1]]


def test_another_address_after_printing_stops_the_parcel_and_voiding_ends_it(desk: Desk) -> None:
    _batch_id, ids, orders = printed(desk)
    desk.happen(orders[0], receiver={"address": "9 Other Road", "city": "Cork"})
    sync.sync(desk.app, "default", by="tester")
    [found] = stop_list.stopped(desk.app)
    assert (found.shipment_id, found.reasons[0][0]) == (ids[0], "receiver")
    shipments.void(desk.app, ids[0], reason="another address", by="tester")
    assert stop_list.stopped(desk.app) == []


def test_a_stopped_parcel_is_not_printed_and_not_declared(desk: Desk) -> None:
    batch_id, ids, orders = printed(desk)
    shipments.hand_over(desk.app, batch_id, by="tester")
    desk.happen(orders[1], status="IN_ISSUE")
    stop_list.refresh(desk.app, "default")
    assert printing.choose(desk.app, ids, PrintSettings()).stopped == [ids[1]]
    assert shipments.declare(desk.app, batch_id, by="tester", shipment_ids=ids[:3]) == 2
    desk.work(batch_id)
    assert desk.states(batch_id) == {"declared": 2, "handed_over": 3}


def test_what_is_stopped_after_it_was_wanted_declared_is_not_declared_either(desk: Desk) -> None:
    batch_id, _ids, orders = printed(desk)
    shipments.hand_over(desk.app, batch_id, by="tester")
    assert shipments.declare(desk.app, batch_id, by="tester") == 5
    desk.happen(orders[2], status="IN_CANCEL")
    stop_list.refresh(desk.app, "default")
    desk.work(batch_id)
    assert desk.states(batch_id) == {"declared": 4, "handed_over": 1}
    assert {one["trade_order_id"] for one in desk.logistics_orders() if not one["declared"]} == {orders[2]}


def test_a_hand_over_keeps_pieces_weight_courier_time_and_who(desk: Desk) -> None:
    batch_id, ids, _orders = printed(desk)
    shipments.hand_over(
        desk.app, batch_id, by="anna", left_out=[ids[0]], courier="SF", number="SF123", scale_g=655
    )
    [one] = shipments.handovers(desk.app, batch_id)
    rows = shipments.listing(desk.app, batch_id)
    assert (one["pieces"], one["weight_g"], one["scale_g"]) == (4, int(rows["weight_g"].iloc[1:].sum()), 655)
    assert (one["courier"], one["courier_number"], one["done_by"]) == ("SF", "SF123", "anna")
    assert one["done_at"]
    assert one["warehouse_name"]
    with pytest.raises(Problem, match="courier_number"):
        shipments.hand_over(desk.app, batch_id, by="anna", number="x" * 33)


def test_what_is_cancelled_before_it_is_sent_stays_behind_and_its_neighbours_go(desk: Desk) -> None:
    batch_id = desk.draft(desk.order_ids()[:3])
    cancelled = shipments.listing(desk.app, batch_id)["order_id"].iloc[1]
    desk.happen(cancelled, status="IN_CANCEL")
    stop_list.refresh(desk.app, "default")
    assert desk.submit(batch_id) == 2
    desk.work(batch_id)
    assert cancelled not in {one["trade_order_id"] for one in desk.logistics_orders()}


def test_a_draft_whose_buyer_cancelled_is_dropped_and_named_and_its_neighbours_go(desk: Desk) -> None:
    batch_id = desk.draft(desk.order_ids()[:3])
    gone = desk.order_ids()[1]
    desk.happen(gone, status="IN_CANCEL")
    assert stop_list.refresh(desk.app, "default") == ""
    assert batches.drop_gone(desk.app, batch_id, by="tester") == [gone]
    assert batches.drop_gone(desk.app, batch_id, by="tester") == []
    assert desk.submit(batch_id) == 2
    assert desk.states(batch_id) == {"queued": 2}
    [dropped] = shipments.listing(desk.app, batch_id).query("order_id == @gone")["shipment_id"]
    assert shipments.detail(desk.app, dropped)["timeline"][-1]["note"] == "order_status IN_CANCEL"

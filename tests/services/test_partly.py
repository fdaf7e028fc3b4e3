"""Partial shipment: no quantity is shipped twice, whoever splits; told by hand, changed, finished."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from lib.domain.problems import Problem
from lib.services import batches, notices, orders, partly, shipments
from lib.wording import refusal_sentence
from tests.conftest import Desk


def in_shipments(desk: Desk, order_id: str) -> dict[int, int]:
    """How many of each line are in living shipments."""
    with desk.app.database.read() as work:
        rows = work._cursor.execute(
            "select line_no, sum(quantity) from shipment_lines join live_shipments using (shipment_id) "
            "where live_shipments.order_id = ? group by 1",
            [order_id],
        ).fetchall()
    return {line: int(quantity) for line, quantity in rows}


def test_a_draft_is_split_weighed_priced_and_declared_part_by_part(
    desk_of_five: Desk, order_of_five: str
) -> None:
    desk, app = desk_of_five, desk_of_five.app
    batch_id = desk.draft()
    [whole] = shipments.listing(app, batch_id).to_dict("records")
    new_id = partly.split(app, whole["shipment_id"], {1: 1, 2: 2}, by="tester")
    rows = shipments.listing(app, batch_id).set_index("shipment_id")
    assert [line["quantity"] for line in shipments.detail(app, new_id)["contents"]] == [1, 2]
    assert [line["quantity"] for line in shipments.detail(app, whole["shipment_id"])["contents"]] == [2]
    assert all(rows["weight_g"] < whole["weight_g"])
    assert all(rows["fee_minor"] < whole["fee_minor"])
    for wrong in ({1: 2}, {1: 0}, {9: 1}, {1: -1}):
        with pytest.raises(Problem, match="split_"):
            partly.split(app, whole["shipment_id"], wrong, by="tester")
    desk.submit(batch_id)
    desk.work(batch_id)
    assert len(desk.logistics_orders()) == 2
    shipments.hand_over(app, batch_id, by="tester", left_out=[new_id])
    shipments.declare(app, batch_id, by="tester")
    desk.work(batch_id)
    assert orders.detail(app, order_of_five)["status"] == "SELLER_PART_SEND_GOODS"
    shipments.hand_over(app, batch_id, by="tester")
    shipments.declare(app, batch_id, by="tester")
    desk.work(batch_id)
    [trade] = desk.platform_state()["trade_orders"]
    assert (desk.states(batch_id), trade["status"]) == ({"declared": 2}, "WAIT_BUYER_ACCEPT_GOODS")


def test_quantities_hold_when_many_split_and_take_at_the_same_moment(
    desk_of_five: Desk, order_of_five: str
) -> None:
    app = desk_of_five.app
    batch_id = desk_of_five.draft()
    [first] = shipments.listing(app, batch_id)["shipment_id"]
    failed: list[BaseException] = []

    def trying(act: Callable[[], object]) -> None:
        try:
            act()
        except Problem:
            pass
        except BaseException as error:
            failed.append(error)

    acts: list[Callable[[], object]] = [
        lambda: partly.split(app, first, {1: 2}, by="one"),
        lambda: partly.split(app, first, {1: 2, 2: 1}, by="two"),
        lambda: partly.split(app, first, {2: 2}, by="three"),
        lambda: batches.create(app, [order_of_five], by="four"),
        lambda: notices.fill_in(
            app,
            order_of_five,
            service_key="CPAM",
            tracking_number="LX123456789CN",
            everything=True,
            by="five",
        ),
    ]
    threads = [threading.Thread(target=trying, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert in_shipments(desk_of_five, order_of_five) == {1: 3, 2: 2}


def test_a_partly_shipped_order_is_told_by_hand_changed_and_finished(
    desk_of_five: Desk, order_of_five: str
) -> None:
    desk, app = desk_of_five, desk_of_five.app
    [carrier] = [one for one in notices.carriers(app) if one.service_key == "CPAM"]
    assert not carrier.takes("nonsense!")
    with pytest.raises(Problem, match="number_pattern"):
        notices.fill_in(
            app, order_of_five, service_key="CPAM", tracking_number="nonsense!", everything=False, by="t"
        )
    with pytest.raises(Problem, match="notice_quantity"):
        notices.fill_in(
            app, order_of_five, service_key="CPAM", tracking_number="LX123456789CN", everything=False,
            quantities={1: 4}, by="t",
        )  # fmt: skip
    told = notices.fill_in(
        app, order_of_five, service_key="CPAM", tracking_number="LX123456789CN", everything=False,
        quantities={1: 1}, by="t",
    )  # fmt: skip
    assert told.state == notices.DONE
    assert {row["line_no"]: row["left_quantity"] for row in notices.left(app, order_of_five)} == {1: 2, 2: 2}
    assert orders.detail(app, order_of_five)["status"] == "SELLER_PART_SEND_GOODS"
    changed = notices.change(
        app,
        order_of_five,
        old_number="LX123456789CN",
        service_key="CPAM",
        tracking_number="LX987654321CN",
        by="t",
    )
    assert changed.state == notices.DONE
    [declared] = app.platform.declarations(order_of_five)
    assert declared.tracking_number == "LX987654321CN"
    made = batches.create(app, [order_of_five], by="t")
    assert in_shipments(desk, order_of_five) == {1: 2, 2: 2}, "online shipping takes what is left"
    with pytest.raises(Problem, match="parcels_under_way"):
        notices.finish(app, order_of_five, by="t")
    batches.discard(app, made.batch_id or "", by="t")
    assert notices.finish(app, order_of_five, by="anna").state == notices.DONE
    [trade] = desk.platform_state()["trade_orders"]
    assert trade["status"] == "WAIT_BUYER_ACCEPT_GOODS"
    assert [one["kind"] for one in notices.of_order(app, order_of_five)] == ["notice", "change", "finish"]


def test_a_notice_nobody_answered_is_read_back_and_never_told_twice(
    desk_of_five: Desk, order_of_five: str
) -> None:
    desk, app = desk_of_five, desk_of_five.app
    desk.behave(faults={"declare:cut_after": 1.0})
    told = notices.fill_in(
        app, order_of_five, service_key="OTHER", tracking_number="SF123456", everything=True,
        tracking_website="https://example.com", by="t",
    )  # fmt: skip
    assert told.state == notices.DONE
    assert len(app.platform.declarations(order_of_five)) == 1


def test_a_table_of_notices_says_what_became_of_each_row(desk_of_five: Desk, order_of_five: str) -> None:
    path = desk_of_five.folder / "notices.csv"
    path.write_text(
        f"order,carrier,number,how\n{order_of_five},CPAM,LX123456789CN,all\n1234567890123456,CPAM,LX1,all\n"
    )
    done, unknown = notices.from_file(desk_of_five.app, path, by="t")
    assert (done.state, unknown.state, unknown.reason_code) == ("done", "refused", "order_unknown")


def test_a_row_of_notices_that_cannot_be_told_is_named_in_its_own_words(
    desk_of_five: Desk, order_of_five: str
) -> None:
    path = desk_of_five.folder / "notices.csv"
    path.write_text(
        f"order,carrier,number,how\nAB-17,CPAM,LX1,all\n1234567890123456,CPAM,LX1,all\n{order_of_five},CPAM,LX1,half\n"
    )
    told = notices.from_file(desk_of_five.app, path, by="t")
    assert [(one.row_no, one.reason_code) for one in told] == [
        (2, "notice_order_number"), (3, "order_unknown"), (4, "notice_how"),
    ]  # fmt: skip
    said = [refusal_sentence(one.reason_code, one.reason_text, one.details) for one in told]
    assert said[0].startswith("“AB-17” is no order number")
    assert said[1].startswith("Order 1234567890123456 is not known here.")
    assert said[2] == "“half” is neither all nor part."


def test_rows_are_named_and_not_tried_once_the_platform_is_not_there(
    desk_of_five: Desk, order_of_five: str
) -> None:
    path = desk_of_five.folder / "notices.csv"
    path.write_text(f"order,carrier,number,how\n{order_of_five},CPAM,LX123456789CN,all\n2,CPAM,LX1,all\n")
    desk_of_five.behave(faults={"html_502": 1.0})
    told = notices.from_file(desk_of_five.app, path, by="t")
    assert [(one.row_no, one.state, one.reason_code) for one in told] == [
        (2, "refused", "notice_not_told"), (3, "refused", "notice_not_told"),
    ]  # fmt: skip
    desk_of_five.behave(faults={})
    assert desk_of_five.app.platform.declarations(order_of_five) == []

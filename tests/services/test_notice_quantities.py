"""Pieces of a notice by hand: held while nobody knows whether it was told, and never shipped twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lib.domain.orders import OrderFilter
from lib.domain.problems import Problem
from lib.services import batches, notices, orders, partly, shipments
from lib.store import notices as store
from tests.conftest import Desk
from tests.services.test_partly import in_shipments

PART: dict[str, Any] = {"service_key": "CPAM", "tracking_number": "LX123456789CN", "by": "t"}


def left(desk: Desk, order_id: str) -> dict[int, int]:
    """How many of each line are left to ship."""
    return {row["line_no"]: row["left_quantity"] for row in notices.left(desk.app, order_id)}


def unanswered(desk: Desk, order_id: str, quantities: dict[int, int] | None) -> None:
    """A notice was told of which nobody knows whether it arrived: a part, or all that is left."""
    desk.behave(faults={"declare:cut_after": 1.0, "declarations:cut_before": 1.0})
    told = notices.fill_in(desk.app, order_id, everything=quantities is None, quantities=quantities, **PART)
    desk.behave(faults={})
    assert told.state == notices.UNCONFIRMED


def test_a_part_that_was_told_and_not_settled_cannot_go_a_second_time(
    desk_of_five: Desk, order_of_five: str
) -> None:
    desk, app = desk_of_five, desk_of_five.app
    unanswered(desk, order_of_five, {1: 2})
    assert left(desk, order_of_five) == {1: 1, 2: 2}
    made = batches.create(app, [order_of_five], by="colleague")
    assert made.batch_id
    assert in_shipments(desk, order_of_five) == {1: 1, 2: 2}
    assert [one.state for one in notices.settle(app)] == [notices.DONE]
    assert left(desk, order_of_five) == {1: 0, 2: 0}
    batches.discard(app, made.batch_id, by="colleague")
    assert left(desk, order_of_five) == {1: 1, 2: 2}, "once settled it is not counted twice"


def test_all_that_was_told_and_not_settled_keeps_the_order_out_of_batches(
    desk_of_five: Desk, order_of_five: str
) -> None:
    desk, app = desk_of_five, desk_of_five.app
    unanswered(desk, order_of_five, None)
    assert left(desk, order_of_five) == {1: 0, 2: 0}
    made = batches.create(app, [order_of_five], by="colleague")
    assert (made.batch_id, [one.code for one in made.excluded]) == (None, ["notice_unsettled"])
    [row] = orders.pending(app, OrderFilter()).orders.to_dict("records")
    assert (row["in_batch"], list(row["block_codes"])) == (False, ["notice_unsettled"])


def test_what_never_arrived_is_free_again(desk_of_five: Desk, order_of_five: str) -> None:
    desk, app = desk_of_five, desk_of_five.app
    desk.behave(faults={"declare:cut_before": 1.0})
    notices.fill_in(app, order_of_five, everything=True, **PART)
    desk.behave(faults={})
    assert left(desk, order_of_five) == {1: 0, 2: 0}, "it was not seen once"
    assert [one.state for one in notices.settle(app)] == [notices.REFUSED]
    assert left(desk, order_of_five) == {1: 3, 2: 2}
    assert batches.create(app, [order_of_five], by="colleague").batch_id


def test_an_end_that_was_told_and_not_settled_leaves_nothing_to_ship(
    desk_of_five: Desk, order_of_five: str
) -> None:
    desk, app = desk_of_five, desk_of_five.app
    notices.fill_in(app, order_of_five, everything=False, quantities={1: 1}, **PART)
    with app.database.write() as work:
        store.add(
            work, "default", order_of_five, notices.FINISH, {}, service_key="CPAM", website="",
            tracking_number="LX123456789CN", is_everything=True, made_by="t", made_at=app.now(),
        )  # fmt: skip
    assert left(desk, order_of_five) == {1: 0, 2: 0}
    made = batches.create(app, [order_of_five], by="colleague")
    assert [one.code for one in made.excluded] == ["notice_unsettled"]
    with app.database.write() as work:
        work._cursor.execute("update notices set kind = 'change' where kind = 'finish'")
    assert left(desk, order_of_five) == {1: 2, 2: 2}, "another number takes no goods"


def test_what_stays_unshipped_is_known_before_the_end_and_kept(
    desk_of_five: Desk, order_of_five: str
) -> None:
    app = desk_of_five.app
    unanswered(desk_of_five, order_of_five, {1: 1})
    with pytest.raises(Problem, match="notice_under_way"):
        notices.unshipped(app, order_of_five)
    with pytest.raises(Problem, match="notice_under_way"):
        notices.fill_in(app, order_of_five, everything=False, quantities={1: 3}, **PART)
    notices.settle(app)
    made = batches.create(app, [order_of_five], by="t")
    with pytest.raises(Problem, match="parcels_under_way"):
        notices.unshipped(app, order_of_five)
    batches.discard(app, made.batch_id or "", by="t")
    stays = {row["line_no"]: row["left_quantity"] for row in notices.unshipped(app, order_of_five)}
    assert stays == {1: 2, 2: 2}
    notices.finish(app, order_of_five, by="anna")
    with app.database.read() as work:
        [[kept]] = work._cursor.execute("select detail from audit where action = 'finish'").fetchall()
    assert json.loads(kept)["unshipped"] == {"1": 2, "2": 2}


def test_what_a_sync_heard_of_meanwhile_is_not_counted_twice(desk_of_five: Desk, order_of_five: str) -> None:
    desk, app = desk_of_five, desk_of_five.app
    unanswered(desk, order_of_five, {1: 2})
    with app.database.write() as work:
        work._cursor.execute("update order_lines set shipped_quantity = 2 where line_no = 1")
    assert left(desk, order_of_five) == {1: 1, 2: 2}
    notices.settle(app)
    assert left(desk, order_of_five) == {1: 1, 2: 2}


def test_a_part_holds_nothing_that_is_in_a_parcel_on_its_way(desk_of_five: Desk, order_of_five: str) -> None:
    desk, app = desk_of_five, desk_of_five.app
    batch_id = desk.draft()
    [whole] = shipments.listing(app, batch_id)["shipment_id"]
    rest = partly.split(app, whole, {2: 2}, by="t")
    desk.submit(batch_id)
    desk.work(batch_id)
    shipments.hand_over(app, batch_id, by="t", left_out=[rest])
    shipments.declare(app, batch_id, by="t")
    for _when in ("on its way to the platform", "declared"):
        with pytest.raises(Problem, match="notice_quantity"):
            notices.fill_in(app, order_of_five, everything=False, quantities={1: 1}, **PART)
        desk.work(batch_id)
    assert notices.of_order(app, order_of_five) == []


def test_a_part_of_nothing_is_not_told(desk_of_five: Desk, order_of_five: str) -> None:
    for nothing in (None, {}, {1: 0, 2: 0}):
        with pytest.raises(Problem, match="notice_nothing"):
            notices.fill_in(desk_of_five.app, order_of_five, everything=False, quantities=nothing, **PART)
    assert desk_of_five.app.platform.declarations(order_of_five) == []


def test_what_is_left_stays_unknown_when_it_was_unknown_before(
    desk_of_five: Desk, order_of_five: str
) -> None:
    app = desk_of_five.app
    with app.database.write() as work:
        work._cursor.execute("update order_lines set shipped_quantity = null")
    notices.fill_in(app, order_of_five, everything=False, quantities={1: 1}, **PART)
    made = batches.create(app, [order_of_five], by="t")
    assert [one.code for one in made.excluded] == ["unknown_rest"]


def told_by(desk: Desk, text: str) -> list[notices.Told]:
    """What became of the rows of a table."""
    path = desk.folder / "notices.csv"
    path.write_text(text)
    return notices.from_file(desk.app, path, by="t")


def test_a_table_says_which_pieces_a_part_is(desk_of_five: Desk, order_of_five: str) -> None:
    part = f"{order_of_five},CPAM,LX123456789CN,part"
    [refused] = told_by(desk_of_five, f"order,carrier,number,how\n{part}\n")
    assert (refused.state, refused.reason_code) == ("refused", "notice_nothing")
    assert left(desk_of_five, order_of_five) == {1: 3, 2: 2}
    done = told_by(desk_of_five, f"order,carrier,number,how,SKU,数量\n{part},SKU-1,2\n{part},2,1\n")
    assert [(one.row_no, one.state) for one in done] == [(2, "done"), (3, "done")]
    assert len(desk_of_five.app.platform.declarations(order_of_five)) == 1, (
        "rows of one parcel are one notice"
    )
    assert left(desk_of_five, order_of_five) == {1: 1, 2: 1}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("part,SKU-1,", "notice_nothing"),
        ("part,SKU-1,two", "notice_pieces"),
        ("part,SKU-1,0", "notice_pieces"),
        ("part,SKU-9,1", "notice_item"),
        ("part,,1", "notice_item"),
        ("part,SKU-1,4", "notice_quantity"),
        ("all,SKU-1,1", "notice_all_pieces"),
        (",SKU-1,1", "notice_all_pieces"),
    ],
)
def test_pieces_in_a_table_that_cannot_be_meant_are_refused(
    desk_of_five: Desk, order_of_five: str, cells: str, code: str
) -> None:
    table = f"order,carrier,number,how,line or SKU,pieces\n{order_of_five},CPAM,LX123456789CN,{cells}\n"
    assert [(one.row_no, one.reason_code) for one in told_by(desk_of_five, table)] == [(2, code)]
    assert notices.of_order(desk_of_five.app, order_of_five) == []

"""Live parcels are asked for on the sandbox, and what it says comes to outcomes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from lib.domain.outcomes import Meaning
from lib.domain.problems import Problem
from lib.domain.shipments import Decision
from lib.services import plans, shipments, tracking
from lib.store import tracking as tracking_store
from tests.conftest import HTTP, Desk

#: Every fate of the sandbox's parcels, at no rate at all.
FATES = (
    "undeliverable",
    "customs_failure",
    "lost",
    "warehouse_reject",
    "pickup_fail",
    "return_fails",
    "unknown_code",
)


def test_parcels_are_followed_to_each_of_their_ends(desk: Desk) -> None:
    order_ids = iter(desk.order_ids())

    def some(count: int, decision: Decision = Decision.DESTROY, **rates: float) -> list[str]:
        return sent(desk, [next(order_ids) for _ in range(count)], decision, **rates)

    delivered = some(2, unknown_code=1.0)
    destroyed = some(1, undeliverable=1.0)
    customs = some(1, customs_failure=1.0)
    refused = some(1, warehouse_reject=1.0)
    lost = some(2, lost=1.0)
    returned = some(2, Decision.RETURN, undeliverable=1.0)
    disposed = some(1, Decision.RETURN, undeliverable=1.0, return_fails=1.0)

    first = tracking.pull_all(desk.app)
    assert (first.asked, first.answered, first.failed) == (10, 10, 0)
    advance(desk, 300)
    report = tracking.pull_all(desk.app)
    assert report.all_well
    assert (report.answered, report.abnormal) == (10, 6)

    found = outcomes_of(desk)
    ends = {one: found[one]["outcome"] for one in found}
    assert {ends[one] for one in delivered} == {"delivered"}
    assert all("unknown_code" in found[one]["flags"] for one in delivered)
    assert {ends[one] for one in destroyed + customs + disposed} == {"destroyed"}
    assert {ends[one] for one in returned} == {"returned"}
    failing = destroyed + customs + returned + disposed
    assert {found[one]["return_kind"] for one in failing} == {"overseas"}
    assert all(found[one]["failed_at"] is not None for one in failing)
    assert {found[one]["failed_attempts"] for one in destroyed + returned + disposed} == {2}
    assert [found[one]["trouble"] for one in refused] == ["refused"]
    assert [found[one]["return_kind"] for one in refused] == ["domestic"]

    # Nothing says that a parcel is lost: silence does, once its days are over.
    assert {ends[one] for one in lost} <= {"in_transit", "customs"}
    later = outcomes_of(desk, after=timedelta(days=400))
    assert {later[one]["outcome"] for one in lost} == {"lost"}

    # The list of abnormal orders tells whose return is paid for, and under which number it comes.
    with desk.app.database.read() as work:
        listed = {one: tracking_store.abnormal_of(work, one) or {} for one in returned + destroyed}
    assert [listed[one]["is_insured"] for one in returned + destroyed] == [True, True, False]
    assert all(listed[one]["return_number"].startswith("SF") for one in returned)

    # A parcel whose way is over is asked for no more, and nothing is kept twice.
    again = tracking.pull_all(desk.app)
    assert (again.asked, again.events, again.abnormal) == (3, 0, 0)

    unknown = tracking.unknown_codes(desk.app)
    assert set(unknown["code"]) <= {"SC_RELABEL_XT", "LH_RAIL_TRANSFER_7", "GTMS_LOCKER_RESERVE_NEW"}
    assert unknown["shipment_count"].max() == 2
    code = str(unknown["code"].iloc[0])
    assert tracking.map_code(desk.app, "cainiao", code.lower(), Meaning.CHINA, by="tester") > 0
    with pytest.raises(Problem):
        tracking.map_code(desk.app, "cainiao", "NEVER_SEEN", Meaning.CHINA, by="tester")
    with pytest.raises(Problem):
        tracking.map_code(desk.app, "cainiao", code, "nonsense", by="tester")


def test_what_is_due_is_asked_for_slower_as_parcels_age_and_a_ban_is_waited_for(desk: Desk) -> None:
    [one] = sent(desk, desk.order_ids()[:1], Decision.DESTROY)
    assert tracking.pull(desk.app).asked == 0  # It left just now: nothing is scanned yet.
    start = desk.app.now()
    desk.app.now = lambda: start + timedelta(hours=3)
    desk.behave(faults={"track:ban": 1.0}, ban_s=600)
    turned_away = tracking.pull(desk.app)
    assert (turned_away.asked, turned_away.failed) == (1, 1)
    assert list(turned_away.holds) == ["default"]
    assert tracking.pull(desk.app).asked == 0
    desk.behave(faults={})
    desk.app.platform.lift_bans()
    desk.app.now = lambda: start + timedelta(hours=4)
    tracker = tracking.Tracker(desk.app)
    tracker.start()
    for _ in range(200):
        if (pull_of(desk, one) or {}).get("last_tracked_at"):
            break
        time.sleep(0.05)
    tracker.stop(10)
    assert next_at(desk, one) - desk.app.now() == timedelta(hours=12)
    desk.app.now = lambda: start + timedelta(days=200)
    assert tracking.pull(desk.app).answered == 1
    assert next_at(desk, one) - desk.app.now() == timedelta(days=7)
    desk.app.now = lambda: start + timedelta(days=400)
    assert tracking.pull(desk.app).answered == 1
    assert next_at(desk, one) is None
    assert tracking.pull(desk.app).asked == 0


# What the tests are made of.


def sent(desk: Desk, order_ids: Sequence[str], decision: Decision, **rates: float) -> list[str]:
    """Send, hand over and declare a parcel for each order, with these rates of how they end."""
    desk.behave(
        rates={fate: {"*": 0.0} for fate in FATES} | {fate: {"*": rate} for fate, rate in rates.items()}
    )
    batch_id = desk.draft(order_ids)
    chosen = plans.compare(desk.app, batch_id).choices["shipment_id"].tolist()
    if decision is Decision.RETURN:
        assert any(
            plan["return_supported"]
            and plans.choose_plan(desk.app, batch_id, plan["plan_id"], by="tester", shipment_ids=chosen)
            for plan in plans.all_plans(desk.app)
        )
    desk.submit(batch_id, decision)
    desk.work(batch_id)
    shipments.hand_over(desk.app, batch_id, by="tester")
    shipments.declare(desk.app, batch_id, by="tester")
    desk.work(batch_id)
    return [str(one) for one in chosen]


def advance(desk: Desk, days: float) -> None:
    """Move the sandbox's time."""
    HTTP.post(f"{desk.url}/sandbox/advance", json={"hours": days * 24}).raise_for_status()


def outcomes_of(desk: Desk, after: timedelta | None = None) -> dict[str, dict[str, Any]]:
    """Shipment → its outcome, now by what was said, or after some time by silence too."""
    at = (desk.app.now() + (after or timedelta())).replace(tzinfo=None)
    with desk.app.database.read() as work:
        if after is None:
            cursor = work._cursor.execute("select * from outcomes")
        else:
            cursor = work._cursor.execute("select * from outcomes_at($at)", {"at": at})
        columns = [column[0] for column in cursor.description or []]
        return {row[0]: dict(zip(columns, row, strict=True)) for row in cursor.fetchall()}


def next_at(desk: Desk, shipment_id: str) -> Any:
    """When a parcel is asked for next."""
    found = pull_of(desk, shipment_id)
    assert found is not None
    return found["next_track_at"]


def pull_of(desk: Desk, shipment_id: str) -> dict[str, Any] | None:
    """How a parcel is asked for."""
    with desk.app.database.read() as work:
        return tracking_store.pull_of(work, shipment_id)

"""Submitting and what follows: nothing is decided by default, and each refusal says what is missing."""

from __future__ import annotations

import pytest

from lib.domain.problems import Problem
from lib.domain.shipments import Decision, HandoverMode, State
from lib.services import batches, handover, plans, shipments
from tests.conftest import Desk


def test_nothing_is_submitted_before_everything_is_decided(desk: Desk) -> None:
    app = desk.app
    batch_id = batches.create(app, desk.order_ids(), by="tester").batch_id or ""

    def missing(*, agreed: bool = True) -> str:
        with pytest.raises(Problem) as problem:
            shipments.submit(app, batch_id, agreed=agreed, by="tester")
        return problem.value.code

    assert missing(agreed=False) == "agreement_missing"
    assert missing() == "plan_missing"
    plans.choose_plan(app, batch_id, "CPAM", by="tester")
    assert missing() == "confirmation_missing"
    plans.confirm(app, batch_id, 10, by="tester")
    assert missing() == "undeliverable_missing"
    shipments.decide_undeliverable(app, batch_id, Decision.DESTROY, by="tester")
    assert missing() == "handover_missing"
    handover.prepare(app, batch_id)
    assert shipments.submit(app, batch_id, agreed=True, by="tester") == 10
    batch = batches.get(app, batch_id)
    assert (batch["agreed_by"], batch["agreement_version"]) == ("tester", shipments.AGREEMENT)


def test_the_senders_city_decides_between_pickup_and_post(desk: Desk) -> None:
    batch_id = desk.draft()
    [covered] = handover.prepare(desk.app, batch_id)
    assert (covered.mode, covered.covered) == (HandoverMode.PICKUP, True)
    assert covered.warehouse_name
    handover.choose_sender(desk.app, batch_id, "1002", by="tester")
    [away] = handover.of_batch(desk.app, batch_id)
    assert (away.mode, away.covered) == (HandoverMode.SELF_POST, False)
    assert away.warehouse_name != covered.warehouse_name
    with pytest.raises(Problem, match="not_in_coverage"):
        handover.choose_mode(desk.app, batch_id, HandoverMode.PICKUP, by="tester")
    with pytest.raises(Problem, match="pickup_not_agreed"):
        handover.choose_mode(desk.app, batch_id, HandoverMode.APPLY_PICKUP, by="tester")
    with pytest.raises(Problem, match="plan_not_in_batch"):
        handover.choose_mode(desk.app, batch_id, HandoverMode.SELF_SEND, by="tester", plan_id="CPAM9")

    def agreed(**whom: str) -> None:
        handover.choose_mode(
            desk.app, batch_id, HandoverMode.APPLY_PICKUP, by="tester", agreed_with_warehouse=True, **whom
        )

    for whom, code in (
        ({}, "pickup_contact_missing"),
        ({"contact": "  ", "phone": "0755-8888 1234"}, "pickup_contact_missing"),
        ({"contact": "Li"}, "pickup_phone"),
        ({"contact": "Li", "phone": "window 3"}, "pickup_phone"),
    ):
        with pytest.raises(Problem, match=code):
            agreed(**whom)
    [away] = handover.of_batch(desk.app, batch_id)
    assert away.mode is HandoverMode.SELF_POST, "what was refused changed nothing"
    agreed(contact=" Li ", phone="0755-8888 1234")
    [applied] = handover.of_batch(desk.app, batch_id)
    assert (applied.pickup_contact, applied.pickup_phone) == ("Li", "0755-8888 1234")
    assert (applied.mode, applied.pickup_agreed) == (HandoverMode.APPLY_PICKUP, True)


def test_the_warehouse_the_platform_names_outlives_other_modes_and_preparing_again(desk: Desk) -> None:
    app, batch_id = desk.app, desk.draft()
    with app.database.write() as work:
        work._cursor.execute("update transit_warehouses set warehouse_name = 'assumed', address = 'assumed'")
    handover.prepare(app, batch_id)

    def place() -> tuple[HandoverMode | None, str, str, bool]:
        [one] = handover.of_batch(app, batch_id)
        return one.mode, one.warehouse_name, one.warehouse_address, one.pickup_agreed

    handover.choose_mode(app, batch_id, HandoverMode.SELF_POST, by="tester")
    _mode, name, address, _agreed = place()
    assert "assumed" not in (name, address), "the platform's, not the table's"
    handover.choose_mode(app, batch_id, HandoverMode.PICKUP, by="tester")
    assert place()[1] != name
    handover.choose_sender(app, batch_id, "1002", by="tester")
    assert place() == (HandoverMode.SELF_POST, name, address, False)
    handover.choose_mode(
        app, batch_id, HandoverMode.APPLY_PICKUP, by="tester", agreed_with_warehouse=True, contact="Li",
        phone="13800138000",
    )  # fmt: skip
    agreed = place()
    assert agreed == (HandoverMode.APPLY_PICKUP, name, address, True)
    handover.prepare(app, batch_id)
    assert place() == agreed, "what was decided and agreed stays"
    handover.choose_mode(app, batch_id, HandoverMode.SELF_SEND, by="tester")
    assert place() == (HandoverMode.SELF_SEND, name, address, False)


def test_what_return_costs_is_known_before_it_is_chosen(desk: Desk) -> None:
    batch_id = desk.draft()
    plans.choose_plan(desk.app, batch_id, "CAINIAO_STANDARD", by="tester")
    cost = shipments.return_cost(desk.app, batch_id)
    assert (cost.returning_count, cost.destroyed_count) == (10, 0)
    [(currency, total)] = cost.fees.items()
    assert total == 10 * cost.per_parcel[currency][0]
    plans.choose_plan(desk.app, batch_id, "CPAM", by="tester")
    cost = shipments.return_cost(desk.app, batch_id)
    assert (cost.returning_count, cost.destroyed_count, cost.fees) == (0, 10, {})


def test_parcels_on_plans_without_return_are_destroyed_whatever_is_chosen(desk: Desk) -> None:
    batch_id = desk.draft()
    plans.choose_plan(desk.app, batch_id, "CPAM", by="tester")
    desk.submit(batch_id, Decision.RETURN)
    assert set(shipments.listing(desk.app, batch_id)["undeliverable"]) == {"destroy"}


def test_a_parcel_on_a_plan_without_return_cannot_be_given_return(desk: Desk) -> None:
    app, batch_id = desk.app, desk.draft()
    [plan] = handover.prepare(app, batch_id)
    assert not plan.return_supported
    ids = shipments.listing(app, batch_id)["shipment_id"].tolist()
    plans.choose_plan(app, batch_id, "CAINIAO_STANDARD", by="tester", shipment_ids=ids[:1])
    with pytest.raises(Problem, match="no_return_offered") as refused:
        shipments.decide_undeliverable(app, batch_id, Decision.RETURN, by="tester", shipment_ids=ids[:3])
    assert refused.value.details["plan"] == plan.plan_id
    assert shipments.listing(app, batch_id)["undeliverable"].isna().all(), "all of them, or none"
    shipments.decide_undeliverable(app, batch_id, Decision.RETURN, by="tester", shipment_ids=ids[:1])
    assert shipments.listing(app, batch_id)["undeliverable"].tolist()[0] == "return"


def test_a_voided_parcel_is_free_to_ship_again_and_never_printed(desk: Desk) -> None:
    batch_id = desk.draft(desk.order_ids()[:2])
    desk.submit(batch_id)
    desk.work(batch_id)
    rows = shipments.listing(desk.app, batch_id)
    number = rows["tracking_number"].iloc[0]
    with pytest.raises(Problem, match="void_needs_reason"):
        shipments.void(desk.app, number, reason=" ", by="tester")
    shipments.void(desk.app, number, reason="wrong weight", by="tester")
    assert desk.states(batch_id) == {"voided": 1, "ready": 1}
    with pytest.raises(Problem, match="cannot_void"):
        shipments.void(desk.app, number, reason="again", by="tester")
    assert len(batches.create(desk.app, [rows["order_id"].iloc[0]], by="tester").order_ids) == 1
    assert shipments.hand_over(desk.app, batch_id, by="tester") == (1, [])


def test_a_number_of_another_batch_is_named_and_nothing_is_handed_over(desk: Desk) -> None:
    batch_id = desk.draft(desk.order_ids()[:2])
    desk.submit(batch_id)
    desk.work(batch_id)
    with pytest.raises(Problem, match="LX000000000CN"):
        shipments.hand_over(desk.app, batch_id, by="tester", left_out=["LX000000000CN"])
    assert desk.states(batch_id) == {"ready": 2}


def test_handing_over_twice_records_the_rest_only(desk: Desk) -> None:
    batch_id = desk.draft(desk.order_ids()[:3])
    desk.submit(batch_id)
    desk.work(batch_id)
    first = shipments.listing(desk.app, batch_id)["tracking_number"].iloc[0]
    assert shipments.hand_over(desk.app, batch_id, by="tester", left_out=[first])[0] == 2
    assert shipments.hand_over(desk.app, batch_id, by="tester")[0] == 1
    with pytest.raises(Problem, match="nothing_ready"):
        shipments.hand_over(desk.app, batch_id, by="tester")


def test_taking_parcels_out_frees_their_orders(desk: Desk) -> None:
    batch_id = desk.draft()
    ids = shipments.listing(desk.app, batch_id)["shipment_id"].tolist()
    assert batches.take_out(desk.app, batch_id, ids[:4], by="tester") == 4
    assert desk.submit(batch_id) == 6
    with desk.app.database.read() as work:
        states = dict(work._cursor.execute("select state, count(*) from shipments group by state").fetchall())
    assert states == {State.CANCELLED: 4, State.QUEUED: 6}


def test_a_refused_parcel_goes_out_on_another_plan_once_that_is_confirmed(desk: Desk) -> None:
    desk.behave(faults={"create:refuse_plan": 1.0})
    batch_id = desk.draft(desk.order_ids()[:4])
    desk.submit(batch_id)
    desk.work(batch_id)
    assert desk.states(batch_id) == {"refused": 4}
    desk.behave(faults={})
    plans.choose_plan(desk.app, batch_id, "CAINIAO_STANDARD", by="tester")
    plans.choose_plan(desk.app, batch_id, "EMS_ZX_ZX_US", by="tester")
    with pytest.raises(Problem, match="confirmation_missing"):
        shipments.retry(desk.app, batch_id, by="tester")
    plans.confirm(desk.app, batch_id, 4, by="tester")
    assert shipments.retry(desk.app, batch_id, by="tester") == 4
    desk.work(batch_id)
    rows = shipments.listing(desk.app, batch_id)
    assert set(rows["state"]) == {"ready"}
    assert {one["plan_id"] for one in desk.logistics_orders()} == {"EMS_ZX_ZX_US"}
    with desk.app.database.read() as work:
        fees = work._cursor.execute("select sum(fee_minor) from fees where kind = 'freight'").fetchall()
    assert fees == [(int(rows["fee_minor"].sum()),)], "the fee is the new plan's"

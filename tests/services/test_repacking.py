"""A parcel that weighs something else at packing is made anew in its batch."""

from __future__ import annotations

import pytest

from lib.domain.problems import Problem
from lib.services import products, repacking, shipments
from tests.builders import a_products_cell, an_export_row
from tests.conftest import Desk


def ready(desk: Desk, *goods: tuple[str, int]) -> tuple[str, str]:
    """A batch of one parcel with its label."""
    desk.load([an_export_row(products=a_products_cell(*goods))])
    batch_id = desk.draft()
    desk.submit(batch_id)
    desk.work(batch_id)
    [shipment_id] = shipments.listing(desk.app, batch_id)["shipment_id"]
    return batch_id, str(shipment_id)


def test_it_keeps_what_was_decided_is_priced_by_the_scale_and_sent_by_itself(empty_desk: Desk) -> None:
    app = empty_desk.app
    batch_id, old_id = ready(empty_desk, ("SKU-1", 2))
    old = shipments.detail(app, old_id)
    new_id = repacking.repack(app, old_id, 512, by="anna")
    new = shipments.detail(app, new_id)
    kept = (
        "batch_id",
        "order_id",
        "plan_id",
        "undeliverable",
        "handover_mode",
        "cargo_class",
        "declared_minor",
    )
    assert {name: new[name] for name in kept} == {name: old[name] for name in kept}
    assert [(one["line_no"], one["quantity"]) for one in new["contents"]] == [(1, 2)]
    assert (new["weight_g"], new["weight_source"], new["state"]) == (512, "scale", "draft")
    assert new["fee_minor"] > old["fee_minor"]
    assert shipments.detail(app, old_id)["state"] == "voided"
    assert (repacking.instead_of(app, new_id), repacking.instead_of(app, old_id)) == (old_id, None)
    assert empty_desk.states(batch_id) == {"voided": 1, "draft": 1}

    assert shipments.submit(app, batch_id, agreed=True, by="anna", shipment_ids=[new_id]) == 1
    empty_desk.work(batch_id)
    assert empty_desk.states(batch_id) == {"voided": 1, "ready": 1}
    assert len(empty_desk.logistics_orders()) == 2
    assert shipments.detail(app, new_id)["tracking_number"] != old["tracking_number"]


def test_what_left_the_desk_is_not_made_anew_and_nothing_heavier_than_any_plan(empty_desk: Desk) -> None:
    batch_id, shipment_id = ready(empty_desk, ("SKU-1", 1))
    with pytest.raises(Problem, match="weight_out_of_bounds"):
        repacking.repack(empty_desk.app, shipment_id, 70_001, by="anna")
    shipments.hand_over(empty_desk.app, batch_id, by="anna")
    with pytest.raises(Problem, match="cannot_void"):
        repacking.repack(empty_desk.app, shipment_id, 512, by="anna")
    assert empty_desk.states(batch_id) == {"handed_over": 1}


def test_what_no_plan_can_carry_any_more_is_said_to_have_none(empty_desk: Desk) -> None:
    _batch_id, shipment_id = ready(empty_desk, ("SKU-1", 1))
    new = shipments.detail(empty_desk.app, repacking.repack(empty_desk.app, shipment_id, 2_500, by="anna"))
    assert (new["plan_id"], new["fee_minor"]) == (None, None)


def test_the_sku_weighs_what_the_scale_says_packaging_taken_off(empty_desk: Desk) -> None:
    app = empty_desk.app
    _batch_id, old_id = ready(empty_desk, ("SKU-1", 2))
    computed = shipments.detail(app, old_id)["weight_g"]
    new_id = repacking.repack(app, old_id, computed + 101, by="anna")
    assert repacking.unit(app, new_id) == repacking.Unit("SKU-1", 120, 171)  # Half up: 50.5 g a piece.
    assert repacking.correct(app, new_id, by="anna").skus == ("SKU-1",)
    [found] = products.listing(app, "SKU-1").products["weight_g"]
    assert found == 171
    assert repacking.unit(app, new_id) is None, "the product table agrees now"
    with pytest.raises(Problem, match="nothing_chosen"):
        repacking.correct(app, new_id, by="anna")


@pytest.mark.parametrize(
    ("goods", "more_g"),
    [((("SKU-1", 1), ("SKU-2", 1)), 101), ((("SKU-1", 2),), 12)],
    ids=["two SKUs", "little"],
)
def test_a_scale_that_says_nothing_of_one_sku_corrects_none(
    empty_desk: Desk, goods: tuple[tuple[str, int], ...], more_g: int
) -> None:
    _batch_id, old_id = ready(empty_desk, *goods)
    weight_g = shipments.detail(empty_desk.app, old_id)["weight_g"]
    new_id = repacking.repack(empty_desk.app, old_id, weight_g + more_g, by="anna")
    assert repacking.unit(empty_desk.app, new_id) is None

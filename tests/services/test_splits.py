"""Split advice: what several parcels would save, and drafts that can be accepted."""

from __future__ import annotations

import pytest

from lib.domain.plans import Policy
from lib.domain.problems import Problem
from lib.services import batches, files, plans, shipments, splits
from tests.builders import a_product, a_products_cell, an_export_row, write_products
from tests.conftest import Desk


def drafted(desk: Desk, *products: tuple[str, int], **over: str) -> str:
    """A draft of one order, with SKU-H (700 g) and SKU-B (battery, another heading) in the product table."""
    table = write_products(
        desk.folder / "heavy.csv",
        [
            a_product("SKU-H", **{"重量(g)": "700"}),
            a_product("SKU-B", **{"海关编码": "850760"}),
            a_product("SKU-1"),
        ],
    )
    files.load(desk.app, [table], by="tester")
    desk.load([an_export_row(products=a_products_cell(*products), **over)])
    return str(batches.create(desk.app, desk.order_ids(), by="tester").batch_id)


def held(desk: Desk, shipment_ids: list[str]) -> dict[str, int]:
    """How many of each SKU are in these parcels together."""
    found: dict[str, int] = {}
    for one in shipment_ids:
        for line in shipments.detail(desk.app, one)["contents"]:
            found[line["sku"]] = found.get(line["sku"], 0) + line["quantity"]
    return found


def test_an_order_over_the_limit_is_advised_to_go_in_parcels_that_cost_less(empty_desk: Desk) -> None:
    desk = empty_desk
    batch_id = drafted(desk, ("SKU-H", 4), ("SKU-1", 1))
    [advice] = splits.advise(desk.app, batch_id).to_dict("records")
    assert (advice["parcel_count"], advice["way"]) == (2, "even_2")
    assert max(advice["weights_g"]) <= 2000 < advice["weight_g"]
    assert advice["saved_cny_minor"] == (
        advice["whole_cny_minor"]
        + advice["whole_landed_cny_minor"]
        - advice["split_cny_minor"]
        - advice["split_landed_cny_minor"]
    )
    assert advice["saved_cny_minor"] > 0


def test_accepted_advice_becomes_drafts_that_hold_what_was_ordered_and_are_sent(empty_desk: Desk) -> None:
    desk = empty_desk
    batch_id = drafted(desk, ("SKU-H", 4), ("SKU-1", 1))
    [advice] = splits.advise(desk.app, batch_id).to_dict("records")
    parcels = splits.accept(desk.app, batch_id, advice["shipment_id"], by="vera")
    assert len(parcels) == 2
    assert held(desk, parcels) == {"SKU-H": 4, "SKU-1": 1}
    rows = shipments.listing(desk.app, batch_id).set_index("shipment_id")
    assert sorted(rows["weight_g"]) == sorted(advice["weights_g"])
    assert rows["fee_cny_minor"].sum() == advice["split_cny_minor"]
    assert splits.advise(desk.app, batch_id).empty
    with pytest.raises(Problem, match="split_not_advised"):
        splits.accept(desk.app, batch_id, parcels[0], by="vera")
    desk.submit(batch_id)
    desk.work(batch_id)
    assert desk.states(batch_id) == {"ready": 2}
    assert len({one["tracking_number"] for one in desk.logistics_orders()}) == 2


def test_several_headings_are_split_only_where_something_is_left_of_it(empty_desk: Desk) -> None:
    batch_id = drafted(empty_desk, ("SKU-B", 1), ("SKU-1", 1))
    whole = plans.compare(empty_desk.app, batch_id).choices["cheapest_cny_minor"].iloc[0]
    assert splits.advise(empty_desk.app, batch_id).empty, f"two item fees cost more than one ({whole})"


def test_one_heavy_unit_cannot_be_split(empty_desk: Desk) -> None:
    batch_id = drafted(empty_desk, ("SKU-H", 1))
    assert splits.advise(empty_desk.app, batch_id).empty


def test_a_split_draft_given_up_frees_all_of_the_order(empty_desk: Desk) -> None:
    desk = empty_desk
    batch_id = drafted(desk, ("SKU-H", 4))
    [advice] = splits.advise(desk.app, batch_id).to_dict("records")
    splits.accept(desk.app, batch_id, advice["shipment_id"], by="vera")
    assert batches.discard(desk.app, batch_id, by="vera") == 2
    again = batches.create(desk.app, desk.order_ids(), by="vera", policy=Policy.CHEAPEST)
    rows = shipments.listing(desk.app, str(again.batch_id))
    assert held(desk, rows["shipment_id"].tolist()) == {"SKU-H": 4}


def test_orders_to_one_receiver_are_a_hint(desk: Desk) -> None:
    batch_id = desk.draft()
    [hint] = splits.shared_receivers(desk.app, batch_id)
    assert (hint["country"], hint["order_count"]) == ("IE", 10)

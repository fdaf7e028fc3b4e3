"""A weight from the scale replaces the computed one, and a few grams may cross into a cheaper tier."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib.domain.plans import Policy
from lib.domain.problems import Problem
from lib.services import batches, files, plans, shipments, tiers, weights
from tests.builders import DIANXIAOMI_HEADERS, a_dianxiaomi_row, an_export_row, write_export
from tests.conftest import Desk

YANWEN = "YANWEN_AM"
TO_US = {
    "收货国家": "United States",
    "州/省": "New York",
    "城市": "New York",
    "邮编": "10001",
    "手机": "12125550100",
}


def row_of(desk: Desk, batch_id: str, shipment_id: str) -> dict:
    return plans.compare(desk.app, batch_id).choices.set_index("shipment_id").loc[shipment_id].to_dict()


def first_of(desk: Desk, batch_id: str) -> str:
    return str(shipments.listing(desk.app, batch_id)["shipment_id"].iloc[0])


def test_a_weight_from_the_scale_replaces_the_computed_one_and_its_price(desk: Desk) -> None:
    batch_id = desk.draft()
    one = first_of(desk, batch_id)
    before = shipments.detail(desk.app, one)
    done = weights.weigh(desk.app, {before["order_id"]: 900}, by="vera")
    after = shipments.detail(desk.app, one)
    assert done.shipment_ids == [one]
    assert (after["weight_g"], after["weight_source"], after["decided_weight_g"]) == (900, "scale", 900)
    assert after["fee_minor"] > before["fee_minor"]
    [kept] = after["weighings"]
    assert (kept["was_g"], kept["weight_g"], kept["weighed_by"]) == (before["weight_g"], 900, "vera")


def test_a_parcel_too_heavy_for_its_plan_loses_it(desk: Desk) -> None:
    batch_id = desk.draft()
    one = first_of(desk, batch_id)
    assert weights.weigh(desk.app, {one: 69_000}, by="vera").planless == [one]
    assert shipments.detail(desk.app, one)["plan_id"] is None


def test_numbers_nobody_knows_and_parcels_sent_already_are_named(queued: Desk) -> None:
    batch_id = queued.batch_id
    sent = first_of(queued, batch_id)
    done = weights.weigh(queued.app, {sent: 300, "nobody": 200}, by="vera")
    assert (done.shipment_ids, done.unknown, done.late) == ([], ["nobody"], [sent])


@pytest.mark.parametrize("grams", [0, 70_001])
def test_a_weight_out_of_bounds_changes_nothing(desk: Desk, grams: int) -> None:
    with pytest.raises(Problem, match="weight_out_of_bounds"):
        weights.weigh(desk.app, {"any": grams}, by="vera")


def test_weights_are_read_from_a_table_and_a_bad_row_is_named(desk: Desk) -> None:
    path = desk.folder / "weights.csv"
    path.write_text("order,grams\n8100,250\n8101,300 g\n", encoding="utf-8")
    assert weights.read_file(path) == {"8100": 250, "8101": 300}
    path.write_text("8100,250\n8101,300\n", encoding="utf-8")
    assert weights.read_file(path) == {"8100": 250, "8101": 300}, "a table without a header"
    path.write_text("order,grams\n8100,250\n8101,heavy\n", encoding="utf-8")
    with pytest.raises(Problem, match="weights_unreadable"):
        weights.read_file(path)


def test_a_number_with_two_weights_in_one_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "weights.csv"
    path.write_text("order,grams\n8100,250\n8101,300\n8100,250\n", encoding="utf-8")
    assert weights.read_file(path) == {"8100": 250, "8101": 300}, "the same again is no doubt"
    path.write_text("order,grams\n8100,250\n8101,300\n8100,260\n", encoding="utf-8")
    with pytest.raises(Problem, match="weights_differ") as caught:
        weights.read_file(path)
    assert caught.value.code == "weights_differ"


def test_what_another_program_weighed_is_the_weight_of_the_whole_order(empty_desk: Desk) -> None:
    path = write_export(empty_desk.folder / "dxm.csv", [a_dianxiaomi_row(称重重量="333")], DIANXIAOMI_HEADERS)
    files.load(empty_desk.app, [path], by="tester")
    made = batches.create(empty_desk.app, empty_desk.order_ids(), by="tester")
    listed = shipments.listing(empty_desk.app, str(made.batch_id))
    assert listed[["weight_g", "weight_source"]].values.tolist() == [[333, "file"]]


def test_one_gram_more_is_cheaper_by_yanwen_at_300_g(empty_desk: Desk) -> None:
    empty_desk.load([an_export_row(**TO_US), an_export_row(**TO_US)])
    batch_id = str(batches.create(empty_desk.app, empty_desk.order_ids(), by="tester").batch_id)
    first, second = shipments.listing(empty_desk.app, batch_id)["shipment_id"].tolist()
    weights.weigh(empty_desk.app, {first: 300, second: 250}, by="vera")
    plans.choose_plan(empty_desk.app, batch_id, YANWEN, by="tester")
    found = tiers.edges(empty_desk.app, batch_id).set_index("shipment_id")
    edge = found[found["grams"] > 0].loc[first]
    assert second not in found.index, "within a tier fewer grams are no edge"
    by_301 = {
        one.plan_id: one.fee_minor
        for one in plans.quote_parcel(empty_desk.app, country="US", weight_g=301, postcode="10001")
    }
    assert (edge["grams"], edge["edge_g"], edge["edge_fee_minor"]) == (1, 301, by_301[YANWEN])
    assert edge["saved_minor"] == edge["fee_minor"] - edge["edge_fee_minor"] > 0


def test_no_parcel_is_advised_to_be_lighter_than_what_is_in_it(desk: Desk) -> None:
    batch_id = desk.draft(policy=Policy.CHEAPEST)
    found = tiers.edges(desk.app, batch_id, within_g=2000)
    lighter = found[found["grams"] < 0]
    assert (-lighter["grams"] <= lighter["packaging_g"]).all()
    assert (found["saved_minor"] > 0).all()

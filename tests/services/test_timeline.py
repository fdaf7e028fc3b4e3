"""What was decided otherwise for a parcel, or corrected, stands in its timeline with who and when."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest

from lib import texts
from lib.domain.products import Edit
from lib.domain.shipments import Choice, Decision, HandoverMode
from lib.services import (
    batches,
    handover,
    happenings,
    orders,
    partly,
    plans,
    products,
    shipments,
    stops,
    sync,
    weights,
)
from lib.wording import timeline_words
from tests.conftest import Desk


def changes(desk: Desk, shipment_id: str) -> list[tuple[str, str, str]]:
    """Kind, sentence and who of what was changed of a shipment, oldest first."""
    return [
        (one["kind"], timeline_words(one["kind"], one["what"], one["detail"], {})[1], one["done_by"])
        for one in shipments.detail(desk.app, shipment_id)["happenings"]
    ]


@pytest.fixture
def draft(desk: Desk) -> tuple[str, list[str]]:
    """A draft of three, decided once, and its shipments."""
    batch_id = desk.draft(desk.order_ids()[:3])
    handover.prepare(desk.app, batch_id)
    shipments.decide_undeliverable(desk.app, batch_id, Choice.DESTROY, by="anna")
    return batch_id, shipments.listing(desk.app, batch_id)["shipment_id"].tolist()


def other_plan(desk: Desk, batch_id: str, shipment_id: str) -> tuple[str, str]:
    """The plan of a shipment, and another one that carries it and offers return."""
    now = str(shipments.detail(desk.app, shipment_id)["plan_id"])
    able = {row["plan_id"] for row in plans.all_plans(desk.app) if row["return_supported"]}
    options = plans.options(desk.app, batch_id, shipment_id)
    return now, next(one.plan_id for one in options if one.eligible and one.plan_id in able - {now})


def test_what_is_decided_for_the_first_time_is_no_change(desk: Desk, draft: tuple[str, list[str]]) -> None:
    assert [changes(desk, one) for one in draft[1]] == [[], [], []]


def test_a_corrected_receiver_names_its_fields_and_never_what_they_say(
    desk: Desk, draft: tuple[str, list[str]]
) -> None:
    _batch_id, [first, second, _third] = draft
    order_id = str(shipments.detail(desk.app, first)["order_id"])
    receiver = orders.detail(desk.app, order_id)["receivers"]["received"]
    corrected = replace(receiver, city="Limerick", postcode="V94 T9PX")
    orders.correct_receiver(desk.app, order_id, corrected, by="ben")
    orders.correct_receiver(desk.app, order_id, corrected, by="ben")
    assert changes(desk, first) == [("changed_receiver", "Receiver corrected: city, postcode", "ben")]
    assert changes(desk, second) == []
    with texts.speak("zh_CN"):
        assert changes(desk, first)[0][1] == "已更正收件人信息：城市、邮编"
    with desk.app.database.read() as work:
        kept = work._cursor.execute("select * from shipment_changes").fetchall()
    assert "Limerick" not in str(kept)


def test_another_plan_decision_weight_and_hand_over_are_told_of_the_parcels_they_touch(
    desk: Desk, draft: tuple[str, list[str]]
) -> None:
    batch_id, [first, second, third] = draft
    old, new = other_plan(desk, batch_id, first)
    plans.choose_plan(desk.app, batch_id, new, by="ben", shipment_ids=[first])
    assert changes(desk, first) == [("changed_plan", f"Plan changed from {old} to {new}", "ben")]
    shipments.decide_undeliverable(desk.app, batch_id, Decision.RETURN, by="cleo", shipment_ids=[first])
    before = shipments.detail(desk.app, second)["weight_g"]
    weights.weigh(desk.app, {second: before + 7}, by="dan")
    handover.prepare(desk.app, batch_id)
    handover.choose_mode(desk.app, batch_id, HandoverMode.SELF_SEND, by="eve", plan_id=old)
    handover.choose_courier(desk.app, batch_id, "SF", "1", by="eve")
    handover.choose_courier(desk.app, batch_id, "SF", "2", by="fay")
    [decided, courier] = changes(desk, first)[1:]
    assert decided[::2] == ("changed_undeliverable", "cleo")
    assert decided[1].startswith("Undeliverable decision changed from ")
    assert courier == ("changed_courier", "Courier or its number changed", "fay")
    [weight, mode, _courier] = changes(desk, second)
    assert weight == ("changed_weight", f"Weight changed from {before} g to {before + 7} g", "dan")
    assert mode[::2] == ("changed_handover", "eve")
    assert changes(desk, third)[0] == mode
    with texts.speak("zh_CN"):
        assert changes(desk, second)[0][1] == f"重量由 {before} g 改为 {before + 7} g"


def test_what_the_product_table_changes_is_told_and_so_is_a_split(
    desk: Desk, draft: tuple[str, list[str]]
) -> None:
    _batch_id, [first, *_others] = draft
    was = shipments.detail(desk.app, first)
    sku = was["contents"][0]["sku"]
    value = was["declared_minor"] // 100 + 3
    edits = [Edit(sku, "weight_g", "333"), Edit(sku, "declared_minor", f"{value}.00")]
    products.save(desk.app, edits, by="ben")
    told = {kind: (words, by) for kind, words, by in changes(desk, first)}
    assert set(told) == {"changed_weight", "changed_declared"}
    assert told["changed_declared"][0].endswith(f"to {value}.00 {was['declared_currency']}")
    assert {by for _words, by in told.values()} == {"ben"}


def test_a_split_is_told_of_the_parcel_that_lost_a_part(desk_of_five: Desk, order_of_five: str) -> None:
    batch_id = desk_of_five.draft([order_of_five])
    [shipment_id] = shipments.listing(desk_of_five.app, batch_id)["shipment_id"]
    new_id = partly.split(desk_of_five.app, shipment_id, {1: 1}, by="ben")
    told = {kind: (words, by) for kind, words, by in changes(desk_of_five, shipment_id)}
    assert told["changed_split"] == (f"A part of it went into {new_id}", "ben")
    assert told["changed_weight"][1] == "ben"


def test_a_plan_that_was_stopped_and_what_a_file_or_the_platform_contradicts_are_told(
    desk: Desk, draft: tuple[str, list[str]]
) -> None:
    batch_id, [first, *_others] = draft
    old, new = other_plan(desk, batch_id, first)
    stop_id = stops.stop(desk.app, old, reason="flooded", by="ben")
    stops.move_all(desk.app, stop_id, new, by="cleo")
    assert changes(desk, first) == [("changed_plan", f"Plan changed from {old} to {new}", "cleo")]
    order_id = str(shipments.detail(desk.app, first)["order_id"])
    desk.happen(order_id, receiver={"address": "9 Other Road", "city": "Cork"})

    sync.sync(desk.app, "default", by="tester")
    kind, words, _by = changes(desk, first)[-1]
    assert (kind, words) == ("contradicted", "The receiver is another one in the platform: address, city")


def test_the_timelines_of_a_batch_are_taken_along_with_their_corrections(
    desk: Desk, draft: tuple[str, list[str]]
) -> None:
    batch_id, [first, *_others] = draft
    before = shipments.detail(desk.app, first)["weight_g"]
    weights.weigh(desk.app, {first: before + 7}, by="=dan")
    batches.take_out(desk.app, batch_id, [first], by="eve")
    words = partial(timeline_words, plan_names={})
    made = {kind: happenings.timeline(desk.app, batch_id, kind=kind, words=words) for kind in ("csv", "xlsx")}
    for frame in (
        pd.read_csv(io.BytesIO(made["csv"])),
        pd.read_excel(io.BytesIO(made["xlsx"]), engine="calamine"),
    ):
        rows = frame[frame["shipment_id"] == first]
        assert rows["kind"].tolist() == ["state", "changed_weight", "state"]
        assert rows["words"].iloc[1] == f"Weight changed from {before} g to {before + 7} g"
        assert rows["state"].iloc[2]
        assert str(rows["done_by"].iloc[1]).lstrip("'") == "=dan"
    assert b"'=dan" in made["csv"], "no cell is a formula"

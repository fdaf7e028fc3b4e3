"""Refused parcels at the command line: seen by reason, mended, sent again, or taken out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from lib.sandbox import launch
from tests.conftest import HTTP
from tests.services.test_cli import SEND, Shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with the sample loaded. Its batches are its tests' own."""
    data = tmp_path_factory.mktemp("mending")
    running = launch.ensure(data / "sandbox", [])
    shop = Shop(data, running.url)
    shop.json("load", "--sample", status=1)
    yield shop
    running.stop()


def refused(shop: Shop, count: int) -> dict[str, Any]:
    """A batch whose plan the platform refused, as `batch send` leaves it."""
    batch_id = shop.draft(count)
    shop.behave(faults={"create:refuse_plan": 1.0})
    sent: dict[str, Any] = shop.json("batch", "send", batch_id, *SEND, status=1)
    shop.behave(faults={})
    assert sent["counts"] == {"refused": count}
    return sent


def plans_of(shop: Shop, batch_id: str) -> dict[str, str]:
    """Shipment → its plan."""
    rows = shop.json("batch", "show", batch_id)["shipments"]
    return {row["shipment_id"]: row["plan_id"] for row in rows}


def another_plan(shop: Shop, order_id: str, than: str) -> str:
    """A plan that carries the order."""
    quotes = shop.json("quote", order_id)
    return next(one["plan_id"] for one in quotes if one["eligible"] and one["plan_id"] != than)


def test_refused_parcels_are_grouped_with_reason_plan_and_country(shop: Shop) -> None:
    sent = refused(shop, 6)
    batch_id = sent["batch_id"]
    groups = shop.json("batch", "refused", batch_id, status=1)
    assert sum(group["count"] for group in groups) == 6
    assert {one for group in groups for one in group["shipments"]} == set(plans_of(shop, batch_id))
    assert [group["count"] for group in groups] == sorted((one["count"] for one in groups), reverse=True)
    assert all(group["reason"] and group["reason_code"] and group["country"] for group in groups)
    said = shop.run("batch", "refused", batch_id)
    assert said.returncode == 1
    assert all(f"{group['plan_id']} to {group['country']}" in said.stdout for group in groups)
    assert shop.json("batch", "retry", batch_id)["counts"] == {"ready": 6}
    assert shop.json("batch", "refused", batch_id) == []


def test_the_named_parcel_is_mended_alone_and_goes_out_on_its_new_plan(shop: Shop) -> None:
    sent = refused(shop, 3)
    batch_id, first = sent["batch_id"], sent["shipments"][0]
    before = plans_of(shop, batch_id)
    plan = another_plan(shop, first["order_id"], first["plan_id"])
    mended = shop.json("batch", "mend", batch_id, first["shipment_id"], "--plan", plan)
    assert (mended["moved"], mended["kept"]) == ([first["shipment_id"]], [])
    assert plans_of(shop, batch_id) == before | {first["shipment_id"]: plan}
    assert "nobody confirmed it" in shop.json("batch", "retry", batch_id, status=2)["error"]
    cancelled = sent["shipments"][2]["order_id"]
    asked = {"order_id": cancelled, "status": "IN_CANCEL"}
    HTTP.post(f"{shop.url}/sandbox/change", json=asked).raise_for_status()
    again = shop.json("batch", "retry", batch_id, "--agree")
    assert again["confirmed"]
    assert (again["retried"], again["dropped"]) == (2, [cancelled]), (
        "the platform is asked before it is sent again"
    )
    shown = shop.json("batch", "show", batch_id)["shipments"]
    assert {one["state"] for one in shown if one["order_id"] == cancelled} == {"cancelled"}
    went = {one["shipment_id"]: (one["state"], one["plan_id"]) for one in shown}
    assert went[first["shipment_id"]] == ("ready", plan)
    table = shop.data / "timelines.csv"
    shop.json("batch", "export", batch_id, "-o", table, "--timeline")
    lines = pd.read_csv(table).query("shipment_id == @first['shipment_id']")
    assert "changed_plan" in set(lines["kind"]), "what was mended is in its timeline"


def test_a_reason_or_country_nothing_was_refused_of_is_one_sentence(shop: Shop) -> None:
    sent = refused(shop, 1)
    for chosen in (("--reason", "no_such_reason"), ("--country", "AQ")):
        answer = shop.json("batch", "mend", sent["batch_id"], "--plan", "CPAM", *chosen, status=2)
        assert answer["code"] == "nothing_refused"
    assert shop.run("batch", "mend", sent["batch_id"]).returncode == 2, "a plan has to be named"


def test_what_is_queued_is_cancelled_the_named_one_first_and_is_never_sent(shop: Shop) -> None:
    batch_id = shop.draft(3)
    shop.json("batch", "pause", batch_id)
    queued = shop.json("batch", "send", batch_id, *SEND, status=1)["shipments"]
    named = queued[0]
    assert shop.json("batch", "cancel", batch_id, named["shipment_id"])["cancelled"] == 1
    free = {one["order_id"] for one in shop.json("orders", "--free")}
    assert named["order_id"] in free
    assert queued[1]["order_id"] not in free
    assert shop.json("batch", "cancel", batch_id)["cancelled"] == 2
    assert shop.json("batch", "cancel", batch_id, status=2)["code"] == "nothing_unsent"
    shop.json("batch", "resume", batch_id)
    assert shop.on_the_platform({"shipments": queued}) == []

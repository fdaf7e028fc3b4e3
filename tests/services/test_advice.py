"""A batch that goes by the advice: each parcel as advised, kept beside what was chosen, told to the platform."""

from __future__ import annotations

import pytest

from lib.domain.problems import Problem
from lib.domain.shipments import Choice, Decision
from lib.services import advice, batches, plans, presets, shipments
from lib.services.presets import Preset
from tests.conftest import Desk


def a_draft_that_may_return(desk: Desk) -> tuple[str, str]:
    """A draft whose first four parcels go on a plan that offers return; the first of them holds dear goods."""
    batch_id = desk.draft()
    first = plans.compare(desk.app, batch_id).choices["shipment_id"].tolist()[:4]
    for plan in plans.all_plans(desk.app):
        if plan["return_supported"]:
            plans.choose_plan(desk.app, batch_id, plan["plan_id"], by="tester", shipment_ids=first)
    with desk.app.database.write() as work:
        work._cursor.execute("update products set purchase_minor = null")
        work._cursor.execute("update orders set goods_minor = 500")
        work._cursor.execute(
            "update orders set goods_minor = 900000 where order_id in "
            "(select order_id from shipments where shipment_id = ?)",
            [first[0]],
        )
    return batch_id, first[0]


def test_a_batch_as_advised_returns_what_pays_and_destroys_the_rest(desk: Desk) -> None:
    batch_id, dear = a_draft_that_may_return(desk)
    found = advice.of_batch(desk.app, batch_id)
    assert (found.return_count, found.leans_on_prior) == (1, True)
    desk.submit(batch_id, Choice.ADVISED)
    rows = shipments.listing(desk.app, batch_id).set_index("shipment_id")["undeliverable"]
    assert (rows[dear], (rows == "destroy").sum()) == ("return", 9)
    kept = advice.kept(desk.app, batch_id).set_index("shipment_id")
    assert kept["chosen"].to_dict() == rows.to_dict()
    assert kept["followed"].all()
    assert kept.loc[dear, "gain_minor"] == found.against_destroy.expected
    desk.work(batch_id)
    told = [one["undeliverable_decision"] for one in desk.logistics_orders()]
    assert sorted(told) == ["destroy"] * 9 + ["return"]


def test_what_was_advised_is_kept_also_where_something_else_was_chosen(desk: Desk) -> None:
    batch_id, dear = a_draft_that_may_return(desk)
    desk.submit(batch_id, Decision.DESTROY)
    kept = advice.kept(desk.app, batch_id).set_index("shipment_id")
    assert (kept.loc[dear, "advised"], kept.loc[dear, "chosen"]) == ("return", "destroy")
    assert not kept["followed"].any()
    ways = {(row["advised"], row["chosen"]): row["shipment_count"] for row in advice.followed(desk.app)}
    assert ways == {("return", "destroy"): 1, ("destroy", "destroy"): 9}


def test_a_plan_changed_after_the_advice_is_advised_anew_when_submitted(desk: Desk) -> None:
    batch_id, dear = a_draft_that_may_return(desk)
    shipments.decide_undeliverable(desk.app, batch_id, Choice.ADVISED, by="tester")
    plans.choose_plan(desk.app, batch_id, "CPAM", by="tester", shipment_ids=[dear])
    desk.submit(batch_id, Choice(batches.get(desk.app, batch_id)["undeliverable"]))
    kept = advice.kept(desk.app, batch_id).set_index("shipment_id")
    assert (kept.loc[dear, "plan_id"], kept.loc[dear, "advised"], kept.loc[dear, "basis"]) == (
        "CPAM", "destroy", "no_return",
    )  # fmt: skip


def test_a_parcels_own_decision_goes_before_the_advice(desk: Desk) -> None:
    batch_id, dear = a_draft_that_may_return(desk)
    shipments.decide_undeliverable(desk.app, batch_id, Decision.DESTROY, by="tester", shipment_ids=[dear])
    desk.submit(batch_id, Choice.ADVISED)
    kept = advice.kept(desk.app, batch_id).set_index("shipment_id")
    assert (kept.loc[dear, "chosen"], kept.loc[dear, "followed"]) == ("destroy", False)


def test_only_a_whole_batch_goes_by_the_advice(desk: Desk) -> None:
    batch_id, dear = a_draft_that_may_return(desk)
    for what in ({"plan_id": "CPAM"}, {"shipment_ids": [dear]}):
        with pytest.raises(Problem, match="advised_by_batch"):
            shipments.decide_undeliverable(desk.app, batch_id, Choice.ADVISED, by="tester", **what)


def test_a_preset_may_say_as_advised(desk: Desk) -> None:
    presets.save(desk.app, Preset("Morning", undeliverable=Choice.ADVISED), by="anna")
    made = presets.run(desk.app, presets.get(desk.app, "Morning"), by="anna")
    assert made.batch_id
    assert batches.get(desk.app, made.batch_id)["undeliverable"] == "advised"
    assert set(shipments.listing(desk.app, made.batch_id)["undeliverable"]) == {"destroy"}

"""Presets run into a draft that says what stays out; decisions by plan and parcel; what happened, to take along."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from lib.domain.orders import OrderFilter
from lib.domain.plans import Policy
from lib.domain.printing import PrintOrder, PrintSettings
from lib.domain.problems import Problem
from lib.domain.shipments import Decision, HandoverMode
from lib.services import batches, handover, happenings, orders, plans, presets, printing, shipments
from lib.wording import paper_words
from tests.builders import an_export_row
from tests.conftest import Desk


def test_a_preset_makes_a_decided_draft_and_names_what_stays_out(desk: Desk) -> None:
    app = desk.app
    desk.load([an_export_row(手机="", 联系电话="")])
    preset = presets.Preset(
        "Ireland", OrderFilter(countries=("IE",)), Policy.CHEAPEST, HandoverMode.SELF_POST, Decision.DESTROY,
        "a4", PrintOrder.PICK, 200,
    )  # fmt: skip
    presets.save(app, preset, by="anna")
    [kept] = presets.all_presets(app)
    assert (kept.filter, kept.print_order, kept.run_size, kept.saved_by) == (
        preset.filter,
        "pick",
        200,
        "anna",
    )
    made = presets.run(app, presets.get(app, "Ireland"), by="tester")
    batch_id = made.batch_id or ""
    assert len(made.order_ids) == 10
    assert {row["code"] for row in presets.excluded(app, batch_id)} >= {"missing_phone"}
    batch = batches.get(app, batch_id)
    assert (batch["undeliverable"], batch["preset_name"], batch["agreed_at"]) == ("destroy", "Ireland", None)
    assert {one.mode for one in handover.of_batch(app, batch_id)} == {HandoverMode.SELF_POST}
    with pytest.raises(Problem, match="agreement_missing"):
        shipments.submit(app, batch_id, agreed=False, by="tester")
    desk.submit(batch_id)
    [agreement] = shipments.agreements(app, batch_id)
    assert (agreement["shop_id"], agreement["version"], agreement["agreed_by"]) == (
        "default", shipments.AGREEMENT_VERSION, "tester",
    )  # fmt: skip
    last = presets.last(app)
    assert last is not None
    assert (last.filter, last.mode, last.undeliverable) == (
        preset.filter,
        HandoverMode.SELF_POST,
        Decision.DESTROY,
    )
    presets.save_batch(app, batch_id, "again", by="tester")
    presets.forget(app, "Ireland", by="tester")
    assert [one.name for one in presets.all_presets(app)] == ["again"]
    with pytest.raises(Problem, match="preset_needs_name"):
        presets.save(app, presets.Preset(" "), by="tester")


def test_the_same_as_the_last_batch_is_printed_as_that_was(desk: Desk) -> None:
    app, ids = desk.app, desk.order_ids()
    first = desk.draft(ids[:3])
    desk.submit(first)
    desk.work(first)
    labels = printing.of_batch(app, first)
    settings = PrintSettings("a4", PrintOrder.PLAN, run_size=2)
    printing.print_labels(app, labels, settings, by="anna", words=paper_words, name=first)
    printing.reprint_one(app, labels[0], by="ben")
    last = presets.last(app)
    assert last is not None
    made = presets.run(app, last, by="carl")
    kept = presets.of_batch(app, made.batch_id or "")
    assert kept == last
    assert (kept.name, kept.paper, kept.print_order, kept.run_size) == (first, "a4", "plan", 2)
    assert (kept.saved_by, kept.saved_at) == ("tester", batches.get(app, first)["submitted_at"])
    desk.submit(made.batch_id or "")
    again = presets.last(app)
    assert again is not None
    assert (again.name, again.paper, again.print_order, again.run_size) == (made.batch_id, "a4", "plan", 2)
    assert presets.of_batch(app, first) is None


def test_a_batch_keeps_what_its_preset_said_when_that_is_changed_or_forgotten(desk: Desk) -> None:
    app = desk.app
    presets.save(app, presets.Preset("Morning", paper="a6", run_size=None), by="anna")
    preset = presets.get(app, "Morning")
    batch_id = presets.run(app, preset, by="tester").batch_id or ""
    presets.save(app, presets.Preset("Morning", paper="a4"), by="ben")
    assert presets.of_batch(app, batch_id) == preset
    presets.forget(app, "Morning", by="tester")
    assert presets.of_batch(app, batch_id) == preset
    desk.submit(batch_id)
    last = presets.last(app)
    assert last is not None
    assert (last.paper, last.run_size) == ("a6", None)


def test_a_parcel_a_plan_and_the_batch_may_each_decide(desk: Desk) -> None:
    app = desk.app
    batch_id = desk.draft()
    ids = shipments.listing(app, batch_id)["shipment_id"].tolist()
    plans.choose_plan(app, batch_id, "CAINIAO_STANDARD", by="t", shipment_ids=ids[:6])
    plans.choose_plan(app, batch_id, "CPAM", by="t", shipment_ids=ids[6:])
    handover.prepare(app, batch_id)
    shipments.decide_undeliverable(app, batch_id, Decision.DESTROY, by="t")
    shipments.decide_undeliverable(app, batch_id, Decision.RETURN, by="t", plan_id="CAINIAO_STANDARD")
    with pytest.raises(Problem, match="no_return_offered"):
        shipments.decide_undeliverable(app, batch_id, Decision.RETURN, by="t", plan_id="CPAM")
    shipments.decide_undeliverable(app, batch_id, Decision.DESTROY, by="t", shipment_ids=ids[:2])
    assert (
        shipments.listing(app, batch_id)["undeliverable"].tolist()
        == ["destroy"] * 2 + ["return"] * 4 + ["destroy"] * 4
    )
    shipments.decide_undeliverable(app, batch_id, None, by="t", shipment_ids=ids[:1])
    with app.database.write() as work:
        work._cursor.execute("update batches set refund_address_id = null")
    plans.confirm(app, batch_id, sum(pair.shipment_count for pair in plans.mismatches(app, batch_id)), by="t")
    with pytest.raises(Problem, match="refund_missing"):
        shipments.submit(app, batch_id, agreed=True, by="t")
    refund = next(one for one in handover.addresses(app) if one["role"] == "refund")
    handover.choose_refund(app, batch_id, refund["address_id"], by="t")
    shipments.submit(app, batch_id, agreed=True, by="t")
    desk.work(batch_id)
    decided = [one["undeliverable_decision"] for one in desk.logistics_orders()]
    assert sorted(map(str, decided)) == sorted(map(str, decided)), decided
    assert shipments.listing(app, batch_id)["undeliverable"].tolist().count("return") == 5


def test_a_batch_is_taken_along_as_a_table_without_formulas(desk: Desk) -> None:
    app = desk.app
    batch_id = desk.draft(desk.order_ids()[:2])
    desk.submit(batch_id)
    desk.work(batch_id)
    with app.database.write() as work:
        work._cursor.execute("update shipments set reason_text = '=1+1'")
    text = happenings.export(app, batch_id, kind="csv").decode("utf-8-sig")
    assert "'=1+1" in text
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(happenings.export(app, batch_id, kind="xlsx"))
    ).get_sheet_by_index(0)
    header, *rows = sheet.to_python()
    assert [row[header.index("reason_text")] for row in rows] == ["=1+1", "=1+1"], "a text, not a formula"
    [cost] = happenings.cost(app, batch_id)
    listed = shipments.listing(app, batch_id)
    assert (cost["shipment_count"], cost["fee_minor"]) == (2, int(listed["fee_minor"].sum()))
    log = happenings.audit_of(app, batch_id)
    assert {"submit", "undeliverable", "new_batch"} <= {row["action"] for row in log}
    assert {row["done_by"] for row in log} == {"tester"}


def test_who_let_a_parcel_go_or_printed_it_is_in_its_history(desk: Desk) -> None:
    batch_id = desk.draft(desk.order_ids()[:1])
    desk.submit(batch_id)
    desk.work(batch_id)
    [shipment_id] = printing.of_batch(desk.app, batch_id)
    printing.reprint_one(desk.app, shipment_id, by="anna")
    shipments.hand_over(desk.app, batch_id, by="ben", courier="SF", number="1")
    found = shipments.detail(desk.app, shipment_id)["happenings"]
    assert [(one["kind"], one["done_by"]) for one in found] == [("printed", "anna"), ("handover", "ben")]
    assert orders.detail(desk.app, shipments.detail(desk.app, shipment_id)["order_id"])

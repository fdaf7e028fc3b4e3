"""The Shipments page: decide a draft, submit it, watch it, print it, hand it over, declare it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lib.aliexpress.platform import Client, Platform
from lib.app import SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN, App
from lib.domain.printing import PrintSettings
from lib.domain.shipments import Decision, HandoverMode, State
from lib.services import (
    background,
    batches,
    handover,
    orders,
    plans,
    presets,
    printing,
    shipments,
    stop_list,
)
from lib.ui import downloads
from pages.parts.shipments import printing as printing_part
from pages.parts.shipments import watching
from tests.builders import an_export_row
from tests.conftest import HTTP, Desk
from tests.pages.conftest import Open, text_of


def table(page: AppTest, column: str) -> pd.DataFrame:
    """The one table on the page that has this column."""
    [found] = [one.value for one in page.dataframe if column in one.value.columns]
    return found


def confirmed(desk: Desk) -> str:
    """A draft whose plans are chosen and confirmed."""
    batch_id = desk.draft()
    differing = sum(pair.shipment_count for pair in plans.mismatches(desk.app, batch_id))
    plans.confirm(desk.app, batch_id, differing, by="tester")
    return batch_id


def sent(desk: Desk) -> str:
    """A batch whose parcels all have their label: the one the desk was made with, or a new one."""
    batch_id = desk.batch_id
    if not batch_id:
        batch_id = desk.draft()
        desk.submit(batch_id)
    desk.work(batch_id)
    return batch_id


def one_plan(desk: Desk, batch_id: str) -> handover.PlanHandover:
    [found] = handover.of_batch(desk.app, batch_id)
    return found


def test_without_any_batch_the_page_says_what_to_do(open_empty: Open) -> None:
    page = open_empty("shipments")
    assert not page.exception
    assert "There is no batch yet" in text_of(page)


def test_batches_are_listed_with_where_their_parcels_stand(open_page: Open, queued: Desk) -> None:
    batch_id = sent(queued)
    page = open_page(queued.app, "shipments")
    assert batch_id in [link.proto.label for link in page.get("page_link")]
    assert "10 ready" in text_of(page)


def test_new_labels_of_several_batches_are_offered_as_one_file(open_page: Open, desk: Desk) -> None:
    made = [desk.draft(some) for some in (desk.order_ids()[:2], desk.order_ids()[2:5])]
    for batch_id in made:
        desk.submit(batch_id)
    desk.work(made[0])
    assert not open_page(desk.app, "shipments").get("download_button"), "of one batch: its own page prints it"
    desk.work(made[1])
    page = open_page(desk.app, "shipments")
    assert "5 labels of 2 batches were never printed." in text_of(page)
    assert [one.proto.label for one in page.get("download_button")] == ["Print all: 5 labels"]
    wanted = [row["shipment_id"] for row in printing.unprinted(desk.app)]
    printing.print_labels(desk.app, wanted, PrintSettings(), by="tester", words=str)
    assert not open_page(desk.app, "shipments").get("download_button")


def test_a_batch_nobody_knows_is_said_to_be_unknown(open_page: Open, desk: Desk) -> None:
    page = open_page(desk.app, "shipments", batch="B990101-1")
    assert not page.exception
    assert "is not known here" in text_of(page)


def test_nothing_is_sent_before_a_person_decided_everything(open_page: Open, desk: Desk) -> None:
    batch_id = confirmed(desk)
    page = open_page(desk.app, "shipments", batch=batch_id)
    decision = page.radio(key=f"shipments_undeliverable_{batch_id}")
    assert decision.value is None, "return or destroy is nobody's default"
    assert page.button(key="shipments_submit").disabled
    assert "return or destroy is not decided" in text_of(page)
    decision.set_value(Decision.DESTROY).run()
    assert page.button(key="shipments_submit").disabled
    assert "the agreement is not accepted" in text_of(page)
    page.checkbox(key=f"shipments_agreement_{batch_id}").check().run()
    submit = page.button(key="shipments_submit")
    assert (submit.disabled, submit.label) == (False, "Submit 10 shipments")
    submit.click().run()
    assert not page.exception
    assert desk.states(batch_id) == {"queued": 10}
    batch = batches.get(desk.app, batch_id)
    assert (batch["undeliverable"], batch["agreed_by"]) == ("destroy", batch["submitted_by"])
    desk.work(batch_id)
    assert len(desk.logistics_orders()) == 10


def test_plans_that_are_not_confirmed_keep_a_batch_from_being_sent(open_page: Open, desk: Desk) -> None:
    batch_id = desk.draft()
    page = open_page(desk.app, "shipments", batch=batch_id)
    page.radio(key=f"shipments_undeliverable_{batch_id}").set_value(Decision.DESTROY).run()
    page.checkbox(key=f"shipments_agreement_{batch_id}").check().run()
    assert page.button(key="shipments_submit").disabled
    assert "are not confirmed" in text_of(page)


def test_what_return_costs_is_said_before_it_is_chosen(open_page: Open, desk: Desk) -> None:
    batch_id = desk.draft()
    first = plans.compare(desk.app, batch_id).choices["shipment_id"].tolist()[:4]
    returning = [plan["plan_id"] for plan in plans.all_plans(desk.app) if plan["return_supported"]]
    taken = [plans.choose_plan(desk.app, batch_id, one, by="tester", shipment_ids=first) for one in returning]
    assert sum(taken) == 4, "the reference table has no plan with return for these parcels"
    page = open_page(desk.app, "shipments", batch=batch_id)
    cost = shipments.return_cost(desk.app, batch_id)
    [(currency, total)] = cost.fees.items()
    caption = page.radio(key=f"shipments_undeliverable_{batch_id}").proto.captions[0].replace("\\", "")
    assert f"{total / 100:,.2f} {currency} for 4 parcels" in caption
    assert "assumed" in caption
    assert "6 parcels go on plans that offer no return" in text_of(page)
    page.radio(key=f"shipments_undeliverable_{batch_id}").set_value(Decision.RETURN).run()
    rows = shipments.listing(desk.app, batch_id)
    assert rows["undeliverable"].value_counts().to_dict() == {"destroy": 6, "return": 4}


def test_a_platform_that_cannot_be_reached_is_said_and_can_be_asked_again(
    open_page: Open, desk: Desk
) -> None:
    batch_id = confirmed(desk)
    nobody = Client("http://127.0.0.1:9", SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN, now=desk.app.now)
    cut_off = App(desk.app.settings, desk.app.database, platform=Platform(nobody))
    page = open_page(cut_off, "shipments", batch=batch_id)
    assert not page.exception
    assert "cannot be reached" in text_of(page)
    assert page.button(key="shipments_submit").disabled
    nobody.close()
    cut_off._platform = desk.app.platform
    page.button(key="shipments_ask_again").click().run()
    assert "cannot be reached" not in text_of(page)
    assert one_plan(desk, batch_id).service_code


def test_a_pickup_outside_coverage_needs_the_warehouse_to_agree(open_page: Open, desk: Desk) -> None:
    batch_id = confirmed(desk)
    handover.prepare(desk.app, batch_id)
    handover.choose_sender(desk.app, batch_id, "1002", by="tester")
    page = open_page(desk.app, "shipments", batch=batch_id)
    plan_id = one_plan(desk, batch_id).plan_id
    assert one_plan(desk, batch_id).mode is HandoverMode.SELF_POST, "outside coverage self-post is preset"
    offered = page.selectbox(key=f"shipments_mode_{batch_id}_{plan_id}").options
    assert offered == ["Self-post", "Self-send"], "applying for a pickup has its own button"
    assert "are asked for when the parcels are handed over" in text_of(page)
    key = f"shipments_apply_{batch_id}_{plan_id}"
    assert "拒单" in text_of(page)
    assert page.button(key=key).disabled
    page.text_input(key=f"{key}_contact").set_value("Window 3")
    page.checkbox(key=f"{key}_agreed").check().run()
    page.button(key=key).click().run()
    assert "is no phone number" in text_of(page)
    assert one_plan(desk, batch_id).mode is HandoverMode.SELF_POST
    page.text_input(key=f"{key}_phone").set_value("0755-8888 1234")
    page.button(key=key).click().run()
    one = one_plan(desk, batch_id)
    assert (one.mode, one.pickup_contact) == (HandoverMode.APPLY_PICKUP, "Window 3")


def test_a_plan_and_a_parcel_decide_for_themselves_and_returns_need_an_address(
    open_page: Open, desk: Desk
) -> None:
    batch_id = desk.draft()
    plans.choose_plan(desk.app, batch_id, "CAINIAO_STANDARD", by="tester")
    shipments.decide_undeliverable(desk.app, batch_id, Decision.DESTROY, by="tester")
    page = open_page(desk.app, "shipments", batch=batch_id)
    assert "Refund address" not in str([one.label for one in page.selectbox])
    page.session_state["shipments_own_undeliverable"] = {
        "selection": {"rows": [0, 1], "columns": [], "cells": []}
    }
    page.run()
    page.button(key="shipments_own_return").click().run()
    assert shipments.listing(desk.app, batch_id)["undeliverable"].tolist() == ["return"] * 2 + ["destroy"] * 8
    assert page.selectbox(key=f"shipments_refund_{batch_id}").value


def test_return_is_not_offered_for_a_parcel_whose_plan_has_none(open_page: Open, desk: Desk) -> None:
    batch_id = desk.draft()
    [_returning, plain] = shipments.listing(desk.app, batch_id)["shipment_id"].tolist()[:2]
    plans.choose_plan(desk.app, batch_id, "CAINIAO_STANDARD", by="tester")
    plans.choose_plan(desk.app, batch_id, "CPAM", by="tester", shipment_ids=[plain])
    page = open_page(desk.app, "shipments", batch=batch_id)
    page.session_state["shipments_own_undeliverable"] = {
        "selection": {"rows": [0, 1], "columns": [], "cells": []}
    }
    page.run()
    assert page.button(key="shipments_own_return").disabled
    assert not page.button(key="shipments_own_destroy").disabled
    assert "1 of those ticked goes on a plan that offers no return: it is destroyed." in text_of(page)


def test_what_a_preset_decided_is_reviewed_with_what_stays_out_and_never_agreed_to(
    open_page: Open, desk: Desk
) -> None:
    presets.save(desk.app, presets.Preset("Morning", undeliverable=Decision.DESTROY), by="anna")
    desk.load([an_export_row(手机="", 联系电话="")])
    page = open_page(desk.app, "overview")
    page.button(key="overview_preset_0").click().run()
    batch_id = str(batches.all_batches(desk.app)["batch_id"].iloc[0])
    presets.save(desk.app, presets.Preset("Morning", undeliverable=Decision.RETURN), by="ben")
    presets.forget(desk.app, "Morning", by="ben")
    page = open_page(desk.app, "review", batch=batch_id)
    assert not page.exception
    said = text_of(page)
    assert "saved by anna" in said.replace("\\", ""), "as it was when the batch was made"
    assert "10 parcels ready" in said or "10 parcels ready" in str([one.proto for one in page.get("badge")])
    assert "anna" in said
    assert "1 order stayed out" in str([one.label for one in page.expander])
    assert not page.checkbox(key=f"shipments_agreement_{batch_id}").value
    assert page.button(key="shipments_submit").disabled


def test_a_stopped_parcel_is_named_with_its_place_and_voided_from_the_list(
    open_page: Open, queued: Desk
) -> None:
    batch_id = sent(queued)
    wanted = printing.of_batch(queued.app, batch_id)
    printing.print_labels(queued.app, wanted, PrintSettings(), by="tester", words=str, name=batch_id)
    HTTP.post(
        f"{queued.url}/sandbox/change",
        json={"order_id": shipments.detail(queued.app, wanted[4])["order_id"], "status": "IN_CANCEL"},
    ).raise_for_status()
    stop_list.refresh(queued.app, "default")
    page = open_page(queued.app, "overview")
    assert "1 parcel must not leave" in text_of(page)
    assert table(page, "printed")["printed"].tolist() == ["run 1, page 5"]
    page.button(key="overview_stopped_void").click().run()
    assert queued.states(batch_id) == {"ready": 9, "voided": 1}
    assert "must not leave" not in text_of(page)


def test_of_the_stop_list_nothing_is_acted_on_but_what_was_ticked_and_what_vanished_is_named(
    open_page: Open, desk: Desk
) -> None:
    batch_id = sent(desk)
    [first, second, third] = shipments.listing(desk.app, batch_id)["shipment_id"].tolist()[:3]
    stop = (
        "update orders set status = 'IN_CANCEL' where order_id in"
        " (select order_id from shipments where shipment_id in (?, ?))"
    )
    with desk.app.database.write() as work:
        work._cursor.execute(stop, [second, third])
    page = open_page(desk.app, "shipments", batch=batch_id)
    page.session_state["shipments_stopped"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    with (
        desk.app.database.write() as work
    ):  # A sync adds a row above, and a colleague takes the ticked one away.
        work._cursor.execute(stop, [first, first])
    shipments.void(desk.app, second, reason="cancelled", by="a colleague")
    page.text_input(key="shipments_stopped_reason").set_value("agreed on the phone")
    page.button(key="shipments_stopped_go").click().run()
    assert second in page.error[0].value.replace("\\", "")
    assert {one.shipment_id for one in stop_list.stopped(desk.app)} == {first, third}, "nobody ticked these"
    assert any(second in one.value.replace("\\", "") for one in page.warning)
    assert page.button(key="shipments_stopped_go").disabled, (
        "a tick that vanished does not mean all the others"
    )
    page.button(key="shipments_stopped_anew").click().run()
    assert page.button(key="shipments_stopped_go").label == "Let 2 go all the same"


def test_while_many_labels_are_put_together_the_page_says_how_many_of_how_many(
    open_page: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = sent(desk)
    monkeypatch.setattr(printing_part, "MANY", 10)
    page = open_page(desk.app, "shipments", batch=batch_id)
    assert "put into the file" not in text_of(page)
    seen: list[AppTest] = []

    def make(tell: downloads.Tell) -> bytes:
        """As a download in its thread: told how far it is, the page is drawn anew meanwhile."""
        tell(4, 10)
        seen.append(page.run())
        return b""

    downloads._counted(make, ("test session id", printing_part.MAKING))
    [shown] = [one for one in seen[0].get("progress") if "put into the file" in one.proto.text]
    assert (shown.proto.text, shown.proto.value) == ("4 of 10 put into the file", 40)
    assert not [one for one in page.run().get("progress") if "put into the file" in one.proto.text]


def test_what_got_ready_after_the_hand_over_was_shown_stays_and_what_vanished_is_named(
    open_page: Open, desk: Desk
) -> None:
    batch_id = sent(desk)
    [first, second] = shipments.listing(desk.app, batch_id)["shipment_id"].tolist()[:2]
    with desk.app.database.write() as work:
        work._cursor.execute("update shipments set state = 'accepted' where shipment_id = ?", [first])
    page = open_page(desk.app, "shipments", batch=batch_id)
    assert page.button(key="shipments_hand_over").label == "Record the hand-over of 9 parcels"
    with desk.app.database.write() as work:
        work._cursor.execute("update shipments set state = 'ready' where shipment_id = ?", [first])
    shipments.void(desk.app, second, reason="broken", by="a colleague")
    page.button(key="shipments_hand_over").click().run()
    assert desk.states(batch_id) == {"handed_over": 8, "ready": 1, "voided": 1}
    assert "8 parcels handed over." in text_of(page)
    assert any(second in one.value.replace("\\", "") for one in page.warning)


def test_a_refused_parcel_that_a_colleague_took_out_is_named_and_its_neighbour_is_sent(
    open_page: Open, queued: Desk, refused: str
) -> None:
    ids = shipments.listing(queued.app, refused)["shipment_id"].tolist()
    page = open_page(queued.app, "shipments", batch=refused)
    page.session_state["shipments_refused"] = {"selection": {"rows": [1, 2], "columns": [], "cells": []}}
    page.run()
    batches.take_out(queued.app, refused, ids[:2], by="a colleague")
    page.button(key="shipments_retry").click().run()
    assert queued.states(refused) == {"queued": 1, "refused": 7}
    assert any(ids[1] in one.value.replace("\\", "") for one in page.warning)


def test_a_receiver_with_a_finding_is_named_and_corrected_and_the_original_kept(
    open_page: Open, desk: Desk
) -> None:
    batch_id = confirmed(desk)
    order_id = str(shipments.listing(desk.app, batch_id)["order_id"].iloc[2])
    received = orders.detail(desk.app, order_id)["receivers"]["received"]
    orders.correct_receiver(desk.app, order_id, replace(received, postcode="nonsense"), by="tester")
    page = open_page(desk.app, "shipments", batch=batch_id)
    assert "1 order deserves a look" in text_of(page)
    assert table(page, "finding")["order_id"].tolist() == [order_id]
    page.session_state["shipments_findings"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    assert f"Received: {received.postcode}" in text_of(page)
    page.text_input(key=f"shipments_findings_form_postcode_{order_id}").set_value("D02 XY45")
    page.button(key=f"shipments_findings_form_keep_{order_id}").click().run()
    versions = orders.detail(desk.app, order_id)["receivers"]
    assert versions["corrected"].postcode == "D02 XY45"
    assert versions["received"] == received
    assert "passed the check before shipping" in text_of(page)


def test_a_running_batch_shows_its_counts_and_can_be_paused_and_resumed(
    open_page: Open, queued: Desk
) -> None:
    batch_id = queued.batch_id
    page = open_page(queued.app, "shipments", batch=batch_id)
    assert "0 of 10 settled" in str(page.get("progress")[0].proto)
    assert "goes on by itself" in text_of(page)
    page.button(key="shipments_pause").click().run()
    assert shipments.progress(queued.app, batch_id).paused
    assert "This batch is paused" in text_of(page)
    page.button(key="shipments_resume").click().run()
    assert shipments.progress(queued.app, batch_id).running


def with_one_that_waits(desk: Desk, *, number: str | None = None, reason: str | None = None) -> str:
    """A batch whose first parcel has been without its label for ten minutes, while the others are ready."""
    batch_id = sent(desk)
    with desk.app.database.write() as work:
        work._cursor.execute("delete from labels where ends_with(shipment_id, '-00001')")
        work._cursor.execute(
            "update shipments set state = 'accepted', tracking_number = ?, reason_code = ? where position = 1",
            [number, reason],
        )
        work._cursor.execute("update shipment_events set happened_at = happened_at - interval 10 minutes")
    return batch_id


def test_what_is_ready_is_printed_and_leaves_while_one_number_is_late(open_page: Open, desk: Desk) -> None:
    batch_id = with_one_that_waits(desk)
    page = open_page(desk.app, "shipments", batch=batch_id)
    assert not page.exception
    said = text_of(page).replace("\\", "")
    assert f"Created more than 3 minutes ago, and no tracking number yet: {batch_id}-00001" in said
    assert f"1 shipment has no label yet and is not in the file: {batch_id}-00001" in said
    assert page.button(key="shipments_pause"), "it is still running"
    keys = [one.proto.id.rsplit("-", 1)[-1] for one in page.get("download_button")]
    assert {"shipments_print", "shipments_handover_sheet", "shipments_export_xlsx"} <= set(keys)
    assert page.get("download_button")[0].proto.label == "Print all: 9 labels"
    page.button(key="shipments_hand_over").click().run()
    assert desk.states(batch_id) == {"accepted": 1, "handed_over": 9}
    page.button(key="shipments_declare").click().run()
    assert "9 parcels are being declared." in text_of(page)
    assert "shipments_declare" not in [one.key for one in page.button], "asked for once"


def test_a_label_the_platform_refuses_is_named_with_its_reason(open_page: Open, desk: Desk) -> None:
    batch_id = with_one_that_waits(desk, number="LA000000001CN", reason="refuse_address")
    said = text_of(open_page(desk.app, "shipments", batch=batch_id)).replace("\\", "")
    assert "1 parcel waits. The platform gives no label:" in said
    assert f"{batch_id}-00001" in said
    [late] = shipments.late(desk.app, batch_id)
    assert (late.has_number, late.reason_code) == (True, "refuse_address")


def test_a_parcel_found_there_with_another_decision_is_named_in_its_batch(
    open_page: Open, queued: Desk
) -> None:
    batch_id = sent(queued)
    assert "another decision" not in text_of(open_page(queued.app, "shipments", batch=batch_id))
    with queued.app.database.write() as work:
        work._cursor.execute("update shipments set found_undeliverable = 'return' where position = 2")
    said = text_of(open_page(queued.app, "shipments", batch=batch_id)).replace("\\", "")
    assert "1 parcel stands on the platform with another decision or plan" in said
    assert f"which: {batch_id}-00002" in said


def test_nothing_is_late_that_was_created_a_moment_ago(queued: Desk) -> None:
    batch_id = sent(queued)
    with queued.app.database.write() as work:
        work._cursor.execute("update shipments set state = 'accepted', reason_code = null")
    assert shipments.late(queued.app, batch_id) == []


def test_lists_below_a_running_batch_are_drawn_anew_for_the_first_of_a_kind_and_at_the_ends_alone() -> None:
    def stands(**counts: int) -> shipments.Progress:
        under_way = sum(counts.get(one, 0) for one in ("queued", "accepted"))
        found = {State(name): count for name, count in counts.items()}
        total = sum(counts.values())
        return shipments.Progress(found, total, total - under_way, 0.0, None, False, True)

    waits = shipments.Late("B-1", State.ACCEPTED, False, None, "")
    first = watching.Drawn(True, {}, only_late=False)
    some = watching.Drawn(True, {State.READY: 1}, only_late=False)
    seen = watching.Drawn(True, {State.READY: 7}, only_late=True)
    assert not watching.is_outdated(first, stands(queued=9, accepted=1), [])
    assert watching.is_outdated(first, stands(queued=9, ready=1), []), "the first that is ready"
    assert not watching.is_outdated(some, stands(queued=3, ready=7), []), "never for each in between"
    assert watching.is_outdated(some, stands(queued=3, ready=6, refused=1), []), "the first to mend"
    assert watching.is_outdated(some, stands(accepted=1, ready=9), [waits]), "nothing else comes soon"
    assert not watching.is_outdated(seen, stands(accepted=1, ready=9), [waits]), "said, and shown when wanted"
    assert watching.is_outdated(seen, stands(ready=10), []), "done"


def test_why_a_batch_waits_is_said_once_and_in_the_line_of_its_pace_where_it_came_since() -> None:
    def page(trouble: str, drawn: str) -> None:
        from lib.services import background, shipments
        from pages.parts.shipments import watching

        background.trouble = lambda: trouble
        now = shipments.Progress({}, 9, 1, 0.0, None, False, True)
        watching._say_pace(now, watching.Drawn(True, {}, only_late=False, trouble=drawn))

    def said(trouble: str, drawn: str) -> str:
        shown = AppTest.from_function(page, args=(trouble, drawn)).run()
        assert len(shown.main) == 1, "one line, whatever it says"
        return str(shown.main[0].value)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(background, "trouble", background.trouble)
        assert said("unreachable", "unreachable") == said("", "") == "Under way…"
        assert "cannot be reached" in said("unreachable", "")
        assert "answers again" in said("", "unreachable")


def test_ticks_stay_with_refused_parcels_when_others_are_refused(open_page: Open, queued: Desk) -> None:
    batch_id = sent(queued)
    refuse = "update shipments set state = 'refused', reason_code = 'refuse_address' where position "
    with queued.app.database.write() as work:
        work._cursor.execute(refuse + "= 5")
    page = open_page(queued.app, "shipments", batch=batch_id)
    page.session_state["shipments_refused"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    with queued.app.database.write() as work:
        work._cursor.execute(refuse + "< 4")
    page.run()
    assert page.session_state["shipments_refused"]["selection"]["rows"] == [3]
    assert page.button(key="shipments_retry").label == "Send 1 again"
    page.button(key="shipments_take_out").click().run()
    assert queued.states(batch_id) == {"ready": 6, "refused": 3}
    assert page.button(key="shipments_retry").label == "Send 3 again", "nothing is ticked any more"


def test_before_anything_is_ready_the_page_offers_what_happened_only(open_page: Open, queued: Desk) -> None:
    batch_id = queued.batch_id
    page = open_page(queued.app, "shipments", batch=batch_id)
    assert "What happened" in text_of(page)
    assert "Labels" not in [one.value for one in page.subheader]


def test_ticks_stay_with_their_parcels_when_others_get_ready(open_page: Open, desk: Desk) -> None:
    batch_id = sent(desk)
    with desk.app.database.write() as work:
        work._cursor.execute("update shipments set state = 'queued' where position = 1")
    page = open_page(desk.app, "shipments", batch=batch_id)
    page.session_state["shipments_created"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    with desk.app.database.write() as work:
        work._cursor.execute("update shipments set state = 'ready' where position = 1")
    page.run()
    assert page.session_state["shipments_created"]["selection"]["rows"] == [1]
    assert page.get("download_button")[0].proto.label == "Print 1 ticked label"


def test_a_finished_batch_links_each_shipment_to_its_own_page(open_page: Open, queued: Desk) -> None:
    batch_id = sent(queued)
    page = open_page(queued.app, "shipments", batch=batch_id)
    assert "10 logistics orders created" in text_of(page)
    created = table(page, "detail")
    assert created["detail"].tolist() == [f"/shipment?shipment={one}" for one in created["shipment_id"]]
    assert created["lp_number"].notna().all()
    assert page.get("download_button")[0].proto.label == "Print all: 10 labels"


def test_a_label_file_that_is_gone_is_named_before_anything_is_printed(open_page: Open, queued: Desk) -> None:
    batch_id = sent(queued)
    gone = shipments.listing(queued.app, batch_id).iloc[4]
    (queued.app.settings.data / gone["label_path"]).unlink()
    page = open_page(queued.app, "shipments", batch=batch_id)
    assert gone["shipment_id"] in text_of(page).replace("\\", "")
    assert page.get("download_button")[0].proto.disabled


def test_the_batch_is_handed_over_except_what_is_named_and_then_declared(
    open_page: Open, queued: Desk
) -> None:
    batch_id = sent(queued)
    rows = shipments.listing(queued.app, batch_id)
    page = open_page(queued.app, "shipments", batch=batch_id)
    page.multiselect(key=f"shipments_stay_{batch_id}").set_value([rows["shipment_id"].iloc[0]])
    page.text_area(key=f"shipments_stay_pasted_{batch_id}").set_value(
        f"{rows['tracking_number'].iloc[1]}, {rows['order_id'].iloc[2]}"
    )
    page.run()
    assert "3 stay" in text_of(page)
    button = page.button(key="shipments_hand_over")
    assert button.label == "Record the hand-over of 7 parcels"
    button.click().run()
    assert queued.states(batch_id) == {"handed_over": 7, "ready": 3}
    assert "3 parcels stayed behind" in text_of(page)
    assert rows["tracking_number"].iloc[1] in text_of(page)
    assert page.text_area(key=f"shipments_stay_pasted_{batch_id}").value == ""
    declare = page.button(key="shipments_declare")
    assert declare.label == "Declare 7 parcels shipped"
    declare.click().run()
    queued.work(batch_id)
    page.run()
    assert "7 parcels declared." in text_of(page)
    assert queued.states(batch_id) == {"declared": 7, "ready": 3}


def test_a_pasted_number_nobody_knows_stops_the_handover(open_page: Open, queued: Desk) -> None:
    batch_id = sent(queued)
    page = open_page(queued.app, "shipments", batch=batch_id)
    page.text_area(key=f"shipments_stay_pasted_{batch_id}").set_value("LA000000000CN").run()
    assert "name no ready parcel of this batch: LA000000000CN" in text_of(page)
    assert page.button(key="shipments_hand_over").disabled
    assert queued.states(batch_id) == {"ready": 10}


def test_numbers_pasted_just_before_the_click_stay(open_page: Open, queued: Desk) -> None:
    batch_id = sent(queued)
    [number, *_others] = shipments.listing(queued.app, batch_id)["tracking_number"]
    page = open_page(queued.app, "shipments", batch=batch_id)
    page.text_area(key=f"shipments_stay_pasted_{batch_id}").set_value(number)
    page.button(key="shipments_hand_over").click().run()  # One run: the browser sends both with the click.
    assert queued.states(batch_id) == {"ready": 1, "handed_over": 9}


@pytest.fixture
def refused(queued: Desk) -> str:
    """A batch the platform refused whole; it would take it now."""
    queued.behave(faults={"create:refuse_address": 1.0})
    batch_id = sent(queued)
    assert queued.states(batch_id) == {"refused": 10}
    queued.behave(faults={})
    return batch_id


def test_refused_shipments_say_why_and_are_sent_again(open_page: Open, queued: Desk, refused: str) -> None:
    page = open_page(queued.app, "shipments", batch=refused)
    assert "10 shipments refused" in text_of(page)
    assert table(page, "mend")["mend"].str.len().min() > 0
    page.session_state["shipments_refused"] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    page.run()
    retry = page.button(key="shipments_retry")
    assert retry.label == "Send 2 again"
    retry.click().run()
    queued.work(refused)
    assert queued.states(refused) == {"ready": 2, "refused": 8}


def test_a_buyer_who_cancelled_meanwhile_is_not_sent_again_and_is_named(
    open_page: Open, queued: Desk, refused: str
) -> None:
    gone = str(shipments.listing(queued.app, refused)["order_id"].iloc[1])
    page = open_page(queued.app, "shipments", batch=refused)
    page.session_state["shipments_refused"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    page.run()
    queued.happen(gone, status="IN_CANCEL")
    page.button(key="shipments_retry").click().run()
    assert any(gone in one.value and "awaits no shipment" in one.value for one in page.warning)
    assert not page.success, "nothing of it is queued"
    assert queued.states(refused) == {"refused": 9}


def test_refused_shipments_get_another_plan_are_confirmed_and_sent_on_it(
    open_page: Open, queued: Desk, refused: str
) -> None:
    first = shipments.listing(queued.app, refused).iloc[0]
    quotes = plans.options(queued.app, refused, str(first["shipment_id"]))
    other = next(one.plan_id for one in quotes if one.eligible and one.plan_id != first["plan_id"])
    page = open_page(queued.app, "shipments", batch=refused)
    page.selectbox(key="shipments_other_plan").set_value(other).run()
    page.button(key="shipments_use_plan").click().run()
    assert page.button(key="shipments_retry").disabled, "another plan than the buyer's wants to be confirmed"
    assert page.button(key="plans_confirm").disabled, "what is new needs its tick here too"
    for box in page.checkbox:
        if str(box.key).startswith("plans_tick_"):
            box.check()
    page.run().button(key="plans_confirm").click().run()
    page.button(key="shipments_retry").click().run()
    queued.work(refused)
    assert queued.states(refused) == {"ready": 10}
    assert {one["plan_id"] for one in queued.logistics_orders()} == {other}


def test_one_refused_shipment_is_mended_by_its_receiver(open_page: Open, queued: Desk, refused: str) -> None:
    order_id = str(shipments.listing(queued.app, refused)["order_id"].iloc[1])
    page = open_page(queued.app, "shipments", batch=refused)
    page.session_state["shipments_refused"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    page.run()
    page.text_input(key=f"shipments_refused_form_city_{order_id}").set_value("Cork")
    page.button(key=f"shipments_refused_form_keep_{order_id}").click().run()
    assert orders.detail(queued.app, order_id)["receivers"]["corrected"].city == "Cork"
    page.button(key="shipments_retry").click().run()
    queued.work(refused)
    assert queued.states(refused) == {"ready": 1, "refused": 9}


def test_refused_shipments_are_taken_out_of_the_batch(open_page: Open, queued: Desk, refused: str) -> None:
    page = open_page(queued.app, "shipments", batch=refused)
    page.button(key="shipments_take_out").click().run()
    assert "Nothing is left in this batch" in text_of(page)
    assert len(batches.create(queued.app, queued.order_ids(), by="tester").order_ids) == 10


def test_the_page_speaks_chinese(open_page: Open, desk: Desk) -> None:
    batch_id = confirmed(desk)
    page = open_page(desk.app, "shipments", language="zh_CN", batch=batch_id)
    assert not page.exception
    assert page.title[0].value == "物流订单"


def test_a_draft_that_is_kept_back_stays_while_its_neighbours_are_sent(open_page: Open, desk: Desk) -> None:
    batch_id = confirmed(desk)
    first = shipments.listing(desk.app, batch_id)["order_id"].iloc[0]
    receiver = orders.detail(desk.app, first)["receivers"]["received"]
    orders.correct_receiver(desk.app, first, replace(receiver, phone="", mobile=""), by="tester")
    page = open_page(desk.app, "shipments", batch=batch_id)
    assert "1 order stays in the draft when the others go" in text_of(page)
    assert page.button(key="shipments_submit").label == "Submit 9 shipments"
    desk.submit(batch_id)
    page = open_page(desk.app, "shipments", batch=batch_id)
    assert not page.exception
    assert "the check before shipping keeps every order back" in text_of(page)
    assert page.button(key="shipments_submit").disabled


def test_refused_declarations_are_said_once_a_reason_with_their_orders() -> None:
    def page() -> None:
        import pandas as pd

        from pages.parts.shipments import leaving

        ids = [f"81{place:04}" for place in range(40)]
        leaving._say_undeclared(
            pd.DataFrame({"order_id": ids, "reason_code": ["isv.a"] * 39 + ["cancelled"], "reason_text": ""})
        )

    first, second = AppTest.from_function(page).run().error
    assert first.value.startswith(r"39 orders could not be declared\: 810000, 810001")
    assert "and 31 more" in first.value
    assert second.value.startswith("Order 810039 could not be declared")

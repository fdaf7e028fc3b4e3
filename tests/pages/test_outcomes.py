"""The Outcomes page: what was decided about undeliverable parcels, and what it costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lib.domain.outcomes import ComplaintKind, Condition, Meaning
from lib.domain.shipments import Decision
from lib.services import plans
from tests.conftest import Desk
from tests.pages.conftest import Open, text_of
from tests.tracks import event, put_shipment, take

#: Parcel → what was last said of it, in the order of the days they fail.
PARCELS = {
    "attempt": ("GTMS_DELIVERING", "GTMS_DEL_FAILURE"),
    "customs": ("CC_IM_START", "CC_IM_FAILURE"),
    "given-up": ("GTMS_DELIVERING", "GTMS_SIGN_FAILURE"),
    "home": ("RT_INBOUND", "RETURNED"),
    "coming": ("GTMS_SIGN_FAILURE", "RT_INBOUND"),
    "arrived": ("GTMS_DELIVERING", "GTMS_SIGNED"),
}
TABLE = "outcomes_board"


@pytest.fixture
def failing(empty_desk: Desk) -> Desk:
    """A desk with five parcels that fail, and one that arrived."""
    put_shipment(empty_desk.app.database, *PARCELS, at=at(days=20))
    for day, (shipment_id, codes) in enumerate(PARCELS.items()):
        said = [event(shipment_id, code, at(days=9 - day, hours=-hour)) for hour, code in enumerate(codes)]
        take(empty_desk.app.database, said)
    return empty_desk


def at(*, days: int, hours: int = 0) -> datetime:
    """So long ago."""
    return datetime.now(UTC) - timedelta(days=days, hours=hours)


def board_of(page: AppTest) -> pd.DataFrame:
    """The board by shipment; empty when nothing is on it."""
    found = [table.value for table in page.dataframe if "remedies" in table.value]
    return found[0].set_index("shipment_id") if found else pd.DataFrame()


def figures_of(page: AppTest) -> dict[str, str]:
    """The first three figures of the page."""
    labels = [one.value for one in page.caption][:3]
    values = [one.value.removeprefix("##### ") for one in page.markdown][:3]
    return dict(zip(labels, values, strict=True))


def tick(page: AppTest, *shipment_ids: str) -> None:
    """Tick parcels of the board."""
    rows = [board_of(page).index.get_loc(one) for one in shipment_ids]
    selection: dict[str, Any] = {"rows": rows, "columns": [], "cells": []}
    page.session_state[TABLE] = {"selection": selection}
    page.run()


def test_without_any_parcel_sent_the_page_says_so_and_that_nothing_is_failing(open_empty: Open) -> None:
    page = open_empty("outcomes")
    assert not page.exception
    assert "No parcel is failing" in text_of(page)
    decisions = open_empty("outcomes", view="decisions")
    assert "Nothing was sent yet" in text_of(decisions)
    codes = open_empty("outcomes", view="codes")
    assert "Every code that came in is known" in text_of(codes)


@pytest.mark.parametrize("view", ["board", "decisions", "ledger", "backtest", "advice", "promise"])
def test_a_view_without_anything_to_show_leads_on(open_empty: Open, view: str) -> None:
    page = open_empty("outcomes", view=view)
    assert page.info, "says why"
    assert [link.proto.label for link in page.get("page_link")] == ["Open shipments"]


def test_failing_parcels_are_listed_with_what_they_hold_and_what_can_be_done(
    open_page: Open, failing: Desk
) -> None:
    page = open_page(failing.app, "outcomes")
    assert not page.exception
    assert figures_of(page) == {"Failing parcels": "5", "Still to be saved": "3", "Nobody looks after": "5"}
    rows = board_of(page)
    assert rows["kind"].to_dict() == {
        "attempt": "Delivery attempt failed",
        "customs": "Customs problem",
        "given-up": "Undeliverable",
        "home": "Returned, not checked in · from abroad",
        "coming": "Coming back · from abroad",
    }
    assert set(rows["contents"]) == {"SKU-1 × 2"}
    assert set(rows["country"]) == {"Brazil (BR)"}
    assert rows.loc["attempt", "remedies"] == "contact the buyer, correct the address"
    assert rows.loc["given-up", "remedies"] == "complain"
    assert rows.loc["home", "remedies"] == "check it in"


def test_ticked_parcels_are_looked_after_complained_about_and_checked_in(
    open_page: Open, failing: Desk
) -> None:
    page = open_page(failing.app, "outcomes")
    tick(page, "attempt", "customs")
    page.text_input(key="outcomes_board_owner").set_value("ann")
    page.text_input(key="outcomes_board_note").set_value("=asked the buyer")
    page.button(key="outcomes_board_keep").click().run()
    assert not page.exception
    rows = board_of(page)
    assert rows.loc["attempt", "owner"] == rows.loc["customs", "owner"] == "ann"
    assert figures_of(page)["Nobody looks after"] == "3"

    tick(page, "customs")
    page.selectbox(key="outcomes_board_complaint").set_value(ComplaintKind.LATE).run()
    page.button(key="outcomes_board_complain").click().run()
    assert board_of(page).loc["customs", "complaints"] == 1

    tick(page, "home", "coming")
    page.selectbox(key="outcomes_board_condition").set_value(Condition.DAMAGED).run()
    page.text_input(key="outcomes_board_restocked").set_value("12.50")
    page.button(key="outcomes_board_check_in").click().run()
    assert not page.exception
    assert not {"home", "coming"} & set(board_of(page).index)
    shown = open_page(failing.app, "shipment", shipment="home")
    assert "Damaged, 12.50 CNY back to the shelf" in text_of(shown)

    tick(page, "given-up")
    page.button(key="outcomes_board_aside").click().run()
    assert "given-up" not in board_of(page).index


def test_a_code_nobody_knows_is_given_a_meaning(open_page: Open, failing: Desk) -> None:
    take(failing.app.database, [event("attempt", "GTMS_LOCKER_RESERVE_NEW", at(days=1))])
    page = open_page(failing.app, "outcomes", view="codes")
    [row] = page.dataframe[0].value.to_dict("records")
    assert (row["shown"], row["event_count"]) == ("GTMS_LOCKER_RESERVE_NEW", 1)
    page.session_state["outcomes_codes"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    page.selectbox(key="outcomes_meaning").set_value(Meaning.COLLECTION).run()
    page.button(key="outcomes_map").click().run()
    assert not page.exception
    assert page.dataframe[0].value["means"].tolist() == ["Waiting for collection"]
    assert board_of(open_page(failing.app, "outcomes")).loc["attempt", "kind"] == "Waiting for collection"


def test_the_page_of_a_shipment_has_its_events(open_page: Open, failing: Desk) -> None:
    page = open_page(failing.app, "shipment", shipment="given-up")
    assert not page.exception
    [events] = [table.value for table in page.dataframe if "means" in table.value]
    assert events["code"].tolist() == ["GTMS_SIGN_FAILURE", "GTMS_DELIVERING"]
    assert events["means"].tolist() == ["Undeliverable", "On its way abroad"]


def test_decisions_and_return_fees_are_counted_by_plan(open_page: Open, desk: Desk) -> None:
    batch_id = desk.draft()
    first = plans.compare(desk.app, batch_id).choices["shipment_id"].tolist()[:4]
    [returning] = [
        plan
        for plan in plans.all_plans(desk.app)
        if plan["return_supported"]
        and plans.choose_plan(desk.app, batch_id, plan["plan_id"], by="tester", shipment_ids=first)
    ]
    desk.submit(batch_id, Decision.RETURN)
    desk.work(batch_id)
    page = open_page(desk.app, "outcomes", view="decisions")
    assert not page.exception
    rows = page.dataframe[0].value
    counted = dict(zip(rows["undeliverable"], rows["shipment_count"], strict=True))
    assert counted == {"destroy": 6, "return": 4}
    paid = 4 * returning["return_fee_minor"]
    fee = f"{paid / 100:,.2f} {returning['return_fee_currency']}"
    assert rows.set_index("undeliverable")["fee"].to_dict() == {"destroy": "–", "return": fee}
    assert fee in text_of(page).replace("\\", "")

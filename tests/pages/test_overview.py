"""The Overview: a kind start, and then what needs a person, the most urgent first."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from lib.app import App
from lib.config import Settings
from lib.services import background, orders, overview, shipments
from lib.store import dispatch as dispatch_store
from lib.store import sync as sync_store
from lib.store.database import Database
from pages.parts.overview.attention import LISTED
from tests.builders import a_products_cell, an_export_row
from tests.conftest import Desk
from tests.pages.conftest import Open, text_of
from tests.tracks import event, put_shipment, take


def titles(page: AppTest) -> list[str]:
    """The sections, without their icons."""
    return [re.sub(r"^\S*:material\S+ ", "", one.value) for one in page.subheader]


def links(page: AppTest) -> list[str]:
    return [str(link.proto.label) for link in page.get("page_link")]


def deadlines_in(*hours: float) -> list[dict[str, str]]:
    """Orders due so many hours from now, as an export of the shop's zone says it."""
    now = datetime.now(UTC)
    zone = timedelta(hours=-8) if now.month in (11, 12, 1, 2) else timedelta(hours=-7)
    return [
        an_export_row(
            products=a_products_cell(("SKU-1", 1)),
            发货期限=(now + zone + timedelta(hours=one)).strftime("%Y-%m-%d %H:%M"),
        )
        for one in hours
    ]


def test_a_new_desk_shows_three_steps_and_loads_the_sample(open_page: Open, store: Database) -> None:
    app = App(Settings(), store)
    app.rehearse_with = lambda *_, **__: None  # type: ignore[method-assign]  # No sandbox is needed for this.
    page = open_page(app)
    assert titles(page) == ["1 · Load orders", "2 · Choose orders", "3 · Ship the batch"]
    page.button(key="overview_sample").click().run(timeout=60)
    assert not page.exception
    assert "The sample is loaded" in page.success[0].value
    assert any("orders can be shipped" in one for one in titles(page))


def test_what_is_urgent_comes_first(open_page: Open, empty_desk: Desk) -> None:
    late, soon, later = deadlines_in(-5, 7, 100)
    blocked = deadlines_in(200)[0] | {"手机": "", "联系电话": ""}
    empty_desk.load([late, soon, later, blocked])
    page = open_page(empty_desk.app)
    assert titles(page) == [
        "1 order overdue",
        "1 order due within 24 hours",
        "1 order needs attention",
        "3 orders can be shipped",
    ]
    assert [frame.value["order_id"].tolist() for frame in page.dataframe] == [
        [late["订单号"]],
        [soon["订单号"]],
    ]
    assert "Phone missing: 1" in text_of(page)


def test_a_number_here_is_the_number_the_link_shows(open_page: Open, empty_desk: Desk) -> None:
    empty_desk.load(deadlines_in(-5, -1, 7, 100))
    empty_desk.draft(empty_desk.order_ids()[:1])
    day = overview.today(empty_desk.app)
    page = open_page(empty_desk.app, "orders", view="all", hours="0")
    assert len(page.dataframe[0].value) == day.overdue_count == 2
    page = open_page(empty_desk.app, "orders", view="all", hours="0-24")
    assert len(page.dataframe[0].value) == day.due_count == 1
    page = open_page(empty_desk.app, "orders", view="all", hours="24")
    assert len(page.dataframe[0].value) == day.overdue_count + day.due_count == 3


def test_what_is_due_is_listed_however_much_is_overdue(open_page: Open, empty_desk: Desk) -> None:
    empty_desk.load(deadlines_in(*range(-orders.PAGE_SIZE - 5, -5), 5))
    late, due = open_page(empty_desk.app).dataframe
    assert (len(late.value), len(due.value)) == (LISTED, 1)


def test_drafts_refusals_and_what_stayed_behind_are_named(open_page: Open, desk: Desk) -> None:
    first, second, *others = desk.order_ids()
    draft = desk.draft([first])
    refused = desk.draft([second])
    sent = desk.draft(others)
    desk.behave(faults={"create:refuse_address": 1.0})
    desk.submit(refused)
    desk.work()
    desk.behave(faults={})
    desk.submit(sent)
    desk.work()
    staying = shipments.listing(desk.app, sent)["shipment_id"].iloc[0]
    shipments.hand_over(desk.app, sent, by="tester", left_out=[staying])
    page = open_page(desk.app)
    said = titles(page)
    assert "1 parcel refused by the platform" in said
    assert "1 parcel left behind at a hand-over" in said
    assert "1 draft not submitted" in said
    assert draft in links(page)
    named = [link for frame in page.dataframe for link in frame.value.get("shipment", [])]
    assert f"/shipment?shipment={staying}" in named


def test_nothing_to_do_is_said_kindly(open_page: Open, empty_desk: Desk) -> None:
    page = open_page(empty_desk.app)
    assert "Nothing needs you now" in page.success[0].value
    assert not page.exception


def test_rows_of_files_set_aside_wait_until_the_file_is_read_again(open_page: Open, empty_desk: Desk) -> None:
    bad = an_export_row(收货国家="Channel Islands")
    empty_desk.load([bad])
    assert "1 row of files set aside" in titles(open_page(empty_desk.app))
    empty_desk.load([bad | {"收货国家": "Ireland"}])
    assert "1 row of files set aside" not in titles(open_page(empty_desk.app))


def test_failing_parcels_clocks_and_troubles_are_named(open_page: Open, empty_desk: Desk) -> None:
    empty_desk.load(deadlines_in(100))
    database, now = empty_desk.app.database, datetime.now(UTC)
    put_shipment(database, "attempt", "detained", "home", at=now - timedelta(days=176))
    ago = {"attempt": 3, "detained": 25, "home": 2}
    codes = {"attempt": "GTMS_DEL_FAILURE", "detained": "SC_INBOUND_FAILURE", "home": "RT_INBOUND"}
    for one, code in codes.items():
        take(database, [event(one, code, now - timedelta(days=ago[one]))])
    with database.write() as work:
        dispatch_store.hold(work, "send", until=now + timedelta(hours=5), why="daily_quota")
        work._cursor.execute(
            "insert into shipment_events select 1000, 'attempt', 'sending', 'accepted', $at, 'ann', ''",
            {"at": now.replace(tzinfo=None)},
        )
        work._cursor.execute(
            "insert into fees values ('attempt', 'freight', 'estimated', 4250, 'CNY', $at)",
            {"at": now.replace(tzinfo=None)},
        )
    page = open_page(empty_desk.app)
    assert not page.exception
    said = titles(page)
    assert "3 parcels are failing" in said
    assert (
        "2 clocks run out this week" in said
    )  # The return's 180 days, and a month for the address in China.
    assert "1 thing between this desk and the platform needs a look" in said
    text = text_of(page)
    assert "calls for today are used up" in text
    assert "42\\.50 CNY" in text
    [failing] = [table.value for table in page.dataframe if "remedies" in table.value]
    assert failing["kind"].tolist() == ["Refused by a warehouse in China", "Delivery attempt failed"]
    [clocks] = [table.value for table in page.dataframe if "clock" in table.value]
    assert set(clocks["clock"]) == {
        "The return has to arrive",
        "The return address in China has to be right",
    }


def test_a_platform_out_of_reach_is_said_once(
    open_page: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for it, and the sync that failed for it, are no troubles of their own; a ban of one lane is."""
    monkeypatch.setattr(background, "trouble", lambda: "unreachable")
    now = datetime.now(UTC)
    with desk.app.database.write() as work:
        dispatch_store.hold(work, "send", until=now + timedelta(hours=3), why="not_answering")
        dispatch_store.hold(work, "label", until=now + timedelta(hours=5), why="daily_quota")
        sync_store.tried(work, "default", at=now)
        sync_store.failed(work, "default", "unreachable", "", at=now)
    found = [(one.kind, one.subject) for one in overview.troubles(desk.app)]
    assert found == [("work", ""), ("lane", "label")]
    said = [one.value for one in open_page(desk.app).main.warning]
    assert len(said) == 1
    assert "cannot be reached" in said[0]
    assert "Waiting until" in said[0]

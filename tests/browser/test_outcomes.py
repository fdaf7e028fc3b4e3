"""The board of failing parcels, as an operator works through it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from lib.config import Settings
from lib.store import reference
from lib.store.database import Database
from tests.browser.conftest import PATIENCE_MS, Screen, Server, start
from tests.tracks import event, put_shipment, take

pytestmark = pytest.mark.browser

#: Parcel → what was last said of it.
PARCELS = {
    "attempt": "GTMS_DEL_FAILURE",
    "customs": "CC_IM_FAILURE",
    "given-up": "GTMS_SIGN_FAILURE",
    "home": "RETURNED",
    "coming": "RT_INBOUND",
    "arrived": "GTMS_SIGNED",
}


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A desk with five parcels that fail, and one that arrived."""
    data = tmp_path_factory.mktemp("failing") / "data"
    data.mkdir()
    now = datetime.now(UTC)
    database = Database(data / "shipdesk.duckdb")
    with database.write() as work:
        reference.load(work, Settings().reference)
    put_shipment(database, *PARCELS, at=now - timedelta(days=20), state="closed")
    for day, (shipment_id, code) in enumerate(PARCELS.items()):
        take(database, [event(shipment_id, code, now - timedelta(days=9 - day))])
    database.close()
    running = start(data)
    yield running
    running.stop()


@pytest.fixture
def screen(failing: Server, chromium: Browser) -> Iterator[Screen]:
    context = chromium.new_context(viewport={"width": 1400, "height": 1000}, locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    yield Screen(context.new_page(), failing.url)
    context.close()


def test_a_return_is_checked_in_from_the_board(screen: Screen) -> None:
    screen.open("/outcomes")
    screen.page.get_by_role("button", name="Returned, not checked in · 1").click()
    screen.settle()
    # The first cell of a row is its tick; the table is painted, so it is clicked where it is.
    table = screen.at("outcomes_board").get_by_test_id("stDataFrame").first
    table.click(position={"x": 15, "y": 52})
    screen.sees("1 parcel ticked")
    screen.at("outcomes_board_condition").get_by_role("combobox").first.click()
    screen.page.get_by_role("option", name="Good as new").click()
    screen.settle()
    restocked = screen.page.get_by_label("Back to the shelf, each")
    restocked.fill("12.50")
    restocked.press("Enter")
    screen.settle()
    screen.press("outcomes_board_check_in")
    screen.sees("1 parcel is checked in.")
    screen.open("/shipment?shipment=home")
    screen.sees("Good as new, 12.50 CNY back to the shelf")
    assert not screen.outside

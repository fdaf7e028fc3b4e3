"""The ledger of return fees in a browser: its figures, added up otherwise, and taken along."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lib.app import App
from lib.config import Settings
from lib.services import ledger
from lib.store.database import Database
from tests.browser.conftest import PATIENCE_MS, Screen, start
from tests.store.history import write
from tests.store.test_advice import a_year

pytestmark = pytest.mark.browser


@dataclass
class Year:
    """A desk with a year behind it, open in a browser."""

    screen: Screen
    net_minor: int
    parcel_count: int


@pytest.fixture
def year(prepared: Path, tmp_path: Path, chromium: Browser) -> Iterator[Year]:
    data = tmp_path / "data"
    data.mkdir()
    (data / "shipdesk.duckdb").write_bytes(prepared.read_bytes())
    database = Database(data / "shipdesk.duckdb")
    write(database, a_year(count=600))
    total = ledger.read(App(Settings(data=data), database)).total
    database.close()
    assert total is not None
    server = start(data)
    context = chromium.new_context(
        viewport={"width": 1400, "height": 1000}, locale="en-US", timezone_id="UTC"
    )
    context.set_default_timeout(PATIENCE_MS)
    yield Year(Screen(context.new_page(), server.url), total["net_minor"], total["parcel_count"])
    context.close()
    server.stop()


def test_the_ledger_is_read_added_up_by_country_and_taken_along(year: Year) -> None:
    screen = year.screen
    screen.open("/outcomes?view=ledger")
    screen.sees("Net of having paid for returns")
    screen.sees(f"{Decimal(year.net_minor).scaleb(-2):,.2f} CNY")
    screen.sees("Assumed are 100.0 % of the fees")
    screen.at("outcomes_ledger_axis").get_by_text("By country").click()
    screen.settle()
    screen.sees("Brazil (BR)")
    with screen.page.expect_download() as loaded:
        screen.at("outcomes_ledger_csv").get_by_role("button").click()
    with open(loaded.value.path(), encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == year.parcel_count
    assert sum(Decimal(row["net_cny"].lstrip("'")) for row in rows) == Decimal(year.net_minor).scaleb(-2)
    screen.page.get_by_text("Was it worth it").click()
    screen.settle()
    screen.sees("Destroy everything")
    assert not screen.outside

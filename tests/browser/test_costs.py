"""A view of costs is sent to a colleague, who looks behind a total and takes its parcels home."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from benchmarks import history
from tests.browser.conftest import PATIENCE_MS, Screen, Server, start, tab
from tests.conftest import copied

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A desk after a year of a thousand parcels."""
    folder = tmp_path_factory.mktemp("costs")
    database = copied(prepared, folder)
    history.build(database, 1000)
    database.close()
    data = folder / "data"
    data.mkdir()
    (folder / "store.duckdb").rename(data / "shipdesk.duckdb")
    running = start(data)
    yield running
    running.stop()


def open_at(desk: Server, chromium: Browser) -> Screen:
    context = chromium.new_context(
        viewport={"width": 1400, "height": 1000}, locale="en-US", accept_downloads=True
    )
    context.set_default_timeout(PATIENCE_MS)
    return Screen(context.new_page(), desk.url)


def test_a_shared_link_leads_to_a_total_its_parcels_and_a_file_with_the_same_sum(
    desk: Server, chromium: Browser, tmp_path: Path
) -> None:
    mine = open_at(desk, chromium)
    mine.open("/costs?rows=country&columns=plan&measure=kg&show=heat&country=US&country=DE")
    mine.sees("Show all parcels of this view")
    mine.page.get_by_test_id("stDataFrame").first.click(position={"x": 14, "y": 52})
    mine.page.wait_for_url("**at=**")
    mine.sees("They cost")
    link = mine.page.url.removeprefix(desk.url)
    mine.page.context.close()

    theirs = open_at(desk, chromium)
    theirs.open(link)
    said = theirs.page.get_by_text(re.compile(r"^They cost [\d,.]+ CNY")).first
    said.wait_for()
    total = said.inner_text().split()[2].replace(",", "")
    with theirs.page.expect_download() as waiting:
        theirs.at("costs_parcels_csv").get_by_role("button").click()
    file = tmp_path / "parcels.csv"
    waiting.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows
    assert sum(round(float(row["cost_cny"]) * 100) for row in rows) == round(float(total) * 100)
    assert len({(row["country"], row["plan_id"]) for row in rows}) == 1
    assert not {"name", "address", "phone", "postcode"} & set(rows[0])
    assert not theirs.outside
    theirs.page.context.close()


def test_why_march_was_dearer_is_found_out_down_to_the_parcels(desk: Server, chromium: Browser) -> None:
    with tab(desk, chromium) as screen:
        page, table = screen.page, screen.at("costs_table")
        screen.open("/costs")
        screen.at("costs_axis").get_by_text("By month", exact=True).click()
        page.wait_for_url("**rows=month**")
        screen.settle()
        # What made the months differ: the plans, stacked.
        for what, there in (("By plan", "attached"), ("Nothing else", "detached")):
            screen.choose("costs_columns", what)
            plan = table.locator("[role=columnheader]").get_by_text("Plan", exact=True)
            plan.wait_for(state=there)
            screen.settle()
        march = table.locator("[role=row]").filter(has_text=re.compile(r"\d{4}-03")).first
        march.wait_for(state="attached")
        screen.tick("costs_table", int(str(march.get_attribute("aria-rowindex"))) - 2)
        page.wait_for_url(re.compile(r"at=%3D\d{4}-03"))
        page.get_by_text(re.compile(r"^They cost [\d,.]+ CNY\. The \d+ dearest are listed")).first.wait_for()
        assert screen.clicks() <= 6

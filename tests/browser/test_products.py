"""Unknown SKUs and wrong addresses, as an operator mends them before the cut-off: counted in clicks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, TimeoutError, expect

from tests.browser.conftest import ROOT, Screen, Server, start, tab
from tests.builders import a_products_cell, an_export_row, write_export, write_products

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Twelve orders with twelve unknown SKUs, five without a phone, one plain order."""
    folder = tmp_path_factory.mktemp("desk")
    rows = [an_export_row(products=a_products_cell((f"NEW-{n:02d}", 1))) for n in range(12)]
    rows += [an_export_row(手机="", 联系电话="") for _ in range(5)] + [an_export_row()]
    files = [write_products(folder / "products.csv"), write_export(folder / "orders.csv", rows)]
    environment = os.environ | {"SHIPDESK_DATA": str(folder / "data"), "SHIPDESK_OPERATOR": "tester"}
    command = [sys.executable, "-m", "lib", "load", *map(str, files)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    running = start(folder / "data")
    yield running
    running.stop()


@pytest.fixture
def screen(desk: Server, chromium: Browser) -> Iterator[Screen]:
    with tab(desk, chromium) as opened:
        yield opened


def test_a_typed_cell_is_the_only_one_that_is_saved(screen: Screen) -> None:
    screen.open("/products?view=all&sku=SKU-3")
    grid = screen.page.get_by_test_id("stDataFrame").first
    grid.hover()
    expect(grid.get_by_label("Search")).to_be_visible()
    expect(grid.get_by_label("Download as CSV")).to_be_hidden()  # It would write cells as they are.
    _type(screen, 200, 52, "345")
    screen.page.get_by_role("button", name="Save 1 cell").click()
    screen.sees("1 cell saved.")
    screen.sees("345")


def _type(screen: Screen, x: int, y: int, text: str) -> None:
    """Open a cell of the first grid by its place, as soon as the grid is painted, and type into it."""
    grid, cell = screen.page.get_by_test_id("stDataFrame").first, screen.page.locator("#portal input")
    for _ in range(30):
        try:
            if (
                not cell.is_visible()
            ):  # On a slow machine it may have opened since; then nothing else can be clicked.
                grid.click(position={"x": x, "y": y}, timeout=5_000)
                screen.page.keyboard.press("Enter")
            cell.wait_for(timeout=1_000)
            break
        except TimeoutError:
            continue
    cell.fill(text)
    cell.press("Enter")


def test_twelve_unknown_skus_are_in_a_batch_after_four_clicks(screen: Screen) -> None:
    page = screen.page
    screen.open("/")
    page.get_by_role("link", name="12 SKUs need weight").click()
    pasted = page.get_by_label("Paste rows from your own table")
    pasted.click()
    pasted.fill("\n".join(f"NEW-{n:02d}\t{100 + n}\t样品\tsample\t3.50\t普货\t950300" for n in range(12)))
    pasted.blur()
    screen.settle()  # A button that moves while it is clicked is clicked again by the driver, and counted twice.
    screen.press("products_paste_save")
    screen.press("products_batch")
    page.wait_for_url("**/plans?batch=*")
    screen.sees("Draft batch")
    assert screen.clicks() <= 4


def test_five_addresses_are_mended_in_two_clicks_each(screen: Screen) -> None:
    page = screen.page
    screen.open("/checks?finding=missing_phone")
    screen.sees("Phone missing · 5 orders")
    seen = set()
    for left in range(4, -1, -1):
        box = page.locator("[class*=st-key-checks_receiver_mobile_]").first
        key = str(box.get_attribute("class"))
        assert key not in seen, "the next one opened by itself"
        seen.add(key)
        field = box.get_by_role("textbox")
        field.click()
        field.fill("353851234567")
        page.get_by_role("button", name="Keep this correction").click()
        screen.sees(f"Phone missing · {left} order{'s' if left != 1 else ''}" if left else "is corrected")
        screen.settle()
    assert screen.clicks() <= 5 * 2

"""Compare, decide, confirm: a draft's plans as an operator goes through them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PATIENCE_MS, ROOT, Screen, start
from tests.builders import a_product, a_products_cell, an_export_row, write_export, write_products

pytestmark = pytest.mark.browser

PARIS = {"收货国家": "France", "邮编": "75001", "手机": "33612345678"}


def test_a_draft_is_compared_decided_and_confirmed(chromium: Browser, tmp_path: Path) -> None:
    heavy = a_product("SKU-9", **{"重量(g)": "700"})
    packed = [("SKU-1", 1), ("SKU-1", 2), ("SKU-1", 3), ("SKU-9", 4)]
    rows = [
        an_export_row(products=a_products_cell(one), **place) for one in packed * 2 for place in ({}, PARIS)
    ]
    files = [
        write_products(tmp_path / "products.csv", [a_product("SKU-1"), heavy]),
        write_export(tmp_path / "orders.csv", rows),
    ]
    data = tmp_path / "data"
    _command(data, "load", *map(str, files))
    batch_id = _command(data, "batch", "new")["batch_id"]
    server = start(data)
    try:
        context = chromium.new_context(
            viewport={"width": 1400, "height": 1000}, locale="en-US", timezone_id="UTC"
        )
        context.set_default_timeout(PATIENCE_MS)
        screen = Screen(context.new_page(), server.url)
        page = screen.page

        # Compare: every plan, cost against days with what nothing beats, the cheapest by country and weight.
        screen.open(f"/plans?batch={batch_id}")
        screen.sees("Can carry of 16")
        page.get_by_role("tab", name="Cost against days").click()
        page.get_by_text("Nothing is both faster and cheaper").first.wait_for()
        screen.sees("All over the same parcels: the 12 that each of these plans can carry.")
        page.get_by_role("tab", name="Cheapest by country and weight").click()
        screen.at("plans_map").get_by_text("France (FR)").first.wait_for()

        # One order with every plan, its fee taken apart, and what is due at its destination.
        screen.at("plans_orders").locator("canvas").first.click(position={"x": 12, "y": 52}, force=True)
        page.get_by_text(re.compile(r"Order \d+ to .*: every plan")).wait_for()
        screen.sees("Fee taken apart")
        page.get_by_text("Due at the destination, in no fee above: ").first.wait_for()

        # Decide, and confirm what differs: downgrades and new pairs need their ticks.
        screen.press("plans_policy_cheapest")
        page.get_by_text("16 parcels got their plan.").first.wait_for()
        assert screen.at("plans_confirm").get_by_role("button").is_disabled()
        assert screen.at("plans_continue").get_by_role("button").is_disabled()
        for kind in ("downgrade", "new"):
            if screen.at(f"plans_tick_{kind}").count():
                screen.at(f"plans_tick_{kind}").locator("label").first.click()
                screen.settle()
        screen.press("plans_confirm")
        page.get_by_text(re.compile(r"Confirmed by tester on .*: 16 parcels go on another plan")).wait_for()
        screen.press("plans_continue")
        page.wait_for_url(re.compile(rf"/shipments\?batch={batch_id}"))
        assert screen.outside == []
        context.close()
    finally:
        server.stop()
    shown = _command(data, "batch", "show", batch_id)
    assert {one["state"] for one in shown["shipments"]} == {"draft"}
    assert all(one["fee_minor"] for one in shown["shipments"])


def _command(data: Path, *arguments: str) -> dict:
    command = [sys.executable, "-m", "lib", *arguments, "--json"]
    environment = os.environ | {"SHIPDESK_DATA": str(data), "SHIPDESK_OPERATOR": "tester"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)

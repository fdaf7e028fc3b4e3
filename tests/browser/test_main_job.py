"""The main job, as a newcomer does it: from the sample export to printed labels and declared shipments."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pypdf
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ROOT, Screen, Server

pytestmark = pytest.mark.browser


def test_a_newcomer_ships_a_batch(server: Server, screen: Screen, tmp_path: Path) -> None:
    page = screen.page

    # Files: the sample comes in, and says what became of its rows.
    screen.open("/files")
    screen.press("files_sample")
    screen.sees("orders.xlsx")

    # Orders: the free ones to a few countries, all that match, into a draft.
    screen.open("/orders?country=BE&country=ES&country=FR")
    page.get_by_text(re.compile(r"All [\d,]+ that match")).click()
    screen.settle()
    screen.press("orders_batch")

    # Plans: the cheapest that can, and a confirmation where that is not what the buyer chose.
    page.wait_for_url(re.compile(r"/plans\?batch="))
    batch_id = page.url.split("batch=")[1]
    screen.press("plans_policy_cheapest")
    if screen.at("plans_take_out").count():
        screen.press("plans_take_out")
    for kind in ("downgrade", "new"):
        if screen.at(f"plans_tick_{kind}").count():
            screen.at(f"plans_tick_{kind}").locator("label").first.click()
            screen.settle()
    screen.press("plans_confirm")
    # What is said of it at the top moves everything down: a click before that could end beside its button.
    screen.at("plans_confirm").wait_for(state="detached")
    screen.settle()
    screen.press("plans_continue")

    # Shipments: nothing is decided by default, so it cannot be submitted yet.
    page.wait_for_url(re.compile(r"/shipments\?batch="))
    screen.at("shipments_submit").wait_for()
    assert screen.at("shipments_submit").get_by_role("button").is_disabled()
    # Elsewhere the page speaks of destroying too, and may do so before the choice itself is painted.
    screen.at(f"shipments_undeliverable_{batch_id}").get_by_text("Destroy", exact=True).click()
    expect(page.get_by_role("radio", name="Destroy").first).to_be_checked(timeout=30_000)
    screen.settle()
    assert screen.at("shipments_submit").get_by_role("button").is_disabled(), "the agreement is missing"
    page.get_by_text("在线发货-阿里巴巴使用者协议").first.click()
    screen.settle()
    screen.press("shipments_submit")
    # A tab closed before the click arrived has submitted nothing; the button goes once it has.
    screen.at("shipments_submit").wait_for(state="detached")

    # The tab is closed and opened again: the batch went on.
    page.goto("about:blank")
    screen.open(f"/shipments?batch={batch_id}")
    # What is ready is there before the others are: the whole batch is when nothing of it is on its way any more.
    screen.at("shipments_done").wait_for(timeout=240_000)
    screen.settle()
    created = page.get_by_text(re.compile(r"[\d,]+ logistics orders created")).first
    created.wait_for()
    count = int(created.inner_text().split()[0].replace(",", ""))
    assert 300 < count < 600

    # One PDF with all labels behind the head page of their run, a page per shipment in the list's order.
    with page.expect_download() as download:
        screen.at("shipments_print").get_by_role("button").click()
    download.value.save_as(tmp_path / "labels.pdf")
    assert screen.clicks() <= 20, "the first batch, from loading the sample to its labels"
    made = _logistics_orders(server)
    assert len(made) == count == len({one["trade_order_id"] for one in made})
    heads, sheets = _pages(tmp_path / "labels.pdf")
    assert [re.findall(r"(\d+) labels", head) for head in heads] == [["300"], [str(count - 300)]]
    printed = [_number(sheet) for sheet in sheets]
    assert len(printed) == count
    assert set(printed) == {one["tracking_number"] for one in made}

    # The same four to a sheet, then two labels of its second run again.
    screen.open(f"/shipments?batch={batch_id}")
    page.get_by_text("A4 × 4").click()
    # Until the choice has arrived, the button prints on the former paper.
    page.get_by_text("First free place").first.wait_for()
    screen.settle()
    with page.expect_download() as download:
        screen.at("shipments_print").get_by_role("button").click()
    download.value.save_as(tmp_path / "a4.pdf")
    _heads, sheets = _pages(tmp_path / "a4.pdf")
    assert {len(_numbers(sheet)) for sheet in sheets[:75]} == {4}
    assert [number for sheet in sheets for number in _numbers(sheet)] == printed
    screen.open(f"/shipments?batch={batch_id}")
    screen.at("shipments_runs").locator("canvas").first.click(position={"x": 12, "y": 52}, force=True)
    screen.at("shipments_reprint").wait_for()
    page.get_by_label("From page").fill("5")
    page.get_by_label("To page").fill("6")
    page.get_by_label("To page").press("Enter")
    page.get_by_text("Reprint pages 5–6").first.wait_for()
    with page.expect_download() as download:
        screen.at("shipments_reprint").get_by_role("button").click()
    download.value.save_as(tmp_path / "again.pdf")
    [again] = pypdf.PdfReader(tmp_path / "again.pdf").pages
    assert _numbers(again.extract_text()) == printed[304:306]

    # A shipment has a page of its own, by its own address; and the list's order is the PDF's.
    screen.open(f"/shipment?shipment={batch_id}-00001")
    screen.sees(printed[0])

    # A buyer cancels after printing: the Overview names the parcel with its page, and it stays at the desk.
    cancelled = next(one for one in made if one["tracking_number"] == printed[20])
    httpx.post(
        f"{server.platform()}/sandbox/change",
        json={"order_id": cancelled["trade_order_id"], "status": "IN_CANCEL"},
    ).raise_for_status()

    # Hand-over: the whole batch except two and the cancelled one; only what left is declared.
    screen.open(f"/shipments?batch={batch_id}")
    left_out = printed[5:7]
    page.get_by_text("Paste the numbers of parcels that stay").click()
    pasted = page.get_by_label("Tracking, LP, logistics order or order numbers, one after the other")
    pasted.fill("\n".join(left_out))
    pasted.press("Control+Enter")
    screen.settle()
    page.get_by_text(f"Record the hand-over of {count - 2} parcels").first.wait_for()
    screen.press("shipments_hand_over")
    page.get_by_text(f"{count - 3} parcels handed over.").first.wait_for()
    page.get_by_text("1 parcel must not leave").first.wait_for()
    left_out.append(printed[20])
    screen.press("shipments_declare")
    page.get_by_text(f"{count - 3} parcels declared.").first.wait_for(timeout=240_000)

    # Seen from outside: one logistics order each, all declared but the three, whose orders still await.
    made = _logistics_orders(server)
    assert len(made) == count
    assert {one["tracking_number"] for one in made if not one["declared"]} == set(left_out)
    staying = {one["trade_order_id"] for one in made if one["tracking_number"] in left_out}
    statuses = {
        one["trade_order_id"]: one["status"]
        for one in httpx.get(f"{server.platform()}/sandbox/state").json()["trade_orders"]
    }
    assert Counter(statuses[one["trade_order_id"]] for one in made) == {
        "WAIT_BUYER_ACCEPT_GOODS": count - 3,
        "WAIT_SELLER_SEND_GOODS": 2,
        "IN_CANCEL": 1,
    }
    assert {statuses[one] for one in staying} == {"WAIT_SELLER_SEND_GOODS", "IN_CANCEL"}

    # The Overview names what stayed behind.
    screen.open("/")
    for number in left_out:
        screen.sees(number)
    screen.sees("run 3, sheet 6, place 1")
    assert screen.outside == [], "the desk asks nobody but this machine"

    # The command line, over the same store, has the list in the order of the printed pages.
    server.stop()
    rows = _batch_show(server, batch_id)
    kept = [row for row in rows["shipments"] if row["state"] != "cancelled"]
    assert [row["tracking_number"] for row in kept] == printed
    assert rows["counts"] == {"declared": count - 3, "ready": 3, "cancelled": len(rows["shipments"]) - count}


def test_every_page_reads_in_chinese_and_fits(server: Server, chromium: Browser) -> None:
    context = chromium.new_context(locale="zh-CN")
    context.set_default_timeout(60_000)
    screen = Screen(context.new_page(), server.url)
    titles = {
        "": "工作台",
        "orders": "订单",
        "plans": "选择物流方案",
        "shipments": "物流订单",
        "outcomes": "跟踪与退件",
        "costs": "运费分析",
        "files": "导入",
        "connection": "店铺授权",
    }
    for path, title in titles.items():
        screen.page.set_viewport_size({"width": 1400, "height": 900})
        screen.open(f"/{path}")
        for width in (1400, 900):
            screen.page.set_viewport_size({"width": width, "height": 900})
            screen.page.get_by_role("heading", name=title, exact=True).first.wait_for()
            assert screen.page.locator("[data-testid=stException]").count() == 0
            # What is painted anew for another width needs a moment for it.
            screen.page.wait_for_function(
                "width => innerWidth === width && document.documentElement.scrollWidth <= width", arg=width
            )
    assert screen.outside == []
    context.close()


def _batch_show(server: Server, batch_id: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "lib", "batch", "show", batch_id, "--json"]
    environment = os.environ | {"SHIPDESK_DATA": str(server.data)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, timeout=120)
    return json.loads(done.stdout)


def _logistics_orders(server: Server) -> list[dict[str, str]]:
    return httpx.get(f"{server.platform()}/sandbox/state").json()["logistics_orders"]


def _pages(path: Path) -> tuple[list[str], list[str]]:
    """The texts of a print file's head pages, and of its other pages."""
    texts = [page.extract_text() for page in pypdf.PdfReader(path).pages]
    return [one for one in texts if one.startswith("Run ")], [
        one for one in texts if not one.startswith("Run ")
    ]


def _number(text: str) -> str:
    found = _numbers(text)
    assert found, "a label without its tracking number"
    return found[0]


def _numbers(text: str) -> list[str]:
    return re.findall(r"\bL[A-Z]\d{9}CN\b", text)

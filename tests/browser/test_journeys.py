"""What operators do day by day, counted in clicks: a click is a press of the pointer or of Enter, typing is free.

One desk for all of them: what each begins with is made by the services before the server starts.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pypdf
import pytest
from playwright.sync_api import Browser

from lib.app import App
from lib.config import Settings
from lib.domain.orders import OrderFilter
from lib.domain.shipments import Choice
from lib.sandbox import launch
from lib.services import notices, plans, presets, shipments
from tests.browser.conftest import Screen, Server, start, tab
from tests.builders import a_products_cell, an_export_row
from tests.conftest import Desk

pytestmark = pytest.mark.browser

#: Parcels of the preset's morning; `make soak` has as many as the journey tells of.
MORNING = int(os.environ.get("SHIPDESK_MORNING", "300"))
#: Everything that goes wrong on the wire at once; a part is refused for one reason.
FAULTS = {
    "create:isp_after": 0.10,
    "create:cut_after": 0.05,
    "create:cut_before": 0.05,
    "create:html_502": 0.05,
    "create:bad_json": 0.02,
    "create:late_number": 0.05,
    "create:late_visibility": 0.10,
    "declare:cut_after": 0.05,
    "declare:html_502": 0.05,
}
FRANCE = {
    "收货国家": "France",
    "州/省": "Paris",
    "城市": "Paris",
    "邮编": "75001",
    "手机": "33612345678",
    "联系电话": "",
}


@dataclass
class Prepared:
    """A served desk, and what waits there: ids by what they are about."""

    server: Server
    morning: list[str]  #: Orders that the preset takes.
    addresses: str  #: A batch of five that the platform refused for their receivers.
    packed: str  #: A parcel with its label.
    pieces: str  #: A draft of one order of four pieces; everything but the agreement is decided.
    shared: str  #: A draft of three orders, as `pieces`.
    shared_orders: list[str]
    partly: str  #: An order of three pieces, one of which went out.
    other: str  #: A plan that can carry what stands on UPS.
    second: str  #: The second cheapest plan for the morning's parcels.

    def behave(self, **settings: Any) -> None:
        httpx.post(f"{self.server.platform()}/sandbox/settings", json=settings).raise_for_status()

    def cancel(self, order_id: str) -> None:
        """The buyer cancels, on the platform."""
        change = {"order_id": order_id, "status": "IN_CANCEL"}
        httpx.post(f"{self.server.platform()}/sandbox/change", json=change).raise_for_status()

    def of_morning(self) -> list[dict[str, Any]]:
        """The logistics orders of the preset's orders."""
        return [one for one in self.on_platform() if one["trade_order_id"] in self.morning]

    def on_platform(self, kind: str = "logistics_orders") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = httpx.get(f"{self.server.platform()}/sandbox/state").json()[kind]
        return rows


@pytest.fixture(scope="module")
def desk(with_products: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    folder = tmp_path_factory.mktemp("journeys")
    settings = Settings(data=folder / "data", settle_seconds=0, operator="tester")
    settings.data.mkdir()
    shutil.copyfile(with_products, settings.database_path)
    app = App.open(settings)
    platform = launch.ensure(app.sandbox_folder, [])  # It goes on when the services have done their part.
    try:
        made = _prepare(Desk(app, platform.url, folder))
        app.close()
        running = start(settings.data, settle_seconds="1")
        yield Prepared(running, **made)
        running.stop()
    finally:
        platform.stop()


def _prepare(desk: Desk) -> dict[str, Any]:
    """Orders of all journeys, and what was done with some of them before."""
    app = desk.app
    morning = [an_export_row() for _ in range(MORNING)]
    refused = [an_export_row(**FRANCE) for _ in range(5)]
    packed = an_export_row(**FRANCE)
    pieces = an_export_row(**FRANCE, products=a_products_cell(("SKU-2", 4)))
    partly = an_export_row(**FRANCE, products=a_products_cell(("SKU-3", 3)))
    standing = [an_export_row(**FRANCE) for _ in range(12)]
    shared = [an_export_row(**FRANCE) for _ in range(3)]
    desk.load([*morning, *refused, packed, pieces, partly, *standing, *shared])

    first = desk.draft([row["订单号"] for row in refused])
    desk.behave(faults={"create:refuse_address": 1.0})
    desk.submit(first)
    desk.work(first)
    desk.behave(faults={})
    assert desk.states(first) == {"refused": 5}

    second = desk.draft([packed["订单号"]])
    desk.submit(second)
    desk.work(second)
    [parcel] = shipments.listing(app, second)["shipment_id"]

    third = desk.draft([pieces["订单号"]])
    plans.confirm(app, third, 1, by="tester")
    shipments.decide_undeliverable(app, third, Choice.DESTROY, by="tester")

    two_tabs = desk.draft([row["订单号"] for row in shared])
    plans.confirm(app, two_tabs, 3, by="tester")
    shipments.decide_undeliverable(app, two_tabs, Choice.DESTROY, by="tester")

    notices.fill_in(
        app, partly["订单号"], service_key="CPAM", tracking_number="LX123456789CN", everything=False,
        quantities={1: 1}, by="tester",
    )  # fmt: skip

    # Parcels of one plan in several states: with a label, and still a draft.
    numbers = [row["订单号"] for row in standing]
    sent, draft = desk.draft(numbers[:6]), desk.draft(numbers[6:])
    stopped, other = "UPSE", _second(app, numbers[0])
    for one in (sent, draft):
        plans.choose_plan(app, one, stopped, by="tester")
    desk.submit(sent)
    desk.work(sent)
    assert desk.states(sent) == {"ready": 6}

    morning_filter = OrderFilter(countries=("IE",))
    presets.save(
        app,
        presets.Preset("Ireland", morning_filter, undeliverable=Choice.DESTROY, run_size=None),
        by="tester",
    )
    return {
        "morning": [row["订单号"] for row in morning],
        "addresses": first,
        "packed": parcel,
        "pieces": third,
        "shared": two_tabs,
        "shared_orders": [row["订单号"] for row in shared],
        "partly": partly["订单号"],
        "other": other,
        "second": _second(app, morning[0]["订单号"]),
    }


def _second(app: App, order_id: str) -> str:
    """The name of the second cheapest plan for an order."""
    return [one.name_en for one in plans.quote_order(app, order_id) if one.eligible][1]


@pytest.fixture
def screen(desk: Prepared, chromium: Browser) -> Iterator[Screen]:
    with tab(desk.server, chromium) as opened:
        yield opened


def numbers(path: Path) -> list[str]:
    """The tracking numbers on a print file's labels, in the order of its pages."""
    texts = [page.extract_text() for page in pypdf.PdfReader(path).pages]
    return [found for text in texts for found in re.findall(r"\bL[A-Z]\d{9}CN\b", text)[:1]]


def test_a_morning_of_one_preset_with_all_that_goes_wrong(
    desk: Prepared, screen: Screen, chromium: Browser, tmp_path: Path
) -> None:
    page = screen.page
    # Late by less than the desk waits before it believes that something is missing.
    desk.behave(faults=FAULTS | {"create:refuse_plan": 0.12}, late_s=0.5, seed=6)

    # From the start page to the submit. A buyer cancels meanwhile: nobody has to do anything about it.
    screen.open("/")
    screen.press("overview_preset_0")
    page.wait_for_url(re.compile(r"/review\?batch="))
    batch_id = page.url.split("batch=")[1]
    screen.sees(f"{MORNING:,} parcels ready")
    screen.settle()
    for kind in ("downgrade", "new"):
        if screen.at(f"plans_tick_{kind}").count():
            screen.at(f"plans_tick_{kind}").locator("label").first.click()
            screen.settle()
    screen.press("plans_confirm")
    screen.at("plans_confirm").wait_for(state="detached")
    screen.settle()
    desk.cancel(desk.morning[7])
    screen.at(f"shipments_agreement_{batch_id}").locator("label").first.click()
    screen.settle()
    screen.press("shipments_submit")
    page.wait_for_url(re.compile(r"/shipments\?batch="))

    clicks = screen.clicks()

    # The tab is closed, and opened again once the batch went on by itself. What came is printed.
    page.context.close()
    with tab(desk.server, chromium) as screen:
        page = screen.page
        screen.open(f"/shipments?batch={batch_id}")
        screen.at("shipments_done").wait_for(timeout=240_000)
        screen.settle()
        first = numbers(screen.download("shipments_print", tmp_path / "first.pdf"))
        assert clicks + screen.clicks() <= 9, "from the start page to printed labels"
        others = MORNING - 1 - len(first)
        assert others > 10, "a part was refused for one reason"

        # They go on another plan, are confirmed, sent again, and their labels printed as an extra run.
        desk.behave(faults=FAULTS)
        clicks = screen.clicks()
        screen.choose_in(page.locator("[class*=st-key-shipments_group_]").first, desk.second)
        screen.sees(f"{others:,} parcels got their plan.")
        screen.settle()  # It is said at the top, before the ticks below are there.
        for kind in ("downgrade", "new"):
            if screen.at(f"plans_tick_{kind}").count():
                screen.at(f"plans_tick_{kind}").locator("label").first.click()
                screen.settle()
        screen.press("plans_confirm_then")
        screen.sees("queued again.")  # Until then the page says of what was sent before that it is done.
        screen.settle()
        screen.at("shipments_done").wait_for(timeout=240_000)
        screen.settle()
        extra = numbers(screen.download("shipments_print_new", tmp_path / "extra.pdf"))
        assert screen.clicks() - clicks <= 5, "refused for one reason, to the extra run"
        made = {one["tracking_number"]: one["trade_order_id"] for one in desk.of_morning()}
        assert len(made) == len(first) + len(extra) == MORNING - 1
        assert set(made) == {*first, *extra}
        assert Counter(made.values()).most_common(1)[0][1] == 1, "one logistics order each"
        assert desk.morning[7] not in made.values(), "cancelled before it was sent: dropped without a click"

        # Pages of the run again, and one label again: nothing is created by that.
        clicks = screen.clicks()
        screen.open(f"/shipments?batch={batch_id}")
        screen.tick("shipments_runs", 1)
        screen.at("shipments_reprint").wait_for()
        box = page.get_by_label("From page")
        box.click()
        box.fill("111")
        box.press("Tab")
        page.get_by_label("To page").fill("130")
        page.get_by_label("To page").press("Enter")
        page.get_by_text("Reprint pages 111–130").first.wait_for()
        screen.settle()
        again = numbers(screen.download("shipments_reprint", tmp_path / "again.pdf"))
        assert again == first[110:130]
        assert screen.clicks() - clicks <= 4, "reprint pages of a run"
        clicks = screen.clicks()
        screen.open(f"/shipments?batch={batch_id}")
        screen.tick("shipments_created")
        page.get_by_text("Print 1 ticked label").first.wait_for()
        assert numbers(screen.download("shipments_print", tmp_path / "one.pdf")) == first[:1]
        assert screen.clicks() - clicks <= 2, "reprint one label"
        assert len(desk.of_morning()) == MORNING - 1

        # A buyer cancels what is printed: named when the others leave, and voided.
        desk.cancel(made[first[20]])
        # The van takes all but five.
        clicks = screen.clicks()
        screen.open(f"/shipments?batch={batch_id}")
        page.get_by_text("Paste the numbers of parcels that stay").click()
        pasted = page.get_by_label("Tracking, LP, logistics order or order numbers, one after the other")
        pasted.click()
        pasted.fill("\n".join(first[:5]))
        pasted.press("Tab")
        page.get_by_text(f"Record the hand-over of {MORNING - 6:,} parcels").first.wait_for()
        screen.press("shipments_hand_over")
        page.get_by_text(f"{MORNING - 7:,} parcels handed over.").first.wait_for()
        assert screen.clicks() - clicks <= 3, "a short hand-over"
        clicks = screen.clicks()
        screen.open("/")
        screen.sees("run 1, page 21")
        screen.press("overview_stopped_void")
        screen.sees("1 is voided")
        assert screen.clicks() - clicks <= 2, "a printed parcel of a buyer who cancelled"

        # The second van takes the rest, and the buyers are told: two clicks.
        screen.open(f"/shipments?batch={batch_id}")
        clicks = screen.clicks()
        screen.press("shipments_hand_over")
        page.get_by_text("5 parcels handed over.").first.wait_for()
        screen.press("shipments_declare")
        page.get_by_text(f"{MORNING - 2:,} parcels declared.").first.wait_for(timeout=240_000)
        assert screen.clicks() - clicks <= 2, "and declared, after the van has gone"
        undeclared = [one["tracking_number"] for one in desk.of_morning() if not one["declared"]]
        assert undeclared == [first[20]]

        # The morning's decisions are kept under a name.
        clicks = screen.clicks()
        page.get_by_text("Save as a preset").click()
        name = page.get_by_label("Name of the preset")
        name.fill("Another morning")
        name.press("Enter")
        screen.sees("is saved")
        assert screen.clicks() - clicks <= 2, "saved as a preset"


def test_what_is_refused_for_its_receiver_opens_one_after_the_other(desk: Prepared, screen: Screen) -> None:
    page = screen.page
    screen.open(f"/shipments?batch={desk.addresses}")
    seen = set()
    for place in range(5):
        form = page.locator("[class*=st-key-shipments_refused_form_city_]").first
        key = str(form.get_attribute("class"))
        assert key not in seen, "the next one opened by itself"
        seen.add(key)
        city = form.get_by_role("textbox")
        city.click()
        city.fill(f"Paris {place + 1}")
        page.get_by_role("button", name="Keep this correction").click()
        if place < 4:
            page.locator(f"[class='{key}']").wait_for(state="detached")
        else:
            screen.sees("Tick one to correct its receiver")
        screen.settle()
    assert screen.clicks() <= 5 * 2
    screen.press("shipments_retry")
    screen.sees("5 logistics orders created")
    assert screen.clicks() <= 5 * 2 + 1


def test_a_parcel_that_weighs_something_else_gets_another_label(
    desk: Prepared, screen: Screen, tmp_path: Path
) -> None:
    page = screen.page
    screen.open(f"/shipment?shipment={desk.packed}")
    screen.at("shipment_weight").locator("input").fill("412")
    screen.at("shipment_weight").locator("input").press("Tab")
    screen.press("shipment_repack_button")
    screen.sees("In the place of")
    assert screen.clicks() == 1
    screen.press("shipment_correct_sku")
    screen.sees("The product table has the weight of")
    assert screen.clicks() == 2, "one for the SKU"
    screen.press("shipment_send_again")
    screen.at("shipment_label").wait_for()
    screen.settle()
    [new] = numbers(screen.download("shipment_label", tmp_path / "new.pdf"))
    assert screen.clicks() <= 3 + 1
    shipment_id = page.url.split("shipment=")[1]
    assert shipment_id != desk.packed
    [order_id] = {one["trade_order_id"] for one in desk.on_platform() if one["tracking_number"] == new}
    assert sum(one["trade_order_id"] == order_id for one in desk.on_platform()) == 2


def test_one_parcel_is_split_in_two_and_declared_part_by_part(
    desk: Prepared, screen: Screen, tmp_path: Path
) -> None:
    page = screen.page
    screen.open(f"/shipments?batch={desk.pieces}")
    page.get_by_role("button", name="Split", exact=True).click()
    screen.sees("is a parcel of its own now.")
    screen.settle()
    screen.at(f"shipments_agreement_{desk.pieces}").locator("label").first.click()
    screen.settle()
    screen.press("shipments_submit")
    screen.at("shipments_done").wait_for()
    screen.settle()
    both = numbers(screen.download("shipments_print", tmp_path / "two.pdf"))
    assert len(set(both)) == 2
    screen.press("shipments_hand_over")
    screen.sees("2 parcels handed over.")
    screen.press("shipments_declare")
    screen.sees("2 parcels declared.")
    assert screen.clicks() <= 6, "the last one finishes the order by itself"
    [order_id] = {one["trade_order_id"] for one in desk.on_platform() if one["tracking_number"] in both}
    status = {one["trade_order_id"]: one["status"] for one in desk.on_platform("trade_orders")}
    assert status[order_id] == "WAIT_BUYER_ACCEPT_GOODS"

    # What stays unshipped is said, and then finished by a person's word.
    clicks = screen.clicks()
    screen.open(f"/orders?view=all&open={desk.partly}")
    page.get_by_role("button", name="All shipped").click()
    screen.sees("2 × SKU-3")
    screen.press("orders_finish")
    screen.sees("The platform knows it now")
    assert screen.clicks() - clicks <= 2
    status = {one["trade_order_id"]: one["status"] for one in desk.on_platform("trade_orders")}
    assert status[desk.partly] == "WAIT_BUYER_ACCEPT_GOODS"


def test_a_plan_is_suspended_at_noon_and_all_of_it_moved(desk: Prepared, screen: Screen) -> None:
    page = screen.page
    screen.open("/plans")
    page.get_by_role("button", name="Stop a plan").click()
    screen.choose("plans_stop_plan", "UPS Expedited")
    reason = screen.at("plans_stop_reason").get_by_role("textbox")
    reason.fill("backlog")
    reason.press("Tab")
    screen.sees("Standing on it")
    screen.choose("plans_stop_move_UPSE", desk.other)
    page.get_by_text("Stop it, and move all 12 parcels").first.wait_for()
    screen.press("plans_stop")
    screen.sees("12 parcels stand on the other plan now")
    assert screen.clicks() <= 6


def test_two_tabs_on_one_draft_send_each_parcel_once_and_the_second_is_told(
    desk: Prepared, screen: Screen, chromium: Browser
) -> None:
    with tab(desk.server, chromium) as other, tab(desk.server, chromium) as deciding:
        deciding.open(f"/plans?batch={desk.shared}")
        deciding.at("plans_policy_buyers").wait_for()
        for one in (screen, other):
            one.open(f"/shipments?batch={desk.shared}")
            one.at(f"shipments_agreement_{desk.shared}").locator("label").first.click()
            one.settle()
        screen.press("shipments_submit")
        screen.at("shipments_done").wait_for()
        before = desk.on_platform()

        other.press("shipments_submit")
        other.sees("was submitted already")
        other.sees("3 logistics orders created")
        deciding.press("plans_policy_buyers")
        deciding.sees("was submitted already")
        deciding.sees("Nothing of this batch is left to decide.")
    screen.open(f"/shipments?batch={desk.shared}")
    screen.at("shipments_done").wait_for()
    assert desk.on_platform() == before
    orders = [one["trade_order_id"] for one in before]
    assert [orders.count(one) for one in desk.shared_orders] == [1, 1, 1]

"""The Connection page: sandbox or live, the seller's addresses, and what was said last."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib.aliexpress.errors import DailyQuota, Unavailable
from lib.aliexpress.platform import Client, Platform
from lib.app import SANDBOX_KEY, SANDBOX_REFRESH, SANDBOX_SECRET, SANDBOX_TOKEN, App
from lib.config import Settings
from lib.domain.shipments import CreateCall
from lib.services import background, connection, shipments, sync
from lib.store.database import Database
from tests.conftest import Desk
from tests.pages.conftest import Open, text_of


def columns(page: object, name: str) -> list[str]:
    return next(one.value for one in page.dataframe if name in one.value)[name].tolist()  # type: ignore[attr-defined]


def test_the_sandbox_explains_itself(open_page: Open, desk: Desk) -> None:
    page = open_page(desk.app, "connection")
    assert not page.exception
    assert "Nothing here reaches real buyers" in page.info[0].value
    assert desk.url in text_of(page)


def test_addresses_come_from_the_platform_and_can_be_refreshed(open_page: Open, desk: Desk) -> None:
    page = open_page(desk.app, "connection")
    assert set(columns(page, "role")) == {"Sender", "Pickup", "Refund"}
    page.button(key="connection_refresh").click().run()
    assert "as the platform has them now" in page.success[0].value


def test_the_last_calls_are_shown_without_what_was_asked(open_page: Open, desk: Desk) -> None:
    sync.sync(desk.app, "default", by="tester")
    page = open_page(desk.app, "connection")
    assert any("orderlist" in method for method in columns(page, "method"))
    everything = "".join(str(frame.value) for frame in page.dataframe) + text_of(page)
    assert "sandbox-secret" not in everything
    assert SANDBOX_TOKEN not in everything
    assert "Vera" not in everything


def test_a_platform_out_of_reach_is_a_sentence_with_what_to_do(open_page: Open, store: Database) -> None:
    nobody = Client("http://127.0.0.1:9", SANDBOX_KEY, "secret", "token", now=lambda: datetime.now(UTC))
    page = open_page(App(Settings(), store, platform=Platform(nobody)), "connection")
    assert not page.exception
    assert "cannot be reached" in page.error[0].value
    assert "SHIPDESK_PLATFORM_URL" in page.code[0].value
    nobody.close()


def test_a_live_platform_is_called_live_and_its_key_hidden(open_page: Open, desk: Desk) -> None:
    live = Settings(data=desk.app.settings.data, platform_url=desk.url, app_key="87654321")
    page = open_page(App(live, desk.app.database, platform=desk.app.platform), "connection")
    assert "live platform" in page.warning[0].value
    assert "87…21" in text_of(page)
    assert "87654321" not in text_of(page)


# What a whole batch leaves behind.


def test_after_a_whole_batch_neither_log_nor_page_knows_the_buyer_or_a_secret(
    open_page: Open, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything is looked at: every exchange with what was asked and what came, the page, and the log."""
    caplog.set_level(logging.DEBUG)
    receiver = desk.app.platform.order(desk.order_ids()[0]).receiver
    batch_id = desk.draft()
    desk.submit(batch_id)
    desk.work(batch_id)
    batches_done = desk.states(batch_id)
    shipments.hand_over(desk.app, batch_id, by="tester")
    shipments.declare(desk.app, batch_id, by="tester")
    desk.work(batch_id)
    sync.sync(desk.app, "default", by="tester")
    page = open_page(desk.app, "connection")
    shown = caplog.text + text_of(page) + "".join(str(frame.value) for frame in page.dataframe)
    exchanges = desk.app.exchanges()
    methods = {one.method.rpartition(".")[2] for one in exchanges}
    assert batches_done == {"ready": 10}
    assert methods >= {"createwarehouseorder", "getprintinfos", "sellershipmentfortop", "get"}
    for number in range(0, len(exchanges), 5):
        page.session_state["connection_exchanges"] = {
            "selection": {"rows": [number], "columns": [], "cells": []}
        }
        page.run()
        shown += "".join(code.value for code in page.code)
    shown += "".join(f"{one.parameters()}{one.answer()}{one}" for one in exchanges)
    assert "createwarehouseorder ok" in shown
    for private in (receiver.name, "Vera", receiver.address, "Sample Street", receiver.mobile, receiver.postcode,
                    SANDBOX_TOKEN, SANDBOX_SECRET, SANDBOX_REFRESH):  # fmt: skip
        assert private
        assert private not in shown


def test_what_was_asked_and_what_came_is_shown_masked_on_demand(open_page: Open, desk: Desk) -> None:
    order_id = desk.order_ids()[0]
    desk.app.platform.order(order_id)
    page = open_page(desk.app, "connection")
    assert "findorderbyid" not in "".join(code.value for code in page.code)
    row = columns(page, "method").index("aliexpress.trade.new.redefining.findorderbyid")
    page.session_state["connection_exchanges"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    page.run()
    asked, came = (code.value for code in page.code[:2])
    assert order_id in asked
    assert "WAIT_SELLER_SEND_GOODS" in came
    assert "Vera" not in came


def test_times_of_calls_have_their_zone(open_page: Open, desk: Desk) -> None:
    desk.app.platform.seller_addresses()
    page = open_page(desk.app, "connection")
    assert all(at.endswith(" UTC") for at in columns(page, "at"))


# Limits.


def test_a_used_up_day_is_said_on_the_page_and_can_be_lifted(open_page: Open, desk: Desk) -> None:
    desk.behave(daily_quota=1)
    for _ in range(5):
        with suppress(DailyQuota):
            desk.app.platform.seller_addresses()
    desk.behave(daily_quota=0)
    page = open_page(desk.app, "connection")
    assert any("until midnight in Beijing" in error.value for error in page.error)
    page.button(key="connection_lift").click().run()
    assert "None: the platform takes calls" in text_of(page)
    desk.app.platform.seller_addresses()


def test_a_used_up_day_is_said_on_every_page(
    open_page: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "trouble", lambda: "daily_quota")
    for name in ("orders", "connection"):
        page = open_page(desk.app, name)
        assert any("until midnight in Beijing" in warning.value for warning in page.warning)
    page = open_page(desk.app, "orders", language="zh_CN")
    assert any("北京时间" in warning.value for warning in page.warning)


def test_a_ban_in_force_names_the_call_and_its_end(open_page: Open, desk: Desk) -> None:
    desk.behave(faults={"ban": 1.0}, ban_s=600)
    with pytest.raises(Unavailable):
        desk.app.platform.domestic_companies()
    desk.behave(faults={})
    page = open_page(desk.app, "connection")
    assert any("qureywlbdomesticlogisticscompany" in warning.value for warning in page.warning)


# Shops.


@pytest.fixture
def several(desk: Desk, tmp_path: Path) -> Iterator[App]:
    """A desk that connects by itself, so that shops can be added."""
    settings = Settings(_env_file=None, data=tmp_path / "own", platform_url=desk.url, app_key=SANDBOX_KEY,
                        app_secret=SANDBOX_SECRET, token=SANDBOX_TOKEN, refresh_token=SANDBOX_REFRESH)  # fmt: skip
    app = App(settings, desk.app.database)
    yield app
    app.connected().close()


def test_a_shop_is_added_refreshed_and_forgotten_on_the_page(open_page: Open, several: App) -> None:
    page = open_page(several, "connection")
    assert columns(page, "name") == ["the first shop"]
    assert columns(page, "token") == ["not known: it came from the settings"]
    page.text_input(key="connection_add_name").input("Shop **two**")
    page.text_input(key="connection_add_code").input("0_any")
    page.button[_button(page, "Let it in")].click().run()
    assert not page.exception
    assert "The shop is let in." in page.success[0].value
    assert columns(page, "name") == ["the first shop", "Shop **two**"]
    assert "(29 d" in columns(page, "token")[1] or "(30 d" in columns(page, "token")[1]
    page.session_state["connection_shop"] = "shop-two"
    page.run()
    page.button(key="connection_token_refresh").click().run()
    assert "The token is a new one." in page.success[0].value
    page.button(key="connection_forget").click().run()
    assert columns(page, "name") == ["the first shop"]
    assert several.shops() == ("default",)


def test_a_shop_is_renamed_and_its_gateway_chosen(open_page: Open, several: App) -> None:
    page = open_page(several, "connection")
    page.text_input(key="connection_name_default").input("Shoes")
    page.text_input(key="connection_gateway_default").input(f"{several.settings.platform_url}/router/rest")
    page.button[_button(page, "Save")].click().run()
    assert columns(page, "name") == ["Shoes"]
    assert columns(page, "gateway") == ["/router/rest"]
    page.selectbox(key="connection_create_default").set_value(CreateCall.CURRENT)
    page.button[_button(page, "Save")].click().run()
    assert connection.shops(several)[0].create_call is CreateCall.CURRENT
    page.text_input(key="connection_gateway_default").input("not an address")
    page.button[_button(page, "Save")].click().run()
    assert "no address of a gateway" in page.error[0].value


def test_a_shop_that_has_not_let_us_in_says_what_to_do(open_page: Open, desk: Desk, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data=tmp_path, platform_url=desk.url, app_key=SANDBOX_KEY,
                        app_secret=SANDBOX_SECRET)  # fmt: skip
    app = App(settings, desk.app.database)
    page = open_page(app, "connection")
    assert not page.exception
    assert columns(page, "token") == ["not authorised"]
    assert "Authorise it on the page Connection" in page.error[0].value
    app.connected().close()


def _button(page: AppTest, label: str) -> int:
    return next(number for number, button in enumerate(page.button) if button.label == label)

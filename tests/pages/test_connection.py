"""The Connection page: sandbox or live, the seller's addresses, and what was said last."""

from __future__ import annotations

from datetime import UTC, datetime

from lib.aliexpress.platform import Client, Platform
from lib.app import SANDBOX_KEY, SANDBOX_TOKEN, App
from lib.config import Settings
from lib.services import sync
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

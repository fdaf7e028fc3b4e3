"""The frame: the door, where one can go, whose desk it is, and what must not be overlooked."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.web.server.app_discovery import discover_asgi_app

from lib.aliexpress.errors import Unavailable
from lib.aliexpress.tokens import Token, TokenFolder
from lib.app import SANDBOX_KEY, App
from lib.config import Settings
from lib.domain.freshness import Progress
from lib.services import background, sync
from lib.services.dispatch import Dispatcher
from lib.services.sync import SyncTimer, asking
from lib.store import shops
from lib.store.database import Database
from tests.conftest import Desk
from tests.pages.conftest import ROOT, Open, text_of


def test_every_page_says_sandbox(open_page: Open, desk: Desk) -> None:
    for name in ("overview", "orders", "files", "connection"):
        page = open_page(desk.app, name)
        assert not page.exception
        assert "Sandbox" in text_of_sidebar(page), name


def test_a_live_desk_says_so(open_page: Open, desk: Desk) -> None:
    live = Settings(data=desk.app.settings.data, platform_url="https://platform.example", app_key="87654321")
    page = open_page(App(live, desk.app.database, platform=desk.app.platform, now=desk.app.now))
    assert "Live" in text_of_sidebar(page)
    assert "Sandbox" not in text_of_sidebar(page)


def test_who_works_here_is_asked_once_and_stands_beside_what_is_done(open_page: Open, desk: Desk) -> None:
    page = open_page(desk.app, "orders")
    page.text_input(key="frame_operator").set_value(" Lin *Made-Up* ")
    page.button(key="FormSubmitter:frame_who-That is me").click().run()
    assert page.session_state["operator"] == "Lin *Made-Up*"
    page.session_state["orders_table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    page.button(key="orders_batch").click().run()
    with desk.app.database.read() as work:
        assert work.rows("batches_all")[0]["created_by"] == "Lin *Made-Up*"


def test_the_language_can_be_changed_in_the_middle(open_page: Open, desk: Desk) -> None:
    page = open_page(desk.app, "orders")
    page.segmented_control(key="frame_language").set_value("zh_CN").run()
    assert page.session_state["language"] == "zh_CN"
    assert "爱尔兰 (IE)" in set(page.dataframe[0].value["country_name"])


def test_a_platform_out_of_reach_is_said_on_every_page(
    open_page: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatcher = Dispatcher(desk.app)
    dispatcher.trouble = "unreachable"
    monkeypatch.setattr(background, "_dispatcher", dispatcher)
    for name in ("overview", "files"):
        page = open_page(desk.app, name)
        assert any("cannot be reached" in one.value for one in page.warning), name
        assert "unreachable" not in text_of(page), "in words, not in a code"
    dispatcher.stop()


def test_freshness_is_said_on_every_page_and_a_failure_with_what_to_do(
    open_page: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert any("never synced" in one.value for one in open_page(desk.app, "files").sidebar.caption)
    sync.sync(desk.app, "default", by="tester")
    for name in ("overview", "files"):
        page = open_page(desk.app, name)
        assert any("Orders synced" in one.value for one in page.sidebar.caption), name
        assert not page.sidebar.warning
    desk.behave(faults={"token_expired": 1.0})
    with pytest.raises(Unavailable):
        sync.sync(desk.app, "default", by="tester")
    page = open_page(desk.app, "files")
    [said] = page.sidebar.warning
    assert "does not accept" in said.value
    assert "Connection page" in said.value
    assert "Orders synced" in said.value, "how old they are is said too"
    assert "the first shop: The platform does not accept" in text_of(open_page(desk.app))


def test_orders_older_than_they_should_be_are_amber(open_page: Open, desk: Desk) -> None:
    sync.sync(desk.app, "default", by="tester")
    asked = desk.app.now
    desk.app.now = lambda: asked() + timedelta(hours=3)  # type: ignore[method-assign]
    [said] = open_page(desk.app, "files").sidebar.warning
    assert "3 h 0 min ago" in said.value
    assert "Sync now" in said.value
    with desk.app.database.write() as work:
        shops.keep(work, "second", "Second *shop*")
    TokenFolder(desk.app.settings.tokens_folder, SANDBOX_KEY).save("second", Token("t-second"))
    said = open_page(desk.app, "files").sidebar
    assert [one.value.partition(" · ")[0] for one in said.warning] == ["**the first shop**"], (
        "which shop it is"
    )
    assert any("Second" in one.value and "*shop*" not in one.value for one in said.caption)


def test_a_sync_under_way_shows_how_far_it_is(open_page: Open, desk: Desk) -> None:
    shown: list[str] = []

    def look(_progress: Progress) -> None:
        page = open_page(desk.app, "files")
        shown.extend(str(one.proto.text) for one in page.sidebar.get("progress"))

    sync.sync(desk.app, "default", by="tester", on_progress=look)
    assert shown == ["Syncing orders: 10 of 10"]


def test_orders_sync_by_themselves_at_the_start_and_on_demand(desk: Desk) -> None:
    background.start(desk.app)
    try:
        _until(lambda: sync.standing(desk.app)[0].synced_at is not None)
        first = sync.standing(desk.app)[0].synced_at
        _until(lambda: background.standing(desk.app)[0].next_at is not None)
        assert background.sync_all(desk.app, by="tester") is None
        _until(lambda: sync.standing(desk.app)[0].synced_at != first)
    finally:
        background.stop()
    assert background.standing(desk.app)[0].next_at is None


def test_a_failing_platform_is_asked_later_and_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAUSES_S", (0.01,))
    desk.behave(faults={"html_502": 1.0})
    timer = SyncTimer(desk.app)
    pauses = []
    for _ in range(7):
        timer._sync("default")
        due = timer.next_at("default")
        assert due
        pauses.append(round((due - desk.app.now()).total_seconds()))
    assert pauses == [30, 60, 120, 240, 480, 600, 600]
    desk.behave(faults={}, daily_quota=1)
    timer._failures.clear()
    timer._sync("default")
    timer._sync("default")
    due = timer.next_at("default")
    assert due
    assert due - desk.app.now() > timedelta(seconds=60), "a ban is obeyed"
    desk.behave(daily_quota=0)


def test_an_action_opens_its_page_with_its_notice(open_page: Open, desk: Desk) -> None:
    page = open_page(desk.app, "orders")
    page.toggle(key="orders_all").set_value(True).run()
    page.button(key="orders_batch").click().run()
    assert page.title[0].value == "Plans"
    assert any("10 orders" in one.value for one in page.success)


def test_a_database_in_other_hands_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIPDESK_DATA", str(tmp_path))
    with _Holder(tmp_path):
        page = AppTest.from_file(ROOT / "dashboard.py", default_timeout=30)
        page.session_state["language"] = "en"
        page.run()
    assert not page.exception
    assert "is in use by" in page.error[0].value
    assert "Close that program" in page.error[0].value


def test_streamlit_finds_the_server_in_the_dashboard() -> None:
    assert discover_asgi_app(ROOT / "dashboard.py").import_string == "dashboard:server"


def test_background_work_starts_once_and_stops(tmp_path: Path) -> None:
    app = App(Settings(data=tmp_path), Database(None), platform=_Nobody())  # type: ignore[arg-type]
    background.start(app)
    first = background._dispatcher
    background.start(app)
    assert background._dispatcher is first
    assert background.running()
    background.wake()
    background.stop()
    assert not background.running()
    assert background.trouble() == ""
    app.close()


def test_the_server_answers_for_its_health_and_ends_with_its_sandbox(tmp_path: Path) -> None:
    port = _free_port()
    server = _serve(tmp_path, port)
    try:
        health = _health(port, "ok")
        assert health == {"status": "ok", "sandbox": True}
        address = _wait_for(tmp_path / "sandbox" / "address.json")
        assert httpx.get(f"{address}/sandbox/health").status_code == 200
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=20)
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"{address}/sandbox/health", timeout=5)


def test_the_server_serves_while_the_database_is_held_and_works_once_it_is_free(tmp_path: Path) -> None:
    port = _free_port()
    with _Holder(tmp_path):
        server = _serve(tmp_path, port)
        assert _health(port, "held")["status"] == "held"
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 200
    try:
        assert _health(port, "ok")["status"] == "ok"
    finally:
        server.send_signal(signal.SIGTERM)
        _out, said = server.communicate(timeout=20)
    assert said.count("is in use by") == 1


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(300):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it never came to be")


class _Nobody:
    """A platform nobody asks anything."""

    def order_page(self, *_given: object, **_named: object) -> None:
        raise Unavailable("unreachable")

    def close(self) -> None: ...


def text_of_sidebar(page: AppTest) -> str:
    return "\n".join(str(one.value) for one in page.sidebar.markdown) + text_of(page)


class _Holder:
    """Another process that has the database of a folder open."""

    def __init__(self, folder: Path) -> None:
        code = "import duckdb, sys; it = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, str(folder / "shipdesk.duckdb")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> None:
        assert self._process.stdout
        assert self._process.stdout.readline() == "held\n"

    def __exit__(self, *_error: object) -> None:
        self._process.communicate("", timeout=10)


def _serve(folder: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.port", str(port)],
        cwd=ROOT,
        env=os.environ | {"SHIPDESK_DATA": str(folder), "SHIPDESK_LANGUAGE": "en"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _health(port: int, wanted: str) -> dict[str, object]:
    """What /healthz says, once it says what is wanted, or last."""
    said: dict[str, object] = {}
    for _ in range(150):
        try:
            said = httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).json()
        except httpx.HTTPError:
            pass
        else:
            if said["status"] == wanted:
                break
        time.sleep(0.2)
    return said


def _wait_for(path: Path) -> str:
    for _ in range(100):
        if path.exists():
            return str(json.loads(path.read_text())["url"])
        time.sleep(0.2)
    raise AssertionError(f"{path} never came")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def test_while_the_sandbox_takes_orders_in_every_page_says_so(open_page: Open, desk: Desk) -> None:
    """Whatever waits for it stands below that sentence."""
    desk.app.taking_in = 100_000
    for name in ("orders", "connection"):
        assert "taking in 100,000 orders" in open_page(desk.app, name).info[0].value
    assert "100,000 个订单" in open_page(desk.app, "orders", language="zh_CN").info[0].value
    desk.app.taking_in = 0
    assert "The sandbox is starting" in open_page(desk.app, "orders").info[0].value
    desk.app.taking_in = None
    assert not any("sandbox is" in info.value for info in open_page(desk.app, "orders").info)


def test_what_a_run_said_that_was_cut_short_is_said_by_the_next_one() -> None:
    def page() -> None:
        import streamlit as st

        from lib.ui import actions

        with actions.read_out():
            actions.arrive()
            if st.session_state.pop("cut_short", False):
                st.rerun()

    shown = AppTest.from_function(page)
    shown.session_state["notices"] = [("success", "454 parcels handed over.")]
    shown.session_state["cut_short"] = True
    assert [one.value for one in shown.run().success] == ["454 parcels handed over."]
    assert not shown.run().success, "it is said once"

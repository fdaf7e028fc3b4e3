"""A page under test: AppTest on the dashboard, with an App of its own behind it."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from lib import app as wiring
from lib.app import App
from tests.conftest import Desk

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def nobody_elses_app() -> Iterator[None]:
    """No test sees the App of another, nor opens the one on this machine."""
    wiring.use(None)
    yield
    wiring.use(None)


@pytest.fixture(autouse=True)
def components_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server looks through every installed package for components when it starts; AppTest starts one a run."""
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", _found_once)


_found_once = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture
def framed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on the server, where every page has its frame; AppTest would run a file of pages/ all by itself."""

    def run(main_script_path: str) -> None:
        runpy.run_path(main_script_path, run_name="__main__")

    monkeypatch.setattr(script_runner, "_mpa_v1", run)


@pytest.fixture
def open_page(framed: None) -> Open:
    """Open a page of an App, in English unless told otherwise: `open_page(app, "orders", view="all")`."""

    def _open(app: App, name: str = "overview", *, language: str = "en", **query: str | list[str]) -> AppTest:
        wiring.use(app)
        page = AppTest.from_file(ROOT / "dashboard.py", default_timeout=30)
        page.session_state["language"] = language
        if name != "overview":
            page.switch_page(f"pages/{name}.py")
        for key, value in query.items():
            page.query_params[key] = value
        return page.run()

    return _open


@pytest.fixture
def open_empty(open_page: Open, empty_desk: Desk) -> Open:
    """As `open_page`, of a desk without any order."""
    return lambda *names, **query: open_page(empty_desk.app, *names, **query)


def text_of(page: AppTest) -> str:
    """Everything a page says in words, for tests of what a person can read."""
    said = [
        *page.title, *page.subheader, *page.markdown, *page.text, *page.caption, *page.info, *page.success,
        *page.warning, *page.error,
    ]  # fmt: skip
    return "\n".join(str(element.value) for element in said)

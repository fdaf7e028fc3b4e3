"""The server time of a page: what a click costs before the browser gets an answer."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from functools import cache

from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from benchmarks.measure import seconds
from lib import app as wiring
from lib.app import App
from lib.config import ROOT

RUNS = 5


def runs(app: App, page_name: str, *, before: Callable[[], None] = lambda: None, **query: str) -> list[float]:
    """Seconds of each run after the first; `before` is called before each of them."""
    wiring.use(app)
    try:
        # As on the server: the dashboard frames the page, and components are looked for once, not at every run.
        script_runner._mpa_v1 = lambda path: runpy.run_path(path, run_name="__main__")  # type: ignore[assignment]
        manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
        page = AppTest.from_file(ROOT / "dashboard.py", default_timeout=120)
        page.session_state["language"] = "en"
        page.switch_page(f"pages/{page_name}.py")
        for name, value in query.items():
            page.query_params[name] = value
        page.run()
        if page.exception:
            raise RuntimeError(page.exception[0].message)
        found = []
        for _ in range(RUNS):
            before()
            found.append(seconds(page.run))
        return found
    finally:
        wiring.use(None)

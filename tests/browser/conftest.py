"""A real server, and a real browser in front of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
#: A page of this machine's size, twice over: tests wait for what they expect, never for a time.
PATIENCE_MS = 60_000


#: One pointerdown a click, and each Enter; sessionStorage outlives the pages of a tab. Heard at the document, not at
#: the window: there the driver holds back the press whose button has just stepped aside, and makes it again.
_COUNT_CLICKS = """
for (const kind of ["pointerdown", "keydown"])
    document.addEventListener(
        kind,
        (event) => {
            if (kind === "pointerdown" || event.key === "Enter")
                sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks") || 0) + 1);
        },
        true,
    );
"""


#: When the page last asked its server for a run that has not begun; 0 when there is none. A click is answered some
#: time later: until then the page stands there as if it had run. A message's first byte tells that it asks for a run.
_HEED_RUNS = """
window.askedAt = 0;
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (message) {
    const bytes = message instanceof ArrayBuffer ? new Uint8Array(message) : message;
    if (bytes[0] === 0x5a) window.askedAt = performance.now();
    return send.call(this, message);
};
new MutationObserver(() => {
    if (document.querySelector("[data-test-script-state=running]")) window.askedAt = 0;
}).observe(document, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-test-script-state"],
});
"""

#: Whether the page has run, and no run that it asked for is still to begin. One so short that nobody saw it running
#: is taken for over after three seconds.
_HAS_RUN = """
() => document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]") !== null
    && (window.askedAt === 0 || performance.now() - window.askedAt > 3_000)
"""


@dataclass
class Server:
    """A Shipdesk that people can open."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]

    def platform(self) -> str:
        """Where its sandbox answers."""
        return httpx.Response(200, content=(self.data / "sandbox" / "address.json").read_bytes()).json()[
            "url"
        ]

    def stop(self) -> None:
        """End it as an operator would; a second time does nothing."""
        self.process.terminate()
        self.process.wait(30)


@dataclass
class Screen:
    """A page as a person uses it: by what stands on it."""

    page: Page
    url: str
    outside: list[str] = field(default_factory=list)  #: Requests to anywhere but the server.

    def __post_init__(self) -> None:
        own = (self.url, self.url.replace("http", "ws", 1), "data:", "blob:")
        self.page.on(
            "request", lambda made: None if made.url.startswith(own) else self.outside.append(made.url)
        )

        self.page.add_init_script(_COUNT_CLICKS)
        self.page.add_init_script(_HEED_RUNS)

    def clicks(self) -> int:
        """How often a person pressed the pointer, or Enter, in this tab so far."""
        return int(self.page.evaluate("sessionStorage.getItem('clicks') || 0"))

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)
        self.settle()

    def settle(self) -> None:
        """Wait until the page has run, and what it asked for last as well."""
        self.page.wait_for_function(_HAS_RUN, polling=50)

    def reads(self) -> str:
        """Where this tab is, whether its page runs, and the words on it."""
        try:
            state = self.page.locator("[data-testid=stApp]").get_attribute(
                "data-test-script-state", timeout=1_000
            )
            return f"{self.page.url} ({state})\n{self.page.locator('body').inner_text(timeout=1_000)}"
        except PlaywrightError as error:
            return f"{self.page.url}: {error}"

    def at(self, key: str) -> Locator:
        """The element with a key."""
        return self.page.locator(f".st-key-{key}")

    def press(self, key: str) -> None:
        """Click the button with a key, once the page has run: what is said at its top moves its buttons."""
        self.settle()
        self.at(key).get_by_role("button").first.click()
        self.settle()

    def tick(self, key: str, row: int = 0) -> None:
        """Tick a row of the table with a key, the first by default."""
        cell = {"x": 12, "y": 52 + 35 * row}
        self.at(key).locator("canvas").first.click(position=cell, force=True)
        self.settle()

    def choose(self, key: str, text: str) -> None:
        """Open the box with a key and choose what it offers by that text."""
        self.choose_in(self.at(key), text)

    def choose_in(self, box: Locator, text: str) -> None:
        """Open a box and choose what it offers by that text, once the page has run: an open list closes with it."""
        self.settle()
        box.locator("input").first.click()
        self.page.keyboard.type(text)  # A long list shows what is wanted only then.
        self.page.get_by_role("option", name=text, exact=True).first.click()
        self.settle()

    def download(self, key: str, path: Path) -> Path:
        """Click the button with a key, once the page has run, and keep the file it gives."""
        self.settle()
        with self.page.expect_download() as made:
            self.at(key).get_by_role("button").click()
        made.value.save_as(path)
        return path

    def sees(self, text: str) -> None:
        """Wait for a text; a table's cells are painted, and stand beside the painting for screen readers."""
        self.page.get_by_text(text).first.wait_for(state="attached")


def start(data: Path, **settings: str) -> Server:
    """Start `streamlit run dashboard.py` over a data folder, and wait until it is well."""
    return serve(ROOT / "dashboard.py", data, well="/healthz", **settings)


def serve(
    script: Path, data: Path, *arguments: str, well: str = "/_stcore/health", **settings: str
) -> Server:
    """`streamlit run` a script with these settings, and wait until its address `well` says that it is well."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port), *arguments]
    environment = os.environ | {"SHIPDESK_DATA": str(data), "SHIPDESK_OPERATOR": "tester"}
    environment |= {f"SHIPDESK_{name.upper()}": value for name, value in settings.items()}
    with (data.parent / f"{data.name}.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            if httpx.get(url + well, timeout=1).status_code == 200:
                return Server(url, data, process)
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    process.kill()
    raise AssertionError(f"{url}{well} never said that all is well")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed says what stood on its pages: a browser elsewhere can't be looked at afterwards."""
    report = yield
    if call.when == "call" and report.failed:
        given = getattr(item, "funcargs", {}).values()
        screens = [one if isinstance(one, Screen) else getattr(one, "screen", None) for one in given]
        report.sections += [("on the screen", one.reads()) for one in screens if one is not None]
    return report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    assert path, "there is no Chromium on this machine; `make test` installs the distribution's"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = start(tmp_path / "data")
    yield running
    running.stop()


@pytest.fixture
def screen(server: Server, chromium: Browser) -> Iterator[Screen]:
    with tab(server, chromium) as opened:
        yield opened


@contextmanager
def tab(server: Server, chromium: Browser) -> Iterator[Screen]:
    """A tab of its own, with a person at it who reads English."""
    context = chromium.new_context(
        viewport={"width": 1400, "height": 1000}, locale="en-US", timezone_id="UTC"
    )
    context.set_default_timeout(PATIENCE_MS)
    yield Screen(context.new_page(), server.url)
    context.close()

"""Clicks that meet a run: a callback runs to its end, and a file can be asked for; without help neither holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, expect

from tests.browser.conftest import PATIENCE_MS, Screen, serve

PAGE = Path(__file__).with_name("slow_page.py")


@pytest.fixture(params=["steady", "as it comes"], scope="module")
def steady(request: pytest.FixtureRequest) -> bool:
    return request.param == "steady"


@pytest.fixture(scope="module")
def url(steady: bool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    running = serve(PAGE, tmp_path_factory.mktemp("slow") / "data", *(["--", "steady"] if steady else []))
    yield running.url
    running.stop()


@pytest.fixture
def screen(url: str, chromium: Browser) -> Iterator[Screen]:
    context = chromium.new_context(locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    opened = Screen(context.new_page(), url)
    opened.open("/")
    opened.sees("all of it")
    yield opened
    context.close()


def test_what_a_button_does_is_done_to_its_end_though_it_is_pressed_twice(
    steady: bool, screen: Screen
) -> None:
    button = screen.at("act").get_by_role("button")
    button.click()
    expect(screen.page.locator("[data-test-script-state=running]")).to_be_visible()
    button.click()
    screen.sees(f"done {2 if steady else 1} times")
    screen.settle()
    screen.sees(f"done {2 if steady else 1} times")


def test_a_file_can_be_asked_for_while_the_next_run_is_made(steady: bool, screen: Screen) -> None:
    made: list[Download] = []
    screen.page.on("download", lambda one: made.append(one))
    screen.at("slow").locator("label").first.click()
    expect(screen.page.locator("[data-test-script-state=running]")).to_be_visible()
    screen.at("other").locator("label").first.click()
    screen.page.wait_for_timeout(1_000)  # The first run has ended without its button.
    screen.at("file").get_by_role("button").click()
    screen.page.wait_for_timeout(700)
    if steady:  # It is made of what the run under way shows, once that is over.
        screen.settle()
        screen.page.wait_for_timeout(700)
    assert len(made) == (1 if steady else 0)
    if not steady:
        screen.sees("Failed to generate file")


def test_a_file_is_made_of_what_the_form_says_though_it_was_typed_a_moment_before(
    steady: bool, screen: Screen
) -> None:
    made: list[Download] = []
    screen.page.on("download", lambda one: made.append(one))
    screen.at("paper").locator("input").fill("A4")
    button = screen.at("print").get_by_role("button")
    if steady:
        with screen.page.expect_download():
            button.click()
    else:
        button.click()
        screen.page.wait_for_timeout(1_500)
    papers = [(one.suggested_filename, Path(one.path()).read_text()) for one in made]
    assert (papers == [("A4.txt", "A4")]) is steady, "as it comes: the former one, or none at all"

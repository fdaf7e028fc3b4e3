"""What came of a click is said where nothing moves: the next press lands on what it was meant for."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Screen


def test_a_notice_moves_nothing_is_seen_wherever_one_scrolled_to_and_is_put_away(screen: Screen) -> None:
    screen.open("/orders")
    head, notice = screen.page.get_by_role("heading", name="Orders"), screen.at("frame_notices")
    stood = head.bounding_box()
    screen.press("frame_sync")
    expect(notice).to_contain_text("Syncing goes on in the background")
    assert head.bounding_box() == stood
    screen.open("/connection")
    screen.press("frame_sync")
    screen.page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 400)")
    expect(notice).to_be_in_viewport()
    expect(notice).to_have_css(
        "background-color", "rgb(255, 255, 255)"
    )  # What lies below does not shine through.
    screen.press("frame_put_away")
    expect(notice).to_have_count(0)

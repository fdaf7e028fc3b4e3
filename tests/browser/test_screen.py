"""Clicks are counted as the page gets them: a press the driver held back, and made again, is one."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.browser.conftest import Screen

#: A button that steps aside under the first pointer that comes near, as a page does whose new run says a word above.
RESTLESS = """
<div id="above"></div><button onclick="this.dataset.pressed = 1">Go</button>
<script>
    addEventListener("mousemove", () => { above.style.height = "300px"; }, { once: true });
</script>
"""


def test_a_button_that_stepped_aside_before_the_press_is_counted_once(chromium: Browser) -> None:
    context = chromium.new_context()
    try:
        screen = Screen(context.new_page(), "http://127.0.0.1")
        screen.page.route(
            "http://127.0.0.1/", lambda asked: asked.fulfill(content_type="text/html", body=RESTLESS)
        )
        screen.page.goto("http://127.0.0.1/")
        screen.page.get_by_role("button", name="Go").click()
        assert screen.page.locator("[data-pressed]").count() == 1
        assert screen.clicks() == 1
    finally:
        context.close()

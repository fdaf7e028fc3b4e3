"""A table of nobody's layout: dropped, mapped, previewed, loaded, and known by itself the next time."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError

from tests.browser.conftest import Screen
from tests.builders import FOREIGN_HEADERS, a_foreign_row, write_export

pytestmark = pytest.mark.browser


def test_a_foreign_table_is_mapped_once_and_then_recognised(screen: Screen, tmp_path: Path) -> None:
    first = write_export(tmp_path / "shop b.csv", [a_foreign_row() for _ in range(5)], FOREIGN_HEADERS)
    second = write_export(tmp_path / "later.csv", [a_foreign_row() for _ in range(4)], FOREIGN_HEADERS)

    screen.open("/files")
    drop(screen, first)
    screen.press("files_load")
    screen.sees("Which column is what in shop b.csv?")
    screen.sees("Awaiting shipment")  # The preview: the orders as they would load.

    # The phone is a mobile one: take it from one box, choose it in the other.
    choose(screen, "mapping_orders_phone_1", "–")
    choose(screen, "mapping_orders_mobile_1", "Tel")
    screen.press("mapping_load")
    screen.sees("5 new orders are loaded.")
    screen.sees("Mapping “shop b”")

    drop(screen, second)
    screen.press("files_load")
    screen.sees("4 new orders are loaded.")
    assert screen.at("mapping").count() == 0, "nothing is asked a second time"


def drop(screen: Screen, path: Path) -> None:
    screen.page.locator("input[type=file]").first.set_input_files(path)
    screen.page.get_by_text("Load 1 file").first.wait_for()
    screen.settle()


def choose(screen: Screen, key: str, text: str) -> None:
    """Open a box and choose; a list that closes because the page ran meanwhile is opened once more."""
    option = screen.page.get_by_role("option", name=text).first
    for _again in range(5):
        screen.at(key).locator("input").first.click()
        with suppress(TimeoutError):
            option.click(timeout=5_000)
            break
    else:
        raise AssertionError(f"the list of {key} never stayed open long enough to choose {text}")
    screen.settle()

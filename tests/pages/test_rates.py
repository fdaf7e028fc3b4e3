"""The Rate cards page: what holds, what a new version would change, and the click that makes it hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib.services import files, rates
from tests.builders import a_rate, write_rates
from tests.conftest import Desk
from tests.pages.conftest import Open, text_of

DRAFT = "cpam-2026-12-01"


@pytest.fixture
def with_draft(desk: Desk) -> Desk:
    rows = [
        a_rate(valid_from="2026-12-01", per_kg="10", item_fee="1"),
        a_rate(valid_from="2026-12-01", country="DE"),
    ]
    files.load(desk.app, [write_rates(desk.folder / "cards.csv", rows)], by="ann")
    # The orders are of August and the card is of December: on this day both are near, whatever day it is.
    desk.app.now = lambda: datetime(2026, 11, 20, 9, tzinfo=UTC)  # type: ignore[method-assign]
    return desk


def test_the_list_says_which_card_holds_since_when_and_what_it_lacks(open_page: Open, desk: Desk) -> None:
    page = open_page(desk.app, "rates")
    assert not page.exception
    shown = page.dataframe[0].value.set_index("plan")
    assert len(shown) == 8
    assert shown.loc["China Post Registered Air Mail", ["state", "since", "surcharges"]].tolist() == [
        "Active",
        "2025-11-09",
        "none",
    ]
    assert shown.loc["UPS Expedited", "weights"] == "from 1 g", (
        "a table without a limit writes one nothing has"
    )
    assert "only the 0-150 g tier" in shown.loc["AliExpress Standard Shipping", "note"]
    page.segmented_control(key="rates_view").set_value("elsewhere").run()
    assert len(page.dataframe[0].value) == 8
    assert "only to compare with" in text_of(page)
    page.segmented_control(key="rates_view").set_value("spot").run()
    assert "They are in no quote" in text_of(page)
    assert not page.exception


def test_the_page_speaks_chinese_down_to_the_notes(open_page: Open, desk: Desk) -> None:
    page = open_page(desk.app, "rates", language="zh_CN")
    assert page.title[0].value == "价卡"
    notes = page.dataframe[0].value["note"].tolist()
    assert not [
        note for note in notes if any(word in note for word in ("table", "Partial", "General", "Vintage"))
    ]


def test_a_tick_opens_a_card_with_its_prices(open_page: Open, desk: Desk) -> None:
    page = open_page(desk.app, "rates", card="cpam_registered-2025-11")
    assert not page.exception
    page.selectbox(key="rates_country").set_value("RU").run()
    prices = page.dataframe[0].value
    assert prices[["min_g", "per_kg", "item_fee"]].to_numpy().tolist() == [
        [1, 81.0, 16.0],
        [151, 68.0, 17.5],
        [301, 56.25, 21.5],
    ]
    assert "No surcharge is in this card" in text_of(page)
    assert not [button for button in page.button if button.key == "rates_activate"]


def test_a_new_card_shows_what_it_changes_and_is_activated(open_page: Open, with_draft: Desk) -> None:
    page = open_page(with_draft.app, "rates")
    assert "1 rate card is loaded and not active" in text_of(page)
    page = open_page(with_draft.app, "rates", card=DRAFT)
    assert not page.exception
    places, orders = (table.value for table in page.dataframe[:2])
    assert places.set_index("name").loc["Ireland (IE)", "mean_percent"] < 0
    assert len(orders) == 10
    assert set(orders["after"]) == {"China Post Registered Air Mail"}
    said = text_of(page)
    assert "destinations stay as they are" in said or "destination stays as it is" in said
    found = rates.preview(with_draft.app, DRAFT)
    assert f"{found.difference_cny_minor / 100:,.2f} CNY" in said.replace("\\", "")
    page.button(key="rates_activate").click().run()
    assert not page.exception
    assert any("Quotes are made by it from 2026-12-01" in one.value for one in page.success)
    card = rates.card(with_draft.app, DRAFT).card
    assert (str(card["active_from"]), bool(card["activated_by"])) == ("2026-12-01", True)
    assert not [button for button in page.button if button.key == "rates_activate"]


def test_a_draft_is_discarded_on_the_page(open_page: Open, with_draft: Desk) -> None:
    page = open_page(with_draft.app, "rates", card=DRAFT)
    page.button(key="rates_discard").click().run()
    assert not page.exception
    assert DRAFT not in {card["card_id"] for card in rates.cards(with_draft.app)}
    assert any("is dropped" in one.value for one in page.success)


def test_a_card_nobody_knows_is_a_sentence(open_page: Open, desk: Desk) -> None:
    page = open_page(desk.app, "rates", card="nothing")
    assert not page.exception
    assert "is not known here" in page.error[0].value


def test_a_wrong_file_is_refused_with_its_rows(open_page: Open, desk: Desk) -> None:
    page = open_page(desk.app, "rates")
    upload(
        page, write_rates(desk.folder / "w.csv", [a_rate(), a_rate(country="DE", per_kg="-1")]).read_bytes()
    )
    assert not page.exception
    assert "is refused: 1 row is wrong" in page.error[0].value
    [row] = page.dataframe[0].value.to_dict("records")
    assert (row["row"], row["column"], row["value"]) == (3, "per_kg", "-1")
    assert row["mending"]


def upload(page: AppTest, content: bytes) -> Any:
    page.file_uploader(key="rates_upload_0").upload("w.csv", content, "text/csv").run()
    return page.button(key="rates_load").click().run()

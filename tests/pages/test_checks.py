"""The page of findings: counted, mended one after the other, accepted."""

from __future__ import annotations

import pytest

from lib.services import orders
from tests.builders import an_export_row
from tests.conftest import Desk, Stocked
from tests.pages.conftest import Open, text_of


def an_order(**over: str) -> dict[str, str]:
    """An order with time left."""
    return an_export_row(发货期限="2099-01-01 10:00", **over)


def six_orders() -> list[dict[str, str]]:
    """Two orders without a phone, three with an unusual postcode, one that is well."""
    rows = [an_order(手机="", 联系电话="", 收货人名称="**Bold** <b>x</b>") for _ in range(2)]
    rows += [an_order(邮编="odd") for _ in range(3)]
    return [*rows, an_order()]


@pytest.fixture
def faulty(stocked: Stocked) -> Desk:
    return stocked("faulty", six_orders)


def test_without_orders_it_says_how_to_begin(open_empty: Open) -> None:
    page = open_empty("checks")
    assert not page.exception
    assert "No order awaits shipment" in text_of(page)


def test_when_all_is_well_it_says_so(open_page: Open, empty_desk: Desk) -> None:
    empty_desk.load([an_order()])
    assert "Nothing is wrong" in text_of(open_page(empty_desk.app, "checks"))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_findings_are_grouped_with_their_counts(open_page: Open, faulty: Desk, language: str) -> None:
    page = open_page(faulty.app, "checks", language=language)
    assert not page.exception
    found = page.dataframe[0].value
    assert found[["code", "order_count", "blocked_count"]].values.tolist() == [
        ["doubtful_postcode", 3, 3],
        ["missing_phone", 2, 2],
    ]


def test_the_next_order_opens_after_a_correction(open_page: Open, faulty: Desk) -> None:
    page = open_page(faulty.app, "checks", finding="missing_phone")
    [first] = [one.key for one in page.text_input if str(one.key).startswith("checks_receiver_mobile_")]
    page.text_input(key=first).set_value("353851234567")
    page.button(key=first.replace("mobile", "keep")).click().run()
    [second] = [one.key for one in page.text_input if str(one.key).startswith("checks_receiver_mobile_")]
    assert second != first
    assert "is corrected" in page.success[0].value
    assert orders.counts(faulty.app)["blocked"] == 4


def test_a_warning_is_accepted_for_all(open_page: Open, faulty: Desk) -> None:
    page = open_page(faulty.app, "checks", finding="doubtful_postcode")
    assert page.button(key="checks_accept").label == "Accept it for 3 orders"
    page.button(key="checks_accept").click().run()
    assert orders.counts(faulty.app)["blocked"] == 2
    page.toggle(key="checks_accepted").set_value(True).run()
    accepted = page.dataframe[1].value["accepted_by"]
    assert accepted.notna().all()


def test_an_error_cannot_be_accepted_on_the_page(open_page: Open, faulty: Desk) -> None:
    page = open_page(faulty.app, "checks", finding="missing_phone")
    assert not [one for one in page.button if one.key == "checks_accept"]

"""The page of findings: counted, mended one after the other, accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib.app import App
from lib.config import Settings
from lib.services import files, orders
from lib.store.database import Database
from tests.builders import an_export_row, write_export
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
    assert "Known from faulty.csv, row 2" in text_of(page).replace("\\", "")
    assert page.dataframe[1].value["known_from"].tolist() == ["faulty.csv, row 2", "faulty.csv, row 3"]
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


def test_orders_of_unknown_status_are_listed_with_their_label_and_the_way_to_the_files(
    open_page: Open, store: Database, tmp_path: Path
) -> None:
    app = App(Settings(data=tmp_path, platform_url="http://127.0.0.1:1"), store)
    row = an_order(订单状态="**new** words")
    files.load(app, [write_export(tmp_path / "orders.csv", [row])], by="tester")
    page = open_page(app, "checks", finding="status_unknown")
    assert not page.exception
    [group] = page.dataframe[0].value[["code", "order_count", "blocked_count"]].values.tolist()
    assert group == ["status_unknown", 1, 1]
    [listed] = page.dataframe[1].value.to_dict("records")
    assert row["订单号"] in listed["order"]
    assert "**new** words" in listed["what"]


def test_two_receivers_in_one_order_are_corrected_or_accepted(open_page: Open, faulty: Desk) -> None:
    order_id = faulty.order_ids()[-1]
    with faulty.app.database.write() as work:
        work._cursor.execute(
            "insert into load_findings select shop_id, order_id, 'rows_differ', 'receiver', '' from orders "
            "where order_id = ?",
            [order_id],
        )
    page = open_page(faulty.app, "checks", finding="rows_differ")
    assert not page.exception
    assert "different receivers" in text_of(page)
    page.button(key="checks_accept").click().run()
    assert "Accepted for 1 order" in page.success[0].value

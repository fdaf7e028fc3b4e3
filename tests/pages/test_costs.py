"""The Costs page: what shipping was estimated to cost, by plan and by country."""

from __future__ import annotations

from datetime import date

from lib.services import costs, plans, shipments
from tests.conftest import Desk
from tests.pages.conftest import Open, text_of


def test_without_any_parcel_sent_the_page_says_so(open_empty: Open) -> None:
    page = open_empty("costs")
    assert not page.exception
    assert "Nothing was sent yet" in text_of(page)


def test_totals_are_the_fees_that_were_decided_on(open_page: Open, queued: Desk) -> None:
    batch_id = queued.batch_id
    queued.work(batch_id)
    page = open_page(queued.app, "costs")
    assert not page.exception
    rows = shipments.listing(queued.app, batch_id)
    said = text_of(page).replace("\\", "")
    assert f"{rows['fee_cny_minor'].sum() / 100:,.2f} CNY" in said
    assert f"{round(rows['fee_cny_minor'].sum() / 10) / 100:,.2f} CNY" in said
    shown = page.dataframe[0].value
    assert shown["parcels"].tolist() == [10]
    assert "Billed: what loaded bills charge" in said
    page.segmented_control(key="costs_axis").set_value("country").run()
    assert page.dataframe[0].value["name"].tolist() == ["Ireland (IE)"]


def test_fees_of_a_foreign_rate_card_are_converted_parcel_by_parcel_as_in_the_quotes(desk: Desk) -> None:
    batch_id = desk.draft()
    ids = plans.compare(desk.app, batch_id).choices["shipment_id"].tolist()
    [quote] = [
        one
        for one in plans.options(desk.app, batch_id, ids[0])
        if one.eligible and one.currency == "USD" and one.plan_id == "CAINIAO_ECONOMY"
    ]
    plans.choose_plan(desk.app, batch_id, quote.plan_id, by="tester")
    desk.submit(batch_id)
    desk.work(batch_id)
    found = costs.by_plan(desk.app)
    [fee] = found.fees.to_dict("records")
    assert (fee["currency"], fee["fee_minor"]) == ("USD", 10 * (quote.fee_minor or 0))
    assert fee["fee_cny_minor"] == 10 * (quote.fee_cny_minor or 0)
    assert found.exchange_on == date(2026, 1, 1)

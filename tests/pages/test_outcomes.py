"""The Outcomes page: what was decided about undeliverable parcels, and what it costs."""

from __future__ import annotations

from lib.domain.shipments import Decision
from lib.services import plans
from tests.conftest import Desk
from tests.pages.conftest import Open, text_of


def test_without_any_parcel_sent_the_page_says_so_and_that_nothing_is_tracked(open_empty: Open) -> None:
    page = open_empty("outcomes")
    assert not page.exception
    assert "Nothing was sent yet" in text_of(page)
    assert "not tracked yet" in text_of(page)


def test_decisions_and_return_fees_are_counted_by_plan(open_page: Open, desk: Desk) -> None:
    batch_id = desk.draft()
    first = plans.compare(desk.app, batch_id).choices["shipment_id"].tolist()[:4]
    [returning] = [
        plan
        for plan in plans.all_plans(desk.app)
        if plan["return_supported"]
        and plans.choose_plan(desk.app, batch_id, plan["plan_id"], by="tester", shipment_ids=first)
    ]
    desk.submit(batch_id, Decision.RETURN)
    desk.work(batch_id)
    page = open_page(desk.app, "outcomes")
    assert not page.exception
    rows = page.dataframe[0].value
    counted = dict(zip(rows["undeliverable"], rows["shipment_count"], strict=True))
    assert counted == {"destroy": 6, "return": 4}
    paid = 4 * returning["return_fee_minor"]
    fee = f"{paid / 100:,.2f} {returning['return_fee_currency']}"
    assert rows.set_index("undeliverable")["fee"].to_dict() == {"destroy": "–", "return": fee}
    assert fee in text_of(page).replace("\\", "")

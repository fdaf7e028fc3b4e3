"""Duties and taxes of what was sent: by the rule of the day, apart from our own cost."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from benchmarks import history
from lib.app import App
from lib.config import Settings
from lib.domain.costs import Axis, View
from lib.services import costs
from tests.conftest import copied


def test_duties_go_by_the_day_of_the_parcel_and_are_in_our_cost_only_where_a_bill_has_them(
    prepared: Path, tmp_path: Path
) -> None:
    database = copied(prepared, tmp_path)
    history.build(database, 1200)
    app = App(Settings(data=tmp_path / "data"), database, now=lambda: history.NOW)
    costs.refresh(app)
    with database.read() as work:
        rows = work._cursor.execute("""
            select cost.shipment_id, cost.created_on, cost.declared_minor, line.sku, product.hs_code
            from cost_parcels as cost
            inner join cost_lines as line using (shipment_id)
            inner join products as product on product.sku = line.sku
            where cost.country = 'DE'
        """).df()
        duty = work._cursor.execute(
            "select sum(amount_cny)::bigint from bill_charges where kind = 'duty' and shipment_id in "
            "(select shipment_id from cost_parcels)"
        ).fetchall()[0][0]
        [(freight,)] = work._cursor.execute(
            "select sum(amount_cny)::bigint from bill_charges where kind not in ('compensation') and shipment_id in "
            "(select shipment_id from cost_parcels)"
        ).fetchall()
    found = costs.landed(app)
    germany = found.due[found.due["country"] == "DE"].set_index("rule")
    since = rows[rows["created_on"] >= pd.Timestamp(2026, 7, 1)]
    headings = since.assign(heading=since["hs_code"].str[:6]).groupby("shipment_id")["heading"].nunique()
    worth = since.groupby("shipment_id")["declared_minor"].first() * 731 / 100
    within = headings[worth <= 15_000 * 844.6 / 100]
    three = germany.loc["EU_DUTY3"]
    assert three["valid_from"].date() == date(2026, 7, 1)
    assert (three["parcel_count"], three["within_count"]) == (len(headings), len(within))
    assert (three["due_minor"], three["currency"]) == (300 * within.sum(), "EUR")
    assert germany.loc["EU_IOSS", "parcel_count"] == rows["shipment_id"].nunique()
    assert pd.isna(germany.loc["EU_IOSS", "due_minor"])
    assert found.due.loc[found.due["rule"] == "US_DEMINIMIS", "country"].tolist() == ["US"]
    assert found.billed["duty_cny"].sum() == duty > 0
    total = costs.explore(app, View(Axis.COUNTRY)).total
    assert total["billed_cny"] == freight
    database.close()

"""Quick quote: a parcel that belongs to no order, against every plan."""

from __future__ import annotations

import pytest

from lib.services import plans
from tests.conftest import Desk
from tests.pages.conftest import Open, text_of


def test_nothing_is_quoted_before_country_and_weight_are_known(open_empty: Open) -> None:
    page = open_empty("quote")
    assert not page.exception
    assert "Choose a country and type a weight" in text_of(page)
    assert not page.dataframe


@pytest.mark.parametrize(("weight_g", "fee"), [(150, "28.15 CNY"), (151, "27.77 CNY")])
def test_a_typed_parcel_is_quoted_by_every_plan_and_the_others_say_why_not(
    open_page: Open, empty_desk: Desk, weight_g: int, fee: str
) -> None:
    page = open_page(empty_desk.app, "quote")
    page.selectbox(key="quote_country").select("RU")
    page.number_input(key="quote_weight").set_value(weight_g).run()
    assert not page.exception
    able, unable = (one.value for one in page.dataframe)
    assert able.set_index("name").loc["China Post Registered Air Mail", "fee"] == fee
    assert (unable["why_not"] != "").all()
    assert len(able) + len(unable) == len(plans.all_plans(empty_desk.app))


def test_sizes_and_goods_count_in_a_quick_quote(open_page: Open, empty_desk: Desk) -> None:
    page = open_page(empty_desk.app, "quote")
    page.selectbox(key="quote_country").select("US")
    page.number_input(key="quote_weight").set_value(250)
    for side in ("length", "width", "height"):
        page.number_input(key=f"quote_{side}").set_value(700)
    page.run()
    unable = page.dataframe[-1].value.set_index("name")
    assert unable.loc["China Post Registered Air Mail", "why_not"] == "too large"


def test_the_quick_quote_speaks_chinese(open_page: Open, empty_desk: Desk) -> None:
    page = open_page(empty_desk.app, "quote", language="zh_CN")
    assert not page.exception
    assert [one.value for one in page.title] == ["快速试算"]

"""How amounts read: in whole units of their own currency, whatever part of it the minor unit is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from lib.ui import formats, order_card
from lib.wording import who_label

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("currency", "whole"), [("CNY", 12.34), ("JPY", 1234.0), ("KWD", 1.234)])
def test_an_amount_is_in_whole_units_of_its_currency(currency: str, whole: float) -> None:
    assert formats.whole(1234, currency) == whole
    column = formats.whole(pd.Series([1234, None], dtype="Int64"), currency)
    assert column.iloc[0] == whole
    assert column.isna().tolist() == [False, True]


def test_a_range_has_separators_and_is_a_dash_when_it_is_not_known() -> None:
    assert formats.between(-150, 123_456) == "-1.50 – 1,234.56"
    assert formats.between(1500, 2500, "JPY") == "1,500 – 2,500"
    assert [formats.between(*pair) for pair in [pd.Series([1, 2])]] == ["0.01 – 0.02"], "cells of a column"
    assert formats.between(float("nan"), 1) == "–"


def test_no_page_divides_money_by_hand() -> None:
    divided = [
        f"{path.name}: {line.strip()}"
        for path in ROOT.glob("pages/**/*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"/ 100(\.0)?\b", line) and not re.search(r"_e[24]\b", line)
    ]
    assert not divided


def test_no_table_shows_a_number_without_separators() -> None:
    bare = [
        path.name
        for path in ROOT.glob("pages/**/*.py")
        if "%d" in path.read_text(encoding="utf-8").replace("-%d", "")
    ]
    assert not bare


def test_what_the_program_did_by_itself_is_not_said_to_be_a_persons() -> None:
    assert (who_label("dispatcher"), who_label("Ling")) == ("the program", "Ling")


def test_an_overdue_order_has_no_time_left_to_ship() -> None:
    now = datetime(2026, 11, 28, tzinfo=UTC)
    assert order_card.to_ship(now - timedelta(hours=5), now) == "⚠ overdue 5 h 0 min"
    assert order_card.to_ship(now + timedelta(hours=5), now) == "5 h 0 min left to ship"

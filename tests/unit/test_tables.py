"""Columns of numbers: a browser shows them with separators, two decimals, and a minus where one is."""

from __future__ import annotations

import pandas as pd

from lib.ui import tables


def test_amounts_have_separators_and_a_minus_sign() -> None:
    kind = tables.amount("Net in CNY")["type_config"]
    assert (kind["format"], kind["step"]) == ("localized", 0.01)


def test_weights_say_their_unit_and_have_separators() -> None:
    column = tables.grams("Weight")
    assert (column["label"], column["type_config"]["format"]) == ("Weight (g)", "localized")


def test_a_table_is_no_higher_than_its_rows() -> None:
    assert tables.fitting(pd.DataFrame({"a": range(3)}), 280) == "content"
    assert tables.fitting(pd.DataFrame({"a": range(30)}), 280) == 280

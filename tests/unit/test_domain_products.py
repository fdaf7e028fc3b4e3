"""Products: what a cell takes, and what it keeps."""

from __future__ import annotations

import pytest

from lib.domain.products import FIELDS, BadCell, bounds, stored


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("weight_g", 250, "250"),
        ("weight_g", "250.0", "250"),
        ("weight_g", "", None),
        ("weight_g", float("nan"), None),
        ("declared_minor", 4.5, "450"),
        ("declared_minor", "0.01", "1"),
        ("purchase_minor", 0, "0"),
        ("packaging_g", 0, "0"),
        ("cargo_class", "battery", "battery"),
        ("hs_code", "9503.00", "950300"),
        ("hs_code", "950300.0", "950300"),
        ("title", None, ""),
        ("shelf", " A-1 ", "A-1"),
    ],
)
def test_a_cell_is_kept_as_it_is_meant(field: str, value: object, kept: str | None) -> None:
    assert stored(field, value) == kept


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("weight_g", "0", "cell_out_of_range"),
        ("weight_g", -3, "cell_out_of_range"),
        ("weight_g", 2.5, "cell_not_whole"),
        ("weight_g", "heavy", "cell_not_a_number"),
        ("weight_g", "1e999999", "cell_out_of_range"),
        ("weight_g", "Infinity", "cell_not_a_number"),
        ("declared_minor", 10_000.01, "cell_out_of_range"),
        ("declared_minor", 1.999, "cell_too_fine"),
        ("declared_name_zh", "字" * 21, "cell_too_long"),
        ("declared_name_en", "x" * 61, "cell_too_long"),
        ("cargo_class", "explosive", "cell_cargo"),
        ("cargo_class", "", "cell_cargo"),
        ("hs_code", "95AB00", "cell_hs"),
        ("hs_code", "123", "cell_hs"),
    ],
)
def test_a_bad_cell_says_why(field: str, value: object, code: str) -> None:
    with pytest.raises(BadCell, match=code):
        stored(field, value)


def test_every_field_says_what_it_takes() -> None:
    assert bounds("declared_minor") == ("0.01", "10,000.00")
    assert all(len(bounds(field)) == 2 for field in FIELDS)

"""Money: exact in whole minor units, whatever is read, added, printed or split."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.money import Money, NotMoney, half_up, split

currencies = st.sampled_from(["USD", "CNY", "JPY", "KWD"])
minors = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.34", "USD", 1234),
        (" 1,058.90 ", "USD", 105890),
        ("0", "CNY", 0),
        ("-0.5", "CNY", -50),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("9007199254740993.01", "USD", 900719925474099301),
    ],
)
def test_an_amount_is_read_exactly(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize("text", ["", "abc", "1.234", "NaN", "Infinity", "1e-9", "12.34 USD"])
def test_what_is_no_amount_is_not_guessed_at(text: str) -> None:
    with pytest.raises(NotMoney):
        Money.parse(text, "USD")


def test_yen_have_no_decimals() -> None:
    with pytest.raises(NotMoney):
        Money.parse("12.5", "JPY")


@given(minors, currencies)
def test_what_is_printed_is_read_again(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    text, _, printed_currency = str(money).rpartition(" ")
    assert Money.parse(text, printed_currency) == money


@given(minors, minors, currencies)
def test_adding_and_taking_away_is_exact(first: int, second: int, currency: str) -> None:
    one, other = Money(first, currency), Money(second, currency)
    assert one + other - other == one
    assert one * 3 == one + one + one


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(ValueError, match="CNY and USD"):
        Money(1, "CNY") + Money(1, "USD")
    with pytest.raises(ValueError, match="USD and CNY"):
        Money(1, "USD") - Money(1, "CNY")


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.5", 1), ("1.5", 2), ("2.5", 3), ("1.4", 1), ("-0.5", -1), ("-1.4", -1), ("0.4999", 0)],
)
def test_halves_are_rounded_away_from_zero_as_invoices_do(value: str, rounded: int) -> None:
    assert half_up(Decimal(value)) == rounded


@given(minors, st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
def test_a_split_adds_up_again_and_gives_nothing_to_weight_zero(minor: int, weights: list[int]) -> None:
    total = Money(minor, "CNY")
    shares = split(total, weights)
    assert sum(share.minor for share in shares) == minor
    exact = [Decimal(minor) * weight / sum(weights) for weight in weights]
    assert all(abs(share.minor - part) < 1 for share, part in zip(shares, exact, strict=True))
    assert all(share.minor == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_a_split_without_weights_is_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(Money(100, "CNY"), weights)

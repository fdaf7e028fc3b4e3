"""Money: whole minor units with their currency, exact everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

#: ISO 4217 currencies whose minor unit is not a hundredth.
MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "KWD": 3, "BHD": 3, "JOD": 3}


class NotMoney(ValueError):
    """A text that cannot be read as an amount."""


def minor_digits(currency: str) -> int:
    """How many decimals the currency has: 2 for CNY, 0 for JPY."""
    return MINOR_DIGITS.get(currency, 2)


@dataclass(frozen=True, order=False)
class Money:
    """An amount of one currency, in whole minor units."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read a decimal text, thousands commas allowed. Raises NotMoney, also for too many decimals."""
        try:
            amount = Decimal(text.strip().replace(",", "")).scaleb(minor_digits(currency))
        except InvalidOperation as error:
            raise NotMoney(text) from error
        if not amount.is_finite() or amount != amount.to_integral_value():
            raise NotMoney(text)
        return cls(int(amount), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in whole units of the currency: Money(1234, "USD").amount == Decimal("12.34")."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def __str__(self) -> str:
        return f"{self.amount:,.{minor_digits(self.currency)}f} {self.currency}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added without a rate")


def half_up(value: Decimal) -> int:
    """Round half away from zero, as invoices do: 0.5 -> 1, 1.4 -> 1."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def split(total: Money, weights: Sequence[int]) -> list[Money]:
    """Share an amount out by weights, so that the shares add up to it again (largest remainder first)."""
    if not weights or min(weights) < 0 or sum(weights) == 0:
        raise ValueError("a split needs weights that are not negative and not all zero")
    whole = sum(weights)
    shares = [total.minor * weight // whole for weight in weights]
    left = total.minor - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total.minor * weights[i] % whole))
    for index in by_remainder[:left]:
        shares[index] += 1
    return [Money(share, total.currency) for share in shares]

"""Money: an integer number of minor units plus an ISO 4217 code. The only place that rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NO_DECIMALS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "XPF"})
THREE_DECIMALS = frozenset({"KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"})


def digits_of(currency: str) -> int:
    """Return how many decimals the currency has: 2 for CNY, 0 for JPY."""
    if currency in NO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency; arithmetic refuses to mix currencies."""

    minor: int  # 1999 means 19.99 EUR, 1999 JPY, 1.999 KWD
    currency: str

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, quantity: int) -> Money:
        return Money(self.minor * quantity, self.currency)

    def share(self, rate_ppm: int) -> Money:
        """Return this part of the amount, rounded half away from zero (190_000 ppm = 19 %)."""
        product = self.minor * rate_ppm
        rounded = (abs(product) + 500_000) // 1_000_000
        return Money(rounded if product >= 0 else -rounded, self.currency)

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Split by weight (all ≥ 0) with nothing lost; the largest remainders get the odd units.

        Where all weights are 0 the parts are equal.
        """
        if not weights or min(weights) < 0:
            raise ValueError("allocate needs weights, none of them below 0")
        if not any(weights):
            weights = [1] * len(weights)
        total = sum(weights)
        shares = [self.minor * weight // total for weight in weights]
        order = sorted(range(len(weights)), key=lambda i: (-(self.minor * weights[i] % total), i))
        for i in order[: self.minor - sum(shares)]:
            shares[i] += 1
        return [Money(share, self.currency) for share in shares]

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")

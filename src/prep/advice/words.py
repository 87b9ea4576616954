"""How figures are written in sentences, tables and traces."""

from __future__ import annotations

from decimal import Decimal


def usd(amount: float | None) -> str:
    """Dollars and cents; under a cent what is there to be seen."""
    if amount is None:
        return "unknown"
    return f"{amount:,.2f}" if abs(amount) >= 0.01 or amount == 0 else f"{amount:.2g}"


def plain(value: float) -> str:
    """A number as it goes into a formula: ten digits that matter, no thousands separators, no powers of ten."""
    return f"{Decimal(f'{value:.10g}'):f}"


def counted(number: float, word: str) -> str:
    """`1 day`, `2 days`."""
    return f"{number:,.0f} {word}" + ("" if round(number) == 1 else "s")


def times(factor: float) -> str:
    """How many times as much."""
    return f"{factor:,.0f}" if factor >= 10 else f"{factor:.1f}"


def volume(requests: float | None) -> str:
    """Requests, whole; `never` where there is no such volume."""
    return "never" if requests is None else f"{requests:,.0f}"

"""Numbers as people read them in sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

_THOUSAND, _MILLION, _BILLION = 1_000, 1_000_000, 1_000_000_000
_LEAST, _MOST = 0.001, 99.9


@dataclass(frozen=True)
class Middle:
    """A figure of several months: the median of them, and the lowest and the highest."""

    value: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Middle | None:
        """The middle of some values; None if there are none."""
        return cls(median(values), min(values), max(values)) if values else None

    def format(self, form: Callable[[float], str]) -> str:
        """The value, and between which values that of each month lies if they differ."""
        text, low, high = map(form, (self.value, self.lowest, self.highest))
        return text if low == high else f"{text} ({low} to {high} by month)"


def count(number: int, what: str) -> str:
    """A number of things: ``1 trip``, ``2,000 trips``."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def dollars(amount: float) -> str:
    """An amount of money: ``$12.50``, ``$1,234``, ``$1.23 million``."""
    cents = round(amount, 2)
    sign, size = "-" if cents < 0 else "", abs(cents)
    if round(size, -4) >= _BILLION:
        return f"{sign}${size / _BILLION:,.2f} billion"
    if round(size) >= _MILLION:
        return f"{sign}${size / _MILLION:,.2f} million"
    return f"{sign}${size:,.0f}" if size >= _THOUSAND else f"{sign}${size:.2f}"


def share(number: float, total: int) -> str:
    """A share in percent, with enough digits to be told from zero, and from all."""
    percent = 100 * number / total if total else 0.0
    if not percent:
        return "none"
    if percent >= 1:
        text = f"{percent:.1f} %"
        return text if number == total or text != "100.0 %" else f"above {_MOST} %"
    return f"{percent:.2g} %" if percent >= _LEAST else f"below {_LEAST} %"


def change(now: float, then: float, word: str = "less") -> str:
    """``5.0 % more`` or ``12.1 % less``; another word than ``less`` can be given."""
    percent = 100 * (now / then - 1)
    return f"{abs(percent):,.1f} % {'more' if percent >= 0 else word}"


def listed(names: Sequence[str]) -> str:
    """``a, b and c``."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last

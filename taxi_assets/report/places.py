"""Zones and ways to pay, by name and ranked by trips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

from taxi_assets.trips.payments import PAYMENT_NAMES
from taxi_assets.warehouse.summaries import Zone

Figure = TypeVar("Figure", int, float)


def zone_name(number: str, zones: Mapping[str, Zone]) -> str:
    """Name and number of a zone. Some names belong to several zones."""
    if number in zones:
        return f"{zones[number].name} ({number})"
    return f"zone {number}" if number else "no zone"


def pair_name(pair: str, zones: Mapping[str, Zone]) -> str:
    """The names of the zones of a pair such as ``74-75``."""
    return " to ".join(zone_name(number, zones) for number in pair.split("-"))


def payment_name(code: str) -> str:
    """What a code of payment means."""
    return PAYMENT_NAMES.get(int(code), f"code {code}") if code else "not told"


def ranked(counts: Mapping[str, Figure]) -> list[tuple[str, Figure]]:
    """The values with their trips or dollars, the highest first."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def by_borough(counts: Mapping[str, int], zones: Mapping[str, Zone]) -> list[tuple[str, int]]:
    """Trips of each borough, the busiest first; empty if zones are not loaded."""
    found: Counter[str] = Counter()
    for number, trips in counts.items() if zones else ():
        unknown = "no such zone" if number else "no zone"
        found[zones[number].borough if number in zones else unknown] += trips
    return ranked(found)

"""Checks the synthetic profile of a dataset: it must fit the dataset's columns and roles."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.fault import Fault, listed
from taxi_assets.trips.zones import ZONE_COUNT

if TYPE_CHECKING:
    from taxi_assets.trips.dataset import Dataset
    from taxi_assets.trips.synthetic_profile import Curve, SyntheticProfile

_HOURS = 24
_LAST_RANK = 1000
_LONGEST_HUNDREDTHS = 3_900  # longer trips would cost more than the generator can write
_MOST_BUSY_ZONES = 40
_MOST_SECONDS_AHEAD = 3_600

# Texts that need no quotes in a CSV and cannot be part of a time: the times in the row ids keep the
# ids different.
_PLAIN = re.compile(r"[A-Za-z0-9 _./&]*")
_FORMS: Mapping[ColumnType, re.Pattern[str]] = {
    ColumnType.CODE: re.compile(r"\d*"),
    ColumnType.TEXT: _PLAIN,
    ColumnType.INTEGER: re.compile(r"(-?\d{1,9})?"),
    ColumnType.DOUBLE: re.compile(r"(-?\d{1,9}(\.\d{1,2})?)?"),
}
_LETTERS = re.compile(r"[A-Z]*|\d*")

_METER_TYPES: Mapping[str, ColumnType] = {
    "rate": ColumnType.CODE,
    "stored": ColumnType.TEXT,
    "extra": ColumnType.DOUBLE,
    "mta_tax": ColumnType.DOUBLE,
    "tolls": ColumnType.DOUBLE,
    "improvement": ColumnType.DOUBLE,
    "congestion": ColumnType.DOUBLE,
    "payment": ColumnType.INTEGER,
    "trip_type": ColumnType.INTEGER,
}


def profile_faults(dataset: Dataset) -> Iterator[Fault]:
    """The contradictions between a dataset's profile and its columns. Its roles must be correct."""
    yield from _shape_faults(dataset)
    yield from _part_faults(dataset)
    yield from _column_faults(dataset)
    if dataset.synthetic.unmetered is not None:
        yield from _unmetered_faults(dataset)


def _shape_faults(dataset: Dataset) -> Iterator[Fault]:
    """Faults in figures from which no month could be generated."""
    profile = dataset.synthetic
    for name in ("weekday_hours", "weekend_hours"):
        hours = getattr(profile, name)
        if len(hours) != _HOURS or not _are_weights(hours):
            yield _of_profile(f"{name} is not a weight for each of {_HOURS} hours")
    if not _is_curve(profile.distances) or (
        profile.unmetered and not _is_curve(profile.unmetered.distances)
    ):
        yield _of_profile(
            f"distances are no curve from rank 0 to {_LAST_RANK} whose values lie between 0 and "
            f"{_LONGEST_HUNDREDTHS}"
        )
    for name in ("pickups", "dropoffs"):
        traffic = getattr(profile, name)
        if traffic is not None and not (
            len(traffic.busiest) <= _MOST_BUSY_ZONES
            and set(traffic.busiest) <= set(range(1, ZONE_COUNT + 1))
            and traffic.quiet_weight > 0
        ):
            yield _of_profile(
                f"{name} names more than {_MOST_BUSY_ZONES} zones, or one that is none of 1 to "
                f"{ZONE_COUNT}, or gives quiet ones no weight"
            )
    numbers = {"passengers": profile.passengers}
    if profile.meter:
        numbers["meter.payments"] = profile.meter.payments
    for name, weights in numbers.items():
        known = all(0 <= number <= ZONE_COUNT for number in weights)
        if not known or (weights and not _are_weights(weights.values())):
            yield _of_profile(f"{name} are no weights of numbers from 0 to {ZONE_COUNT}")


def _part_faults(dataset: Dataset) -> Iterator[Fault]:
    """Parts of the profile without their role, and roles without their part."""
    profile = dataset.synthetic
    parts = {
        "pickup_zone": ("pickups", profile.pickups),
        "dropoff_zone": ("dropoffs", profile.dropoffs),
        "vendor": ("vendors", profile.vendors),
        "passengers": ("passengers", profile.passengers),
    }
    roles = dataset.roles
    for role, (name, part) in parts.items():
        if role in roles and not part:
            yield Fault(
                f"role {role} names column {roles[role]!r}, but its synthetic profile lacks {name}",
                f"give the profile {name}, from which the column {roles[role]!r} is drawn",
            )
        if part and role not in roles:
            yield Fault(
                f"its synthetic profile has {name}, but no column has the role {role}",
                f"leave {name} out of the profile, or give a column the role {role}",
            )


def _column_faults(dataset: Dataset) -> Iterator[Fault]:
    profile, declared = dataset.synthetic, {column.name: column for column in dataset.columns}
    meter = dict(profile.meter.columns) if profile.meter else {}
    for part, name in meter.items():
        if name not in declared or declared[name].type is not _METER_TYPES[part]:
            yield _of_column(
                f"meter.{part}", name, f"which is not declared as {_METER_TYPES[part].name}"
            )
    drawn = {**{f"meter.{part}": name for part, name in meter.items()}, **dataset.roles}
    times = {f"ahead_seconds.{name}": name for name in profile.ahead_seconds}
    times |= {"duration": profile.duration} if profile.duration else {}
    yield from _time_faults(profile, declared, times, drawn.values())
    drawn |= times
    for name, weights in profile.texts.items():
        if name in drawn.values():
            also = [part for part, each in drawn.items() if each == name]
            yield _of_column("texts", name, f"which {', '.join(also)} names, too")
        elif name not in declared or declared[name].type not in _FORMS:
            yield _of_column("texts", name, "which is not declared, or a time")
        elif fault := _text_fault(declared[name], weights):
            yield _of_column("texts", name, fault)
    if dataset.vendor and (fault := _text_fault(dataset.column(dataset.vendor), profile.vendors)):
        yield _of_column("vendors", dataset.vendor, fault)
    empty = {name for name, weights in profile.texts.items() if "" in weights}
    empty |= {meter["congestion"]} if "congestion" in meter else set()
    empty |= {dataset.vendor} if dataset.vendor and "" in profile.vendors else set()
    for column in dataset.columns:
        known = column.name in {*drawn.values(), *profile.texts}
        if not column.nullable and (not known or column.name in empty):
            yield _of_column("synthetic", column.name, "which must not be empty, and leaves it so")


def _time_faults(
    profile: SyntheticProfile,
    declared: Mapping[str, Column],
    times: Mapping[str, str],
    drawn: Collection[str],
) -> Iterator[Fault]:
    """Faults in further times and the duration, by the part of the profile that names each."""
    for part, name in times.items():
        wanted = ColumnType.INTEGER if part == "duration" else ColumnType.TIMESTAMP
        if name not in declared or declared[name].type is not wanted or name in drawn:
            yield _of_column(part, name, f"which is no {wanted.name} column without another part")
    for name, seconds in profile.ahead_seconds.items():
        if not 0 <= seconds <= _MOST_SECONDS_AHEAD:
            yield _of_profile(f"ahead_seconds.{name} is not 0 to {_MOST_SECONDS_AHEAD}")


def _unmetered_faults(dataset: Dataset) -> Iterator[Fault]:
    """Faults that would give rows without a vendor the same ids, or empty required columns."""
    key = dataset.row_id_key
    if dataset.vendor not in key[: key.index(dataset.pickup)] or key[-2:] != (
        dataset.fare,
        dataset.distance,
    ):
        yield Fault(
            "its synthetic profile has unmetered rows, but row_id_key "
            f"({listed(key)}) does not begin with vendor and pickup, or end with fare and distance",
            "leave unmetered out of the profile, or declare roles and row_id_key so",
        )
    meter = dataset.synthetic.meter
    left_empty = {dataset.vendor, dataset.passengers}
    if meter:
        left_empty |= {meter.rate, meter.stored, meter.payment, meter.trip_type}
    for column in dataset.columns:
        if column.name in left_empty and not column.nullable:
            yield _of_column("unmetered", column.name, "which must not be empty, and leaves it so")


def _text_fault(column: Column, weights: Mapping[str, int]) -> str:
    form = _LETTERS if column.letters else _FORMS[column.type]
    wrong = [text for text in weights if not form.fullmatch(text)]
    if wrong:
        return f"for which the text {wrong[0]!r} cannot stand"
    return "" if _are_weights(weights.values()) else "without weights"


def _are_weights(weights: Collection[int]) -> bool:
    return all(weight >= 0 for weight in weights) and sum(weights) > 0


def _is_curve(points: Curve) -> bool:
    ranks, values = [rank for rank, _ in points], [value for _, value in points]
    return (
        len(points) > 1
        and (ranks[0], ranks[-1]) == (0, _LAST_RANK)
        and all(one < other for one, other in pairwise(ranks))
        and all(0 <= value <= _LONGEST_HUNDREDTHS for value in values)
    )


def _of_profile(what: str) -> Fault:
    return Fault(f"in its synthetic profile, {what}", "correct the synthetic profile")


def _of_column(part: str, name: str, what: str) -> Fault:
    return Fault(
        f"in its synthetic profile, {part} names column {name!r}, {what}",
        f"correct {part} in the synthetic profile, or the column {name!r}",
    )

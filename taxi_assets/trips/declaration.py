"""Checks the declaration of a dataset: roles and columns must not contradict each other.

Each dataset is checked when it is created, that is, when the project is loaded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from taxi_assets.errors import DatasetError
from taxi_assets.trips.column import FIRST_PARQUET_MONTH, Column, ColumnType
from taxi_assets.trips.fault import Fault, listed
from taxi_assets.trips.month import Month
from taxi_assets.trips.profile_declaration import profile_faults
from taxi_assets.trips.synthetic_profile import SyntheticProfile

if TYPE_CHECKING:
    from taxi_assets.trips.dataset import Dataset

ROLE_TYPES: Mapping[str, ColumnType] = {
    "pickup": ColumnType.TIMESTAMP,
    "dropoff": ColumnType.TIMESTAMP,
    "vendor": ColumnType.CODE,
    "pickup_zone": ColumnType.CODE,
    "dropoff_zone": ColumnType.CODE,
    "distance": ColumnType.DOUBLE,
    "fare": ColumnType.DOUBLE,
    "tip": ColumnType.DOUBLE,
    "total": ColumnType.DOUBLE,
    "passengers": ColumnType.INTEGER,
    "payment": ColumnType.INTEGER,
}
"""Every role, and the type that its column must have."""

_TAXI = re.compile(r"[a-z][a-z0-9]{0,19}")
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_COMMAND_WORDS = ("all", "zones")
"""Words that the command line accepts in place of a dataset's name."""
_OURS = ("unique_row_id", "filename", "file_month")
"""Columns that merged tables have in addition to those of the files."""
_RESERVED = re.compile(
    r"ctid|tableoid|xmin|cmin|xmax|cmax|(_partition|_table_|_file_|_row_timestamp|__root__|_colidentifier"
    r"|_change_sequence_number|_change_type|_change_timestamp).*"
)
"""Names, in lower case, that Postgres (https://www.postgresql.org/docs/18/ddl-system-columns.html)
or BigQuery (https://cloud.google.com/bigquery/docs/schemas#column_names) keep for themselves."""
_LAST_HOUR = 23


def refuse_contradictions(dataset: Dataset) -> None:
    """Check the declaration of a dataset.

    Raises:
        DatasetError: the declaration contradicts itself. It names the dataset and, for each
            contradiction, role, column and remedy.
    """
    faults = list(_type_faults(dataset))
    faults = faults or [*_name_faults(dataset), *_column_faults(dataset)]
    # The next checks need distinct columns, and the check of the profile needs correct roles.
    faults = faults or [
        *_role_faults(dataset),
        *_key_faults(dataset),
        *_csv_faults(dataset),
        *_null_faults(dataset),
    ]
    faults = faults or list(profile_faults(dataset))
    if faults:
        raise DatasetError(
            f"the dataset {dataset.taxi!r} contradicts itself: "
            + "; ".join(fault.what for fault in faults),
            f"in taxi_assets/trips, where {dataset.taxi!r} is declared: "
            + "; ".join(dict.fromkeys(fault.remedy for fault in faults)),
        )


def _type_faults(dataset: Dataset) -> Iterator[Fault]:
    wanted = {
        "title": str,
        "pickup": str,
        "dropoff": str,
        "first_month": Month,
        "schedule_hour": int,
        "synthetic": SyntheticProfile,
    }
    for name, type_ in wanted.items():
        if not isinstance(value := getattr(dataset, name), type_):
            yield Fault(f"{name}={value!r} is no {type_.__name__}", f"correct {name}")
    yield from _tuple_faults("columns", dataset.columns, Column)
    yield from _tuple_faults("row_id_key", dataset.row_id_key, str)
    for column in dataset.columns if isinstance(dataset.columns, tuple) else ():
        if isinstance(column, Column):
            place = f"parquet_names of column {column.name!r}"
            yield from _tuple_faults(place, column.parquet_names, str)
            if not isinstance(column.type, ColumnType):
                yield Fault(
                    f"column {column.name!r} has the type {column.type!r}",
                    "give each column a ColumnType",
                )


def _tuple_faults(place: str, value: object, of: type) -> Iterator[Fault]:
    if not isinstance(value, tuple) or not all(isinstance(v, of) and v for v in value):
        yield Fault(
            f"{place} is {value!r}, and no tuple of {of.__name__}",
            f"write {place} as a tuple; one of a single value ends in a comma",
        )


def _name_faults(dataset: Dataset) -> Iterator[Fault]:
    if not _TAXI.fullmatch(dataset.taxi) or dataset.taxi in _COMMAND_WORDS:
        yield Fault(
            f"its name {dataset.taxi!r} cannot stand in tables, files and commands",
            "name it by up to 20 small letters and digits, a letter first, but not "
            + " or ".join(_COMMAND_WORDS),
        )
    if not 0 <= dataset.schedule_hour <= _LAST_HOUR:
        yield Fault(
            f"schedule_hour={dataset.schedule_hour} is no hour of a day",
            f"give an hour from 0 to {_LAST_HOUR}",
        )


def _column_faults(dataset: Dataset) -> Iterator[Fault]:
    for column in dataset.columns:
        if not _COLUMN.fullmatch(column.name) or _RESERVED.fullmatch(column.name.lower()):
            yield Fault(
                f"column {column.name!r} cannot be a column of every warehouse",
                "name columns by up to 63 letters, digits and underscores, no digit first, and "
                "not as Postgres or BigQuery name columns of their own",
            )
        if (
            column.parquet_from
            and column.parquet_until
            and (column.parquet_from > column.parquet_until)
        ):
            yield Fault(
                f"column {column.name!r} is in Parquet files from {column.parquet_from} until "
                f"{column.parquet_until}",
                "let parquet_from be the earlier month",
            )
        if strange := [text for text in column.spellings if text != text.lower()]:
            yield Fault(
                f"column {column.name!r} has spellings that are not in lower case: "
                f"{listed(strange)}",
                "write the texts of spellings in lower case",
            )
        if column.csv_position is None and not column.parquet_names:
            yield Fault(
                f"column {column.name!r} stands in no published file",
                "give its position in the CSVs, or its names in the Parquet files",
            )
    names = Counter(column.name.lower() for column in dataset.columns)
    for name in [name for name, count in names.items() if count > 1]:
        yield Fault(
            f"two columns are called {name!r}, apart from capitals",
            "give each column a name of its own",
        )
    for name in [name for name in _OURS if name in names]:
        yield Fault(
            f"column {name!r} is called as a column that the tables have beside the published ones",
            "give the column another name, and the published one in its parquet_names",
        )
    claims = Counter(
        name for c in dataset.columns for name in {name.lower() for name in c.parquet_names}
    )
    for name in [name for name, count in claims.items() if count > 1]:
        claimants = [c.name for c in dataset.columns if name in map(str.lower, c.parquet_names)]
        yield Fault(
            f"columns {listed(claimants)} both claim the name {name!r} in Parquet files",
            "leave the name in the parquet_names of one of them",
        )


def _null_faults(dataset: Dataset) -> Iterator[Fault]:
    for column in dataset.columns:
        if not column.nullable and (when := _absent(column, dataset)):
            yield Fault(
                f"column {column.name!r} is never NULL, but {when}",
                f"declare the column {column.name!r} without nullable=False",
            )


def _absent(column: Column, dataset: Dataset) -> str | None:
    """Which files of the dataset may lack a column, in words; None if all must have it."""
    if dataset.csv_releases and column.csv_position is None:
        return "the CSV releases do not have it"
    if not column.required_in_parquet(max(dataset.first_month, FIRST_PARQUET_MONTH)):
        return "the first Parquet files may lack it"
    return "later Parquet files may lack it" if column.parquet_until else None


def _role_faults(dataset: Dataset) -> Iterator[Fault]:
    declared = {column.name: column for column in dataset.columns}
    roles = dataset.roles
    for role, name in roles.items():
        column, wanted = declared.get(name), ROLE_TYPES[role]
        if column is None:
            yield Fault(
                f"role {role} names column {name!r}, which is not declared",
                f"declare the column {name!r}, or correct or leave out the role {role}",
            )
        elif column.type is not wanted:
            yield Fault(
                f"role {role} names column {name!r}, which is {column.type.name} and not "
                f"{wanted.name}",
                f"name a column of type {wanted.name} as {role}, or leave the role out",
            )
    for name, count in Counter(roles.values()).items():
        if count > 1:
            of_it = [role for role, each in roles.items() if each == name]
            yield Fault(
                f"roles {listed(of_it)} name one column, {name!r}", "give a column one role"
            )
    if ("pickup_zone" in roles) != ("dropoff_zone" in roles):
        present, missing = sorted(
            ("pickup_zone", "dropoff_zone"), key=lambda role: role not in roles
        )
        yield Fault(
            f"role {present} names column {roles[present]!r}, but there is no {missing}",
            "give both zones or none",
        )
    if dataset.pickup in declared and declared[dataset.pickup].nullable:
        yield Fault(
            f"role pickup names column {dataset.pickup!r}, which may be empty",
            f"declare the column {dataset.pickup!r} with nullable=False",
        )


def _key_faults(dataset: Dataset) -> Iterator[Fault]:
    declared = {column.name for column in dataset.columns}
    for name, count in Counter(dataset.row_id_key).items():
        if name not in declared:
            yield Fault(
                f"row_id_key names column {name!r}, which is not declared",
                f"declare the column {name!r}, or leave it out of row_id_key",
            )
        if count > 1:
            yield Fault(
                f"row_id_key names column {name!r} twice", "name a column once in row_id_key"
            )
    if missing := {dataset.pickup, dataset.dropoff} - set(dataset.row_id_key):
        yield Fault(
            f"row_id_key lacks {listed(sorted(missing))}: without both times, trips of one "
            "taxi would share their id",
            "put the columns of pickup and dropoff into row_id_key",
        )


def _csv_faults(dataset: Dataset) -> Iterator[Fault]:
    placed = [column for column in dataset.columns if column.csv_position is not None]
    releases = dataset.csv_releases
    if releases is None:
        if placed:
            yield Fault(
                f"columns {listed(c.name for c in placed)} have a position in CSVs, but there are "
                "no csv_releases",
                "declare csv_releases, or csv_position=None for these columns",
            )
        return
    positions = [c.csv_position for c in dataset.columns if c.csv_position is not None]
    if not positions or sorted(positions) != list(range(len(positions))):
        places = ", ".join(f"{column.name} {column.csv_position}" for column in placed)
        yield Fault(
            f"the positions of columns in the CSV releases are doubled or missing ({places})",
            "number the columns of the CSVs from 0 on, each place once, as their header has them",
        )
    if not dataset.first_month <= releases.first <= releases.last:
        yield Fault(
            f"CSV releases from {releases.first} to {releases.last} do not lie after the first "
            f"month {dataset.first_month}",
            "correct csv_releases or first_month",
        )

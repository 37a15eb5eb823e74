"""The declared columns of merged tables, and how a table's columns differ from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from taxi_assets.errors import WarehouseError
from taxi_assets.sql.dialect import Dialect
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.session import TableColumn
from taxi_assets.warehouse.taken_names import taken_by_others

_OWN = {"unique_row_id", "filename"}
"""Columns that every merged table has, and hardly any other table."""


def declared_columns(dialect: Dialect, dataset: Dataset) -> dict[str, str]:
    """Name and type of each column of the merged table, in order."""
    text = dialect.types[ColumnType.TEXT]
    columns = {"unique_row_id": text, "filename": text, **dialect.own_columns}
    columns |= {
        dialect.column_name(column.name): dialect.types[column.type] for column in dataset.columns
    }
    return columns


def pending_columns(present: Sequence[TableColumn], declared: Mapping[str, str]) -> list[str]:
    """The columns that were declared after the table was made; the next load adds them.

    Until then no row has a value for them.
    """
    found = [column[:2] for column in present]
    names = list(declared)
    return names[len(found) :] if found == list(declared.items())[: len(found)] else []


def differences(present: Sequence[TableColumn], declared: Mapping[str, str]) -> tuple[str, ...]:
    """The differences in words; empty if the columns are as declared.

    Columns that are missing only at the end are not a difference: see `pending_columns`.
    """
    if pending_columns(present, declared):
        return ()
    found = {column.name: column.type for column in present}
    last = max(
        (place for place, name in enumerate(declared) if name in found), default=len(declared)
    )
    missing = [f"{name} is missing" for name in list(declared)[:last] if name not in found]
    added = [f"{name} is not declared" for name in found if name not in declared]
    changed = [
        f"{name} is {found[name]}, declared {type_}"
        for name, type_ in declared.items()
        if name in found and found[name] != type_
    ]
    moved = ["the columns stand in another order"] if list(found) != list(declared) else []
    return tuple(missing + added + changed or moved)


def require_columns(
    table: str, present: Sequence[TableColumn], declared: Mapping[str, str], dialect: Dialect
) -> None:
    """Check that months can be loaded into a table with these columns.

    Raises:
        WarehouseError: the columns are not the first ones of the declared columns, in order.
    """
    found = differences(present, declared)
    if not found:
        return
    types = {column.name: column.type for column in present}
    if not _OWN.issubset(types):
        raise taken_by_others(table, f"it lacks the columns {', '.join(sorted(_OWN - set(types)))}")
    wrong = [name for name in types if declared.get(name) != types[name]]
    missing = [name for name in declared if name not in types]
    remedies = []
    if missing and not wrong:
        remedies.append(
            f"declare {', '.join(missing)} in taxi_assets/trips behind the last column that the "
            f"table has, {list(types)[-1]}"
        )
    if wrong:
        drops = "; ".join(
            f"ALTER TABLE {table} DROP COLUMN {dialect.quote(name)}" for name in wrong
        )
        remedies.append(
            f"if no row has a value in {', '.join(wrong)}, drop it ({drops}); what is computed "
            "from other columns can stand in a view of one's own"
        )
    remedies.append("or rename the table to keep it, and load the months again")
    raise WarehouseError(
        f"table {table} is not as declared: {'; '.join(found)}", ", ".join(remedies)
    )

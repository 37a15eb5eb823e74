"""What is said where somebody else has taken a name that the project needs."""

from taxi_assets.errors import WarehouseError


def taken_by_others(table: str, reason: str) -> WarehouseError:
    """The error for somebody's table or view that has a name of the project's."""
    return WarehouseError(
        f"{table} was made by somebody else: {reason}; nothing was changed",
        f"rename it (ALTER TABLE {table} RENAME TO ...) or drop it, and run again",
    )

"""The last result of each asset check of each month, as Dagster recorded it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import dagster as dg


@dataclass(frozen=True)
class CheckState:
    """The last evaluation of one check of one month.

    Attributes:
        asset: the table, such as ``duckdb/green_tripdata``.
        name: the check.
        month: such as ``2020-04``; empty if the check is not partitioned.
        state: ``passed``, ``failed``, ``running`` or ``never ended``.
        current: whether it judged the month's last load.
    """

    asset: str
    name: str
    month: str
    state: str
    current: bool


def check_states(
    instance: dg.DagsterInstance, keys: Iterable[dg.AssetCheckKey]
) -> list[CheckState]:
    """The last evaluation of each of these checks, by asset, check and month."""
    found = instance.event_log_storage.get_asset_check_partition_info(list(keys))
    states = [
        CheckState(
            each.check_key.asset_key.to_user_string(),
            each.check_key.name,
            each.partition_key or "",
            _WORDS.get(each.latest_execution_status.value, "never ended"),
            each.is_current,
        )
        for each in found
    ]
    return sorted(states, key=lambda state: (state.asset, state.name, state.month))


_WORDS = {"SUCCEEDED": "passed", "FAILED": "failed", "PLANNED": "running"}

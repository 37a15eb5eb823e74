"""What a run imports, in the process that runs are forked from.

None of it opens anything, starts a thread or reads a setting. The code server's own module is left
out: Python runs it in each process anew, and would warn.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module

_NAMES = (
    "dagster._core.execution.api",
    "dagster._core.storage.sqlite_storage",
    "dagster._grpc.impl",
    "dagster._grpc.server",
    "dagster._utils.log",
    "dagster_duckdb",
    "taxi_assets.automation.edited_code",
    "taxi_assets.automation.lookout",
    "taxi_assets.automation.storage",
    "taxi_assets.definitions",
    "taxi_assets.warehouse.duckdb.warehouse",
    "taxi_assets.warehouse.postgres.warehouse",
    "upath.implementations.local",
)

for _name in _NAMES:
    # A module that somebody is editing may be wrong: the run that needs it tells so.
    with suppress(Exception):
        import_module(_name)

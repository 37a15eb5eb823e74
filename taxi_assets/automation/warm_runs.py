"""Processes for runs, forked from one that has imported what a run needs: a second and a half.

That one is Python's fork server. It has one thread, imports these modules, opens nothing, and forks
itself for each run. So a run is a process of its own as before: it reads the settings and makes its
definitions itself, has no connection, lock or random state of another, gives its memory back at its
end, and what ends it ends no other run.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

_IMPORTED = (
    "dagster._core.execution.api",
    "dagster._core.storage.sqlite_storage",
    "dagster._grpc.impl",
    "dagster_duckdb",
    "taxi_assets.automation.code_server",
    "taxi_assets.automation.storage",
    "taxi_assets.definitions",
    "taxi_assets.warehouse.duckdb.warehouse",
    "taxi_assets.warehouse.postgres.warehouse",
    "upath.implementations.local",
)
"""What a run imports. None of it opens anything, starts a thread or reads a setting."""

_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def warm_processes() -> ForkServerContext:
    """Start the fork server. What is returned makes processes that are forked from it.

    A fork server that is killed is started anew for the next run.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_IMPORTED))
    forkserver.ensure_running()
    return context


def _end_with_parent() -> None:
    """Let a forked process end when the fork server does: nobody would hear how it ended.

    Only Linux can. Elsewhere such a run would go on, counted as failed, and its month be loaded
    twice, which changes nothing.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)


os.register_at_fork(after_in_child=_end_with_parent)

"""All that this project uses of Dagster's private modules, and why each is needed.

Dagster may move or change these in any release; the versions are pinned, and a test compares what
stands here with the Dagster that is installed. Nothing else in the package imports ``dagster._…``.
Each name is imported when it is first used: the daemon's take a third of a second.

Left out: what the public package has.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagster._config.config_schema import UserConfigSchema
    from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation
    from dagster._core.definitions.selector import RepositorySelector
    from dagster._core.errors import DagsterLaunchFailedError, DagsterUserCodeUnreachableError
    from dagster._core.events import JobFailureData, RunFailureReason
    from dagster._core.execution.backfill import (
        BULK_ACTION_TERMINAL_STATUSES,
        BulkActionsFilter,
        BulkActionStatus,
        PartitionBackfill,
        cancel_backfill_runs_and_cancellation_complete,
    )
    from dagster._core.execution.retries import auto_reexecution_should_retry_run
    from dagster._core.launcher.base import (
        CheckRunHealthResult,
        LaunchRunContext,
        WorkerStatus,
    )
    from dagster._core.remote_origin import (
        ManagedGrpcPythonEnvCodeLocationOrigin,
        RemotePartitionSetOrigin,
        RemoteRepositoryOrigin,
    )
    from dagster._core.remote_representation.external_data import PartitionTagsSnap
    from dagster._core.scheduler.instigation import InstigatorState, InstigatorTick, TickStatus
    from dagster._core.storage.base_storage import DagsterStorage
    from dagster._core.storage.compute_log_manager import CapturedLogContext
    from dagster._core.storage.event_log import SqliteEventLogStorage
    from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
    from dagster._core.storage.runs import SqliteRunStorage
    from dagster._core.storage.schedules import SqliteScheduleStorage
    from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
    from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
    from dagster._core.utils import FuturesAwareThreadPoolExecutor, make_new_backfill_id
    from dagster._core.workspace.context import IWorkspaceProcessContext, WorkspaceProcessContext
    from dagster._core.workspace.load_target import WorkspaceFileTarget
    from dagster._daemon.auto_run_reexecution.auto_run_reexecution import retry_run
    from dagster._daemon.auto_run_reexecution.event_log_consumer import EventLogConsumerDaemon
    from dagster._daemon.backfill import execute_backfill_iteration
    from dagster._daemon.controller import (
        all_daemons_live,
        create_daemons_from_instance,
        daemon_controller_from_instance,
    )
    from dagster._daemon.daemon import BackfillDaemon, DaemonIterator, DagsterDaemon
    from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import (
        QueuedRunCoordinatorDaemon,
    )
    from dagster._grpc.__generated__.dagster_api_pb2 import ReloadCodeReply
    from dagster._grpc.server import DagsterApiServer, DagsterGrpcServer, LoadedRepositories
    from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
    from dagster._serdes import ConfigurableClassData, deserialize_value
    from dagster._utils.error import serializable_error_info_from_exc_info
    from dagster._utils.interrupts import capture_interrupts, setup_interrupt_handlers
    from dagster._utils.log import configure_loggers
    from dagster._utils.schedules import schedule_execution_time_iterator

__all__ = [
    "BULK_ACTION_TERMINAL_STATUSES",
    "AssetCheckEvaluation",
    "BackfillDaemon",
    "BulkActionStatus",
    "BulkActionsFilter",
    "CanCancelExecutionRequest",
    "CanCancelExecutionResult",
    "CapturedLogContext",
    "CheckRunHealthResult",
    "ConfigurableClassData",
    "DaemonIterator",
    "DagsterApiServer",
    "DagsterDaemon",
    "DagsterGrpcServer",
    "DagsterLaunchFailedError",
    "DagsterSqliteStorage",
    "DagsterStorage",
    "DagsterUserCodeUnreachableError",
    "EventLogConsumerDaemon",
    "FuturesAwareThreadPoolExecutor",
    "IWorkspaceProcessContext",
    "InstigatorState",
    "InstigatorTick",
    "JobFailureData",
    "LaunchRunContext",
    "LoadableTargetOrigin",
    "LoadedRepositories",
    "LocalComputeLogManager",
    "ManagedGrpcPythonEnvCodeLocationOrigin",
    "PartitionBackfill",
    "PartitionTagsSnap",
    "QueuedRunCoordinatorDaemon",
    "ReloadCodeReply",
    "RemotePartitionSetOrigin",
    "RemoteRepositoryOrigin",
    "RepositorySelector",
    "RunFailureReason",
    "SqliteEventLogStorage",
    "SqliteRunStorage",
    "SqliteScheduleStorage",
    "TickStatus",
    "UserConfigSchema",
    "WorkerStatus",
    "WorkspaceFileTarget",
    "WorkspaceProcessContext",
    "all_daemons_live",
    "auto_reexecution_should_retry_run",
    "cancel_backfill_runs_and_cancellation_complete",
    "capture_interrupts",
    "configure_loggers",
    "create_daemons_from_instance",
    "daemon_controller_from_instance",
    "deserialize_value",
    "execute_backfill_iteration",
    "make_new_backfill_id",
    "retry_run",
    "schedule_execution_time_iterator",
    "serializable_error_info_from_exc_info",
    "setup_interrupt_handlers",
]

PLACES = {
    # A backfill is recorded, listed, resumed and cancelled without a webserver: there is no other
    # way than these classes.
    "dagster._core.execution.backfill": (
        "BULK_ACTION_TERMINAL_STATUSES",
        "BulkActionStatus",
        "BulkActionsFilter",
        "PartitionBackfill",
        "cancel_backfill_runs_and_cancellation_complete",
    ),
    "dagster._core.remote_origin": (
        "ManagedGrpcPythonEnvCodeLocationOrigin",
        "RemotePartitionSetOrigin",
        "RemoteRepositoryOrigin",
    ),
    "dagster._core.types.loadable_target_origin": ("LoadableTargetOrigin",),
    "dagster._core.utils": ("FuturesAwareThreadPoolExecutor", "make_new_backfill_id"),
    # Our daemon: Dagster's, but for backfills and retries, which it loses when it is stopped, and
    # for the queue, which pauses while there is room.
    "dagster._daemon.controller": (
        "all_daemons_live",
        "create_daemons_from_instance",
        "daemon_controller_from_instance",
    ),
    "dagster._daemon.daemon": ("BackfillDaemon", "DaemonIterator", "DagsterDaemon"),
    "dagster._daemon.run_coordinator.queued_run_coordinator_daemon": (
        "QueuedRunCoordinatorDaemon",
    ),
    "dagster._daemon.backfill": ("execute_backfill_iteration",),
    "dagster._daemon.auto_run_reexecution.event_log_consumer": ("EventLogConsumerDaemon",),
    "dagster._daemon.auto_run_reexecution.auto_run_reexecution": ("retry_run",),
    "dagster._core.execution.retries": ("auto_reexecution_should_retry_run",),
    "dagster._core.events": ("JobFailureData", "RunFailureReason"),
    "dagster._core.workspace.context": ("IWorkspaceProcessContext", "WorkspaceProcessContext"),
    "dagster._core.workspace.load_target": ("WorkspaceFileTarget",),
    "dagster._utils.interrupts": ("capture_interrupts", "setup_interrupt_handlers"),
    # Our code server: Dagster's, but it loads its definitions anew when it is asked to.
    "dagster._grpc.server": ("DagsterApiServer", "DagsterGrpcServer", "LoadedRepositories"),
    "dagster._grpc.__generated__.dagster_api_pb2": ("ReloadCodeReply",),
    "dagster._utils.error": ("serializable_error_info_from_exc_info",),
    "dagster._utils.log": ("configure_loggers",),
    # The launcher that can tell whether a run's process still lives, and tells a code server that
    # stops from one that refuses a run for good.
    "dagster._core.launcher.base": ("CheckRunHealthResult", "LaunchRunContext", "WorkerStatus"),
    "dagster._grpc.types": ("CanCancelExecutionRequest", "CanCancelExecutionResult"),
    "dagster._core.errors": ("DagsterLaunchFailedError", "DagsterUserCodeUnreachableError"),
    # Which file a month is that is launched from assets: the code's own job knows it.
    "dagster._core.definitions.selector": ("RepositorySelector",),
    "dagster._core.remote_representation.external_data": ("PartitionTagsSnap",),
    # The storage that is SQLite or Postgres by the environment: dagster.yaml cannot branch.
    "dagster._core.storage.base_storage": ("DagsterStorage",),
    "dagster._core.storage.sqlite_storage": ("DagsterSqliteStorage",),
    # The files that the UI shows what a run printed from.
    "dagster._core.storage.compute_log_manager": ("CapturedLogContext",),
    "dagster._core.storage.local_compute_log_manager": ("LocalComputeLogManager",),
    # Where it keeps a file for each run, which it never removes. It opens each file anew for each
    # event; ours stay open.
    "dagster._core.storage.runs": ("SqliteRunStorage",),
    "dagster._core.storage.schedules": ("SqliteScheduleStorage",),
    "dagster._core.storage.event_log": ("SqliteEventLogStorage",),
    "dagster._config.config_schema": ("UserConfigSchema",),
    "dagster._serdes": ("ConfigurableClassData", "deserialize_value"),
    # The type of what `get_asset_check_evaluations`, which is public, returns.
    "dagster._core.definitions.asset_checks.asset_check_evaluation": ("AssetCheckEvaluation",),
    # Whether schedules and sensors fail.
    "dagster._core.scheduler.instigation": ("InstigatorState", "InstigatorTick", "TickStatus"),
    # When a schedule that the copilot has planned would run.
    "dagster._utils.schedules": ("schedule_execution_time_iterator",),
}
"""Where Dagster has each name, by module."""

_MODULE_OF = {name: module for module, names in PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used."""
    if name not in _MODULE_OF:
        raise AttributeError(f"{__name__} has no {name}")
    found = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = found
    return found

"""Runs as processes of a code server of this project, and whether they still live.

Dagster's own launcher cannot tell: a run whose code server was killed would be in progress for
ever, and keep its place in the warehouse's pool. Run monitoring asks this one.
"""

from __future__ import annotations

import hashlib
import platform
import socket
from pathlib import Path

import dagster as dg
from dagster import DefaultRunLauncher

from taxi_assets.automation.dagster_internals import (
    CanCancelExecutionRequest,
    CanCancelExecutionResult,
    CheckRunHealthResult,
    ConfigurableClassData,
    DagsterLaunchFailedError,
    DagsterUserCodeUnreachableError,
    LaunchRunContext,
    WorkerStatus,
    deserialize_value,
)

SOCKET_NAME = f"taxi_assets_{hashlib.sha256(platform.node().encode()).hexdigest()[:8]}.sock"
"""Where the code server of `taxi-assets dev` listens, in a folder of its own, on this machine."""

_ANSWER_SECONDS = 10
_STOPS = "after telling it to shut down"
_RUNNING = CheckRunHealthResult(WorkerStatus.RUNNING)


class CodeServerRuns(DefaultRunLauncher):
    """Stands in ``dagster.yaml``: launches runs in the code server, and asks it for them."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        """Nothing is missing yet."""
        self._missing: set[str] = set()
        super().__init__(inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Launch a run; a code server that has been asked to stop counts as one that is away.

        It takes no new runs until it has been started anew, and Dagster would fail each of them:
        the queue would be empty within seconds. What is away is asked again.
        """
        try:
            super().launch_run(context)
        except DagsterLaunchFailedError as refusal:
            if _STOPS in str(refusal):
                raise DagsterUserCodeUnreachableError(str(refusal)) from refusal
            raise

    @property
    def supports_check_run_worker_health(self) -> bool:
        """A run can be asked for."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether a run in progress still has a process; in doubt it has.

        A server that was started anew does not know the runs of the one before. It is asked twice,
        as long as Dagster looks for dead runs apart: a run that it is just starting is none of
        them. A server that does not answer decides nothing, unless it is one of `taxi-assets dev`
        that is gone: its runs are gone with it.
        """
        client = self._get_grpc_client_for_termination(run.run_id)  # type: ignore[no-untyped-call]
        if client is None:  # not launched by this class, or over
            return _RUNNING
        try:
            answer = deserialize_value(
                client.can_cancel_execution(
                    CanCancelExecutionRequest(run_id=run.run_id), timeout=_ANSWER_SECONDS
                ),
                CanCancelExecutionResult,
            )
        except DagsterUserCodeUnreachableError:
            is_known = not _is_gone(client.socket)
        else:
            is_known = answer.can_cancel
        if is_known:
            self._missing.discard(run.run_id)
            return _RUNNING
        if run.run_id not in self._missing:
            self._missing.add(run.run_id)
            return _RUNNING
        self._missing.discard(run.run_id)
        return CheckRunHealthResult(
            WorkerStatus.NOT_FOUND, msg="the code server that ran it is gone, or started anew"
        )


def _is_gone(path: str | None) -> bool:
    """Whether nobody listens on that socket of `taxi-assets dev`, nor ever will."""
    if path is None or Path(path).name != SOCKET_NAME:
        return False
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(_ANSWER_SECONDS)
            client.connect(path)
    except (FileNotFoundError, ConnectionRefusedError):
        return True
    except OSError:
        return False
    return False

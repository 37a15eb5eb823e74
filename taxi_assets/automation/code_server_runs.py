"""Runs as processes of a code server in another container, and whether they still live.

Dagster's own launcher cannot tell: a run whose code server was killed would be in progress for
ever, and keep its place in the warehouse's pool. Run monitoring asks this one.
"""

from __future__ import annotations

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
        them. A server that does not answer decides nothing.
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
            return _RUNNING
        if answer.can_cancel:
            self._missing.discard(run.run_id)
            return _RUNNING
        if run.run_id not in self._missing:
            self._missing.add(run.run_id)
            return _RUNNING
        self._missing.discard(run.run_id)
        return CheckRunHealthResult(
            WorkerStatus.NOT_FOUND, msg="the code server that ran it has been started anew"
        )

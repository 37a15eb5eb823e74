"""Dagster's daemon, which loses no month when it is stopped or the code is away.

    python -m taxi_assets.automation.daemon --workspace workspace.yaml

Schedules, sensors and monitoring are Dagster's own; backfills, retries and the pace of the queue
are ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import dagster as dg

from taxi_assets.automation.dagster_internals import (
    DagsterDaemon,
    QueuedRunCoordinatorDaemon,
    WorkspaceFileTarget,
    capture_interrupts,
    create_daemons_from_instance,
    daemon_controller_from_instance,
)
from taxi_assets.automation.patient_backfills import PatientBackfills
from taxi_assets.automation.quick_queue import QuickQueue
from taxi_assets.automation.sure_retries import SureRetries


@click.command()
@click.option("--workspace", "-w", required=True, help="Dagster's file that says where code is.")
@click.option("--alive-file", type=click.Path(path_type=Path), help="Touched every few seconds.")
def main(workspace: str, alive_file: Path | None) -> None:
    """Run until SIGTERM or Ctrl-C."""
    backfills = PatientBackfills(alive_file)
    ours: dict[str, DagsterDaemon[Any]] = {
        daemon.daemon_type(): daemon for daemon in (backfills, SureRetries())
    }

    def ours_of(its: DagsterDaemon[Any]) -> DagsterDaemon[Any]:
        if isinstance(its, QueuedRunCoordinatorDaemon):
            return QuickQueue(its.interval_seconds)
        return ours.get(its.daemon_type(), its)

    def daemons(instance: dg.DagsterInstance) -> list[DagsterDaemon[Any]]:
        return list(map(ours_of, create_daemons_from_instance(instance)))

    with (
        capture_interrupts(),
        dg.DagsterInstance.get() as instance,
        daemon_controller_from_instance(
            instance, WorkspaceFileTarget(paths=[workspace]), gen_daemons=daemons
        ) as controller,
    ):
        try:
            controller.check_daemon_loop()
        except KeyboardInterrupt:
            return
        finally:
            # While the code can still be seen: afterwards what is at work would fail.
            backfills.finish()


if __name__ == "__main__":
    main()

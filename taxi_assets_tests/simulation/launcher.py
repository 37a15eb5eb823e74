"""Runs what the queue lets go at once, in this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run
from dagster._core.launcher.base import LaunchRunContext, RunLauncher
from dagster._serdes import ConfigurableClass, ConfigurableClassData


class HereAndNow(RunLauncher, ConfigurableClass):
    """Stands in the simulation's ``dagster.yaml``.

    Attributes:
        definitions: whose jobs are run.
    """

    definitions: dg.Definitions

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return self._inst_data

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]
    ) -> HereAndNow:
        return cls(inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        job = self.definitions.resolve_job_def(context.dagster_run.job_name)
        execute_run(InMemoryJob(job), context.dagster_run, self._instance)

    def terminate(self, run_id: str) -> bool:
        return False

"""Runs that the UI launches from assets have the tags of the jobs' own, and wait as they do."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._utils.tags import TagConcurrencyLimitsCounter
from dagster_graphql.test.utils import execute_dagster_graphql

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

LAUNCH = """
mutation($of: ExecutionParams!) { launchRun(executionParams: $of) {
    __typename ... on LaunchRunSuccess { run { runId } }
} }
"""
PLACE = {"repositoryName": "__repository__", "repositoryLocationName": "taxi_assets"}


@pytest.fixture
def workspace(instance: dg.DagsterInstance) -> Iterator[WorkspaceProcessContext]:
    """The code, as the webserver has it."""
    target = LoadableTargetOrigin(module_name="taxi_assets.definitions")
    origin = InProcessCodeLocationOrigin(target, location_name="taxi_assets")
    with WorkspaceProcessContext(instance, InProcessWorkspaceLoadTarget([origin])) as found:
        yield found


def launch(workspace: WorkspaceProcessContext, month: str, *assets: str) -> dg.DagsterRun:
    """The run that *Materialize* makes of these assets."""
    paths = [{"path": asset.split("/")} for asset in assets]
    of = {
        "selector": {**PLACE, "jobName": "__ASSET_JOB", "assetSelection": paths},
        "mode": "default",
        "runConfigData": {},
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": month}]},
    }
    request = workspace.create_request_context()
    launched = execute_dagster_graphql(request, LAUNCH, {"of": of}).data["launchRun"]
    run = workspace.instance.get_run_by_id(launched["run"]["runId"])
    assert run is not None
    return run


def test_a_month_launched_from_its_assets_waits_for_another_run_of_its_file(
    instance: dg.DagsterInstance, workspace: WorkspaceProcessContext
) -> None:
    run = launch(workspace, "2025-01", "lake/green_tripdata", "duckdb/green_tripdata")
    other = launch(workspace, "2025-02", "duckdb/green_tripdata")

    assert (run.tags["taxi"], run.tags["file"]) == ("green", "green_tripdata_2025-01.parquet")
    queue = instance.get_concurrency_config().run_queue_config
    assert queue is not None
    loads = dg.DagsterRun("load_green", tags={"file": "green_tripdata_2025-01.parquet"})
    beside_it = TagConcurrencyLimitsCounter(queue.tag_concurrency_limits, [loads])
    assert [beside_it.is_blocked(each) for each in (run, other)] == [True, False]

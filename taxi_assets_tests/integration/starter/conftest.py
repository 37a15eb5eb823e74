"""The starter pipelines against a server of this machine, and their runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from taxi_assets.automation.instance import SESSION_TAGS, open_instance
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets_tests.api_server import ApiServer, api_server, docker_hub, shop

PRODUCTS: list[dict[str, object]] = [
    {"id": 1, "title": "Mascara", "brand": "Belle", "price": 10.0},
    {"id": 2, "title": "Lipstick", "brand": "Belle", "price": 5.556},
    {"id": 3, "title": "Lamp", "brand": "Lumen", "price": 129.0},
    {"id": 4, "title": "Apple", "price": 2.0},
]


@dataclass(frozen=True)
class Run:
    """What a run left behind."""

    success: bool
    failure: str
    said: list[tuple[int, str]]
    metadata: dict[str, Mapping[str, dg.MetadataValue]]


@pytest.fixture
def api(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """Docker Hub and the shop, on this machine, as the settings name them."""
    with api_server() as server:
        server.routes["/hub/namespaces/kestra/repositories/kestra"] = docker_hub(1_234_567)
        server.routes["/products"] = shop(PRODUCTS)
        monkeypatch.setenv("TAXI_DOCKER_HUB_URL", f"{server.url}/hub")
        monkeypatch.setenv("TAXI_PRODUCTS_URL", f"{server.url}/products")
        monkeypatch.setenv("TAXI_STARTER_RUNNER", "process")
        monkeypatch.setenv("TAXI_HTTP_ATTEMPTS", "1")
        yield server


@pytest.fixture
def run(settings_env: Path) -> Callable[..., Run]:
    """Run a job on a Dagster instance of its own, with run configuration for its steps."""

    def run_job(job: str, **config: object) -> Run:
        settings = read_settings()
        definitions = build_definitions(settings)
        with open_instance(settings) as instance:
            result = definitions.resolve_job_def(job).execute_in_process(
                run_config={"ops": {name: {"config": value} for name, value in config.items()}},
                instance=instance,
                tags=SESSION_TAGS,  # Somebody waits for it: nothing is tried again later.
                raise_on_error=False,
            )
            entries = instance.all_logs(result.run_id)
        return Run(
            success=result.success,
            failure="\n".join(
                event.step_failure_data.user_failure_data.description or ""
                for event in result.all_events
                if event.event_type is dg.DagsterEventType.STEP_FAILURE
                and event.step_failure_data.user_failure_data
            ),
            said=[(int(e.level), e.user_message) for e in entries if not e.is_dagster_event],
            metadata={
                event.asset_key.to_user_string(): event.materialization.metadata
                for event in result.get_asset_materialization_events()
                if event.asset_key
            },
        )

    return run_job


@pytest.fixture
def averages(settings_env: Path) -> Callable[[], list[tuple[str, float | None]]]:
    """Read the table of average prices, without the product."""

    def read() -> list[tuple[str, float | None]]:
        with duckdb.connect(settings_env / "taxi.duckdb", read_only=True) as connection:
            return connection.execute("FROM average_price_by_brand").fetchall()

    return read

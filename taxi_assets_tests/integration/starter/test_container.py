"""Python in a container, in a real one. Skipped where no Docker engine answers."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from taxi_assets.settings import Settings
from taxi_assets_tests.api_server import ApiServer
from taxi_assets_tests.integration.starter.conftest import Run

ASSET = "starter/image_pulls"
IMAGE = str(Settings.model_fields["starter_container_image"].default)


@pytest.fixture
def engine(api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The engine, with the image; containers reach the server as this machine does."""
    docker = pytest.importorskip("docker", reason="the extra `docker` is not installed")
    client, problem = None, ""
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        try:
            client = docker.from_env()
        except docker.errors.DockerException as error:
            problem = str(error)
        gc.collect()  # a socket that the library forgets to close when nobody answers
    if client is None:
        pytest.skip(f"no Docker engine answers: {problem}")
    monkeypatch.setenv("TAXI_STARTER_RUNNER", "auto")
    monkeypatch.setenv("TAXI_STARTER_CONTAINER_NETWORK", "host")
    with closing(client):
        if not client.images.list(IMAGE):
            pytest.skip(f"the engine has no {IMAGE}: docker pull {IMAGE}")
        yield client


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Dagster's own client
def test_the_program_runs_in_a_container_and_leaves_none(
    engine: Any, api: ApiServer, run: Callable[..., Run]
) -> None:
    before = {container.id for container in engine.containers.list(all=True)}
    done = run("image_pulls")
    assert done.success, done.failure
    assert done.metadata[ASSET]["pulls"].value == 1_234_567
    assert done.metadata[ASSET]["ran_in"].value == f"a container of {IMAGE}"
    assert len(api.asked) == 1
    assert {container.id for container in engine.containers.list(all=True)} == before


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Dagster's own client
def test_what_goes_wrong_in_the_container_is_told_as_elsewhere(
    engine: Any, run: Callable[..., Run]
) -> None:
    done = run("image_pulls", starter__image_pulls={"image": "nobody/nothing"})
    assert not done.success
    assert "there is no image nobody/nothing" in done.failure


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Dagster's own client
def test_a_container_image_that_cannot_be_had_fails_by_name(
    engine: Any, api: ApiServer, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_STARTER_CONTAINER_IMAGE", "127.0.0.1:9/nobody/nothing:1")
    done = run("image_pulls")
    assert not done.success
    assert "127.0.0.1:9/nobody/nothing:1 cannot be run" in done.failure
    assert "TAXI_STARTER_CONTAINER_IMAGE" in done.failure
    assert api.asked == []

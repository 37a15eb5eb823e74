"""Python in a container: what the program finds, and what is said where it finds nothing."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from taxi_assets_tests.api_server import Answer, ApiServer, as_json, docker_hub
from taxi_assets_tests.integration.starter.conftest import Run

ASSET = "starter/image_pulls"
NOWHERE = "tcp://127.0.0.1:9"  # the port of "discard"
KESTRA = "/hub/namespaces/kestra/repositories/kestra"


def test_the_pulls_of_the_image_and_the_time_they_took_are_metadata(
    api: ApiServer, run: Callable[..., Run]
) -> None:
    done = run("image_pulls")
    assert done.success, done.failure
    metadata = done.metadata[ASSET]
    assert metadata["pulls"].value == 1_234_567
    assert metadata["image"].value == "kestra/kestra"
    assert 0 <= float(str(metadata["seconds"].value)) < 30
    assert "process of Python" in str(metadata["ran_in"].value)


def test_each_count_is_a_number_so_that_dagster_plots_it(
    api: ApiServer, run: Callable[..., Run]
) -> None:
    counts = []
    for pulls in (5, 7):
        api.routes[KESTRA] = docker_hub(pulls)
        counts.append(run("image_pulls").metadata[ASSET]["pulls"].value)
    assert counts == [5, 7]


def test_an_official_image_is_found_without_its_namespace(
    api: ApiServer, run: Callable[..., Run]
) -> None:
    api.routes["/hub/namespaces/library/repositories/python"] = docker_hub(9)
    done = run("image_pulls", starter__image_pulls={"image": "python"})
    assert done.metadata[ASSET]["pulls"].value == 9


def test_an_unknown_image_fails_by_name(api: ApiServer, run: Callable[..., Run]) -> None:
    done = run("image_pulls", starter__image_pulls={"image": "nobody/nothing"})
    assert not done.success
    assert "there is no image nobody/nothing" in done.failure
    assert "What to do: correct the image" in done.failure


@pytest.mark.parametrize(
    ("header", "value", "told"),
    [
        ("X-RateLimit-Reset", "1893456000", "ends at 2030-01-01 00:00:00 UTC"),
        ("X-Retry-After", "1893456000", "ends at 2030-01-01 00:00:00 UTC"),
        ("Retry-After", "60", "ends in 60 s"),
        ("X-Other", "1", "ends at a time that it does not name"),
    ],
)
def test_a_rate_limit_fails_with_the_time_of_its_end(
    api: ApiServer, run: Callable[..., Run], header: str, value: str, told: str
) -> None:
    api.routes[KESTRA] = lambda _: as_json({"detail": "Rate limit"}, 429, {header: value})
    done = run("image_pulls")
    assert not done.success
    assert "too many requests (HTTP 429)" in done.failure
    assert told in done.failure


def test_no_network_fails_with_the_setting_to_look_at(
    api: ApiServer, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_DOCKER_HUB_URL", NOWHERE.replace("tcp", "http"))
    done = run("image_pulls")
    assert not done.success
    assert "no answer" in done.failure
    assert "TAXI_DOCKER_HUB_URL" in done.failure


@pytest.mark.parametrize("body", [b"<html>sorry</html>", b"{}", b'{"pull_count": "many"}', b"[]"])
def test_an_answer_without_a_count_fails(
    api: ApiServer, run: Callable[..., Run], body: bytes
) -> None:
    api.routes[KESTRA] = lambda _: Answer(body)
    done = run("image_pulls")
    assert not done.success
    assert "the answer holds no pull_count" in done.failure
    assert done.metadata == {}


def test_without_a_docker_engine_it_fails_where_a_container_is_required(
    api: ApiServer, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", NOWHERE)
    monkeypatch.setenv("TAXI_STARTER_RUNNER", "docker")
    done = run("image_pulls")
    assert not done.success
    assert "no Docker engine answers" in done.failure
    assert "TAXI_STARTER_RUNNER=process" in done.failure
    assert api.asked == []


def test_without_a_docker_engine_a_process_does_it_by_default(
    api: ApiServer, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", NOWHERE)
    del os.environ["TAXI_STARTER_RUNNER"]
    done = run("image_pulls")
    assert done.metadata[ASSET]["pulls"].value == 1_234_567
    assert "process of Python" in str(done.metadata[ASSET]["ran_in"].value)
    assert any("no Docker engine answers, so a process it is" in text for _, text in done.said)

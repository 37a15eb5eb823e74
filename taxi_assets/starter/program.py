"""Runs a program of this folder outside of Dagster, in a container or in a process."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import dagster_pipes

from taxi_assets.errors import ContainerError
from taxi_assets.settings import Runner, Settings
from taxi_assets.settings.starter import StarterSettings

if TYPE_CHECKING:
    from docker import DockerClient

Done = dg.PipesClientCompletedInvocation

_FOLDER = Path(__file__).parent
_MOUNT = "/program"
_RUN_LABEL = "dagster/run_id"


def run_program(
    context: dg.AssetExecutionContext, settings: Settings, program: str, extras: dict[str, str]
) -> tuple[str, Done]:
    """Run the program where the settings say; return that place in words, and its report.

    Raises:
        ContainerError: no Docker engine or no such container image.
    """
    # Dagster's own Pipes clients cause a warning about a preview feature.
    with warnings.catch_warnings(action="ignore", category=dg.PreviewWarning):
        return _run(context, settings, program, extras)


def _run(
    context: dg.AssetExecutionContext, settings: Settings, program: str, extras: dict[str, str]
) -> tuple[str, Done]:
    if settings.starter_runner is not Runner.PROCESS:
        try:
            with _engine() as engine:
                return _run_in_container(context, settings, program, extras, engine)
        except _NoEngineError as error:
            if settings.starter_runner is Runner.DOCKER:
                raise ContainerError(
                    f"no Docker engine answers: {error}",
                    "start one, or set TAXI_STARTER_RUNNER=process",
                ) from None
            context.log.info(f"no Docker engine answers, so a process it is: {error}")
    # With the asset's own context, the client would print a deprecation warning.
    done = dg.PipesSubprocessClient().run(
        context=context.op_execution_context,
        command=[sys.executable, str(_FOLDER / program)],
        extras=extras,
    )
    return f"a process of Python {sys.version.split()[0]}", done


def _run_in_container(
    context: dg.AssetExecutionContext,
    settings: StarterSettings,
    program: str,
    extras: dict[str, str],
    engine: DockerClient,
) -> tuple[str, Done]:
    from dagster_docker import PipesDockerClient
    from docker.errors import APIError

    image = settings.starter_container_image
    pipes = Path(dagster_pipes.__file__).parent
    try:
        done = PipesDockerClient().run(
            context=context.op_execution_context,
            image=image,
            command=["python", f"{_MOUNT}/{program}"],
            extras=extras,
            env={"PYTHONPATH": _MOUNT, "PYTHONDONTWRITEBYTECODE": "1"},
            container_kwargs={
                "labels": {_RUN_LABEL: context.run.run_id},
                "network": settings.starter_container_network,
                # Dagster Pipes is one file without dependencies: nothing needs to be installed.
                "volumes": [
                    f"{pipes}:{_MOUNT}/dagster_pipes:ro",
                    f"{_FOLDER / program}:{_MOUNT}/{program}:ro",
                ],
            },
        )
    except APIError as error:
        raise ContainerError(
            f"{image} cannot be run: {error.explanation or error}",
            "check TAXI_STARTER_CONTAINER_IMAGE and whether the engine can pull it, "
            "or set TAXI_STARTER_RUNNER=process",
        ) from None
    finally:
        # The client does not remove its containers.
        label = {"label": f"{_RUN_LABEL}={context.run.run_id}"}
        for container in engine.containers.list(all=True, filters=label):
            container.remove(force=True)
    return f"a container of {image}", done


class _NoEngineError(Exception):
    """There is no Docker engine, or no client for it is installed."""


@contextmanager
def _engine() -> Iterator[DockerClient]:
    try:
        import dagster_docker  # noqa: F401
        import docker
    except ImportError:
        raise _NoEngineError("the extra `docker` of taxi-assets is not installed") from None
    try:
        engine = docker.from_env()  # asks the engine for its version: fails without one
    except docker.errors.DockerException as error:
        raise _NoEngineError(str(error)) from None
    with closing(engine):
        yield engine

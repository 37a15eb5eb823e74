"""Runs dbt in this process: reads the project once, then builds months in it.

A process of its own for each month would import dbt and read the project anew: four seconds each.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taxi_assets.analytics.declarations import PROJECT
from taxi_assets.analytics.extra import needs_extra
from taxi_assets.analytics.targets import Target
from taxi_assets.errors import AnalyticsError

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest


@dataclass(frozen=True)
class _Project:
    """The project as dbt read it."""

    manifest: Manifest

    @cached_property
    def mapping(self) -> Mapping[str, Any]:
        """What stands in manifest.json."""
        return self.manifest.writable_manifest().to_dict(omit_none=False)


_READ: dict[tuple[object, ...], _Project] = {}
"""The projects that this process has read."""

_STEERING = ("DBT_", "MODELS_")
"""How the names of variables begin that dbt and the project's profile read."""

_FAILED = ("error", "fail", "runtime error")


@dataclass(frozen=True)
class NodeResult:
    """What became of a model or a test.

    Attributes:
        unique_id: dbt's name of it, such as ``model.taxi_models.fct_trips``.
        status: dbt's word: success, pass, fail, error, skipped, and others.
        message: what dbt says of it; UNCHANGED for a model that was up to date.
        failures: rows that a test found.
        seconds: how long it took.
        compiled: its SQL.
    """

    unique_id: str
    status: str
    message: str = ""
    failures: int = 0
    seconds: float = 0.0
    compiled: str = field(default="", repr=False)

    @property
    def failed(self) -> bool:
        """Whether it was tried and did not succeed."""
        return self.status in _FAILED


def read_project(target: Target) -> Mapping[str, Any]:
    """The project as dbt's manifest, for this target and its rules.

    Raises:
        AnalyticsError: dbt is not installed, or the project cannot be read.
    """
    return _project(target).mapping


def build(
    target: Target,
    months: Sequence[str],
    select: Sequence[str] = (),
    force: bool = False,
    full_refresh: bool = False,
) -> list[NodeResult]:
    """Bring these months of the models up to date, and test them.

    Args:
        target: where.
        months: such as 2020-04; none stands for all.
        select: the models; none stands for all.
        force: make also months that are up to date.
        full_refresh: drop the models first, with all months.

    Raises:
        AnalyticsError: dbt is not installed, or stopped before the first model.
        CredentialsError: Google does not know who we are.
        WarehouseBusyError, WarehouseUnavailableError, WarehouseError: it cannot be used.
    """
    values = {"rules": list(target.rules), "months": list(months), "force": force}
    arguments = ["build", "--no-write-json", "--vars", json.dumps(values)]
    if select:
        # With their tests, also those that read a model before them.
        arguments += ["--select", *select, "--indirect-selection", "buildable"]
    if full_refresh:
        arguments.append("--full-refresh")
    target = target.connected()
    manifest = _project(target).manifest
    with target.reserved():
        done = _invoke(target, arguments, manifest)
    nodes: Any = done.result
    if done.exception is not None and not nodes:
        raise _error(done.exception)
    return [
        NodeResult(
            node.node.unique_id,
            str(node.status),
            node.message or "",
            node.failures or 0,
            node.execution_time,
            getattr(node.node, "compiled_code", None) or "",
        )
        for node in nodes
    ]


def write_docs(target: Target) -> Path:
    """Write dbt's documentation of the models as one page; return where it is.

    Raises:
        AnalyticsError: dbt is not installed, or cannot write it.
    """
    target = target.connected()
    with target.reserved():
        rules = json.dumps({"rules": list(target.rules)})
        done = _invoke(target, ["docs", "generate", "--static", "--vars", rules])
    if not done.success:
        raise _error(done.exception)
    return target.folder / "static_index.html"


def _project(target: Target) -> _Project:
    key = (target.folder, *sorted(target.environment.items()))
    if key not in _READ:
        target.folder.mkdir(parents=True, exist_ok=True)
        read = _invoke(target, ["parse"])
        if not read.success:
            raise _error(read.exception)
        manifest: Any = read.result
        _READ[key] = _Project(manifest)
    return _READ[key]


def _invoke(
    target: Target, arguments: Sequence[str], manifest: Manifest | None = None
) -> dbtRunnerResult:
    with needs_extra():
        from dbt.cli.main import dbtRunner
    places = {
        "--project-dir": PROJECT,
        "--profiles-dir": PROJECT,
        "--target-path": target.folder,
    }
    flags = ["--log-level", "none", "--log-level-file", "none", "--no-use-colors"]
    flags += ["--no-version-check", "--no-send-anonymous-usage-stats"]
    placed = [str(part) for place in places.items() for part in place]
    with _environment({**target.environment, **target.access}):
        try:
            done = dbtRunner(manifest=manifest).invoke([*flags, *arguments, *placed])
        finally:
            target.release()
    if isinstance(done.exception, KeyboardInterrupt):
        raise done.exception
    return done


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Give dbt its connection, and nothing that steers it; then put all back as it was.

    Variables of another project of dbt choose or leave out models and tests, or drop models.
    Children of this process need nothing of the connection.
    """
    theirs = {n: value for n, value in os.environ.items() if n.startswith(_STEERING)}
    before = theirs | {name: os.environ[name] for name in values if name in os.environ}
    for name in theirs:
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            os.environ.pop(name, None)
        os.environ.update(before)


def _error(cause: BaseException | None) -> AnalyticsError:
    return AnalyticsError(
        f"dbt stopped: {str(cause).strip() or 'it does not say why'}",
        "where this says too little, run dbt itself: docs/analytics.md says how",
    )

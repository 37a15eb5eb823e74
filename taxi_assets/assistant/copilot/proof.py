"""Proves a pipeline file before it is offered: loaded among the others, where it can do no harm."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Set
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel

from taxi_assets.components.pipeline_text import LARGEST_BYTES
from taxi_assets.errors import AssistantError
from taxi_assets.query.child_environment import plain_environment
from taxi_assets.settings import WAREHOUSES, Settings, variable

PROOF_SECONDS = 120.0
"""To import Dagster and load the definitions: 2 to 5 s on two quiet cores."""

_LARGEST_BYTES = 1_000_000
_LONGEST_REASON = 1_000


class Proof(BaseModel):
    """What a pipeline file defines, as Dagster has it.

    Attributes:
        title: what it does, in a line.
        job: that runs it.
        assets: that the job makes.
        checks: the names of the checks that the job runs.
        months: that it loads by now, in order; none where it is not about months.
        next_tick: when its schedule is due next; None without one.
    """

    title: str
    job: str
    assets: list[str]
    checks: list[str]
    months: list[str]
    next_tick: str | None


class PlanError(AssistantError):
    """A plan cannot be carried out as it is."""


def prove(
    settings: Settings,
    files: Mapping[str, str],
    warehouses: Set[str] = frozenset(),
    secrets: Set[str] = frozenset(),
    taxis: Set[str] = frozenset(),
    seconds: float = PROOF_SECONDS,
) -> dict[str, Proof]:
    """Load a copy of the pipelines with these files, in a process without secrets.

    Args:
        settings: that hold; what a file may depend on is handed on, secrets are not.
        files: the text of each file, by its name in the folder of pipelines.
        warehouses: that they need, whether they are among the settings' ones or not yet.
        secrets: that they need, by name and host, whether the settings have them or not yet.
        taxis: that they need, whether Dagster has them by the settings or not yet.
        seconds: how long the process may take.

    Raises:
        PlanError: a file is wrong, does nothing, or harms another file.
        AssistantError: it took too long.
    """
    shown = " and ".join(files)
    with tempfile.TemporaryDirectory(prefix="taxi-assets-copilot-") as place:
        folder = Path(place) / "pipelines"
        folder.mkdir()
        _copy(settings.pipelines, folder)
        environment = _environment(settings, warehouses, secrets, taxis)
        try:
            code, said = _answer(files, folder.parent, environment, seconds)
        except subprocess.TimeoutExpired:
            raise AssistantError(
                f"{shown} took longer than {seconds:g} s to load and was given up",
                "ask for less; nothing was written",
            ) from None
    if code or not 0 < len(said) <= _LARGEST_BYTES:
        raise _error(f"{shown} cannot be loaded: its process ended with {code}")
    answer = json.loads(said)
    if reason := answer.get("error"):
        raise _error(reason)
    return {file: Proof.model_validate(answer[file]) for file in files}


def _answer(
    files: Mapping[str, str], folder: Path, environment: Mapping[str, str], seconds: float
) -> tuple[int, bytes]:
    """The exit code and the answer of a process that loads the files, in a folder without .env."""
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-P", "-m", f"{__package__}.child"],
        input=json.dumps(dict(files)).encode(),
        capture_output=True,
        timeout=seconds,
        check=False,
        cwd=folder,
        env=environment,
    )
    return done.returncode, done.stdout


def _copy(source: Path, folder: Path) -> None:
    """Only what can be a pipeline file, and can be read."""
    for path in source.iterdir() if source.is_dir() else ():
        is_file = path.suffix in (".yaml", ".yml") and path.is_file()
        if is_file and path.stat().st_size <= LARGEST_BYTES:
            with suppress(PermissionError):
                shutil.copyfile(path, folder / path.name)


def _environment(
    settings: Settings, warehouses: Set[str], secrets: Set[str], taxis: Set[str]
) -> dict[str, str]:
    # An address of the host serves as a key, and as a webhook.
    keys = {*settings.pipeline_secrets, *secrets}
    made_up = {key: f"https://{key.partition('@')[2]}/" for key in keys}
    named = sorted({*settings.warehouses, *warehouses})
    leading_nowhere = {
        variable(need): value for name in named for need, value in WAREHOUSES[name].needs.items()
    }
    return (
        plain_environment()
        | leading_nowhere
        | {
            variable("data_dir"): "data",
            variable("pipelines"): "pipelines",
            variable("pipeline_secrets"): json.dumps(made_up),
            variable("pipeline_hosts"): settings.pipeline_hosts,
            variable("warehouses"): ",".join(named),
            variable("taxis"): ",".join({*taxis, *(each.taxi for each in settings.datasets)}),
            variable("source"): settings.source.value,
            variable("schedule_timezone"): settings.schedule_timezone,
        }
    )


def _error(reason: str) -> PlanError:
    return PlanError(" ".join(reason.split())[:_LONGEST_REASON], "put the request in other words")

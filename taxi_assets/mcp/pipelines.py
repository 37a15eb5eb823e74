"""Where a pipeline file of a given name belongs, and what it would define."""

from __future__ import annotations

import re
from pathlib import Path

from taxi_assets.assistant.copilot.proof import PlanError, Proof, prove
from taxi_assets.errors import AssistantError
from taxi_assets.settings import Settings
from taxi_assets.settings.pipelines import PipelineSettings

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_LONGEST_NAME = 80  # of one that an answer repeats


def pipeline_path(settings: PipelineSettings, name: str) -> Path:
    """The file that is there, or that would be made.

    Raises:
        AssistantError: no pipeline can have that name.
    """
    if not _NAME.fullmatch(name):
        raise AssistantError(
            f"{name[:_LONGEST_NAME]!r} is no name of a pipeline",
            "use up to 63 lower-case letters, digits and underscores, a letter first",
        )
    other = settings.pipelines / f"{name}.yml"
    return other if other.is_file() else settings.pipelines / f"{name}.yaml"


def proved(settings: Settings, path: Path, text: str) -> Proof:
    """What the file would define, loaded among the others in a process of its own.

    Raises:
        AssistantError: it is wrong, does nothing, harms another file, or took too long.
    """
    try:
        return prove(settings, {path.name: text})[path.name]
    except PlanError as error:
        raise AssistantError(error.what, "correct the file: docs/components.md") from None

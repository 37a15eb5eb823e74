"""Judges addresses and secrets of planned pipelines, before anything is asked or sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from taxi_assets.assistant.copilot.plan import AddressPlan, PipelinePlan
from taxi_assets.assistant.copilot.proof import PlanError
from taxi_assets.components.report import webhook_of
from taxi_assets.components.request_secrets import secret_key
from taxi_assets.components.web_address import require_host
from taxi_assets.errors import SourceRefusedError, SourceUnavailableError
from taxi_assets.settings import Settings, variable

_SECRET_WORDS = re.compile(
    r"(?i)(^|[_-])(api[_-]?key|apikey|appid|auth|authorization|key|password|secret|token)($|[_-])"
)
_ANY_HOST = "example.org"


def require_no_secret(pipelines: Sequence[PipelinePlan]) -> None:
    """Check that no plan holds what looks like a secret.

    Raises:
        PlanError: one does. Its value is not repeated.
    """
    for pipeline in pipelines:
        if not isinstance(pipeline, AddressPlan):
            continue
        given = [(each.name, each.value) for each in [*pipeline.headers, *pipeline.parameters]]
        given += parse_qsl(urlsplit(pipeline.url).query)
        for name, value in given:
            if value and _SECRET_WORDS.search(name):
                raise PlanError(
                    f"{pipeline.name}: {name} looks like a secret: give the name of a secret, "
                    "never its value, in headers or parameters",
                    f"put the value into {variable('pipeline_secrets')}, and do not write it "
                    "into a request",
                )


def secret_keys(pipelines: Sequence[PipelinePlan], settings: Settings) -> set[str]:
    """The secrets that the plans need, by name and host as the settings have them."""
    keys = set()
    for pipeline in pipelines:
        for name in pipeline.secrets_used:
            if isinstance(pipeline, AddressPlan):
                keys.add(secret_key(name, pipeline.url))
            else:
                there = (each for each in settings.pipeline_secrets if each.startswith(f"{name}@"))
                keys.add(next(there, f"{name}@{_ANY_HOST}"))
    return keys


def missing_secrets(pipeline: PipelinePlan, settings: Settings) -> list[str]:
    """What has to be set before the pipeline has its secrets."""
    if isinstance(pipeline, AddressPlan):
        keys = secret_keys([pipeline], settings)
        lacking = sorted(key for key in keys if key not in settings.pipeline_secrets)
        return [f"add {key} to {variable('pipeline_secrets')}, with its value" for key in lacking]
    for name in pipeline.secrets_used:
        try:
            webhook_of(settings, name)
        except ValueError as error:
            return [str(error)]
    return []


def address_notes(pipeline: AddressPlan, settings: Settings) -> tuple[list[str], list[str]]:
    """What forbids the address by the settings of now, and what is to be known of it."""
    if settings.pipeline_hosts == "any":
        return [], []
    try:
        require_host(pipeline.url)
    except SourceRefusedError as error:
        return [f"{error.what}: {error.remedy}"], []
    except SourceUnavailableError as error:
        return [], [f"{error.what} from here: look at the address."]
    return [], []

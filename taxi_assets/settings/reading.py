"""Reads the settings, and explains values that cannot be used."""

from __future__ import annotations

import difflib
import os
import re

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from taxi_assets.errors import SettingsError
from taxi_assets.settings.certificates import share_certificates
from taxi_assets.settings.choices import WAREHOUSES
from taxi_assets.settings.env_file import env_file_names
from taxi_assets.settings.model import PREFIX, Settings, variable, variables

_VERY_CLOSE = 0.87
"""GCP_PROJECT resembles GCP_PROJECT_ID by 0.88; GOOGLE_API_KEY no setting by more than 0.75."""

SECRETS = frozenset(
    {
        *("postgres_dsn", "dagster_postgres_dsn", "query_postgres_dsn"),
        *("alert_webhook", "gcp_creds", "gemini_api_key", "mcp_token"),
        "pipeline_secrets",
    }
)
"""Settings whose values are never shown."""


def read_settings() -> Settings:
    """Read the settings of this process.

    Raises:
        SettingsError: a variable that begins with TAXI_ is no setting, or a value is not valid. It
            names the variable, the value (unless it is secret) and a remedy. Or ``.env`` cannot be
            read.
    """
    share_certificates()
    _refuse_unknown_names()
    try:
        settings = Settings.model_validate({})
    except ValidationError as error:
        # Only the first problem of each setting: the others are its consequences.
        problems = {str(problem["loc"][0]): problem for problem in reversed(error.errors())}
        raise SettingsError(
            "\n".join(_explain(problem) for problem in reversed(problems.values())),
            "correct it in the environment or in .env, or leave it out for the default",
        ) from None
    for name in settings.warehouses:
        require_needs(name, settings)
    return settings


def require_needs(warehouse: str, settings: Settings) -> None:
    """Check that the settings have everything that a warehouse requires.

    Raises:
        SettingsError: a setting is missing; it names the setting.
    """
    for name in WAREHOUSES[warehouse].needs:
        if getattr(settings, name) is None:
            raise SettingsError(
                f"{variable(name)} is not set, and {warehouse} needs it",
                f"set it, or leave {warehouse} out of {variable('warehouses')}. "
                f"{Settings.model_fields[name].description}",
            )


def likely_typos() -> dict[str, str]:
    """Names that are set and resemble a setting, such as GCP_DATASETT, each with that setting.

    Other programs have names without TAXI_, too: these are no errors.
    """
    found, known = {}, _known_names()
    for name in _unknown_names():
        likely = difflib.get_close_matches(name, known, n=1, cutoff=_VERY_CLOSE)
        if likely and not name.startswith(PREFIX):
            found[name] = likely[0]
    return found


def in_plain_words(problem: str) -> str:
    """A problem that pydantic found, in the words of our own validators."""
    text = problem.removeprefix("Value error, ").partition(", unable to parse")[0]
    text = text.replace("Field required", "it is missing")
    text = re.sub(r"^(Input|String|Tuple|Dictionary|List) should ", "it must ", text)
    return text.replace(" after validation", "")


def _refuse_unknown_names() -> None:
    for name in _unknown_names():
        if name.startswith(PREFIX):
            likely = difflib.get_close_matches(name, _known_names(), n=1)
            raise SettingsError(
                f"{name} is not a setting" + (f"; did you mean {likely[0]}?" if likely else ""),
                "correct the name, or unset it; `taxi-assets doctor --all` lists all settings",
            )


def _known_names() -> set[str]:
    own = {name for field in Settings.model_fields for name in variables(field)}
    return {*own, "DAGSTER_HOME"}


def _unknown_names() -> list[str]:
    given = {name.upper() for name in os.environ} | env_file_names()
    return sorted(given - _known_names())


def _explain(problem: ErrorDetails) -> str:
    place = str(problem["loc"][0])
    field = next(f for f in Settings.model_fields if place in (f, *variables(f)))
    name = place if place in variables(field) else variable(field)
    if field in SECRETS:
        return f"{name}: {in_plain_words(problem['msg'])}"
    # A URL may contain a password.
    value = re.sub(r"[^/@]*@", "***@", str(problem["input"]))
    return f"{name}={value}: {in_plain_words(problem['msg'])}"

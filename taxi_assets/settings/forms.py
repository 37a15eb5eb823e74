"""Validators for the texts of settings.

Each takes a value and returns it, sometimes normalized. It raises ValueError with the valid form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import SecretStr

# https://cloud.google.com/storage/docs/buckets#naming
_BUCKET_PATTERN = r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"

_SHORTEST_WINDOW = 3

_CENTURY_DAYS = 36_500

LONGEST_SCHEMA = 63 - len("_analytics")
"""Postgres cuts names after 63 bytes. The schema of the models has this suffix."""

DSN_FORM = (
    "it must be like postgresql://user:password@host:5432/database, with @ : / ? # % in user and "
    "password percent-encoded"
)


_Days = TypeVar("_Days", int, float)


def split(value: object) -> object:
    """Split a text at its commas, each part once, into a tuple; other values stay as they are."""
    if isinstance(value, str):
        return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    return value


def century(days: _Days) -> _Days:
    """So many days, at most a century: a date later than any calendar's is none."""
    return min(days, _CENTURY_DAYS)


def lower(value: object) -> object:
    """Strip a text and turn it into lower case; other values stay as they are."""
    return value.strip().lower() if isinstance(value, str) else value


def one_of(known: Mapping[str, object]) -> Callable[[str], str]:
    """A validator of names: each must be a key of the mapping when a value is validated."""

    def validate(name: str) -> str:
        if name not in known:
            raise ValueError(f"it must be one of {', '.join(known)}")
        return name

    return validate


def url(value: str) -> str:
    """Require a web address or a file URL; remove the slash at its end."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https", "file") or not (parts.netloc or parts.path):
        raise ValueError("it must begin with https://, http:// or file://")
    return value.rstrip("/")


def base_url(value: str) -> str:
    """The same of an address that names of files are appended to: nothing may stand behind it."""
    return _without_query(url(value))


def path(value: Path) -> Path:
    """Require a path of this machine, which no address is; a tilde is the home folder."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(value)):
        raise ValueError("it must be a path of this machine, such as /srv/taxi, and no address")
    try:
        return value.expanduser()
    except RuntimeError:
        raise ValueError("there is no user of that name") from None


def lake_url(value: str) -> str:
    """Require the URL of a folder (file://) or of a bucket (gs://)."""
    parts = urlsplit(_without_query(value))
    in_folder = parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")
    in_bucket = parts.scheme == "gs" and re.fullmatch(_BUCKET_PATTERN, parts.netloc)
    if not in_folder and not in_bucket:
        raise ValueError(
            "it must be a folder, such as file:///srv/taxi/lake, or a bucket of Google Cloud "
            "Storage, such as gs://my-taxi-lake"
        )
    return value


def _without_query(value: str) -> str:
    """Require an address without a query and a fragment: names behind them would be lost."""
    if "?" in value or "#" in value:
        raise ValueError("it must have no ? and no #; in the name of a folder, write %3F and %23")
    return value


def host_name(value: str) -> str:
    """A host's name, without scheme and port."""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", value.lower()):
        raise ValueError("it must be host names alone, such as taxi.example.org")
    return value.lower()


def timezone(value: str) -> str:
    """Require a name of the tz database."""
    if value not in available_timezones():
        raise ValueError("it must be a name of the tz database, such as UTC or America/New_York")
    return value


def window(value: int) -> int:
    """Require as many months as can hold one that was published lately.

    TLC published months 48 to 85 days after their end: then one or two others have ended since.
    """
    if value < _SHORTEST_WINDOW:
        raise ValueError(
            f"it must be at least {_SHORTEST_WINDOW}: a month is published two to three months "
            "after its end, and would not be among the newest any more"
        )
    return value


def webhook(value: SecretStr) -> SecretStr:
    """Require a web address. It may be secret, so the error does not show it."""
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("it must begin with https:// or http://")
    return value


def dsn(value: SecretStr) -> SecretStr:
    """Require a connection string of libpq. The error does not show the password."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = conninfo_to_dict(value.get_secret_value())
    except ProgrammingError:
        # The error's text may quote the password.
        raise ValueError(DSN_FORM) from None
    ports = str(parts.get("port") or "").split(",")
    misplaced = any("@" in str(parts.get(name) or "") for name in ("host", "dbname"))
    if misplaced or not all(port.isdecimal() for port in ports if port):
        raise ValueError(DSN_FORM)
    return value


def schema(value: str) -> str:
    """Require a name that Postgres needs no quotes for, and that leaves room for a suffix."""
    if not re.fullmatch(rf"[a-z_][a-z0-9_]{{0,{LONGEST_SCHEMA - 1}}}", value):
        raise ValueError(
            "it must be a name of lower-case letters, digits and underscores, such as taxi, with "
            f"at most {LONGEST_SCHEMA} characters and no digit first"
        )
    if value.startswith("pg_") or value == "information_schema":
        raise ValueError("it must not be one of Postgres's own schemas")
    return value


def dagster_dsn(value: SecretStr) -> SecretStr:
    """Require a connection string in the form of a URL, since Dagster takes no other form."""
    if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError(DSN_FORM)
    return dsn(value)


def secrets_of_hosts(value: object) -> object:
    """Require a JSON object of texts by ``name@host``. The error shows no value."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise ValueError('it must be a JSON object, such as {"weather_key@api.example.org": "…"}')
    for key, secret in found.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}@[a-z0-9.-]+", key):
            raise ValueError(
                f"{key} must be a name in lower case, @ and a host, such as weather_key@example.org"
            )
        if not secret or not secret.isascii() or not secret.isprintable():
            raise ValueError(f"the value of {key} is empty, or has characters that no header has")
    return found

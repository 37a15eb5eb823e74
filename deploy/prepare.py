"""Runs before all else in Compose: refuses example passwords, and hands the databases' ones on.

Anyone can read the example values. They do where nobody else can connect: on this machine. Libpq
reads passwords from a file that only its owner may read. One is written for webserver and daemon,
one for the code, with the keys of Google and Gemini beside it. They stand in volumes, so that no
environment of a container holds them, and the code's container may be read-only.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from taxi_assets.errors import SettingsError
from taxi_assets.settings import read_settings
from taxi_assets.settings.certificates import bundle_problem

EXAMPLE = "example-"
_SHORTEST = 12
_DAGSTER = {"dagster_db_password": "dagster-db:5432:*:history"}
_CODE = {
    **_DAGSTER,
    "loader_password": "taxi-db:5432:*:loader",
    "reader_password": "taxi-db:5432:*:reader",
}
_SETTINGS = ("gcp_creds", "gemini_api_key", "taxi_alert_webhook", "taxi_pipeline_secrets")
_VARIABLES = {
    "ui_password": "STACK_UI_PASSWORD",
    "pgadmin_password": "STACK_PGADMIN_PASSWORD",
    "taxi_db_password": "STACK_TAXI_DB_PASSWORD",
    "loader_password": "STACK_LOADER_PASSWORD",
    "reader_password": "STACK_READER_PASSWORD",
    "dagster_db_password": "STACK_DAGSTER_DB_PASSWORD",
}


def problems(passwords: Mapping[str, str], address: str) -> list[str]:
    """What keeps the stack from starting, a line each; none of them quotes a password.

    Args:
        passwords: by the name of their secret.
        address: that ports are published on.
    """
    found = []
    for name, variable in _VARIABLES.items():
        value = passwords[name]
        if not value.strip() or "\n" in value:
            found.append(f"{variable} must be one line that is not empty")
        elif _is_local(address):
            continue
        elif value.startswith(EXAMPLE):
            found.append(f"{variable} has its example value, which everybody knows")
        elif len(value) < _SHORTEST:
            found.append(f"{variable} is shorter than {_SHORTEST} characters")
    return found


def pgpass(passwords: Mapping[str, str], places: Mapping[str, str]) -> str:
    """Libpq's password file: https://www.postgresql.org/docs/18/libpq-pgpass.html.

    Args:
        passwords: by the name of their secret.
        places: the server, database and role of each that the file is to have.
    """
    escaped = str.maketrans({"\\": r"\\", ":": r"\:"})
    return "".join(
        f"{place}:{passwords[name].translate(escaped)}\n" for name, place in places.items()
    )


def _is_local(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address == "localhost"


def main() -> int:
    """Check, then write the password file. Returns the exit code."""
    secrets = Path(os.environ.get("SECRETS", "/run/secrets"))
    address = os.environ.get("STACK_ADDRESS") or "127.0.0.1"
    passwords = {name: _text(secrets / name) for name in _VARIABLES}
    if found := [*problems(passwords, address), *_unusable_settings()]:
        sys.stderr.write(
            f"Not started, with ports to be published on {address}:\n"
            + "".join(f"  {line}\n" for line in found)
            + "What to do: set them in .env, a password for example to what `openssl rand -hex 24` "
            "prints, then `docker compose up -d --force-recreate`.\n"
        )
        return 1
    for_all = Path(os.environ.get("CREDENTIALS", "/credentials"))
    for_code = Path(os.environ.get("CODE_CREDENTIALS", "/code-credentials"))
    _write(for_all / "pgpass", pgpass(passwords, _DAGSTER))
    _write(for_code / "pgpass", pgpass(passwords, _CODE))
    for name in _SETTINGS:
        _write(for_code / name, _text(secrets / name))
    return 0


def _text(secret: Path) -> str:
    """A secret; nothing where there is none, as after a start without .env."""
    return secret.read_text("utf-8").rstrip("\n") if secret.is_file() else ""


def _unusable_settings() -> list[str]:
    """Settings that the project would refuse, and a file of certificates that is none."""
    try:
        read_settings()
    except SettingsError as error:
        return error.what.splitlines()
    problem = bundle_problem()
    return [problem[0]] if problem else []


def _write(target: Path, text: str) -> None:
    arriving = target.with_suffix(".arriving")
    arriving.unlink(missing_ok=True)
    arriving.touch(mode=0o600)
    arriving.write_text(text, "utf-8")
    arriving.replace(target)


if __name__ == "__main__":
    sys.exit(main())

"""Runs before all else in Compose: refuses example passwords, and hands the databases' ones on.

Anyone can read the example values. They do where nobody else can connect: on this machine. Libpq
reads passwords from a file that only its owner may read; it is written to the folder CREDENTIALS,
a volume that the containers of this project share, so that no container's environment holds them.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Mapping
from pathlib import Path

EXAMPLE = "example-"
_SHORTEST = 12
_DATABASES = {
    "taxi_db_password": "taxi-db:5432:*:taxi",
    "dagster_db_password": "dagster-db:5432:*:dagster",
}
_VARIABLES = {
    "ui_password": "STACK_UI_PASSWORD",
    "pgadmin_password": "STACK_PGADMIN_PASSWORD",
    "taxi_db_password": "STACK_TAXI_DB_PASSWORD",
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


def pgpass(passwords: Mapping[str, str]) -> str:
    """Libpq's password file: https://www.postgresql.org/docs/18/libpq-pgpass.html."""
    escaped = str.maketrans({"\\": r"\\", ":": r"\:"})
    return "".join(
        f"{place}:{passwords[name].translate(escaped)}\n" for name, place in _DATABASES.items()
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
    passwords = {name: (secrets / name).read_text("utf-8").rstrip("\n") for name in _VARIABLES}
    if found := problems(passwords, address):
        sys.stderr.write(
            f"Not started, with ports to be published on {address}:\n"
            + "".join(f"  {line}\n" for line in found)
            + "What to do: set them in .env, for example to what `openssl rand -hex 24` prints. "
            "A database that exists keeps its password until ALTER ROLE changes it.\n"
        )
        return 1
    target = Path(os.environ.get("CREDENTIALS", "/credentials")) / "pgpass"
    arriving = target.with_suffix(".arriving")
    arriving.unlink(missing_ok=True)
    arriving.touch(mode=0o600)
    arriving.write_text(pgpass(passwords), "utf-8")
    arriving.replace(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())

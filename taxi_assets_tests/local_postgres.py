"""``make postgres-local``: an empty Postgres for the course's walk, on a machine without Docker.

It has the password and the database of the walk. It waits until Ctrl-C, and is gone then.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from taxi_assets_tests.postgres_server import StoppableServer

_PORT = 5432
_PASSWORD = "example"
_DATABASE = "ny_taxi"


@contextmanager
def walk_server(port: int) -> Iterator[tuple[str, Path]]:
    """The server, for as long as the context is open.

    Args:
        port: where it listens; 0 takes a free one.

    Yields:
        The URL of its database, and the folder of its programs, such as ``psql``.

    Raises:
        RuntimeError: it did not start; says why in the server's own words.
    """
    with tempfile.TemporaryDirectory(prefix="taxi_postgres_", ignore_cleanup_errors=True) as name:
        server = StoppableServer(Path(name), _PASSWORD, port)
        server.initialize()
        with server.guarded():
            server.start()
            with psycopg.connect(server.dsn, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {_DATABASE}".encode())
            yield server.dsn.removesuffix("postgres") + _DATABASE, server.programs


def main() -> int:
    """Start it, say how to reach it, and wait."""
    # Whoever ends this process ends the server, too.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        with walk_server(_PORT) as (dsn, programs), contextlib.suppress(KeyboardInterrupt):
            print(f"export TAXI_POSTGRES_DSN={dsn}\nexport PATH={programs}:$PATH  # for psql")  # noqa: T201
            print("Ctrl-C ends the server, and its tables are gone.", flush=True)  # noqa: T201
            signal.pause()
    except RuntimeError as error:
        sys.exit(
            f"Error: no server on port {_PORT}: {error}\n"
            "  What to do: end the server that listens there, or use that one"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

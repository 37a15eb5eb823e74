"""A load in a process of its own: client.py DSN FOLDER FILE. It tells when rows begin to pass.

It then waits for a line on its standard input, where the third argument is followed by ``hold``.
"""

import sys
from pathlib import Path

from taxi_assets_tests.integration.postgres.database import APRIL, Database


def main() -> None:
    """Load the file as April."""
    dsn, folder, path, *hold = sys.argv[1:]

    def on_rows(_: int) -> None:
        print("rows", flush=True)  # noqa: T201
        if hold:
            sys.stdin.readline()

    Database(dsn, Path(folder)).load(APRIL, Path(path).read_bytes(), on_rows=on_rows)


if __name__ == "__main__":
    main()

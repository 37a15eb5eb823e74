"""Dagster's daemon as a module, which looks at backfills every second instead of every 30.

Dagster has no setting for it.
"""

from __future__ import annotations

from dagster._daemon import controller
from dagster._daemon.cli import main

if __name__ == "__main__":
    controller.DEFAULT_DAEMON_INTERVAL_SECONDS = 1
    main()

"""`taxi-assets` with the made-up datasets, each command in a process of its own.

The processes are forked off one that has declared the datasets, and has imported what commands
need: importing takes longer than all that these commands do.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from taxi_assets_tests import made_up_dataset
from taxi_assets_tests.command_line import deadline

_ROOT = Path(__file__).resolve().parents[1]
_SECONDS = 300


@dataclass(frozen=True)
class MadeUpCommands:
    """Runs commands, one after the other."""

    server: subprocess.Popen[str]

    def run(
        self, *arguments: str, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the folder of the test, with this environment and no other."""
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        with tempfile.TemporaryDirectory() as folder, deadline(" ".join(arguments), _SECONDS):
            out, err = Path(folder, "out"), Path(folder, "err")
            call = [arguments, dict(environment), str(Path.cwd()), str(out), str(err)]
            self.server.stdin.write(json.dumps(call) + "\n")
            self.server.stdin.flush()
            code = self.server.stdout.readline()
            assert code, "the process that forks them has ended"
            return subprocess.CompletedProcess(
                arguments, int(code), out.read_text("utf-8"), err.read_text("utf-8")
            )


@contextmanager
def made_up_commands() -> Iterator[MadeUpCommands]:
    """The commands, for the time of the context."""
    command = [sys.executable, "-m", made_up_dataset.__name__]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=_ROOT, stdin=pipe, stdout=pipe, text=True) as server:
        try:
            yield MadeUpCommands(server)
        finally:
            server.kill()

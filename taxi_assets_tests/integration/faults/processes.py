"""Processes of the product, each with something that may befall it."""

from __future__ import annotations

import multiprocessing
import os
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from pathlib import Path

from taxi_assets_tests.command_line import DEADLINE_SECONDS, wait_for
from taxi_assets_tests.integration.faults.launcher import Fault, Launch, launch

# A server that has imported the product already forks each process off: importing takes longer
# than loading a small month.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["pytest", "taxi_assets.commands.session", "taxi_assets.cli"])


@dataclass(frozen=True)
class Ended:
    """What came of a process.

    Attributes:
        exit_code: as the shell sees it, but negative where a signal ended it.
        text: all that it said, in one line, so that wrapping does not matter.
    """

    exit_code: int | None
    text: str


@dataclass(frozen=True)
class Process:
    """A process that was started."""

    process: ForkServerProcess
    output: Path
    reached: Event
    go_on: Event

    def wait_for_fault(self) -> None:
        """Wait until the fault's target is called."""
        wait_for(lambda: self.reached.is_set() or not self.process.is_alive(), "the fault")
        assert self.reached.is_set(), self.end().text

    def kill(self) -> None:
        """Kill it at once."""
        self.process.kill()

    def end(self) -> Ended:
        """Wait for its end."""
        self.process.join(DEADLINE_SECONDS)
        text = " ".join(self.output.read_text("utf-8").split()) if self.output.exists() else ""
        assert self.process.exitcode is not None, f"it does not end; it said: {text}"
        return Ended(self.process.exitcode, text)


@dataclass(frozen=True)
class Processes:
    """Starts processes with the environment of the test.

    Attributes:
        folder: where their output goes.
        stack: whatever still runs when it is closed is killed.
    """

    folder: Path
    stack: ExitStack

    def load(
        self, *months: str, fault: Fault | None = None, longest_file_bytes: int | None = None
    ) -> Process:
        """Start `taxi-assets load green`."""
        output = self.folder / f"output_{len(list(self.folder.glob('output_*')))}"
        output.touch()
        reached, go_on = _CONTEXT.Event(), _CONTEXT.Event()
        how = Launch(
            arguments=("load", "green", *months),
            environment=dict(os.environ),
            output=output,
            fault=fault,
            longest_file_bytes=longest_file_bytes,
            reached=reached,
            go_on=go_on,
        )
        process = _CONTEXT.Process(target=launch, args=(how,))
        process.start()
        self.stack.callback(self._end, process)
        return Process(process, output, reached, go_on)

    @staticmethod
    def _end(process: ForkServerProcess) -> None:
        process.kill()
        process.join()
        process.close()

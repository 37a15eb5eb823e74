"""What the process of a run prints, kept for Dagster's UI beside the events.

Dagster's own way to keep it starts two processes for each run. Here a thread reads what is printed,
and writes it to where it went before and into a file, which is made with the first line. A process
that writes to a terminal, such as ``taxi-assets load``, is left alone.
"""

from __future__ import annotations

import os
import selectors
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, cast

from taxi_assets.automation.dagster_internals import (
    CapturedLogContext,
    ConfigurableClassData,
    LocalComputeLogManager,
    UserConfigSchema,
)
from taxi_assets.settings import read_settings

_AT_ONCE = 65_536
_STREAMS = {1: "out", 2: "err"}


class StepOutput(LocalComputeLogManager):
    """Stands in ``dagster.yaml``: files below Dagster's home, deleted with their run."""

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """It takes nothing."""
        return {}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003 - the interface is Dagster's
    ) -> StepOutput:
        """Where Dagster keeps the files of runs."""
        return cls(str(read_settings().dagster_home / "storage"), inst_data=inst_data)

    @contextmanager
    def capture_logs(self, log_key: Sequence[str]) -> Iterator[CapturedLogContext]:
        """Copy what is printed meanwhile into files."""
        with ExitStack() as stack:
            if not any(os.isatty(stream) for stream in _STREAMS):
                for stream, extension in _STREAMS.items():
                    path = Path(self.get_captured_local_path(log_key, extension))
                    stack.enter_context(_copied(stream, path))
            yield CapturedLogContext(log_key)

    def is_capture_complete(self, log_key: Sequence[str]) -> bool:
        """Whether the run is over, so that nobody waits for more."""
        instance = cast("Any", self)._instance
        run = instance.get_run_by_id(log_key[0])
        return run is None or run.is_finished


@contextmanager
def _copied(stream: int, path: Path) -> Iterator[None]:
    """Copy what is written to a file descriptor into a file, until it is left."""
    before = os.dup(stream)
    ours, theirs = os.pipe()
    end, ended = os.pipe()
    copier = Thread(target=_copy, args=(ours, end, before, path), daemon=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(theirs, stream)
    os.close(theirs)
    copier.start()
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(before, stream)
        os.close(ended)  # a process that was started meanwhile may hold the other pipe open
        copier.join()
        for each in (before, ours, end):
            os.close(each)


def _copy(source: int, end: int, target: int, path: Path) -> None:
    """Copy what arrives, until the other pipe is closed and nothing is left."""
    os.set_blocking(source, False)
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        selector.register(end, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            data = b""
            if source in ready:
                data = os.read(source, _AT_ONCE)
                if not data:
                    return
                # Whoever prints must not wait for a disk that is full or a reader that is gone.
                with suppress(OSError):
                    os.write(target, data)
                with suppress(OSError):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with path.open("ab") as file:
                        file.write(data)
            if end in ready and not data:
                return

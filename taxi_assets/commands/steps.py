"""Takes the steps of a command one after the other, and minds Ctrl-C."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console

from taxi_assets.automation.month_outcomes import MonthOutcome, State
from taxi_assets.commands.terminal import MonthProgress

Step = tuple[str, Callable[[], MonthOutcome]]
"""The name of what is done, such as ``green 2024-01``, and what does it."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C. The text says how many months are done and how to go on."""


def not_done(outcomes: Sequence[MonthOutcome]) -> list[MonthOutcome]:
    """The months that failed or are not published yet."""
    return [o for o in outcomes if o.state in (State.FAILED, State.NOT_PUBLISHED)]


def run_steps(steps: Sequence[Step], console: Console) -> list[MonthOutcome]:
    """Take the steps one after the other, and show how far they are.

    Args:
        steps: the name of each, and what it does.
        console: gets the progress.

    Raises:
        Interrupted: Ctrl-C; a step that Dagster ended well meanwhile still counts.
    """
    outcomes: list[MonthOutcome] = []
    with (
        MonthProgress(console, len(steps)) as progress,
        _interruptible(outcomes, len(steps)),
        _seen_interrupts() as was_interrupted,
    ):
        for name, step in steps:
            progress.begin(name)
            outcome = step()
            interrupted = was_interrupted()
            if not (interrupted and outcome.state is State.FAILED):
                outcomes.append(outcome)
                progress.end(outcome)
            if interrupted:
                raise KeyboardInterrupt
    return outcomes


@contextmanager
def _seen_interrupts() -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether Ctrl-C was pressed, even while Dagster ignores it.

    Dagster ignores Ctrl-C between the steps of a run.
    """
    reader, writer = os.pipe2(os.O_NONBLOCK)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def was_interrupted() -> bool:
        try:
            return signal.SIGINT in os.read(reader, 1 << 16)
        except BlockingIOError:
            return False

    try:
        yield was_interrupted
    finally:
        signal.set_wakeup_fd(before)
        os.close(reader)
        os.close(writer)


@contextmanager
def _interruptible(outcomes: list[MonthOutcome], planned: int) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(
            f"Interrupted: {len(outcomes)} of {planned} done, and no month is half-loaded. Run the "
            "same command again to go on: what is loaded is passed over."
        ) from None

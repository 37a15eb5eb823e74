"""Runs a piece of work in a process of its own and takes what it cost.

A process per measurement keeps one contender's memory, caches and threads out of the next one's
figures. The clocks run around the work alone, without start and imports of the process; the
peak of memory is the whole process's, as the kernel reports it at its end.

Before each measurement the machine gets time to calm down, and one that others disturbed is
taken again; `Cost.others` says how much they still took. Time on the clock means little while
others work, CPU seconds a little more, ratios of neighbouring runs the most.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

_QUIET_CORES = 0.15
_PATIENCE_SECONDS = 10
_ATTEMPTS = 2
_RSS_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024
_PROC_STAT = Path("/proc/stat")


@dataclass
class Cost:
    """What a piece of work took.

    Attributes:
        wall_seconds: on the clock.
        cpu_seconds: user and system time of all threads of the process.
        parts: further figures that the work reported, by name.
        found: what else it reported.
        peak_bytes: largest resident set of the process that did it; 0 where not known.
        others: cores that other processes kept busy meanwhile, on average.
    """

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    peak_bytes: int = 0
    others: float = 0.0


@contextmanager
def measured() -> Iterator[Cost]:
    """The cost of what happens inside, filled in at the end."""
    cost = Cost()
    cpu, wall = _cpu_seconds(), time.perf_counter()
    yield cost
    cost.wall_seconds = time.perf_counter() - wall
    cost.cpu_seconds = _cpu_seconds() - cpu


def report(cost: Cost) -> None:
    """Hand the cost to the process that asked for it."""
    print(json.dumps([cost.wall_seconds, cost.cpu_seconds, cost.parts, cost.found]))


def peak_bytes() -> int:
    """The largest resident set that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT_BYTES


def run(module: str, *arguments: str, scratch: Path | None = None) -> Cost:
    """The cost of ``python -m module arguments``, which calls `report` in the end.

    Args:
        module: the module to run.
        arguments: what it is given.
        scratch: a folder that it finds empty, each time that it is tried.

    Raises:
        RuntimeError: it failed; what it wrote to stderr is in the message.
    """

    def once() -> Cost:
        process, output = _run([sys.executable, "-m", module, *arguments], {})
        work = Cost(*json.loads(output.splitlines()[-1]))
        return replace(work, peak_bytes=process.peak_bytes, others=process.others)

    return _least_disturbed(once, scratch)


def run_whole(
    command: Sequence[str], environment: Mapping[str, str], scratch: Path | None = None
) -> Cost:
    """The cost of a process from its start to its end.

    Args:
        command: what it runs.
        environment: variables on top of those of this process.
        scratch: a folder that it finds empty, each time that it is tried.

    Raises:
        RuntimeError: it failed; what it wrote to stderr is in the message.
    """
    return _least_disturbed(lambda: _run(command, environment)[0], scratch)


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure, and the highest peak."""
    return Cost(
        statistics.median(cost.wall_seconds for cost in costs),
        statistics.median(cost.cpu_seconds for cost in costs),
        {name: statistics.median(cost.parts[name] for cost in costs) for name in costs[0].parts},
        costs[0].found,
        max(cost.peak_bytes for cost in costs),
        statistics.median(cost.others for cost in costs),
    )


def _least_disturbed(once: Callable[[], Cost], scratch: Path | None) -> Cost:
    tries: list[Cost] = []
    while len(tries) < _ATTEMPTS:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(parents=True)
        _await_quiet()
        # What was left to be written must not slow this one down.
        os.sync()
        tries.append(once())
        if tries[-1].others < _QUIET_CORES:
            break
    return min(tries, key=lambda cost: cost.others)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[Cost, bytes]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        busy, wall = _busy_seconds(), time.perf_counter()
        process = subprocess.Popen(
            command, stdout=out, stderr=err, env={**os.environ, **environment}
        )
        _, status, usage = os.wait4(process.pid, 0)
        busy, wall = _busy_seconds() - busy, time.perf_counter() - wall
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)}: {err.read().decode()}")
        output = out.read()
    cpu = usage.ru_utime + usage.ru_stime
    others = max(0.0, busy - cpu) / wall
    return Cost(wall, cpu, {}, {}, usage.ru_maxrss * _RSS_UNIT_BYTES, others), output


def _await_quiet() -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        before = _busy_seconds()
        time.sleep(1)
        if _busy_seconds() - before < _QUIET_CORES:
            return


def _busy_seconds() -> float:
    """What all cores worked since the machine's start; 0 where the system does not say so."""
    if not _PROC_STAT.exists():
        return 0.0
    user, nice, system, _idle, _iowait, *rest = map(int, _PROC_STAT.read_text().split()[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime

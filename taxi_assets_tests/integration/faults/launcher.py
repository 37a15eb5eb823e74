"""Runs the command line in a process of its own, so that something befalls it at a given point.

What runs is the product itself: a fault decides only when.
"""

from __future__ import annotations

import functools
import importlib
import os
import resource
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.synchronize import Event
from pathlib import Path
from uuid import uuid4

from taxi_assets.automation.instance import SESSION_TAGS
from taxi_assets.cli import main
from taxi_assets.failures import ATTENDED_TAG


class Action(StrEnum):
    """What befalls a process."""

    KILL = "kill"
    """It dies as by `kill -9`."""
    INTERRUPT = "interrupt"
    """It gets the signal of Ctrl-C, and goes on if it can."""
    HOLD = "hold"
    """It waits until it is told to go on."""


@dataclass(frozen=True)
class Fault:
    """Something that befalls a process when a function is called.

    Attributes:
        action: what befalls it.
        target: ``module:function`` or ``module:Class.method``, of the product or a library.
        call: at which call of the function.
        after: when the function has run, instead of before.
    """

    action: Action
    target: str
    call: int = 1
    after: bool = False


@dataclass(frozen=True)
class Launch:
    """How a process is started.

    Attributes:
        arguments: the command line's arguments.
        environment: all of its environment.
        output: the file that takes all that it says.
        fault: what befalls it, if anything.
        longest_file_bytes: no file may become longer, if given: a disk that is full.
        reached: set when the fault's target is called.
        go_on: ends a hold.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    output: Path
    fault: Fault | None
    longest_file_bytes: int | None
    reached: Event
    go_on: Event


def launch(how: Launch) -> None:
    """Be that process, as a terminal starts it: a job in the background would ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # It was forked off one that has imported everything: without this, all would be one session.
    SESSION_TAGS[ATTENDED_TAG] = uuid4().hex
    os.environ.clear()
    os.environ.update(how.environment)
    with how.output.open("wb") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    if how.longest_file_bytes is not None:
        limits = (how.longest_file_bytes, resource.RLIM_INFINITY)
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    if how.fault is not None:
        _prepare(how.fault, how)
    main(how.arguments)


def _prepare(fault: Fault, how: Launch) -> None:
    module, _, path = fault.target.partition(":")
    *owners, name = path.split(".")
    owner = functools.reduce(getattr, owners, importlib.import_module(module))
    original = getattr(owner, name)
    calls = 0

    @functools.wraps(original)
    def faulty(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls != fault.call:
            return original(*arguments, **named)
        if fault.after:
            result = original(*arguments, **named)
            _befall(fault.action, how)
            return result
        _befall(fault.action, how)
        return original(*arguments, **named)

    setattr(owner, name, faulty)


def _befall(action: Action, how: Launch) -> None:
    how.reached.set()
    match action:
        case Action.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        case Action.INTERRUPT:
            os.kill(os.getpid(), signal.SIGINT)
        case Action.HOLD:
            how.go_on.wait()

"""Waits that a model asks for, where somebody looks on."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from taxi_assets.commands.output import errors

if TYPE_CHECKING:
    from taxi_assets.assistant.gemini.model import Gemini

PATIENCE_SECONDS = 120.0
"""A longer wait ends the command: who looks on has other things to do."""


def attended(gemini: Gemini) -> Gemini:
    """The model as a person at a terminal asks it: shorter waits are counted down."""
    if not errors.is_terminal:
        return gemini
    connection = gemini.connection
    longest = max(connection.longest_wait_seconds, PATIENCE_SECONDS)
    patient = replace(connection, longest_wait_seconds=longest, sleep=count_down)
    return replace(gemini, connection=patient)


def count_down(seconds: float) -> None:
    """Wait, and say every second for how long still."""
    end = time.monotonic() + seconds
    with errors.status("") as status:
        while (left := end - time.monotonic()) > 0:
            status.update(f"Gemini asks to wait: {math.ceil(left)} s left; Ctrl-C ends it")
            time.sleep(min(left, 1))

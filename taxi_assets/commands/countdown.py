"""Shows the waits that a model asks for, if a person is at the terminal."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from taxi_assets.commands.output import errors

if TYPE_CHECKING:
    from taxi_assets.assistant.gemini.model import Gemini

PATIENCE_SECONDS = 120.0
"""The longest wait that a person is asked to accept. A longer one ends the command."""


def attended(gemini: Gemini) -> Gemini:
    """The model for a person at a terminal: waits up to the longest one are counted down."""
    if not errors.is_terminal:
        return gemini
    connection = gemini.connection
    longest = max(connection.longest_wait_seconds, PATIENCE_SECONDS)
    patient = replace(connection, longest_wait_seconds=longest, sleep=count_down)
    return replace(gemini, connection=patient)


def count_down(seconds: float) -> None:
    """Wait, and show every second how much time is left."""
    end = time.monotonic() + seconds
    with errors.status("") as status:
        while (left := end - time.monotonic()) > 0:
            status.update(f"Gemini asks to wait: {math.ceil(left)} s left; Ctrl-C ends it")
            time.sleep(min(left, 1))

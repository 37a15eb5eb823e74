"""The assistant with the real SDK, against a server of this machine that is like Gemini's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from taxi_assets.assistant.gemini.model import Gemini, gemini_of
from taxi_assets.settings import read_settings
from taxi_assets_tests.gemini_server import KEY, GeminiServer, gemini_server


@pytest.fixture
def server(settings_env: Path) -> Iterator[GeminiServer]:
    """Gemini on this machine, as the settings name it, with a key that it accepts."""
    with gemini_server() as running:
        os.environ["TAXI_GEMINI_BASE_URL"] = running.url
        os.environ["GEMINI_API_KEY"] = KEY
        yield running


@pytest.fixture
def waits() -> list[float]:
    """The waits that the product took, none of which a test waits for."""
    return []


@pytest.fixture
def gemini(server: GeminiServer, waits: list[float]) -> Callable[[], Gemini]:
    """Gemini as the settings of the moment name it, in a hurry."""

    def as_set() -> Gemini:
        named = gemini_of(read_settings())
        assert named is not None
        hasty = replace(named.connection, first_pause_seconds=0.01, sleep=waits.append)
        return replace(named, connection=hasty)

    return as_set

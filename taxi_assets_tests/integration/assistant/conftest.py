"""The assistant with the real SDK, against a server of this machine that is like Gemini's."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from taxi_assets.assistant.copilot import child, proof
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


@pytest.fixture
def proved_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans are proved in this process, with the environment and the folder of the other one.

    That one needs seconds to import Dagster. What it may see and do is tested with it.
    """

    def answer(
        files: Mapping[str, str], folder: Path, environment: Mapping[str, str], _: float
    ) -> tuple[int, bytes]:
        with mock.patch.dict(os.environ, environment, clear=True), chdir(folder):
            return 0, json.dumps(child.answer(files)).encode()

    monkeypatch.setattr(proof, "_answer", answer)

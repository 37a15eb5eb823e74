"""The assistant is optional, and costs nothing where it is not used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from taxi_assets.assistant.extra import needs_extra
from taxi_assets.errors import AssistantError

_HEAVY = ("google.genai", "httpx2", "wordllama", "tokenizers")

_WITHOUT_EXTRA = f"""
import sys
sys.modules.update(dict.fromkeys({_HEAVY}))  # importing one of them fails
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
jobs = [job.name for job in build_definitions(read_settings()).resolve_all_job_defs()]
assert "chat" in jobs, jobs
from taxi_assets.cli import main
main(["ask", "What is a ledger?"])
"""


def test_without_the_extra_all_else_works_and_ask_says_how_to_install_it(
    settings_env: Path,
) -> None:
    page = settings_env.parent / "page.md"
    page.write_text("A ledger is a list.")
    os.environ["TAXI_ASSISTANT_SOURCES"] = str(page)
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_EXTRA],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "COLUMNS": "300"},
    )
    assert done.returncode == 1, done.stderr
    assert "wordllama" in done.stderr, done.stderr
    assert "pip install 'taxi-assets[assistant]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_another_error_is_left_as_it_is() -> None:
    with pytest.raises(AssistantError, match="the package nowhere"), needs_extra():
        raise ModuleNotFoundError(name="nowhere")
    with pytest.raises(ValueError, match="x"), needs_extra():
        raise ValueError("x")

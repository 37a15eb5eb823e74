"""Commands that people run often import no more than they need: each import is waiting time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from taxi_assets.settings import read_settings
from taxi_assets.trips.datasets import DATASETS

_PROGRAM = """
import sys
from taxi_assets.cli import main
try:
    main({arguments})
except SystemExit as end:
    assert not end.code, end.code
found = [name for name in {unwanted} if name in sys.modules]
print("imported without need:", found)
"""

_NEVER = (
    "google.auth",
    "pandas",
    "requests",
    "taxi_assets.definitions",
)
_WITHOUT_DAGSTER = ("dagster", "duckdb", "numpy", "pyarrow", "sqlalchemy", *_NEVER)


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--help"], _WITHOUT_DAGSTER),
        (["load", "--help"], _WITHOUT_DAGSTER),
        (["status"], _NEVER),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_imports_nothing_that_it_does_not_need(
    settings_env: Path, arguments: list[str], unwanted: tuple[str, ...]
) -> None:
    program = _PROGRAM.format(arguments=arguments, unwanted=unwanted)

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=240, check=False
    )

    assert done.stdout.endswith("imported without need: []\n"), done.stdout + done.stderr


@pytest.mark.parametrize("analytics", ["off", pytest.param("on", marks=pytest.mark.long)])
def test_a_report_asks_for_all_checks_that_there_are(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, analytics: str
) -> None:
    from taxi_assets.commands.report_session import check_keys
    from taxi_assets.definitions import build_definitions

    monkeypatch.setenv("TAXI_ANALYTICS", analytics)
    settings = read_settings().including(DATASETS.values())
    made = build_definitions(settings).resolve_asset_graph().asset_check_keys
    assert sorted(map(str, check_keys(settings))) == sorted(map(str, made))


def test_a_load_that_passes_all_months_over_builds_no_definitions(settings_env: Path) -> None:
    program = (
        "import sys, taxi_assets.commands.session; "
        f"print([name for name in {_NEVER} if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=240, check=True
    )

    assert done.stdout == "[]\n"

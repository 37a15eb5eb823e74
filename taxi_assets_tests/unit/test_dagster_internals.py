"""What the project uses of Dagster's private modules is still there, and used in one place only."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path

import dagster
import pytest

from taxi_assets.automation import dagster_internals
from taxi_assets.automation.dagster_internals import PLACES

PACKAGE = Path(dagster_internals.__file__).parents[1]
USED = [(module, name) for module, names in PLACES.items() for name in names]
ARGUMENTS = {
    "retry_run": ["failed_run", "workspace_context"],
    "execute_backfill_iteration": ["workspace_process_context", "logger"],
    "cancel_backfill_runs_and_cancellation_complete": ["instance", "backfill_id", "logger"],
    "auto_reexecution_should_retry_run": ["instance", "run", "run_failure_reason"],
    "daemon_controller_from_instance": ["instance", "workspace_load_target"],
}


@pytest.mark.parametrize(("module", "name"), USED)
def test_dagster_has_what_the_project_uses_of_it(module: str, name: str) -> None:
    moved = (
        f"Dagster {dagster.__version__} has no {module}.{name}: find where it is now, and change "
        f"taxi_assets/automation/dagster_internals.py, or what uses it"
    )
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError):
        pytest.fail(moved)

    assert getattr(dagster_internals, name) is found
    if name in ARGUMENTS:
        taken = list(inspect.signature(found).parameters)[: len(ARGUMENTS[name])]
        assert taken == ARGUMENTS[name], f"{name} takes other arguments than before"


def test_every_name_stands_where_it_can_be_imported_from() -> None:
    assert sorted(name for _, name in USED) == sorted(dagster_internals.__all__)
    with pytest.raises(AttributeError, match="has no nothing_of_the_kind"):
        dagster_internals.nothing_of_the_kind  # noqa: B018 - reading it is the test


def test_no_other_module_uses_dagsters_private_modules() -> None:
    private = re.compile(r"^\s*(from|import) dagster\w*\._", re.MULTILINE)
    found = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if private.search(path.read_text("utf-8"))
    ]

    assert found == ["automation/dagster_internals.py"]

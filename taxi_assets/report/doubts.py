"""Why the figures of a month may be wrong: what coverage and checks say of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from taxi_assets.report.check_states import CheckState
from taxi_assets.status.coverage import Coverage, MonthState
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.summary_records import MonthSummary


def doubts(
    datasets: Sequence[Dataset],
    lines: Sequence[Coverage],
    checks: Sequence[CheckState],
    warehouse: str,
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Why each month of each taxi is not proved in a warehouse; nothing for those that are.

    A month is proved if its rows agree with file, ledger and published count, and all blocking
    checks passed since its last load.
    """
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in lines:
        if line.state is MonthState.WRONG:
            found[line.taxi, line.month].append(line.agreement)
    states: dict[tuple[str, str], dict[str, CheckState]] = defaultdict(dict)
    for state in checks:
        states[state.asset, state.month][state.name] = state
    for dataset in datasets:
        blocking = [check.name for check in checks_of(dataset) if check.blocks]
        for line in lines:
            if line.taxi == dataset.taxi and line.warehouse_rows.get(warehouse):
                known = states[f"{warehouse}/{dataset.table}", line.month]
                found[line.taxi, line.month] += _of_checks(known, blocking)
    return {month: tuple(why) for month, why in found.items() if why}


def doubts_of_figures(summary: MonthSummary) -> tuple[str, ...]:
    """Why a month's figures are not those of its file, or may be those of other rows."""
    if summary.changed:
        return ("its rows were changed since it was loaded",)
    return ("its figures are of an older edition",) if summary.version is None else ()


def _of_checks(known: dict[str, CheckState], blocking: Sequence[str]) -> list[str]:
    current = {name: known[name] for name in blocking if name in known and known[name].current}
    failed = [name for name, state in current.items() if state.state == "failed"]
    passed = [name for name, state in current.items() if state.state == "passed"]
    if failed:
        return [f"the check {name} failed" for name in failed]
    if len(passed) < len(blocking):
        return ["not all of its checks passed since it was loaded"]
    return []

"""docs/architecture.md is of the code of now: its picture, its rooms, its example of a check."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

from taxi_assets.trips.green import GREEN
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.checks import Check, Expectations, MonthFigures, Verdict

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PICTURE = runpy.run_path(str(ROOT / "docs" / "make_rooms.py"))


def test_the_picture_is_of_the_contracts_that_ci_holds() -> None:
    assert "cli --> commands" in PAGE
    assert PICTURE["with_picture"](PAGE) == PAGE, "run `make rooms`"


def test_every_room_is_told_of() -> None:
    table = PAGE.partition("| room | what belongs there |")[2].partition("\n\n")[0]
    told = re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines()[2:]))
    assert told == [room for layer in PICTURE["layers"]() for room in layer]


def test_the_example_is_a_check_that_can_pass_and_fail() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {each.__name__: each for each in (Check, Expectations, MonthFigures, Verdict)}
    exec(example.replace("\nCheck(", "\nfound = Check("), names)
    check = names["found"]
    assert isinstance(check, Check)
    assert check.is_of(GREEN)
    expected = Expectations("green", "2024-01", None, False, 0, 0, 0, 0)
    judged = [check.judge(MonthFigures(1000, shared_row_ids=n), expected) for n in (10, 11)]
    assert [verdict.passed for verdict in judged] == [True, False]
    assert judged[1].reason == "11 of 1,000 rows share their id"


def test_every_check_stands_in_the_page_of_checks() -> None:
    page = (ROOT / "docs" / "checks.md").read_text("utf-8")
    rows = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", page, re.MULTILINE))))
    assert {check.name for check in checks_of(GREEN)} <= rows

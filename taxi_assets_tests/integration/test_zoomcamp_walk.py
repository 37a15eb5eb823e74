"""docs/zoomcamp.md, typed from top to bottom without a network: each step shows what it says.

CI types the first steps; the longer run types all of them, and the solutions.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from unittest import mock

import psycopg
import pytest

from taxi_assets.cli import main
from taxi_assets_tests.command_line import taxi_assets

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "zoomcamp.md").read_text("utf-8")
FOLD = re.compile(r"<details>.*?</details>", re.DOTALL)
BLOCK = re.compile(r"^(?:`(pipelines/\w+\.yaml)`:\n\n)?```(\w+)\n(.*?)```", re.M | re.S)
NEEDS_MORE = "# needs: "


class Reader:
    """Somebody who types the page's blocks into one terminal, in a folder of the project."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, dsn: str) -> None:
        for name in ("TAXI_DATA_DIR", "DAGSTER_HOME"):  # the folder `data` of the page
            del os.environ[name]
        self._monkeypatch = monkeypatch
        self._dsn = dsn
        self._sql = ""

    def type(self, block: str) -> str:
        """Run the block's lines and return what they print."""
        lines = re.sub(r'("[^"]*")', lambda text: text[0].replace("\n", " "), block)
        return "\n".join(filter(None, map(self._line, lines.splitlines())))

    def _line(self, line: str) -> str:
        if line.startswith("sql() {"):
            (self._sql,) = re.findall(r'python -c "(.*)" "\$1"', line)
            return ""
        with self._monkeypatch.context() as for_this_line:
            words = shlex.split(line, comments=True)
            while words and re.match(r"[A-Z_]+=", words[0]):
                for_this_line.setenv(*words.pop(0).split("=", 1))
            if not words:
                return ""
            program, *arguments = words
            known: dict[str, Callable[..., str]] = {
                "export": self._export,
                "sql": self._query,
                "psql": self._psql,
                "taxi-assets": self._taxi_assets,
            }
            return known[program](*arguments)

    def _export(self, *settings: str) -> str:
        for setting in settings:
            name, value = setting.split("=", 1)
            self._monkeypatch.setenv(name, self._dsn if name.endswith("_DSN") else value)
        return ""

    def _query(self, text: str) -> str:
        with redirect_stdout(io.StringIO()) as shown, mock.patch.object(sys, "argv", ["", text]):
            exec(self._sql, {})
        return shown.getvalue()

    def _psql(self, dsn: str, option: str, text: str) -> str:
        assert (dsn, option) == ("$TAXI_POSTGRES_DSN", "-c")
        with psycopg.connect(self._dsn) as connection:
            answer = connection.execute(text)
            rows = answer.fetchall() if answer.description else []
        return "\n".join(" | ".join(map(str, row)) for row in rows)

    def _taxi_assets(self, *arguments: str) -> str:
        answer = taxi_assets(*arguments)
        assert answer.exit_code == 0, answer.text
        return answer.text


def walk(page: str, reader: Reader) -> None:
    """Type all blocks of the page that need no more than this machine, and hold what is shown."""
    shown, missed = "", []
    for name, kind, text in BLOCK.findall(page):
        if kind == "sh" and not text.startswith(NEEDS_MORE):
            shown = " ".join(reader.type(text).split())
        elif kind == "text":
            lines = [" ".join(line.split()) for line in text.splitlines()]
            missed += [f"{line} is not in: {shown}" for line in lines if line not in shown]
        elif kind == "yaml":
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_text(text, "utf-8")
    assert missed == []


def test_the_first_steps_do_what_the_page_says(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk(FOLD.sub("", PAGE.partition("\n## 2.3")[0]), Reader(monkeypatch, ""))


@pytest.mark.long
def test_every_step_and_every_solution_does_what_the_page_says(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, postgres_dsn: str
) -> None:
    walk(PAGE, Reader(monkeypatch, postgres_dsn))


def test_every_command_and_option_of_the_page_is_there() -> None:
    blocks = [text for _, kind, text in BLOCK.findall(PAGE) if kind == "sh"]
    lines = [line for text in blocks for line in text.splitlines() if "taxi-assets " in line]
    typed = [line.partition("taxi-assets ")[2] for line in lines if not line.startswith("#")]
    assert len(typed) >= 25
    for line in typed:
        name, *arguments = shlex.split(line)
        main.commands[name].make_context(name, arguments)


def test_the_walk_goes_by_the_courses_order_with_an_exercise_for_each_step() -> None:
    steps = re.findall(r"^##+ (2\.\d(?:\.\d)?) ", PAGE, re.MULTILINE)
    assert steps == sorted(steps)
    assert {step[:3] for step in steps} == {f"2.{number}" for number in range(1, 7)}
    flows = re.findall(r"^### .*[Ff]lows? (\d\d)(?: and (\d\d))?", PAGE, re.MULTILINE)
    assert [n for pair in flows for n in pair if n] == [f"{n:02}" for n in range(1, 12)]
    sections = re.split(r"^##+ ", PAGE.partition("## 2.1")[2].partition("## 2.6")[0], flags=re.M)
    for section in sections:
        if "**Exercise.**" not in section:
            assert re.match(r"2\.\d \D", section), section[:40]
    assert PAGE.count("**Exercise.**") == PAGE.count("<summary>Solution</summary>") >= 12

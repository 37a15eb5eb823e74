"""Errors are printed in one form, and nothing in them steers a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from taxi_assets.commands.output import printed_errors
from taxi_assets.errors import QueryError


def test_a_full_disk_under_the_output_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, printed_errors():
        Path("/dev/full").write_text("rows")
    assert ended.value.code == 1
    assert "cannot print: No space left on device" in capsys.readouterr().err


def test_what_an_error_quotes_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), printed_errors():
        raise QueryError("there is no table \x1b[2J\x07", "name one")
    said = capsys.readouterr().err
    assert "there is no table [2J" in said
    assert said.replace("\n", "").isprintable()

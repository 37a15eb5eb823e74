"""A wait that Gemini asks for: counted down at a terminal, told at once elsewhere."""

from __future__ import annotations

import os
import sys

import pexpect

from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.gemini_server import GeminiServer, fault, retry_info

PROGRAM = "from taxi_assets.cli import main; main()"


def test_at_a_terminal_a_wait_is_counted_down(server: GeminiServer) -> None:
    os.environ["TAXI_GEMINI_LONGEST_WAIT_SECONDS"] = "0"
    server.faults = [fault(429, "slow down", retry_info(2))]
    child = pexpect.spawn(
        sys.executable,
        ["-c", PROGRAM, "ask", "--no-rag", "Hello?"],
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200"},
        encoding="utf-8",
        timeout=120,
    )
    child.expect("Gemini asks to wait: 2 s left")
    child.expect("Gemini asks to wait: 1 s left")
    child.expect("You asked: Hello?")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_elsewhere_it_ends_the_command(server: GeminiServer) -> None:
    os.environ["TAXI_GEMINI_LONGEST_WAIT_SECONDS"] = "0"
    server.faults = [fault(429, "slow down", retry_info(2))]
    said = taxi_assets("ask", "--no-rag", "Hello?")
    assert said.exit_code == 1
    assert "ask again in" in said.text

"""A service that ends is started again, but not for ever."""

from __future__ import annotations

import pytest

from taxi_assets.automation.service_process import Service
from taxi_assets_tests.command_line import wait_for


def test_a_service_that_ends_again_and_again_ends_all(capfd: pytest.CaptureFixture[str]) -> None:
    service = Service("ui_guard")  # a module that has nothing to do
    codes: list[int] = []

    def gave_up() -> bool:
        code = service.restart_if_ended()
        if code is not None:
            codes.append(code)
        return bool(codes)

    wait_for(gave_up, "the service to be given up")

    assert codes == [0]
    said = "The ui_guard ended with exit code 0, and is started again."
    assert capfd.readouterr().err.splitlines() == [said] * 3

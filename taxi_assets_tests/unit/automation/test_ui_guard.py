"""Requests whose headers are no addresses are refused like those of other sites."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from taxi_assets.automation.ui_guard import UiGuard


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Host": "[::1"}, 421), ({"Host": "localhost", "Origin": "http://[::1"}, 403)],
    ids=["host", "origin"],
)
def test_a_header_that_is_no_address_is_refused(headers: dict[str, str], status: int) -> None:
    client = TestClient(UiGuard(Starlette()), base_url="http://localhost")

    assert client.get("/", headers=headers).status_code == status

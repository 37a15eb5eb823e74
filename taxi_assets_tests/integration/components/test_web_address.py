"""What a pipeline file may fetch from: public hosts, whichever way an address is written."""

from __future__ import annotations

import pytest

from taxi_assets.components.web_address import is_public
from taxi_assets_tests.api_server import Answer, ApiServer
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.components.conftest import HTTP_TABLE, RATES, SQL, Write


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",  # multicast
        "239.255.255.250",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",  # multicast
        "ff0e::1",  # multicast, of global scope
        "::ffff:169.254.169.254",  # mapped
        "::ffff:224.0.0.1",
        "64:ff9b::a9fe:a9fe",  # NAT64 of 169.254.169.254
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",  # NAT64 for local use
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "2002:a9fe:a9fe::1",
        "2001:0:a9fe:a9fe::1",  # Teredo
        "::7f00:1",  # IPv4-compatible
        "::8.8.8.8",
        "::ffff:0:7f00:1",  # IPv4-translated
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",  # NAT64 of 8.8.8.8: how a host looks in a network of IPv6 alone
        "2002:808:808::1",
    ],
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("[::ffff:127.0.0.1]:9", "not a public address"),
        ("2130706433:9", "not a public address"),  # 127.0.0.1 as one number
        ("0x7f.1:9", "not a public address"),
        ("nowhere.invalid", "nowhere.invalid cannot be looked up"),
    ],
)
def test_such_a_host_is_not_asked(
    write: Write, monkeypatch: pytest.MonkeyPatch, host: str, told: str
) -> None:
    monkeypatch.setenv("TAXI_HTTP_ATTEMPTS", "1")
    for name in (
        "http_proxy",
        "https_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    write("rates", HTTP_TABLE.format(url=f"http://{host}", sql=SQL))
    said = taxi_assets("pipelines", "rates")
    assert said.exit_code == 1
    assert told in said.text
    assert "Traceback" not in said.text


def test_a_proxy_is_asked_for_a_name_that_only_it_knows(
    api: ApiServer, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_PIPELINE_HOSTS", "public")
    monkeypatch.setenv("http_proxy", api.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    api.routes["/rates.csv"] = lambda _: Answer(RATES)
    write("rates", HTTP_TABLE.format(url="http://nowhere.invalid", sql=SQL))
    assert taxi_assets("pipelines", "rates").exit_code == 0
    assert api.asked == ["http://nowhere.invalid/rates.csv"]

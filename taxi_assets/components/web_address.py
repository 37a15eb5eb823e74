"""Checks the web addresses in pipeline files, and the hosts that they lead to."""

from __future__ import annotations

import ipaddress
import socket
from typing import Annotated, Any
from urllib.parse import urlsplit

import requests
from pydantic import AfterValidator
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy

from taxi_assets.errors import SourceRefusedError, SourceUnavailableError
from taxi_assets.settings import Settings
from taxi_assets.source.http import HttpTransport

_MAX_REDIRECTS = 5
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ELSEWHERE = tuple(
    ipaddress.IPv6Network(network) for network in ("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48")
)
"""IPv4-compatible and IPv4-translated addresses, and NAT64 for local use: RFC 4291, 2765, 8215."""


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it must begin with https:// or http://, and name a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it must not hold a user or a password: everybody sees this file")
    if not value.isascii() or any(c.isspace() or not c.isprintable() for c in value):
        raise ValueError("it must not hold spaces or characters that are not encoded")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
"""An address on the web, without credentials."""


def transport_of(settings: Settings) -> HttpTransport:
    """The transport that fetches such addresses.

    Unless the settings allow any host, each request goes only to public addresses, also after a
    redirect. A pipeline file must not give access to services that only this machine can reach,
    such as the cloud credentials on 169.254.169.254.
    """
    transport = HttpTransport(
        attempts=settings.http_attempts,
        connect_timeout_seconds=settings.http_timeout_seconds,
        stall_timeout_seconds=settings.http_timeout_seconds,
        address_setting="the pipeline file",
    )
    transport.session.max_redirects = _MAX_REDIRECTS
    if settings.pipeline_hosts == "public":
        for scheme in ("http://", "https://"):
            transport.session.mount(scheme, _PublicHosts())
    return transport


class _PublicHosts(HTTPAdapter):
    """Refuses a host if any of its addresses is not public. It checks before each request."""

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """Look up the host, and send the request only to public addresses.

        If a proxy is set, the proxy looks up the host and connects. Its operator decides which
        hosts it may reach. A name that cannot be looked up here is left to the proxy.
        """
        host = str(urlsplit(request.url or "").hostname or "")
        addresses = _addresses(host)
        if not addresses and not select_proxy(request.url or "", options.get("proxies")):
            raise SourceUnavailableError(
                f"{host} cannot be looked up",
                "check the name in the pipeline file, and the network",
            )
        for address in addresses:
            if not is_public(address):
                raise SourceRefusedError(
                    f"{host} is {address}, which is not a public address",
                    "name a public host in the pipeline file, or set TAXI_PIPELINE_HOSTS=any if "
                    "everybody who writes pipeline files may reach what this machine reaches",
                )
        return super().send(request, *args, **options)


def is_public(text: str) -> bool:
    """Whether an address is a public Internet address of a single host.

    An IPv6 address that contains an IPv4 address (mapped, 6to4, NAT64: RFC 4291, 3056, 6052) is
    public if the IPv4 address is. Teredo and obsolete forms can lead anywhere and are not public.
    """
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.teredo or any(address in network for network in _ELSEWHERE):
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(address.packed[-4:])
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast


def _addresses(host: str) -> set[str]:
    """The host's addresses; empty if it cannot be looked up."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return set()
    return {str(entry[4][0]).partition("%")[0] for entry in found}

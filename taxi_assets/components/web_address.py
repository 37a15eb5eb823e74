"""Web addresses that a pipeline file may name, and what may stand behind them."""

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
    """What fetches such an address.

    Unless the settings allow any host, each request, those that redirects lead to included, goes
    to public addresses only: a pipeline file must not be a way to what only this machine reaches,
    such as the credentials that a cloud hands out on 169.254.169.254.
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
    """Refuses hosts of which any address is not public, each time before it connects."""

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """Look the host up, and send the request only to public addresses.

        Where a proxy is set, it is the proxy that looks up and connects: what it may reach is for
        whoever runs it to say, and a name that only it knows is left to it.
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
    """Whether an address is one of the public Internet's, for a single host.

    An IPv6 address that stands for an IPv4 one (mapped, 6to4, NAT64: RFC 4291, 3056, 6052) is as
    public as that one is. Teredo and forms that are out of use lead anywhere.
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
    """The host's addresses; none where it is not known here."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return set()
    return {str(entry[4][0]).partition("%")[0] for entry in found}

"""Asks the web addresses in pipeline files, and checks the hosts that they lead to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import requests
from pydantic import AfterValidator
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy

from taxi_assets.errors import SourceRefusedError, SourceUnavailableError
from taxi_assets.settings import Settings
from taxi_assets.source.content import fetch_content
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


Carry = Callable[[requests.PreparedRequest], requests.PreparedRequest]
"""Adds to a request what only its host may see."""


@dataclass(frozen=True)
class Received:
    """An answer.

    Attributes:
        content: its bytes.
        links: its header ``Link``, which may name the next page; empty without one.
    """

    content: bytes
    links: str


class Web:
    """Asks addresses of pipeline files."""

    def __init__(self, settings: Settings, carry: Carry, largest_bytes: int) -> None:
        """Prepare to ask. Nothing is sent yet.

        Args:
            settings: they say whether only public addresses may be asked.
            carry: adds to each request what only its host may see.
            largest_bytes: of an answer.
        """
        self._transport = transport_of(settings, carry)
        self._largest_bytes = largest_bytes
        self._links = ""
        self._transport.session.hooks["response"].append(self._keep_links)

    def ask(self, url: str) -> Received:
        """The answer of an address.

        Raises:
            TaxiAssetsError: there is none, it is too large, or it may not be asked.
        """
        require_address(url)
        content = fetch_content(self._transport, url, self._largest_bytes)
        return Received(content, self._links)

    def _keep_links(self, response: requests.Response, *_: Any, **__: Any) -> None:
        self._links = response.headers.get("Link", "")


def require_address(url: str) -> None:
    """Check an address that an answer named.

    Raises:
        SourceRefusedError: it is none that may be asked.
    """
    try:
        _web_address(url)
    except ValueError as error:
        raise SourceRefusedError(
            f"the next page is no web address: {error}", "look at what the address answers"
        ) from None


def require_host(url: str) -> None:
    """Check that the host of an address may be asked, without asking it.

    Raises:
        SourceUnavailableError: the host cannot be looked up.
        SourceRefusedError: it is not a public host.
    """
    _require_public(str(urlsplit(url).hostname or ""), may_be_unknown=False)


def transport_of(settings: Settings, carry: Carry = lambda request: request) -> HttpTransport:
    """The transport that fetches such addresses.

    Unless the settings allow any host, each request goes only to public addresses, also after a
    redirect. A pipeline file must not give access to services that only this machine can reach,
    such as the cloud credentials on 169.254.169.254.
    """
    transport = HttpTransport(
        attempts=settings.http_attempts,
        connect_timeout_seconds=settings.http_timeout_seconds,
        stall_timeout_seconds=settings.http_timeout_seconds,
        longest_seconds=settings.http_file_seconds,
        address_setting="the pipeline file",
    )
    transport.session.max_redirects = _MAX_REDIRECTS
    public = settings.pipeline_hosts == "public"
    for scheme in ("http://", "https://"):
        transport.session.mount(scheme, _Hosts(public, carry))
    return transport


class _Hosts(HTTPAdapter):
    """Sends requests, and refuses hosts that are not public if only those may be asked."""

    def __init__(self, public: bool, carry: Carry) -> None:
        super().__init__()
        self._public, self._carry = public, carry

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """Look up the host, and send the request only to public addresses.

        If a proxy is set, the proxy looks up the host and connects. Its operator decides which
        hosts it may reach. A name that cannot be looked up here is left to the proxy.
        """
        if self._public:
            proxied = bool(select_proxy(request.url or "", options.get("proxies")))
            _require_public(str(urlsplit(request.url or "").hostname or ""), proxied)
        return super().send(self._carry(request), *args, **options)


def _require_public(host: str, may_be_unknown: bool) -> None:
    addresses = _addresses(host)
    if not addresses and not may_be_unknown:
        raise SourceUnavailableError(
            f"{host} cannot be looked up", "check the name in the pipeline file, and the network"
        )
    for address in addresses:
        if not is_public(address):
            raise SourceRefusedError(
                f"{host} is {address}, which is not a public address",
                "name a public host in the pipeline file, or set TAXI_PIPELINE_HOSTS=any if "
                "everybody who writes pipeline files may reach what this machine reaches",
            )


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

"""Web addresses that a pipeline file may name, and what may stand behind them."""

from __future__ import annotations

import ipaddress
import socket
from typing import Annotated, Any
from urllib.parse import urlsplit

import requests
from pydantic import AfterValidator
from requests.adapters import HTTPAdapter

from taxi_assets.errors import SourceRefusedError
from taxi_assets.settings import Settings
from taxi_assets.source.http import HttpTransport

_MAX_REDIRECTS = 5


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
        """Look the host up, and send the request only to public addresses."""
        host = urlsplit(request.url or "").hostname or ""
        for address in _addresses(str(host)):
            if not ipaddress.ip_address(address).is_global:
                raise SourceRefusedError(
                    f"{host} is {address}, which is not a public address",
                    "name a public host in the pipeline file, or set TAXI_PIPELINE_HOSTS=any if "
                    "everybody who writes pipeline files may reach what this machine reaches",
                )
        return super().send(request, *args, **options)


def _addresses(host: str) -> set[str]:
    """The host's addresses; none where it is not known here, as behind a proxy."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return set()
    return {str(entry[4][0]).partition("%")[0] for entry in found}

"""Headers and parameters of requests, and the secrets in them.

A pipeline file names a secret; its value is in the settings, which also say to which host it may be
sent. So a file cannot send a secret elsewhere, and neither can a redirect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import dagster as dg
import requests
from pydantic import AfterValidator, ConfigDict

from taxi_assets.errors import TaxiAssetsError
from taxi_assets.settings import variable
from taxi_assets.settings.pipelines import PipelineSettings

_OURS = {
    *("accept-encoding", "connection", "content-length", "cookie", "host", "if-range", "range"),
    *("if-modified-since", "if-none-match", "transfer-encoding", "user-agent"),
}


def _header_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", value) or value.lower() in _OURS:
        raise ValueError("it is no name of a header, or that header is not for pipeline files")
    return value


def _plain(value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise ValueError("it must have printable characters of ASCII")
    return value


def _secret_name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", value):
        raise ValueError(
            "it is the name of a secret, in lower case, never the secret itself: "
            f"{variable('pipeline_secrets')} holds its value"
        )
    return value


Text = Annotated[str, AfterValidator(_plain)]
HeaderName = Annotated[str, AfterValidator(_header_name)]
SecretName = Annotated[str, AfterValidator(_secret_name)]


class SecretValue(dg.Model):
    """A value that the settings hold.

    Attributes:
        secret: the name of the secret.
        before: a text to put before it, such as ``"Bearer "``.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    secret: SecretName
    before: Text = ""


Values = Mapping[str, Text | SecretValue]


def secret_key(name: str, url: str) -> str:
    """The key of a secret in the settings: its name, and the host of the address."""
    return f"{name}@{urlsplit(url).hostname}"


def named_secrets(*values: Values) -> list[str]:
    """The names of the secrets among the values."""
    found = [each for given in values for each in given.values()]
    return list(dict.fromkeys(each.secret for each in found if isinstance(each, SecretValue)))


@dataclass(frozen=True)
class RequestValues:
    """What a request carries to the host of its address, and to no other one.

    Attributes:
        url: the address.
        headers: by name.
        parameters: of the address's query, by name.
        settings: they hold the secrets.
    """

    url: str
    headers: Values
    parameters: Values
    settings: PipelineSettings

    def require(self) -> None:
        """Check that the settings have the secrets, and that nobody can read them on their way.

        Raises:
            ValueError: a secret is missing, or the address is not encrypted.
        """
        names = named_secrets(self.headers, self.parameters)
        for name in names:
            key = secret_key(name, self.url)
            if key not in self.settings.pipeline_secrets:
                raise ValueError(
                    f"{variable('pipeline_secrets')} has no {key}: add it there, with its value"
                )
        encrypted = urlsplit(self.url).scheme == "https"
        if names and not encrypted and self.settings.pipeline_hosts == "public":
            raise ValueError("url must begin with https:// where a secret is sent")

    def carry(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with its headers and parameters if it goes to the address's host."""
        mine, its = urlsplit(self.url), urlsplit(request.url or "")
        if (mine.scheme, mine.netloc) != (its.scheme, its.netloc):
            return request
        # A copy: the original is what a redirect would go on from.
        request = request.copy()
        request.headers.update({name: self._value(each) for name, each in self.headers.items()})
        given = urlencode({name: self._value(each) for name, each in self.parameters.items()})
        query = "&".join(filter(None, [its.query, given]))
        request.url = urlunsplit(its._replace(query=query))
        return request

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Hide the secrets in errors: some servers repeat what they were asked."""
        try:
            yield
        except TaxiAssetsError as error:
            error.what, error.remedy = self._without(error.what), self._without(error.remedy)
            error.args = (error.what, error.remedy)
            raise error from None

    def _value(self, value: str | SecretValue) -> str:
        return value if isinstance(value, str) else value.before + self._secret(value.secret)

    def _secret(self, name: str) -> str:
        return self.settings.pipeline_secrets[secret_key(name, self.url)].get_secret_value()

    def _without(self, text: str) -> str:
        for name in named_secrets(self.headers, self.parameters):
            secret = self._secret(name)
            for form in (secret, quote(secret, safe="")):
                text = text.replace(form, "***")
        return text

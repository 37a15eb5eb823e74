"""Asks whether a source answers, without fetching anything."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests

from taxi_assets.source.public_url import MIRROR_SETTINGS
from taxi_assets.source.refusals import refused_connection

_TIMEOUT_SECONDS = 10


def probe(url: str) -> str | None:
    """Whether something answers behind the URL.

    Returns:
        None where it does; otherwise what is wrong, without secrets of the URL.
    """
    parts = urlsplit(url)
    match parts.scheme:
        case "sample":
            return None
        case "file":
            return None if Path(unquote(parts.path)).exists() else "no such folder"
        case _:
            return _probe_http(url)


def _probe_http(url: str) -> str | None:
    try:
        answer = requests.head(url, timeout=_TIMEOUT_SECONDS, allow_redirects=True)
    except requests.Timeout:
        return f"no answer within {_TIMEOUT_SECONDS} s"
    except OSError as error:  # as all of ``requests``, and a missing file of certificates
        if refusal := refused_connection(error, MIRROR_SETTINGS):
            return f"{refusal.what}; {refusal.remedy}"
        # The error's text may quote the URL with its password.
        return f"it cannot be reached ({type(error).__name__})"
    if answer.status_code == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return "the proxy asks for a login (HTTP 407)"
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"it answers HTTP {answer.status_code}"
    return None

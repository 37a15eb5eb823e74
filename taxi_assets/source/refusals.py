"""Why a host, a proxy or a certificate refuses: what a further attempt cannot mend.

Texts of ``requests`` and ``urllib3`` never get into a message: they quote the URL with its query.
Of an object store's answer, only code and message do: it may quote keys and what was signed.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import NoReturn
from urllib.parse import parse_qsl, urlsplit

import requests
import urllib3.exceptions

from taxi_assets.errors import SourceRefusedError
from taxi_assets.settings.certificates import bundle_problem, certificate_bundle
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Absent

_BODY_BYTES = 4_000
_SHOWN_CHARACTERS = 200
_SHORTEST_SECRET = 4

# https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/#error-codes
_NOT_YET_VALID, _EXPIRED, _OTHER_HOST, _OTHER_ADDRESS = 9, 10, 62, 64

_PROXY_LOGIN = (
    "put user and password into HTTPS_PROXY and HTTP_PROXY, as http://user:password@host:port, or "
    "except the host by NO_PROXY"
)
_TRUST = (
    "where a company's proxy opens the connections, set SSL_CERT_FILE (or REQUESTS_CA_BUNDLE) to a "
    "file in PEM with its certificate and the public ones"
)
# Object stores that may not list a folder answer these for what is not in it.
_ABSENT_CODES = ("", "AccessDenied", "NoSuchKey")
_NOT_ABSENT = re.compile("expire|signature|token|block|firewall", re.IGNORECASE)


@dataclass(frozen=True)
class Refusal:
    """What refuses, and what to do about it."""

    what: str
    remedy: str


def refused_connection(error: BaseException, address_setting: str) -> Refusal | None:
    """Why there is no connection, if a further attempt would end the same way.

    Args:
        error: what ``requests`` raised.
        address_setting: the setting to look at where an address does not work.
    """
    for cause in _causes(error):
        tunnel = re.search(r"Tunnel connection failed: (4\d\d)", str(cause))
        if tunnel and int(tunnel[1]) == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return Refusal("the proxy asks for a login (HTTP 407)", _PROXY_LOGIN)
        if tunnel:
            return Refusal(
                f"the proxy does not let the connection through (HTTP {tunnel[1]})",
                "ask whoever runs the proxy, or except the host by NO_PROXY",
            )
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _refused_certificate(cause, address_setting)
        if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
            return Refusal(
                "the host does not speak TLS at this port",
                f"check https:// and the port in {address_setting}, and in HTTPS_PROXY",
            )
    return _useless_bundle(error)


def absence(response: requests.Response, url: str, address_setting: str) -> Absent:
    """That there is no such file, as the answer says.

    Object stores answer 403 for what does not exist, unless one may list their folders.

    Raises:
        SourceRefusedError: it is a 403 for another reason, which the answer's body names.
    """
    status = response.status_code
    if status != HTTPStatus.FORBIDDEN:
        return Absent(f"HTTP {status}")
    code, text = _reason(response, url)
    is_page = text and not code and not text.startswith("<")
    if is_page or code not in _ABSENT_CODES or _NOT_ABSENT.search(text):
        raise SourceRefusedError(
            f"{public_url(url)} answers HTTP {status}: {text}",
            "the answer says why: a firewall or a proxy on the way, or an address whose signature "
            f"is over; check the network, and the address in {address_setting}.",
        )
    return Absent(f"HTTP {status}: {code}" if code else f"HTTP {status}")


def refuse_answer(response: requests.Response, url: str, address_setting: str) -> NoReturn:
    """Refuse an answer that is neither the file nor its absence.

    Raises:
        SourceRefusedError: always, with the answer's code and reason.
    """
    _, text = _reason(response, url)
    by_proxy = response.status_code == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
    raise SourceRefusedError(
        f"{public_url(url)} answers HTTP {response.status_code}: {text}".strip(),
        _PROXY_LOGIN
        if by_proxy
        else f"check the address in {address_setting}, and whether it asks for a login.",
    )


def root_cause(error: BaseException) -> str:
    """What the system reported underneath, such as ``Connection refused``."""
    *_, deepest = _causes(error)
    return getattr(deepest, "strerror", None) or type(deepest).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps, outermost first."""
    found: BaseException | None = error
    while found is not None:
        yield found
        inner = (getattr(found, "reason", None), *found.args, found.__cause__)
        found = next((each for each in inner if isinstance(each, BaseException)), None)


def _refused_certificate(error: ssl.SSLCertVerificationError, address_setting: str) -> Refusal:
    match error.verify_code:
        case code if code in (_EXPIRED, _NOT_YET_VALID):
            return Refusal(
                "its certificate has expired"
                if code == _EXPIRED
                else "its certificate is not valid yet",
                "check this machine's clock; if it is right, tell whoever runs the host, or use a "
                f"mirror: {address_setting}",
            )
        case code if code in (_OTHER_HOST, _OTHER_ADDRESS):
            return Refusal(
                "its certificate is for another host",
                f"check the host's name in {address_setting}; the network's login page or a proxy "
                "may answer in its place",
            )
        case _:
            bundle = certificate_bundle()
            without = f"; {'='.join(bundle)} does not have it" if bundle else ""
            return Refusal(
                f"its certificate is not known here ({error.verify_message}{without})", _TRUST
            )


def _useless_bundle(error: BaseException) -> Refusal | None:
    """What is wrong with the file of certificates that a variable names."""
    # ``requests`` raises a plain error where the file is not there.
    is_of_files = isinstance(error, requests.exceptions.SSLError) or type(error) is OSError
    problem = bundle_problem() if is_of_files else None
    return Refusal(*problem) if problem else None


def _reason(response: requests.Response, url: str) -> tuple[str, str]:
    """The code of an object store's answer, if it has one, and what the answer says."""
    try:
        body: bytes = response.raw.read1(_BODY_BYTES, decode_content=False)
    except (urllib3.exceptions.HTTPError, OSError):
        body = b""
    text = body.decode(errors="replace")
    code, message = (re.search(rf"<{tag}>([^<]*)</{tag}>", text) for tag in ("Code", "Message"))
    if code:
        said = f"{code[1]}: {message[1]}" if message else code[1]
    elif re.search("<(!doctype )?html", text, re.IGNORECASE):
        inner = re.sub(r"(?is)<(script|style)\b.*?(</\1>|$)", " ", text)
        said = re.sub(r"<[^>]*>?", " ", inner)
    else:
        said = text
    said = " ".join(said.split())
    for secret in _secrets(url, response.url or ""):
        said = said.replace(secret, "…")
    return (code[1].strip() if code else ""), said[:_SHOWN_CHARACTERS]


def _secrets(*urls: str) -> list[str]:
    """Parts of addresses that an answer may quote, the longest first."""
    found = set()
    for url in urls:
        parts = urlsplit(url)
        values = [value for _, value in parse_qsl(parts.query)]
        found |= {parts.query, parts.password or "", *values}
    return sorted((each for each in found if len(each) >= _SHORTEST_SECRET), key=len, reverse=True)

"""Certificates of hosts that this machine's own list does not know, such as a company's proxy's.

``requests``, and Google's libraries with it, reads REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE
(https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification). OpenSSL, curl and
most other programs read SSL_CERT_FILE: here it does, too.
"""

from __future__ import annotations

import os

_OPENSSL = "SSL_CERT_FILE"
_REQUESTS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def share_certificates() -> None:
    """Let ``requests`` take the certificates of SSL_CERT_FILE, unless it has a file of its own."""
    bundle = os.environ.get(_OPENSSL)
    if bundle and not any(os.environ.get(name) for name in _REQUESTS):
        os.environ[_REQUESTS[0]] = bundle


def certificate_bundle() -> tuple[str, str] | None:
    """The variable that names the certificates, and their file or folder; None if none does."""
    path = next((os.environ[name] for name in _REQUESTS if os.environ.get(name)), None)
    if path is None:
        return None
    named = (_OPENSSL, *_REQUESTS)
    return next(name for name in named if os.environ.get(name) == path), path

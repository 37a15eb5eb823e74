"""Certificates of hosts that this machine's own list does not know, such as a company's proxy's.

``requests``, and Google's libraries with it, reads REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE
(https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification). OpenSSL, curl and
most other programs read SSL_CERT_FILE: here it does, too.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path

_OPENSSL = "SSL_CERT_FILE"
_REQUESTS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def share_certificates() -> None:
    """Let ``requests`` take the certificates of SSL_CERT_FILE, unless it has a file of its own.

    A variable that is empty, as Compose passes it, is taken away: OpenSSL would read no file then.
    """
    for name in (_OPENSSL, *_REQUESTS):
        if os.environ.get(name) == "":
            del os.environ[name]
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


def bundle_problem() -> tuple[str, str] | None:
    """What is wrong with the file of certificates that a variable names, and what to do."""
    bundle = certificate_bundle()
    if bundle is None:
        return None
    variable, path = bundle
    if not Path(path).exists():
        return f"{variable}={path}: there is no such file", f"correct or unset {variable}"
    try:
        ssl.create_default_context(cafile=path if Path(path).is_file() else None)
    except OSError:
        return (
            f"{variable}={path}: it holds no certificates in PEM, or may not be read",
            f"correct the file, or unset {variable}",
        )
    return None

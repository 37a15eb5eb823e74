"""Reads a service account's key from a setting. No message ever contains a part of the key."""

from __future__ import annotations

import base64
import binascii
import json

from taxi_assets.errors import CredentialsError

_NAME = "GCP_CREDS"
_ENCODE = f"set {_NAME} to what `base64 -w0 key.json` prints for the file that Google handed out"
_KEYLESS = f"unset {_NAME} and use application default credentials (docs/gcp.md)"
_FIELDS = ("client_email", "private_key", "private_key_id", "project_id", "token_uri")
_OTHER_KINDS = {
    "authorized_user": f"a person's login; {_KEYLESS}",
    "external_account": "a configuration of workload identity federation; name its file in "
    f"GOOGLE_APPLICATION_CREDENTIALS and unset {_NAME}",
    "impersonated_service_account": "an impersonation; set GCP_IMPERSONATE_SERVICE_ACCOUNT to the "
    f"service account and unset {_NAME}",
}


def read_key(encoded: str) -> dict[str, str]:
    """The fields of a key that is given as base64, with or without newlines.

    Raises:
        CredentialsError: the text is not base64, not JSON or not a service account's key, or
            fields are missing.
    """
    text = "".join(encoded.split())
    if text.startswith("{"):
        raise CredentialsError(f"{_NAME} is the key file itself, not base64 of it", _ENCODE)
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CredentialsError(f"{_NAME} is no base64", _ENCODE) from None
    try:
        key = json.loads(decoded.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise CredentialsError(f"{_NAME} is base64 of something that is no JSON", _ENCODE) from None
    if not isinstance(key, dict):
        raise CredentialsError(f"{_NAME} is base64 of JSON that is no key", _ENCODE)
    kind = str(key.get("type"))
    if kind in _OTHER_KINDS:
        raise CredentialsError(
            f"{_NAME} holds no service account's key", f"it is {_OTHER_KINDS[kind]}"
        )
    if kind != "service_account":
        raise CredentialsError(
            f"{_NAME} is base64 of JSON that is no service account's key", _ENCODE
        )
    missing = [name for name in _FIELDS if not isinstance(key.get(name), str) or not key[name]]
    if missing:
        raise CredentialsError(
            f"{_NAME}: the service account's key has no {', '.join(missing)}",
            f"the file was cut or edited: make the setting anew from it. {_ENCODE}",
        )
    return {name: value for name, value in key.items() if isinstance(value, str)}

"""A key that cannot be used is refused for what is wrong with it, and never repeated."""

from __future__ import annotations

import base64
import json

import pytest

from taxi_assets.errors import CredentialsError
from taxi_assets.gcp.key import read_key

KEY = {
    "type": "service_account",
    "project_id": "some-project",
    "private_key_id": "0123",
    "private_key": "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
    "client_email": "loader@some-project.iam.gserviceaccount.com",
    "token_uri": "https://oauth2.googleapis.com/token",
}
SECRET = "c2VjcmV0"


def encoded(value: object) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


def test_a_key_is_read_with_and_without_newlines() -> None:
    text = encoded(KEY)
    assert read_key(text) == KEY
    wrapped = "\n".join(text[start : start + 76] for start in range(0, len(text), 76)) + "\n"
    assert read_key(wrapped) == KEY
    assert read_key(f" {wrapped.replace(chr(10), chr(13) + chr(10))}") == KEY


@pytest.mark.parametrize(
    ("given", "wanted", "remedy"),
    [
        (json.dumps(KEY), "the key file itself", "base64 -w0"),
        ("not base64 at all!", "no base64", "base64 -w0"),
        (encoded(KEY)[:-3], "no base64", "base64 -w0"),
        (base64.b64encode(b"key.json\n").decode(), "no JSON", "base64 -w0"),
        (base64.b64encode(b"\xff\xfe").decode(), "no JSON", "base64 -w0"),
        (encoded([KEY]), "JSON that is no key", "base64 -w0"),
        (encoded({**KEY, "type": "authorized_user"}), "no service account", "a person's login"),
        (
            encoded({**KEY, "type": "external_account"}),
            "no service account",
            "GOOGLE_APPLICATION_CREDENTIALS",
        ),
        (encoded({**KEY, "type": SECRET}), "no service account", "base64 -w0"),
        (encoded({**KEY, "type": ["x"]}), "no service account", "base64 -w0"),
        (encoded({**KEY, "client_email": ""}), "has no client_email", "cut or edited"),
        (
            encoded({"type": "service_account", "private_key": SECRET}),
            "has no client_email, private_key_id, project_id, token_uri",
            "cut or edited",
        ),
    ],
)
def test_what_is_no_key_is_told_apart(given: str, wanted: str, remedy: str) -> None:
    with pytest.raises(CredentialsError) as refusal:
        read_key(given)
    assert refusal.value.what.startswith("GCP_CREDS")
    assert wanted in refusal.value.what
    assert remedy in refusal.value.remedy
    assert SECRET not in str(refusal.value)

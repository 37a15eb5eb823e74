"""What is said of certificates, of the files that hold them, and of proxies on the way."""

from __future__ import annotations

import io
import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from taxi_assets.errors import SourceRefusedError
from taxi_assets.settings import read_settings
from taxi_assets.source.http import HttpTransport
from taxi_assets.source.transfer import Fetched
from taxi_assets_tests.command_line import taxi_assets

BODY = b"a file"
HERE = x509.IPAddress(ip_address("127.0.0.1"))
ELSEWHERE = x509.DNSName("example.org")
VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy")


class Received(io.BytesIO):
    def restart(self) -> None:
        self.truncate(0)


@dataclass
class Waits:
    """A transport that counts how often it would have waited."""

    seconds: list[float] = field(default_factory=list)

    def fetch(self, url: str) -> object:
        transport = HttpTransport(
            connect_timeout_seconds=2, stall_timeout_seconds=2, sleep=self.seconds.append
        )
        return transport.fetch(url, Received(), None)

    def refusal(self, url: str) -> SourceRefusedError:
        """What a fetch is refused with, at once."""
        with pytest.raises(SourceRefusedError) as raised:
            self.fetch(url)
        assert self.seconds == []
        return raised.value


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def do_CONNECT(self) -> None:
        """Be a proxy that lets nobody through."""
        self.send_response(int(self.path.partition(".")[0]))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that does not trust the certificate hangs up."""


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[str]:
    """Host and port of a server, with TLS if there is a certificate."""
    with _Quiet(("127.0.0.1", 0), _Handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def certificate(folder: Path, name: x509.GeneralName = HERE, days: int = 1) -> Path:
    """A certificate that signed itself, with its key; it ends after so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(pem, *form) + made.public_bytes(pem))
    return path


@pytest.fixture(autouse=True)
def plain(settings_env: Path) -> None:
    """Nothing of this machine's own certificates and proxies holds in a test."""
    for name in (*VARIABLES, *PROXIES):
        os.environ.pop(name, None)


def test_an_unknown_certificate_is_refused_at_once_with_what_to_set(tmp_path: Path) -> None:
    with serving(certificate(tmp_path)) as host:
        error = Waits().refusal(f"https://{host}/file?token=s3cret")
    assert f"https://{host}/file: its certificate is not known here (self-signed" in error.what
    assert "SSL_CERT_FILE (or REQUESTS_CA_BUNDLE)" in error.remedy
    assert "s3cret" not in str(error)


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_certificate_that_a_variable_names_is_known(tmp_path: Path, variable: str) -> None:
    os.environ |= {**dict.fromkeys(VARIABLES, ""), variable: str(certificate(tmp_path))}
    read_settings()
    assert "" not in {os.environ.get(name) for name in VARIABLES}  # OpenSSL takes it for a file
    with serving(tmp_path / "certificate.pem") as host:
        assert isinstance(Waits().fetch(f"https://{host}/file"), Fetched)


def test_the_file_of_requests_goes_before_that_of_openssl(tmp_path: Path) -> None:
    os.environ["SSL_CERT_FILE"] = str(tmp_path / "none.pem")
    os.environ["REQUESTS_CA_BUNDLE"] = str(certificate(tmp_path))
    read_settings()
    with serving(tmp_path / "certificate.pem") as host:
        assert isinstance(Waits().fetch(f"https://{host}/file"), Fetched)


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "there is no such file"),
        ("", "it holds no certificates in PEM"),
        ("-----BEGIN CERTIFICATE-----\n", "it holds no certificates in PEM"),
    ],
)
def test_a_file_of_certificates_that_is_of_no_use_is_named(
    tmp_path: Path, variable: str, content: str | None, says: str
) -> None:
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_text(content)
    os.environ[variable] = str(path)
    read_settings()
    with serving(certificate(tmp_path)) as host:
        error = Waits().refusal(f"https://{host}/file")
    assert f"{variable}={path}: {says}" in error.what
    assert f"unset {variable}" in error.remedy


@pytest.mark.parametrize(
    ("name", "days", "says", "remedy"),
    [
        (HERE, -1, "its certificate has expired", "check this machine's clock"),
        (ELSEWHERE, 1, "its certificate is for another host", "check the host's name"),
    ],
    ids=["expired", "another host"],
)
def test_a_certificate_that_does_not_hold_is_named(
    tmp_path: Path, name: x509.GeneralName, days: int, says: str, remedy: str
) -> None:
    os.environ["REQUESTS_CA_BUNDLE"] = str(certificate(tmp_path, name, days))
    with serving(tmp_path / "certificate.pem") as host:
        error = Waits().refusal(f"https://{host}/file")
    assert error.what == f"https://{host}/file: {says}"
    assert remedy in error.remedy
    assert "TAXI_CSV_BASE_URL" in error.remedy


def test_another_protocol_behind_https_is_named() -> None:
    with serving() as host:
        assert "does not speak TLS" in Waits().refusal(f"https://{host}/file").what


@pytest.mark.parametrize(
    ("status", "says", "remedy"),
    [
        (407, "the proxy asks for a login (HTTP 407)", "user and password into HTTPS_PROXY"),
        (403, "the proxy does not let the connection through (HTTP 403)", "NO_PROXY"),
    ],
)
def test_a_proxy_that_refuses_is_named(status: int, says: str, remedy: str) -> None:
    with serving() as host:
        os.environ["HTTPS_PROXY"] = f"http://user:s3cret@{host}"
        error = Waits().refusal(f"https://{status}.example.org/file")
    assert error.what == f"https://{status}.example.org/file: {says}"
    assert remedy in error.remedy
    assert "s3cret" not in str(error)


def test_doctor_names_what_to_set(tmp_path: Path) -> None:
    os.environ["TAXI_SOURCE"] = "csv"
    with serving(certificate(tmp_path)) as host:
        os.environ["TAXI_CSV_BASE_URL"] = f"https://{host}"
        unknown = taxi_assets("doctor").text
        os.environ["SSL_CERT_FILE"] = str(tmp_path / "none.pem")
        missing = taxi_assets("doctor").text
    assert "its certificate is not known here" in unknown
    assert "set SSL_CERT_FILE" in unknown
    assert f"SSL_CERT_FILE={tmp_path / 'none.pem'}: there is no such file" in missing
    assert "Trace" not in unknown + missing

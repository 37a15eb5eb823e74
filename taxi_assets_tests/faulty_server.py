"""A real HTTP server on this machine that serves one file, well or badly, as a test prescribes.

Left alone it behaves: it honours If-None-Match, If-Modified-Since, Range and If-Range. Each
``Reply`` given to it is used for one request, in order, and says what is different about it.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class ServedFile:
    """A file with its validators."""

    body: bytes
    etag: str | None = '"v1"'
    last_modified: str | None = None


@dataclass(frozen=True)
class Reply:
    """How one request is answered; without arguments: as it should be.

    Attributes:
        status: answer this, with ``text`` as the body, and don't serve a file.
        headers: added to the answer; they replace those of the same name.
        file: serve this file from now on.
        drop_after: close the connection after so many bytes of the body.
        reset: with ``drop_after``: by a reset, as a crashed host does.
        stall_after: fall silent after so many bytes of the body, until the test ends.
        drip_seconds: send a byte at a time, with such a pause, until the client has gone.
        drip_head: with ``drip_seconds``: the head of the answer, which has no end.
        part_bytes: answer a range with so many bytes of it, and say so.
        ignore_range: send the whole file whatever is asked for.
        ignore_condition: send the file though it has not changed.
        chunked: send chunks instead of announcing a length.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    file: ServedFile | None = None
    drop_after: int | None = None
    reset: bool = False
    stall_after: int | None = None
    drip_seconds: float | None = None
    drip_head: bool = False
    part_bytes: int | None = None
    ignore_range: bool = False
    ignore_condition: bool = False
    chunked: bool = False


@dataclass(frozen=True)
class Request:
    """A request that the server saw."""

    path: str
    headers: Mapping[str, str]


class FaultyServer(ThreadingHTTPServer):
    """The server; ``requests`` grows while it runs."""

    def __init__(self, file: ServedFile, replies: tuple[Reply, ...]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.file = file
        self.replies = list(replies)
        self.requests: list[Request] = []
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        """Where the file is; any other path serves it too."""
        return f"http://{self.address}/file.csv.gz"

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_port}"

    def seen(self, header: str) -> list[str | None]:
        """Return what each request said in a header, ``None`` where it said nothing."""
        return [request.headers.get(header) for request in self.requests]


@contextmanager
def faulty_server(file: ServedFile, *replies: Reply) -> Iterator[FaultyServer]:
    """Run a server; once the replies are used up, it serves the file as it should."""
    with FaultyServer(file, replies) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyServer

    def do_GET(self) -> None:
        """Answer as the next reply says."""
        self.server.requests.append(Request(self.path, dict(self.headers)))
        reply = self.server.replies.pop(0) if self.server.replies else Reply()
        if reply.file:
            self.server.file = reply.file
        file = self.server.file
        if reply.status:
            self._send(reply.status, {}, reply.text.encode(), reply)
        elif self._is_unchanged(file) and not reply.ignore_condition:
            self._send(304, {}, b"", reply)
        else:
            self._send_file(file, reply)

    def _is_unchanged(self, file: ServedFile) -> bool:
        if "If-None-Match" in self.headers:
            return self.headers["If-None-Match"] == file.etag
        return file.last_modified is not None and (
            self.headers["If-Modified-Since"] == file.last_modified
        )

    def _send_file(self, file: ServedFile, reply: Reply) -> None:
        headers = {"ETag": file.etag, "Last-Modified": file.last_modified}
        validators = {name: value for name, value in headers.items() if value}
        range_ = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        is_same = self.headers.get("If-Range") in (None, *validators.values())
        if range_ is None or not is_same or reply.ignore_range:
            self._send(200, validators, file.body, reply)
            return
        start, total = int(range_[1]), len(file.body)
        if start >= total:
            self._send(416, {"Content-Range": f"bytes */{total}"}, b"", reply)
            return
        part = file.body[start:][: reply.part_bytes]
        place = {"Content-Range": f"bytes {start}-{start + len(part) - 1}/{total}"}
        self._send(206, validators | place, part, reply)

    def _send(self, status: int, headers: Mapping[str, str], body: bytes, reply: Reply) -> None:
        framing = (
            {"Transfer-Encoding": "chunked"}
            if reply.chunked
            else {"Content-Length": str(len(body))}
        )
        if reply.drip_head:
            self._write(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000, reply)
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in {**framing, **headers, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        stops = [stop for stop in (reply.drop_after, reply.stall_after) if stop is not None]
        self._write(body[: stops[0]] if stops else body, reply)
        if stops:
            self.close_connection = True
        elif reply.chunked:
            self.wfile.write(b"0\r\n\r\n")
        if reply.stall_after is not None:
            self.server.ended.wait()
        if reply.reset:
            # Without lingering, a close is a reset (RST) instead of an orderly end (FIN).
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()

    def _write(self, body: bytes, reply: Reply) -> None:
        if reply.drip_seconds is not None:
            with suppress(OSError):
                for byte in body:
                    self.wfile.write(bytes([byte]))
                    if self.server.ended.wait(reply.drip_seconds):
                        return
        elif not reply.chunked:
            self.wfile.write(body)
        elif body:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(body), body))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: the test looks at ``requests``."""

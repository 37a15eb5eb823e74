"""A stand-in for Cloud Storage on this machine, which keeps to what Google documents.

It holds buckets in memory and speaks as much of the JSON API as the project uses: objects with
generations and preconditions, resumable uploads that can be asked how far they came, rights. A
test may have requests answered badly: each ``Fault`` is for one request that it fits, in order.

- https://cloud.google.com/storage/docs/json_api/v1
- https://cloud.google.com/storage/docs/performing-resumable-uploads
- https://cloud.google.com/storage/docs/request-preconditions
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import google_crc32c

from taxi_assets_tests.loopback import serving
from taxi_assets_tests.stored_objects import (
    DroppedError,
    Fault,
    RefusedError,
    Session,
    StoredObject,
)

_SLOW_BYTES = 1 << 16


@dataclass
class StorageServer:
    """What the stand-in holds and saw.

    Attributes:
        url: where it listens.
        buckets: each bucket's properties, by name.
        objects: each bucket's objects, by name.
        permissions: what whoever asks may do; ``None``: everything.
        faults: what to answer badly, in order.
        requests: method and path of every request.
        longest_body_bytes: length of the longest request.
        forget_bytes: count what is uploaded, and keep none of it.
        bytes_per_second: how fast bodies are taken; None: at once.
    """

    url: str = ""
    buckets: dict[str, dict[str, Any]] = field(default_factory=dict)
    objects: dict[str, dict[str, StoredObject]] = field(default_factory=dict)
    permissions: set[str] | None = None
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    longest_body_bytes: int = 0
    forget_bytes: bool = False
    bytes_per_second: int | None = None
    sessions: dict[str, Session] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1_700_000_000_000_000))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def make_bucket(self, name: str, **properties: Any) -> None:
        """Make a bucket, as somebody else would."""
        self.buckets[name] = {
            "kind": "storage#bucket",
            "name": name,
            "location": "US-EAST1",
            "projectNumber": "1",
            **properties,
        }
        self.objects.setdefault(name, {})

    def put(self, bucket: str, name: str, data: bytes) -> None:
        """Put an object there, as somebody else would."""
        self._store(bucket, name, data, "text/plain", {})

    def count(self, method: str, pattern: str = "") -> int:
        """How many requests of that kind came."""
        return sum(
            line.startswith(f"{method} ") and re.search(pattern, line) is not None
            for line in self.requests
        )

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer."""
        with self._lock:
            self.requests.append(f"{method} {target}")
            self.longest_body_bytes = max(self.longest_body_bytes, len(body))
            fault = self._fault(method, target)
            if fault is not None and fault.status is not None:
                raise RefusedError(fault.status, fault.message)
            parts = urlsplit(target)
            query = {name: ",".join(values) for name, values in parse_qs(parts.query).items()}
            path = [unquote(part) for part in parts.path.strip("/").split("/")]
            answer = self._route(method, path, query, headers, body, fault)
            if fault is not None and (fault.drop or fault.keep_bytes is not None):
                raise DroppedError
            return answer

    def _fault(self, method: str, target: str) -> Fault | None:
        for index, fault in enumerate(self.faults):
            if fault.method == method and re.search(fault.path, target):
                return self.faults.pop(index)
        return None

    def _route(
        self,
        method: str,
        path: list[str],
        query: dict[str, str],
        headers: Mapping[str, str],
        body: bytes,
        fault: Fault | None,
    ) -> tuple[int, dict[str, str], bytes]:
        match method, path:
            case "POST", ["upload", "storage", "v1", "b", bucket, "o"]:
                return self._open(bucket, query, headers, body)
            case (("PUT" | "DELETE"), ["upload", "storage", "v1", "b", _, "o"]):
                return self._upload(method, query["upload_id"], headers, body, fault)
            case "GET", ["download", "storage", "v1", "b", bucket, "o", name]:
                found = self._find(bucket, name, query)
                return 200, {"Content-Type": "application/octet-stream"}, found.data
            case _, ["storage", "v1", "b", *rest]:
                found_json = self._metadata(method, rest, query, body)
                return 200, {"Content-Type": "application/json"}, json.dumps(found_json).encode()
        raise RefusedError(404, f"no such path: {'/'.join(path)}")

    def _metadata(  # noqa: PLR0911 - one for each request that there is
        self, method: str, rest: list[str], query: dict[str, str], body: bytes
    ) -> object:
        sent = json.loads(body) if body else {}
        match method, rest:
            case "POST", []:
                if sent["name"] in self.buckets:
                    raise RefusedError(
                        409, "Your previous request to create the named bucket succeeded"
                    )
                properties = {name: value for name, value in sent.items() if name != "name"}
                location = str(sent.get("location", "US")).upper()
                self.make_bucket(sent["name"], **{**properties, "location": location})
                return self.buckets[sent["name"]]
            case "GET", [bucket]:
                return self._bucket(bucket)
            case "GET", [bucket, "iam", "testPermissions"]:
                self._bucket(bucket)
                asked = query.get("permissions", "").split(",")
                allowed = [p for p in asked if self.permissions is None or p in self.permissions]
                return {"kind": "storage#testIamPermissionsResponse", "permissions": allowed}
            case "GET", [bucket, "o"]:
                self._bucket(bucket)
                names = sorted(self.objects[bucket])
                items = [n for n in names if n.startswith(query.get("prefix", ""))]
                return {"items": [self.objects[bucket][n].as_json(bucket) for n in items]}
            case "GET", [bucket, "o", name]:
                return self._find(bucket, name, query).as_json(bucket)
            case "PATCH", [bucket, "o", name]:
                found = self._find(bucket, name, query)
                merged = {**found.metadata, **sent.get("metadata", {})}
                found.metadata = {k: value for k, value in merged.items() if value is not None}
                found.metageneration += 1
                return found.as_json(bucket)
            case "DELETE", [bucket, "o", name]:
                self._find(bucket, name, query)
                del self.objects[bucket][name]
                return {}
        raise RefusedError(404, f"{method} of {rest}")

    def _bucket(self, name: str) -> dict[str, Any]:
        if name not in self.buckets:
            raise RefusedError(404, "The specified bucket does not exist.")
        return self.buckets[name]

    def _find(self, bucket: str, name: str, query: dict[str, str]) -> StoredObject:
        self._bucket(bucket)
        found = self.objects[bucket].get(name)
        if found is None or query.get("generation", str(found.generation)) != str(found.generation):
            raise RefusedError(404, f"No such object: {bucket}/{name}")
        self._require(bucket, name, query.get("ifGenerationMatch"))
        return found

    def _require(self, bucket: str, name: str, precondition: str | None) -> None:
        found = self.objects[bucket].get(name)
        if precondition not in (None, str(found.generation if found else 0)):
            raise RefusedError(
                412, "At least one of the pre-conditions you specified did not hold."
            )

    def _open(
        self, bucket: str, query: dict[str, str], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        self._bucket(bucket)
        resource = json.loads(body)
        precondition = query.get("ifGenerationMatch")
        self._require(bucket, resource["name"], precondition)
        content_type = headers.get("x-upload-content-type", "")
        number = str(next(self._numbers))
        self.sessions[number] = Session(bucket, resource, content_type, precondition)
        location = f"{self.url}/upload/storage/v1/b/{bucket}/o?uploadType=resumable"
        return 200, {"Location": f"{location}&upload_id={number}"}, b""

    def _upload(
        self, method: str, number: str, headers: Mapping[str, str], body: bytes, fault: Fault | None
    ) -> tuple[int, dict[str, str], bytes]:
        session = self.sessions.get(number)
        if session is None:
            raise RefusedError(410, "the upload has ended")
        if method == "DELETE":
            del self.sessions[number]
            return 499, {}, b""
        if session.result is None:
            form = re.fullmatch(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)", headers["Content-Range"])
            assert form is not None, "a range of bytes"
            session.take(form, body, fault, self.forget_bytes)
            if form[3] != "*" and session.size_bytes == int(form[3]):
                self._finish(session, headers)
        if session.result is None:
            kept = session.size_bytes
            return 308, {"Range": f"bytes=0-{kept - 1}"} if kept else {}, b""
        shown = json.dumps(session.result.as_json(session.bucket)).encode()
        return 200, {"Content-Type": "application/json"}, shown

    def _finish(self, session: Session, headers: Mapping[str, str]) -> None:
        name = session.resource["name"]
        self._require(session.bucket, name, session.precondition)
        data = bytes(session.data)
        sent = headers.get("X-Goog-Hash", "").removeprefix("crc32c=")
        if sent and sent != base64.b64encode(google_crc32c.Checksum(data).digest()).decode():
            raise RefusedError(400, "Provided CRC32C doesn't match calculated CRC32C")
        session.result = self._store(
            session.bucket, name, data, session.content_type, session.resource.get("metadata", {})
        )

    def _store(
        self, bucket: str, name: str, data: bytes, content_type: str, metadata: dict[str, str]
    ) -> StoredObject:
        stored = StoredObject(name, data, next(self._numbers), content_type, metadata)
        self.objects[bucket][name] = stored
        return stored


@contextmanager
def serving_storage() -> Iterator[StorageServer]:
    """A stand-in that listens on this machine for as long as the context is open."""
    state = StorageServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _body(self, length: int) -> bytes:
            if state.bytes_per_second is None:
                return self.rfile.read(length)
            # A small buffer, so that the sender waits for the reader.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SLOW_BYTES)
            taken = bytearray()
            while len(taken) < length:
                taken += self.rfile.read(min(_SLOW_BYTES, length - len(taken)))
                time.sleep(_SLOW_BYTES / state.bytes_per_second)
            return bytes(taken)

        def _handle(self) -> None:
            body = self._body(int(self.headers.get("Content-Length") or 0))
            try:
                answer = state.answer(self.command, self.path, dict(self.headers), body)
            except RefusedError as refusal:
                error = {"error": {"code": refusal.status, "message": str(refusal)}}
                headers = {"Content-Type": "application/json"}
                answer = refusal.status, headers, json.dumps(error).encode()
            except DroppedError:
                self.close_connection = True
                return
            status, sent, text = answer
            self.send_response(status)
            for name, value in {**sent, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    with serving(server):
        yield state

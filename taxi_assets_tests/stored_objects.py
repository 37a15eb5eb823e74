"""What the stand-in for Cloud Storage holds: objects and uploads, and how a request may fail."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Any

import google_crc32c


@dataclass(frozen=True)
class Fault:
    """How one request is answered badly.

    Attributes:
        method: of the request that it is for.
        path: a pattern that the request's path and query hold.
        status: answer this without doing anything; None: do it.
        message: Google's words for it.
        keep_bytes: of a chunk, keep only so many bytes, then drop the connection.
        drop: do it, but drop the connection instead of answering.
        damage: store another byte than was sent.
    """

    method: str
    path: str = ""
    status: int | None = None
    message: str = "told to fail"
    keep_bytes: int | None = None
    drop: bool = False
    damage: bool = False


@dataclass
class StoredObject:
    """An object with its bytes."""

    name: str
    data: bytes
    generation: int
    content_type: str
    metadata: dict[str, str]
    metageneration: int = 1

    def as_json(self, bucket: str) -> dict[str, object]:
        """The object as the JSON API shows it."""
        checksum = google_crc32c.Checksum(self.data).digest()
        return {
            "kind": "storage#object",
            "bucket": bucket,
            "name": self.name,
            "generation": str(self.generation),
            "metageneration": str(self.metageneration),
            "size": str(len(self.data)),
            "crc32c": base64.b64encode(checksum).decode(),
            "contentType": self.content_type,
            "metadata": self.metadata,
        }


class RefusedError(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class DroppedError(Exception):
    """A request whose connection is dropped instead of an answer."""


@dataclass
class Session:
    """An upload that has begun."""

    bucket: str
    resource: dict[str, Any]
    content_type: str
    precondition: str | None
    data: bytearray = field(default_factory=bytearray)
    forgotten_bytes: int = 0
    result: StoredObject | None = None

    @property
    def size_bytes(self) -> int:
        """Bytes that arrived so far."""
        return len(self.data) + self.forgotten_bytes

    def take(
        self, form: re.Match[str], body: bytes, fault: Fault | None, forget: bool = False
    ) -> None:
        """Take a chunk, whose range has been read into ``form``: first, last byte, length."""
        if form[1] is None:
            return
        if int(form[1]) != self.size_bytes or int(form[2]) - int(form[1]) + 1 != len(body):
            raise RefusedError(400, "the range does not go on where the upload stands")
        if form[3] == "*" and len(body) % (256 << 10):
            raise RefusedError(400, "a chunk must be a multiple of 256 KiB")
        if fault is not None and fault.keep_bytes is not None:
            body = body[: fault.keep_bytes]
        if fault is not None and fault.damage:
            body = bytes([body[0] ^ 1]) + body[1:]
        if forget:
            self.forgotten_bytes += len(body)
        else:
            self.data += body

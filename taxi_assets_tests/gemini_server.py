"""A real HTTP server on this machine that speaks Gemini's REST protocol, well or badly.

Left alone it behaves: it replies with what ``think`` makes of a request, embeds a text by its
words, lists its models. Each answer in ``faults`` is given once, in order, before that.
"""

from __future__ import annotations

import json
import math
import re
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from taxi_assets_tests.api_server import Answer, as_json
from taxi_assets_tests.loopback import serving

KEY = "AIzaSyTestKeyThatMustNeverBeShown0123456"
MODEL = "gemini-3.8-flash"
EMBEDDING_MODEL = "gemini-embedding-001"
VERTEX = "/v1beta1/projects/some-project/locations/europe-west4/publishers/google"
"""Where the models are for an account of Google Cloud."""

TOKEN = "t0ken"
_MOST_EMBEDDINGS = 100
_GOOGLE = "type.googleapis.com/google.rpc"


@dataclass(frozen=True)
class Asked:
    """A request for text.

    Attributes:
        instruction: what the product tells the model.
        prompt: what it gives it.
        schema: the form that the reply must have; None for free text.
        generation: all that is asked of the reply.
    """

    instruction: str
    prompt: str
    schema: dict[str, Any] | None
    generation: dict[str, Any]


Think = Callable[[Asked], object]
"""What the model replies: a text, or what becomes JSON."""


class GeminiServer(ThreadingHTTPServer):
    """The server.

    Attributes:
        think: what the model replies.
        faults: answers to the next requests, instead.
        asked: the requests for text.
        embedded: the texts of each request for embeddings.
        paths: of all requests.
        model_version: what the model calls itself.
        silent: while set, nothing is answered until the test ends.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.think: Think = lambda asked: f"You asked: {asked.prompt}"
        self.faults: list[Answer] = []
        self.asked: list[Asked] = []
        self.embedded: list[list[str]] = []
        self.paths: list[str] = []
        self.model_version = f"{MODEL}-001"
        self.silent = False
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def gemini_server() -> Iterator[GeminiServer]:
    """A server for the time of the context."""
    server = GeminiServer()
    with serving(server):
        try:
            yield server
        finally:
            server.ended.set()


def fault(code: int, message: str, *details: dict[str, object]) -> Answer:
    """An error in Google's form."""
    error = {"code": code, "message": message, "status": "ERROR", "details": list(details)}
    return as_json({"error": error}, code)


def stopped(reason: str, text: str = "", thoughts: int = 0, used: bool = True) -> Answer:
    """A reply that ended for that reason."""
    parts = [{"text": text}] if text else []
    usage = {"promptTokenCount": 1000, "thoughtsTokenCount": thoughts, "candidatesTokenCount": 9}
    content = {"content": {"parts": parts}, "finishReason": reason}
    return as_json({"candidates": [content], **({"usageMetadata": usage} if used else {})})


def retry_info(seconds: float) -> dict[str, object]:
    """The detail that says how long to wait."""
    return {"@type": f"{_GOOGLE}.RetryInfo", "retryDelay": f"{seconds:g}s"}


def quota(quota_id: str) -> dict[str, object]:
    """The detail that says which quota is used up."""
    return {"@type": f"{_GOOGLE}.QuotaFailure", "violations": [{"quotaId": quota_id}]}


def text_of(reply: object) -> str:
    """A reply as the text that the model sends."""
    return reply if isinstance(reply, str) else json.dumps(reply)


def _embedding(text: str, dimension: int) -> list[float]:
    """Texts that share words are close to each other; any text has some length."""
    vector = [0.01] * dimension
    for word in re.findall(r"\w{4,}", text.lower()):
        vector[zlib.crc32(word.encode()) % dimension] += 1
    length = math.sqrt(sum(x * x for x in vector))
    return [x / length for x in vector]


class _Handler(BaseHTTPRequestHandler):
    server: GeminiServer

    def do_GET(self) -> None:
        """List the models."""
        self._answer({})

    def do_POST(self) -> None:
        """Reply or embed."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(json.loads(body))

    def _answer(self, body: dict[str, Any]) -> None:
        self.server.paths.append(self.path)
        if self.server.silent:
            self.server.ended.wait()
            self.close_connection = True
            return
        answer = self.server.faults.pop(0) if self.server.faults else self._checked(body)
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def _checked(self, body: dict[str, Any]) -> Answer:
        if self.path.startswith(VERTEX):
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return fault(403, "Permission 'aiplatform.endpoints.predict' denied on resource")
            return self._normal(body)
        if (key := self.headers.get("x-goog-api-key")) != KEY:
            return fault(400, f"API key not valid: {key}")
        return self._normal(body)

    def _normal(self, body: dict[str, Any]) -> Answer:
        path = self.path.replace(VERTEX, "/v1beta")
        place = re.fullmatch(r"/v1beta/models(?:/([\w.-]+):(\w+))?", path)
        if place is None:
            return fault(404, f"no such path: {self.path}")
        match place[2]:
            case None:
                actions = {MODEL: "generateContent", EMBEDDING_MODEL: "embedContent"}
                listed = [
                    {"name": f"models/{name}", "supportedGenerationMethods": [action]}
                    for name, action in actions.items()
                ]
                return as_json({"models": listed})
            case "generateContent" if place[1] == MODEL:
                return self._generate(body)
            case "embedContent" if place[1] == EMBEDDING_MODEL:
                return as_json({"embedding": self._embed([body])[0]})
            case "batchEmbedContents" if place[1] == EMBEDDING_MODEL:
                return self._batch(body["requests"])
            case _:
                return fault(404, f"models/{place[1]} is not found for API version v1beta")

    def _batch(self, requests: list[dict[str, Any]]) -> Answer:
        if len(requests) > _MOST_EMBEDDINGS:
            return fault(400, "at most 100 requests can be in one batch")
        return as_json({"embeddings": self._embed(requests)})

    def _generate(self, body: dict[str, Any]) -> Answer:
        asked = Asked(
            _text(body.get("systemInstruction", {})),
            "\n".join(_text(content) for content in body["contents"]),
            body.get("generationConfig", {}).get("responseJsonSchema"),
            body.get("generationConfig", {}),
        )
        self.server.asked.append(asked)
        reply = text_of(self.server.think(asked))
        return as_json(
            {
                "candidates": [
                    {"content": {"parts": [{"text": reply}]}, "finishReason": "STOP"},
                ],
                "usageMetadata": {
                    "promptTokenCount": 1000,
                    "thoughtsTokenCount": 200,
                    "candidatesTokenCount": 100,
                },
                "modelVersion": self.server.model_version,
            }
        )

    def _embed(self, requests: list[dict[str, Any]]) -> list[dict[str, object]]:
        texts = [_text(request["content"]) for request in requests]
        self.server.embedded.append(texts)
        return [
            # Vertex AI puts the settings of an embedding into an object of their own.
            {
                "values": _embedding(
                    text, request.get("embedContentConfig", request)["outputDimensionality"]
                )
            }
            for text, request in zip(texts, requests, strict=True)
        ]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: the test looks at what was asked."""


def _text(content: dict[str, Any]) -> str:
    return "".join(part.get("text", "") for part in content.get("parts", []))

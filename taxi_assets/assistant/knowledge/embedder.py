"""Embeds texts: with Gemini where there is a key, else with a small model of this machine."""

from __future__ import annotations

import logging
import platform
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from taxi_assets.assistant.extra import needs_extra
from taxi_assets.assistant.gemini.model import Gemini
from taxi_assets.assistant.gemini.usage import Meter

if TYPE_CHECKING:
    import numpy as np
    from wordllama.inference import WordLlamaInference

Vectors = list[list[float]]

_LOCAL_DIMENSION = 256

_known: dict[str, np.ndarray] = {}
_MOST_KNOWN = 10_000  # vectors of a kilobyte each


class Embedder(Protocol):
    """Turns texts into vectors that are close where the texts mean the same."""

    @property
    def model(self) -> str:
        """The name of the model; vectors of different ones are never compared."""
        ...

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        ...

    @property
    def share(self) -> float:
        """What likeness by meaning counts beside the words' 1, where whole chunks are compared."""
        ...

    @property
    def floor(self) -> float | None:
        """What fits less than this does not fit; None where a model judges that."""
        ...

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Embed what can be found."""
        ...

    def question(self, text: str) -> list[float]:
        """Embed what is looked for."""
        ...

    def likeness(self, text: str, others: Sequence[str]) -> list[float] | None:
        """How much each text is like the first one, from -1 to 1; None where that is not free."""
        ...


@dataclass(frozen=True)
class GeminiEmbedder:
    """Gemini's embeddings, which differ for documents and questions."""

    gemini: Gemini
    meter: Meter

    share = 1.0
    floor = None

    @property
    def model(self) -> str:
        """The name of the model."""
        return self.gemini.embedding_model

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self.gemini.dimension

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Embed what can be found."""
        return self.gemini.embed(texts, "RETRIEVAL_DOCUMENT", self.meter)

    def question(self, text: str) -> list[float]:
        """Embed what is looked for."""
        return self.gemini.embed([text], "RETRIEVAL_QUERY", self.meter)[0]

    def likeness(self, text: str, others: Sequence[str]) -> None:
        """None: each text would be sent and paid for."""


class LocalEmbedder:
    """WordLlama: averages of word vectors, whose weights come with its package. No network."""

    dimension = _LOCAL_DIMENSION
    share = 0.5
    floor = 1.0
    # Both were tuned on the questions of evaluation/tuning.csv.

    @property
    def model(self) -> str:
        """The name of the model, with the version of its weights."""
        with needs_extra():
            return f"wordllama-{version('wordllama')}"

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Embed what can be found."""
        return [[float(x) for x in vector] for vector in _unit_vectors(texts)]

    def question(self, text: str) -> list[float]:
        """Embed what is looked for."""
        return self.documents([text])[0]

    def likeness(self, text: str, others: Sequence[str]) -> list[float] | None:
        """How much each text is like the first one: some thousands a second, once for each."""
        if len(_known) > _MOST_KNOWN:
            _known.clear()
        new = [text, *dict.fromkeys(other for other in others if other not in _known)]
        vectors = _unit_vectors(new)
        _known.update(zip(new[1:], vectors[1:], strict=True))
        return [float(_known[other] @ vectors[0]) for other in others]


class NoEmbedder(LocalEmbedder):
    """Gives no text a meaning, so that its words alone are looked for."""

    model = "none"
    floor = 0.6  # tuned likewise

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors that are like nothing."""
        return [[0.0] * self.dimension for _ in texts]

    def likeness(self, text: str, others: Sequence[str]) -> None:
        """None: nothing is known of what texts mean."""


def embedder_of(gemini: Gemini | None, meter: Meter | None) -> Embedder:
    """Gemini's where there is a key, else the local one, if this machine has its wheel."""
    if gemini is not None and meter is not None:
        return GeminiEmbedder(gemini, meter)
    has_wheel = (sys.platform, platform.machine()) != ("linux", "aarch64")
    return LocalEmbedder() if has_wheel or find_spec("wordllama") else NoEmbedder()


def _unit_vectors(texts: Sequence[str]) -> np.ndarray:
    import numpy as np

    with np.errstate(all="ignore"):
        vectors = np.nan_to_num(_word_llama().embed(list(texts), norm=False))
    # A text without a known word has no direction: it stays zero, and is like nothing.
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: np.ndarray = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit


@cache
def _word_llama() -> WordLlamaInference:
    # It sets up logging for the whole process when it is imported, unless that is done already.
    handler = logging.NullHandler()
    logging.root.addHandler(handler)
    try:
        with needs_extra(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import wordllama
    finally:
        logging.root.removeHandler(handler)
    # Without these it asks a server for its tokenizer, though that is in its package.
    folder = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(cache_dir=folder, disable_download=True)

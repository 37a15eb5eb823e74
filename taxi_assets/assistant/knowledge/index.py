"""Ranks chunks by the words of a question: BM25 over whole words and runs of three letters.

A run of letters is found in other endings of a word, and in most misspellings of it. What was
measured is told in docs/assistant.md.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from taxi_assets.assistant.knowledge.chunks import Chunk
from taxi_assets.assistant.knowledge.words import STOP_WORDS, Asked, alike, trigrams, words

_HEADING_WEIGHT = 2  # A word of a heading counts as often; tuned on tuning.csv, as are the others.
_WORD_WEIGHT = 3  # Of a whole word, beside each of its runs of letters.
_SATURATION, _LENGTH_SHARE = 1.5, 0.4  # BM25's k1 and b
_FEWEST_ALIKE = 0.45
_SHORTEST_MISSPELT = 4


class Index:
    """Some chunks, prepared for many questions."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._words = [_counted(chunk) for chunk in chunks]
        counts = [_runs(each) for each in self._words]
        self._lengths = [sum(each.values()) for each in counts]
        self._mean_length = sum(self._lengths) / max(1, len(counts))
        self._places: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, each in enumerate(counts):
            for run, times in each.items():
                self._places[run].append((place, times))
        self._holders = Counter(word for each in self._words for word in each)

    def runs(self, asked: Asked) -> dict[str, float]:
        """What each run of letters of a question is worth: rare ones more."""
        weights: dict[str, float] = {}
        for word, weight in asked.weights.items():
            for run in trigrams(word):
                weights[run] = max(weights.get(run, 0.0), weight)
            weights[_whole(word)] = weight * _WORD_WEIGHT
        return {run: x * self._rarity(len(self._places.get(run, []))) for run, x in weights.items()}

    def scores(self, asked: Asked) -> list[float]:
        """How well each chunk fits, the best one with 1; all 0 where nothing is shared."""
        scores = [0.0] * len(self._words)
        for run, worth in self.runs(asked).items():
            for place, times in self._places.get(run, []):
                share = self._lengths[place] / self._mean_length
                damped = times + _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * share)
                scores[place] += worth * times * (_SATURATION + 1) / damped
        best = max(scores, default=0.0) or 1.0
        return [score / best for score in scores]

    def coverage(self, asked: Asked, places: Sequence[int]) -> float:
        """The share of what is asked that one of these chunks has, the one that has most of it.

        Rare words count more, and words that no chunk has most.
        """
        covered, total = dict.fromkeys(places, 0.0), 0.0
        for word, weight in asked.weights.items():
            near = self._near(word)
            if not near and word in asked.explained:
                continue  # the glossary's words for it are among these
            worth = weight * self._rarity(max((self._holders[each] for each in near), default=0))
            total += worth
            for place in places:
                here = self._words[place]
                covered[place] += worth * max((x for w, x in near.items() if w in here), default=0)
        return max(covered.values(), default=0.0) / total if total else 0.0

    def _near(self, word: str) -> Mapping[str, float]:
        """The words of the chunks that are like a word, with how much."""
        if len(word) < _SHORTEST_MISSPELT:
            return {word: 1.0} if word in self._holders else {}
        return {
            each: likeness
            for each in self._holders
            if (likeness := alike(word, each)) >= _FEWEST_ALIKE
        }

    def _rarity(self, holders: int) -> float:
        return math.log(1 + (len(self._words) - holders + 0.5) / (holders + 0.5))


@lru_cache(maxsize=4)
def index_of(chunks: tuple[Chunk, ...]) -> Index:
    """The index of these chunks, made once."""
    return Index(chunks)


def _counted(chunk: Chunk) -> Counter[str]:
    counted = Counter(words(chunk.text))
    for word in words(chunk.heading):
        counted[word] += _HEADING_WEIGHT
    return Counter({word: n for word, n in counted.items() if word not in STOP_WORDS})


def _runs(counted: Counter[str]) -> Counter[str]:
    runs: Counter[str] = Counter()
    for word, times in counted.items():
        for run in (*trigrams(word), _whole(word)):
            runs[run] += times
    return runs


def _whole(word: str) -> str:
    """A whole word among runs of letters."""
    return f"={word}"

"""Words of texts and questions, cut so that their endings and misspellings do not matter.

The glossary brings the words of people who ask, in several languages, to those of the project's
own pages. A form of four letters or more stands for all words that begin with it.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

GLOSSARY_WEIGHT = 0.6
"""Of a word that the glossary adds, beside one that was asked for; tuned on ``tuning.csv``."""

_SAY_NOTHING = """
a an and are as at be by can do does did for from has have how i if in into is it its may me my of
on one or our so that the their them then there these they this to was we were what when where
which who why will with would you your should much many long
como que cual cuales donde cuando el la los las un una en de del por para es son se hay lo con mi y
o al su
"""

STOP_WORDS = frozenset(_SAY_NOTHING.split())
"""Words that stand in any text, English and Spanish."""

_WORD = re.compile(r"[^\W_]+")
_TRIGRAM = 3
_PREFIX = 4  # Shorter forms stand for themselves only.
_CJK = re.compile("[\u3400-\u9fff]")


def words(text: str) -> list[str]:
    """The words of a text, in lower case and without accents."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))


@cache
def trigrams(word: str) -> frozenset[str]:
    """The runs of three letters of a word, its ends included."""
    marked = f"^{word}$"
    return frozenset(marked[i : i + _TRIGRAM] for i in range(max(1, len(marked) - _TRIGRAM + 1)))


def alike(one: str, other: str) -> float:
    """How much two words are alike, from 0 to 1: the share of their runs of three letters."""
    if one == other:
        return 1.0
    mine, others = trigrams(one), trigrams(other)
    return 2 * len(mine & others) / (len(mine) + len(others))


@dataclass(frozen=True)
class Asked:
    """What a question asks for.

    Attributes:
        weights: its words without those that say nothing, and those of the glossary.
        explained: those that the glossary says in other words.
    """

    weights: dict[str, float]
    explained: frozenset[str]

    @property
    def text(self) -> str:
        """The question in the pages' words, as far as they are known."""
        in_other_words = min(self.weights.values(), default=1.0) < 1
        return " ".join(
            word
            for word, weight in self.weights.items()
            if weight < 1 or word.isascii() or not in_other_words
        )


def asked(question: str) -> Asked:
    """The words that a question asks for, the glossary's included."""
    found = words(question)
    text = " ".join(found)
    weights: dict[str, float] = {}
    explained: set[str] = set()
    for targets, forms in _glossary():
        for pattern, form in forms:
            if pattern.search(text):
                weights |= dict.fromkeys(targets, GLOSSARY_WEIGHT)
                heads = tuple(form.split())
                explained |= {word for word in found if word.startswith(heads)}
                break
    if weights:
        # The small words of a language that is written otherwise say nothing beside the others.
        explained |= {word for word in found if not word.isascii()}
    weights |= dict.fromkeys((word for word in found if word not in STOP_WORDS), 1.0)
    return Asked(weights, frozenset(explained))


@cache
def _glossary() -> list[tuple[list[str], list[tuple[re.Pattern[str], str]]]]:
    text = resources.files(__package__).joinpath("glossary.csv").read_text("utf-8")
    return [
        (row["words"].split(), list(_forms(row["forms"])))
        for row in csv.DictReader(text.splitlines())
    ]


def _forms(forms: str) -> Iterator[tuple[re.Pattern[str], str]]:
    for each in forms.split():
        form = " ".join(words(each))
        # Chinese has no spaces between words.
        start = "" if _CJK.search(form) else r"\b"
        end = "" if len(form) >= _PREFIX else start
        yield re.compile(f"{start}{re.escape(form)}{end}"), form

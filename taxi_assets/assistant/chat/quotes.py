"""Whether a quote stands in a passage, as a person would compare them.

Models drop markup, straighten quotation marks, shorten by an ellipsis and add a full stop. None of
that changes what is said. Words, their order, and numbers with their signs do.
"""

from __future__ import annotations

import re
import unicodedata

FEWEST_WORDS = 3
"""Of a quote, and of each part between ellipses: shorter ones stand everywhere."""

_MOST_PARTS = 3
_ELLIPSIS = re.compile(r"\[?(?:…|\.{3,})\]?")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_TOKEN = re.compile(r"[-−+]?\d+(?:[.,]\d+)*(?:\s?%)?|[^\W\d_]+")


def stands_in(quote: str, text: str) -> bool:
    """Whether a text has the words of a quote, one after the other.

    Each part between ellipses must stand there, in the order of the quote.
    """
    words = _tokens(text)
    parts = [found for part in _ELLIPSIS.split(quote) if (found := _tokens(part))]
    # Where the ellipsis is the passage's own, nothing was left out.
    return _stand_in([_tokens(quote)], words) or _stand_in(parts, words)


def _stand_in(parts: list[list[str]], words: list[str]) -> bool:
    if not 0 < len(parts) <= _MOST_PARTS or any(len(part) < FEWEST_WORDS for part in parts):
        return False
    start = 0
    for part in parts:
        places = range(start, len(words) - len(part) + 1)
        found = next((n for n in places if words[n : n + len(part)] == part), None)
        if found is None:
            return False
        start = found + len(part)
    return True


def _tokens(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", _LINK.sub(r"\1", text)).casefold()
    return ["".join(token.replace("−", "-").split()) for token in _TOKEN.findall(plain)]

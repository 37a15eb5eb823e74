"""A contradiction in the declaration of a dataset."""

from collections.abc import Iterable
from typing import NamedTuple


class Fault(NamedTuple):
    """A contradiction in words, and the remedy."""

    what: str
    remedy: str


def listed(names: Iterable[str]) -> str:
    """Names as a list for a sentence."""
    return ", ".join(map(repr, names))
